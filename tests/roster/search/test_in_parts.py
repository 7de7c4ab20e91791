"""Rules too large for one automaton stay in several: tours keep them all, a bound holds, and a note says so."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from roster_centers import LATE, SHORT, Center, every_day

from staffplan.errors import NoSolutionError
from staffplan.roster import step
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules.automaton import Automaton, TooLargeError
from staffplan.roster.search import automata, first_roster, space
from staffplan.roster.search.anneal import Board, Incumbent, polish
from staffplan.roster.search.automata import Room
from staffplan.roster.search.bound import best_prices, tour_classes
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.space import TourSpace, make_tour_space, price_tour
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

RULES = (
    {"rule": "consecutive_days", "days": 4},
    {"rule": "days_off_in_a_row", "days": 2},
    {"rule": "shifts_of", "shift": "late", "most": 4},
    {"rule": "period_hours", "least": 24, "most": 40},
)
CENTER = Center(
    {"voice": every_day(14, range(8, 20), 2.0)},
    agents=[(f"a{n}", "voice", "any") for n in range(4)] + [("b", "voice", "late")],
    shifts={"short": SHORT, "late": LATE},
    work_plans={
        "any": WorkPlanSettings(shifts=("short", "late"), weekly_hours_max=28),
        "late": WorkPlanSettings(shifts=("late",), weekly_hours_max=28),
    },
    settings=RosterSettings(rules=RULES[:-1], time_limit_seconds=300, effort=0.05),
)
FULL = CENTER.but(
    settings=RosterSettings(rules=(*RULES[:2], RULES[3]), time_limit_seconds=300, effort=0.05),
    agents=[(f"a{n}", "voice", "any") for n in range(4)],
)

MANY = CENTER.but(
    agents=[(f"a{n}", "voice", f"plan{n}") for n in range(5)],
    work_plans={
        f"plan{n}": WorkPlanSettings(shifts=("short", "late"), weekly_hours_max=20 + 4 * n) for n in range(5)
    },
)
"""Everybody has a contract of their own."""
PAIRED = MANY.but(settings=RosterSettings(rules=RULES[:3], time_limit_seconds=300, effort=0.05))

NO_ROOM = Room(most_steps=0)


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every product were too large."""
    monkeypatch.setattr(automata, "STEPS_OF_A_ROUND", 0.0)
    monkeypatch.setattr(automata, "STEPS_A_DAY", 9)


def in_parts(problem: RosterProblem, _room: Room = NO_ROOM) -> TourSpace:
    space = make_tour_space(problem, NO_ROOM)
    assert space.in_parts
    return space


@pytest.mark.usefixtures("no_room")
@pytest.mark.parametrize("seed", range(5))
def test_the_tour_of_a_small_problem_is_the_best_that_keeps_all_parts(seed: int) -> None:
    problem = FULL.problem()
    whole, parts = make_tour_space(problem), in_parts(problem)
    values = np.random.default_rng(seed).normal(size=problem.required.shape)
    for person in range(len(problem.people)):
        assert price_tour(parts, person, values)[0] == pytest.approx(price_tour(whole, person, values)[0])
        assert (parts.desk.tour != NOTHING).sum() == (whole.desk.tour != NOTHING).sum()


@pytest.mark.usefixtures("no_room")
def test_the_bound_of_parts_holds_and_tolls_bring_it_near_that_of_the_whole() -> None:
    problem = FULL.problem()
    whole, parts = make_tour_space(problem), in_parts(problem)
    best = best_prices(whole, 400, spent=lambda: 0.0, report=lambda bound: None).bound
    few, many = (
        best_prices(in_parts(problem), rounds, spent=lambda: 0.0, report=lambda bound: None).bound
        for rounds in (1, 400)
    )
    board = start(
        parts, best_prices(parts, 50, spent=lambda: 0.0, report=lambda bound: None), 50, 1, spent=lambda: 0.0
    )
    assert few < many <= board.cost
    assert many == pytest.approx(best, rel=0.05)


def test_people_under_equal_rules_share_their_parts_whatever_shifts_they_work() -> None:
    whole = make_tour_space(CENTER.problem())
    shared = make_tour_space(CENTER.problem(), NO_ROOM)
    assert len(set(whole.folk.walk.tolist())) == 2
    assert len(set(shared.folk.walk.tolist())) == 1
    assert len(tour_classes(shared)) == 2


def test_where_automata_of_each_contract_are_too_large_people_share_those_of_their_rules_before_they_stay_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = CENTER.problem()
    whole = make_tour_space(problem)
    monkeypatch.setattr(automata, "_whole", _too_large)
    shared = make_tour_space(problem)
    assert not shared.in_parts
    assert len(whole.walks.offset) == 2
    assert len(shared.walks.offset) == 1
    values = np.random.default_rng(1).normal(size=problem.required.shape)
    for person in range(len(problem.people)):
        assert price_tour(shared, person, values)[0] == pytest.approx(price_tour(whole, person, values)[0])


