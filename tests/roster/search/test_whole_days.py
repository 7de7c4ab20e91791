"""Days chosen one after the other: never a worse roster, every rule kept, the same again with the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from roster_centers import DAY, NIGHT, SHORT, Center, every_day

from staffplan.roster.search.anneal import Board, Incumbent, plan_of
from staffplan.roster.search.bound import best_prices
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE
from staffplan.roster.search.compiled.board import count_everything
from staffplan.roster.search.day_program import Alike, choice_in
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.integer_program import IntegerProgram, Solved
from staffplan.roster.search.space import TourSpace, make_tour_space
from staffplan.roster.search.whole_days import (
    APART,
    Found,
    Outlook,
    best_of_day,
    days_together,
    drawn,
    outlook,
    pairs,
    program_of,
    with_day,
)
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

CENTER = Center(
    {"voice": every_day(16, range(24), 1.0), "chat": every_day(16, range(9, 17), 1.0)},
    agents=tuple((f"a{n}", ("voice", "voice;chat", "chat")[n % 3], "any") for n in range(9)),
    shifts={"day": DAY, "night": NIGHT, "short": SHORT},
    work_plans={"any": WorkPlanSettings(shifts=("day", "night", "short"), weekly_hours_max=36)},
    settings=RosterSettings(
        rules=(
            {"rule": "daily_rest", "hours": 11},
            {"rule": "consecutive_days", "days": 5},
            {"rule": "fair_share", "of": "nights", "weight": 0.5},
        ),
        time_limit_seconds=300,
    ),
)


@pytest.fixture(scope="module")
def space() -> TourSpace:
    return make_tour_space(CENTER.problem())


def rough(space: TourSpace) -> Board:
    prices = best_prices(space, 5, spent=lambda: 0.0, report=lambda bound: None)
    return start(space, prices, 1, 1, spent=lambda: 1.0)


def improved(space: TourSpace, programs: int, reports: list[int]) -> Incumbent:
    board = rough(space)
    best = Incumbent(board)
    days_together(board, best, programs, 1, stop=lambda: False, seconds=lambda: 60.0, report=reports.append)
    return best


def test_days_at_once_make_a_better_roster_that_keeps_the_rules(space: TourSpace) -> None:
    before, reports = rough(space).cost, []
    best = improved(space, 8, reports)
    assert best.cost < before
    assert reports[-1] == 8
    plan = plan_of(space, best.tours)
    own = count_everything(plan, space.folk, space.need, space.team, space.shifts, space.walks)
    assert own > IMPOSSIBLE
    assert Board(space, best.tours).cost == pytest.approx(best.cost)


def test_the_same_seed_gives_the_same_tours(space: TourSpace) -> None:
    one, other = (improved(space, 4, []) for _ in range(2))
    assert np.array_equal(one.tours.choice, other.tours.choice)
    assert np.array_equal(one.tours.pauses, other.tours.pauses)
    assert np.array_equal(one.tours.group, other.tours.group)


def test_nothing_is_begun_when_told_to_stop(space: TourSpace) -> None:
    board, reports = rough(space), []
    best = Incumbent(board)
    days_together(board, best, 8, 1, stop=lambda: True, seconds=lambda: 60.0, report=reports.append)
    assert reports == []
    assert best.cost == board.cost


def test_what_a_program_gains_is_what_the_roster_gets_cheaper(space: TourSpace) -> None:
    board = rough(space)
    for day in (0, 3, 9):
        made, alike, present = program_of(board, day, (1, 0))
        solved = made.program.solve(seconds=60, gap=0.0)
        better = with_day(board, Found(day, alike, choice_in(made, solved.values), 0.0))
        assert board.cost - better.cost == pytest.approx(present - solved.objective)
        assert made.program.relaxed().objective <= solved.objective + 1e-6


def test_no_day_is_looked_at_once_it_is_to_stop(space: TourSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The period may have hundreds of days."""
    looked: list[int] = []

    def outlook(_: Board, day: int, *__: object) -> Outlook:
        looked.append(day)
        return Outlook(day, 1.0, 0.0)

    monkeypatch.setattr("staffplan.roster.search.whole_days.outlook", outlook)
    board = rough(space)
    best = Incumbent(board)
    days_together(board, best, 8, 1, stop=lambda: len(looked) > 2, seconds=lambda: 60.0, report=lambda done: None)
    assert len(looked) <= 4
    assert best.cost == board.cost


def test_a_day_whose_relaxation_is_not_found_in_time_is_left_as_it_is(
    space: TourSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    def relaxed(_: IntegerProgram, *, seconds: float) -> Solved:
        given.append(seconds)
        return Solved(np.zeros(0), np.inf, -np.inf)

    monkeypatch.setattr(IntegerProgram, "relaxed", relaxed)
    board = rough(space)
    assert outlook(board, 0, (1, 0), 2.0).gain < 0
    assert best_of_day(board, 0, (1, 0), 3.0).choice is None
    assert given == [2.0, 3.0]


def test_days_are_paired_with_the_next_that_is_a_week_away() -> None:
    assert APART == 7
    assert list(pairs([3, 4, 11, 10, 5])) == [(3, 11), (4,), (10,), (5,)]
    assert list(pairs([0, 20, 1])) == [(0, 20), (1,)]


def test_of_too_many_choices_a_part_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffplan.roster.search.whole_days.MOST_COLUMNS", 5)
    alike = [Alike((n,), 1, np.zeros(2)) for n in range(4)]
    some = drawn(alike, np.random.default_rng(1))
    assert len(some) == 2
    assert all(one in alike for one in some)
