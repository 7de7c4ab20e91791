"""Times of which some are only known to be longer: the product-limit curve, and the exponential with most likelihood.

Sources: E. L. Kaplan, P. Meier, Nonparametric estimation from incomplete observations (JASA 53, 1958) for the curve;
M. Greenwood (1926) for its variance, S^2 x sum of d / (n (n - d)); R. Brookmeyer, J. Crowley, A confidence interval
for the median survival time (Biometrics 38, 1982) for quantiles. Conventions are those of R's survival package:
events come before censorings at the same time, a quantile that a flat piece meets exactly is its middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from staffplan.fit.estimates import NORMAL_975, Flags, Floats

EQUAL = 1e-9
"""Shares closer than this are the same."""


@dataclass(frozen=True)
class SurvivalCurve:
    """A step curve; every array has one value for each distinct time of an event, in order."""

    times: Floats
    at_risk: Floats
    events: Floats
    survival: Floats
    log_variance: Floats
    """Greenwood's variance of the logarithm of `survival`; infinite where that is 0."""
    longest: float
    """The longest time seen, of events or not: the curve says nothing beyond."""

    @property
    def standard_error(self) -> Floats:
        """Standard error of `survival`, (times,); 0 where nobody is left."""
        finite = np.where(self.survival > 0, self.log_variance, 0.0)
        return np.asarray(self.survival * np.sqrt(finite))

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper 95 % bounds of `survival`, (times,) each. They are symmetric on the scale of log(-log S),
        so they stay within 0 and 1; nan where nobody is left.

        nan where nobody is left.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = NORMAL_975 * np.sqrt(self.log_variance) / np.abs(np.log(self.survival))
            low, high = self.survival ** np.exp(reach), self.survival ** np.exp(-reach)
        known = self.survival > 0
        return np.where(known, low, np.nan), np.where(known, high, np.nan)

    def at(self, times: Floats) -> Floats:
        """Share still waiting after `times` in seconds, (times,)."""
        place = np.searchsorted(self.times, times, side="right")
        return np.append(1.0, self.survival)[place]

    def quantile(self, share: float) -> tuple[float, float, float]:
        """The time by which this share has gone, and its 95 % bounds; nan where the curve does not get there."""
        low, high = self.bounds()
        middle = self._falls_to(self.survival, 1 - share)
        place = int(np.searchsorted(self.times, middle)) if math.isfinite(middle) else 0
        if math.isfinite(middle) and abs(self.survival[place] - (1 - share)) < EQUAL and place + 1 < len(self.times):
            middle = float(self.times[place : place + 2].mean())
        return middle, self._falls_to(low, 1 - share), self._falls_to(high, 1 - share)

    def _falls_to(self, curve: Floats, level: float) -> float:
        """The first time at which a curve is at or below a level."""
        there = np.flatnonzero(curve <= level + EQUAL)
        return float(self.times[there[0]]) if len(there) else math.nan

    def restricted_mean(self) -> tuple[float, float]:
        """Mean of the times, those beyond the longest seen counted as the longest, and its standard error.

        The area under the curve; variance: the sum of (area beyond t)^2 d / (n (n - d)) over the times t of events.
        """
        edges = np.concatenate([[0.0], self.times, [max(self.longest, self.times[-1] if len(self.times) else 0.0)]])
        pieces = np.diff(edges) * np.append(1.0, self.survival)
        beyond = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)[1:-1]
        left = self.at_risk - self.events
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(left > 0, beyond**2 * self.events / (self.at_risk * left), 0.0)
        return float(pieces.sum()), math.sqrt(float(terms.sum()))


def kaplan_meier(times: Floats, ended: Flags) -> SurvivalCurve:
    """The curve of (observations,) times; where `ended` is false the true time is longer than the one given."""
    at = np.unique(times[ended])
    ordered = np.sort(times)
    at_risk = (len(times) - np.searchsorted(ordered, at, side="left")).astype(float)
    events = np.diff(np.append(np.searchsorted(np.sort(times[ended]), at, side="left"), ended.sum())).astype(float)
    with np.errstate(divide="ignore"):
        log_variance = np.cumsum(events / (at_risk * (at_risk - events)))
    survival = np.cumprod(1 - events / at_risk)
    return SurvivalCurve(at, at_risk, events, survival, log_variance, float(ordered[-1]) if len(ordered) else 0.0)


def exponential_mean(times: Floats, events: int) -> tuple[float, float, float, float]:
    """Mean of the exponential with most likelihood, total time / events, its standard error and 95 % bounds.

    The logarithm of the mean has standard error 1 / sqrt(events). nan without an event, or without any time. `times`:
    (customers,).
    """
    total = float(times.sum())
    if not events or total <= 0:
        return (math.nan,) * 4
    mean, reach = total / events, math.exp(NORMAL_975 / math.sqrt(events))
    return mean, mean / math.sqrt(events), mean / reach, mean * reach
