"""How far counts scatter around a forecast: the variance by mean and days ahead, learnt from squared errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from staffplan.forecast.history.series import Floats, Whole

OUTLYING = 5.0
"""Standard deviations beyond which a backtest error says nothing about ordinary days."""
OUTLYING_CONTACTS = 2.0
"""Contacts beyond that again: a single contact where hardly any was expected is no outlier."""
ROUNDS = 4
"""Rounds of weighted least squares; the weights settle within three."""
SLOWEST_DOUBLING_DAYS = 365.0
"""However steady the backtest: the extra variance grows from today to so many days ahead by itself again."""


@dataclass(frozen=True)
class Variance:
    """Var = mean + per_contact x mean + (steady + per_day x days ahead) x mean^2; none of the three is negative.

    With `per_contact` alone it is the negative binomial of kind 1 (quiet intervals scatter more, relatively), with
    `steady` alone that of kind 2. `per_day` is a level that walks at random: its variance grows by so much a day.

    Source of the two kinds: rdrr.io/rforge, countreg, nbreg (dist "NB1", "NB2").
    """

    per_contact: float
    steady: float
    per_day: float

    def of(self, mean: Floats, days_ahead: Floats | Whole) -> Floats:
        """(cells,)."""
        return np.asarray(mean * (1 + self.per_contact) + (self.steady + self.per_day * days_ahead) * mean**2)


def fit_variance(squares: Floats, mean: Floats, days_ahead: Whole, per_day: float | None = None) -> Variance:
    """The variance that matches the squared errors `squares` (cells,); a given `per_day` is kept, the rest is learnt.

    Least squares without negative parts, weighted by the variance that squared counts have themselves (V + 2 V^2 for
    a Poisson count), in rounds; an error beyond OUTLYING standard deviations counts as one of just that size.
    """
    found = Variance(0.0, 0.0, per_day or 0.0)
    scale = max(float(mean.mean()), 1e-9)
    columns = [mean / scale, (mean / scale) ** 2]
    columns += [columns[1] * days_ahead] if per_day is None else []
    known = mean if per_day is None else found.of(mean, days_ahead)
    kept = squares
    for turn in range(ROUNDS):
        variance = np.maximum(found.of(mean, days_ahead), 1e-9)
        if turn:
            kept = np.minimum(squares, (OUTLYING * np.sqrt(variance) + OUTLYING_CONTACTS) ** 2)
        parts = _least_squares(np.column_stack(columns), kept - known, 1 / np.sqrt(variance + 2 * variance**2))
        parts = parts / scale ** np.array([1.0, 2.0, 2.0])[: len(parts)]
        found = Variance(float(parts[0]), float(parts[1]), float(parts[2]) if per_day is None else per_day)
    return found if per_day is not None else _growing(found, mean, days_ahead)


def _least_squares(columns: Floats, target: Floats, weight: Floats) -> Floats:
    """Weighted non-negative least squares; columns that say the same share what they explain."""
    weighted = columns * weight[:, None]
    size = np.sqrt((weighted**2).sum(axis=0)) + 1e-300
    weighted = weighted / size
    root = np.linalg.cholesky(weighted.T @ weighted + 1e-8 * np.eye(len(size)))
    parts, _ = nnls(root.T, np.linalg.solve(root, weighted.T @ (target * weight)))
    return np.asarray(parts / size)


def _growing(found: Variance, mean: Floats, days_ahead: Whole) -> Variance:
    """The same, its growth not below the slowest that is believed."""
    squared = float((mean**2).sum())
    extra = float((replace(found, per_day=0.0).of(mean, days_ahead) - mean).sum()) / squared if squared > 0 else 0.0
    return replace(found, per_day=max(found.per_day, extra / SLOWEST_DOUBLING_DAYS))
