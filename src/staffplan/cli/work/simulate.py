"""`staffplan simulate` on files: a forecast meets the people of a requirement, without a roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from staffplan.cli.work.common import config_and_workspace, interval_of, site_of
from staffplan.cli.work.staff import with_flags
from staffplan.files.read import read_table
from staffplan.progress import OnProgress
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import PeopleNeeded, StaffingRequirement

if TYPE_CHECKING:
    from staffplan.simulate import SimulationResult


def simulate_files(
    forecast_path: Path,
    requirement_path: Path,
    config_path: Path | None,
    *,
    goals: Sequence[str],
    behaviour: Mapping[str, object],
    seed: int | None,
    on_progress: OnProgress,
) -> tuple[SimulationResult, str]:
    """What customers would wait with the people required on the line; gives the result and the zone."""
    from staffplan.simulate import simulate

    plan: dict[str, object] = {} if seed is None else {"seed": seed}
    config, workspace = config_and_workspace(config_path, {f"plan.{key}": value for key, value in plan.items()})
    zone = config.plan.timezone
    expected = read_table(forecast_path, VolumeForecast, timezone=zone)
    if config_path is None:
        plan = {**plan, "interval_minutes": interval_of(expected.frame, "queue")}
    config = with_flags(config, expected, goals, {}, behaviour, plan, {}, {})
    result = simulate(
        expected,
        _on_the_line(read_table(requirement_path, PeopleNeeded, timezone=zone)),
        None,
        config.simulate,
        site=site_of(config, expected.frame, workspace),
        staffing=config.staffing,
        seed=config.plan.seed,
        on_progress=on_progress,
    )
    return result, zone


def _on_the_line(requirement: PeopleNeeded) -> StaffingRequirement:
    """A requirement made by hand may name the people on queue alone: they are then on the line."""
    frame = requirement.frame
    return replace(
        requirement,
        frame=frame.assign(agents_required=frame["agents_required"].fillna(np.ceil(frame["agents_on_queue"]))),
    )
