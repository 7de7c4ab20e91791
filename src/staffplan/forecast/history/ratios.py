"""Ratios of counts to what was expected, believed as far as they differ by more than chance."""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.series import Floats


def drawn(came: Floats, expected: Floats, chance: float) -> tuple[Floats, float]:
    """Ratios drawn to 1 by the positive-part James-Stein factor, freedoms / chi-square, and how much is left of them.

    `chance` is the variance over the mean of the counts. `came` and `expected`: arrays of one shape. Source of the
    factor: Morris and Lysy (2012), "Shrinkage estimation in multilevel normal models", arXiv 1203.5610, section 1.
    """
    known = expected > 0
    ratio = np.divide(came, expected, out=np.ones(came.shape), where=known)
    chi_square = float(((came[known] - expected[known]) ** 2 / expected[known]).sum()) / chance
    freedoms = max(int(known.sum()) - 1, 1)
    left = max(0.0, 1 - freedoms / chi_square) if chi_square > 0 else 0.0
    return 1 + left * (ratio - 1), left
