"""Compiled: changing a roster shift by shift, its cover, its states and its cost kept up to date."""

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
    Floats,
    Folk,
    Ints,
    Need,
    Plan,
    Shifts,
    Team,
    Walks,
)

Offsets = NDArray[np.int16]
DAYS_OF_A_CHANGE = 3
"""That a shift and the one it stands for may touch."""


@njit(cache=True, nogil=True, inline="always")
def worth_of(g: int, slot: int, number: int, need: Need) -> float:
    """Cost saved by person `number` + 1; without person 0 nothing is lost."""
    return 0.0 if number < 0 else need.worth[g, slot, min(number, need.worth.shape[2] - 1)]


@njit(cache=True, nogil=True)
def brought_by(g: int, slot: int, number: int, need: Need) -> float:
    """Contacts in time that person `number` + 1 brings."""
    return need.brings[g, slot, min(max(number, 0), need.brings.shape[2] - 1)]


@njit(cache=True, nogil=True)
def late_cost(g: int, day: int, in_time: float, need: Need) -> float:
    """What a day's shortfall costs with so many contacts in time."""
    short, cost = need.due[g, day] - in_time, 0.0
    for step in range(need.dearer.shape[2]):
        if short <= need.begun[g, day, step]:
            break
        cost += need.dearer[g, day, step] * (short - need.begun[g, day, step])
    return cost


@njit(cache=True, nogil=True)
def beyond_price(g: int, day: int, gained: float, plan: Plan, need: Need) -> float:
    """What a change of a day's contacts in time costs beyond their price in `worth`."""
    before = plan.in_time[g, day]
    cost = late_cost(g, day, before + gained, need) - late_cost(g, day, before, need)
    return cost + need.price[g, day] * gained


@njit(cache=True, nogil=True)
def note_gain(g: int, slot: int, change: int, first_day: int, gained: Floats, plan: Plan, need: Need) -> None:
    """Count one more (change 1) or one fewer (-1) on queue in `gained`, (groups, days of a change)."""
    number = plan.on_queue[g, slot]
    brought = brought_by(g, slot, number, need) if change > 0 else -brought_by(g, slot, number - 1, need)
    gained[g, min(need.day[slot] - first_day, gained.shape[1] - 1)] += brought


@njit(cache=True, nogil=True)
def promise_cost(first_day: int, gained: Floats, plan: Plan, need: Need) -> float:
    """What `gained`, (groups, days of a change), costs beyond the price of contacts in time; leaves zeros there."""
    cost = 0.0
    for g in range(gained.shape[0]):
        for number in range(gained.shape[1]):
            if gained[g, number] != 0.0:
                cost += beyond_price(g, min(first_day + number, need.due.shape[1] - 1), gained[g, number], plan, need)
                gained[g, number] = 0.0
    return cost


@njit(cache=True, nogil=True)
def set_cell(g: int, slot: int, change: int, plan: Plan, need: Need) -> float:
    """One more (change 1) or one fewer (-1) on queue; gives the change of cost."""
    cost = -plan.gain[g, slot] if change > 0 else plan.loss[g, slot]
    number = plan.on_queue[g, slot] + change
    if need.promised:
        brought = brought_by(g, slot, number - 1, need) if change > 0 else -brought_by(g, slot, number, need)
        cost += beyond_price(g, need.day[slot], brought, plan, need)
        plan.in_time[g, need.day[slot]] += brought
    plan.on_queue[g, slot] = number
    plan.gain[g, slot] = worth_of(g, slot, number, need)
    plan.loss[g, slot] = worth_of(g, slot, number - 1, need)
    return cost


