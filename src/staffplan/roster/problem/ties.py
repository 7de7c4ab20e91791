"""Rules between people as inequalities over who works which shift: sums of coefficients, each with a least value.

A row that falls short by n costs n times its price. A mandatory rule has the price of the last resort.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Kind(IntEnum):
    """What the rows of a rule are about."""

    MINIMUM = 0
    PAIR = 1
    MENTOR = 2


Term = tuple[int, int, int, int]
"""Person, day, option, coefficient."""


@dataclass(frozen=True)
class Row:
    """The sum over the terms that are worked is to be `least`; it counts `times` in the cost. `slot` tells when."""

    terms: tuple[Term, ...]
    least: int
    times: float
    slot: int


@dataclass(frozen=True)
class Ties:
    """The rows of all rules, their terms one after the other."""

    person: Ints
    """(terms,)"""
    day: Ints
    option: Ints
    coefficient: Ints
    row: Ints
    least: Ints
    """(rows,)"""
    price: Floats
    """(rows,) of one unit that is missing."""
    kind: Ints
    slot: Ints

    @property
    def people(self) -> list[int]:
        """Everybody in a row."""
        return [int(number) for number in np.unique(self.person)]

    def __len__(self) -> int:
        return len(self.least)

    def values(self, choice: NDArray[np.int16]) -> Ints:
        """(rows,): the sums for these choices, (people, days)."""
        worked = choice[self.person, self.day] == self.option
        summed = np.bincount(self.row[worked], self.coefficient[worked], minlength=len(self.least))
        return np.asarray(summed, dtype=np.int64)

    def cost(self, choice: NDArray[np.int16]) -> float:
        """What the rows cost with these choices, (people, days)."""
        if not len(self.least):
            return 0.0
        return float((self.price * np.maximum(self.least - self.values(choice), 0)).sum())

    def prices_of(self, person: int, choice: NDArray[np.int16], options: int, most: float = np.inf) -> Floats:
        """(days, options + 1): what each choice of a day adds to the cost against a day off, while everybody else
        does as in `choice`, (people, days). most: the highest price of a row."""
        mine = np.flatnonzero(self.person == person)
        worked = mine[choice[person, self.day[mine]] == self.option[mine]]
        others = self.values(choice) - np.asarray(
            np.bincount(self.row[worked], self.coefficient[worked], minlength=len(self.least)), dtype=np.int64
        )
        rows, price = self.row[mine], np.minimum(self.price[self.row[mine]], most)
        without = np.maximum(self.least[rows] - others[rows], 0)
        with_it = np.maximum(self.least[rows] - others[rows] - self.coefficient[mine], 0)
        found = np.zeros((choice.shape[1], options + 1))
        np.add.at(found, (self.day[mine], self.option[mine]), price * (with_it - without))
        return found

    def only(self, kept: Flags) -> Ties:
        """The rows of some of the people alone, numbered anew: those in which nobody else is. kept: (people,)."""
        touched = np.zeros(len(self.least), dtype=bool)
        touched[self.row[~kept[self.person]]] = True
        found = self.of_rows(~touched)
        return replace(found, person=(np.cumsum(kept) - 1)[found.person])

    def between(self, one: int, other: int) -> Ties:
        """The rows alone that both people are in, those of minimums left aside."""
        both = np.isin(np.arange(len(self)), self.row[self.person == one])
        both &= np.isin(np.arange(len(self)), self.row[self.person == other])
        return self.of_rows(both & (self.kind != Kind.MINIMUM))

    def of_rows(self, rows: Flags) -> Ties:
        """Some of the rows, (rows,), alone."""
        terms, place = rows[self.row], np.cumsum(rows) - 1
        return Ties(
            self.person[terms],
            self.day[terms],
            self.option[terms],
            self.coefficient[terms],
            place[self.row[terms]],
            self.least[rows],
            self.price[rows],
            self.kind[rows],
            self.slot[rows],
        )


def tied(found: Iterable[tuple[Kind, float, Sequence[Row]]]) -> Ties:
    """Ties of rules: of each its kind, the price of a unit and its rows."""
    rows = [(kind, price, row) for kind, price, mine in found for row in mine]
    terms = [(*term, number) for number, (_, _, row) in enumerate(rows) for term in row.terms]
    flat = np.array(terms, dtype=np.int64).reshape(-1, 5)
    person, day, option, coefficient, row_of = flat.T.copy()
    return Ties(
        person,
        day,
        option,
        coefficient,
        row_of,
        np.array([row.least for _, _, row in rows], dtype=np.int64),
        np.array([price * row.times for _, price, row in rows], dtype=float),
        np.array([int(kind) for kind, _, _ in rows], dtype=np.int64),
        np.array([row.slot for _, _, row in rows], dtype=np.int64),
    )


NO_TIES = tied(())


def merged(rows: Iterable[Row]) -> list[Row]:
    """Rows that say the same of several slots as one, at the first of them."""
    found: dict[tuple[tuple[Term, ...], int], Row] = {}
    for row in rows:
        key = (row.terms, row.least)
        known = found.get(key)
        found[key] = row if known is None else replace(known, times=known.times + row.times)
    return list(found.values())
