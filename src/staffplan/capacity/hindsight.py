"""Rates of leaving judged by a year that they have not seen, beside one rate for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from staffplan.capacity.cohorts import Floats
from staffplan.capacity.leaving import Leaving, learn_leaving
from staffplan.capacity.stays import DAYS_OF_A_MONTH, Exposure, Stays, exposure_of

LONGEST_MONTHS, SHARE_HELD_OUT = 12.0, 1 / 3
FEWEST_LEAVERS = 20
"""Fewer before or after say nothing of one way against another."""
DRAWS = 4_000
TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Hindsight:
    """Leavers of the time held out, (bands,) each, and which way told them better."""

    months: float
    seen: Floats
    expected: Floats
    one_rate: Floats
    """Expected by one rate for all."""
    low: float
    high: float
    """95 % of all leavers together, rates not surely known."""
    gain: float
    """Log-likelihood of the leavers by tenure and month above that by one rate; below 0: one rate was better."""


def hindsight(stays: Stays, edges: Floats, rng: np.random.Generator) -> Hindsight | None:
    """Rates learnt without the last year, or the last third of a shorter history; None for too few leavers. `edges`,
    (bands + 1,): of tenure."""
    known = (stays.known_until + 1 - int(stays.entered.min())) / DAYS_OF_A_MONTH if len(stays.start) else 0.0
    months = min(LONGEST_MONTHS, known * SHARE_HELD_OUT)
    split = stays.known_until + 1 - round(months * DAYS_OF_A_MONTH)
    before, after = exposure_of(stays.before(split), edges), exposure_of(stays.since(split), edges)
    if min(before.left.sum(), after.left.sum()) < FEWEST_LEAVERS:
        return None
    learnt = learn_leaving(before, edges, known - months)
    expected, flat = _expected(learnt, after), learnt.rate * after.days
    low, high = _interval(learnt, after, rng)
    gain = _log_likelihood(after.left, expected) - _log_likelihood(after.left, flat)
    return Hindsight(months, after.left.sum(axis=1), expected.sum(axis=1), flat.sum(axis=1), low, high, gain)


def _expected(learnt: Leaving, after: Exposure) -> Floats:
    """(bands, 12): leavers expected among those who were there."""
    return np.asarray(learnt.rates()[:, None] * learnt.season() * after.days)


def _log_likelihood(seen: Floats, expected: Floats) -> float:
    return float((xlogy(seen, np.maximum(expected, 1e-12)) - expected).sum())


def _interval(learnt: Leaving, after: Exposure, rng: np.random.Generator) -> tuple[float, float]:
    """All leavers: Poisson, around rates drawn from what is known of the bands, and of the rate they are drawn to."""
    seen, strength, left = learnt.exposure.left.sum(axis=1), learnt.bands.strength, learnt.exposure.left.sum()
    common = rng.gamma(left, 1.0 / left, size=(DRAWS, 1))
    expected = learnt.rate * learnt.exposure.days.sum(axis=1)
    risks = common * rng.gamma(seen + strength, size=(DRAWS, len(seen))) / (common * expected + strength)
    totals = rng.poisson(learnt.rate * (risks @ (after.days * learnt.season()).sum(axis=1)))
    low, high = np.quantile(totals, TAILS)
    return float(low), float(high)
