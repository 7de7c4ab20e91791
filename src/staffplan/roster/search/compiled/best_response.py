"""Compiled: a person's best tour against everybody else's, and what is settled at the same cost in the end."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import (
    IMPOSSIBLE,
    MINUS_ONE,
    NOTHING,
    ONE,
    PAUSED,
    ZERO,
    Desk,
    Flags,
    Folk,
    Ints,
    Need,
    Plan,
    Shifts,
    Team,
    Walks,
    place_pauses,
)
from staffplan.roster.search.compiled.board import (
    neighbour_holds,
    put_back,
    put_shift,
    set_cell,
    set_team,
    settle_walk,
    team_cost,
    walk_on,
)
from staffplan.roster.search.compiled.tours import best_tour, best_values, price_days


@njit(cache=True, nogil=True)
def count_days(
    person: int,
    first_day: int,
    end_day: int,
    sign: int,
    marks: NDArray[np.int8],
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
) -> float:
    """Count a window's shifts in (sign 1, groups chosen) or out (-1), the choices stay; gives the change of cost."""
    cost = 0.0
    for day in range(first_day, end_day):
        option = plan.choice[person, day]
        if option != NOTHING:
            pauses = plan.pauses[person, day]
            cost += put_shift(person, day, option, pauses, sign, marks, plan, folk, need, team, shifts)
    return cost


@njit(cache=True, nogil=True)
def retour(
    person: int,
    first_day: int,
    end_day: int,
    allowed: Flags,
    day_slot: Ints,
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
    walks: Walks,
    desk: Desk,
) -> bool:
    """Give a person the best shifts of a window against everybody else's, if they are better than the present ones.

    False where the rules allow none. `allowed`: (days, options); `day_slot`: (days + 1,).
    """
    days = plan.choice.shape[1]
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    nodes, paid = np.zeros((days + 2, plan.node.shape[2]), dtype=np.int64), np.zeros(days)
    cost = count_days(person, first_day, end_day, MINUS_ONE, marks, plan, folk, need, team, shifts)
    choice, pauses, group = plan.choice[person].copy(), plan.pauses[person].copy(), plan.group[person].copy()
    end = min(day_slot[end_day] + shifts.slots.max(), plan.gain.shape[1])
    best_values(plan.gain, folk.mask[person], day_slot[first_day], end, shifts, desk)
    price_days(first_day, end_day, day_slot, allowed, shifts, desk)
    start = plan.node[person, first_day]
    if best_tour(first_day, end_day, start, person, folk, walks, plan.choice[person], desk) <= IMPOSSIBLE:
        restore(person, first_day, end_day, choice, pauses, group, marks, plan, need, team, shifts)
        return False
    plan.choice[person, first_day:end_day] = NOTHING
    for day in range(first_day, end_day):
        option = desk.tour[day]
        plan.choice[person, day] = option
        if option != NOTHING:
            m = shifts.serves[option]
            place_pauses(
                desk.prefix[m], shifts.first[option, day], option, shifts, desk.table, plan.pauses[person, day]
            )
    cost += walk_on(person, first_day, end_day - 1, days, plan, folk, walks, nodes, paid)
    cost += count_days(person, first_day, end_day, ONE, marks, plan, folk, need, team, shifts)
    if cost < -1e-9:
        settle_walk(person, first_day, nodes, paid, plan)
        return True
    count_days(person, first_day, end_day, MINUS_ONE, marks, plan, folk, need, team, shifts)
    restore(person, first_day, end_day, choice, pauses, group, marks, plan, need, team, shifts)
    return True


@njit(cache=True, nogil=True)
def restore(
    person: int,
    first_day: int,
    end_day: int,
    choice: NDArray[np.int16],
    pauses: NDArray[np.int16],
    group: NDArray[np.int8],
    marks: NDArray[np.int8],
    plan: Plan,
    need: Need,
    team: Team,
    shifts: Shifts,
) -> None:
    """Give a person back the former `choice`, (days,), `pauses`, (days, pauses), and `group`, (intervals,), and count
    the shifts of a window in. `marks` is room for (slots of a shift,)."""
    plan.choice[person], plan.pauses[person], plan.group[person] = choice, pauses, group
    for day in range(first_day, end_day):
        if choice[day] != NOTHING:
            put_back(person, day, choice[day], marks, plan, need, team, shifts)


@njit(cache=True, nogil=True)
def on_queue_mark(person: int, day: int, interval: int, plan: Plan, need: Need, shifts: Shifts) -> int:
    """Slots of an interval (bits) in which the day's shift has the person on queue."""
    option = plan.choice[person, day]
    first, found = shifts.first[option, day], 0
    for part in range(need.step):
        offset = interval * need.step + part - first
        if 0 <= offset < shifts.slots[option]:
            free = True
            k = shifts.pause_from[option]
            for j in range(shifts.pause_from[option + 1] - k):
                pause = plan.pauses[person, day, j]
                free = free and not pause <= offset < pause + shifts.pause_slots[k + j]
            found |= int(free) << part
    return found


