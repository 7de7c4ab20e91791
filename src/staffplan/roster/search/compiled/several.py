"""Compiled: tours of a person whose rules are several automata, too large to be made one.

What the rest of the period may bring is known for each automaton alone, where the first pays the others `Walks.toll`:
no tour is worth more than these together (a Lagrangian decomposition). Day after day the tours of highest worth so
far and promise are kept, of those in the same states the best one: a beam search (Ow and Morton, "Filtered beam
search in scheduling", International Journal of Production Research 26, 1988). It keeps every rule, and may miss the
best. Where all tours kept end in days that one part forbids and another demands, the search is made once more with
guards: how much work (`Walks.guard`) each part can still take, and must still have, tells such ends in time.
"""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING, Desk, Floats, Ints, Walks

DAYS_OF_A_WEEK = 7
HASHED, MIXED = 1_000_003, 7919
"""Two primes, by which states are told apart in a table."""


@njit(cache=True, nogil=True)
def rest_of_part(day: int, state: int, automaton: int, walks: Walks, choice: NDArray[np.int16]) -> float:
    """Price of the steps from a state on a day to the period's end when the choices, (days,), stay; -IMPOSSIBLE:
    forbidden."""
    cost = 0.0
    for d in range(day, len(choice)):
        option = choice[d] if choice[d] != NOTHING else walks.kind.shape[2] - 1
        step = walks.offset[automaton, d] + state * walks.kinds[automaton, d] + walks.kind[automaton, d, option]
        state = walks.to[step]
        if state < 0:
            return -IMPOSSIBLE
        cost += walks.price[step]
    return cost


@njit(cache=True, nogil=True)
def look_ahead(
    first_day: int,
    end_day: int,
    walk: int,
    walks: Walks,
    likes: NDArray[np.float32],
    choice: NDArray[np.int16],
    desk: Desk,
) -> None:
    """desk.ahead, (parts, days + 1, states), for the days of a window; days after it stay as in `choice`, (days,).

    desk.worth, (days, options + 1), of the window loses what the person's likings cost, (days, options + 1).
    """
    first, parts = walks.part_from[walk], walks.part_from[walk + 1] - walks.part_from[walk]
    for day in range(first_day, end_day):
        for option in range(desk.worth.shape[1]):
            desk.worth[day, option] -= likes[day, option]
            desk.tolled[day, option] = desk.worth[day, option]
            for p in range(1, parts):
                desk.tolled[day, option] -= walks.toll[first + p, day % DAYS_OF_A_WEEK, option]
    best = np.empty(desk.worth.shape[1])
    for p in range(parts):
        automaton = walks.part[first + p]
        states = 1 if end_day == len(choice) else walks.states[automaton, end_day]
        for state in range(states):
            cost = rest_of_part(end_day, state, automaton, walks, choice)
            desk.ahead[p, end_day, state] = -cost if cost < -IMPOSSIBLE / 2 else IMPOSSIBLE
        for day in range(end_day - 1, first_day - 1, -1):
            _back(day, p, first + p, walks, best, desk)


@njit(cache=True, nogil=True)
def _gain(day: int, option: int, p: int, row: int, walks: Walks, desk: Desk) -> float:
    """What an option brings to a part; IMPOSSIBLE where the person may not work it."""
    if desk.worth[day, option] <= IMPOSSIBLE / 2:
        return IMPOSSIBLE
    return desk.tolled[day, option] if p == 0 else walks.toll[row, day % DAYS_OF_A_WEEK, option]


@njit(cache=True, nogil=True)
def _back(day: int, p: int, row: int, walks: Walks, best: Floats, desk: Desk) -> None:
    """desk.ahead of a part for one day earlier. `best`: room for (kinds,)."""
    automaton = walks.part[row]
    kinds, offset = walks.kinds[automaton, day], walks.offset[automaton, day]
    best[:kinds] = IMPOSSIBLE
    for option in range(desk.worth.shape[1]):
        kind = walks.kind[automaton, day, option]
        best[kind] = max(best[kind], _gain(day, option, p, row, walks, desk))
    for state in range(walks.states[automaton, day]):
        most = IMPOSSIBLE
        for kind in range(kinds):
            step = offset + state * kinds + kind
            target = walks.to[step]
            if target >= 0 and best[kind] > IMPOSSIBLE / 2:
                most = max(most, best[kind] - walks.price[step] + desk.ahead[p, day + 1, target])
        desk.ahead[p, day, state] = most if most > IMPOSSIBLE / 2 else IMPOSSIBLE


