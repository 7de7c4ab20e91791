"""At the same cost: people exchange days, so that a week has fewer starts and fewer days that stand alone.

The cover of every interval stays as it is, as whole days change hands with their breaks and groups, and so does what
the rules cost. What is left to chance otherwise is decided in favor of those who work it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules.options import clock_starts
from staffplan.roster.search.anneal import Board, no_tours
from staffplan.roster.search.compiled.arrays import Ints
from staffplan.roster.search.compiled.exchange import calm, unrest
from staffplan.roster.search.space import TourSpace

LONGEST = 7
"""Days in a row that change hands at once, at most."""
SWEEPS = 4


def exchange_days(board: Board, *, stop: Callable[[], bool]) -> None:
    """Everybody exchanges days with others until nothing is gained, or it has to stop. People of whom a rule between
    people speaks keep their days."""
    problem = board.space.problem
    start, week, free = clock_starts(problem), _week(problem), _free(problem)
    for _ in range(SWEEPS):
        gained = 0
        for person in np.flatnonzero(free).tolist():
            if stop():
                return
            gained += _exchange(board, person, free & _in_same_circles(problem, person), start, week)
        if not gained:
            return


def warm_up(space: TourSpace) -> None:
    """Have compiled what exchanges days."""
    problem, nobody = space.problem, np.zeros(len(space.problem.people), dtype=bool)
    _exchange(Board(space, no_tours(space)), 0, nobody, clock_starts(problem), _week(problem))


def unrest_of(problem: RosterProblem, choice: NDArray[np.int16]) -> Ints:
    """(people,): starts of a week beyond its first, days that start at another time than most of their week, and days
    of work or days off that stand alone. `choice`: (people, days), options or NOTHING."""
    start, week, days = clock_starts(problem), _week(problem), problem.period.days
    return np.array([unrest(person, 0, days, choice, start, week) for person in range(len(choice))], dtype=np.int64)


def _exchange(board: Board, person: int, alike: NDArray[np.bool_], start: Ints, week: Ints) -> int:
    space = board.space
    return int(
        calm(person, alike, LONGEST, start, week, board.plan, space.folk, space.need, space.shifts, space.walks)
    )


def _week(problem: RosterProblem) -> Ints:
    return np.array([problem.period.week_of(day) for day in range(problem.period.days)], dtype=np.int64)


def _free(problem: RosterProblem) -> NDArray[np.bool_]:
    free = np.ones(len(problem.people), dtype=bool)
    free[list(problem.ties.people)] = False
    return free


def _in_same_circles(problem: RosterProblem, person: int) -> NDArray[np.bool_]:
    counts = np.array([circle.counts for circle in problem.circles], dtype=bool).reshape(-1, len(problem.people))
    return np.asarray((counts == counts[:, [person]]).all(axis=0))
