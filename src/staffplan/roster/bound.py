"""What no roster can beat: a Lagrangian bound from the best tours under prices.

Give every slot on queue a price for each group. Then the cost of any roster is at least

    sum over cells of the least of (cost of n people + price x n) - sum over people of their best tour's worth,

because nobody's tour can be worth more than the best one, and a cell cannot cost less than its least. Weak duality:
it holds for all prices, so the search for good prices needs no proof. They are raised where the best tours leave work
uncovered and lowered where they cover too much (Adam's step lengths: Kingma and Ba, "Adam: a method for stochastic
optimization", 2015, algorithm 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffplan.roster.kernels import Floats
from staffplan.roster.kernels_tours import add_tour, cheapest_crew
from staffplan.roster.tours import TourSpace, price_tour

FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.99
STEP_SHARE = 0.1
"""First step as a share of the range of prices; it falls to nothing by the last round."""


@dataclass(frozen=True)
class TourClass:
    """Interchangeable people: the same rules, skills, likings and allowed shifts."""

    first: int
    size: int


def tour_classes(space: TourSpace) -> tuple[TourClass, ...]:
    folk = space.folk
    alike = np.stack([folk.walk, folk.mask, folk.liking, folk.menu], axis=1)
    _, first, count = np.unique(alike, axis=0, return_index=True, return_counts=True)
    return tuple(TourClass(int(person), int(size)) for person, size in zip(first, count, strict=True))


def bound_at(space: TourSpace, classes: tuple[TourClass, ...], prices: Floats) -> tuple[float, Floats]:
    """The bound at these prices, (groups, slots), and how many people are missing there in the best tours."""
    on_queue = np.zeros_like(prices)
    wanted = np.zeros_like(prices)
    bound = space.problem.worth.of_nobody + cheapest_crew(prices, space.need, wanted)
    for alike in classes:
        worth, tour = price_tour(space, alike.first, prices)
        bound -= alike.size * worth
        add_tour(tour, float(alike.size), space.shifts, space.desk, on_queue)
    return bound, wanted - on_queue


def best_bound(space: TourSpace, rounds: int, *, stop: Callable[[], bool], report: Callable[[float], None]) -> float:
    """The best bound found in so many rounds, never below 0; `stop` is asked before each."""
    classes, saves = tour_classes(space), space.need.worth.astype(float)
    low, high = saves[:, :, -1], saves[:, :, 0]
    prices = (low + high) / 2
    step = STEP_SHARE * float((high - low).max(initial=0.0))
    mean, spread = np.zeros_like(prices), np.zeros_like(prices)
    best = 0.0
    for turn in range(rounds):
        if stop():
            break
        bound, uncovered = bound_at(space, classes, prices)
        best = max(best, bound)
        report(best)
        mean = FIRST_MOMENT * mean + (1 - FIRST_MOMENT) * uncovered
        spread = SECOND_MOMENT * spread + (1 - SECOND_MOMENT) * uncovered**2
        ahead = mean / (1 - FIRST_MOMENT ** (turn + 1))
        scale = np.sqrt(spread / (1 - SECOND_MOMENT ** (turn + 1))) + 1e-3
        prices = np.clip(prices + step * (1 - turn / rounds) * ahead / scale, low, high)
    return best
