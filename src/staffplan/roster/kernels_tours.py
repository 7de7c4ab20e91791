"""Compiled: the best tour of one person by dynamic programming, and putting tours on the board."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit

from staffplan.roster.kernels import (
    IMPOSSIBLE,
    NOTHING,
    Crew,
    Demand,
    Desk,
    Flags,
    Floats,
    Ints,
    Memory,
    Shifts,
    Terms,
    change_shift,
    gains,
    place_pauses,
    price_shifts,
)


@njit(cache=True, nogil=True)
def _best_of_kind(day: int, worth: Floats, terms: Terms, best: Ints) -> None:
    """For every kind of option on a day the option of highest worth, NOTHING where none is possible."""
    best[:] = NOTHING
    for option in range(len(worth)):
        if worth[option] > IMPOSSIBLE:
            kind = terms.kind[day, option]
            if best[kind] == NOTHING or worth[option] > worth[best[kind]]:
                best[kind] = option


@njit(cache=True, nogil=True)
def _activate(cell: int, side: int, memory: Memory) -> None:
    if not memory.is_active[side, cell]:
        memory.is_active[side, cell] = True
        memory.active[side, memory.active_count[side]] = cell
        memory.active_count[side] += 1


@njit(cache=True, nogil=True)
def _forget(side: int, ready: int, memory: Memory) -> None:
    """Make every value of a side IMPOSSIBLE again."""
    for i in range(memory.active_count[side]):
        cell = memory.active[side, i]
        memory.is_active[side, cell] = False
        memory.value[side, cell * ready : (cell + 1) * ready] = IMPOSSIBLE
    memory.active_count[side] = 0


@njit(cache=True, nogil=True)
def _rest_on(day: int, base: int, target: int, terms: Terms, memory: Memory) -> None:
    """Extend every state base + ready by a day off."""
    now, then = memory.value[day % 2], memory.value[(day + 1) % 2]
    ready = terms.off_ready.shape[1]
    _activate(target // ready, (day + 1) % 2, memory)
    for r in range(ready):
        at = target + terms.off_ready[day, r]
        if now[base + r] > then[at]:
            then[at] = now[base + r]
            memory.came_from[day, at] = base + r
            memory.chose[day, at] = NOTHING


@njit(cache=True, nogil=True)
def _running_best(base: int, now: Floats, top: Floats, arg: Ints) -> None:
    """top[r], arg[r]: the best state among ready classes up to r."""
    for r in range(len(top)):
        top[r], arg[r] = now[base + r], base + r
        if r > 0 and top[r - 1] >= top[r]:
            top[r], arg[r] = top[r - 1], arg[r - 1]


@njit(cache=True, nogil=True)
def _cell(p: int, n: int, c: int, k: int, sizes: Ints) -> int:
    return ((p * sizes[1] + n) * sizes[2] + c) * sizes[3] + k


@njit(cache=True, nogil=True)
def _work_on(
    day: int,
    at: tuple[int, int, int, int],
    bounds: tuple[int, int],
    worth: Floats,
    best: Ints,
    top: Floats,
    arg: Ints,
    sizes: Ints,
    terms: Terms,
    memory: Memory,
) -> None:
    """Extend the best states of (paid, days, days in a row, weekends) by each kind of shift."""
    p, n, c, k = at
    weekend = terms.weekend[day]
    worked = k + (1 if weekend == 1 or (weekend == 2 and c == 0) else 0)
    if n >= terms.days_max or c >= terms.row_max or worked > terms.weekends_worked_max:
        return
    run = min(c + 1, sizes[2] - 1)
    then = memory.value[(day + 1) % 2]
    for kind in range(terms.kinds):
        option = best[kind]
        if option == NOTHING or top[terms.highest_ready[day, option]] <= IMPOSSIBLE:
            continue
        paid = p + terms.units[option]
        if paid > bounds[1]:
            continue
        if terms.last_of_week[day] and paid < bounds[0]:
            continue
        cell = _cell(0, 0, run, worked, sizes) if terms.last_of_week[day] else _cell(paid, n + 1, run, worked, sizes)
        target = cell * sizes[4] + terms.next_ready[day, option]
        value = top[terms.highest_ready[day, option]] + worth[option]
        if value > then[target]:
            _activate(cell, (day + 1) % 2, memory)
            then[target] = value
            memory.came_from[day, target] = arg[terms.highest_ready[day, option]]
            memory.chose[day, target] = option


@njit(cache=True, nogil=True)
def best_tour(
    worth: Floats, may_rest: Flags, units_min: Ints, units_max: Ints, terms: Terms, memory: Memory, choice: Ints
) -> float:
    """The sequence of shifts of highest worth that keeps every rule of one person; written to `choice`, (days,).

    Dynamic programming over days; a state is paid units and days of the current week, days in a row, weekends
    worked and ready class. worth: (days, options). Gives the worth, IMPOSSIBLE where no sequence is allowed.
    """
    ready = terms.off_ready.shape[1]
    sizes = np.array(
        [units_max.max() + 1, terms.days_max + 1, terms.row_states, terms.weekends_worked_max + 1, ready]
    )
    top, arg = np.empty(ready), np.empty(ready, dtype=np.int64)
    best = np.empty(terms.kinds, dtype=np.int64)
    _activate(0, 0, memory)
    memory.value[0, 0] = 0.0
    week = 0
    for day in range(len(worth)):
        _best_of_kind(day, worth[day], terms, best)
        bounds = (units_min[week], units_max[week])
        last = terms.last_of_week[day]
        for i in range(memory.active_count[day % 2]):
            cell = memory.active[day % 2, i]
            _running_best(cell * ready, memory.value[day % 2], top, arg)
            p, n, c, k = _unpack(cell, sizes)
            if may_rest[day] and not (last and p < bounds[0]):
                after = _cell(0, 0, 0, k, sizes) if last else _cell(p, n, 0, k, sizes)
                _rest_on(day, cell * ready, after * ready, terms, memory)
            _work_on(day, (p, n, c, k), bounds, worth[day], best, top, arg, sizes, terms, memory)
        _forget(day % 2, ready, memory)
        week += 1 if last else 0
    return _trace_back(len(worth), ready, memory, choice)


@njit(cache=True, nogil=True)
def _unpack(cell: int, sizes: Ints) -> tuple[int, int, int, int]:
    rest, k = cell // sizes[3], cell % sizes[3]
    rest, c = rest // sizes[2], rest % sizes[2]
    return rest // sizes[1], rest % sizes[1], c, k


@njit(cache=True, nogil=True)
def _trace_back(days: int, ready: int, memory: Memory, choice: Ints) -> float:
    """Write the tour that ends in the best final state; gives its worth and leaves the memory clean."""
    side = days % 2
    worth, at = IMPOSSIBLE, -1
    for i in range(memory.active_count[side]):
        for state in range(memory.active[side, i] * ready, (memory.active[side, i] + 1) * ready):
            if memory.value[side, state] > worth:
                worth, at = memory.value[side, state], state
    _forget(side, ready, memory)
    if at < 0:
        return IMPOSSIBLE
    for day in range(days - 1, -1, -1):
        choice[day] = memory.chose[day, at]
        at = memory.came_from[day, at]
    return worth


@njit(cache=True, nogil=True)
def clear_days(
    first_day: int,
    end_day: int,
    skillset: int,
    choice: Ints,
    pauses: Ints,
    shifts: Shifts,
    crew: Crew,
    demand: Demand,
) -> float:
    """Take one person's shifts of the days off the board; gives the change of cost. choice: (days,)."""
    change = 0.0
    for day in range(first_day, end_day):
        if choice[day] != NOTHING:
            first = shifts.first[choice[day], day]
            change += change_shift(first, choice[day], pauses[day], -1, skillset, shifts, crew, demand)
            choice[day] = NOTHING
    return change


