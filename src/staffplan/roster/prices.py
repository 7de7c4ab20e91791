"""What a rule costs: the hours missing on queue now, and with the rule loosened by a step, or without it.

The fewest hours that any roster under the hard rules could leave missing are asked for, as if nothing else counted:
hours too many are free, wishes are not heard. For the rules as they are, and with each loosened in turn, two numbers
enclose the answer: a roster that was found, and the Lagrangian bound (bound.py), which no roster beats. Their
differences are two estimates of the price. The gain lies, proven, between bound - found and found - bound of the two
sides; where found and bound meet, that is the price itself.

A loosened search goes on from the best roster under the rules as they are, warm, and that one is searched on just as
long for itself, so that more search does not pass for a gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

import numpy as np
import pandas as pd

from staffplan.errors import InfeasibleError
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.bound import Prices, best_prices
from staffplan.roster.case import Case
from staffplan.roster.changes import Change, people_changes, site_changes
from staffplan.roster.conflict import refuse_impossible_people
from staffplan.roster.search import (
    Board,
    Incumbent,
    Schedule,
    improve,
    make_work,
    polish,
    run_round,
    spans,
    temperatures,
)
from staffplan.roster.start import start
from staffplan.roster.tours import Tours, TourSpace, make_tour_space
from staffplan.tables import RulePrices

MOVES_PER_AGENT_DAY, FEWEST_MOVES = 6_000, 100_000
"""Moves of the first search under the rules as they are; each of the others makes a part of them."""
WARM_PART, WARM_ROUNDS, WARM = 0.4, 40, 1.0
"""Moves and rounds of a search that goes on, and its first temperature as a share of a new search's."""
BOUND_ROUNDS, START_ROUNDS = 800, 800
AS_IT_IS = "as it is"
SMALLEST = 1e-6
"""Fewer hours are none: the last decimal that tables are written with."""


@dataclass(frozen=True)
class _Answer:
    """Hours missing: in the best roster found, and at least."""

    found: float
    bound: float


def price_rules(case: Case, *, seed: int = 1, on_progress: OnProgress = silent) -> RulePrices:
    """The price of every hard rule, contract, absence and skill in hours missing, the dearest first.

    Raises ConfigError, DataError or InfeasibleError as `roster` does. An hour below a rule's minimum staff counts
    as many hours.
    """
    base = case.hard().with_settings(understaffing_weight=1.0, overstaffing_weight=0.0)
    space = make_tour_space(base.problem())
    refuse_impossible_people(space, base)
    changes = (*site_changes(base), *people_changes(base, space.problem.groups))
    on_progress(Progress("prices", 0, len(changes) + 1, "the rules as they are"))
    prices = _bid(space)
    tours = _searched(space, prices, seed)
    now = _answer(_searched_on(space, tours, seed), prices)
    found = []
    for number, change in enumerate(changes, start=1):
        on_progress(Progress("prices", number, len(changes) + 1, change.words))
        with suppress(InfeasibleError):
            found.append((change, _with_change(change, base, tours, seed)))
    return _table(now, found)


def _with_change(change: Change, base: Case, present: Tours, seed: int) -> _Answer:
    """What could be reached with one change. Raises InfeasibleError where it leaves somebody without a tour: without
    time off the hours of a week are due in full."""
    other = make_tour_space(change.apply(base).problem())
    prices = _bid(other)
    tours = present if change.keeps_tours else _searched(other, prices, seed)
    return _answer(_searched_on(other, tours, seed), prices)


def _answer(incumbent: Incumbent, prices: Prices) -> _Answer:
    found = max(incumbent.cost, 0.0)
    return _Answer(0.0, 0.0) if found < SMALLEST else _Answer(found, min(found, prices.bound))


def _bid(space: TourSpace) -> Prices:
    return best_prices(space, BOUND_ROUNDS, spent=lambda: 0.0, report=lambda bound: None)


def _searched(space: TourSpace, prices: Prices, seed: int) -> Tours:
    """A new search."""
    board = start(space, prices, START_ROUNDS, seed, spent=lambda: 0.0)
    incumbent = Incumbent(board)
    schedule = Schedule(_moves(space), monotonic() + 1e9)
    improve(board, incumbent, schedule, seed, stop=lambda: incumbent.cost < SMALLEST, report=lambda done: None)
    return incumbent.tours


def _searched_on(space: TourSpace, tours: Tours, seed: int) -> Incumbent:
    """The best after some more search from these tours on, which the rules allow."""
    board = Board(space, tours)
    incumbent = Incumbent(board)
    hot, cold = temperatures(space)
    heats = np.geomspace(WARM * hot, cold, WARM_ROUNDS + 1).tolist()
    works = [make_work(space, seed, stream) for stream in (3, 4)]
    each = round(WARM_PART * _moves(space) / WARM_ROUNDS)
    with ThreadPoolExecutor(len(works)) as threads:
        for number, heat in enumerate(pairwise(heats)):
            if incumbent.cost < SMALLEST:
                break
            run_round(board, spans(space, number), works, each, heat, threads)
            incumbent.offer(board)
    polish(board, incumbent)
    return incumbent


def _moves(space: TourSpace) -> int:
    agent_days = len(space.problem.people) * space.problem.period.days
    return max(MOVES_PER_AGENT_DAY * agent_days, FEWEST_MOVES)


def _table(now: _Answer, found: Sequence[tuple[Change, _Answer]]) -> RulePrices:
    """The dearest first: by what was found, then by what could be at most."""
    rows = [(change.rule, change.words, *_numbers(now, then)) for change, then in found]
    rows.sort(key=lambda row: (-row[4], -row[7], row[1]))
    rows = [(AS_IT_IS, AS_IT_IS, *_numbers(now, now)), *rows]
    names = [column.name for column in RulePrices.columns]
    return RulePrices.of(pd.DataFrame([(place, *row) for place, row in enumerate(rows)], columns=names))


def _numbers(now: _Answer, then: _Answer) -> tuple[float, float, float, float, float, float]:
    """Hours missing then, found and at least; what is gained by both, and at least and most for certain."""
    found, bound = (round(gain, 6) + 0.0 for gain in (now.found - then.found, now.bound - then.bound))
    least, most = max(now.bound - then.found, 0.0), max(now.found - then.bound, 0.0)
    return then.found, then.bound, found, bound, least, most
