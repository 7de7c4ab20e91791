"""Compiled inner loops: who serves what in a slot, the worth of a shift, the best tour of one person.

Numbers only; the words are in problem.py. Groups in a skill set are bits of an integer.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NOTHING = -1
"""Choice of a day without a shift."""
IMPOSSIBLE = -1e18

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Demand(NamedTuple):
    """What is needed, and what missing it costs."""

    required: Floats  # (groups, slots)
    hours: Floats  # (slots,)
    under: float
    over: float
    skillsets: Ints  # (skillsets,)


class Crew(NamedTuple):
    """Who is on queue: counts that always serve the groups in the cheapest way."""

    serving: NDArray[np.int32]  # (skillsets, groups, slots)
    on_queue: NDArray[np.int32]  # (groups, slots)


class Shifts(NamedTuple):
    """The candidate shifts. Pauses of option o are pause_from[o] to pause_from[o + 1]."""

    slots: Ints  # (options,)
    first: Ints  # (options, days)
    pause_from: Ints  # (options + 1,)
    pause_slots: Ints  # (pauses,)
    pause_earliest: Ints
    pause_latest: Ints


class Terms(NamedTuple):
    """What a contract's rules say about a sequence of shifts.

    "Ready" classes tell how early the next shift may start: a shift on day d is possible in ready classes up to
    highest_ready[d, o], leaves class next_ready[d, o] to the next day, and a day off turns class r into
    off_ready[d, r]. `kind` groups options that differ in worth only.
    """

    units: Ints  # (options,) paid time in the contract's own unit
    kind: Ints  # (days, options)
    kinds: int
    highest_ready: Ints  # (days, options)
    next_ready: Ints  # (days, options)
    off_ready: Ints  # (days, ready classes)
    last_of_week: Flags  # (days,)
    weekend: Ints  # (days,) 1 Saturday, 2 Sunday of a whole weekend, else 0
    days_max: int
    row_max: int  # days in a row, a large number for no limit
    row_states: int
    weekends_worked_max: int


class Memory(NamedTuple):
    """Room for one tour search, made once and used again. Between two searches every value is IMPOSSIBLE.

    A cell is a state without its ready class; the active cells of both sides (today, tomorrow) are listed.
    """

    value: Floats  # (2, states)
    came_from: NDArray[np.int32]  # (days, states)
    chose: NDArray[np.int16]  # (days, states)
    active: Ints  # (2, cells)
    active_count: Ints  # (2,)
    is_active: Flags  # (2, cells)


class Desk(NamedTuple):
    """More room for one tour search."""

    prefix: Floats  # (slots + 1,)
    gains: Floats  # (slots,)
    worth: Floats  # (days, options)
    may_rest: Flags  # (days,)
    table: Floats  # (pauses of a shift, starts of a pause)
    tour: Ints  # (days,)


@njit(cache=True, nogil=True)
def gain_of_one_more(required: float, present: float, under: float, over: float) -> float:
    """Cost avoided, for an hour, by one more person on queue where `present` are."""
    short = min(max(required - present, 0.0), 1.0)
    return under * short - over * (1.0 - short)


@njit(cache=True, nogil=True)
def reachable(slot: int, groups: int, crew: Crew, skillsets: Ints) -> int:
    """Groups (bits) that gain when one of `groups` (bits) gets a person: people already there can move on."""
    count = crew.on_queue.shape[0]
    grown = True
    while grown:
        grown = False
        for s in range(len(skillsets)):
            if skillsets[s] & ~groups == 0:
                continue
            for g in range(count):
                if groups >> g & 1 and crew.serving[s, g, slot] > 0:
                    groups |= skillsets[s]
                    grown = True
                    break
    return groups


@njit(cache=True, nogil=True)
def gains(skillset: int, first: int, last: int, crew: Crew, demand: Demand, out: Floats) -> None:
    """Cost avoided by one more person of the skill set in each slot first <= slot < last; written to `out`."""
    for slot in range(first, last):
        out[slot] = 0.0
        if demand.hours[slot] == 0.0:
            continue
        groups = reachable(slot, demand.skillsets[skillset], crew, demand.skillsets)
        best = IMPOSSIBLE
        for g in range(demand.required.shape[0]):
            if groups >> g & 1:
                gain = gain_of_one_more(demand.required[g, slot], crew.on_queue[g, slot], demand.under, demand.over)
                best = max(best, gain)
        out[slot] = best * demand.hours[slot]


@njit(cache=True, nogil=True)
def _shortest_moves(
    slot: int, start: int, adding: bool, crew: Crew, skillsets: Ints, parent: Ints, via: Ints, order: Ints
) -> int:
    """Breadth-first over groups from `start` (bits); parent and via tell who would move. Gives the number found."""
    count = crew.on_queue.shape[0]
    found = 0
    for g in range(count):
        parent[g] = -2
        if start >> g & 1:
            parent[g] = -1
            order[found] = g
            found += 1
    at = 0
    while at < found:
        g = order[at]
        at += 1
        for h in range(count):
            if parent[h] != -2:
                continue
            leaves, joins = (g, h) if adding else (h, g)
            for s in range(len(skillsets)):
                if crew.serving[s, leaves, slot] > 0 and skillsets[s] >> joins & 1:
                    parent[h], via[h] = g, s
                    order[found] = h
                    found += 1
                    break
    return found


@njit(cache=True, nogil=True)
def add_person(slot: int, skillset: int, crew: Crew, demand: Demand, scratch: Ints) -> float:
    """Put one more person on queue in a slot, others moving where that helps; gives the change of cost."""
    parent, via, order = scratch[0], scratch[1], scratch[2]
    found = _shortest_moves(slot, demand.skillsets[skillset], True, crew, demand.skillsets, parent, via, order)
    best, to = IMPOSSIBLE, order[0]
    for i in range(found):
        g = order[i]
        gain = gain_of_one_more(demand.required[g, slot], crew.on_queue[g, slot], demand.under, demand.over)
        if gain > best:
            best, to = gain, g
    crew.on_queue[to, slot] += 1
    while parent[to] >= 0:
        crew.serving[via[to], to, slot] += 1
        crew.serving[via[to], parent[to], slot] -= 1
        to = parent[to]
    crew.serving[skillset, to, slot] += 1
    return -best * demand.hours[slot]


@njit(cache=True, nogil=True)
def remove_person(slot: int, skillset: int, crew: Crew, demand: Demand, scratch: Ints) -> float:
    """Take one person of the skill set off queue in a slot, others moving to fill in; gives the change of cost."""
    parent, via, order = scratch[0], scratch[1], scratch[2]
    start = 0
    for g in range(crew.on_queue.shape[0]):
        if crew.serving[skillset, g, slot] > 0:
            start |= 1 << g
    found = _shortest_moves(slot, start, False, crew, demand.skillsets, parent, via, order)
    least, out = -IMPOSSIBLE, order[0]
    for i in range(found):
        g = order[i]
        loss = gain_of_one_more(demand.required[g, slot], crew.on_queue[g, slot] - 1, demand.under, demand.over)
        if loss < least:
            least, out = loss, g
    crew.on_queue[out, slot] -= 1
    while parent[out] >= 0:
        crew.serving[via[out], out, slot] -= 1
        crew.serving[via[out], parent[out], slot] += 1
        out = parent[out]
    crew.serving[skillset, out, slot] -= 1
    return least * demand.hours[slot]


@njit(cache=True, nogil=True)
def change_shift(
    first: int, option: int, pauses: Ints, sign: int, skillset: int, shifts: Shifts, crew: Crew, demand: Demand
) -> float:
    """Add (sign 1) or take away (sign -1) one worked shift, its pauses at the given offsets; the change of cost."""
    scratch = np.empty((3, demand.required.shape[0]), dtype=np.int64)
    change = 0.0
    k, end = shifts.pause_from[option], shifts.pause_from[option + 1]
    offset = 0
    while offset < shifts.slots[option]:
        if k < end and offset == pauses[k - shifts.pause_from[option]]:
            offset += shifts.pause_slots[k]
            k += 1
            continue
        if sign > 0:
            change += add_person(first + offset, skillset, crew, demand, scratch)
        else:
            change += remove_person(first + offset, skillset, crew, demand, scratch)
        offset += 1
    return change


@njit(cache=True, nogil=True)
def pause_table(prefix: Floats, first: int, option: int, shifts: Shifts, table: Floats) -> float:
    """Least value lost to the pauses of a shift, taken in order, each in its window.

    `prefix` sums the slots' values. table[k, j]: least loss of pauses 0..k, pause k j slots after its earliest start.
    """
    begin, end = shifts.pause_from[option], shifts.pause_from[option + 1]
    for k in range(begin, end):
        least = 0.0 if k == begin else -IMPOSSIBLE
        j = 0
        for start in range(shifts.pause_earliest[k], shifts.pause_latest[k] + 1):
            if k > begin:
                before = shifts.pause_earliest[k - 1]
                width = shifts.pause_latest[k - 1] - before + 1
                while j < width and before + j + shifts.pause_slots[k - 1] <= start:
                    least = min(least, table[k - begin - 1, j])
                    j += 1
            lost = prefix[first + start + shifts.pause_slots[k]] - prefix[first + start]
            table[k - begin, start - shifts.pause_earliest[k]] = least + lost
    if end == begin:
        return 0.0
    return table[end - begin - 1, : shifts.pause_latest[end - 1] - shifts.pause_earliest[end - 1] + 1].min()


@njit(cache=True, nogil=True)
def place_pauses(prefix: Floats, first: int, option: int, shifts: Shifts, table: Floats, out: Ints) -> None:
    """Offsets (slots after the shift's start) at which its pauses cost least; the first such place of equals."""
    pause_table(prefix, first, option, shifts, table)
    begin, end = shifts.pause_from[option], shifts.pause_from[option + 1]
    limit = shifts.slots[option]
    for k in range(end - 1, begin - 1, -1):
        best = -IMPOSSIBLE
        for start in range(shifts.pause_earliest[k], shifts.pause_latest[k] + 1):
            if start + shifts.pause_slots[k] > limit:
                break
            if table[k - begin, start - shifts.pause_earliest[k]] < best - 1e-12:
                best = table[k - begin, start - shifts.pause_earliest[k]]
                out[k - begin] = start
        limit = out[k - begin]


@njit(cache=True, nogil=True)
def price_shifts(prefix: Floats, allowed: Flags, day: int, shifts: Shifts, table: Floats, worth: Floats) -> None:
    """Worth of every allowed option on a day, pauses at their best; IMPOSSIBLE for the others."""
    for option in range(len(shifts.slots)):
        worth[option] = IMPOSSIBLE
        if allowed[option]:
            first = shifts.first[option, day]
            whole = prefix[first + shifts.slots[option]] - prefix[first]
            worth[option] = whole - pause_table(prefix, first, option, shifts, table)