@njit(cache=True, nogil=True)
def stay_with_groups(plan: Plan, folk: Folk, need: Need, shifts: Shifts) -> None:
    """Two people who serve each other's group of the interval before trade groups, where both can and the cover is
    the same: nobody changes for nothing."""
    people, days = plan.choice.shape
    for day in range(days):
        for person in range(people):
            option = plan.choice[person, day]
            if option == NOTHING:
                continue
            first = shifts.first[option, day]
            last = (first + shifts.slots[option] - 1) // need.step
            for interval in range(first // need.step + 1, last + 1):
                before = plan.group[person, interval - 1]
                if plan.group[person, interval] != before:
                    trade_group(person, day, interval, before, plan, folk, need, shifts)


@njit(cache=True, nogil=True)
def trade_group(
    person: int, day: int, interval: int, wanted: int, plan: Plan, folk: Folk, need: Need, shifts: Shifts
) -> None:
    """Find somebody on the same slots who serves `wanted` and came from the person's group, or would not mind."""
    now = plan.group[person, interval]
    mine = folk.mask[person] & shifts.masks[shifts.serves[plan.choice[person, day]]]
    if not mine >> wanted & 1 or neighbour_holds(person, day, interval, plan.choice, shifts, need.step):
        return
    slots = on_queue_mark(person, day, interval, plan, need, shifts)
    if slots == 0:
        plan.group[person, interval] = wanted
        return
    for other in range(plan.choice.shape[0]):
        option = plan.choice[other, day]
        if other == person or option == NOTHING or plan.group[other, interval] != wanted:
            continue
        first = shifts.first[option, day]
        if not first // need.step <= interval <= (first + shifts.slots[option] - 1) // need.step:
            continue
        theirs = folk.mask[other] & shifts.masks[shifts.serves[option]]
        came = plan.group[other, interval - 1] if first < interval * need.step else now
        if not theirs >> now & 1 or came == wanted:
            continue
        if neighbour_holds(other, day, interval, plan.choice, shifts, need.step):
            continue
        if on_queue_mark(other, day, interval, plan, need, shifts) == slots:
            plan.group[person, interval], plan.group[other, interval] = wanted, now
            return


@njit(cache=True, nogil=True)
def spread_pauses(plan: Plan, need: Need, team: Team, shifts: Shifts) -> bool:
    """Move pauses to where fewer pause at the same time, the cover as good; whether any was moved."""
    people, days = plan.choice.shape
    pausing = np.zeros(plan.gain.shape[1], dtype=np.int64)
    for person in range(people):
        for day in range(days):
            option = plan.choice[person, day]
            if option != NOTHING:
                first, k = shifts.first[option, day], shifts.pause_from[option]
                for j in range(shifts.pause_from[option + 1] - k):
                    at = first + plan.pauses[person, day, j]
                    if shifts.pause_mark[k + j] == PAUSED:
                        pausing[at : at + shifts.pause_slots[k + j]] += 1
    moved = False
    for person in range(people):
        for day in range(days):
            if plan.choice[person, day] != NOTHING:
                moved |= spread_shift(person, day, pausing, plan, need, team, shifts)
    return moved


@njit(cache=True, nogil=True)
def spread_shift(person: int, day: int, pausing: Ints, plan: Plan, need: Need, team: Team, shifts: Shifts) -> bool:
    """Each pause of a shift, in order, to the least crowded place that costs nothing; whether any was moved.
    `pausing`: (slots,), people on pause."""
    option, moved = plan.choice[person, day], False
    first, begin = shifts.first[option, day], shifts.pause_from[option]
    count = shifts.pause_from[option + 1] - begin
    pauses = plan.pauses[person, day]
    for j in range(count):
        length = shifts.pause_slots[begin + j]
        low = shifts.pause_earliest[begin + j]
        high = shifts.pause_latest[begin + j]
        low = max(low, pauses[j - 1] + shifts.pause_slots[begin + j - 1]) if j > 0 else low
        high = min(high, pauses[j + 1] - length) if j < count - 1 else high
        if high <= low:
            continue
        present = pauses[j]
        set_pause(person, first + present, length, MINUS_ONE, pausing, plan, need, team)
        cost, crowd = pause_price(person, first + present, length, pausing, plan, need, team)
        best = present
        for place in range(low, high + 1):
            price, crowded = pause_price(person, first + place, length, pausing, plan, need, team)
            if price < cost - 1e-9 or (price <= cost + 1e-9 and crowded < crowd):
                cost, crowd, best = price, crowded, place
        set_pause(person, first + best, length, ONE, pausing, plan, need, team)
        moved |= best != present
        pauses[j] = best
    return moved


@njit(cache=True, nogil=True)
def set_pause(
    person: int, first: int, length: int, sign: int, pausing: Ints, plan: Plan, need: Need, team: Team
) -> None:
    """Begin (1) or end (-1) a pause. `pausing`, (slots,), counts people on pause."""
    for slot in range(first, first + length):
        set_cell(plan.group[person, slot // need.step], slot, -sign, plan, need)
        pausing[slot] += sign
        set_team(person, slot, ZERO, sign, plan, team)


@njit(cache=True, nogil=True)
def pause_price(
    person: int, first: int, length: int, pausing: Ints, plan: Plan, need: Need, team: Team
) -> tuple[float, int]:
    """Cost of a pause to the cover, and the sum over its slots of people on pause. `pausing`: (slots,)."""
    cost, crowd = 0.0, 0
    for slot in range(first, first + length):
        cost += plan.loss[plan.group[person, slot // need.step], slot]
        crowd += pausing[slot]
        if team.watched:
            cost += team_cost(person, slot, ZERO, ONE, plan, team)
    return cost, crowd
