"""Settings of exports that are turned into the history: what was decided once, for every later export."""

from __future__ import annotations

from typing import Literal

from staffplan.settings.base import Section
from staffplan.settings.plan import Zone
from staffplan.tables.units import DurationUnit


class IngestSettings(Section):
    """How `staffplan ingest -c plan.toml` reads the next export. What is not given here is as under [input].

    The history that it writes is in staffplan's own form, so these settings do not concern its reading.
    """

    preset: str | None = None
    """Preset of the exports, as `staffplan ingest --list` has them (default: recognised by their columns)."""
    timezone: Zone | None = None
    """Time zone of times without an offset in the exports, where it is not the center's."""
    aht_unit: DurationUnit | None = None
    """Unit of the handling times in the exports (default: seconds, or what the file shows)."""
    date_order: Literal["day/month/year", "month/day/year"] | None = None
    """Order of days such as 3/4/2026 in the exports, where a file itself does not show it."""
    queue: str | None = None
    """Queue name for exports that have no queue column."""
    profile: str | None = None
    """For totals by day, week or month: hours to spread them over evenly, 08:00-18:00, or a file (see --profile)."""
