"""Bands of counts at one level, intervals or days: a variance, and how far the bands must be stretched.

The stretch makes bands hold what they promise in the backtest (conformal prediction, with the distance into the
tails as score). The 80 % band takes it as it is: a quantile of the errors tells their scale as well as their mean
square does, and better where a few are wild. How much further out the 95 % band lies is drawn towards the normal's
where there are few independent errors. Both get Student's allowance for a scale that is itself an estimate.

Source of the conformal idea: Angelopoulos and Bates, "A gentle introduction to conformal prediction", arXiv
2107.07511; of fixed weights where errors drift: Lin et al., "Domain-shift-aware conformal prediction for large
language models", arXiv 2510.05566, section 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from staffplan.forecast.bands.counts import LEVELS, count_quantile, expected_reaches, reaches, tail_depth
from staffplan.forecast.bands.variance import Variance
from staffplan.forecast.history.series import Flags, Floats, Whole

INDEPENDENT_ERRORS = 50.0
"""Independent errors at which the tail seen weighs as much as the normal's: of so many, a 95 % quantile is known to
about 13 % (root of 0.95 x 0.05 / 50, over the normal density there), which is as far as queues differ from it."""
FEWEST_FREEDOMS = 3.0
"""Student's t with fewer hardly has a variance."""
RECENT_HALF_LIFE_DAYS = 14.0
"""An error of the backtest counts half after so many days: forecasts of its first origins had less to learn from, and
what customers do changes. Of one, two, four and eight weeks and no forgetting, on real and made-up queues, one and
two held most nearly what they promise; one leaves the days of steady queues to chance."""
THINNEST_TAIL = 1e-9
SPECIAL_DAYS = 3.0
"""Special days whose errors weigh as much as the belief that they scatter like others."""
Bounds = dict[float, tuple[Floats, Floats]]
"""Low and high (cells,) for each of LEVELS."""