@njit(cache=True, nogil=True)
def relaxed_tour(
    walk: int, weight: float, walks: Walks, likes: NDArray[np.float32], nothing: NDArray[np.int16], desk: Desk
) -> float:
    """What no tour of the whole period is worth more than; IMPOSSIBLE where there is none.

    desk.tour is the best of the first part alone. How often it works an option more often than each other part would
    goes to desk.asked, `weight` times. `likes`: (days, options + 1); `nothing`: (days,), days off.
    """
    days, first, worth = len(nothing), walks.part_from[walk], 0.0
    look_ahead(0, days, walk, walks, likes, nothing, desk)
    for p in range(walks.part_from[walk + 1] - first):
        worth += desk.ahead[p, 0, 0]
    if worth <= IMPOSSIBLE / 2:
        return IMPOSSIBLE
    for p in range(walks.part_from[walk + 1] - first):
        state = 0
        for day in range(days):
            option, state = _forward(day, state, p, first + p, walks, desk)
            if p == 0:
                desk.tour[day] = NOTHING if option == desk.worth.shape[1] - 1 else option
                for other in range(first + 1, walks.part_from[walk + 1]):
                    desk.asked[other, day % DAYS_OF_A_WEEK, walks.same[other, option]] += weight
            else:
                desk.asked[first + p, day % DAYS_OF_A_WEEK, walks.same[first + p, option]] -= weight
    return worth


@njit(cache=True, nogil=True)
def _forward(day: int, state: int, p: int, row: int, walks: Walks, desk: Desk) -> tuple[int, int]:
    """The option by which a part gets most from a state on, and the state after it."""
    automaton, most, chosen, then = walks.part[row], IMPOSSIBLE, desk.worth.shape[1] - 1, 0
    for option in range(desk.worth.shape[1]):
        gain = _gain(day, option, p, row, walks, desk)
        step = walks.offset[automaton, day] + state * walks.kinds[automaton, day] + walks.kind[automaton, day, option]
        target = walks.to[step]
        if target >= 0 and gain > IMPOSSIBLE / 2:
            value = gain - walks.price[step] + desk.ahead[p, day + 1, target]
            if value > most:
                most, chosen, then = value, option, target
    return chosen, then


@njit(cache=True, nogil=True)
def _choices(day: int, first: int, parts: int, walks: Walks, desk: Desk, chosen: Ints) -> int:
    """Options of a day, of those that all parts take for the same the one of highest worth, in `chosen`, (options +
    1,); gives how many."""
    count = 0
    for option in range(desk.worth.shape[1]):
        if desk.worth[day, option] <= IMPOSSIBLE / 2:
            continue
        at = count
        for number in range(count):
            alike = True
            for p in range(parts):
                kind = walks.kind[walks.part[first + p], day]
                alike = alike and kind[option] == kind[chosen[number]]
            if alike:
                at = number
                break
        if at == count:
            chosen[at] = option
            count += 1
        elif desk.worth[day, option] > desk.worth[day, chosen[at]]:
            chosen[at] = option
    return count


@njit(cache=True, nogil=True)
def _place(states: NDArray[np.int32], count: int, found: NDArray[np.int32], table: Ints) -> int:
    """Where these states, (parts,), stand among the `count` found, (tours, parts); `count` where they are new, then
    noted in `table`, (places,)."""
    mixed = 0
    for p in range(len(states)):
        mixed = (mixed * HASHED + states[p] * MIXED) & 0x3FFFFFFFFFFFFFF
    at = (mixed ^ (mixed >> 17)) % len(table)
    while table[at] >= 0:
        known, alike = found[table[at]], True
        for p in range(len(states)):
            alike = alike and known[p] == states[p]
        if alike:
            return table[at]
        at = (at + 1) % len(table)
    table[at] = count
    return count


