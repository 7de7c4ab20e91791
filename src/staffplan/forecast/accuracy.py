"""Error measures of a forecast: arrays in, one number out."""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.series import Floats, Whole


def wape(actual: Floats, predicted: Floats) -> float:
    """Weighted absolute percentage error: sum |actual - predicted| / sum actual, as a share; NaN without volume.

    Source: docs of torchmetrics, "Weighted MAPE" (WMAPE, the same measure).
    """
    total = float(np.sum(actual))
    return float(np.sum(np.abs(actual - predicted))) / total if total > 0 else float("nan")


def rmse(actual: Floats, predicted: Floats) -> float:
    """Root of the mean squared error; the mean minimises it. Both: arrays of one shape."""
    return float(np.sqrt(np.mean((actual - predicted) ** 2)))


def bias(actual: Floats, predicted: Floats) -> float:
    """(sum predicted - sum actual) / sum actual: above zero the forecast is too high; NaN without volume. Both:
    arrays of one shape."""
    total = float(np.sum(actual))
    return (float(np.sum(predicted)) - total) / total if total > 0 else float("nan")


def coverage(actual: Floats, low: Floats, high: Floats) -> float:
    """Share of actual values from low to high, both included; NaN when there are none. All: arrays of one shape."""
    return float(np.mean((actual >= low) & (actual <= high))) if len(actual) else float("nan")


def totals(values: Floats, group: Whole) -> Floats:
    """(groups that occur,): sums of `values` by group number, in the order of the numbers."""
    _, code = np.unique(group, return_inverse=True)
    return np.bincount(code, values).astype(float)


def pinball(actual: Floats, quantile: Floats, share: float) -> float:
    """Mean pinball loss of what was said to be the `share` quantile: least when that share of values lies below.
    `actual` and `quantile`: arrays of one shape.

    Source: docs of mlr3measures (rdrr.io), "Average Pinball Loss".
    """
    below = quantile - actual
    return float(np.mean(np.maximum((1 - share) * below, -share * below)))
