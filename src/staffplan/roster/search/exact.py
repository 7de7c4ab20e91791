"""CP-SAT on a problem small enough to hand over whole: it proves the roster best, or finds a better one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from staffplan.roster.search.anneal import Board, Incumbent, improve_groups, no_tours
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.exact_model import Pattern, RosterModel, all_patterns, make_model
from staffplan.roster.search.space import Tours, TourSpace

MOST_PATTERNS = 2000
"""A problem with no more patterns in all is given to CP-SAT whole."""
EXACT_WORK = 10.0
"""Deterministic time for a whole problem, for effort 1."""
WORKERS = 2


@dataclass(frozen=True)
class Answer:
    """What CP-SAT says: its patterns (None where it found nothing) and its bound."""

    patterns: tuple[Pattern, ...] | None
    bound: float | None


def solve_model(made: RosterModel, hint: set[Pattern], *, work: float, seconds: float, seed: int) -> Answer:
    """Search a model, from a hint, for so much deterministic time, and no longer than `seconds`."""
    for pattern, variable in made.chosen.items():
        made.model.add_hint(variable, pattern in hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.interleave_search = True
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = max(seconds, 0.0)
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.catch_sigint_signal = False
    match solver.solve(made.model):
        case cp_model.OPTIMAL | cp_model.FEASIBLE:
            found = tuple(pattern for pattern, variable in made.chosen.items() if solver.boolean_value(variable))
            return Answer(found, solver.best_objective_bound if made.exact else None)
        case cp_model.UNKNOWN:
            return Answer(None, solver.best_objective_bound if made.exact else None)
        case status:
            raise RuntimeError(f"CP-SAT refuses a model that has a roster: {solver.status_name(status)}")


def is_tiny(space: TourSpace) -> bool:
    """Whether `solve_whole` takes the problem."""
    return space.problem.worth.promises is None and all_patterns(space.problem, MOST_PATTERNS) is not None


def solve_whole(space: TourSpace, incumbent: Incumbent, *, effort: float, seconds: float, seed: int) -> float | None:
    """Give a tiny problem to CP-SAT as a whole; its bound, None where the problem is too large or not exact, or
    promises days.

    The rules between people are not said to it: then its bound holds, and its roster is not taken.
    """
    patterns = all_patterns(space.problem, MOST_PATTERNS)
    if patterns is None or space.problem.worth.promises is not None:
        return None
    made = make_model(space.problem, patterns)
    answer = solve_model(
        made, patterns_of(space, incumbent.tours), work=EXACT_WORK * effort, seconds=seconds, seed=seed
    )
    if answer.patterns is not None:
        board = Board(space, tours_of(space, answer.patterns))
        improve_groups(board, seed)
        incumbent.offer(board)
    return answer.bound


def patterns_of(space: TourSpace, tours: Tours) -> set[Pattern]:
    worked = set()
    for person, day in np.argwhere(tours.choice != NOTHING).tolist():
        option = int(tours.choice[person, day])
        count = len(space.problem.options[option].pauses)
        worked.add(Pattern(person, day, option, tuple(tours.pauses[person, day, :count].tolist())))
    return worked


def tours_of(space: TourSpace, patterns: tuple[Pattern, ...]) -> Tours:
    """Tours whose groups are still to be chosen."""
    tours = no_tours(space)
    for pattern in patterns:
        tours.choice[pattern.person, pattern.day] = pattern.option
        tours.pauses[pattern.person, pattern.day, : len(pattern.pauses)] = pattern.pauses
    return tours
