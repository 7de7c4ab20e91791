"""Integer programs over a few people's tours until nothing is gained, then the same from another first roster.

Tours that one roster's programs found stay on offer to those of the next, so the last rosters are put together from
all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

from staffplan.roster.search.anneal import Board, Incumbent, Schedule, improve
from staffplan.roster.search.bound import Prices, tour_classes
from staffplan.roster.search.few_tours import Pool, recombine
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.run import Run
from staffplan.roster.search.space import TourSpace

ROUNDS = 20
"""Of programs, for effort 1."""
LONGEST_PROGRAM = 0.05
"""Share of the time limit that one program may take."""
START_ROUNDS, MOST_START_EFFORT = 2000, 2.0
ANEW = 0.1
"""Share of the time limit that another first roster may take, and small changes of it."""
SEEDS = 1_000_000
"""Between the seeds of one roster and the next: those of the first rosters stay their own."""


def tours_together(
    incumbent: Incumbent, space: TourSpace, prices: Prices, run: Run, effort: float, seed: int
) -> None:
    """The incumbent's tours first; then, while there are rounds and time, those of other rosters. What is better is
    offered to the incumbent."""
    rounds, pool = round(ROUNDS * effort), Pool(space, tour_classes(space))
    for number in count():
        mine = incumbent if not number else _another(space, prices, run, effort, seed + number * SEEDS)
        rounds -= _rounds_of(mine, incumbent, space, prices, run, rounds, seed + number * SEEDS, pool)
        incumbent.take(mine)
        if rounds <= 0 or run.ended(incumbent):
            return


def _rounds_of(
    mine: Incumbent, best: Incumbent, space: TourSpace, prices: Prices, run: Run, rounds: int, seed: int, pool: Pool
) -> int:
    """Rounds from one roster on, until nothing is gained; gives their number."""
    longest = LONGEST_PROGRAM * (run.deadline - run.begun)
    return recombine(
        Board(space, mine.tours),
        mine,
        prices,
        rounds,
        seed,
        pool,
        stop=_stop(run, mine),
        seconds=lambda: max(min(longest, run.deadline - time.monotonic()), 0.1),
        report=lambda _: run.say(min(mine, best, key=lambda made: made.cost), space.problem),
    )


def _another(space: TourSpace, prices: Prices, run: Run, effort: float, seed: int) -> Incumbent:
    """Another first roster after small changes."""
    part = ANEW * (run.deadline - run.begun)
    rounds, begun = round(START_ROUNDS * min(effort, MOST_START_EFFORT)), time.monotonic()
    board = start(space, prices, rounds, seed, spent=lambda: (time.monotonic() - begun) / part)
    incumbent = Incumbent(board)
    schedule = Schedule(run.moves, min(time.monotonic() + part, run.deadline))
    improve(board, incumbent, schedule, seed, stop=_stop(run, incumbent), report=lambda done: None)
    return incumbent


def _stop(run: Run, incumbent: Incumbent) -> Callable[[], bool]:
    return lambda: run.ended(incumbent)
