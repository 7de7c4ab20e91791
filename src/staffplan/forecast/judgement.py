"""What a queue's own backtest decides: method, weights, bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from staffplan.forecast.backtest import (
    Origin,
    Trial,
    choose,
    origins_after,
    rows_without_trial,
    run,
    table_rows,
    weekly_origins,
    weights,
)
from staffplan.forecast.bands.bands import Bands, bands_without_backtest, cross_coverage, fit_bands
from staffplan.forecast.bands.scale import Cells
from staffplan.forecast.combination import COMBINATION, Weights
from staffplan.forecast.days.features import DayFeatures
from staffplan.forecast.history.hours_changes import Timetable
from staffplan.forecast.history.series import QueueSeries
from staffplan.forecast.learn import Learned
from staffplan.forecast.methods.rates import mean_rates
from staffplan.settings.forecast import ForecastSettings


@dataclass(frozen=True)
class Judgement:
    """What the backtest decided; `trial` are the cells that choice and spread rest on (None: nothing to test)."""

    method: str
    trial: Trial | None
    table: list[dict[str, object]]
    after_shift: bool
    weights: Weights | None
    """Of the methods in the combination; None where one method is used alone."""


def judge(
    series: QueueSeries,
    settings: ForecastSettings,
    learned: Learned,
    queue: str,
    aht_seconds: float,
    features: DayFeatures,
    *,
    seasonal: bool,
    timetable: Timetable,
) -> Judgement:
    """Backtest and choose. After a level shift only origins since then count for the choice and the spread."""
    trial = _trial(
        series,
        settings,
        weekly_origins(series.days, settings),
        aht_seconds,
        features,
        seasonal=seasonal,
        timetable=timetable,
    )
    since = _trial(
        series,
        settings,
        origins_after(learned.shift, series.days, settings),
        aht_seconds,
        features,
        seasonal=seasonal,
        timetable=timetable,
    )
    basis = since or trial
    method = choose(basis, settings.methods)
    shares = weights(basis, settings.methods) if method == COMBINATION else None
    if trial is None:
        untested = rows_without_trial(queue, settings.methods, method)
        return Judgement(method, basis, untested, since is not None, shares)
    rows = table_rows(queue, trial, method)
    table = [_covered(row, trial, series) if row["method"] == method else row for row in rows]
    return Judgement(method, basis, table, since is not None, shares)


def _covered(row: dict[str, object], trial: Trial, series: QueueSeries) -> dict[str, object]:
    """The chosen method's row with what its bands would have held."""
    held = cross_coverage(_cells(trial, str(row["method"]), series))
    return row | {
        "coverage_80": held.interval[0.8],
        "coverage_95": held.interval[0.95],
        "coverage_day_80": held.day[0.8],
        "coverage_day_95": held.day[0.95],
        "pinball": held.pinball,
    }


def _trial(
    series: QueueSeries,
    settings: ForecastSettings,
    origins: Sequence[Origin],
    aht_seconds: float,
    features: DayFeatures,
    *,
    seasonal: bool,
    timetable: Timetable,
) -> Trial | None:
    """The backtest from these origins; None without origins or without a known cell to test on."""
    if not origins:
        return None
    trial = run(series, settings, origins, aht_seconds, features, seasonal=seasonal, timetable=timetable)
    return trial if len(trial.actual) else None


def learn_bands(judgement: Judgement, series: QueueSeries) -> tuple[Bands, bool]:
    """The bands of the chosen method, and whether anything was there to learn them from."""
    trial = judgement.trial
    if trial is None:
        return bands_without_backtest(series, mean_rates(series.offered, series.grid.weekday))
    return fit_bands(_cells(trial, judgement.method, series)), True


def _cells(trial: Trial, method: str, series: QueueSeries) -> Cells:
    special = series.label[trial.day] != ""
    return Cells(trial.actual, trial.predicted[method], trial.origin, trial.day, special)
