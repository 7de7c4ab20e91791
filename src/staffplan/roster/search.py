"""Look for good tours: everybody in turn takes the best tour for what is still needed, then small groups try again.

Re-touring is exact for one person (kernels_tours.refill). To leave places where no single change helps, a few
people are taken off the board for some days and put back one after the other; a result that costs more is kept with
a chance that falls to nothing (simulated annealing: Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated
annealing", Science 220, 1983). The best board seen is the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffplan.errors import InfeasibleError, Problem
from staffplan.roster.tours import Board, TourSpace, snapshot

SWEEPS = 3
PEOPLE_AT_ONCE = 5
DAYS_AT_ONCE = (1, 2, 3, 4)
START_HOURS = 0.6
"""Understaffed hours by which a worse board is readily taken at the start."""


@dataclass(frozen=True)
class Move:
    """People to take off the board, and the days."""

    people: tuple[int, ...]
    first_day: int
    end_day: int


def first_tours(space: TourSpace, rng: np.random.Generator) -> Board:
    """Everybody's best tour in random order, then again a few times against everybody else's.

    Raises InfeasibleError for a person without any allowed tour; conflict.py finds out why beforehand.
    """
    board = Board(space)
    days = space.problem.period.days
    for _ in range(SWEEPS):
        for person in rng.permutation(len(space.problem.people)).tolist():
            board.clear(person, 0, days)
            if not board.refill(person, 0, days):
                name = space.problem.people[person].agent_id
                raise InfeasibleError(Problem("roster", f"no sequence of shifts keeps the rules for {name}"))
    return board


class Incumbent:
    """The best tours so far. It changes in place, so that an interrupted search still has them."""

    def __init__(self, board: Board) -> None:
        self.tours, self.cost = snapshot(board), board.cost

    def offer(self, board: Board) -> None:
        if board.cost < self.cost - 1e-9:
            self.tours, self.cost = snapshot(board), board.cost


def anneal(
    board: Board,
    incumbent: Incumbent,
    rng: np.random.Generator,
    moves: int,
    *,
    stop: Callable[[], bool],
    report: Callable[[int], None],
) -> int:
    """Offer the best boards of so many moves to `incumbent`; gives the moves made. `report` gets them on the way."""
    start = START_HOURS * (board.space.demand.under + board.space.demand.over)
    for done in range(moves):
        if stop():
            return done
        patience = start * (1 - done / moves) ** 2 * rng.exponential()
        try_move(board, draw_move(board, rng), patience)
        incumbent.offer(board)
        report(done)
    return moves


def draw_move(board: Board, rng: np.random.Generator) -> Move:
    people, days = board.choice.shape
    length = min(int(rng.choice(DAYS_AT_ONCE)), days)
    first = int(rng.integers(0, days - length + 1))
    count = int(rng.integers(1, min(PEOPLE_AT_ONCE, people) + 1))
    chosen = rng.choice(people, count, replace=False)
    return Move(tuple(chosen.tolist()), first, first + length)


def try_move(board: Board, move: Move, patience: float) -> None:
    """Re-tour the people on the days; take it back where it costs more than `patience`."""
    before, people, days = board.cost, list(move.people), slice(move.first_day, move.end_day)
    choice, pauses = board.choice[people, days].copy(), board.pauses[people, days].copy()
    for person in people:
        board.clear(person, move.first_day, move.end_day)
    done = all(board.refill(person, move.first_day, move.end_day) for person in people)
    if done and board.cost <= before + patience + 1e-9:
        return
    for person in people:
        board.clear(person, move.first_day, move.end_day)
    for number, person in enumerate(people):
        board.put(person, move.first_day, move.end_day, choice[number], pauses[number])
