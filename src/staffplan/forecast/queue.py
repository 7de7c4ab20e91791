"""The forecast of one queue, from its rows to its share of the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.errors import Note
from staffplan.forecast import notes as say
from staffplan.forecast.accuracy import wape
from staffplan.forecast.aht import AhtModel, constant_aht, learn_aht
from staffplan.forecast.backtest import (
    Origin,
    Trial,
    choose,
    day_error,
    origins_after,
    rows_without_trial,
    run,
    table_rows,
    weekly_origins,
)
from staffplan.forecast.hours import learn_hours
from staffplan.forecast.intervals import Spread, fit_spread, spread_without_backtest
from staffplan.forecast.learn import Learned, learn, predict
from staffplan.forecast.methods import METHODS, Ahead
from staffplan.forecast.methods.rates import mean_rates
from staffplan.forecast.series import DayGrid, Floats, QueueSeries, day_labels, gap_days, queue_series, raw_series
from staffplan.settings import ForecastSettings
from staffplan.site import Queue

ASSUMED_AHT_SECONDS = 300.0
"""Handling time where neither the history nor the settings have one; always said in a note."""


@dataclass(frozen=True)
class Task:
    """What is asked of every queue alike."""

    settings: ForecastSettings
    calendar: SiteCalendar
    last_instant: pd.Timestamp
    """Start of the last interval that the history of any queue has."""
    first_day: date
    days: int

    @property
    def last_day(self) -> date:
        """Last day of the history."""
        return _local_date(self.last_instant, self.calendar)


@dataclass(frozen=True)
class QueueForecast:
    """One queue's rows of the forecast and of the backtest table, its notes and figures."""

    forecast: pd.DataFrame
    backtest: list[dict[str, object]]
    notes: list[Note]
    facts: dict[str, float | str]


@dataclass(frozen=True)
class Judgement:
    """What the backtest decided; `trial` are the cells that choice and spread rest on (None: nothing to test)."""

    method: str
    trial: Trial | None
    table: list[dict[str, object]]
    after_shift: bool


def forecast_queue(rows: pd.DataFrame, queue: Queue, task: Task) -> QueueForecast:
    """Everything about one queue; pure, so that queues can be forecast anywhere, in any order."""
    writer = say.Writer(queue.name)
    series, hours, notes = _prepare(rows, queue, task, writer)
    learned = learn(series, task.settings)
    aht, aht_notes = _handling_time(series, queue, writer)
    judgement = _judge(series, task.settings, learned, queue.name, aht.level_seconds)
    spread, learnt = _spread(judgement, series)

    grid = _grid_ahead(series, task)
    ahead = Ahead(grid.weekday, grid.open_matrix(hours))
    labels = day_labels(grid, hours)
    answer = predict(METHODS[judgement.method], learned, ahead, labels)
    frame = _rows_ahead(answer.offered, aht, spread, grid, task.first_day)
    frame = frame.assign(queue=queue.name, channel=queue.channel, method=judgement.method)

    notes += say.about_findings(writer, learned.findings, series.grid)
    notes += say.about_shift(writer, learned.shift, series.grid)
    planned = np.arange(grid.days) >= grid.days - task.days
    notes += say.about_special_days(writer, labels, planned & ahead.open.any(axis=1), learned.effects, grid)
    notes += aht_notes + _notes_on_trust(writer, judgement, task, series.days, learnt)
    notes += [writer.warning(answer.remark)] if answer.remark else []
    return QueueForecast(frame, judgement.table, notes, _facts(queue.name, judgement, spread, aht, frame, task.days))


def _local_date(instant: pd.Timestamp, calendar: SiteCalendar) -> date:
    return instant.tz_convert(calendar.timezone).date()


def _prepare(
    rows: pd.DataFrame, queue: Queue, task: Task, writer: say.Writer
) -> tuple[QueueSeries, OpeningHours, list[Note]]:
    """The queue's matrices, the hours they follow (given or learnt), and what had to be decided on the way."""
    first = _local_date(rows["interval_start"].min(), task.calendar)
    raw = raw_series(rows, DayGrid(first, (task.last_day - first).days + 1, task.calendar), task.last_instant)
    notes: list[Note] = []
    hours = queue.arrival_hours
    if hours is None:
        hours, unseen = learn_hours(raw)
        notes += say.about_hours(writer, hours, unseen)
    series = queue_series(raw, hours, task.settings.missing_rows)
    notes += say.about_censoring(writer, rows)
    notes += say.about_rows(writer, raw, series, gap_days(raw, hours), task.settings.missing_rows)
    return series, hours, notes


