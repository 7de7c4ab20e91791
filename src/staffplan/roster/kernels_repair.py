"""Compiled: a day's pauses and groups put back as they were, and what that costs."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from staffplan.roster.kernels import NOTHING, Need, Plan, Shifts, Team
from staffplan.roster.kernels_plan import mark, neighbour_holds, set_cell, set_team


@njit(cache=True, nogil=True)
def count_shift(
    person: int, day: int, sign: int, marks: NDArray[np.int8], plan: Plan, need: Need, team: Team, shifts: Shifts
) -> float:
    """Count the day's shift in (sign 1) or out (-1) with the pauses and groups it has; gives the change of cost."""
    option, cost = plan.choice[person, day], 0.0
    first = shifts.first[option, day]
    mark(option, first, first, plan.pauses[person, day], shifts, marks)
    for offset in range(shifts.slots[option]):
        slot = first + offset
        if marks[offset] == 1:
            cost += set_cell(plan.group[person, slot // need.step], slot, sign, plan, need)
        if team.watched:
            cost += set_team(person, slot, sign, sign * int(marks[offset] == 2), plan, team)
    return cost


@njit(cache=True, nogil=True)
def put_day_back(
    person: int,
    day: int,
    pauses: NDArray[np.int16],
    group: NDArray[np.int8],
    most: float,
    plan: Plan,
    need: Need,
    team: Team,
    shifts: Shifts,
) -> bool:
    """Give the day's shift these pauses, (pauses,), and groups, (intervals,), if that costs no more than `most`.

    Intervals that the day before or after reaches into keep their group.
    """
    option = plan.choice[person, day]
    if option == NOTHING:
        return True
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    kept, served = plan.pauses[person, day].copy(), plan.group[person].copy()
    cost = count_shift(person, day, -1, marks, plan, need, team, shifts)
    first, end = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option]
    plan.pauses[person, day] = pauses
    for interval in range(first // need.step, (end - 1) // need.step + 1):
        if not neighbour_holds(person, day, interval, plan.choice, shifts, need.step):
            plan.group[person, interval] = group[interval]
    cost += count_shift(person, day, 1, marks, plan, need, team, shifts)
    if cost <= most:
        return True
    count_shift(person, day, -1, marks, plan, need, team, shifts)
    plan.pauses[person, day], plan.group[person] = kept, served
    count_shift(person, day, 1, marks, plan, need, team, shifts)
    return False
