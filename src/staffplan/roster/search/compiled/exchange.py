"""Compiled: two people exchange some days where nothing is lost, so that their weeks are easier to live with."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING, Floats, Folk, Ints, Need, Plan, Shifts, Walks
from staffplan.roster.search.compiled.board import settle_walk, walk_on

SAME = 1e-6
"""A change of cost below it is none."""


@njit(cache=True, nogil=True)
def unrest(person: int, first_day: int, end_day: int, choice: NDArray[np.int16], start: Ints, week: Ints) -> int:
    """What is unrestful in the weeks of the days from first_day to end_day: starts beyond the first, days that start
    at another time than most of their week; and days of work or days off that stand alone. `start`: (days, options),
    on the clock; `week`: (days,) its number."""
    low, found = first_day, 0
    while low > 0 and week[low - 1] == week[low]:
        low -= 1
    while low < end_day:
        high = low + 1
        while high < len(week) and week[high] == week[low]:
            high += 1
        found += unlike(person, low, high, choice, start)
        low = high
    for day in range(max(first_day - 1, 1), min(end_day + 1, len(week) - 1)):
        here = choice[person, day] != NOTHING
        before, after = choice[person, day - 1] != NOTHING, choice[person, day + 1] != NOTHING
        found += int(before != here and after != here)
    return found


@njit(cache=True, nogil=True)
def unlike(person: int, low: int, high: int, choice: NDArray[np.int16], start: Ints) -> int:
    """Starts beyond the first of the days from `low` to `high`, and days that start at another time than most.
    `choice`: (people, days); `start`: (days, options)."""
    worked, starts, most = 0, 0, 0
    for day in range(low, high):
        if choice[person, day] == NOTHING:
            continue
        at, alike, before = start[day, choice[person, day]], 0, False
        for other in range(low, high):
            if choice[person, other] != NOTHING and start[other, choice[person, other]] == at:
                alike += 1
                before = before or other < day
        worked, starts, most = worked + 1, starts + int(not before), max(most, alike)
    return max(starts - 1, 0) + worked - most


@njit(cache=True, nogil=True)
def may_take(
    person: int, other: int, first_day: int, end_day: int, plan: Plan, folk: Folk, need: Need, shifts: Shifts
) -> bool:
    """Whether the person may work the other's days, serving the same groups."""
    for day in range(first_day, end_day):
        option = plan.choice[other, day]
        if option == NOTHING:
            continue
        if folk.place[folk.menu[person], day, option] < 0:
            return False
        mine = folk.mask[person] & shifts.masks[shifts.serves[option]]
        first, end = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option]
        for interval in range(first // need.step, (end - 1) // need.step + 1):
            if not mine >> plan.group[other, interval] & 1:
                return False
    return True


@njit(cache=True, nogil=True)
def apart(person: int, day: int, plan: Plan, need: Need, shifts: Shifts) -> bool:
    """Whether the shift of the day before has left the intervals of the day's."""
    if day <= 0 or day >= plan.choice.shape[1]:
        return True
    before, option = plan.choice[person, day - 1], plan.choice[person, day]
    if before == NOTHING or option == NOTHING:
        return True
    last = shifts.first[before, day - 1] + shifts.slots[before] - 1
    return last // need.step < shifts.first[option, day] // need.step


@njit(cache=True, nogil=True)
def swap(one: int, other: int, first_day: int, end_day: int, plan: Plan, need: Need, shifts: Shifts) -> None:
    """Exchange the days with their pauses and groups; states are left as they were."""
    mine, theirs = plan.group[one].copy(), plan.group[other].copy()
    for day in range(first_day, end_day):
        give(one, day, mine, plan.group[other], plan, need, shifts)
        give(other, day, theirs, plan.group[one], plan, need, shifts)
    for day in range(first_day, end_day):
        kept, pauses = plan.choice[one, day], plan.pauses[one, day].copy()
        plan.choice[one, day], plan.pauses[one, day] = plan.choice[other, day], plan.pauses[other, day]
        plan.choice[other, day], plan.pauses[other, day] = kept, pauses


@njit(cache=True, nogil=True)
def give(
    person: int,
    day: int,
    groups: NDArray[np.int8],
    to: NDArray[np.int8],
    plan: Plan,
    need: Need,
    shifts: Shifts,
) -> None:
    """Copy the groups of the person's shift of the day. `groups` and `to`: (intervals,)."""
    option = plan.choice[person, day]
    if option != NOTHING:
        first, end = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option]
        for interval in range(first // need.step, (end - 1) // need.step + 1):
            to[interval] = groups[interval]


@njit(cache=True, nogil=True)
def exchange_days(
    one: int,
    other: int,
    first_day: int,
    end_day: int,
    room: tuple[Ints, Floats, Ints, Floats],
    plan: Plan,
    folk: Folk,
    need: Need,
    shifts: Shifts,
    walks: Walks,
) -> bool:
    """Exchange the days if no rule forbids it and no price rises; otherwise everything is left as it was. `room`:
    nodes, (days + 2, parts), and paid, (days,), of each."""
    days = plan.choice.shape[1]
    mine, theirs = plan.group[one].copy(), plan.group[other].copy()
    swap(one, other, first_day, end_day, plan, need, shifts)
    free = True
    for day in (first_day, end_day):
        free = free and apart(one, day, plan, need, shifts) and apart(other, day, plan, need, shifts)
    if free:
        cost = walk_on(one, first_day, end_day - 1, days, plan, folk, walks, room[0], room[1])
        if cost < -IMPOSSIBLE / 2:
            cost += walk_on(other, first_day, end_day - 1, days, plan, folk, walks, room[2], room[3])
        if cost <= SAME:
            settle_walk(one, first_day, room[0], room[1], plan)
            settle_walk(other, first_day, room[2], room[3], plan)
            return True
    swap(one, other, first_day, end_day, plan, need, shifts)
    plan.group[one, :], plan.group[other, :] = mine, theirs
    return False


@njit(cache=True, nogil=True)
def calm(
    one: int,
    alike: NDArray[np.bool_],
    longest: int,
    start: Ints,
    week: Ints,
    plan: Plan,
    folk: Folk,
    need: Need,
    shifts: Shifts,
    walks: Walks,
) -> int:
    """Exchange days of one person with others wherever it lessens the unrest of both together; how much it did.

    `alike`: (people,) with whom; `longest`: days in a row at most.
    """
    people, days = plan.choice.shape
    nodes = np.zeros((2, days + 2, plan.node.shape[2]), dtype=np.int64)
    paid, gained = np.zeros((2, days)), 0
    for first_day in range(days):
        for end_day in range(first_day + 1, min(first_day + longest, days) + 1):
            mine = unrest(one, first_day, end_day, plan.choice, start, week)
            for other in range(people):
                if other == one or not alike[other]:
                    continue
                before = mine + unrest(other, first_day, end_day, plan.choice, start, week)
                if before == 0 or not may_take(one, other, first_day, end_day, plan, folk, need, shifts):
                    continue
                if not may_take(other, one, first_day, end_day, plan, folk, need, shifts):
                    continue
                after = unrest_swapped(one, other, first_day, end_day, plan.choice, start, week)
                if after >= before:
                    continue
                room = (nodes[0], paid[0], nodes[1], paid[1])
                if exchange_days(one, other, first_day, end_day, room, plan, folk, need, shifts, walks):
                    gained += before - after
                    mine = unrest(one, first_day, end_day, plan.choice, start, week)
    return gained


@njit(cache=True, nogil=True)
def unrest_swapped(
    one: int, other: int, first_day: int, end_day: int, choice: NDArray[np.int16], start: Ints, week: Ints
) -> int:
    """The unrest of both if they exchanged the days. `choice`: (people, days)."""
    for day in range(first_day, end_day):
        choice[one, day], choice[other, day] = choice[other, day], choice[one, day]
    found = unrest(one, first_day, end_day, choice, start, week)
    found += unrest(other, first_day, end_day, choice, start, week)
    for day in range(first_day, end_day):
        choice[one, day], choice[other, day] = choice[other, day], choice[one, day]
    return found