@njit(cache=True, nogil=True)
def put_days(
    first_day: int,
    end_day: int,
    skillset: int,
    choice: Ints,
    pauses: Ints,
    shifts: Shifts,
    crew: Crew,
    demand: Demand,
) -> float:
    """Put one person's shifts of the days, as they stand in `choice` and `pauses`, on the board."""
    change = 0.0
    for day in range(first_day, end_day):
        if choice[day] != NOTHING:
            first = shifts.first[choice[day], day]
            change += change_shift(first, choice[day], pauses[day], 1, skillset, shifts, crew, demand)
    return change


@njit(cache=True, nogil=True)
def price_days(
    first_day: int, end_day: int, day_slot: Ints, allowed: Flags, choice: Ints, shifts: Shifts, desk: Desk
) -> None:
    """Worth of every option on the days of a window, from desk.gains; outside it only what `choice` says."""
    days = len(choice)
    longest = shifts.slots.max()
    begin = day_slot[first_day]
    end = min(day_slot[end_day] + longest, len(desk.gains))
    desk.prefix[begin] = 0.0
    for slot in range(begin, end):
        desk.prefix[slot + 1] = desk.prefix[slot] + desk.gains[slot]
    for day in range(days):
        inside = first_day <= day < end_day
        desk.may_rest[day] = inside or choice[day] == NOTHING
        if inside:
            price_shifts(desk.prefix, allowed[day], day, shifts, desk.table, desk.worth[day])
        else:
            desk.worth[day] = IMPOSSIBLE
            if choice[day] != NOTHING:
                desk.worth[day, choice[day]] = 0.0


