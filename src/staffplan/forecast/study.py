"""All that leads to the forecast of one queue, kept together: what the step gives out, and what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.forecast.backtest import weekly_origins
from staffplan.forecast.combination import COMBINATION, combine
from staffplan.forecast.days.drivers import DriverMatrix, driver_columns, with_driven_days
from staffplan.forecast.days.season import Season, learn_season
from staffplan.forecast.history.hours_changes import Timetable
from staffplan.forecast.history.series import DayGrid, Floats, QueueSeries, Whole, day_labels
from staffplan.forecast.judgement import Judgement, judge
from staffplan.forecast.learn import Learned, features_of, learn, predict, promised_level
from staffplan.forecast.methods import METHODS, Ahead, Prediction
from staffplan.forecast.task import Task
from staffplan.tables.forecast import Drivers


@dataclass(frozen=True)
class Study:
    """One queue: its history, the days ahead (matrices (days, slots), NaN where closed), and what was learnt."""

    series: QueueSeries
    drivers: DriverMatrix
    learned: Learned
    judgement: Judgement
    season: Season
    grid: DayGrid
    """Of the days ahead, from the day after the history on."""
    ahead: Ahead
    labels: NDArray[np.object_]
    """(days,) ahead: what makes a day special."""
    said: Mapping[str, Prediction]
    """What each method that has a part in the forecast says."""
    season_factor: Floats
    """(days,): what season, growth and the level of months ahead multiply the methods' forecast by."""
    offered: Floats
    """What is forecast in the end."""

    @property
    def days_ahead(self) -> Whole:
        """(days,): 1 on the day after the history."""
        return np.arange(1, self.grid.days + 1)


def study_queue(history: QueueSeries, timetable: Timetable, task: Task, queue: str, aht_seconds: float) -> Study:
    """Learn, judge, predict. The latest hours hold ahead; `aht_seconds` weighs contacts in the backtest."""
    hours = timetable.latest
    grid = task.grid_ahead(history)
    drivers = _driver_columns(task, history, grid, queue)
    series = with_driven_days(history, drivers.felt, task.settings.clean) if drivers.felt.any() else history
    features = features_of(series, grid, hours, drivers.groups)
    past = features.rows(0, series.days)
    learned = learn(series, task.settings, past)
    tested_days = max((origin.days for origin in weekly_origins(series.days, task.settings)), default=0)
    known = np.isfinite(learned.log_level)
    season = learn_season(
        learned.log_level, known, series.grid.first, task.settings, tested_days, learned.as_it_was, grid.days
    )
    judgement = judge(
        series, task.settings, learned, queue, aht_seconds, past, seasonal=season.earned_short, timetable=timetable
    )
    ahead = Ahead(grid.weekday, grid.open_matrix(hours), features.rows(series.days, features.days))
    said = _said(judgement, learned, ahead, task.settings.methods)
    plain = _offered(judgement, ahead, said)
    factor = season.factor(np.arange(1, grid.days + 1), promised_level(plain, learned, ahead))
    labels, offered = day_labels(grid, hours), plain * factor[:, None]
    return Study(series, drivers, learned, judgement, season, grid, ahead, labels, said, factor, offered)


def _said(judgement: Judgement, learned: Learned, ahead: Ahead, members: Sequence[str]) -> dict[str, Prediction]:
    names = members if judgement.method == COMBINATION else (judgement.method,)
    return {name: predict(METHODS[name], learned, ahead) for name in names}


def _offered(judgement: Judgement, ahead: Ahead, said: Mapping[str, Prediction]) -> Floats:
    """What the chosen method says of the days ahead, or the combination of all."""
    if judgement.weights is None:
        return said[judgement.method].offered
    cells = ahead.open
    offered = np.full(cells.shape, np.nan)
    values = {name: answer.offered[cells] for name, answer in said.items()}
    offered[cells] = combine(values, np.nonzero(cells)[0], judgement.weights)
    return offered


def _driver_columns(task: Task, series: QueueSeries, ahead: DayGrid, queue: str) -> DriverMatrix:
    days = DayGrid(series.grid.first, series.days + ahead.days, task.calendar)
    known = Drivers.empty() if task.drivers is None else task.drivers
    return driver_columns(known, days, queue, task.settings.drivers, history_days=series.days)
