"""The forecast step: from what arrived to what will arrive, queue by queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
from joblib import Parallel, delayed

from staffplan.clock import SiteCalendar, local_dates
from staffplan.errors import DataError, Note, Problem
from staffplan.forecast.notes import about_all
from staffplan.forecast.queue import QueueForecast, Task, forecast_queue
from staffplan.forecast.series import interval_problems
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables import Backtest, ContactHistory, VolumeForecast


@dataclass(frozen=True)
class ForecastResult:
    """The forecast, how its methods did in the past, what to know about it, and a few figures by queue."""

    forecast: VolumeForecast
    backtest: Backtest
    notes: tuple[Note, ...]
    facts: dict[str, float | str]
    """Keyed "queue.figure": method, origins, wape, day_error_80, dispersion, aht_seconds, contacts_per_week..."""


def forecast(
    history: ContactHistory,
    settings: ForecastSettings,
    *,
    site: Site,
    first_day: date,
    days: int,
    seed: int = 1,
    on_progress: OnProgress = silent,
) -> ForecastResult:
    """Contacts and handling time of every open interval of `days` local days from `first_day` on.

    History from `first_day` on is left out. No method draws random numbers, so `seed` changes nothing; it is part
    of every step's signature. Raises DataError when the history is empty or its intervals do not fit the plan's.
    """
    rows, notes = _usable_rows(history, site.calendar, first_day)
    queues = [site.queues.get(name, Queue(name, planning_group=name)) for name in sorted(rows["queue"].unique())]
    task = Task(settings, site.calendar, rows["interval_start"].max(), first_day, days)
    on_progress(Progress("forecast", 0, len(queues)))
    results: list[QueueForecast] = Parallel()(
        delayed(forecast_queue)(_own(rows, queue), queue, task) for queue in queues
    )
    on_progress(Progress("forecast", len(queues), len(queues)))
    notes += about_all(bool(site.calendar.special_days))
    return ForecastResult(
        VolumeForecast.of(pd.concat([result.forecast for result in results], ignore_index=True)),
        Backtest.of(
            pd.DataFrame([row for result in results for row in result.backtest], columns=_backtest_columns())
        ),
        tuple(notes + [note for result in results for note in result.notes]),
        {key: value for result in results for key, value in result.facts.items()},
    )


def _backtest_columns() -> list[str]:
    return [column.name for column in Backtest.columns]


def _own(rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    return rows[rows["queue"] == queue.name].reset_index(drop=True)


def _usable_rows(history: ContactHistory, calendar: SiteCalendar, first_day: date) -> tuple[pd.DataFrame, list[Note]]:
    """Rows before the first day that is planned; raises DataError when there is nothing to learn from."""
    place = history.source or "history"
    if not len(history):
        raise DataError(Problem(place, "the history has no rows", "give at least a few days of contacts"))
    problems = interval_problems(history, calendar.interval_minutes)
    if problems:
        raise DataError(problems)
    local = local_dates(pd.DatetimeIndex(history.frame["interval_start"]), calendar.timezone)
    before = local < first_day
    if not before.any():
        hint = f"the history begins on {local.min()}; plan a later start"
        raise DataError(Problem(place, f"no row lies before {first_day}, the first day planned", hint))
    if before.all():
        return history.frame, []
    message = f"{int((~before).sum())} rows from {first_day} on (the first day planned) are not used"
    return history.frame[before], [Note("forecast", "left out", place, message)]
