"""Rolling weekly origins: how each method would have done, had it stood in the past with what was known then.

Methods are chosen and weighed by the cells inside the opening hours, where they differ. What is reported of them is
scored over every contact that came: where learnt hours leave some out, that is an error of the forecast, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from staffplan.forecast.accuracy import bias, rmse, totals, wape
from staffplan.forecast.aht.model import constant_aht, learn_aht
from staffplan.forecast.combination import COMBINATION, Weights, combine, equal_weights, learn_weights
from staffplan.forecast.days.features import DayFeatures
from staffplan.forecast.days.regression import Scales
from staffplan.forecast.days.season import learn_season
from staffplan.forecast.history.hours_changes import Timetable
from staffplan.forecast.history.series import DayGrid, Flags, Floats, QueueSeries, Whole
from staffplan.forecast.history.shifts import Shift
from staffplan.forecast.learn import Learned, features_of, learn, predict
from staffplan.forecast.methods import METHODS, Ahead
from staffplan.settings.forecast import ForecastSettings

BASELINES = ("seasonal_naive", "plain_average")
"""Same interval last week (of the cleaned history), and the plain average of the last six weeks: every forecast is
compared with both."""
DEFAULT_METHOD = "recent_average"
"""Used where nothing can be compared."""
CELLS = ("actual", "origin", "day", "slot", "worked_seconds", "aht_predicted")
"""Fields of a trial that have a value for each cell."""
CLEARLY_BETTER = 0.9
"""A method alone, the plain average included, is preferred to the combination below this share of its error."""


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
    slot: Whole
    worked_seconds: Floats
    """Contacts x handling time as it was; NaN where the handling time is not known."""
    aht_predicted: Floats
    outside: Trial | None = None
    """Contacts that came outside learnt hours, cell by cell: the simple forecasts know of no hours, all others say
    zero."""

    def scored(self, chosen: str) -> Trial:
        """All contacts that came, inside the hours or not: a wrong belief about hours is an error of the forecast.

        What is chosen forecasts nothing outside the hours, a simple forecast too.
        """
        if self.outside is None:
            return self
        nothing = {chosen: np.zeros(len(self.outside.actual))}
        beyond = replace(self.outside, predicted={**self.outside.predicted, **nothing})
        return _joined([replace(self, outside=None), beyond], list(self.predicted))

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
    """Origins a week apart, the last one a week before the end, so that the newest weeks are tested too; at least
    half of them see a full horizon, where the history reaches so far.

    The first origin has two weeks to learn from (one, when the history has fewer than four); none below two weeks.
    """
    weeks = history_days // 7
    horizon = min(settings.backtest_weeks, max(1, weeks // 2 - 1))
    newest = history_days - 7 * max(1, horizon - settings.backtest_origins // 2)
    return _every_week(newest, 14 if weeks >= 4 else 7, history_days, settings)


def origins_after(shift: Shift | None, history_days: int, settings: ForecastSettings) -> list[Origin]:
    """Origins at least a week after a level shift; empty without a shift."""
    return _every_week(history_days - 7, shift.day + 7, history_days, settings) if shift else []


def _every_week(newest: int, oldest: int, history_days: int, settings: ForecastSettings) -> list[Origin]:
    """Origins from day `newest` back to `oldest`, each with the days that are left, up to a full horizon."""
    days = range(newest, oldest - 1, -7)[: settings.backtest_origins]
    return [Origin(day, min(history_days - day, 7 * settings.backtest_weeks)) for day in days]


def run(
    series: QueueSeries,
    settings: ForecastSettings,
    origins: Sequence[Origin],
    aht_fallback: float,
    features: DayFeatures | None = None,
    *,
    seasonal: bool = False,
    timetable: Timetable | None = None,
) -> Trial:
    """Let every method forecast from every origin, and the combination of them with weights from the other origins.

    The calendar is taken as known beforehand, and so are the opening hours, but for changes of a learnt `timetable`
    that could not be seen yet. `features` are of the days of `series`. `seasonal`: growth and the season of the year,
    learnt anew at each origin, move what all but the plain methods say.
    """
    names = tuple(dict.fromkeys((*settings.methods, *BASELINES)))
    known = features_of(series) if features is None else features
    trials: list[Trial] = []
    scales: Scales | None = None
    for origin in sorted(origins, key=lambda origin: origin.day):
        is_open = _open_as_known(series, timetable, origin)
        trial, scales = _one_origin(
            series, settings, origin, names, aht_fallback, known, scales, seasonal=seasonal, is_open=is_open
        )
        trials.append(trial)
    joined = _with_combination(_joined(trials, names), settings.methods)
    beyond = [trial.outside for trial in trials if trial.outside is not None]
    return replace(joined, outside=_joined(beyond, list(joined.predicted)) if beyond else None)


def _joined(trials: Sequence[Trial], names: Sequence[str]) -> Trial:
    """One after the other; what a trial has no prediction of is forecast to be nothing."""
    cells = {name: np.concatenate([getattr(trial, name) for trial in trials]) for name in CELLS}
    nothing = [np.zeros(len(trial.actual)) for trial in trials]
    predicted = {
        name: np.concatenate([trial.predicted.get(name, zero) for trial, zero in zip(trials, nothing, strict=True)])
        for name in names
    }
    return replace(trials[0], **cells, predicted=predicted, outside=None)


def _one_origin(
    series: QueueSeries,
    settings: ForecastSettings,
    origin: Origin,
    names: Sequence[str],
    aht_fallback: float,
    features: DayFeatures,
    start: Scales | None,
    *,
    seasonal: bool,
    is_open: Flags,
) -> tuple[Trial, Scales]:
    past, end = series.until(origin.day), origin.day + origin.days
    learned = learn(past, settings, features.rows(0, origin.day), start)
    test = slice(origin.day, end)
    weekday = series.grid.weekday[test]
    ahead = Ahead(weekday, is_open, features.rows(origin.day, end))
    actual, aht = series.offered[test], series.aht_seconds[test]
    cells = np.isfinite(actual)
    model = learn_aht(past) or constant_aht(aht_fallback, actual.shape[1])
    day, slot = np.nonzero(cells)
    season = _season_factors(learned, past, settings, origin)[day] if seasonal else np.ones(len(day))
    trial = Trial(
        actual[cells],
        {
            name: np.nan_to_num(predict(METHODS[name], learned, ahead).offered[cells])
            * (1.0 if METHODS[name].plain else season)
            for name in names
        },
        np.full(len(day), origin.day),
        day + origin.day,
        slot,
        (actual * aht)[cells],
        model.seconds(weekday)[cells],
        _outside(series, origin, learned, ahead),
    )
    return trial, learned.training.model.scales


def _outside(series: QueueSeries, origin: Origin, learned: Learned, ahead: Ahead) -> Trial | None:
    """Cells outside learnt hours with contacts, now or before, and what the simple forecasts make of them."""
    if series.outside is None:
        return None
    past, came = series.outside[: origin.day], series.outside[origin.day : origin.day + origin.days]
    training = replace(learned.training, offered=past, raw=past)
    simple = {name: METHODS[name].predict(training, ahead).offered for name in BASELINES}
    cells = np.isfinite(came) & (np.nan_to_num(came) + sum(simple.values()) > 0)
    day, slot = np.nonzero(cells)
    unknown = np.full(len(day), np.nan)
    predicted = {name: values[cells] for name, values in simple.items()}
    return Trial(came[cells], predicted, np.full(len(day), origin.day), day + origin.day, slot, unknown, unknown)


def _open_as_known(series: QueueSeries, timetable: Timetable | None, origin: Origin) -> Flags:
    """(days, slots) after the origin: open by the hours that could be known there."""
    if timetable is None or len(timetable.periods) == 1:
        return series.open[origin.day : origin.day + origin.days]
    ahead = DayGrid(series.grid.date_of(origin.day), origin.days, series.grid.calendar)
    return ahead.open_matrix(timetable.known_on(ahead.first))


def _season_factors(learned: Learned, past: QueueSeries, settings: ForecastSettings, origin: Origin) -> Floats:
    """(days,) after the origin, by what was known then."""
    known = np.isfinite(learned.log_level)
    season = learn_season(
        learned.log_level, known, past.grid.first, settings, origin.days, learned.as_it_was, origin.days
    )
    return season.factor(np.arange(1, origin.days + 1))


def _with_combination(trial: Trial, members: Sequence[str]) -> Trial:
    """What the combination would have said; at each origin its weights come from the other origins alone."""
    if len(members) < 2:
        return trial
    combined = np.zeros(len(trial.actual))
    for origin in np.unique(trial.origin):
        own = trial.origin == origin
        others = replace(trial, **{name: getattr(trial, name)[~own] for name in CELLS}, predicted=_of(trial, ~own))
        predicted = {name: trial.predicted[name][own] for name in members}
        combined[own] = combine(predicted, trial.day[own], weights(others, members))
    return replace(trial, predicted={**trial.predicted, COMBINATION: combined})


def _of(trial: Trial, cells: Flags) -> dict[str, Floats]:
    return {name: values[cells] for name, values in trial.predicted.items()}


def weights(trial: Trial | None, members: Sequence[str]) -> Weights:
    """Of the members in the combination, from all cells of the trial; equal ones without any."""
    if trial is None or not trial.actual.sum() > 0:
        return equal_weights(members)
    return learn_weights(trial.actual, trial.predicted, trial.day_of_origin, members, trial.origins)


def choose(trial: Trial | None, methods: Sequence[str]) -> str:
    """The combination, unless a method alone or the plain average did clearly better by `error`.

    Where nothing can be told the recent average is used, or the first method allowed.
    """
    order = [name for name in METHODS if name in methods]
    default = DEFAULT_METHOD if DEFAULT_METHOD in order else order[0]
    if trial is None or trial.actual.sum() <= 0:
        return default
    allowed = (*methods, "plain_average") if len(order) > 1 else methods
    alone = [name for name in METHODS if name in allowed and name in trial.predicted]
    errors = {name: error(trial, name) for name in alone}
    best = min(alone, key=lambda name: (round(errors[name], 9), alone.index(name)))
    if COMBINATION in trial.predicted and errors[best] > CLEARLY_BETTER * error(trial, COMBINATION):
        return COMBINATION
    return best


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
    """Rows of the backtest table, one for each method, over all contacts that came."""
    rows: list[dict[str, object]] = []
    trial = trial.scored(chosen)
    for name, predicted in trial.predicted.items():
        rows.append(
            {
                "queue": queue,
                "method": name,
                "chosen": "yes" if name == chosen else "no",
                "origins": trial.origins,
                "wape": wape(trial.actual, predicted),
                "wape_day": day_wape(trial, name),
                "bias": bias(trial.actual, predicted),
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
