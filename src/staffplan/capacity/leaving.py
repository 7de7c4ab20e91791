"""How likely people leave, by their tenure and the month of the year, as a history of the workforce shows it.

The rate of leaving is constant inside a band of tenure: leavers over the time spent there, which maximises the
likelihood of stays some of which go on (T. R. Holford, The analysis of rates and of survivorship using log-linear
models, Biometrics 36, 1980; N. Laird, D. Olivier, JASA 76, 1981: it is that of Poisson counts). Few leavers say
little, so each band's rate is drawn towards that of all: leavers are Poisson around theta times those expected, theta
is of a gamma distribution with mean 1, and its strength is the one under which the leavers seen, negative binomial
counts, are most likely (D. Clayton, J. Kaldor, Empirical Bayes estimates of age-standardized relative risks,
Biometrics 43, 1987). Months of the year are drawn towards 1 in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import gamma

from staffplan.capacity.cohorts import Floats
from staffplan.capacity.stays import Exposure

WEAKEST, STRONGEST = 0.3, 1e4
"""Strengths of the prior, in leavers, among which the likeliest is taken."""
MONTHS_FOR_A_SEASON = 24.0
"""A year alone cannot tell a season from an event."""
TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Shrunk:
    """(bands,) each: relative risks drawn towards 1, with their 95 % interval."""

    value: Floats
    low: Floats
    high: Floats
    strength: float
    """Leavers that the prior is worth."""


def shrunk(seen: Floats, expected: Floats) -> Shrunk:
    """Relative risks of bands from (bands,) leavers seen, and those expected if all bands were alike."""
    strength = _likeliest_strength(seen, expected)
    shape, rate = seen + strength, expected + strength
    low, high = (np.asarray(gamma.ppf(tail, shape, scale=1.0 / rate)) for tail in TAILS)
    return Shrunk(shape / rate, low, high, strength)


def _likeliest_strength(seen: Floats, expected: Floats) -> float:
    known = expected > 0
    if not known.any() or seen.sum() == 0:
        return STRONGEST

    def unlikely(log_strength: float) -> float:
        strength = np.exp(log_strength)
        counts, means = seen[known], expected[known]
        each = gammaln(counts + strength) - gammaln(strength) + strength * np.log(strength / (strength + means))
        return -float((each + counts * np.log(means / (strength + means))).sum())

    found = minimize_scalar(unlikely, bounds=(np.log(WEAKEST), np.log(STRONGEST)), method="bounded")
    return float(np.exp(found.x))


@dataclass(frozen=True)
class Leaving:
    """What a history says: the rate of leaving of a day, by band of tenure, and multiples of it by month."""

    edges: Floats
    """(bands - 1,): ends of the bands, in days."""
    rate: float
    """Of all bands together."""
    bands: Shrunk
    months: Shrunk | None
    """None where the history is too short to tell a season."""
    exposure: Exposure

    def rates(self) -> Floats:
        """(bands,): of a day."""
        return self.rate * self.bands.value

    def interval(self) -> tuple[Floats, Floats]:
        """(bands,) each: the 95 % interval of the rates of a day.

        What a band's own leavers leave open, and what all leavers leave open of the rate that it is drawn to: the
        squares of the two relative errors add up, and a gamma distribution has the sum. Where nobody left, the upper
        end is the rate at which that had been as unlikely as the tail.
        """
        spent, left = self.exposure.days.sum(axis=1), self.exposure.left.sum()
        if not left:
            most = -np.log(TAILS[0]) / spent.sum() if spent.sum() else np.inf
            return np.zeros(len(spent)), np.full(len(spent), most)
        strength = self.bands.strength
        drawn = strength / (self.rate * spent + strength)
        shape = 1.0 / (1.0 / (self.exposure.left.sum(axis=1) + strength) + drawn**2 / left)
        low, high = (np.asarray(gamma.ppf(tail, shape, scale=self.rates() / shape)) for tail in TAILS)
        return low, high

    def season(self) -> Floats:
        """(12,): multiples of January, ..."""
        return np.ones(12) if self.months is None else self.months.value

    def shares(self, period_days: float, periods: int) -> Floats:
        """(periods,): share of those there that leaves in the first, second, ... period of their stay."""
        ends = period_days * np.arange(periods + 1)
        lower, upper = np.concatenate([[0.0], self.edges]), np.concatenate([self.edges, [np.inf]])
        spent = np.clip(ends[:, None], lower, upper) - lower
        return np.asarray(1.0 - np.exp(-np.diff(spent @ self.rates())))


def learn_leaving(exposure: Exposure, edges: Floats, months_known: float) -> Leaving:
    """Rates from what people spent and who left; 0 where nobody did. `edges`, (bands + 1,): of tenure."""
    spent, left = exposure.days.sum(), exposure.left.sum()
    rate = float(left / spent) if spent else 0.0
    bands = shrunk(exposure.left.sum(axis=1), rate * exposure.days.sum(axis=1))
    months = None
    if months_known >= MONTHS_FOR_A_SEASON and left:
        expected = (rate * bands.value) @ exposure.days
        months = shrunk(exposure.left.sum(axis=0), expected)
    return Leaving(edges, rate, bands, months, exposure)
