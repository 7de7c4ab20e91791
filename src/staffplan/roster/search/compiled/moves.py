"""Compiled: small changes of a roster, each weighed, then made or left.

A move takes another shift on a day, shifts one pause, trades a working day for a free one, adds or drops a shift, or
has somebody serve another group for an interval. What it costs is read off what one more and one fewer are worth in
each slot; whether the rules allow it is a walk through the person's automaton, mostly of one step. Random numbers:
Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (SplitMix64), OOPSLA 2014.
"""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import (
    IMPOSSIBLE,
    MINUS_ONE,
    NO_OPTION,
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
from staffplan.roster.search.compiled.board import (
    best_group,
    mark,
    neighbour_holds,
    note_gain,
    promise_cost,
    put_back,
    put_shift,
    set_cell,
    set_team,
    settle_walk,
    team_cost,
    there,
    walk_on,
)

NEAR = 0.6
"""Share of the changes of shift that look at the neighbours in the list of shifts only."""
REACH = 4
RESOLUTION = 2.0**-53
"""Of a number drawn: a double has so many bits."""


class Span(NamedTuple):
    """Days and slots in which changes may lie."""

    first_day: int
    end_day: int
    first_slot: int
    end_slot: int


class Work(NamedTuple):
    """Room for one annealer, and the state of its random numbers."""

    random: NDArray[np.uint64]  # (1,)
    old: NDArray[np.int8]  # (slots of two days,)
    new: NDArray[np.int8]
    groups: NDArray[np.int64]  # (intervals of two days,)
    pauses: NDArray[np.int16]  # (pauses,)
    kept: NDArray[np.int16]
    nodes: Ints  # (days + 2, parts)
    paid: Floats  # (days,)
    gained: Floats  # (groups, days of a change) contacts in time, zero between moves


@njit(cache=True, nogil=True, inline="always")
def draw(random: NDArray[np.uint64]) -> float:
    """Random number in [0, 1). `random`, (1,), is the generator's state and moves on."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * RESOLUTION


@njit(cache=True, nogil=True, inline="always")
def draw_below(limit: int, random: NDArray[np.uint64]) -> int:
    """Random whole number from 0 to `limit` - 1. `random`, (1,), is the generator's state."""
    return int(draw(random) * limit)


@njit(cache=True, nogil=True)
def draw_option(person: int, day: int, present: int, folk: Folk, random: NDArray[np.uint64]) -> int:
    """Another shift that the person may work on the day, often one near the present one; NOTHING: none. `random`,
    (1,), is the generator's state."""
    menu = folk.menu[person]
    begin, end = folk.menu_from[menu, day], folk.menu_from[menu, day + 1]
    if end == begin:
        return NO_OPTION
    if present == NOTHING or draw(random) > NEAR:
        return folk.dishes[begin + draw_below(end - begin, random)]
    at = folk.place[menu, day, present]
    if at < 0:
        return folk.dishes[begin + draw_below(end - begin, random)]
    step = 1 + draw_below(REACH, random)
    at += step if draw(random) < 0.5 else -step
    return folk.dishes[at] if begin <= at < end else NO_OPTION


@njit(cache=True, nogil=True)
def draw_pauses(option: int, shifts: Shifts, random: NDArray[np.uint64], out: NDArray[np.int16]) -> None:
    """Random pauses of a shift, each in its window and after the one before, written to `out`, (pauses of a shift,),
    in slots. `random`, (1,), is the generator's state."""
    begin, at = shifts.pause_from[option], 0
    for k in range(begin, shifts.pause_from[option + 1]):
        low = max(shifts.pause_earliest[k], at)
        out[k - begin] = low + draw_below(shifts.pause_latest[k] - low + 1, random)
        at = out[k - begin] + shifts.pause_slots[k]


@njit(cache=True, nogil=True)
def keep_pauses(
    before: int, option: int, day: int, pauses: NDArray[np.int16], shifts: Shifts, out: NDArray[np.int16]
) -> bool:
    """Pauses at the same time of day as before, as near as their windows allow; False where that is not possible.
    `pauses` and `out`: (pauses of a shift,), slots after the shift's start."""
    old, new = shifts.pause_from[before], shifts.pause_from[option]
    count = shifts.pause_from[option + 1] - new
    if shifts.pause_from[before + 1] - old != count:
        return False
    moved, at = shifts.first[before, day] - shifts.first[option, day], 0
    for j in range(count):
        place = max(pauses[j] + moved, shifts.pause_earliest[new + j], at)
        place = min(place, shifts.pause_latest[new + j])
        if place < at:
            return False
        out[j] = place
        at = place + shifts.pause_slots[new + j]
    return True


@njit(cache=True, nogil=True)
def move_pause(
    person: int, day: int, limit: float, work: Work, plan: Plan, need: Need, team: Team, shifts: Shifts
) -> float:
    """Shift one pause of a shift; gives the change of cost, 0 where nothing was done."""
    option = plan.choice[person, day]
    begin = shifts.pause_from[option]
    count = shifts.pause_from[option + 1] - begin
    if count == 0:
        return 0.0
    j = draw_below(count, work.random)
    pauses, k = plan.pauses[person, day], begin + j
    low, high = shifts.pause_earliest[k], shifts.pause_latest[k]
    if j > 0:
        low = max(low, pauses[j - 1] + shifts.pause_slots[k - 1])
    if j < count - 1:
        high = min(high, pauses[j + 1] - shifts.pause_slots[k])
    if high <= low:
        return 0.0
    place, before, length = low + draw_below(high - low + 1, work.random), pauses[j], shifts.pause_slots[k]
    if place == before:
        return 0.0
    first = shifts.first[option, day]
    if abs(place - before) >= length:
        back_from, back_to, away_from, away_to = before, before + length, place, place + length
    elif place > before:
        back_from, back_to, away_from, away_to = before, place, before + length, place + length
    else:
        back_from, back_to, away_from, away_to = place + length, before + length, place, before
    cost, today = 0.0, need.day[first]
    for slot in range(first + back_from, first + back_to):
        group = plan.group[person, slot // need.step]
        cost -= plan.gain[group, slot]
        cost += team_cost(person, slot, ZERO, MINUS_ONE, plan, team) if team.watched else 0.0
        if need.promised:
            note_gain(group, slot, ONE, today, work.gained, plan, need)
    for slot in range(first + away_from, first + away_to):
        group = plan.group[person, slot // need.step]
        cost += plan.loss[group, slot]
        cost += team_cost(person, slot, ZERO, ONE, plan, team) if team.watched else 0.0
        if need.promised:
            note_gain(group, slot, MINUS_ONE, today, work.gained, plan, need)
    if need.promised:
        cost += promise_cost(today, work.gained, plan, need)
    if cost > limit:
        return 0.0
    for slot in range(first + back_from, first + back_to):
        set_cell(plan.group[person, slot // need.step], slot, ONE, plan, need)
        set_team(person, slot, ZERO, MINUS_ONE, plan, team)
    for slot in range(first + away_from, first + away_to):
        set_cell(plan.group[person, slot // need.step], slot, MINUS_ONE, plan, need)
        set_team(person, slot, ZERO, ONE, plan, team)
    pauses[j] = place
    return cost


@njit(cache=True, nogil=True)
def weigh_shift(
    person: int, day: int, option: int, work: Work, plan: Plan, folk: Folk, need: Need, team: Team, shifts: Shifts
) -> float:
    """Change of cover cost when the day's shift becomes `option` with work.pauses.

    Leaves what is done in each slot in work.old and work.new, from the earlier start on, the groups in work.groups.
    """
    now = plan.choice[person, day]
    begin = min(shifts.first[now, day], shifts.first[option, day])
    end = max(shifts.first[now, day] + shifts.slots[now], shifts.first[option, day] + shifts.slots[option])
    work.old[: end - begin] = 0
    work.new[: end - begin] = 0
    mark(now, shifts.first[now, day], begin, plan.pauses[person, day], shifts, work.old)
    mark(option, shifts.first[option, day], begin, work.pauses, shifts, work.new)
    mine = folk.mask[person] & shifts.masks[shifts.serves[option]]
    held, until = shifts.first[now, day] // need.step, (shifts.first[now, day] + shifts.slots[now] - 1) // need.step
    cost, latest, group, today = 0.0, -1, -1, need.day[begin]
    for slot in range(begin, end):
        old, new = work.old[slot - begin], work.new[slot - begin]
        if old == new:
            continue
        if team.watched:
            paused = int(new == PAUSED) - int(old == PAUSED)
            cost += team_cost(person, slot, there(new) - there(old), paused, plan, team)
        if old == 1:
            cost += plan.loss[plan.group[person, slot // need.step], slot]
            if need.promised:
                note_gain(plan.group[person, slot // need.step], slot, MINUS_ONE, today, work.gained, plan, need)
        if new == 1:
            interval = slot // need.step
            if interval != latest:
                latest, group = interval, plan.group[person, interval]
                if not (held <= interval <= until) and not neighbour_holds(
                    person, day, interval, plan.choice, shifts, need.step
                ):
                    group = best_group(mine, interval, begin, end, work.new, plan, need)
                work.groups[interval - begin // need.step] = group
                if group < 0 or not mine >> group & 1:
                    work.gained[:] = 0.0
                    return -IMPOSSIBLE
            cost -= plan.gain[group, slot]
            if need.promised:
                note_gain(group, slot, ONE, today, work.gained, plan, need)
    return cost + promise_cost(today, work.gained, plan, need) if need.promised else cost


@njit(cache=True, nogil=True)
def lowest_group(groups: int) -> int:
    g = 0
    while not groups >> g & 1:
        g += 1
    return g


@njit(cache=True, nogil=True)
def share_an_interval(one: int, day: int, other: int, other_day: int, shifts: Shifts, step: int) -> bool:
    """Whether two shifts touch the same interval."""
    a, b = shifts.first[one, day], shifts.first[other, other_day]
    return a // step <= (b + shifts.slots[other] - 1) // step and b // step <= (a + shifts.slots[one] - 1) // step


@njit(cache=True, nogil=True)
def take_shift(
    person: int, day: int, option: int, mine: int, work: Work, plan: Plan, need: Need, team: Team, shifts: Shifts
) -> None:
    """Make the change that weigh_shift has weighed. An interval of pauses alone gets any of the groups `mine`."""
    now = plan.choice[person, day]
    begin = min(shifts.first[now, day], shifts.first[option, day])
    end = max(shifts.first[now, day] + shifts.slots[now], shifts.first[option, day] + shifts.slots[option])
    for slot in range(begin, end):
        if work.old[slot - begin] == 1 and work.new[slot - begin] != 1:
            set_cell(plan.group[person, slot // need.step], slot, MINUS_ONE, plan, need)
    for slot in range(begin, end):
        old, new = work.old[slot - begin], work.new[slot - begin]
        if new == 1 and old != 1:
            interval = slot // need.step
            plan.group[person, interval] = work.groups[interval - begin // need.step]
            set_cell(plan.group[person, interval], slot, ONE, plan, need)
        if old != new:
            paused = int(new == PAUSED) - int(old == PAUSED)
            set_team(person, slot, there(new) - there(old), paused, plan, team)
    first, last = shifts.first[option, day], shifts.first[option, day] + shifts.slots[option] - 1
    for interval in range(first // need.step, last // need.step + 1):
        if not mine >> plan.group[person, interval] & 1 or plan.group[person, interval] < 0:
            plan.group[person, interval] = lowest_group(mine)
    plan.pauses[person, day] = work.pauses
    plan.choice[person, day] = option


@njit(cache=True, nogil=True)
def inside(option: int, day: int, span: Span, shifts: Shifts) -> bool:
    first = shifts.first[option, day]
    return span.first_slot <= first and first + shifts.slots[option] <= span.end_slot


@njit(cache=True, nogil=True)
def move_shift(
    person: int,
    day: int,
    limit: float,
    span: Span,
    work: Work,
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
    walks: Walks,
) -> float:
    """Another shift on a working day; gives the change of cost, 0 where nothing was done."""
    now = plan.choice[person, day]
    option = draw_option(person, day, now, folk, work.random)
    if option == NOTHING or not inside(option, day, span, shifts):
        return 0.0
    if option == now:
        return 0.0
    plan.choice[person, day] = option
    price = walk_on(person, day, day, span.end_day, plan, folk, walks, work.nodes, work.paid)
    plan.choice[person, day] = now
    if price >= -IMPOSSIBLE / 2:
        return 0.0
    if not keep_pauses(now, option, day, plan.pauses[person, day], shifts, work.pauses):
        draw_pauses(option, shifts, work.random, work.pauses)
    cost = price + weigh_shift(person, day, option, work, plan, folk, need, team, shifts)
    if cost > limit:
        return 0.0
    mine = folk.mask[person] & shifts.masks[shifts.serves[option]]
    take_shift(person, day, option, mine, work, plan, need, team, shifts)
    settle_walk(person, day, work.nodes, work.paid, plan)
    return cost


@njit(cache=True, nogil=True)
def draw_traded(person: int, off_day: int, on_day: int, work: Work, plan: Plan, folk: Folk) -> int:
    """A shift for `on_day`, often that of the day that becomes free (NOTHING: none); NOTHING: none is allowed."""
    like = plan.choice[person, off_day] if off_day != NOTHING and draw(work.random) < 0.5 else NO_OPTION
    if like != NOTHING and folk.place[folk.menu[person], on_day, like] >= 0:
        return like
    return draw_option(person, on_day, NO_OPTION, folk, work.random)


@njit(cache=True, nogil=True)
def move_days(
    person: int,
    off_day: int,
    on_day: int,
    limit: float,
    span: Span,
    work: Work,
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
    walks: Walks,
) -> float:
    """Free `off_day` (NOTHING: none) and work on `on_day` (NOTHING: none), which was free.

    The change is made, weighed, and kept or undone. Gives the change of cost.
    """
    option = NO_OPTION
    if on_day != NOTHING:
        option = draw_traded(person, off_day, on_day, work, plan, folk)
        if option == NOTHING or not inside(option, on_day, span, shifts):
            return 0.0
        if off_day != NOTHING and share_an_interval(
            plan.choice[person, off_day], off_day, option, on_day, shifts, need.step
        ):
            return 0.0
    first = min(off_day if off_day != NOTHING else on_day, on_day if on_day != NOTHING else off_day)
    last = max(off_day, on_day)
    now = plan.choice[person, off_day] if off_day != NOTHING else NO_OPTION
    if off_day != NOTHING:
        plan.choice[person, off_day] = NOTHING
    if on_day != NOTHING:
        plan.choice[person, on_day] = option
    cost = walk_on(person, first, last, span.end_day, plan, folk, walks, work.nodes, work.paid)
    if on_day != NOTHING:
        plan.choice[person, on_day] = NOTHING
    if cost >= -IMPOSSIBLE / 2:
        if off_day != NOTHING:
            plan.choice[person, off_day] = now
        return 0.0
    if off_day != NOTHING:
        cost += put_shift(
            person, off_day, now, plan.pauses[person, off_day], MINUS_ONE, work.old, plan, folk, need, team, shifts
        )
    if on_day != NOTHING:
        draw_pauses(option, shifts, work.random, work.pauses)
        work.kept[:] = plan.pauses[person, on_day]
        plan.pauses[person, on_day] = work.pauses
        cost += put_shift(person, on_day, option, work.pauses, ONE, work.new, plan, folk, need, team, shifts)
    if cost <= limit:
        if on_day != NOTHING:
            plan.choice[person, on_day] = option
        settle_walk(person, first, work.nodes, work.paid, plan)
        return cost
    if on_day != NOTHING:
        put_shift(person, on_day, option, work.pauses, MINUS_ONE, work.new, plan, folk, need, team, shifts)
        plan.pauses[person, on_day] = work.kept
    if off_day != NOTHING:
        plan.choice[person, off_day] = now
        put_back(person, off_day, now, work.old, plan, need, team, shifts)
    return 0.0


@njit(cache=True, nogil=True)
def move_group(
    person: int, day: int, limit: float, work: Work, plan: Plan, folk: Folk, need: Need, shifts: Shifts
) -> float:
    """Another group for one interval of a shift; gives the change of cost, 0 where nothing was done."""
    option = plan.choice[person, day]
    mine = folk.mask[person] & shifts.masks[shifts.serves[option]]
    group = draw_below(plan.gain.shape[0], work.random)
    if not mine >> group & 1:
        return 0.0
    first = shifts.first[option, day]
    interval = (first + draw_below(shifts.slots[option], work.random)) // need.step
    now = plan.group[person, interval]
    if group == now or neighbour_holds(person, day, interval, plan.choice, shifts, need.step):
        return 0.0
    begin, end = max(interval * need.step, first), min((interval + 1) * need.step, first + shifts.slots[option])
    mark(option, first, first, plan.pauses[person, day], shifts, work.new)
    cost, today = 0.0, need.day[first]
    for slot in range(begin, end):
        if work.new[slot - first] == 1:
            cost += plan.loss[now, slot] - plan.gain[group, slot]
            if need.promised:
                note_gain(now, slot, MINUS_ONE, today, work.gained, plan, need)
                note_gain(group, slot, ONE, today, work.gained, plan, need)
    if need.promised:
        cost += promise_cost(today, work.gained, plan, need)
    if cost > limit:
        return 0.0
    for slot in range(begin, end):
        if work.new[slot - first] == 1:
            set_cell(now, slot, MINUS_ONE, plan, need)
            set_cell(group, slot, ONE, plan, need)
    plan.group[person, interval] = group
    return cost
