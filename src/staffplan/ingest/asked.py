"""What a reader of exports is told beside the file: by flags, or by the settings under [input]."""

from __future__ import annotations

from dataclasses import dataclass

from staffplan.files.stamps import Order
from staffplan.ingest.preset import Preset
from staffplan.tables.units import DurationUnit


@dataclass(frozen=True)
class Asked:
    """How exports are to be read."""

    timezone: str = "UTC"
    """Zone of local times, and of the days of the site."""
    zone_given: bool = False
    times: str | None = None
    """Zone of times without an offset, where it is not that of the site; None: the preset's."""
    interval_minutes: int = 30
    """Length of the intervals that single contacts are counted in."""
    within_seconds: float = 20.0
    """Time limit of the service level."""
    aht_unit: DurationUnit | None = None
    date_order: Order | None = None
    """Order of days like 11/2/2026 where the file does not show it; None: the preset's."""
    queue: str | None = None
    """Name of the queue for a file without one."""
    preset: Preset | None = None
    """Preset to take; None: recognised."""
    totals: bool = True
    """Whether rows a day or more apart are totals; False: each is an interval."""

    def clock(self, preset: Preset) -> str:
        """Zone by which times without an offset are read."""
        return self.times or ("UTC" if preset.zone == "utc" else self.timezone)
