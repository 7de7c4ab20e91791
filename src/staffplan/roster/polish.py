"""CP-SAT on a problem small enough to hand over whole: it proves the roster best, or finds a better one.

For larger problems it was tried on a few people and days at a time: with the ten best shifts of six people in a week
it found nothing that annealing had missed, at a hundred times its price; so it is not used there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from staffplan.roster.kernels import NOTHING
from staffplan.roster.model import (
    Neighbourhood,
    Pattern,
    RosterModel,
    all_patterns,
    make_model,
)
from staffplan.roster.search import Incumbent, Move
from staffplan.roster.tours import Board

MOST_PATTERNS = 2000
"""A problem with no more patterns in all is given to CP-SAT whole."""
EXACT_WORK = 10.0
"""Deterministic time for a whole problem, for effort 1."""
WORKERS = 2


@dataclass(frozen=True)
class Answer:
    """What CP-SAT says about a neighbourhood: its patterns (None where it found nothing) and its bound."""

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


def take_off(board: Board, move: Move) -> set[Pattern]:
    """Clear the people's days; gives what they worked."""
    worked = set()
    for person in move.people:
        for day in range(move.first_day, move.end_day):
            option = int(board.choice[person, day])
            if option != NOTHING:
                count = len(board.space.problem.options[option].pauses)
                worked.add(Pattern(person, day, option, tuple(board.pauses[person, day, :count].tolist())))
        board.clear(person, move.first_day, move.end_day)
    return worked


def put_on(board: Board, patterns: tuple[Pattern, ...]) -> None:
    for pattern in patterns:
        pauses = np.zeros(board.pauses.shape[2], dtype=np.int64)
        pauses[: len(pattern.pauses)] = pattern.pauses
        choice = np.array([pattern.option], dtype=np.int64)
        board.put(pattern.person, pattern.day, pattern.day + 1, choice, pauses[None, :])


def solve_whole(board: Board, incumbent: Incumbent, *, effort: float, seconds: float, seed: int) -> float | None:
    """Give a tiny problem to CP-SAT as a whole; its bound, None where the problem is too large or not exact."""
    patterns = all_patterns(board.space.problem, MOST_PATTERNS)
    if patterns is None:
        return None
    people, days = board.choice.shape
    everything = Move(tuple(range(people)), 0, days)
    worked = take_off(board, everything)
    made = make_model(board, Neighbourhood(everything.people, 0, days, patterns))
    answer = solve_model(made, worked, work=EXACT_WORK * effort, seconds=seconds, seed=seed)
    put_on(board, tuple(worked) if answer.patterns is None else answer.patterns)
    incumbent.offer(board)
    return answer.bound
