"""The first roster: people accept tours on offer one after the other while the prices adapt to what is left to do.

At good prices (bound.py) everybody's best tours, taken over some rounds, cover on average what is needed at the least
cost; one round alone sends all who are alike to the same hours. So in each stage a few people keep a tour, the one
that was on offer most often in the last rounds, and the rest bid on for what is then still needed. What this leaves
uneven, those who come later even out. (A dive, as in Joncour et al., "Column generation based primal heuristics",
ENDM 36, 2010, with the averages of a subgradient search in place of the master's fractions.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from staffplan.errors import NoSolutionError, Problem
from staffplan.roster.search.anneal import Board, make_work, no_tours, run_round, take_best_tour
from staffplan.roster.search.bound import Auction, Prices, TourClass, best_prices, tour_classes, whole_crew
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, Floats, Ints
from staffplan.roster.search.compiled.moves import Span
from staffplan.roster.search.compiled.offers import Crew, Offers, count_offer
from staffplan.roster.search.space import Tours, TourSpace

MOST_STAGES = 500
ROUNDS_BEFORE = 60
FEWEST_ROUNDS = 4
"""Of each stage."""
MEMORY = 60
"""Rounds whose offers may be accepted."""
SPENT_BEFORE = 0.2
"""Share of the time that the rounds before the first stage may take."""
STEP = 0.01
"""Of the prices in a round, as a share of their range."""


@dataclass
class _Hall:
    """Who has a tour already, and what was on offer lately. It changes in place as people accept."""

    space: TourSpace
    classes: tuple[TourClass, ...]
    crew: Crew
    tours: Tours
    there: Ints
    recent: deque[Offers]

    def accept(self, number: int, offers: Offers, row: int) -> None:
        """The next of a class takes the tour in a row of a round's offers."""
        self.crew.left[number] -= 1
        person = self.classes[number].members[self.crew.left[number]]
        self.tours.choice[person] = offers.choice[row]
        self.tours.pauses[person] = offers.pauses[row]
        self.tours.group[person] = offers.group[row]
        count_offer(row, offers, self.space.need.step, self.space.shifts, self.there)


