"""What no roster can beat: a Lagrangian bound from the best tours under prices.

Give every hour on queue a price for each group and slot, between minus the weight of overstaffing and the weight of
understaffing. Then the cost of any roster is at least

    sum(price x required) - sum over people of the worth of their best tour at these prices,

because under- and overstaffed hours cost at least what the prices charge for them, and nobody's tour can be worth
more than the best one. Weak duality: it holds for all prices, so the search for good prices needs no proof. They are
raised where the best tours leave work uncovered and lowered where they cover too much (Adam's step lengths: Kingma
and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffplan.roster.kernels import Floats
from staffplan.roster.kernels_tours import add_tour, best_prices
from staffplan.roster.tours import TourSpace, price_tour

FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.99
STEP_SHARE = 0.1
"""First step as a share of the range of prices; it falls to nothing by the last round."""


@dataclass(frozen=True)
class TourClass:
    """Interchangeable people: the same contract, skills, allowed shifts and hours due."""

    first: int
    size: int


def tour_classes(space: TourSpace) -> tuple[TourClass, ...]:
    problem = space.problem
    members: dict[tuple[object, ...], list[int]] = {}
    for person in range(len(problem.people)):
        alike = (
            space.terms_of[person],
            int(problem.skillset_of[person]),
            problem.allowed[person].tobytes(),
            space.units_min[person].tobytes(),
            space.units_max[person].tobytes(),
        )
        members.setdefault(alike, []).append(person)
    return tuple(TourClass(people[0], len(people)) for people in members.values())


def bound_at(space: TourSpace, classes: tuple[TourClass, ...], prices: Floats) -> tuple[float, Floats]:
    """The bound at these prices, (groups, slots), and the people on queue in the best tours."""
    problem = space.problem
    on_queue = np.zeros_like(prices)
    values = np.zeros(problem.period.slots)
    served = np.zeros(problem.period.slots, dtype=np.int64)
    bound = float((prices * problem.required).sum())
    for alike in classes:
        best_prices(prices, int(problem.skillsets[problem.skillset_of[alike.first]]), values, served)
        worth, tour = price_tour(space, alike.first, values)
        bound -= alike.size * worth
        add_tour(tour, float(alike.size), served, space.shifts, space.desk, on_queue)
    return bound, on_queue


def first_prices(space: TourSpace) -> Floats:
    """Halfway up where somebody is needed, at the bottom where nobody is."""
    problem = space.problem
    middle = (problem.understaffing_weight - problem.overstaffing_weight) / 2
    return np.where(problem.required > 0, middle, -problem.overstaffing_weight) * problem.hours


def best_bound(space: TourSpace, rounds: int, *, stop: Callable[[], bool], report: Callable[[float], None]) -> float:
    """The best bound found in so many rounds, never below 0; `stop` is asked before each."""
    problem, classes = space.problem, tour_classes(space)
    low, high = -problem.overstaffing_weight * problem.hours, problem.understaffing_weight * problem.hours
    prices = first_prices(space)
    step = STEP_SHARE * (problem.understaffing_weight + problem.overstaffing_weight) * problem.period.slot_hours
    mean, spread = np.zeros_like(prices), np.zeros_like(prices)
    best = 0.0
    for turn in range(rounds):
        if stop():
            break
        bound, on_queue = bound_at(space, classes, prices)
        best = max(best, bound)
        report(best)
        uncovered = problem.required - on_queue
        mean = FIRST_MOMENT * mean + (1 - FIRST_MOMENT) * uncovered
        spread = SECOND_MOMENT * spread + (1 - SECOND_MOMENT) * uncovered**2
        ahead = mean / (1 - FIRST_MOMENT ** (turn + 1))
        scale = np.sqrt(spread / (1 - SECOND_MOMENT ** (turn + 1))) + 1e-3
        prices = np.clip(prices + step * (1 - turn / rounds) * ahead / scale, low, high)
    return best
