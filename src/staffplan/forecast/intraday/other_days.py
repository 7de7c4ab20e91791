"""Days of another kind: far outside what past days show, such as one with an outage at a supplier or a letter to all.

A day's level is believed to be an ordinary one or, seldom, one of a much wider distribution. How likely the second
is follows from the day so far by Bayes' rule; a day that is of it keeps what has been seen of it.
Source: the contaminated normal of Box and Tiao (1968), "A Bayesian approach to some outlier problems", as described
by Verdinelli and Wasserman (1991), "Bayesian analysis of outlier problems using the Gibbs sampler", Statistics and
Computing 1, 105-117.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.intraday.odd import SHARE_FOR_A_LEVEL

SHARE_OF_DAYS = 0.005
"""Share of days that are of another kind, before anything of the day is known: one or two a year."""
SPREAD = 0.3
"""Standard deviation of such a day's level, as a share of what was expected."""
LIKELY = 0.05
"""Less likely than this, a day is an ordinary one."""
PRIOR_OTHER_DAYS = 2.0
"""The belief that such a day keeps its level weighs as much as this many past days of that kind, each SPREAD off."""


@dataclass(frozen=True)
class OtherDay:
    """Once the first n slots are known, n = 0 .. slots: how likely the day is of another kind (slots + 1,), what is
    then predicted of each target, and by how much wider its variance is than an ordinary day's (slots + 1, targets).
    """

    chance: Floats
    deviation: Floats
    wider: Floats


def other_day(information: Floats, evidence: Floats, contacts: Floats, ordinary: Floats, reach: Floats) -> OtherDay:
    """The belief from what the slots known so far say of a level that the day has beside an ordinary one.

    With 1 the vector of ones and S the covariance of an ordinary day: `information` is 1'S^-1 1 and `evidence`
    1'S^-1 y of the deviations y, `contacts` those expected so far, (slots + 1,). `ordinary` is what is predicted of
    an ordinary day, `reach` by how much a level of 1 raises it, (slots + 1, targets). One contact is added to the
    variance, as counts of nearly nothing have long tails.
    """
    shrink = 1 / (1 + np.divide(information, contacts**2, out=np.zeros_like(contacts), where=contacts > 0))
    information, evidence = information * shrink, evidence * shrink
    widened = 1 + SPREAD**2 * information
    for_ordinary = 0.5 * np.log(widened) - 0.5 * SPREAD**2 * evidence**2 / widened
    odds = (1 - SHARE_OF_DAYS) / SHARE_OF_DAYS * np.exp(np.clip(for_ordinary, -300, 300))
    chance = 1 / (1 + odds)
    level = SPREAD**2 * evidence / widened
    return OtherDay(
        np.where(chance >= LIKELY, chance, 0.0),
        ordinary + reach * level[:, None],
        reach**2 * (SPREAD**2 / widened)[:, None],
    )


def has_level(expected: Floats) -> Flags:
    """(slots + 1,): whether, with the first n slots known, enough of the day's contacts lies behind for a level."""
    behind = np.concatenate([[0.0], np.cumsum(expected)])
    return np.asarray(behind >= SHARE_FOR_A_LEVEL * max(behind[-1], 1e-9))


def trust_in_other_days(moved: Floats, missed: Floats, block: Whole) -> tuple[float, Floats]:
    """How far days of another kind kept their level, 0 to 1: of all past days, and (days,) of those of other blocks.

    moved, missed (days, hours): by how much the belief moves the rest of the day beside an ordinary update, and how
    much that update left to be moved; NaN where there is no rest.
    """
    known = np.isfinite(moved) & np.isfinite(missed)
    moved, missed = np.where(known, moved, 0.0), np.where(known, missed, 0.0)
    hours = known.sum(axis=1).max(initial=1)
    prior = PRIOR_OTHER_DAYS * SPREAD**2 * hours
    squares, products = (moved**2).sum(axis=1), (moved * missed).sum(axis=1)
    of_others = np.array([_share(products[block != own], squares[block != own], prior) for own in block.tolist()])
    return _share(products, squares, prior), of_others


def _share(products: Floats, squares: Floats, prior: float) -> float:
    return float(np.clip((products.sum() + prior) / (squares.sum() + prior), 0.0, 1.0))
