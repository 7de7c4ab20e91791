"""The parts of the search: the accounts, moves, the worth of a tour, the bound, what is settled in the end."""

from __future__ import annotations

import time

import numpy as np
import pytest
from roster_centers import DAY, LATE, SHORT, Center, every_day

from staffplan.roster.problem.worth import cover_worth
from staffplan.roster.search.anneal import (
    Board,
    Incumbent,
    Schedule,
    improve,
    make_work,
    polish,
    search_on,
    settle,
    spans,
)
from staffplan.roster.search.bound import Auction, best_prices, bound_from, tour_classes, whole_crew
from staffplan.roster.search.compiled.anneal import anneal
from staffplan.roster.search.compiled.arrays import NOTHING, place_pauses
from staffplan.roster.search.compiled.moves import Span
from staffplan.roster.search.exact import solve_whole
from staffplan.roster.search.exact_model import pause_choices
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.space import TourSpace, make_tour_space, own_room
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from thorough import repetitions

PAUSES = (
    BreakSettings(minutes=15, earliest_minutes=45, latest_minutes=90),
    BreakSettings(activity="meal", minutes=30, paid=False, earliest_minutes=90, latest_minutes=180),
    BreakSettings(minutes=15, earliest_minutes=180, latest_minutes=255),
)
LONG = ShiftSettings(hours=5, first_start="08:00", last_start="10:00", every_minutes=60, breaks=PAUSES)
CENTER = Center(
    {
        "voice": every_day(7, range(8, 16), 2.0),
        "chat": every_day(7, range(8, 14), 1.0),
        "mail": every_day(7, range(9, 15), 1.0),
    },
    agents=[
        ("a", "voice", "any"),
        ("b", "voice;chat", "any"),
        ("c", "chat;mail", "any"),
        ("d", "mail;voice", "any"),
        ("e", "mail;voice", "any"),
        ("f", "voice;chat;mail", "any"),
    ],
    shifts={"long": LONG, "short": SHORT},
    work_plans={"any": WorkPlanSettings(shifts=("long", "short"), weekly_hours_min=12, weekly_hours_max=30)},
    settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 3},)),
    minutes=30,
)


@pytest.fixture(scope="module")
def space() -> TourSpace:
    return make_tour_space(CENTER.problem())