def _too_large(*_: object) -> None:
    raise TooLargeError


def test_where_there_is_no_time_for_automata_of_each_contract_people_share_those_of_their_rules() -> None:
    """One of the two clocks says nothing of the other."""
    shared = make_tour_space(CENTER.problem(), Room(whole_seconds=0.0, seconds=60.0))
    assert not shared.in_parts
    assert len(shared.walks.offset) == 1


@pytest.mark.parametrize(("seconds", "tried"), [(40, 3), (60, 5)])
def test_the_first_automata_show_that_there_is_no_time_for_all(
    monkeypatch: pytest.MonkeyPatch, seconds: int, tried: int
) -> None:
    """One a contract, each of which takes ten seconds."""
    made: list[int] = []

    def joined(*args: Any) -> Automaton:
        made.append(10)
        return real(*args)

    real = automata.joined
    problem = MANY.problem()
    monkeypatch.setattr(automata, "joined", joined)
    monkeypatch.setattr(automata, "_shared", _too_large)
    monkeypatch.setattr(automata, "_products", _too_large)
    monkeypatch.setattr(automata, "time", SimpleNamespace(monotonic=lambda: float(sum(made))))
    with nullcontext() if tried == 5 else pytest.raises(TooLargeError):
        make_tour_space(problem, Room(whole_seconds=seconds))
    assert len(made) == tried


def test_a_product_that_is_too_large_is_tried_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[int, int]] = []

    def both(one: Automaton, other: Automaton, allowance: object) -> Automaton:
        tried.append((id(one), id(other)))
        raise TooLargeError

    monkeypatch.setattr(automata, "_shared", _too_large)
    problem, room = PAIRED.problem(), Room(whole_seconds=0.0)
    products = automata._products(problem)
    monkeypatch.setattr(automata, "_products", lambda _: products)
    monkeypatch.setattr(automata, "both", both)
    make_tour_space(problem, room)
    assert len(tried) > 1
    assert len(set(tried)) == len(tried)


@pytest.mark.usefixtures("no_room")
def test_rules_stay_in_parts_where_the_time_to_join_them_is_over() -> None:
    problem = FULL.problem()
    assert not make_tour_space(problem).in_parts
    assert make_tour_space(problem, Room(whole_seconds=0.0, seconds=0.0)).in_parts


@pytest.mark.usefixtures("no_room")
def test_a_tour_is_found_where_all_that_look_best_end_in_days_that_nobody_can_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = (*RULES[:2], RULES[3], {"rule": "consecutive_days_min", "days": 2})
    problem = FULL.but(settings=RosterSettings(rules=rules, time_limit_seconds=300)).problem()
    monkeypatch.setattr(space, "LABELS", 3)
    made = in_parts(problem)
    bare = replace(made, walks=made.walks._replace(guard=made.walks.guard[:0]))
    values = [np.random.default_rng(seed).normal(seed % 3 - 1, size=problem.required.shape) for seed in range(20)]
    assert not all(price_tour(bare, 0, value)[0] > IMPOSSIBLE for value in values)
    assert all(price_tour(made, 0, value)[0] > IMPOSSIBLE for value in values)


@pytest.mark.usefixtures("no_room")
def test_a_roster_of_rules_in_parts_keeps_them_all_and_says_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(step, "make_tour_space", in_parts)
    result = FULL.solve()
    assert not FULL.check(result.roster).breaches
    assert 0 <= result.bound <= result.objective
    assert [note.kind for note in result.notes if note.place == "search"] == ["left out"]


@pytest.mark.usefixtures("no_room")
def test_polishing_ends_when_it_has_to() -> None:
    space = in_parts(FULL.problem())
    prices = best_prices(space, 5, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 5, 1, spent=lambda: 1.0)
    before = board.tours()
    polish(board, Incumbent(board), stop=lambda: True)
    assert (board.tours().choice == before.choice).all()
    assert Board(space, board.tours()).cost == pytest.approx(board.cost)


@pytest.mark.usefixtures("no_room")
def test_where_no_tour_is_found_and_none_is_known_to_be_impossible_the_person_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = in_parts(FULL.problem())
    prices = best_prices(space, 1, spent=lambda: 1.0, report=lambda bound: None)
    monkeypatch.setattr(first_roster, "IMPOSSIBLE", 1e18)
    with pytest.raises(NoSolutionError, match="roster:a"):
        start(space, prices, 1, 1, spent=lambda: 1.0)