@njit(cache=True, nogil=True)
def make_guard(
    first_day: int, end_day: int, walk: int, walks: Walks, choice: NDArray[np.int16], desk: Desk
) -> NDArray[np.float32]:
    """(directions, parts, days + 1, states): most of a direction of `Walks.guard` that a part can still have, and of
    the first part least (negative); IMPOSSIBLE where the period cannot be ended. Days after the window stay as in
    `choice`, (days,)."""
    first, parts = walks.part_from[walk], walks.part_from[walk + 1] - walks.part_from[walk]
    guard = np.full((walks.guard.shape[0], parts, *desk.ahead.shape[1:]), IMPOSSIBLE, dtype=np.float32)
    for p in range(parts):
        automaton = walks.part[first + p]
        states = 1 if end_day == len(choice) else walks.states[automaton, end_day]
        for state in range(states):
            if rest_of_part(end_day, state, automaton, walks, choice) > -IMPOSSIBLE / 2:
                continue
            guard[:, p, end_day, state] = 0.0
        for direction in range(len(guard)):
            for day in range(end_day - 1, first_day - 1, -1):
                _guard_back(day, automaton, direction, -1.0 if p == 0 else 1.0, walks, guard[direction, p], desk)
    return guard


@njit(cache=True, nogil=True)
def _guard_back(
    day: int,
    automaton: int,
    direction: int,
    sign: float,
    walks: Walks,
    guard: NDArray[np.float32],
    desk: Desk,
) -> None:
    """`guard`, (days + 1, states), for one day earlier."""
    kinds, offset = walks.kinds[automaton, day], walks.offset[automaton, day]
    best = np.full(kinds, IMPOSSIBLE)
    for option in range(desk.worth.shape[1]):
        if desk.worth[day, option] > IMPOSSIBLE / 2:
            kind = walks.kind[automaton, day, option]
            best[kind] = max(best[kind], sign * walks.guard[direction, day % DAYS_OF_A_WEEK, option])
    for state in range(walks.states[automaton, day]):
        most = IMPOSSIBLE
        for kind in range(kinds):
            target = walks.to[offset + state * kinds + kind]
            if target >= 0 and best[kind] > IMPOSSIBLE / 2:
                most = max(most, best[kind] + guard[day + 1, target])
        guard[day, state] = most if most > IMPOSSIBLE / 2 else IMPOSSIBLE


@njit(cache=True, nogil=True)
def _ends_well(day: int, states: NDArray[np.int32], guard: NDArray[np.float32]) -> bool:
    """Whether no guard tells that no tour goes on from these states, (parts,), on the day."""
    for direction in range(guard.shape[0]):
        taken = guard[direction, 0, day, states[0]]
        for p in range(1, guard.shape[1]):
            if taken + guard[direction, p, day, states[p]] < -0.5:
                return False
    return True


@njit(cache=True, nogil=True)
def tour_of_several(
    first_day: int,
    end_day: int,
    start: NDArray[np.int32],
    walk: int,
    walks: Walks,
    likes: NDArray[np.float32],
    choice: NDArray[np.int16],
    desk: Desk,
) -> float:
    """As `best_tour`, from the states `start`, (parts,), on: choices of high worth for the days of a window, in
    desk.tour, and their worth less the prices from first_day on; IMPOSSIBLE where none was found."""
    look_ahead(first_day, end_day, walk, walks, likes, choice, desk)
    nothing = np.empty((0, 1, 1, 1), dtype=np.float32)
    worth = _beam(first_day, end_day, start, walk, walks, nothing, desk)
    if worth > IMPOSSIBLE:
        return worth
    guard = make_guard(first_day, end_day, walk, walks, choice, desk)
    return _beam(first_day, end_day, start, walk, walks, guard, desk)


