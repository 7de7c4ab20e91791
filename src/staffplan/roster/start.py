"""The first roster: people accept tours on offer one after the other while the prices adapt to what is left to do.

At good prices (bound.py) everybody's best tours, taken over some rounds, cover on average what is needed at the least
cost; one round alone sends all who are alike to the same hours. So in each stage a few people keep a tour that was on
offer in one of the last rounds, drawn at random, and the rest bid on for what is then still needed. What the draw
leaves uneven, those who come later even out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from staffplan.roster.bound import Auction, Prices, TourClass, best_prices, tour_classes, whole_crew
from staffplan.roster.kernels import Ints
from staffplan.roster.kernels_anneal import Span
from staffplan.roster.kernels_offers import Crew, Offers, count_offer
from staffplan.roster.search import Board, make_work, no_tours, run_round, take_best_tour
from staffplan.roster.tours import Tours, TourSpace

MOST_STAGES = 250
ROUNDS_BEFORE = 60
ROUNDS = 8
"""Of each stage."""
MEMORY = 40
"""Rounds whose offers may be accepted."""
SPENT_BEFORE = 0.2
"""Share of the time that the rounds before the first stage may take."""
STEP = 0.02
"""Of the prices in a round, as a share of their range."""


@dataclass
class _Hall:
    """Who has a tour already, and what was on offer lately. It changes in place as people accept."""

    space: TourSpace
    classes: tuple[TourClass, ...]
    crew: Crew
    tours: Tours
    there: Ints
    recent: deque[Offers] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def accept(self, number: int, offers: Offers) -> None:
        """The next of a class takes the class' tour of a round."""
        self.crew.left[number] -= 1
        person = self.classes[number].members[self.crew.left[number]]
        self.tours.choice[person] = offers.choice[number]
        self.tours.pauses[person] = offers.pauses[number]
        self.tours.group[person] = offers.group[number]
        count_offer(number, offers, self.space.need.step, self.space.shifts, self.there)


def start(
    space: TourSpace,
    prices: Prices,
    seed: int,
    *,
    spent: Callable[[], float],
    report: Callable[[float], None] = lambda share: None,
) -> Board:
    """A board with everybody's tour; `report` gets the share of people who have one.

    `spent` gives the share of the time that is over: where it is ahead of the people done, prices do not adapt.
    """
    hall = _open(space)
    auction = Auction(space, hall.crew, prices.prices, hall.there)
    _bid(hall, auction, ROUNDS_BEFORE, spent, SPENT_BEFORE)
    rng = np.random.default_rng([seed, 4])
    queue = rng.permutation(np.repeat(np.arange(len(hall.classes)), hall.crew.left))
    for part in np.array_split(queue, min(MOST_STAGES, len(queue))):
        done = 1 - float(hall.crew.left.sum()) / len(queue)
        if done:
            _bid(hall, auction, ROUNDS, spent, SPENT_BEFORE + (1 - SPENT_BEFORE) * done)
        for number in part.tolist():
            hall.accept(number, hall.recent[int(rng.integers(len(hall.recent)))])
        report(done)
    return Board(space, hall.tours)


def _open(space: TourSpace) -> _Hall:
    classes = tour_classes(space)
    return _Hall(
        space, classes, whole_crew(classes), no_tours(space), np.zeros(space.need.worth.shape[:2], dtype=np.int64)
    )


def _bid(hall: _Hall, auction: Auction, rounds: int, spent: Callable[[], float], latest: float) -> None:
    """So many rounds while no more than `latest` is spent, offers remembered; one at least if there are none yet."""
    for _ in range(rounds):
        if hall.recent and spent() > latest:
            return
        auction.round(STEP)
        hall.recent.append(copy_of(auction.offers))


def copy_of(offers: Offers) -> Offers:
    return Offers(offers.choice.copy(), offers.pauses.copy(), offers.group.copy())


def warm_up(space: TourSpace) -> None:
    """Have everything compiled that a search uses. Only the first search after an installation takes long for it; its
    time is not that of the search, which would otherwise be cut short and not repeat."""
    prices = best_prices(space, 1, spent=_everything, report=lambda bound: None)
    board = start(space, prices, 0, spent=_everything)
    take_best_tour(board, 0)
    everything = Span(0, space.problem.period.days, 0, space.problem.period.slots)
    with ThreadPoolExecutor(1) as threads:
        run_round(board, (everything,), [make_work(space, 0, 0)], 0, (1.0, 1.0), threads)


def _everything() -> float:
    return 1.0
