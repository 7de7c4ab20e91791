"""Who serves which planning group when: names for the counts of the search.

Everybody on queue serves one group through a whole interval. Interval by interval people stay with the group of the
interval before; then people change, alone or in chains, as long as that makes the cover cheaper. Staying is worth a
little, so that nobody changes for nothing.

The search counts people slot by slot and lets them change groups in every slot. Where an interval has several slots,
groups and pauses are therefore settled in turns: groups for these pauses, then each shift's pauses for these groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.kernels import NOTHING, Floats, Ints
from staffplan.roster.kernels_serve import serve_interval, settle_shift
from staffplan.roster.problem import RosterProblem
from staffplan.roster.tours import Tours, TourSpace

SWITCH_HOURS = 1e-3
"""Price of a change of group in understaffed hours: below any real gain."""
SETTLING_TURNS = 6
SPREADING_TURNS = 2


@dataclass(frozen=True)
class Served:
    """Tours with the group that each person serves in each interval, (people, intervals), -1 out of the shift."""

    tours: Tours
    serving: Ints
    on_queue: Floats
    """(groups, slots): people on queue."""


def serve(space: TourSpace, tours: Tours) -> Served:
    """The tours with their groups; the cheapest turn of settling."""
    problem = space.problem
    best: Served | None = None
    lowest = np.inf
    for _ in range(SETTLING_TURNS if problem.period.slots_per_interval > 1 else 1):
        serving = serve_groups(problem, tours)
        for settled in (tours, settle_pauses(space, tours, serving)):
            on_queue = people_on_queue(problem, settled, serving)
            cost = problem.cost(on_queue)[2]
            if best is None or cost < lowest - 1e-9:
                best, lowest = Served(settled, serving, on_queue), cost
            tours = settled
    assert best is not None
    return spread_pauses(space, best)


def spread_pauses(space: TourSpace, served: Served) -> Served:
    """The same cover, with pauses that coincide for no gain moved apart."""
    tours = served.tours
    for _ in range(SPREADING_TURNS):
        tours = settle_pauses(space, tours, served.serving)
    return Served(tours, served.serving, people_on_queue(space.problem, tours, served.serving))


def duty_slots(problem: RosterProblem, tours: Tours) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two (people, slots): the person is in a shift; the person is on queue."""
    in_shift = np.zeros((len(problem.people), problem.period.slots), dtype=bool)
    pausing = np.zeros_like(in_shift)
    for person, day in np.argwhere(tours.choice != NOTHING).tolist():
        number = int(tours.choice[person, day])
        option, first = problem.options[number], int(problem.option_slot[number, day])
        in_shift[person, first : first + option.slots] = True
        for pause, start in zip(option.pauses, tours.pauses[person, day], strict=False):
            pausing[person, first + start : first + start + pause.slots] = True
    return in_shift, in_shift & ~pausing


def serve_groups(problem: RosterProblem, tours: Tours) -> Ints:
    """(people, intervals): the group each person serves, through the pauses too, -1 out of the shift."""
    in_shift, on_queue = duty_slots(problem, tours)
    step = problem.period.slots_per_interval
    skills = problem.skillsets[problem.skillset_of]
    intervals = -(-problem.period.slots // step)
    serving = np.full((len(problem.people), intervals), -1, dtype=np.int64)
    latest = np.full(len(problem.people), -1, dtype=np.int64)
    under, over = problem.understaffing_weight, problem.overstaffing_weight
    for number in range(intervals):
        slots = slice(number * step, (number + 1) * step)
        latest[~in_shift[:, slots].any(axis=1)] = -1
        there = np.flatnonzero(on_queue[:, slots].any(axis=1))
        if len(there):
            present = np.ascontiguousarray(on_queue[there, slots])
            required = np.ascontiguousarray(problem.required[:, slots])
            stay = SWITCH_HOURS * under
            latest[there] = serve_interval(present, skills[there], latest[there], required, under, over, stay)
        serving[:, number] = latest
    return serving


def settle_pauses(space: TourSpace, tours: Tours, serving: Ints) -> Tours:
    """Each shift's pauses where they cost least, one shift after the other, everybody's groups as they are."""
    problem, pauses = space.problem, tours.pauses.copy()
    by_slot = groups_by_slot(problem, serving)
    on_queue = people_on_queue(problem, tours, serving)
    for person, day in np.argwhere(tours.choice != NOTHING).tolist():
        option = int(tours.choice[person, day])
        first = int(problem.option_slot[option, day])
        settle_shift(
            first, option, by_slot[person], pauses[person, day], on_queue, space.shifts, space.demand, space.desk
        )
    return Tours(tours.choice, pauses)


def groups_by_slot(problem: RosterProblem, serving: Ints) -> Ints:
    """(people, slots) from (people, intervals)."""
    return np.repeat(serving, problem.period.slots_per_interval, axis=1)[:, : problem.period.slots]


def people_on_queue(problem: RosterProblem, tours: Tours, serving: Ints) -> Floats:
    """(groups, slots): people who serve each group in each slot."""
    present = duty_slots(problem, tours)[1]
    by_slot = groups_by_slot(problem, serving)
    return np.array([(present & (by_slot == g)).sum(axis=0) for g in range(len(problem.groups))], dtype=float)
