"""Several forecasts made one: day totals and shapes of the day weighed apart, by what each did in the backtest.

A method may know how much comes in a day and not when, or the other way round; so its day totals and its shapes
have weights of their own. Weights fall with the backtest's squared errors and are drawn towards equal ones, the more
the fewer origins there are. Source of weights by inverse squared error, correlations left aside: Bates and Granger,
"The combination of forecasts", Operational Research Quarterly 20 (1969), as the R package ForecastComb (comb_BG)
gives it; the powers and the drawing together are this project's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.forecast.accuracy import totals
from staffplan.forecast.history.series import Floats, Whole

COMBINATION = "combination"
DAY_POWER = 2.0
"""Weights of day totals fall with this power of the mean squared error."""
SHAPE_POWER = 4.0
"""Weights of shapes fall with this power of the mean squared error: most of it is chance, which all share."""
MEDIAN_OF_NORMAL = 0.6745
"""Median of a normal error's distance from zero, in standard deviations."""
SMALLEST_VARIANCE = 0.5
"""Of a cell in which next to nothing is expected."""
WINSOR = 3.0
"""Errors of day totals beyond this many typical ones count as this many: one strange day decides nothing."""
ORIGINS_OF_BELIEF = 2.0
"""Equal weights are believed in as much as the findings of this many origins."""


@dataclass(frozen=True)
class Weights:
    """Shares of each method in the day totals and in the shapes; each adds up to one."""

    day: Mapping[str, float]
    shape: Mapping[str, float]


def equal_weights(names: Sequence[str]) -> Weights:
    share = dict.fromkeys(names, 1 / len(names))
    return Weights(share, share)


def learn_weights(
    actual: Floats, predicted: Mapping[str, Floats], day: Whole, names: Sequence[str], origins: int
) -> Weights:
    """From cells of the backtest (cells,); `day` numbers the day that a cell belongs to, origin by origin."""
    belief = ORIGINS_OF_BELIEF / (ORIGINS_OF_BELIEF + origins)
    came = totals(actual, day)
    sums = {name: totals(predicted[name], day) for name in names}
    errors = np.abs(np.array([sums[name] - came for name in names]))
    cap = WINSOR * max(float(np.median(errors)) / MEDIAN_OF_NORMAL, 1e-9)
    day_losses = (np.minimum(errors, cap) ** 2).mean(axis=1)
    order = np.unique(day, return_inverse=True)[1]
    shapes = np.array([_laid_out(predicted[name], sums[name], came, order) for name in names])
    variance = shapes.mean(axis=0) + SMALLEST_VARIANCE
    shape_losses = ((shapes - actual) ** 2 / variance).mean(axis=1)
    return Weights(_shares(names, day_losses, DAY_POWER, belief), _shares(names, shape_losses, SHAPE_POWER, belief))


def _laid_out(predicted: Floats, total: Floats, came: Floats, order: Whole) -> Floats:
    """(cells,): what came in each day, laid out by the method's own shape."""
    scale = np.divide(came, total, out=np.zeros(len(total)), where=total > 0)
    return np.asarray(predicted * scale[order])


def _shares(names: Sequence[str], losses: Floats, power: float, belief: float) -> dict[str, float]:
    relative = np.maximum(losses, 1e-12) / max(float(losses.min()), 1e-12)
    share = relative**-power
    share = (1 - belief) * share / share.sum() + belief / len(names)
    return dict(zip(names, share.tolist(), strict=True))


def combine(predicted: Mapping[str, Floats], day: Whole, weights: Weights) -> Floats:
    """(cells,): weighted day totals, laid out by the weighted shapes; `day` numbers the day of each cell."""
    if not len(day):
        return np.zeros(0)
    order = np.unique(day, return_inverse=True)[1]
    sums = {name: totals(values, day) for name, values in predicted.items()}
    total = np.zeros(int(order.max()) + 1)
    shape, shares = np.zeros(len(day)), np.zeros(len(total))
    for name, values in predicted.items():
        total += weights.day.get(name, 0.0) * sums[name]
        known = sums[name] > 0
        scale = np.divide(weights.shape.get(name, 0.0), sums[name], out=np.zeros(len(known)), where=known)
        shape += values * scale[order]
        shares += np.where(known, weights.shape.get(name, 0.0), 0.0)
    scale = np.divide(total, shares, out=np.zeros(len(total)), where=shares > 0)
    return np.asarray(shape * scale[order])
