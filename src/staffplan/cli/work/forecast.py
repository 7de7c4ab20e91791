"""The forecast from files: read, forecast or explain, write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.work.common import config_and_workspace, interval_of
from staffplan.errors import DataError, Problem
from staffplan.files.read import read_drivers, read_overrides
from staffplan.ingest import read_history
from staffplan.plan.workspace import first_day_of, planned_days, span_of
from staffplan.planned import PlannedDays
from staffplan.process.workers import AS_MANY_AS_PAY, Workers
from staffplan.progress import OnProgress
from staffplan.settings.config import Config
from staffplan.site import Site, make_site
from staffplan.tables.forecast import Drivers, Overrides
from staffplan.tables.history import ContactHistory

MOST_QUEUES = 10_000
"""Queues that one history may have."""

if TYPE_CHECKING:
    from staffplan.forecast import Explanation, ForecastResult


def forecast_files(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    on_progress: OnProgress,
    *,
    drivers: Path | None = None,
    edits: Path | None = None,
    workers: Workers = AS_MANY_AS_PAY,
) -> tuple[ForecastResult, str]:
    """Forecast a history file; gives the result and the zone to write it in.

    `drivers` and `edits` (planner's overrides) stand for the files that the settings name.
    """
    job = _forecast_job(
        history, config_path, overrides, drivers, edits
    )  # a bad file is refused before the long import
    from staffplan.forecast import forecast

    result = forecast(
        job.history,
        job.config.forecast,
        site=job.site,
        first_day=job.planned.first,
        days=job.planned.number,
        seed=job.config.plan.seed,
        drivers=job.drivers,
        overrides=job.edits,
        workers=workers,
        on_progress=on_progress,
    )
    return result, job.config.plan.timezone


def explain_files(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    drivers: Path | None,
    queue: str,
    day: date,
    *,
    edits: Path | None = None,
) -> Explanation:
    """Where the forecast of one queue on one day comes from."""
    job = _forecast_job(
        history, config_path, overrides, drivers, edits
    )  # a bad file is refused before the long import
    from staffplan.forecast import explain

    return explain(
        job.history,
        job.config.forecast,
        site=job.site,
        first_day=job.planned.first,
        days=job.planned.number,
        queue=queue,
        day=day,
        drivers=job.drivers,
        overrides=job.edits,
    )


def _refuse_countless(history: ContactHistory) -> None:
    """Raise DataError for more queues than any center has: the column holds something else."""
    queues = history.frame["queue"].nunique()
    if queues > MOST_QUEUES:
        message = f"{len(history):,} rows have {queues:,} queues; is the column the number of a contact?"
        hint = "name the right column (input.columns), or leave queues out (input.ignore_queues)"
        raise DataError(Problem(f"{history.source}:queue", message, hint))


@dataclass(frozen=True)
class _ForecastJob:
    """What a history file and settings come to."""

    config: Config
    history: ContactHistory
    site: Site
    planned: PlannedDays
    drivers: Drivers | None
    edits: Overrides | None


def _forecast_job(
    history: Path,
    config_path: Path | None,
    overrides: Mapping[str, object],
    drivers: Path | None,
    edits: Path | None,
) -> _ForecastJob:
    config, workspace = config_and_workspace(config_path, overrides)
    contacts = read_history(history, config)
    _refuse_countless(contacts)
    if config_path is None and "plan.interval_minutes" not in overrides:
        found = interval_of(contacts.frame, "queue")
        config, workspace = config_and_workspace(config_path, {**overrides, "plan.interval_minutes": found})
    span = span_of(contacts, config.plan.timezone)
    first_day = first_day_of(span.following, config, workspace.config_place)
    planned = planned_days(config, first_day, workspace.config_place)
    site = make_site(
        config,
        queues=span.queues,
        first_day=span.first,
        last_day=planned.last + timedelta(days=1),
        special_days=workspace.special_days,
    )
    drivers = drivers or workspace.input_path("drivers")
    edits = edits or workspace.input_path("overrides")
    return _ForecastJob(
        config,
        contacts,
        site,
        planned,
        None if drivers is None else read_drivers(drivers, site.queues),
        None if edits is None else read_overrides(edits, site.queues),
    )