@dataclass(frozen=True)
class Cells:
    """Backtest cells of one method, (cells,): what came, what was said before, day numbers of origin and cell, and
    whether the day is one that the calendar knows as special."""

    actual: Floats
    predicted: Floats
    origin: Whole
    day: Whole
    special: Flags

    @property
    def days_ahead(self) -> Whole:
        """(cells,): 1 on the first day of a forecast."""
        return self.day - self.origin + 1

    @property
    def least_mean(self) -> float:
        """What came, on average, where nothing was expected: zero expected is not zero possible."""
        nothing = self.predicted <= 0
        return float(self.actual[nothing].mean()) if nothing.any() else 0.0

    def by_day(self) -> Cells:
        """Totals of each day of each origin."""
        days = int(self.day.max(initial=0)) + 1
        code, place = np.unique(self.origin * days + self.day, return_inverse=True)
        actual, predicted = np.bincount(place, self.actual), np.bincount(place, self.predicted)
        special = np.bincount(place, self.special) > 0
        return Cells(actual.astype(float), predicted.astype(float), code // days, code % days, special)

    def at(self, chosen: Flags) -> Cells:
        """Only the chosen ones."""
        actual, predicted, special = self.actual[chosen], self.predicted[chosen], self.special[chosen]
        return Cells(actual, predicted, self.origin[chosen], self.day[chosen], special)


@dataclass(frozen=True)
class Scale:
    """Bands at one level; `stretch`, for each of LEVELS, multiplies the normal deviations that they reach."""

    variance: Variance
    stretch: tuple[float, float] = (1.0, 1.0)
    least_mean: float = 0.0
    tested_days: int = 0
    """Days ahead that the backtest reached."""
    special: float = 1.0
    """How much wider bands are on special days: the stretch is multiplied by it."""

    def drift(self, days_ahead: Whole, log_variance: Floats | float = 0.0) -> Floats:
        """Relative variance (cells,) of the level since the origin: as the backtest saw it, and beyond its days what
        `log_variance` says, the variance of the level's logarithm on top, or more of the same, whichever is more.

        More of the same is believed for as many days as were tested: a few weeks do not tell how far a level wanders
        in a year. Without a backtest it is believed all the way.
        """
        later = np.maximum(days_ahead - self.tested_days, 0)
        same = np.minimum(later, self.tested_days) if self.tested_days else later
        beyond = np.maximum(self.variance.per_day * same, np.expm1(log_variance))
        return np.asarray(self.variance.per_day * (days_ahead - later) + beyond)

    def spread(self, offered: Floats, days_ahead: Whole, log_variance: Floats | float = 0.0) -> tuple[Floats, Floats]:
        """Mean and variance (cells,)."""
        mean = np.maximum(offered, self.least_mean)
        today = self.variance.of(mean, np.zeros(len(mean)))
        return mean, today + self.drift(days_ahead, log_variance) * mean**2

    def bounds(
        self, offered: Floats, days_ahead: Whole, special: Flags, log_variance: Floats | float = 0.0
    ) -> Bounds:
        """Whole numbers from 0 up that are never nearer together than those of Poisson counts held to the same
        promise, and where `offered` itself lies outside, that."""
        if not len(offered):
            return dict.fromkeys(LEVELS, (offered, offered))
        mean, variance = self.spread(offered, days_ahead, log_variance)
        own, least = expected_reaches(mean, variance), expected_reaches(mean, mean)
        found: Bounds = {}
        for level, stretch, far, poisson in zip(LEVELS, self.stretch, own, least, strict=True):
            ends = np.where(special, self.special, 1.0) * stretch * far
            pairs = ((ends, variance), (np.full(len(mean), poisson), mean))
            lows = [count_quantile(_tail(end), mean, spread) for end, spread in pairs]
            highs = [count_quantile(1 - _tail(end), mean, spread) for end, spread in pairs]
            found[level] = np.minimum.reduce([*lows, offered]), np.maximum.reduce([*highs, offered])
        return _nested(found)

    def deviations(self, normal: Floats, special: Flags) -> Floats:
        """(days, deviations): standard normal deviations stretched as the bands of each day are: by the first factor
        up to the 80 % band's end, by the second from the 95 % band's on, in between by what lies between."""
        ends = [normal_end(level) for level in LEVELS]
        stretched = normal * np.interp(np.abs(normal), ends, self.stretch)
        return np.asarray(np.where(special, self.special, 1.0)[:, None] * stretched)


@dataclass(frozen=True)
class Evidence:
    """What backtest cells say of bands: tail depths (cells,), and for each of LEVELS the reach that is expected."""

    depth: Floats
    expected: tuple[float, float]

    @classmethod
    def of(cls, actual: Floats, mean: Floats, variance: Floats) -> Evidence:
        return cls(tail_depth(actual, mean, variance), expected_reaches(mean, variance))

    def stretch(self, independent: float, chosen: Flags, weight: Floats) -> tuple[float, float]:
        """The stretch learnt from the chosen cells, which hold as much as `independent` independent ones.

        How wide bands must be is told by what counts most (`weight`, (cells,)), how much further out the tail lies by
        all alike.
        """
        near = self.seen(chosen, weight)[0]
        middle, far = self.seen(chosen)
        tail = (far / middle) ** (independent / (independent + INDEPENDENT_ERRORS))
        stretch = near * _allowance(independent, LEVELS[0]), near * tail * _allowance(independent, LEVELS[1])
        return stretch[0], max(stretch[1], stretch[0] * normal_end(LEVELS[0]) / normal_end(LEVELS[1]))

    def seen(self, chosen: Flags, weight: Floats | None = None) -> tuple[float, float]:
        """How far bands had to reach to hold their shares of the chosen cells, over how far was expected."""
        reached = reaches(self.depth[chosen], np.ones(int(chosen.sum())) if weight is None else weight[chosen])
        return reached[0] / self.expected[0], reached[1] / self.expected[1]

    def special(self, special: Flags, ordinary: Flags, days: int) -> float:
        """How much further the errors of `days` special days reach than those of ordinary ones, drawn towards no
        further; 1 where either is missing."""
        if not special.any() or not ordinary.any():
            return 1.0
        ratio = self.seen(special)[0] / self.seen(ordinary)[0]
        return float(max(ratio, 1.0) ** (days / (days + SPECIAL_DAYS)))

    def inside(self, stretch: Floats | tuple[float, float]) -> dict[float, Flags]:
        """Whether each cell lies in bands stretched by `stretch` (levels, cells), for each level."""
        ends = zip(LEVELS, stretch, self.expected, strict=True)
        return {level: np.asarray(self.depth >= ndtr(-factor * own)) for level, factor, own in ends}


def _tail(deviations: Floats) -> Floats:
    return np.maximum(ndtr(-deviations), THINNEST_TAIL)


def nearness(day: Whole, here: int) -> Floats:
    """(cells,): weights that fall with the distance of each cell's day from day `here`."""
    return np.asarray(0.5 ** (np.abs(day - here) / RECENT_HALF_LIFE_DAYS))


def normal_end(level: float) -> float:
    """Where a two-sided normal interval ends."""
    return float(ndtri((1 + level) / 2))


def _allowance(independent: float, level: float) -> float:
    """How much further out Student's t lies than the normal; its freedoms are the errors behind the scale."""
    return float(stdtrit(max(independent, FEWEST_FREEDOMS), (1 + level) / 2)) / normal_end(level)


def _nested(bounds: Bounds) -> Bounds:
    """The wider level holds the narrower one."""
    (low, high), (lowest, highest) = bounds[LEVELS[0]], bounds[LEVELS[1]]
    return {LEVELS[0]: (low, high), LEVELS[1]: (np.minimum(lowest, low), np.maximum(highest, high))}
