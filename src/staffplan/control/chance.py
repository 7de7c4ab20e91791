"""How far counts stray by chance alone, and what a published band says of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
WIDTH_95 = 2 * 1.959963984540054
"""Of a 95 % band of the normal distribution, in standard deviations."""
NEARLY_POISSON = 1 + 1e-6
"""Ratio of variance to mean below which the negative binomial distribution is computed as a Poisson one."""


def mean_deviation(mean: Floats, variance: Floats | None = None) -> Floats:
    """E|Y - mean| of a Poisson count, or of a negative binomial one where a `variance` above the mean is given.
    Both, and the result: arrays of one shape, contacts; variance in contacts squared.

    With k the whole part of the mean it is 2 (k + 1) P(Y = k + 1) x variance / mean. This follows from
    (y + 1) P(y + 1) = (r + y) q P(y), summed over y = 0..k, which gives the sum of (mean - y) P(y) as
    (k + 1) P(k + 1) / p with p = mean / variance. For a Poisson count p is 1: De Moivre's formula.

    Source: P. Diaconis, S. Zabell, Closed form summation for classical distributions: variations on a theme of
    De Moivre (Statistical Science 6(3), 1991)
    """
    ratio = np.ones_like(mean) if variance is None else np.maximum(variance / np.where(mean > 0, mean, 1.0), 1.0)
    k = np.floor(mean)
    chance = np.where(ratio > NEARLY_POISSON, _log_negative_binomial(k + 1, mean, ratio), _log_poisson(k + 1, mean))
    return np.where(mean > 0, 2 * (k + 1) * np.exp(chance) * ratio, 0.0)


def _log_poisson(y: Floats, mean: Floats) -> Floats:
    return np.asarray(y * np.log(np.where(mean > 0, mean, 1.0)) - mean - gammaln(y + 1))


def _log_negative_binomial(y: Floats, mean: Floats, ratio: Floats) -> Floats:
    """Log of P(Y = y); `ratio` is variance / mean."""
    wide = np.maximum(ratio, NEARLY_POISSON)
    r = np.where(mean > 0, mean, 1.0) / (wide - 1)
    chance = gammaln(y + r) - gammaln(r) - gammaln(y + 1)
    return np.asarray(chance - r * np.log(wide) + y * np.log1p(-1 / wide))


def band_variance(mean: Floats, low: Floats, high: Floats) -> Floats:
    """Variance that a published 95 % band stands for, at least that of a Poisson count. All: arrays of one shape."""
    return np.asarray(np.maximum(((high - low) / WIDTH_95) ** 2, mean))
