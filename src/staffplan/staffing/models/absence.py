"""People who may be absent: each of those rostered is present with a chance, independently of the others.

The number present is binomial. What is wanted of it (the service level, or the chance that a day keeps its goal)
rises with each person present, so its mean is a sum of what each further person adds, times the chance that so many
are there.
P(at least k of n) is the regularised incomplete beta function I_p(k, n - k + 1).

Source: NIST Digital Library of Mathematical Functions, 8.17.5 (I_x(m, n - m + 1) as a binomial sum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from staffplan.staffing.models.arrays import Array

TIE = 1e-12
"""A mean that misses what is wanted by so little is rounding."""


@dataclass(frozen=True)
class ByPresent:
    """A measure from 0 to 1 that rises with the people present, for many cells, each with rows for numbers of people.

    Below the first number of a cell the measure is 0, above the last it stays. All arrays: (rows,).
    """

    cell: NDArray[np.int64]
    present: Array
    gain: Array
    """What the last of these people adds to the measure."""

    @classmethod
    def of(cls, cell: NDArray[np.int64], present: Array, measure: Array) -> Self:
        """The measure, (rows,), with so many people present, (rows,); rows of one `cell`, (rows,), are rising."""
        gain = np.diff(measure, prepend=0.0)
        first = np.diff(cell, prepend=-1) > 0
        return cls(cell, present, np.where(first, measure, gain))

    def mean(self, rostered: Array, presence: Array) -> Array:
        """(cells,): mean of the measure with so many people rostered, (cells,), each present by chance, (cells,)."""
        people, chance = rostered[self.cell], presence[self.cell]
        needed = np.clip(self.present, 1.0, np.maximum(people, 1.0))
        enough = special.betainc(needed, np.maximum(people, 1.0) - needed + 1.0, chance)
        there = np.where(self.present <= 0, 1.0, np.where(self.present <= people, enough, 0.0))
        sums = np.bincount(self.cell, weights=self.gain * there, minlength=len(rostered))
        return np.asarray(sums, dtype=np.float64)

    def fewest(self, presence: Array, wanted: float) -> Array:
        """(cells,): fewest people to roster for a mean of at least `wanted`, each present with this chance, (cells,).

        Every cell's measure must go beyond `wanted`.
        """
        last = np.zeros(len(presence))
        last[self.cell] = self.present
        low, high = np.full(len(presence), -1.0), np.maximum(1.0, np.ceil(last / presence))
        while (short := self.mean(high, presence) < wanted - TIE).any():
            low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
        while (high - low > 1.0).any():
            middle = np.floor(0.5 * (low + high))
            short = self.mean(np.maximum(middle, 0.0), presence) < wanted - TIE
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return high


def rostered_for(present: Array, presence: Array, chance: float) -> Array:
    """(cells,): fewest people to roster so that at least `present`, (cells,), are there with this chance.

    `presence`, (cells,): chance of each that they are there.
    """
    step = ByPresent.of(np.arange(len(present)), present, np.ones(len(present)))
    return step.fewest(presence, chance)


def mean_by_rostered(cell: NDArray[np.int64], measure: Array, presence: Array) -> Array:
    """(rows,): means of a measure with 0, 1, 2, ... people rostered, from the measure with so many present, (rows,).

    `cell`, (rows,): number of the cell, whose rows lie together and begin with nobody; `presence`, (cells,). With
    T(n, k), the mean where k are surely there and n by chance, T(n + 1, k) = p T(n, k + 1) + (1 - p) T(n, k).
    """
    means = measure.copy()
    for own in np.split(np.arange(len(cell)), np.flatnonzero(np.diff(cell)) + 1):
        chance, rest = (presence[cell[own[0]]], measure[own]) if len(own) else (1.0, measure[own])
        for place in own[1:] if chance < 1.0 else ():
            rest = chance * rest[1:] + (1.0 - chance) * rest[:-1]
            means[place] = rest[0]
    return means