@njit(cache=True, nogil=True)
def above_circle(circle: int, site: int, pausing: int, team: Team) -> int:
    """How many too many of a circle pause when so many of it are in the house."""
    limit = team.most[circle]
    if team.of[circle] > 0:
        limit = min(limit, max(team.part[circle] * site // team.of[circle], 1))
    return max(pausing - limit, 0)


@njit(cache=True, nogil=True)
def team_cost(person: int, slot: int, site: int, pausing: int, plan: Plan, team: Team) -> float:
    """Change of cost when the person comes (site 1) or goes (-1), begins (pausing 1) or ends a pause in the slot."""
    seats, places = team.seats[slot], team.pausing[slot]
    before = max(plan.on_site[slot] - seats, 0) + max(plan.pausing[slot] - places, 0)
    after = max(plan.on_site[slot] + site - seats, 0) + max(plan.pausing[slot] + pausing - places, 0)
    for circle in range(len(team.most)):
        if team.counts[circle, person]:
            there, away = plan.circle_site[circle, slot], plan.circle_pausing[circle, slot]
            before += above_circle(circle, there, away, team)
            after += above_circle(circle, there + site, away + pausing, team)
    return team.price * (after - before)


@njit(cache=True, nogil=True)
def set_team(person: int, slot: int, site: int, pausing: int, plan: Plan, team: Team) -> float:
    cost = team_cost(person, slot, site, pausing, plan, team)
    plan.on_site[slot] += site
    plan.pausing[slot] += pausing
    for circle in range(len(team.most)):
        if team.counts[circle, person]:
            plan.circle_site[circle, slot] += site
            plan.circle_pausing[circle, slot] += pausing
    return cost


@njit(cache=True, nogil=True)
def neighbour_holds(
    person: int, day: int, interval: int, choice: NDArray[np.int16], shifts: Shifts, step: int
) -> bool:
    """Whether the shift of the day before or after reaches into the interval, which then keeps its group. `choice`:
    (people, days)."""
    if day > 0 and choice[person, day - 1] != NOTHING:
        other = choice[person, day - 1]
        if shifts.first[other, day - 1] + shifts.slots[other] > interval * step:
            return True
    if day + 1 < choice.shape[1] and choice[person, day + 1] != NOTHING:
        return shifts.first[choice[person, day + 1], day + 1] < (interval + 1) * step
    return False


@njit(cache=True, nogil=True)
def mark(option: int, first: int, begin: int, pauses: Offsets, shifts: Shifts, marks: NDArray[np.int8]) -> None:
    """What a shift has the person do in the slots from `begin` on: 1 on queue, PAUSED, GONE; others stay as they are.
    `pauses`: (pauses of a shift,); `marks`: (slots from `begin` on,)."""
    at = first - begin
    marks[at : at + shifts.slots[option]] = 1
    k = shifts.pause_from[option]
    for j in range(shifts.pause_from[option + 1] - k):
        marks[at + pauses[j] : at + pauses[j] + shifts.pause_slots[k + j]] = shifts.pause_mark[k + j]


@njit(cache=True, nogil=True, inline="always")
def there(mark_of_slot: int) -> int:
    """1 where somebody is on site, on queue or on a break."""
    return int(mark_of_slot == 1 or mark_of_slot == PAUSED)


@njit(cache=True, nogil=True)
def set_mark(person: int, slot: int, sign: int, mark_of_slot: int, plan: Plan, team: Team) -> float:
    """Count what the person does in the slot in (sign 1) or out (-1); gives the change of cost."""
    return set_team(person, slot, sign * there(mark_of_slot), sign * int(mark_of_slot == PAUSED), plan, team)


@njit(cache=True, nogil=True)
def choose_groups(
    person: int, day: int, option: int, marks: NDArray[np.int8], plan: Plan, folk: Folk, need: Need, shifts: Shifts
) -> None:
    """Give each interval of a shift the group that gains most. `marks`: (slots of a shift,), from its first on."""
    mine = folk.mask[person] & shifts.masks[shifts.serves[option]]
    first, end = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option]
    for interval in range(first // need.step, (end - 1) // need.step + 1):
        held = neighbour_holds(person, day, interval, plan.choice, shifts, need.step)
        if held and plan.group[person, interval] >= 0:
            continue
        plan.group[person, interval] = best_group(mine, interval, first, end, marks, plan, need)


@njit(cache=True, nogil=True)
def best_group(
    mine: int, interval: int, first: int, end: int, marks: NDArray[np.int8], plan: Plan, need: Need
) -> int:
    """Group (of the bits `mine`) that gains most from the slots of the interval on queue; marks begin at `first`.
    `marks`: (slots of a shift,)."""
    best, at = IMPOSSIBLE, -1
    for g in range(plan.gain.shape[0]):
        if not mine >> g & 1:
            continue
        value = 0.0
        for slot in range(max(interval * need.step, first), min((interval + 1) * need.step, end)):
            if marks[slot - first] == 1:
                value += plan.gain[g, slot]
        if value > best:
            best, at = value, g
    return at


@njit(cache=True, nogil=True)
def put_shift(
    person: int,
    day: int,
    option: int,
    pauses: Offsets,
    sign: int,
    marks: NDArray[np.int8],
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
) -> float:
    """Count a shift in (sign 1, groups chosen first) or out (-1), choices aside; gives the change of cost."""
    first = shifts.first[option, day]
    mark(option, first, first, pauses, shifts, marks)
    if sign > 0:
        choose_groups(person, day, option, marks, plan, folk, need, shifts)
    cost = 0.0
    for offset in range(shifts.slots[option]):
        slot = first + offset
        if marks[offset] == 1:
            cost += set_cell(plan.group[person, slot // need.step], slot, sign, plan, need)
        if team.watched:
            cost += set_mark(person, slot, sign, marks[offset], plan, team)
    return cost


@njit(cache=True, nogil=True)
def walk_on(
    person: int,
    day: int,
    at_least: int,
    end_day: int,
    plan: Plan,
    folk: Folk,
    walks: Walks,
    nodes: Ints,
    paid: Floats,
) -> float:
    """Follow the person's choices from a day on until the states are the old ones again; gives the change of price.

    New states and prices go to `nodes` and `paid`, the day after the last of them to nodes[-1]. -IMPOSSIBLE where a
    rule forbids a step, or where the states differ still on `end_day`. `nodes`: (days + 2, parts); `paid`: (days,).
    """
    walk, likes = folk.walk[person], folk.price[folk.liking[person]]
    first, parts = walks.part_from[walk], walks.part_from[walk + 1] - walks.part_from[walk]
    change, d, alike = 0.0, day, False
    nodes[day] = plan.node[person, day]
    while d <= at_least or not alike:
        if d == end_day:
            return -IMPOSSIBLE
        option = plan.choice[person, d]
        if option == NOTHING:
            option = walks.kind.shape[2] - 1
        price, alike = likes[d, option], True
        for p in range(parts):
            a = walks.part[first + p]
            step = walks.offset[a, d] + nodes[d, p] * walks.kinds[a, d] + walks.kind[a, d, option]
            state = walks.to[step]
            if state < 0:
                return -IMPOSSIBLE
            price += walks.price[step]
            nodes[d + 1, p] = state
            alike = alike and state == plan.node[person, d + 1, p]
        paid[d] = price
        change += paid[d] - plan.paid[person, d]
        d += 1
    nodes[-1] = d
    return change if change < -IMPOSSIBLE / 2 else -IMPOSSIBLE


@njit(cache=True, nogil=True)
def settle_walk(person: int, day: int, nodes: Ints, paid: Floats, plan: Plan) -> None:
    """Keep the states `nodes`, (days + 2, parts), and prices `paid`, (days,), that walk_on found."""
    for d in range(day, nodes[-1, 0]):
        for p in range(nodes.shape[1]):
            plan.node[person, d + 1, p] = nodes[d + 1, p]
        plan.paid[person, d] = paid[d]


@njit(cache=True, nogil=True)
def count_everything(plan: Plan, folk: Folk, need: Need, team: Team, shifts: Shifts, walks: Walks) -> float:
    """Cover, states and prices from the choices, pauses and groups alone; gives the cost of the people's own prices.

    -IMPOSSIBLE where somebody's choices break a rule. Groups that are not set (-1) are chosen.
    """
    people, days = plan.choice.shape
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    nodes, paid, total = np.zeros((days + 2, plan.node.shape[2]), dtype=np.int64), np.zeros(days), 0.0
    for person in range(people):
        plan.node[person, :, :] = -1
        plan.node[person, 0, :] = 0
        plan.node[person, days, :] = 0
        plan.paid[person, :] = 0.0
        total += walk_on(person, ZERO, days - 1, days, plan, folk, walks, nodes, paid)
        if total >= -IMPOSSIBLE / 2:
            return -IMPOSSIBLE
        settle_walk(person, ZERO, nodes, paid, plan)
        for day in range(days):
            option = plan.choice[person, day]
            if option != NOTHING:
                first = shifts.first[option, day]
                if plan.group[person, first // need.step] >= 0:
                    put_back(person, day, option, marks, plan, need, team, shifts)
                else:
                    pauses = plan.pauses[person, day]
                    put_shift(person, day, option, pauses, ONE, marks, plan, folk, need, team, shifts)
    return total


@njit(cache=True, nogil=True)
def put_back(
    person: int,
    day: int,
    option: int,
    marks: NDArray[np.int8],
    plan: Plan,
    need: Need,
    team: Team,
    shifts: Shifts,
) -> None:
    """Count a shift in with the pauses and groups it has. `marks` is room for (slots of a shift,)."""
    first = shifts.first[option, day]
    mark(option, first, first, plan.pauses[person, day], shifts, marks)
    for offset in range(shifts.slots[option]):
        slot = first + offset
        if marks[offset] == 1:
            set_cell(plan.group[person, slot // need.step], slot, ONE, plan, need)
        if team.watched:
            set_mark(person, slot, ONE, marks[offset], plan, team)


@njit(cache=True, nogil=True)
def count_shift(
    person: int, day: int, sign: int, marks: NDArray[np.int8], plan: Plan, need: Need, team: Team, shifts: Shifts
) -> float:
    """Count the day's shift in (sign 1) or out (-1) with the pauses and groups it has; gives the change of cost.
    `marks` is room for (slots of a shift,)."""
    option, cost = plan.choice[person, day], 0.0
    first = shifts.first[option, day]
    mark(option, first, first, plan.pauses[person, day], shifts, marks)
    for offset in range(shifts.slots[option]):
        slot = first + offset
        if marks[offset] == 1:
            cost += set_cell(plan.group[person, slot // need.step], slot, sign, plan, need)
        if team.watched:
            cost += set_mark(person, slot, sign, marks[offset], plan, team)
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
    cost = count_shift(person, day, MINUS_ONE, marks, plan, need, team, shifts)
    first, end = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option]
    plan.pauses[person, day] = pauses
    for interval in range(first // need.step, (end - 1) // need.step + 1):
        if not neighbour_holds(person, day, interval, plan.choice, shifts, need.step):
            plan.group[person, interval] = group[interval]
    cost += count_shift(person, day, ONE, marks, plan, need, team, shifts)
    if cost <= most:
        return True
    count_shift(person, day, MINUS_ONE, marks, plan, need, team, shifts)
    plan.pauses[person, day], plan.group[person] = kept, served
    count_shift(person, day, ONE, marks, plan, need, team, shifts)
    return False
