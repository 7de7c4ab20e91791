"""Tours of several people chosen together: the best choice there is, and never a worse roster."""

from __future__ import annotations

import time
from typing import Any

import pytest
from roster_centers import DAY, LATE, SHORT, Center, every_day

from staffplan.roster.search import by_tours, few_tours
from staffplan.roster.search.anneal import Board, Incumbent
from staffplan.roster.search.bound import Auction, Prices, best_prices, tour_classes
from staffplan.roster.search.by_tours import tours_together
from staffplan.roster.search.exact import solve_whole
from staffplan.roster.search.few_tours import Pool, Reach, choose_together, recombine
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.run import Run
from staffplan.roster.search.space import TourSpace, make_tour_space
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

CENTER = Center(
    {"voice": every_day(4, range(8, 20), 1.0), "chat": every_day(4, range(9, 13), 1.0)},
    agents=(("ann", "voice", "any"), ("bob", "voice;chat", "any"), ("cyd", "voice", "any")),
    shifts={"day": DAY, "late": LATE, "short": SHORT},
    work_plans={"any": WorkPlanSettings(shifts=("day", "late", "short"), weekly_hours_max=16)},
    settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 2},)),
)


@pytest.fixture(scope="module")
def space() -> TourSpace:
    return make_tour_space(CENTER.problem())


def test_a_choice_for_everybody_at_once_is_the_best_roster(space: TourSpace) -> None:
    prices = best_prices(space, 100, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 1, 1, spent=lambda: 1.0)
    classes = tour_classes(space)
    pool = Pool(space, classes)
    everybody = {person: number for number, alike in enumerate(classes) for person in alike.members}
    tours, proven = choose_together(
        board, pool, everybody, prices.prices, Reach(), stop=lambda: False, seconds=lambda: 30.0
    )
    best = Incumbent(Board(space, tours))
    solve_whole(space, best, effort=1, seconds=30, seed=1)
    assert proven
    assert Board(space, tours).cost == pytest.approx(best.cost)


def test_rounds_never_make_the_roster_worse_and_stop_when_told(space: TourSpace) -> None:
    prices = best_prices(space, 20, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 10, 2, spent=lambda: 1.0)
    best = Incumbent(board)
    before, made = best.cost, []
    recombine(
        board,
        best,
        prices,
        3,
        1,
        Pool(space, tour_classes(space)),
        stop=lambda: len(made) >= 2,
        seconds=lambda: 10.0,
        report=made.append,
    )
    assert made == [1, 2]
    assert best.cost <= before


def test_tours_are_collected_no_longer_than_there_is_time(space: TourSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a round takes a second, a hundred of them are no small step."""
    rounds: list[float] = []
    real = Auction.round

    def counted(auction: Auction, step: float) -> float:
        rounds.append(step)
        return real(auction, step)

    prices = best_prices(space, 20, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 10, 2, spent=lambda: 1.0)
    best, before = Incumbent(board), board.cost
    monkeypatch.setattr(Auction, "round", counted)
    recombine(
        board,
        best,
        prices,
        3,
        1,
        Pool(space, tour_classes(space)),
        stop=lambda: len(rounds) > 4,
        seconds=lambda: 10.0,
        report=lambda done: None,
    )
    assert len(rounds) == 5
    assert best.cost <= before
    assert Board(space, best.tours).cost == pytest.approx(best.cost)


def test_rounds_end_where_nothing_is_gained_any_more(space: TourSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_tours, "STALLED", 3)
    prices = best_prices(space, 100, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 10, 2, spent=lambda: 1.0)
    best, pool = Incumbent(board), Pool(space, tour_classes(space))
    for number in range(2):
        made = recombine(
            Board(space, best.tours), best, prices, 60, number, pool, stop=lambda: False, seconds=lambda: 10.0,
            report=lambda done: None,
        )  # fmt: skip
    assert made == 3, "the second time nothing is left to gain"


def test_a_program_grows_by_people_first_and_by_tours_once_everybody_is_in() -> None:
    reach = Reach()
    for _ in range(3):
        reach = reach.after(easy=True, everybody=10)
    assert (reach.people, reach.columns) == (10, 60)
    assert reach.after(easy=False, everybody=10) == Reach(10, 40)
    assert reach.after(easy=False, everybody=10).after(easy=False, everybody=10) == Reach(9, 40)


def test_another_roster_is_begun_where_one_gains_nothing_and_the_better_one_is_kept(
    space: TourSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_tours, "STALLED", 2)
    prices = best_prices(space, 50, spent=lambda: 0.0, report=lambda bound: None)
    begun, real = list[int](), by_tours.start

    def counted(space: TourSpace, prices: Prices, rounds: int, seed: int, **others: Any) -> Board:
        begun.append(seed)
        return real(space, prices, 20, seed, **others)

    monkeypatch.setattr(by_tours, "start", counted)
    best = Incumbent(start(space, prices, 1, 2, spent=lambda: 1.0))
    before = best.cost
    run = Run(time.monotonic(), 30.0, 0.0, 20_000, lambda progress: None)
    tours_together(best, space, prices, run, 0.5, 1)
    assert len(begun) >= 1
    assert len(set(begun)) == len(begun)
    assert best.cost <= before
    assert Board(space, best.tours).cost == pytest.approx(best.cost)
