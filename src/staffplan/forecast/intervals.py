"""Prediction intervals for counts: negative binomial, its tails corrected by what the backtest has seen.

The dispersion comes from backtest errors, week ahead by week ahead (it never shrinks further out). Then the tail
probability is corrected so that the promised share of backtest values lies inside (split conformal prediction,
with the distance into the tail as score).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from staffplan.forecast.series import Floats, QueueSeries, Whole

LEVELS = (0.8, 0.95)
SMALLEST_DISPERSION = 1e-6
"""Below it the negative binomial is Poisson for every count in sight."""
UNKNOWN_DISPERSION = 0.1
"""Assumed where a history has no two comparable days: the rate may be off by about a third (sqrt 0.1)."""
THINNEST_TAIL = 1e-4
OUTLYING = 5.0
"""Standard deviations beyond which a backtest error says nothing about ordinary intervals."""


@dataclass(frozen=True)
class Spread:
    """Dispersion by week ahead (weeks,), and the tail probability on each side for each level.

    `least_mean` is what came, on average, where a forecast said zero: zero expected is not zero possible.
    """

    dispersion: Floats
    tail: dict[float, float]
    least_mean: float = 0.0

    def bounds(self, offered: Floats, weeks_ahead: Whole) -> dict[float, tuple[Floats, Floats]]:
        """Low and high (cells,) for each level: counts, never narrower than Poisson, and holding what is expected."""
        spread = _at_week(self.dispersion, weeks_ahead)
        mean = np.maximum(offered, self.least_mean)
        found: dict[float, tuple[Floats, Floats]] = {}
        for level in LEVELS:
            pairs = ((self.tail[level], spread), (nominal_tail(level), np.zeros(len(spread))))
            lows = [_quantile(tail, mean, dispersion) for tail, dispersion in pairs]
            highs = [_quantile(1 - tail, mean, dispersion) for tail, dispersion in pairs]
            found[level] = np.minimum.reduce([*lows, offered]), np.maximum.reduce([*highs, offered])
        return found


def dispersion_by_week(actual: Floats, predicted: Floats, weeks_ahead: Whole) -> Floats:
    """(weeks,): the alpha of Var = mu + alpha mu^2 that matches the squared errors, never falling with the weeks.

    Errors beyond OUTLYING standard deviations are dropped, in rounds: one outage must not widen every interval.
    Source of the variance: statsmodels, genmod.families.varfuncs.NegativeBinomial; alpha by the method of moments.
    """
    squares = (actual - predicted) ** 2
    kept = np.ones(len(actual), dtype=bool)
    for _ in range(3):
        alpha = _moment(squares[kept], predicted[kept], weeks_ahead[kept], int(weeks_ahead.max(initial=1)))
        kept = squares <= OUTLYING**2 * (predicted + alpha[weeks_ahead - 1] * predicted**2)
    return alpha


def _moment(squares: Floats, predicted: Floats, weeks_ahead: Whole, weeks: int) -> Floats:
    excess = np.bincount(weeks_ahead - 1, squares - predicted, minlength=weeks)
    scale = np.bincount(weeks_ahead - 1, predicted**2, minlength=weeks)
    alpha = np.divide(excess, scale, out=np.zeros(weeks), where=scale > 0)
    return np.asarray(np.maximum.accumulate(np.maximum(alpha, SMALLEST_DISPERSION)))


def fit_spread(actual: Floats, predicted: Floats, weeks_ahead: Whole) -> Spread:
    """The spread that covers what it promises on these backtest values."""
    least = _least_mean(actual, predicted)
    mean = np.maximum(predicted, least)
    dispersion = dispersion_by_week(actual, mean, weeks_ahead)
    depth = tail_depth(actual, mean, _at_week(dispersion, weeks_ahead))
    return Spread(dispersion, _ordered({level: corrected_tail(depth, level) for level in LEVELS}), least)


def _least_mean(actual: Floats, predicted: Floats) -> float:
    nothing = predicted <= 0
    return float(actual[nothing].mean()) if nothing.any() else 0.0


def spread_without_backtest(series: QueueSeries, rates: Floats) -> tuple[Spread, bool]:
    """From the scatter of the history around its own weekday means; False: too few days, an assumption is used."""
    known = np.isfinite(series.offered)
    days = np.zeros((7, known.shape[1]))
    np.add.at(days, series.grid.weekday, known)
    comparable = known & (days[series.grid.weekday] > 1)
    tail = {level: nominal_tail(level) for level in LEVELS}
    if not comparable.any():
        return Spread(np.array([UNKNOWN_DISPERSION]), tail), False
    repeats = days[series.grid.weekday][comparable]
    expected = rates[series.grid.weekday][comparable]
    stretched = expected + (series.offered[comparable] - expected) * np.sqrt(repeats / (repeats - 1))
    return Spread(dispersion_by_week(stretched, expected, np.ones(len(expected), dtype=np.int64)), tail), True


def tail_depth(actual: Floats, predicted: Floats, dispersion: Floats) -> Floats:
    """(cells,): the largest tail probability for which the two-sided interval still holds the actual value.

    The interval from quantile t to quantile 1 - t holds y when F(y) >= t and F(y - 1) < 1 - t.
    """
    size, probability = _parameters(predicted, dispersion)
    below = nbinom.cdf(np.ceil(actual) - 1, size, probability)
    upto = nbinom.cdf(np.floor(actual), size, probability)
    return np.asarray(np.minimum(upto, 1 - below))


def corrected_tail(depth: Floats, level: float) -> float:
    """The tail probability that the share `level` of the depths reaches; at most one half, where only the median is.

    The rank floor((n + 1)(1 - level)) is the finite-sample one of split conformal prediction.
    Source: Angelopoulos and Bates, "A gentle introduction to conformal prediction", arXiv 2107.07511, section 1.
    """
    rank = int(np.floor((len(depth) + 1) * (1 - level) + 1e-9))
    if rank < 1:
        return nominal_tail(level)
    reached = float(np.partition(depth, rank - 1)[rank - 1])
    return min(max(reached, THINNEST_TAIL), 0.5)


def cross_coverage(actual: Floats, predicted: Floats, weeks_ahead: Whole, week: Whole) -> dict[float, float]:
    """Share inside for each level, every calendar week judged by tails corrected on the other weeks; NaN with one."""
    weeks = np.unique(week)
    if len(weeks) < 2:
        return dict.fromkeys(LEVELS, float("nan"))
    mean = np.maximum(predicted, _least_mean(actual, predicted))
    dispersion = dispersion_by_week(actual, mean, weeks_ahead)
    depth = tail_depth(actual, mean, _at_week(dispersion, weeks_ahead))
    as_poisson = tail_depth(actual, mean, np.zeros(len(mean)))
    inside = dict.fromkeys(LEVELS, 0)
    for own in weeks:
        rest = week != own
        for level in LEVELS:
            covered = depth[~rest] >= corrected_tail(depth[rest], level)
            inside[level] += int((covered | (as_poisson[~rest] >= nominal_tail(level))).sum())
    return {level: count / len(actual) for level, count in inside.items()}


def nominal_tail(level: float) -> float:
    """Half of what lies outside."""
    return (1 - level) / 2


def _ordered(tail: dict[float, float]) -> dict[float, float]:
    """The wider level never has the fatter tail."""
    return {0.8: tail[0.8], 0.95: min(tail[0.95], tail[0.8])}


def _at_week(dispersion: Floats, weeks_ahead: Whole) -> Floats:
    """(cells,): beyond the weeks tested it goes on growing as it did on average within them."""
    last = len(dispersion)
    growth = (dispersion[-1] - dispersion[0]) / (last - 1) if last > 1 else 0.0
    inside = dispersion[np.minimum(weeks_ahead, last) - 1]
    return np.asarray(inside + growth * np.maximum(weeks_ahead - last, 0))


def _parameters(mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """scipy's n and p of the negative binomial with this mean and variance mean + dispersion x mean^2."""
    size = 1 / np.maximum(dispersion, SMALLEST_DISPERSION)
    return size, size / (size + np.maximum(mean, 1e-12))


def _quantile(share: float, mean: Floats, dispersion: Floats) -> Floats:
    size, probability = _parameters(mean, dispersion)
    return np.asarray(nbinom.ppf(share, size, probability), dtype=float)
