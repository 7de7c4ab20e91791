"""Rows that are not there: no contact came, or nobody wrote it down.

Every absent row is weighed by two ways to be absent: missing, with one chance for all rows of a queue; or a zero that
this feed does not write, as likely as a count of zero is where so much usually comes. How often rows are missing, and
how many of its zeros the feed writes, is learnt from the rows that are there. The split in two classes is by
expectation-maximisation; its source is Bishop, "Pattern Recognition and Machine Learning", section 9.3.
"""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.dispersion import Dispersion, fit_dispersion
from staffplan.forecast.history.series import Flags, Floats

CERTAIN = 0.99
"""Probability of being missing from which on a row is not taken for a zero."""
CLEARLY_MORE = 5.0
"""Standard deviations by which absent rows and zeros must exceed the zeros that are likely, before any is missing."""
MOST_WRITTEN = 0.99
"""No feed is believed to write more of its zeros than this: a few absent rows are no pattern yet."""
ROUNDS = 30
START = 0.05


def missing_cells(present: Floats, absent: Flags, expected: Floats) -> Flags:
    """(days, slots): absent cells that are missing rather than zero.

    `present` (days, slots) are the counts of rows that exist, NaN else; `expected` what such rows hold around there,
    NaN where too few tell.
    """
    told = np.isfinite(expected) & (absent | np.isfinite(present))
    flagged = np.zeros(absent.shape, dtype=bool)
    if not (told & absent).any():
        return flagged
    mean, zero_rows = expected[told], present[told] == 0
    if not zero_rows.any():
        mean = _with_zeros(mean)
    seen = np.isfinite(present) & told
    scatter = fit_dispersion(np.where(seen, present, 0.0), np.where(seen, expected, np.nan))
    nothing = _chance_of_zero(mean, scatter)
    beyond = absent[told].sum() + zero_rows.sum() - nothing.sum()
    if beyond <= CLEARLY_MORE * np.sqrt((nothing * (1 - nothing)).sum()):
        return flagged
    flagged[told] = _missing(absent[told], zero_rows, nothing) > CERTAIN
    return flagged & absent


def _with_zeros(mean: Floats) -> Floats:
    """Mean of counts of which only those above zero were seen: m such that m / (1 - exp(-m)) is `mean`."""
    whole = np.maximum(mean, 1.0)
    for _ in range(ROUNDS):
        whole = mean * -np.expm1(-whole)
    return whole


def _chance_of_zero(mean: Floats, scatter: Dispersion) -> Floats:
    """Of negative binomial counts with this variance."""
    beyond = np.maximum((scatter.factor - 1) * mean + scatter.alpha * mean**2, 1e-9 * mean**2 + 1e-12)
    size = mean**2 / beyond
    return np.asarray(np.exp(-size * np.log1p(mean / np.maximum(size, 1e-12))))


def _missing(absent: Flags, zero_rows: Flags, nothing: Floats) -> Floats:
    """(cells,): probability that each cell's row is missing; zero where it is there."""
    chance = np.where(absent, START, 0.0)
    for _ in range(ROUNDS):
        share = float(chance.mean())
        zeros = float(((1 - chance) * nothing).sum())
        written = min(float(zero_rows.sum()) / zeros, MOST_WRITTEN) if zeros > 0 else 0.0
        unwritten = (1 - share) * nothing * (1 - written)
        chance = np.where(absent, share / np.maximum(share + unwritten, 1e-300), 0.0)
    return chance