@njit(cache=True, nogil=True)
def _beam(
    first_day: int,
    end_day: int,
    start: NDArray[np.int32],
    walk: int,
    walks: Walks,
    guard: NDArray[np.float32],
    desk: Desk,
) -> float:
    """`tour_of_several` once desk.ahead is known, past states that the guard excludes (from
    make_guard or none)."""
    first, parts = walks.part_from[walk], walks.part_from[walk + 1] - walks.part_from[walk]
    labels, options = desk.label.shape[1], desk.worth.shape[1]
    most, days = labels * options, end_day - first_day
    came, chose = np.empty((days, labels), dtype=np.int32), np.empty((days, labels), dtype=np.int16)
    parent, taken = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int16)
    value, promise = np.empty(most), np.empty(most)
    found, states = np.empty((most, parts), dtype=np.int32), np.empty(parts, dtype=np.int32)
    table, chosen = np.empty(2 * most + 1, dtype=np.int64), np.empty(options, dtype=np.int64)
    kept = 1
    desk.label[first_day % 2, 0, :parts] = start[:parts]
    desk.so_far[first_day % 2, 0] = 0.0
    for day in range(first_day, end_day):
        now, table[:], count = day % 2, -1, 0
        choices = _choices(day, first, parts, walks, desk, chosen)
        for label in range(kept):
            for number in range(choices):
                option = chosen[number]
                price, hope = _step_on(day, option, first, desk.label[now, label], walks, desk, states)
                if hope <= IMPOSSIBLE / 2 or not _ends_well(day + 1, states, guard):
                    continue
                worth = desk.so_far[now, label] + desk.worth[day, option] - price
                at = _place(states, count, found, table)
                if at < count and worth <= value[at]:
                    continue
                count = max(count, at + 1)
                found[at], value[at], promise[at], parent[at], taken[at] = states, worth, worth + hope, label, option
        kept = _keep(promise[:count], found, value, parent, taken, (day + 1) % 2, day - first_day, came, chose, desk)
        if kept == 0:
            return IMPOSSIBLE
    return _trace(first_day, end_day, kept, parts, came, chose, desk)


@njit(cache=True, nogil=True)
def _step_on(
    day: int,
    option: int,
    first: int,
    label: NDArray[np.int32],
    walks: Walks,
    desk: Desk,
    states: NDArray[np.int32],
) -> tuple[float, float]:
    """Price of an option from the states `label`, and what the parts may bring after it, IMPOSSIBLE where they cannot
    go on; the states after it in `states`, (parts,)."""
    price, hope = 0.0, 0.0
    for p in range(len(states)):
        a = walks.part[first + p]
        step = walks.offset[a, day] + label[p] * walks.kinds[a, day] + walks.kind[a, day, option]
        target = walks.to[step]
        hope += desk.ahead[p, day + 1, target] if target >= 0 else IMPOSSIBLE
        if hope <= IMPOSSIBLE / 2:
            return price, IMPOSSIBLE
        price += walks.price[step]
        states[p] = target
    return price, hope


@njit(cache=True, nogil=True)
def _keep(
    promise: Floats,
    found: NDArray[np.int32],
    value: Floats,
    parent: NDArray[np.int32],
    taken: NDArray[np.int16],
    then: int,
    row: int,
    came: NDArray[np.int32],
    chose: NDArray[np.int16],
    desk: Desk,
) -> int:
    """Keep the tours of highest promise, (tours,), as labels of the next day; gives how many."""
    labels, kept = desk.label.shape[1], 0
    least = (
        np.partition(promise, len(promise) - labels)[len(promise) - labels] if len(promise) > labels else IMPOSSIBLE
    )
    for strictly in (True, False):
        for at in range(len(promise)):
            if kept < labels and (promise[at] > least if strictly else promise[at] == least):
                desk.label[then, kept, : found.shape[1]] = found[at]
                desk.so_far[then, kept] = value[at]
                came[row, kept], chose[row, kept] = parent[at], taken[at]
                kept += 1
    return kept


@njit(cache=True, nogil=True)
def _trace(
    first_day: int,
    end_day: int,
    kept: int,
    parts: int,
    came: NDArray[np.int32],
    chose: NDArray[np.int16],
    desk: Desk,
) -> float:
    """Write the best of the tours kept, `came` and `chose` (days, labels), to desk.tour; gives its worth."""
    best, at = IMPOSSIBLE, 0
    for label in range(kept):
        worth = desk.so_far[end_day % 2, label]
        for p in range(parts):
            worth += desk.ahead[p, end_day, desk.label[end_day % 2, label, p]]
        if worth > best:
            best, at = worth, label
    for day in range(end_day - 1, first_day - 1, -1):
        option = chose[day - first_day, at]
        desk.tour[day] = NOTHING if option == desk.worth.shape[1] - 1 else option
        at = came[day - first_day, at]
    return best