def _handling_time(series: QueueSeries, queue: Queue, writer: say.Writer) -> tuple[AhtModel, list[Note]]:
    """From the history, else from the settings, else assumed."""
    learnt = learn_aht(series)
    if learnt is not None:
        return learnt, []
    slots = series.grid.slots
    if queue.aht_seconds is not None:
        message = f"the history has no handling times; {queue.aht_seconds:g} s from the settings is used"
        return constant_aht(queue.aht_seconds, slots), [writer.assumption(message)]
    message = (
        f"NO HANDLING TIME IS KNOWN: {ASSUMED_AHT_SECONDS:g} s is assumed, and every head count rests on it; "
        f"fill in aht_seconds in the history, or set queues.{queue.name}.aht_seconds"
    )
    return constant_aht(ASSUMED_AHT_SECONDS, slots), [writer.assumption(message)]


def _judge(
    series: QueueSeries, settings: ForecastSettings, learned: Learned, queue: str, aht_seconds: float
) -> Judgement:
    """Backtest and choose. After a level shift only origins since then count for the choice and the spread."""
    trial = _trial(series, settings, weekly_origins(series.days, settings), aht_seconds)
    since = _trial(series, settings, origins_after(learned.shift, series.days, settings), aht_seconds)
    basis = since or trial
    method = choose(basis, settings.methods)
    if trial is None:
        return Judgement(method, basis, rows_without_trial(queue, settings.methods, method), since is not None)
    return Judgement(method, basis, table_rows(queue, trial, method), since is not None)


def _trial(
    series: QueueSeries, settings: ForecastSettings, origins: Sequence[Origin], aht_seconds: float
) -> Trial | None:
    """The backtest from these origins; None without origins or without a known cell to test on."""
    if not origins:
        return None
    trial = run(series, settings, origins, aht_seconds)
    return trial if len(trial.actual) else None


def _spread(judgement: Judgement, series: QueueSeries) -> tuple[Spread, bool]:
    """The spread of the chosen method, and whether anything was there to learn it from."""
    trial = judgement.trial
    if trial is None:
        return spread_without_backtest(series, mean_rates(series.offered, series.grid.weekday))
    return fit_spread(trial.actual, trial.predicted[judgement.method], trial.weeks_ahead), True


def _grid_ahead(series: QueueSeries, task: Task) -> DayGrid:
    """From the day after the history to the last day planned; days between belong to no one and are not given out."""
    after = series.grid.date_of(series.days)
    return DayGrid(after, (task.first_day - after).days + task.days, task.calendar)


def _rows_ahead(offered: Floats, aht: AhtModel, spread: Spread, grid: DayGrid, first_day: date) -> pd.DataFrame:
    """One row for each open interval from the first day on."""
    values = grid.values(offered)
    lead = (first_day - grid.first).days
    kept = np.isfinite(values) & (grid.day >= lead)
    expected = values[kept]
    bounds = spread.bounds(expected, grid.day[kept] // 7 + 1)
    return pd.DataFrame(
        {
            "interval_start": grid.instants[kept],
            "offered": expected,
            "aht_seconds": grid.values(aht.seconds(grid.weekday))[kept],
            "offered_p10": bounds[0.8][0],
            "offered_p90": bounds[0.8][1],
            "offered_p025": bounds[0.95][0],
            "offered_p975": bounds[0.95][1],
        }
    )


def _notes_on_trust(
    writer: say.Writer, judgement: Judgement, task: Task, history_days: int, spread_learnt: bool
) -> list[Note]:
    if judgement.trial is None:
        return say.about_no_backtest(writer, history_days, judgement.method, spread_learnt)
    lead = (task.first_day - task.last_day).days - 1
    weeks = max(task.settings.backtest_weeks, -(-(lead + task.days) // 7))
    return say.about_choice(writer, judgement.trial, judgement.method, weeks, after_shift=judgement.after_shift)


def _facts(
    queue: str, judgement: Judgement, spread: Spread, aht: AhtModel, frame: pd.DataFrame, days: int
) -> dict[str, float | str]:
    facts: dict[str, float | str] = {
        "method": judgement.method,
        "contacts_per_week": float(frame["offered"].sum()) * 7 / days,
        "aht_seconds": aht.level_seconds,
        "aht_profile": "yes" if aht.has_profile else "no",
        "dispersion": float(spread.dispersion[0]),
    }
    if judgement.trial is not None:
        trial, method = judgement.trial, judgement.method
        facts["origins"] = float(trial.origins)
        facts["wape"] = wape(trial.actual, trial.predicted[method])
        facts["day_error_80"] = day_error(trial, method, 0.8)
    known = {key: value for key, value in facts.items() if isinstance(value, str) or np.isfinite(value)}
    return {f"{queue}.{key}": value for key, value in known.items()}
