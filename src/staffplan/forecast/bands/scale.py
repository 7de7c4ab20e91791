"""Bands of counts at one level, intervals or days: a variance, and how far the bands are stretched (evidence.py)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from staffplan.forecast.bands.counts import LEVELS, count_quantile, expected_reaches
from staffplan.forecast.bands.evidence import ALIKE, ByVolume, normal_end
from staffplan.forecast.bands.variance import Variance
from staffplan.forecast.history.series import Flags, Floats, Whole

THINNEST_TAIL = 1e-9
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
        """The chosen cells only; `chosen` is (cells,)."""
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
    volume: ByVolume = ALIKE

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
        promise, and where `offered` itself lies outside, that. All arrays, also the lower and upper bounds by level:
        (intervals,)."""
        if not len(offered):
            return dict.fromkeys(LEVELS, (offered, offered))
        mean, variance = self.spread(offered, days_ahead, log_variance)
        own, least = expected_reaches(mean, variance)[0], expected_reaches(mean, mean)[0]
        wider = self._wider(mean, special)
        found: Bounds = {}
        for level, stretch, far, poisson in zip(LEVELS, self.stretch, own, least, strict=True):
            ends = wider * stretch * far
            pairs = ((ends, variance), (poisson, mean))
            lows = [count_quantile(_tail(end), mean, spread) for end, spread in pairs]
            highs = [count_quantile(1 - _tail(end), mean, spread) for end, spread in pairs]
            found[level] = np.minimum.reduce([*lows, offered]), np.maximum.reduce([*highs, offered])
        return _nested(found)

    def _wider(self, mean: Floats, special: Flags) -> Floats:
        """(cells,): what the stretch is multiplied by."""
        return np.where(special, self.special, 1.0) * self.volume.factor(mean)

    def deviations(self, normal: Floats, mean: Floats, special: Flags) -> Floats:
        """(days, deviations): standard normal deviations stretched as the bands of each day are: by the first factor
        up to the 80 % band's end, by the second from the 95 % band's on, in between by what lies between."""
        ends = [normal_end(level) for level in LEVELS]
        stretched = normal * np.interp(np.abs(normal), ends, self.stretch)
        return np.asarray(self._wider(mean, special)[:, None] * stretched)


def _tail(deviations: Floats) -> Floats:
    return np.maximum(ndtr(-deviations), THINNEST_TAIL)


def _nested(bounds: Bounds) -> Bounds:
    """The wider level holds the narrower one."""
    (low, high), (lowest, highest) = bounds[LEVELS[0]], bounds[LEVELS[1]]
    return {LEVELS[0]: (low, high), LEVELS[1]: (np.minimum(lowest, low), np.maximum(highest, high))}
