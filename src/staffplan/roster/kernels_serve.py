"""Compiled: which group each person on queue serves through one interval."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit

from staffplan.roster.kernels import Demand, Desk, Flags, Floats, Ints, Shifts, gain_of_one_more, place_pauses


@njit(cache=True)
def group_cost(group: int, on_queue: Ints, required: Floats, under: float, over: float) -> float:
    """Cost of one group over the slots of the interval. on_queue, required: (groups, slots)."""
    cost = 0.0
    for k in range(required.shape[1]):
        missing = required[group, k] - on_queue[group, k]
        cost += under * missing if missing > 0 else -over * missing
    return cost


@njit(cache=True)
def move_person(person: int, to: int, present: Flags, serving: Ints, on_queue: Ints) -> None:
    for k in range(present.shape[1]):
        if present[person, k]:
            if serving[person] >= 0:
                on_queue[serving[person], k] -= 1
            on_queue[to, k] += 1
    serving[person] = to


@njit(cache=True)
def change_of_cost(
    person: int,
    to: int,
    present: Flags,
    before: Ints,
    serving: Ints,
    on_queue: Ints,
    required: Floats,
    under: float,
    over: float,
    stay: float,
) -> float:
    """What it costs, switching included, when the person serves `to` instead; the board is left as it was."""
    at = serving[person]
    cost = group_cost(to, on_queue, required, under, over)
    if at >= 0:
        cost += group_cost(at, on_queue, required, under, over)
    move_person(person, to, present, serving, on_queue)
    after = group_cost(to, on_queue, required, under, over)
    if at >= 0:
        after += group_cost(at, on_queue, required, under, over)
        move_person(person, at, present, serving, on_queue)
    else:
        for k in range(present.shape[1]):
            if present[person, k]:
                on_queue[to, k] -= 1
        serving[person] = -1
    switching = 0.0
    if before[person] >= 0:
        switching = stay * ((to != before[person]) - (at >= 0 and at != before[person]))
    return after - cost + switching


@njit(cache=True)
def serve_interval(
    present: Flags, skills: Ints, before: Ints, required: Floats, under: float, over: float, stay: float
) -> Ints:
    """(people,): group of each person. present: (people, slots); skills: bits; before: group so far, -1 for none."""
    people, groups = len(skills), required.shape[0]
    on_queue = np.zeros(required.shape, dtype=np.int64)
    serving = np.full(people, -1, dtype=np.int64)
    for person in range(people):
        if before[person] >= 0:
            move_person(person, before[person], present, serving, on_queue)
    for person in range(people):
        if serving[person] < 0:
            best, to = 1e18, -1
            for g in range(groups):
                if skills[person] >> g & 1:
                    change = change_of_cost(
                        person, g, present, before, serving, on_queue, required, under, over, stay
                    )
                    if change < best:
                        best, to = change, g
            move_person(person, to, present, serving, on_queue)
    improved = True
    while improved:
        improved = _improve(present, skills, before, serving, on_queue, required, under, over, stay)
        if not improved:
            for group in range(groups):
                improved = improved or _shift_along(
                    group, present, skills, serving, on_queue, required, under, over, stay
                )
    return serving


@njit(cache=True)
def _step_cost(group: int, step: int, on_queue: Ints, required: Floats, under: float, over: float) -> float:
    """Change of a group's cost when `step` people more serve it through the whole interval."""
    before = group_cost(group, on_queue, required, under, over)
    on_queue[group] += step
    after = group_cost(group, on_queue, required, under, over)
    on_queue[group] -= step
    return after - before


