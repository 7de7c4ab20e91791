"""What people save, as columns and rows of an integer program: by slot, and by the promises of whole days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from staffplan.roster.problem.worth import Promises, Worth
from staffplan.roster.search.compiled.arrays import Ints
from staffplan.roster.search.integer_program import IntegerProgram

Terms = list[tuple[int, float]]
Cell = tuple[int, int]
"""A group and a slot."""


def add_cover(program: IntegerProgram, cells: Mapping[Cell, Terms], worth: Worth, there: Ints) -> float:
    """Have the people of `cells` save what they save beyond those there, (groups, slots).

    Gives what the promises of the days of these cells cost with those who are there alone: a program's costs contain
    that of all of them.
    """
    gained: defaultdict[Cell, Terms] = defaultdict(list)
    for (g, slot), terms in cells.items():
        columns = []
        for saved, brings, most in steps_of(worth, g, slot, int(there[g, slot])):
            columns.append(program.column(-saved, most, whole=False))
            if worth.promises is not None and brings > 0.0:
                gained[g, int(worth.promises.day[slot])].append((columns[-1], brings))
        program.row([*terms, *((column, -1.0) for column in columns)], 0.0, 0.0)
    return 0.0 if worth.promises is None else _keep_promises(program, gained, worth.promises, there)


def _keep_promises(program: IntegerProgram, gained: Mapping[Cell, Terms], promises: Promises, there: Ints) -> float:
    """Contacts in time, or their price, of each group and day that somebody may bring some."""
    in_time = promises.in_time(there.astype(float))
    costs, already = promises.costs(in_time), 0.0
    for (g, day), terms in gained.items():
        short = promises.due[g, day] - in_time[g, day]
        if short <= 0.0:
            continue
        steps = zip(promises.prices[g, day], promises.widths[g, day], strict=True)
        late = [(program.column(float(price), float(width), whole=False), 1.0) for price, width in steps]
        program.row([*terms, *late], low=float(short))
        already += float(costs[g, day])
    return already


def steps_of(worth: Worth, g: int, slot: int, there: int) -> Iterator[tuple[float, float, float]]:
    """What further people in a cell save and bring, and how many in a row save and bring as much."""
    saves = worth.staff.saves[g, slot]
    first = min(there, len(saves) - 1)
    brings = np.zeros_like(saves) if worth.promises is None else worth.promises.brings[g, slot]
    saved, brought = saves[first:], brings[first:]
    starts = [0, *(np.flatnonzero((np.diff(saved) != 0) | (np.diff(brought) != 0)) + 1).tolist(), len(saved)]
    for begin, end in pairwise(starts):
        most = float("inf") if end == len(saved) else float(end - begin)
        yield float(saved[begin]), float(brought[begin]), most
