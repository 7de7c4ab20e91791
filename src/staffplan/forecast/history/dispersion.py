"""How much the counts of a history scatter by chance, found so that outages and spikes do not count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Floats

MEDIAN_OF_SQUARED_NORMAL = 0.4549364
"""Median of the chi-square distribution with one degree of freedom..."""
TENTH_OF_SQUARED_NORMAL = 2.7055435
"""...and what one in ten of its values exceeds: a skewed count shows its width there rather than at its median."""
GROUPS = 8
"""The scatter is taken in this many groups of like size of promise, smallest to largest."""
FEWEST_IN_A_GROUP = 20
ENOUGH_CELLS = 4096
"""Of more cells about this many are looked at, evenly spaced: by an odd number, so as to meet all times of day."""


@dataclass(frozen=True)
class Dispersion:
    """Variance = factor x mean + alpha x mean^2; Poisson is (1, 0)."""

    factor: float = 1.0
    alpha: float = 0.0
    inertia: float = 0.0
    """Correlation of neighbouring cells' errors."""

    def sigmas(self, contacts: Floats, promised: Floats, evenness: Floats) -> Floats:
        """How unlikely totals of neighbouring cells are, in standard deviations: the root of the unit deviance.

        Arguments and result: arrays of one shape.

        `evenness`: sum of squares of the cells' promises over the square of their sum, by which the alpha of a total
        is smaller than that of a cell where cells are independent; with inertia it is smaller by less (the sum of an
        AR(1) series). Source of the deviance: statsmodels, genmod.families.family.NegativeBinomial.
        """
        mean = np.maximum(promised, 1e-9)
        together = np.minimum(evenness * (1 + self.inertia) / (1 - self.inertia), 1.0)
        alpha = np.maximum(self.alpha / self.factor * together, 1e-9)
        own = contacts * np.log(np.maximum(contacts, 1e-300) / mean)
        both = (contacts + 1 / alpha) * np.log((1 + alpha * contacts) / (1 + alpha * mean))
        return np.asarray(np.sqrt(np.maximum(2 * (own - both), 0.0) / self.factor))


def fit_dispersion(contacts: Floats, promised: Floats) -> Dispersion:
    """From (days, cells): squared errors over promise, robust among cells of like promise, as a line in it."""
    cells = np.isfinite(promised) & (promised >= 1)
    if np.count_nonzero(cells) < FEWEST_IN_A_GROUP:
        return Dispersion()
    spacing = np.count_nonzero(cells) // ENOUGH_CELLS | 1
    mean = promised[cells][::spacing]
    squares = (contacts[cells][::spacing] - mean) ** 2 / mean
    order = np.argsort(mean)
    groups = np.array_split(order, min(GROUPS, max(1, len(order) // FEWEST_IN_A_GROUP)))
    sizes = np.array([mean[group].mean() for group in groups])
    factor, alpha = _line(sizes, np.array([_robust_mean(squares[group]) for group in groups]))
    return Dispersion(factor, alpha, _inertia(np.where(cells, contacts - promised, 0.0)))


def _inertia(errors: Floats) -> float:
    """Correlation of neighbours from how often they have the same sign, as normal errors would (Greiner's relation).

    Signs do not care for wild values. Zero where there is nothing to compare.
    """
    products = np.sign(errors[:, 1:]) * np.sign(errors[:, :-1])
    compared = np.count_nonzero(products)
    if not compared:
        return 0.0
    return float(np.clip(np.sin(np.pi / 2 * products.sum() / compared), 0.0, 0.95))


def _robust_mean(squares: Floats) -> float:
    """The mean of scaled chi-square values, unmoved by one wild value in ten."""
    middle, upper = np.quantile(squares, [0.5, 0.9])
    return max(1.0, float(middle) / MEDIAN_OF_SQUARED_NORMAL, float(upper) / TENTH_OF_SQUARED_NORMAL)


def _line(sizes: Floats, scatter: Floats) -> tuple[float, float]:
    """Least relative squares of scatter = factor + alpha x size, with factor at least 1 and alpha at least 0."""
    weight = scatter**-2
    centre, height = np.average(sizes, weights=weight), np.average(scatter, weights=weight)
    width = float((weight * (sizes - centre) ** 2).sum())
    alpha = max(0.0, float((weight * (sizes - centre) * (scatter - height)).sum()) / width) if width > 0 else 0.0
    factor = float(height - alpha * centre)
    if factor >= 1:
        return factor, alpha
    return 1.0, max(0.0, float((weight * sizes * (scatter - 1)).sum() / (weight * sizes**2).sum()))
