"""Compiled: what each choice on a day would cost a person whose other days stay, and a day put in place anew."""

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
    Flags,
    Floats,
    Folk,
    Ints,
    Need,
    Plan,
    Shifts,
    Team,
    Walks,
)
from staffplan.roster.search.compiled.board import count_shift, neighbour_holds, settle_walk, walk_on
from staffplan.roster.search.compiled.tours import rest_of_tour


@njit(cache=True, nogil=True)
def day_costs(person: int, day: int, allowed: Flags, plan: Plan, folk: Folk, walks: Walks, costs: Floats) -> None:
    """The person's own cost from the day on for every option (a day off is the last), -IMPOSSIBLE if forbidden.

    allowed: (options,); costs: (options + 1,).
    """
    walk, likes, choice = folk.walk[person], folk.price[folk.liking[person]], plan.choice[person].copy()
    for option in range(len(costs)):
        costs[option] = -IMPOSSIBLE
        off = option == len(costs) - 1
        if off or allowed[option]:
            choice[day] = NOTHING if off else option
            cost = rest_of_tour(day, plan.node[person, day], walk, walks, likes, choice)
            costs[option] = cost if cost < -IMPOSSIBLE / 2 else -IMPOSSIBLE


@njit(cache=True, nogil=True)
def take_out(people: Ints, day: int, plan: Plan, need: Need, team: Team, shifts: Shifts) -> None:
    """Count these people's shifts of a day out; their choices stay. `people`: (people,) numbers."""
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    for person in people:
        if plan.choice[person, day] != NOTHING:
            count_shift(person, day, MINUS_ONE, marks, plan, need, team, shifts)


@njit(cache=True, nogil=True)
def put_in(
    people: Ints,
    day: int,
    options: Ints,
    pauses: NDArray[np.int16],
    groups: NDArray[np.int8],
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
    walks: Walks,
) -> bool:
    """Give these people, counted out before, other choices for a day; False, and half done, where a rule forbids one.

    options: (people,); pauses: (people, pauses); groups: (people, intervals). Intervals that the day before or after
    reaches into keep their group.
    """
    days = plan.choice.shape[1]
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    nodes, paid = np.zeros((days + 2, plan.node.shape[2]), dtype=np.int64), np.zeros(days)
    for number, person in enumerate(people):
        option = options[number]
        plan.choice[person, day] = option
        if walk_on(person, day, day, days, plan, folk, walks, nodes, paid) >= -IMPOSSIBLE / 2:
            return False
        settle_walk(person, day, nodes, paid, plan)
        if option != NOTHING:
            plan.pauses[person, day] = pauses[number]
            end = shifts.first[option, day] + shifts.slots[option]
            for interval in range(shifts.first[option, day] // need.step, (end - 1) // need.step + 1):
                if not neighbour_holds(person, day, interval, plan.choice, shifts, need.step):
                    plan.group[person, interval] = groups[number, interval]
            count_shift(person, day, ONE, marks, plan, need, team, shifts)
    return True
