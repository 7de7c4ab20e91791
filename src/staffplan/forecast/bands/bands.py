"""Prediction bands of one queue at two levels that belong together: counts of intervals, and totals of days.

A day's total misses its forecast because the level of the whole forecast, of a week or of a day was missed, and by
chance; an interval misses it with its day, and on its own. Both variances come from the backtest (variance.py), each
level's bands are then stretched to hold what they promise (scale.py), and the days' errors hang together as they did
in the backtest (sharing.py): paths of day totals drawn from all that (paths.py) give bands of any sum of days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from staffplan.forecast.accuracy import pinball
from staffplan.forecast.bands.counts import LEVELS, count_quantile
from staffplan.forecast.bands.evidence import ALIKE, ByVolume, Evidence, by_volume, nearness
from staffplan.forecast.bands.scale import Bounds, Cells, Scale
from staffplan.forecast.bands.sharing import DayScores, Sharing, day_scores, fit_sharing
from staffplan.forecast.bands.variance import Variance, fit_variance
from staffplan.forecast.history.series import Flags, Floats, QueueSeries, Whole

UNKNOWN_DISPERSION = 0.1
"""Assumed where a history has no two comparable days: the rate may be off by about a third (sqrt 0.1)."""
UNKNOWN_DRIFT = 0.0004
"""Assumed where no forecast could be tested: the level walks by 2 % a day (its square), 11 % in four weeks."""
FEWEST_ORDINARY_DAYS = 7
"""With fewer ordinary days in the backtest special days teach as well."""
JUDGED_CELLS = 1000
"""Cells, evenly spread over the backtest, by which the pinball loss is judged."""


@dataclass(frozen=True)
class Bands:
    """How far a queue's intervals and days scatter around its forecast."""

    interval: Scale
    day: Scale
    sharing: Sharing
    scores: DayScores | None = None
    """Errors of day totals in the backtest, for the correlation with other queues."""

    def bounds(
        self, offered: Floats, days_ahead: Whole, special: Flags, extra_log_variance: Floats | float = 0.0
    ) -> Bounds:
        """Bands of intervals, (cells,); `days_ahead` is 1 on the first day after the history, `special` tells the
        days that the calendar knows as such.

        `extra_log_variance` (cells,) is variance of the logarithm of the level on top of what the backtest could see.
        """
        return self.interval.bounds(offered, days_ahead, special, extra_log_variance)

    def day_bounds(
        self, offered: Floats, days_ahead: Whole, special: Flags, extra_log_variance: Floats | float = 0.0
    ) -> Bounds:
        """Bands of totals of days, (days,)."""
        return self.day.bounds(offered, days_ahead, special, extra_log_variance)

    @property
    def dispersion(self) -> float:
        """Relative variance of a day's rate on the first day ahead: its root is how far off a day's rate may be."""
        return self.day.variance.steady + self.day.variance.per_day


@dataclass(frozen=True)
class Coverage:
    """Shares inside for each of LEVELS, each calendar week judged by the other weeks; NaN where there is one only.

    `pinball` is the mean pinball loss of the four bounds of an interval, over the mean contacts of an interval.
    """

    interval: dict[float, float]
    day: dict[float, float]
    pinball: float


@dataclass(frozen=True)
class _Level:
    """Backtest cells of one level, the variance that ordinary days have, and what all say of bands."""

    cells: Cells
    ordinary: Flags
    """The cells that teach; all of them, where too few days are ordinary."""
    variance: Variance
    evidence: Evidence
    mean: Floats
    spread: Floats
    """Variance (cells,)."""
    volume: ByVolume = ALIKE

    @classmethod
    def of(cls, cells: Cells, per_day: float | None = None) -> _Level:
        ordinary = ~cells.special
        if len(np.unique(cells.day[ordinary])) < FEWEST_ORDINARY_DAYS:
            ordinary = np.ones(len(ordinary), dtype=bool)
        mean = np.maximum(cells.predicted, cells.least_mean)
        squares, taught = (cells.actual - mean) ** 2, cells.days_ahead[ordinary]
        variance = fit_variance(squares[ordinary], mean[ordinary], taught, per_day)
        spread = variance.of(mean, cells.days_ahead)
        return cls(cells, ordinary, variance, Evidence.of(cells.actual, mean, spread), mean, spread)

    def by_volume(self, independent: float) -> _Level:
        """The same, having learnt how errors differ by how much is expected."""
        found = by_volume(self.evidence, self.mean, self.ordinary, independent)
        return replace(self, volume=found, evidence=self.evidence.widened(found.factor(self.mean)))

    def scale(self, independent: float) -> Scale:
        everywhere = np.ones(len(self.mean), dtype=bool)
        weight = nearness(self.cells.day, int(self.cells.day.max()))
        stretch = self.evidence.stretch(independent, self.ordinary, weight)
        tested = int(self.cells.days_ahead.max())
        special = self._special(everywhere)
        return Scale(self.variance, stretch, self.cells.least_mean, tested, special, self.volume)

    def _special(self, chosen: Flags) -> float:
        special = ~self.ordinary & chosen
        days = len(np.unique(self.cells.day[special]))
        return self.evidence.special(special, self.ordinary & chosen, days)

    def stretch_by_week(self, independent: float) -> Floats:
        """(levels, cells): the stretch that the other calendar weeks teach, the nearest most; NaN without any."""
        found = np.full((len(LEVELS), len(self.mean)), np.nan)
        week = self.cells.day // 7
        weeks = np.unique(week)
        for number in weeks:
            own = week == number
            rest = ~own & self.ordinary
            if rest.any():
                factor = np.where(self.ordinary[own], 1.0, self._special(~own))
                weight = nearness(self.cells.day, 7 * int(number) + 3)
                learnt = self.evidence.stretch(independent * (1 - 1 / len(weeks)), rest, weight)
                found[:, own] = np.outer(learnt, factor)
        return found

    def shares_inside(self, stretch: Floats) -> dict[float, float]:
        if not np.isfinite(stretch).all():
            return dict.fromkeys(LEVELS, float("nan"))
        own = self.evidence.inside(stretch)
        least = Evidence.of(self.cells.actual, self.mean, self.mean).inside((1.0, 1.0))
        return {level: float(np.mean(own[level] | least[level])) for level in LEVELS}

    def pinball(self, stretch: Floats) -> float:
        """Mean over both bounds of both levels, over the mean contacts; NaN without contacts or with one week."""
        chosen = np.linspace(0, len(self.mean) - 1, min(len(self.mean), JUDGED_CELLS)).round().astype(int)
        actual = self.cells.actual[chosen]
        if not np.isfinite(stretch).all() or actual.sum() <= 0:
            return float("nan")
        losses: list[float] = []
        for level, factor, own in zip(LEVELS, stretch, self.evidence.expected, strict=True):
            ends = (own * factor)[chosen]
            for end, share in ((-ends, (1 - level) / 2), (ends, (1 + level) / 2)):
                bound = count_quantile(ndtr(end), self.mean[chosen], self.spread[chosen])
                losses.append(pinball(actual, bound, share))
        return float(np.mean(losses) / actual.mean())


