"""The first roster: everybody has a tour that keeps the rules, whatever the time, and prices do better than greed."""

from __future__ import annotations

import numpy as np
import pytest
from roster_centers import LATE, SHORT, Center, every_day

from staffplan.roster.search.anneal import Board
from staffplan.roster.search.bound import (
    Auction,
    Prices,
    best_prices,
    grain,
    next_grain,
    pace,
    tour_classes,
    whole_crew,
)
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.compiled.offers import cheapest_crew
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.space import TourSpace, make_tour_space
from staffplan.settings.roster import RosterSettings, WorkPlanSettings


@pytest.fixture(scope="module")
def space() -> TourSpace:
    center = Center(
        {"voice": every_day(7, range(8, 20), 3.0), "chat": every_day(7, range(9, 15), 2.0)},
        agents=[(f"v{n}", "voice", "any") for n in range(6)] + [(f"b{n}", "voice;chat", "any") for n in range(6)],
        shifts={"short": SHORT, "late": LATE},
        work_plans={"any": WorkPlanSettings(shifts=("short", "late"), weekly_hours_min=15, weekly_hours_max=30)},
        settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 5},)),
    )
    return make_tour_space(center.problem())


def prices_of(space: TourSpace, rounds: int = 200) -> Prices:
    return best_prices(space, rounds, spent=lambda: 0.0, report=lambda bound: None)


@pytest.mark.parametrize("spent", [0.0, 0.3, 1.0])
def test_everybody_has_a_tour_that_keeps_the_rules_however_short_the_time(space: TourSpace, spent: float) -> None:
    board = start(space, prices_of(space, 5), 100, 1, spent=lambda: spent)
    assert (board.plan.choice != NOTHING).any(axis=1).all()
    assert (board.plan.node >= 0).all()
    assert Board(space, board.tours()).cost == pytest.approx(board.cost)


def test_the_same_seed_starts_alike_and_the_start_is_near_the_bound(space: TourSpace) -> None:
    prices = prices_of(space)
    one, other = (start(space, prices, 500, 3, spent=lambda: 0.0) for _ in range(2))
    assert (one.plan.choice == other.plan.choice).all()
    hasty = start(space, prices, 500, 3, spent=lambda: 1.0)
    assert prices.bound - 1e-6 <= one.cost < hasty.cost


def test_what_the_offers_are_worth_is_what_their_hours_are_paid_less_their_own_price(space: TourSpace) -> None:
    auction = Auction(space, whole_crew(tour_classes(space)), prices_of(space).prices)
    wanted = np.zeros_like(auction.prices)
    least = space.problem.worth.guide.of_nobody + cheapest_crew(auction.prices, space.need, auction.there, wanted)
    bound, missing = auction.bid()
    assert least - bound == pytest.approx(float((auction.prices * (wanted - missing)).sum()), rel=1e-6)


def test_who_is_there_already_counts_as_the_first_in_the_cell(space: TourSpace) -> None:
    rng = np.random.default_rng(5)
    worth = space.need.worth
    there = rng.integers(0, 3, size=worth.shape[:2])
    prices = rng.uniform(worth.min(), worth.max(), size=there.shape)
    wanted = np.zeros_like(prices)
    cost = cheapest_crew(prices, space.need, there, wanted)
    expected = 0.0
    for cell in np.ndindex(*there.shape):
        saved = worth[cell][there[cell] :].astype(float) - prices[cell]
        sums = np.concatenate([[0.0], np.cumsum(saved)])
        expected -= float(sums.max())
        assert sums[int(wanted[cell])] == pytest.approx(float(sums.max()))
    assert cost == pytest.approx(expected)


def test_a_schedule_follows_its_rounds_unless_the_clock_is_ahead_and_never_turns_back() -> None:
    assert pace(0.0, 0.01, 0.05) == 0.01
    assert pace(0.2, 0.3, 0.25) == 0.3
    assert pace(0.2, 0.3, 0.5) == 0.5
    assert pace(0.6, 0.3, 0.5) == 0.6


def test_every_roster_costs_a_multiple_of_the_grain_and_a_bound_is_raised_to_the_next(space: TourSpace) -> None:
    size = grain(space)
    assert size > 0
    for seed in range(3):
        cost = start(space, prices_of(space, 3), 10, seed, spent=lambda: 1.0).cost
        assert cost / size == pytest.approx(round(cost / size), abs=1e-4)
    assert next_grain(1000.7, 1.0) == 1001.0
    assert next_grain(1000.01, 1.0) == 1000.01
    assert next_grain(1001.0, 1.0) == 1001.0
    assert next_grain(7.3, 0.0) == 7.3
