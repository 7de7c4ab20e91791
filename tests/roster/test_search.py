"""The parts of the search: who serves what, the worth of a tour, the bound, the names."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roster_centers import DAY, LATE, SHORT, Center, every_day

from staffplan.people_settings import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.roster.bound import best_bound, bound_at, first_prices, tour_classes
from staffplan.roster.kernels import Crew, Demand, add_person, gains, place_pauses, remove_person
from staffplan.roster.model import pause_choices
from staffplan.roster.polish import solve_whole
from staffplan.roster.problem import RosterProblem
from staffplan.roster.search import Incumbent, draw_move, first_tours, try_move
from staffplan.roster.serve import people_on_queue, serve, serve_groups, settle_pauses
from staffplan.roster.tours import TourSpace, board_of, make_tour_space, own_room, snapshot

SKILLSETS = np.array([0b001, 0b011, 0b110, 0b101, 0b100], dtype=np.int64)


def best_split(required: list[float], masks: list[int]) -> float:
    """Cost of one slot when these people serve the groups in the best way, by trying all ways."""
    costs = []
    for served in product(*([g for g in range(3) if mask >> g & 1] for mask in masks)):
        net = np.bincount(np.array(served, dtype=int), minlength=3) - np.array(required)
        costs.append(10 * np.maximum(-net, 0).sum() + np.maximum(net, 0).sum())
    return float(min(costs))


@settings(max_examples=60, deadline=None)
@given(
    required=st.lists(st.sampled_from([0.0, 1.0, 2.0, 1.5]), min_size=3, max_size=3),
    steps=st.lists(st.integers(0, 4), min_size=1, max_size=7),
)
def test_people_who_come_and_go_are_always_split_over_the_groups_in_the_best_way(
    required: list[float], steps: list[int]
) -> None:
    demand = Demand(np.array(required)[:, None], np.ones(1), 10.0, 1.0, SKILLSETS)
    crew = Crew(np.zeros((5, 3, 1), np.int32), np.zeros((3, 1), np.int32))
    scratch, there, out = np.empty((3, 3), dtype=np.int64), list[int](), np.zeros(1)
    cost = best_split(required, [])
    for step in steps:
        if step in there and len(there) > 2:
            there.remove(step)
            cost += remove_person(0, step, crew, demand, scratch)
        else:
            there.append(step)
            gains(step, 0, 1, crew, demand, out)
            change = add_person(0, step, crew, demand, scratch)
            assert change == pytest.approx(-out[0])
            cost += change
        assert cost == pytest.approx(best_split(required, [int(SKILLSETS[s]) for s in there]))
        assert crew.serving.sum(axis=0).tolist() == crew.on_queue.tolist()


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


def test_the_board_s_running_cost_is_the_cost_of_the_people_on_it(space: TourSpace) -> None:
    rng = np.random.default_rng(5)
    board = first_tours(space, rng)
    for _ in range(60):
        try_move(board, draw_move(board, rng), patience=float(rng.exponential(5)))
    counted = space.problem.cost(board.crew.on_queue.astype(float))[2]
    assert board.cost == pytest.approx(counted)
    assert board_of(space, snapshot(board)).cost == pytest.approx(counted)


def test_a_move_without_patience_never_makes_the_board_worse(space: TourSpace) -> None:
    rng = np.random.default_rng(6)
    board = first_tours(space, rng)
    for _ in range(40):
        before = board.cost
        try_move(board, draw_move(board, rng), patience=0.0)
        assert board.cost <= before + 1e-9


def test_naming_groups_slot_by_slot_reaches_the_cost_of_the_search(space: TourSpace) -> None:
    """Where an interval is one slot, the named groups cost exactly what the counts did."""
    problem = replace(space.problem, period=replace(space.problem.period, interval_minutes=15))
    board = first_tours(space, np.random.default_rng(7))
    served = serve(replace(space, problem=problem), snapshot(board))
    assert problem.cost(served.on_queue)[2] == pytest.approx(board.cost)


def test_groups_are_served_only_by_people_with_the_skill_and_settling_pauses_never_costs(space: TourSpace) -> None:
    problem: RosterProblem = space.problem
    tours = snapshot(first_tours(space, np.random.default_rng(8)))
    serving = serve_groups(problem, tours)
    for person in range(len(problem.people)):
        mask = int(problem.skillsets[problem.skillset_of[person]])
        assert all(mask >> int(g) & 1 for g in serving[person][serving[person] >= 0])
    before = problem.cost(people_on_queue(problem, tours, serving))[2]
    settled = settle_pauses(space, tours, serving)
    assert problem.cost(people_on_queue(problem, settled, serving))[2] <= before + 1e-9


def test_pauses_placed_by_the_search_are_the_cheapest_of_all_ways(space: TourSpace) -> None:
    option = space.problem.options[0]
    values = np.random.default_rng(9).normal(size=option.slots)

    def lost(starts: tuple[int, ...]) -> float:
        pairs = zip(option.pauses, starts, strict=True)
        return float(sum(values[start : start + pause.slots].sum() for pause, start in pairs))

    out = np.zeros(3, dtype=np.int64)
    prefix = np.concatenate([[0.0], np.cumsum(values)])
    place_pauses(prefix, 0, 0, space.shifts, space.desk.table, out)
    assert lost(tuple(out.tolist())) == pytest.approx(min(map(lost, pause_choices(option))))
    assert tuple(out.tolist()) in set(pause_choices(option))


@pytest.mark.parametrize("seed", range(3))
def test_no_prices_give_a_bound_above_the_best_roster(seed: int) -> None:
    center = Center(
        {"voice": every_day(3, range(8, 20)), "chat": every_day(3, range(9, 13))},
        agents=(("ann", "voice", "any"), ("bob", "voice;chat", "any")),
        shifts={"day": DAY, "late": LATE},
        work_plans={"any": WorkPlanSettings(shifts=("day", "late"), weekly_hours_max=14)},
    )
    small = make_tour_space(center.problem())
    board = first_tours(small, np.random.default_rng(seed))
    best = Incumbent(board)
    proven = solve_whole(board, best, effort=1, seconds=30, seed=seed)
    assert proven == pytest.approx(best.cost)
    classes, rng = tour_classes(small), np.random.default_rng(seed)
    low, high = -1 * small.problem.hours, 10 * small.problem.hours
    for prices in (first_prices(small), *rng.uniform(low, high, size=(20, *small.problem.required.shape))):
        assert bound_at(small, classes, prices)[0] <= best.cost + 1e-9
    found = best_bound(own_room(small), 100, stop=lambda: False, report=lambda _: None)
    assert 0.7 * best.cost < found <= best.cost + 1e-9


def test_interchangeable_people_are_one_class() -> None:
    small = make_tour_space(CENTER.problem())
    assert sorted(alike.size for alike in tour_classes(small)) == [1, 1, 1, 1, 2]
