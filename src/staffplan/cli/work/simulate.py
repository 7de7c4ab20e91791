"""`staffplan simulate` on files: a forecast meets the people of a requirement, without a roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.work.common import config_and_workspace, interval_of, site_of
from staffplan.cli.work.own_tables import about_bands, read_forecast, read_requirement
from staffplan.cli.work.staff import with_flags
from staffplan.progress import OnProgress

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
    expected, requirement = read_forecast(forecast_path, config), read_requirement(requirement_path, zone)
    if config_path is None:
        plan = {**plan, "interval_minutes": interval_of(expected.frame, "queue")}
    config = with_flags(config, expected, goals, {}, behaviour, plan, {}, {})
    result = simulate(
        expected,
        requirement,
        None,
        config.simulate,
        site=site_of(config, expected.frame, workspace),
        staffing=config.staffing,
        seed=config.plan.seed,
        on_progress=on_progress,
    )
    bands = about_bands(expected, "simulate") if config.simulate.volume_uncertainty else ()
    read = [replace(note, step="simulate") for note in (*expected.notes, *requirement.notes)]
    return replace(result, notes=(*read, *bands, *result.notes)), zone
