"""Rolling weekly origins: how each method would have done, had it stood in the past with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.forecast.accuracy import bias, rmse, totals, wape
from staffplan.forecast.aht import constant_aht, learn_aht
from staffplan.forecast.intervals import cross_coverage
from staffplan.forecast.learn import learn, predict
from staffplan.forecast.methods import METHODS, Ahead
from staffplan.forecast.series import Floats, QueueSeries, Whole
from staffplan.forecast.special import Shift
from staffplan.settings import ForecastSettings

BASELINES = ("seasonal_naive", "plain_average")
"""Same interval last week (of the cleaned history), and the plain average of the last six weeks: every forecast is
compared with both."""
DEFAULT_METHOD = "recent_average"
"""Used where nothing can be compared."""


@dataclass(frozen=True)
class Origin:
    """A day on which a forecast might have been made, for `days` days from it on."""

    day: int
    days: int


@dataclass(frozen=True)
class Trial:
    """Open, known cells of all origins, (cells,), with what each method said about them beforehand."""

    actual: Floats
    predicted: dict[str, Floats]
    origin: Whole
    """Day of the origin."""
    day: Whole
    """Day of the cell."""
    worked_seconds: Floats
    """Contacts x handling time as it was; NaN where the handling time is not known."""
    aht_predicted: Floats

    @property
    def origins(self) -> int:
        return len(np.unique(self.origin))

    @property
    def weeks_ahead(self) -> Whole:
        """(cells,): 1 in the first week after the origin."""
        return (self.day - self.origin) // 7 + 1

    @property
    def day_of_origin(self) -> Whole:
        """(cells,): one number for each origin and day."""
        return self.origin * (int(self.day.max(initial=0)) + 1) + self.day


def weekly_origins(history_days: int, settings: ForecastSettings) -> list[Origin]:
    """Origins a week apart, the last one a full horizon before the end; fewer and shorter for a short history.

    The first origin has two weeks to learn from (one, when the history has fewer than four); none below two weeks.
    """
    weeks = history_days // 7
    horizon = min(settings.backtest_weeks, max(1, weeks // 2 - 1))
    learn_from = 14 if weeks >= 4 else 7
    last = history_days - 7 * horizon
    found = [Origin(last - 7 * back, 7 * horizon) for back in range(settings.backtest_origins)]
    return [origin for origin in found if origin.day >= learn_from]


def origins_after(shift: Shift | None, history_days: int, settings: ForecastSettings) -> list[Origin]:
    """Origins at least a week after a level shift, with the days that are left; empty without a shift."""
    if shift is None:
        return []
    days = range(history_days - 7, shift.day + 6, -7)
    found = [Origin(day, min(history_days - day, 7 * settings.backtest_weeks)) for day in days]
    return found[: settings.backtest_origins + settings.backtest_weeks - 1]


def run(series: QueueSeries, settings: ForecastSettings, origins: Sequence[Origin], aht_fallback: float) -> Trial:
    """Let every method forecast from every origin. Opening hours and the calendar are taken as known beforehand."""
    names = tuple(dict.fromkeys((*settings.methods, *BASELINES)))
    trials = [_one_origin(series, settings, origin, names, aht_fallback) for origin in origins]
    return Trial(
        np.concatenate([trial.actual for trial in trials]),
        {name: np.concatenate([trial.predicted[name] for trial in trials]) for name in names},
        np.concatenate([trial.origin for trial in trials]),
        np.concatenate([trial.day for trial in trials]),
        np.concatenate([trial.worked_seconds for trial in trials]),
        np.concatenate([trial.aht_predicted for trial in trials]),
    )


def _one_origin(
    series: QueueSeries, settings: ForecastSettings, origin: Origin, names: Sequence[str], aht_fallback: float
) -> Trial:
    past = series.until(origin.day)
    learned = learn(past, settings)
    test = slice(origin.day, origin.day + origin.days)
    weekday = series.grid.weekday[test]
    ahead = Ahead(weekday, series.open[test])
    actual, aht = series.offered[test], series.aht_seconds[test]
    cells = np.isfinite(actual)
    model = learn_aht(past) or constant_aht(aht_fallback, actual.shape[1])
    day = np.broadcast_to(np.arange(origin.day, origin.day + origin.days)[:, None], actual.shape)[cells]
    return Trial(
        actual[cells],
        {name: predict(METHODS[name], learned, ahead, series.label[test]).offered[cells] for name in names},
        np.full(len(day), origin.day),
        day,
        (actual * aht)[cells],
        model.seconds(weekday)[cells],
    )


def choose(trial: Trial | None, methods: Sequence[str]) -> str:
    """The method with the lowest `error`; the recent average (or the first allowed) where none can be told."""
    order = [name for name in METHODS if name in methods]
    default = DEFAULT_METHOD if DEFAULT_METHOD in order else order[0]
    if trial is None or trial.actual.sum() <= 0:
        return default
    errors = {name: error(trial, name) for name in order}
    lowest = min(errors.values())
    return next(name for name in order if errors[name] <= lowest + 1e-9)


def error(trial: Trial, method: str) -> float:
    """What methods are compared by: the interval WAPE; for a sparse queue the relative root mean squared error.

    Absolute errors are least for the median. With less than a contact an interval that is nothing at all, and the
    WAPE would choose whoever forecasts least; squared errors are least for the mean, which staffing needs.
    """
    if is_sparse(trial):
        return rmse(trial.actual, trial.predicted[method]) / float(trial.actual.mean())
    return wape(trial.actual, trial.predicted[method])


def is_sparse(trial: Trial) -> bool:
    """Less than one contact an interval."""
    return bool(trial.actual.mean() < 1)


def table_rows(queue: str, trial: Trial, chosen: str) -> list[dict[str, object]]:
    """Rows of the backtest table, one for each method."""
    rows: list[dict[str, object]] = []
    for name, predicted in trial.predicted.items():
        covered = cross_coverage(trial.actual, predicted, trial.weeks_ahead, trial.day // 7)
        rows.append(
            {
                "queue": queue,
                "method": name,
                "chosen": "yes" if name == chosen else "no",
                "origins": trial.origins,
                "wape": wape(trial.actual, predicted),
                "wape_day": day_wape(trial, name),
                "bias": bias(trial.actual, predicted),
                "coverage_80": covered[0.8],
                "coverage_95": covered[0.95],
                "workload_wape": _workload_wape(trial, predicted),
            }
        )
    return rows


def rows_without_trial(queue: str, methods: Sequence[str], chosen: str) -> list[dict[str, object]]:
    """Rows of the backtest table where nothing could be tested: no origins, no figures."""
    names = dict.fromkeys((*methods, *BASELINES))
    return [{"queue": queue, "method": n, "chosen": "yes" if n == chosen else "no", "origins": 0} for n in names]


def _workload_wape(trial: Trial, predicted: Floats) -> float:
    """WAPE of contacts x handling time; cells without a known handling time count only if no contact came."""
    worked = np.where(trial.actual == 0, 0.0, trial.worked_seconds)
    known = np.isfinite(worked)
    return wape(worked[known], (predicted * trial.aht_predicted)[known])


def day_wape(trial: Trial, method: str) -> float:
    """WAPE of the totals of each day of each origin."""
    return wape(totals(trial.actual, trial.day_of_origin), totals(trial.predicted[method], trial.day_of_origin))


def day_error(trial: Trial, method: str, share: float) -> float:
    """The relative error of the day total that `share` of the backtest's days did not exceed; NaN without days."""
    actual = totals(trial.actual, trial.day_of_origin)
    predicted = totals(trial.predicted[method], trial.day_of_origin)
    counted = predicted > 0
    if not counted.any():
        return float("nan")
    return float(np.quantile(np.abs(actual - predicted)[counted] / predicted[counted], share))