def start(
    space: TourSpace,
    prices: Prices,
    rounds: int,
    seed: int,
    *,
    spent: Callable[[], float],
    report: Callable[[float], None] = lambda share: None,
) -> Board:
    """A board with everybody's tour, after so many rounds in all; `report` gets the share of people who have one.

    `spent` gives the share of the time that is over: where it is ahead of the people done, prices do not adapt.
    """
    if space.in_parts:
        return one_by_one(space, prices, rounds, seed, spent=spent, report=report)
    people = len(space.problem.people)
    stages = min(MOST_STAGES, people)
    each = max(rounds // stages, FEWEST_ROUNDS)
    hall, rng = _open(space, min(max(each, MEMORY // 3), MEMORY)), np.random.default_rng([seed, 4])
    auction = Auction(space, hall.crew, prices.prices, hall.there)
    _bid(hall, auction, ROUNDS_BEFORE, spent, SPENT_BEFORE)
    for stage in range(stages):
        left = int(hall.crew.left.sum())
        done = 1 - left / people
        if stage:
            _bid(hall, auction, each, spent, SPENT_BEFORE + (1 - SPENT_BEFORE) * done)
        _accept(hall, -(-left // (stages - stage)), rng)
        report(done)
    return Board(space, hall.tours)


def one_by_one(
    space: TourSpace,
    prices: Prices,
    rounds: int,
    seed: int,
    *,
    spent: Callable[[], float],
    report: Callable[[float], None] = lambda share: None,
) -> Board:
    """As `start` where rules are in parts: people take a tour one after the other, and prices adapt between them to
    what is left to do. Raises NoSolutionError where no tour is found for somebody."""
    hall, people, need = _open(space, 1), len(space.problem.people), space.need
    auction = Auction(space, hall.crew, prices.prices, hall.there)
    order = np.repeat(np.arange(len(hall.classes)), hall.crew.left)
    each = max(rounds // people, 1)
    for done, number in enumerate(np.random.default_rng([seed, 4]).permutation(order).tolist()):
        for _ in range(each):
            if spent() > (done + 1) / people:
                break
            auction.round(STEP)
        there = np.minimum(hall.there, need.worth.shape[2] - 1)
        gain = np.take_along_axis(need.worth, there[:, :, None], axis=2)[:, :, 0]
        hall.accept(number, _some_tour(space, hall.classes[number].first, np.minimum(gain, auction.prices)), 0)
        report((done + 1) / people)
    return Board(space, hall.tours)


def _some_tour(space: TourSpace, person: int, values: Floats) -> Offers:
    """A good tour of a person at these values, (groups, slots); where the search lost its way, any that it finds."""
    crew = Crew(np.array([person], dtype=np.int64), np.ones(1, dtype=np.int64))
    worth = space.need.worth
    much = float(worth[:, :, 0].max() - worth[:, :, -1].min()) + 1.0
    for tried in (values, 0.0 * values, values + much, values - much):
        auction = Auction(space, crew, tried, relaxed=False)
        auction.bid()
        if auction.worth > IMPOSSIBLE / 2:
            return auction.offers
    raise NoSolutionError(_not_found(space.problem.people[person].agent_id))


def _not_found(agent_id: str) -> Problem:
    message = "no sequence of shifts was found that keeps all rules, and none of them is known to forbid it"
    return Problem(f"roster:{agent_id}", message, "plan a shorter period, or take limits out of [roster.rules]")


def _open(space: TourSpace, memory: int) -> _Hall:
    classes = tour_classes(space)
    there = np.zeros(space.need.worth.shape[:2], dtype=np.int64)
    return _Hall(space, classes, whole_crew(classes), no_tours(space), there, deque(maxlen=memory))


def _bid(hall: _Hall, auction: Auction, rounds: int, spent: Callable[[], float], latest: float) -> None:
    """So many rounds while no more than `latest` is spent, offers remembered; one at least if there are none yet."""
    for _ in range(rounds):
        if hall.recent and spent() > latest:
            return
        auction.round(STEP)
        hall.recent.append(copy_of(auction.offers))


def _accept(hall: _Hall, people: int, rng: np.random.Generator) -> None:
    """So many people keep what was on offer most often."""
    for number, offers in cycle(_favourites(hall, rng)):
        if not people:
            return
        if hall.crew.left[number]:
            hall.accept(number, offers, number)
            people -= 1


def _favourites(hall: _Hall, rng: np.random.Generator) -> list[tuple[int, Offers]]:
    """Classes with people left and a round with a tour for them, the tour that was on offer most often first."""
    times: dict[tuple[int, bytes], int] = {}
    latest: dict[tuple[int, bytes], Offers] = {}
    left = np.flatnonzero(hall.crew.left).tolist()
    for offers in hall.recent:
        for number in left:
            key = (number, offers.choice[number].tobytes())
            times[key] = times.get(key, 0) + 1
            latest[key] = offers
    tie = dict(zip(times, rng.random(len(times)).tolist(), strict=True))
    return [(key[0], latest[key]) for key in sorted(times, key=lambda key: (-times[key], tie[key]))]


def copy_of(offers: Offers) -> Offers:
    return Offers(offers.choice.copy(), offers.pauses.copy(), offers.group.copy())


def warm_up(space: TourSpace) -> None:
    """Have everything compiled that a search uses. Only the first search after an installation takes long for it; its
    time is not that of the search, which would otherwise be cut short and not repeat."""
    prices = best_prices(space, 1, spent=_everything, report=lambda bound: None)
    board = Board(space, no_tours(space)) if space.in_parts else start(space, prices, 1, 0, spent=_everything)
    take_best_tour(board, 0)
    everything = Span(0, space.problem.period.days, 0, space.problem.period.slots)
    with ThreadPoolExecutor(1) as threads:
        run_round(board, (everything,), [make_work(space, 0, 0)], 0, (1.0, 1.0), threads)


def _everything() -> float:
    return 1.0
