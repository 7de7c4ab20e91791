"""How far a prediction from the day so far is followed: as far as it helped at that hour and on that weekday."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.intraday.model import PRIOR_DAYS

WEEKDAYS = 7


@dataclass(frozen=True)
class Terms:
    """What was predicted of the deviation of a total, and what it was: (days, hours); NaN where there is none."""

    predicted: Floats
    actual: Floats
    weekday: Whole
    """(days,)."""

    def of(self, chosen: Flags) -> Terms:
        """The terms of the chosen days only; `chosen` is (days,)."""
        return Terms(self.predicted[chosen], self.actual[chosen], self.weekday[chosen])


def trust(terms: Terms) -> Floats:
    """(weekdays, hours): the factor on the prediction that fits best, from 0 to 1, each hour with its neighbours.

    Weekdays are drawn to what all of them teach, and that to a belief in 1, each time by the weight of PRIOR_DAYS
    days: on a day that opens late, a first hour far off tells of the hours, not of the day.
    """
    known = np.isfinite(terms.actual) & np.isfinite(terms.predicted)
    predicted, actual = np.where(known, terms.predicted, 0.0), np.where(known, terms.actual, 0.0)
    squares, products = _with_neighbours(predicted**2), _with_neighbours(predicted * actual)
    prior = PRIOR_DAYS * float((predicted**2).sum()) / max(int(known.sum()), 1)
    of_all = _ratio(products.sum(axis=0) + prior, squares.sum(axis=0) + prior)
    own = terms.weekday == np.arange(WEEKDAYS)[:, None]
    weight = PRIOR_DAYS * squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return _ratio(own @ products + weight * of_all, own @ squares + weight, otherwise=of_all)


def _with_neighbours(values: Floats) -> Floats:
    """(days, hours): each hour and the ones beside it, added up."""
    padded = np.pad(values, ((0, 0), (1, 1)))
    return np.asarray(padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:])


def _ratio(products: Floats, squares: Floats, otherwise: Floats | float = 1.0) -> Floats:
    start = np.broadcast_to(otherwise, squares.shape).astype(float)
    return np.asarray(np.clip(np.divide(products, squares, out=start, where=squares > 0), 0.0, 1.0))


def trust_of_other_blocks(terms: Terms, block: Whole) -> Floats:
    """(days, hours): the trust that the other blocks teach."""
    found = np.ones(terms.actual.shape)
    for number in np.unique(block):
        own = block == number
        found[own] = trust(terms.of(~own))[terms.weekday[own]]
    return found


def gate(before: Floats, after: Floats) -> Floats:
    """(hours,): what is left of an update by what it gained, from losses (days, hours); 0 where it did not.

    The positive-part James-Stein factor, 1 - variance / gain^2: a gain that may be chance opens half a door. As the
    losses are convex, part of an update never loses where the whole of it gained.
    Source of the factor: Morris and Lysy (2012), "Shrinkage estimation in multilevel normal models", arXiv 1203.5610,
    section 1.
    """
    won = _with_neighbours(before - after)
    mean, days = won.mean(axis=0), max(len(won), 2)
    variance = won.var(axis=0, ddof=1) / days if len(won) > 1 else np.full(len(mean), np.inf)
    left = 1 - np.divide(variance, mean**2, out=np.ones(len(mean)), where=mean > 0)
    return np.asarray(np.clip(left, 0.0, 1.0))


def gate_of_other_blocks(before: Floats, after: Floats, block: Whole) -> Floats:
    """(days, hours): the gate that the other blocks teach."""
    found = np.zeros(before.shape)
    for number in np.unique(block):
        own = block == number
        found[own] = gate(before[~own], after[~own])
    return found
