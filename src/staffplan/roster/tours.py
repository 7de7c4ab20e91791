"""What one person may work, priced against the need of each slot: the tours of the roster.

A tour is one person's sequence of shifts over the whole period. It carries every rule of one person: contract,
availability, time off, rest, days in a row, weekends off. `Board` holds everybody's tour and who serves what.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.kernels import (
    IMPOSSIBLE,
    NOTHING,
    Crew,
    Demand,
    Desk,
    Floats,
    Ints,
    Memory,
    Shifts,
    Terms,
)
from staffplan.roster.kernels_tours import best_tour, clear_days, price_days, put_days, refill
from staffplan.roster.problem import Person, RosterProblem

NO_LIMIT = 10**6


@dataclass(frozen=True)
class TourSpace:
    """All that the tour search needs to know about a problem, as plain arrays. Made once."""

    problem: RosterProblem
    shifts: Shifts
    demand: Demand
    terms: tuple[Terms, ...]
    """One for each contract."""
    terms_of: tuple[int, ...]
    """Each person's number in `terms`."""
    units_min: Ints
    """(people, weeks) paid time in the unit of the person's contract."""
    units_max: Ints
    memory: Memory
    desk: Desk


def make_tour_space(problem: RosterProblem) -> TourSpace:
    shifts = shift_arrays(problem)
    plans = sorted({person.plan_name for person in problem.people})
    sample = {person.plan_name: person for person in problem.people}
    units = {plan: paid_unit(problem, sample[plan]) for plan in plans}
    terms = tuple(contract_terms(problem, sample[plan], shifts, units[plan]) for plan in plans)
    unit_of = np.array([units[person.plan_name] for person in problem.people], dtype=np.int64)[:, None]
    most = np.minimum(problem.paid_minutes_max // unit_of, _reachable_units(problem, unit_of))
    terms_of = tuple(plans.index(person.plan_name) for person in problem.people)
    return TourSpace(
        problem=problem,
        shifts=shifts,
        demand=Demand(
            problem.required,
            problem.hours,
            problem.understaffing_weight,
            problem.overstaffing_weight,
            problem.skillsets,
        ),
        terms=terms,
        terms_of=terms_of,
        units_min=-(-problem.paid_minutes_min // unit_of),
        units_max=np.maximum(most, 0),
        memory=make_memory(problem, terms, terms_of, most),
        desk=make_desk(problem, shifts),
    )


def _reachable_units(problem: RosterProblem, unit_of: Ints) -> Ints:
    """(people, 1): more than this nobody can be paid in a week, whatever the contract says."""
    longest = max(option.paid_minutes for option in problem.options)
    days = np.array([person.contract.days_per_week_max for person in problem.people], dtype=np.int64)[:, None]
    return np.asarray(longest * days // unit_of, dtype=np.int64)


def paid_unit(problem: RosterProblem, person: Person) -> int:
    """Largest unit (minutes) of which every shift of the contract is a multiple."""
    paid = [option.paid_minutes for option in problem.options if option.family in person.contract.shifts]
    return max(gcd(*paid), 1)


def shift_arrays(problem: RosterProblem) -> Shifts:
    pauses = [option.pauses for option in problem.options]
    flat = [pause for group in pauses for pause in group]
    return Shifts(
        slots=np.array([option.slots for option in problem.options], dtype=np.int64),
        first=np.ascontiguousarray(problem.option_slot),
        pause_from=np.concatenate([[0], np.cumsum([len(group) for group in pauses])]).astype(np.int64),
        pause_slots=np.array([pause.slots for pause in flat], dtype=np.int64),
        pause_earliest=np.array([pause.earliest for pause in flat], dtype=np.int64),
        pause_latest=np.array([pause.latest for pause in flat], dtype=np.int64),
    )


def contract_terms(problem: RosterProblem, person: Person, shifts: Shifts, unit: int) -> Terms:
    """The rules of one contract as tables for the tour search."""
    period = problem.period
    highest, after, off_ready = ready_classes(problem, shifts, person.rest_minutes)
    units = np.array([option.paid_minutes // unit for option in problem.options], dtype=np.int64)
    weekend = np.zeros(period.days, dtype=np.int64)
    if person.weekends_off:
        for saturday, sunday in period.weekends():
            weekend[saturday], weekend[sunday] = 1, 2
    row = person.days_in_a_row
    kind = np.stack([_kinds(highest[d], after[d], units) for d in range(period.days)])
    return Terms(
        units=units,
        kind=kind,
        kinds=int(kind.max()) + 1,
        highest_ready=highest,
        next_ready=after,
        off_ready=off_ready,
        last_of_week=np.array([d % 7 == 6 or d == period.days - 1 for d in range(period.days)], dtype=bool),
        weekend=weekend,
        days_max=person.contract.days_per_week_max,
        row_max=NO_LIMIT if row is None else row,
        row_states=(2 if person.weekends_off else 1) if row is None else min(row, period.days) + 1,
        weekends_worked_max=max(len(period.weekends()) - person.weekends_off, 0) if person.weekends_off else 0,
    )


def _kinds(highest: Ints, after: Ints, units: Ints) -> Ints:
    """Number of each option's kind: options of a kind differ in worth only."""
    return np.unique(np.stack([highest, after, units]), axis=1, return_inverse=True)[1].astype(np.int64)


def ready_classes(problem: RosterProblem, shifts: Shifts, rest_minutes: int) -> tuple[Ints, Ints, Ints]:
    """highest_ready and next_ready, (days, options), and off_ready, (days, classes), of Terms.

    A class is a slot of the day before which no shift may start; those that forbid nothing are one class.
    """
    day_slot = problem.period.day_slot
    rest = -(-rest_minutes // problem.period.slot_minutes)
    starts = (shifts.first - day_slot[:-1]).T
    lengths = np.diff(day_slot)
    free = int(starts.min())
    after = (shifts.first + shifts.slots[:, None] + rest - day_slot[1:]).T
    known = {free, *(int(v) for v in after.ravel() if v > free)}
    fresh = known
    while fresh:
        fresh = {v - int(length) for v in fresh for length in set(lengths.tolist()) if v - length > free} - known
        known |= fresh
    classes = np.array(sorted(known), dtype=np.int64)
    off = np.maximum(classes[None, :] - lengths[:, None], free)
    return (
        np.searchsorted(classes, starts, side="right").astype(np.int64) - 1,
        np.searchsorted(classes, np.maximum(after, free)).astype(np.int64),
        np.searchsorted(classes, off).astype(np.int64),
    )


def make_memory(
    problem: RosterProblem, terms: tuple[Terms, ...], terms_of: tuple[int, ...], units_max: Ints
) -> Memory:
    widest = {t: max(int(units_max[a].max()) for a, own in enumerate(terms_of) if own == t) for t in set(terms_of)}
    states = max(
        (max(widest[t], 0) + 1)
        * (term.days_max + 1)
        * term.row_states
        * (term.weekends_worked_max + 1)
        * term.off_ready.shape[1]
        for t, term in enumerate(terms)
    )
    return empty_memory(problem.period.days, states)


def empty_memory(days: int, states: int) -> Memory:
    return Memory(
        value=np.full((2, states), IMPOSSIBLE),
        came_from=np.empty((days, states), np.int32),
        chose=np.empty((days, states), np.int16),
        active=np.empty((2, states), np.int64),
        active_count=np.zeros(2, np.int64),
        is_active=np.zeros((2, states), dtype=bool),
    )


def make_desk(problem: RosterProblem, shifts: Shifts) -> Desk:
    slots, days = problem.period.slots, problem.period.days
    width = int((shifts.pause_latest - shifts.pause_earliest).max(initial=0)) + 1
    return Desk(
        prefix=np.zeros(slots + 1),
        gains=np.zeros(slots),
        worth=np.zeros((days, len(problem.options))),
        may_rest=np.ones(days, dtype=bool),
        table=np.zeros((most_pauses(problem), width)),
        tour=np.zeros(days, dtype=np.int64),
    )


def most_pauses(problem: RosterProblem) -> int:
    return max(1, *(len(option.pauses) for option in problem.options))


class Board:
    """Everybody's tour and the people on queue they give. The one thing in this step that changes in place:
    the search tries a million small changes, and copying the board for each would be all it did."""

    def __init__(self, space: TourSpace) -> None:
        problem = space.problem
        people, days = len(problem.people), problem.period.days
        self.space = space
        self.choice: Ints = np.full((people, days), NOTHING, dtype=np.int64)
        self.pauses: Ints = np.zeros((people, days, most_pauses(problem)), dtype=np.int64)
        shape = problem.required.shape
        self.crew = Crew(np.zeros((len(problem.skillsets), *shape), np.int32), np.zeros(shape, np.int32))
        self.cost = problem.cost(self.crew.on_queue.astype(float))[2]

    def clear(self, person: int, first_day: int, end_day: int) -> None:
        """Take the person's shifts of the days away."""
        space = self.space
        self.cost += clear_days(
            first_day,
            end_day,
            int(space.problem.skillset_of[person]),
            self.choice[person],
            self.pauses[person],
            space.shifts,
            self.crew,
            space.demand,
        )

    def refill(self, person: int, first_day: int, end_day: int) -> bool:
        """Give the person, whose days are empty, the shifts that help most; False where no tour is allowed."""
        space = self.space
        change = refill(
            first_day,
            end_day,
            int(space.problem.skillset_of[person]),
            space.problem.allowed[person],
            self.choice[person],
            self.pauses[person],
            space.problem.period.day_slot,
            space.units_min[person],
            space.units_max[person],
            space.shifts,
            self.crew,
            space.demand,
            space.terms[space.terms_of[person]],
            space.memory,
            space.desk,
        )
        if change <= IMPOSSIBLE:
            return False
        self.cost += change
        return True

    def put(self, person: int, first_day: int, end_day: int, choice: Ints, pauses: Ints) -> None:
        """Give the person, whose days are empty, these shifts; choice: (days,), pauses: (days, pauses)."""
        self.choice[person, first_day:end_day] = choice
        self.pauses[person, first_day:end_day] = pauses
        space = self.space
        self.cost += put_days(
            first_day,
            end_day,
            int(space.problem.skillset_of[person]),
            self.choice[person],
            self.pauses[person],
            space.shifts,
            self.crew,
            space.demand,
        )


@dataclass(frozen=True)
class Tours:
    """A finished set of tours: option (or NOTHING) and pause offsets of everybody on every day."""

    choice: Ints
    pauses: Ints


def snapshot(board: Board) -> Tours:
    return Tours(board.choice.copy(), board.pauses.copy())


def own_room(space: TourSpace) -> TourSpace:
    """The same space with memory of its own, for a search that runs at the same time."""
    days, states = space.memory.came_from.shape
    return replace(space, desk=make_desk(space.problem, space.shifts), memory=empty_memory(days, states))


def board_of(space: TourSpace, tours: Tours) -> Board:
    """A board with these tours on it."""
    board = Board(space)
    for person in range(len(space.problem.people)):
        board.put(person, 0, space.problem.period.days, tours.choice[person], tours.pauses[person])
    return board


def price_tour(space: TourSpace, person: int, values: Floats) -> tuple[float, NDArray[np.int64]]:
    """Worth and shifts of the person's best tour when being on queue is worth values[slot]."""
    days = space.problem.period.days
    desk = space.desk
    desk.gains[:] = values
    nothing = np.full(days, NOTHING, dtype=np.int64)
    price_days(0, days, space.problem.period.day_slot, space.problem.allowed[person], nothing, space.shifts, desk)
    terms = space.terms[space.terms_of[person]]
    worth = best_tour(
        desk.worth, desk.may_rest, space.units_min[person], space.units_max[person], terms, space.memory, desk.tour
    )
    return float(worth), desk.tour
