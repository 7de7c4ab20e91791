"""How far bands must be stretched to hold what they promise: what the backtest's errors say.

The stretch makes bands hold their shares of the backtest's counts (conformal prediction, with the distance into the
tails as score). The 80 % band takes it as it is: a quantile of the errors tells their scale as well as their mean
square does, and better where a few are wild. How much further out the 95 % band lies is drawn towards the normal's
where there are few independent errors. Both get Student's allowance for a scale that is itself an estimate. Where
much is expected errors may reach less far, for their variance, than where little is: that is learnt first.

Source of the conformal idea: Angelopoulos and Bates, "A gentle introduction to conformal prediction", arXiv
2107.07511; of fixed weights where errors drift: Lin et al., "Domain-shift-aware conformal prediction for large
language models", arXiv 2510.05566, section 2.2; of calibrating groups apart: the R package pintervals,
pinterval_mondrian, as rdocumentation.org gives it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from staffplan.forecast.bands.counts import LEVELS, deviations, expected_reaches, reach, tail_depth
from staffplan.forecast.history.series import Flags, Floats, Whole

INDEPENDENT_ERRORS = 50.0
"""Independent errors at which the tail seen weighs as much as the normal's: of so many, a 95 % quantile is known to
about 13 % (root of 0.95 x 0.05 / 50, over the normal density there), which is as far as queues differ from it."""
FEWEST_FREEDOMS = 3.0
"""Student's t with fewer hardly has a variance."""
RECENT_HALF_LIFE_DAYS = 14.0
"""An error of the backtest counts half after so many days: forecasts of its first origins had less to learn from, and
what customers do changes. Of one, two, four and eight weeks and no forgetting, on real and made-up queues, one and
two held most nearly what they promise; one leaves the days of steady queues to chance."""
LEAST_WEIGHT = 1e-9
"""So that there is something to weigh where nothing is expected."""
SPECIAL_DAYS = 3.0
"""Special days whose errors weigh as much as the belief that they scatter like others."""
VOLUMES_ALIKE = 4.0
"""Means within this factor make a group, whose errors are compared with those of the others..."""
FEW_CONTACTS = 1.0
"""...and all smaller ones are of the smallest group; a count of this mean tells half as much as a large one."""