@njit(cache=True)
def _shift_along(
    start: int,
    present: Flags,
    skills: Ints,
    serving: Ints,
    on_queue: Ints,
    required: Floats,
    under: float,
    over: float,
    stay: float,
) -> bool:
    """Take one person from `start` and pass the place on, group by group, to where one more helps; False if nowhere.

    Breadth-first over groups, by people on queue through the whole interval: those between gain and lose one.
    """
    groups = required.shape[0]
    parent, via, length = np.full(groups, -2), np.full(groups, -1), np.zeros(groups)
    order = np.empty(groups, dtype=np.int64)
    parent[start], order[0], found, at = -1, start, 1, 0
    leaving = _step_cost(start, -1, on_queue, required, under, over)
    while at < found:
        group = order[at]
        at += 1
        for person in range(len(skills)):
            if serving[person] != group or not present[person].all():
                continue
            for to in range(groups):
                if parent[to] != -2 or not skills[person] >> to & 1:
                    continue
                parent[to], via[to], length[to] = group, person, length[group] + 1
                order[found] = to
                found += 1
                joining = _step_cost(to, 1, on_queue, required, under, over)
                if leaving + joining + stay * length[to] < -1e-9:
                    while parent[to] >= 0:
                        move_person(via[to], to, present, serving, on_queue)
                        to = parent[to]
                    return True
    return False


@njit(cache=True)
def _improve(
    present: Flags,
    skills: Ints,
    before: Ints,
    serving: Ints,
    on_queue: Ints,
    required: Floats,
    under: float,
    over: float,
    stay: float,
) -> bool:
    """Make the first change of one person, or of a pair in a chain, that lowers the cost; False where none does."""
    for person in range(len(skills)):
        at = serving[person]
        for to in range(required.shape[0]):
            if to == at or not skills[person] >> to & 1:
                continue
            first = change_of_cost(person, to, present, before, serving, on_queue, required, under, over, stay)
            move_person(person, to, present, serving, on_queue)
            if first < -1e-9:
                return True
            for other in range(len(skills)):
                if other == person or serving[other] != to:
                    continue
                for on in range(required.shape[0]):
                    if on == to or not skills[other] >> on & 1:
                        continue
                    then = change_of_cost(other, on, present, before, serving, on_queue, required, under, over, stay)
                    if first + then < -1e-9:
                        move_person(other, on, present, serving, on_queue)
                        return True
            move_person(person, at, present, serving, on_queue)
    return False


SPREAD = 1e-3
"""Worth of relieving a slot in which everybody is missing, in understaffed hours: it decides between equals only."""


@njit(cache=True)
def settle_shift(
    first: int, option: int, serving: Ints, pauses: Ints, on_queue: Floats, shifts: Shifts, demand: Demand, desk: Desk
) -> None:
    """Move the pauses of one shift to where they cost least for the groups served. serving: (slots,).

    Of equally cheap places the one where the smallest share of the people is missing: on a day that is short
    throughout, an hour missing costs the same anywhere, and yet ten pauses at once leave nobody to answer.
    """
    end = first + shifts.slots[option]
    _count_shift(first, option, serving, pauses, -1.0, on_queue, shifts)
    desk.prefix[first] = 0.0
    for slot in range(first, end):
        g = serving[slot]
        gain = gain_of_one_more(demand.required[g, slot], on_queue[g, slot], demand.under, demand.over)
        share_missing = (demand.required[g, slot] - on_queue[g, slot]) / max(demand.required[g, slot], 1.0)
        worth = gain + SPREAD * demand.under * share_missing
        desk.prefix[slot + 1] = desk.prefix[slot] + worth * demand.hours[slot]
    place_pauses(desk.prefix, first, option, shifts, desk.table, pauses)
    _count_shift(first, option, serving, pauses, 1.0, on_queue, shifts)


@njit(cache=True)
def _count_shift(
    first: int, option: int, serving: Ints, pauses: Ints, count: float, on_queue: Floats, shifts: Shifts
) -> None:
    """Add `count` to the people on queue in the shift's slots outside its pauses."""
    begin = shifts.pause_from[option]
    k, offset = begin, 0
    while offset < shifts.slots[option]:
        if k < shifts.pause_from[option + 1] and offset == pauses[k - begin]:
            offset += shifts.pause_slots[k]
            k += 1
            continue
        on_queue[serving[first + offset], first + offset] += count
        offset += 1
