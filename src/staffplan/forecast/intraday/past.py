"""Past days of a queue as they were forecast a few days before, beside what came: what updating is learnt from."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, midnight
from staffplan.forecast.backtest import Origin, Trial, choose, run
from staffplan.forecast.history.series import DayGrid, Floats
from staffplan.forecast.intraday.model import Days
from staffplan.forecast.notes import Writer
from staffplan.forecast.prepare import prepare
from staffplan.forecast.task import Task
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue

MOST_WEEKS = 12
"""Past weeks learnt from: a quarter, as queues change."""
WEEKS_FOR_LONG_ORIGINS = 8
"""From this many past weeks on each forecast is of two weeks: half the work, and as plans are in use that long."""
SMALLEST_EXPECTED = 1e-6
"""Contacts below which an interval counts as closed."""


def past_days(
    rows: pd.DataFrame, queue: Queue, settings: ForecastSettings, calendar: SiteCalendar, today: date, method: str
) -> tuple[Days, Days] | None:
    """Contacts, and seconds of handling, of the weeks before today, each forecast at its beginning; None without any.

    `method` is the one that made the forecast; where the backtest does not know it, the one it would choose.
    """
    midnight_today = midnight(today, calendar.timezone)
    before = rows[rows["interval_start"] < midnight_today].reset_index(drop=True)
    if before.empty:
        return None
    last = midnight_today - pd.Timedelta(minutes=calendar.interval_minutes)
    series = prepare(before, queue, Task(settings, calendar, last, today, 1), Writer(queue.name))[0]
    origins = _origins(series.days, settings.recent_weeks)
    if not any(np.isfinite(series.offered[origin.day : origin.day + origin.days]).any() for origin in origins):
        return None
    trial = run(series, settings, origins, queue.aht_seconds or 0.0)
    predicted = trial.predicted[method if method in trial.predicted else choose(trial, settings.methods)]
    contacts = _days(trial, series.grid, predicted, trial.actual, predicted)
    weight = np.where(np.isfinite(trial.worked_seconds), trial.actual, 0.0)
    worked = np.nan_to_num(trial.worked_seconds)
    return contacts, _days(trial, series.grid, weight * trial.aht_predicted, worked, weight)


def _origins(history_days: int, recent_weeks: int) -> list[Origin]:
    """The last weeks, each with half of the history before it, or as many weeks as an average takes.

    Each origin forecasts one week, or two where there are many.
    """
    weeks = history_days // 7
    tested = min(MOST_WEEKS, weeks - min(recent_weeks, weeks // 2))
    days = 14 if tested >= WEEKS_FOR_LONG_ORIGINS else 7
    return [
        Origin(day, days) for day in range(history_days - tested // (days // 7) * days, history_days, days) if day
    ]


def _days(trial: Trial, grid: DayGrid, expected: Floats, came: Floats, weight: Floats) -> Days:
    """Cells laid out by day and slot; chance makes a variance of 1 / weight."""
    number, first, row = np.unique(trial.day_of_origin, return_index=True, return_inverse=True)
    slots = grid.slots
    cell = row * slots + trial.slot
    usable = (weight > SMALLEST_EXPECTED) & (expected > 0)

    def laid_out(values: Floats, blank: float) -> Floats:
        matrix = np.full(len(number) * slots, blank)
        matrix[cell[usable]] = values[usable]
        return matrix.reshape(len(number), slots)

    noise = np.divide(1.0, weight, out=np.full(len(weight), np.inf), where=usable)
    day = trial.day[first]
    return Days(
        laid_out(expected, 0.0),
        laid_out(came, 0.0),
        laid_out(noise, np.inf),
        trial.origin[first],
        day,
        grid.weekday[day],
    )