def fit_bands(cells: Cells) -> Bands:
    """The bands that these backtest cells speak for; `cells` must not be empty."""
    interval, day, sharing = _levels(cells)
    independent = _independent_cells(interval, day, sharing)
    scores = day_scores(day.cells.at(day.ordinary), day.variance)
    intervals = interval.by_volume(independent).scale(independent)
    return Bands(intervals, day.scale(sharing.independent), sharing, scores)


def cross_coverage(cells: Cells) -> Coverage:
    """What such bands would have held, every calendar week judged by a stretch learnt on the other weeks.

    How errors differ by volume is learnt on all of them.
    """
    interval, day, sharing = _levels(cells)
    independent = _independent_cells(interval, day, sharing)
    interval = interval.by_volume(independent)
    stretch = interval.stretch_by_week(independent)
    days = day.shares_inside(day.stretch_by_week(sharing.independent))
    return Coverage(interval.shares_inside(stretch), days, interval.pinball(stretch))


def _levels(cells: Cells) -> tuple[_Level, _Level, Sharing]:
    day = _Level.of(cells.by_day())
    return _Level.of(cells, day.variance.per_day), day, fit_sharing(day.cells.at(day.ordinary), day.variance)


def _independent_cells(interval: _Level, day: _Level, sharing: Sharing) -> float:
    """Intervals that would tell as much, were they independent: all of them where they share no error of their day
    (the same interval of several origins is one), as few as the days where they share nothing else."""
    cells, days = interval.cells, day.cells
    seen_once = len(cells.day) * len(np.unique(days.day)) / len(days.day)
    squared = float((day.mean**2).sum())
    excess = float((day.spread - day.mean).sum()) / squared if squared > 0 else 0.0
    total = float(interval.spread.sum())
    correlation = min(excess * float((interval.mean**2).sum()) / total, 1.0) if total > 0 else 0.0
    return 1 / (1 / seen_once + correlation**2 / max(sharing.independent, 1.0))


def unknown_bands() -> Bands:
    """The bands that are assumed where nothing tells how far contacts scatter."""
    unknown = Scale(Variance(0.0, UNKNOWN_DISPERSION, UNKNOWN_DRIFT))
    return Bands(unknown, unknown, Sharing(near=1.0, far=1.0))


def bands_without_backtest(series: QueueSeries, rates: Floats) -> tuple[Bands, bool]:
    """From the scatter of the history around its own weekday means `rates` (7, slots).

    False: too few days, an assumption is used. How the level moves on is an assumption in either case.
    """
    known = np.isfinite(series.offered)
    weekday = series.grid.weekday
    repeats = np.zeros((7, known.shape[1]))
    np.add.at(repeats, weekday, known)
    comparable = known & (repeats[weekday] > 1)
    if not comparable.any():
        return unknown_bands(), False
    day = np.broadcast_to(np.arange(series.days)[:, None], known.shape)[comparable]
    expected = rates[weekday][comparable]
    stretch = np.sqrt(repeats / np.maximum(repeats - 1, 1))[weekday][comparable]
    stretched = np.maximum(expected + (series.offered[comparable] - expected) * stretch, 0.0)
    found = fit_bands(Cells(stretched, expected, day, day, series.label[day] != ""))
    return Bands(_drifting(found.interval), _drifting(found.day), found.sharing), True


def _drifting(scale: Scale) -> Scale:
    """The same, with the drift that is assumed."""
    return replace(scale, variance=replace(scale.variance, per_day=UNKNOWN_DRIFT))