@dataclass(frozen=True)
class Evidence:
    """What backtest cells say of bands: tail depths (cells,); and (levels, cells) the reaches that are expected, and
    the shares of whole numbers that these should hold."""

    depth: Floats
    expected: Floats
    held: Floats
    telling: Floats
    """(cells,): what each count weighs in saying how far errors reach. Where next to nothing is expected it says next
    to nothing: none came, or one, which is far out whatever the stretch."""
    needed: Floats
    """(levels, cells): the stretch with which a band just holds the cell's count..."""
    order: Whole
    """...and (levels, cells) the cells in the order of it."""

    @classmethod
    def of(cls, actual: Floats, mean: Floats, variance: Floats) -> Evidence:
        """Evidence from counts, their forecast means and variances, (cells,) each."""
        telling = mean**2 / (mean**2 + FEW_CONTACTS**2) + LEAST_WEIGHT
        return cls._of(tail_depth(actual, mean, variance), *expected_reaches(mean, variance), telling)

    @classmethod
    def _of(cls, depth: Floats, expected: Floats, held: Floats, telling: Floats) -> Evidence:
        needed = deviations(depth) / expected
        return cls(depth, expected, held, telling, needed, np.argsort(needed, axis=1, kind="stable"))

    def widened(self, factor: Floats) -> Evidence:
        """The same, where the bands of each cell (cells,) reach further by a factor of its own."""
        return Evidence._of(self.depth, self.expected * factor, self.held, self.telling)

    def stretch(self, independent: float, chosen: Flags, weight: Floats) -> tuple[float, float]:
        """The stretch learnt from the chosen cells, which hold as much as `independent` independent ones.

        How wide bands must be is told by what counts most (`weight`, (cells,)) and tells most, how much further out
        the tail lies by all alike.
        """
        near = self.seen(chosen, weight * self.telling)
        tail = (self.seen(chosen, level=1) / self.seen(chosen)) ** (independent / (independent + INDEPENDENT_ERRORS))
        stretch = near * _allowance(independent, LEVELS[0]), near * tail * _allowance(independent, LEVELS[1])
        return stretch[0], max(stretch[1], stretch[0] * normal_end(LEVELS[0]) / normal_end(LEVELS[1]))

    def seen(self, chosen: Flags, weight: Floats | None = None, *, level: int = 0) -> float:
        """How far bands had to reach to hold their share of the chosen cells, over how far was expected.

        `level` counts LEVELS. `chosen` and `weight`: (cells,).
        """
        cells = self.order[level][chosen[self.order[level]]]
        own = np.ones(len(cells)) if weight is None else weight[cells]
        promised = float(self.held[level][cells] @ own / own.sum())
        return reach(self.needed[level][cells], own, promised)[0]

    def special(self, special: Flags, ordinary: Flags, days: int) -> float:
        """How much further the errors of `days` special days reach than those of ordinary ones, drawn towards no
        further; 1 where either is missing. `special` and `ordinary` flag cells, (cells,)."""
        if not special.any() or not ordinary.any():
            return 1.0
        ratio = self.seen(special) / self.seen(ordinary)
        return float(max(ratio, 1.0) ** (days / (days + SPECIAL_DAYS)))

    def inside(self, stretch: Floats | tuple[float, float]) -> dict[float, Flags]:
        """Whether each cell lies in bands stretched by `stretch` (levels, cells), for each level."""
        ends = zip(LEVELS, stretch, self.expected, strict=True)
        return {level: np.asarray(self.depth >= ndtr(-factor * own)) for level, factor, own in ends}


@dataclass(frozen=True)
class ByVolume:
    """How much further errors reach where so much is expected: factors at logs of the mean, interpolated between."""

    log_mean: tuple[float, ...] = ()
    factors: tuple[float, ...] = ()

    def factor(self, mean: Floats) -> Floats:
        """(cells,)."""
        if not self.factors:
            return np.ones(len(mean))
        return np.asarray(np.interp(np.log(np.maximum(mean, 1e-9)), self.log_mean, self.factors))


ALIKE = ByVolume()
"""Errors reach equally far everywhere."""


def by_volume(evidence: Evidence, mean: Floats, chosen: Flags, independent: float) -> ByVolume:
    """From the chosen cells (cells,) in groups of like mean; each is drawn towards all of them together.

    `independent` errors are behind all chosen cells. Few contacts make one group: whole numbers are too coarse there.
    """
    group = np.floor(np.log(np.maximum(mean, FEW_CONTACTS)) / np.log(VOLUMES_ALIKE)).astype(int)
    numbers = np.unique(group[chosen])
    if len(numbers) < 2:
        return ALIKE
    overall = evidence.seen(chosen)
    places, factors = [], []
    for number in numbers:
        own = chosen & (group == number)
        errors = independent * own.sum() / chosen.sum()
        ratio = evidence.seen(own) / overall
        factors.append(float(ratio ** (errors / (errors + INDEPENDENT_ERRORS))))
        places.append(float(np.log(np.maximum(mean[own], FEW_CONTACTS)).mean()))
    return ByVolume(tuple(places), tuple(factors))


def nearness(day: Whole, here: int) -> Floats:
    """(cells,): weights that fall with the distance of each cell's day from day `here`."""
    return np.asarray(0.5 ** (np.abs(day - here) / RECENT_HALF_LIFE_DAYS))


def normal_end(level: float) -> float:
    """Where a two-sided normal interval ends."""
    return float(ndtri((1 + level) / 2))


def _allowance(independent: float, level: float) -> float:
    """How much further out Student's t lies than the normal; its freedoms are the errors behind the scale."""
    return float(stdtrit(max(independent, FEWEST_FREEDOMS), (1 + level) / 2)) / normal_end(level)