@njit(cache=True, nogil=True)
def refill(
    first_day: int,
    end_day: int,
    skillset: int,
    allowed: Flags,
    choice: Ints,
    pauses: Ints,
    day_slot: Ints,
    units_min: Ints,
    units_max: Ints,
    shifts: Shifts,
    crew: Crew,
    demand: Demand,
    terms: Terms,
    memory: Memory,
    desk: Desk,
) -> float:
    """Give one person, whose days of the window are empty, the best shifts there; the change of cost.

    The other days stay. IMPOSSIBLE (and nothing done) where the rules allow no way to fill the window.
    """
    end = min(day_slot[end_day] + shifts.slots.max(), len(desk.gains))
    gains(skillset, day_slot[first_day], end, crew, demand, desk.gains)
    price_days(first_day, end_day, day_slot, allowed, choice, shifts, desk)
    if best_tour(desk.worth, desk.may_rest, units_min, units_max, terms, memory, desk.tour) <= IMPOSSIBLE:
        return IMPOSSIBLE
    for day in range(first_day, end_day):
        choice[day] = desk.tour[day]
        if choice[day] != NOTHING:
            first = shifts.first[choice[day], day]
            place_pauses(desk.prefix, first, choice[day], shifts, desk.table, pauses[day])
    return put_days(first_day, end_day, skillset, choice, pauses, shifts, crew, demand)


@njit(cache=True, nogil=True)
def best_prices(prices: Floats, groups: int, values: Floats, served: Ints) -> None:
    """For each slot the highest price among `groups` (bits) and the group that pays it. prices: (groups, slots)."""
    for slot in range(prices.shape[1]):
        values[slot] = IMPOSSIBLE
        for g in range(prices.shape[0]):
            if groups >> g & 1 and prices[g, slot] > values[slot]:
                values[slot], served[slot] = prices[g, slot], g


@njit(cache=True, nogil=True)
def add_tour(choice: Ints, weight: float, served: Ints, shifts: Shifts, desk: Desk, on_queue: Floats) -> None:
    """Count a tour, pauses where they cost least, `weight` times in on_queue, (groups, slots)."""
    pauses = np.empty(desk.table.shape[0], dtype=np.int64)
    for day in range(len(choice)):
        option = choice[day]
        if option == NOTHING:
            continue
        first = shifts.first[option, day]
        place_pauses(desk.prefix, first, option, shifts, desk.table, pauses)
        k, end = shifts.pause_from[option], shifts.pause_from[option + 1]
        offset = 0
        while offset < shifts.slots[option]:
            if k < end and offset == pauses[k - shifts.pause_from[option]]:
                offset += shifts.pause_slots[k]
                k += 1
                continue
            on_queue[served[first + offset], first + offset] += weight
            offset += 1