def test_when_the_time_is_over_nobody_is_given_a_best_tour_any_more(
    space: TourSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tour of a year takes its time, and there may be hundreds of people."""
    given: list[int] = []
    monkeypatch.setattr("staffplan.roster.search.anneal.take_best_tour", lambda _, person: given.append(person))
    board = hasty(space, 1)
    polish(board, Incumbent(board), stop=lambda: len(given) > 2)
    assert len(given) == 3
    search_on(space, board.tours(), 1000, 1, stop=lambda _: True)
    assert len(given) == 3


def test_a_bound_from_other_prices_takes_no_more_rounds_than_there_is_time_for(space: TourSpace) -> None:
    looks = iter([False, True])
    first = bound_from(space, None, stop=lambda: True)
    assert first == pytest.approx(max(0.0, Auction(space, whole_crew(tour_classes(space))).bid()[0]))
    assert bound_from(space, None, stop=lambda: next(looks)) >= first
    assert next(looks, None) is None


def hasty(space: TourSpace, seed: int) -> Board:
    """A first roster that leaves much to do."""
    prices = best_prices(space, 3, spent=lambda: 0.0, report=lambda bound: None)
    return start(space, prices, 1, seed, spent=lambda: 1.0)


def moved(board: Board, moves: int, heat: float, span: Span, seed: int = 1) -> float:
    """The change of cost that annealing says it made."""
    space = board.space
    work = make_work(space, seed, 1)
    rest = (board.plan, space.folk, space.need, space.team, space.shifts, space.walks)
    return float(anneal(moves, heat, heat, span, work, *rest))


def whole(space: TourSpace) -> Span:
    return Span(0, space.problem.period.days, 0, space.problem.period.slots)


@pytest.mark.parametrize("seed", range(3))
def test_the_cost_that_annealing_says_is_the_cost_of_the_people_on_the_board(space: TourSpace, seed: int) -> None:
    board = hasty(space, seed)
    before = board.cost
    change = moved(board, 20_000, 3.0, whole(space), seed)
    assert board.cost == pytest.approx(before + change, abs=1e-3)
    again = Board(space, board.tours())
    assert again.cost == pytest.approx(board.cost)
    assert (again.plan.on_queue == board.plan.on_queue).all()
    assert (again.plan.gain == board.plan.gain).all()
    assert (again.plan.node == board.plan.node).all()


def test_cold_moves_never_make_the_board_worse(space: TourSpace) -> None:
    board = hasty(space, 6)
    before = board.cost
    assert moved(board, 20_000, 1e-9, whole(space)) <= 1e-3
    assert board.cost <= before + 1e-3


def test_two_parts_of_the_period_are_searched_without_touching_each_other(space: TourSpace) -> None:
    board = hasty(space, 7)
    parts = spans(space, 0)
    assert len(parts) == 2
    cut = parts[0].end_day
    outside, states = board.plan.choice[:, cut:].copy(), board.plan.node[:, cut].copy()
    moved(board, 20_000, 3.0, parts[0])
    assert (board.plan.choice[:, cut:] == outside).all()
    assert (board.plan.node[:, cut] == states).all()


def test_people_serve_only_groups_of_their_skill_and_settling_costs_nothing(space: TourSpace) -> None:
    problem = space.problem
    board = hasty(space, 8)
    moved(board, 20_000, 2.0, whole(space))
    before = board.cost
    settle(board)
    assert board.cost <= before + 1e-6
    assert Board(space, board.tours()).cost == pytest.approx(board.cost)
    step = problem.period.slots_per_interval
    for person, day in np.argwhere(board.plan.choice != NOTHING).tolist():
        option = int(board.plan.choice[person, day])
        first = int(problem.option_slot[option, day])
        served = board.plan.group[person, first // step : (first + problem.options[option].slots - 1) // step + 1]
        assert all(int(space.folk.mask[person]) >> int(g) & 1 for g in served)


def test_the_search_improves_on_the_first_tours_and_keeps_to_the_clock(space: TourSpace) -> None:
    board = hasty(space, 9)
    best = Incumbent(board)
    first = best.cost
    schedule = Schedule(10**12, time.monotonic() + 1.0)
    improve(board, best, schedule, 1, stop=lambda: False, report=lambda done: None)
    assert best.cost < first


def test_what_people_save_adds_up_to_the_weighted_hours() -> None:
    rng = np.random.default_rng(3)
    required, hours = rng.integers(0, 5, size=(2, 6)) + 0.5, np.full(6, 0.25)
    worth = cover_worth(required, hours, np.zeros((2, 6), dtype=np.int64), under=10.0, over=1.0)
    assert (np.diff(worth.saves, axis=2) <= 0).all()
    people = rng.integers(0, 9, size=(2, 6)).astype(float)
    short, over = np.maximum(required - people, 0) * hours, np.maximum(people - required, 0) * hours
    assert worth.cost(people) == pytest.approx(10 * short.sum() + over.sum(), rel=1e-6)


def test_pauses_placed_by_the_search_are_the_cheapest_of_all_ways(space: TourSpace) -> None:
    option = space.problem.options[0]
    values = np.random.default_rng(9).normal(size=option.slots)

    def lost(starts: tuple[int, ...]) -> float:
        pairs = zip(option.pauses, starts, strict=True)
        return float(sum(values[start : start + pause.slots].sum() for pause, start in pairs))

    out = np.zeros(3, dtype=np.int16)
    prefix = np.concatenate([[0.0], np.cumsum(values)])
    place_pauses(prefix, 0, 0, space.shifts, space.desk.table, out)
    assert lost(tuple(out.tolist())) == pytest.approx(min(map(lost, pause_choices(option))))
    assert tuple(out.tolist()) in set(pause_choices(option))


@pytest.mark.parametrize("seed", range(repetitions(1, 3)))
def test_no_prices_give_a_bound_above_the_best_roster(seed: int) -> None:
    center = Center(
        {"voice": every_day(3, range(8, 20)), "chat": every_day(3, range(9, 13))},
        agents=(("ann", "voice", "any"), ("bob", "voice;chat", "any")),
        shifts={"day": DAY, "late": LATE},
        work_plans={"any": WorkPlanSettings(shifts=("day", "late"), weekly_hours_max=14)},
    )
    small = make_tour_space(center.problem())
    board = hasty(small, seed)
    best = Incumbent(board)
    proven = solve_whole(small, best, effort=1, seconds=30, seed=seed)
    assert proven == pytest.approx(best.cost)
    classes, rng = tour_classes(small), np.random.default_rng(seed)
    low, high = -1 * small.problem.hours, 10 * small.problem.hours
    for prices in rng.uniform(low, high, size=(20, *small.problem.required.shape)):
        assert Auction(small, whole_crew(classes), prices).bid()[0] <= best.cost + 1e-6
    found = best_prices(own_room(small), 100, spent=lambda: 0.0, report=lambda _: None).bound
    assert 0.7 * best.cost < found <= best.cost + 1e-4


def test_interchangeable_people_are_one_class() -> None:
    small = make_tour_space(CENTER.problem())
    assert sorted(alike.size for alike in tour_classes(small)) == [1, 1, 1, 1, 2]
