"""Compiled: the best tour of one person, a path through the automaton of the person's rules."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import (
    IMPOSSIBLE,
    NOTHING,
    Desk,
    Flags,
    Floats,
    Folk,
    Ints,
    Shifts,
    Walks,
    price_shifts,
)
from staffplan.roster.search.compiled.several import tour_of_several


@njit(cache=True, nogil=True)
def price_days(first_day: int, end_day: int, day_slot: Ints, allowed: Flags, shifts: Shifts, desk: Desk) -> None:
    """Worth of every option on the days from first_day up to end_day, from desk.gains. allowed: (days, options)."""
    begin = day_slot[first_day]
    end = min(day_slot[end_day] + shifts.slots.max(), desk.gains.shape[1])
    for m in range(len(shifts.masks)):
        desk.prefix[m, begin] = 0.0
        for slot in range(begin, end):
            desk.prefix[m, slot + 1] = desk.prefix[m, slot] + desk.gains[m, slot]
    for day in range(first_day, end_day):
        price_shifts(desk.prefix, allowed[day], day, shifts, desk.table, desk.worth[day])


@njit(cache=True, nogil=True)
def _best_of_kind(
    day: int, automaton: int, walks: Walks, likes: NDArray[np.float32], desk: Desk, worth: Floats
) -> None:
    """For every kind the option (a day off is the last) of highest worth, NOTHING where none is possible, and its
    worth, (kinds,)."""
    best, kinds = desk.best[day], walks.kinds[automaton, day]
    best[:kinds], worth[:kinds] = NOTHING, IMPOSSIBLE
    for option in range(desk.worth.shape[1]):
        desk.worth[day, option] -= likes[day, option]
        kind = walks.kind[automaton, day, option]
        if desk.worth[day, option] > IMPOSSIBLE / 2 and desk.worth[day, option] > worth[kind]:
            best[kind], worth[kind] = option, desk.worth[day, option]


@njit(cache=True, nogil=True)
def _day_before(day: int, automaton: int, walks: Walks, worth: Floats, desk: Desk) -> None:
    """From what each state after the day may bring, desk.value, what each state before it may, and by which kind.
    `worth`: (kinds,)."""
    now, then, chose = desk.value[day % 2], desk.value[(day + 1) % 2], desk.chose[day]
    kinds, step = walks.kinds[automaton, day], walks.offset[automaton, day]
    priced = walks.priced[automaton, day]
    for state in range(walks.states[automaton, day]):
        most, by = IMPOSSIBLE, NOTHING
        for kind in range(kinds):  # without branches that depend on values: a processor cannot foretell them
            target = walks.to[step + kind]
            ahead = then[max(target, 0)]
            value = worth[kind] + (ahead if target >= 0 else IMPOSSIBLE)
            if priced:
                value -= walks.price[step + kind]
            better = value > most
            most = value if better else most
            by = kind if better else by
        step += kinds
        now[state], chose[state] = most if most > IMPOSSIBLE / 2 else IMPOSSIBLE, by


@njit(cache=True, nogil=True)
def rest_of_tour(
    day: int,
    states: NDArray[np.int32],
    walk: int,
    walks: Walks,
    likes: NDArray[np.float32],
    choice: NDArray[np.int16],
) -> float:
    """Cost of the steps from states, (parts,), on a day to the period's end when the choices stay; -IMPOSSIBLE:
    forbidden. `likes`: (days, options + 1); `choice`: (days,)."""
    cost, first = 0.0, walks.part_from[walk]
    for p in range(walks.part_from[walk + 1] - first):
        a, state = walks.part[first + p], np.int64(states[p])
        for d in range(day, len(choice)):
            option = choice[d] if choice[d] != NOTHING else walks.kind.shape[2] - 1
            step = walks.offset[a, d] + state * walks.kinds[a, d] + walks.kind[a, d, option]
            state = np.int64(walks.to[step])
            if state < 0:
                return -IMPOSSIBLE
            cost += walks.price[step] + likes[d, option] if p == 0 else walks.price[step]
    return cost


@njit(cache=True, nogil=True)
def best_tour(
    first_day: int,
    end_day: int,
    start: NDArray[np.int32],
    person: int,
    folk: Folk,
    walks: Walks,
    choice: NDArray[np.int16],
    desk: Desk,
) -> float:
    """The choices of highest worth for the days of a window; the days after it stay as in `choice`.

    From the states `start`, (parts,), on first_day; desk.worth: (days, options + 1) of the window. Written to
    desk.tour; gives the worth less the price of all steps from first_day on, IMPOSSIBLE where no tour is allowed.
    Where the rules are several automata it may miss the best one (several.py).
    """
    walk, likes = folk.walk[person], folk.price[folk.liking[person]]
    if walks.part_from[walk + 1] - walks.part_from[walk] > 1:
        return tour_of_several(first_day, end_day, start, walk, walks, likes, choice, desk)
    automaton, at_end = walks.part[walks.part_from[walk]], np.zeros(1, dtype=np.int32)
    last = walks.states[automaton, end_day] if end_day < len(choice) else 1
    for state in range(last):
        at_end[0] = state
        cost = rest_of_tour(end_day, at_end, walk, walks, likes, choice)
        desk.value[end_day % 2, state] = -cost if cost < -IMPOSSIBLE / 2 else IMPOSSIBLE
    worth = np.empty(desk.best.shape[1])
    for day in range(end_day - 1, first_day - 1, -1):
        _best_of_kind(day, automaton, walks, likes, desk, worth)
        _day_before(day, automaton, walks, worth, desk)
    best, at = desk.value[first_day % 2, start[0]], np.int64(start[0])
    if best <= IMPOSSIBLE / 2:
        return IMPOSSIBLE
    for day in range(first_day, end_day):
        kind = desk.chose[day, at]
        option = desk.best[day, kind]
        desk.tour[day] = NOTHING if option == desk.worth.shape[1] - 1 else option
        at = np.int64(walks.to[walks.offset[automaton, day] + at * walks.kinds[automaton, day] + kind])
    return best


@njit(cache=True, nogil=True)
def best_values(values: Floats, groups: int, first: int, end: int, shifts: Shifts, desk: Desk) -> None:
    """For each slot and mask of shifts the highest value among the person's groups (bits), and the group.

    values: (groups, slots). A shift that may serve none of the groups is worth nothing.
    """
    for m in range(len(shifts.masks)):
        mine = groups & shifts.masks[m]
        for slot in range(first, end):
            best, at = IMPOSSIBLE, -1
            for g in range(values.shape[0]):
                if mine >> g & 1 and values[g, slot] > best:
                    best, at = values[g, slot], g
            desk.gains[m, slot] = best if at >= 0 else 0.0
            desk.served[m, slot] = at
