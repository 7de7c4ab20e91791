"""At the same cost: fewer starts in a week, fewer days that stand alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray
from roster_centers import MONDAY, Center, every_day

from staffplan.roster.problem.ties import NO_TIES
from staffplan.roster.search.anneal import Board, Incumbent, Schedule, improve, no_tours
from staffplan.roster.search.bound import best_prices
from staffplan.roster.search.calm import exchange_days, unrest_of
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.compiled.exchange import exchange_days as exchange
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.space import Tours, TourSpace, make_tour_space
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings

PAUSE = BreakSettings(minutes=30, earliest_minutes=60, latest_minutes=150)
EARLY = ShiftSettings(hours=4, first_start="08:00", last_start="08:00", breaks=(PAUSE,))
LATER = ShiftSettings(hours=4, first_start="12:00", last_start="12:00")
MANY = ShiftSettings(hours=5, first_start="08:00", last_start="11:00", every_minutes=60, breaks=(PAUSE,))
TWO = Center(
    {"voice": every_day(5, range(8, 16), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"early": EARLY, "later": LATER},
    work_plans={"any": WorkPlanSettings(shifts=("early", "later"))},
    minutes=30,
)
CENTER = Center(
    {"voice": every_day(14, range(8, 16), 2.0), "chat": every_day(14, range(8, 14), 1.0)},
    agents=[
        ("a", "voice", "any"),
        ("b", "voice;chat", "any"),
        ("c", "chat", "any"),
        ("d", "voice", "any"),
        ("e", "chat;voice", "any"),
        ("f", "voice", "any"),
    ],
    shifts={"many": MANY},
    work_plans={"any": WorkPlanSettings(shifts=("many",), weekly_hours_min=15, weekly_hours_max=30)},
    settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 4},)),
    time_off=[("d", MONDAY, date(2026, 11, 4), "yes")],
    minutes=30,
)


def alternating(space: TourSpace) -> Tours:
    """Both work Monday to Friday, and each day they change places."""
    tours = no_tours(space)
    choice = np.full(tours.choice.shape, NOTHING, dtype=np.int16)
    choice[0, :5], choice[1, :5] = (0, 1, 0, 1, 0), (1, 0, 1, 0, 1)
    pauses = np.where(choice == 0, 2, 0).astype(np.int16)
    return replace(tours, choice=choice, pauses=pauses[:, :, None])


def counted_apart(space: TourSpace, choice: NDArray[np.int16]) -> list[int]:
    """The same count in another way: clock times by week, and runs of one day."""
    period, found = space.problem.period, []
    for tour in choice.tolist():
        times: dict[int, list[str]] = {}
        for day, option in enumerate(tour):
            if option != NOTHING:
                at = period.instant(int(space.problem.option_slot[option, day])).tz_convert(period.timezone)
                times.setdefault(day // 7, []).append(f"{at:%H:%M}")
        word = "".join("w" if option != NOTHING else "o" for option in tour)
        alone = sum(word[n - 1 : n + 2] in ("wow", "owo") for n in range(1, len(word) - 1))
        unlike = sum(len(set(each)) - 1 + len(each) - max(map(each.count, each)) for each in times.values())
        found.append(unlike + alone)
    return found


def test_two_people_who_change_places_every_day_get_one_start_each() -> None:
    space = make_tour_space(TWO.problem())
    board = Board(space, alternating(space))
    before = board.cost
    assert unrest_of(space.problem, board.plan.choice).tolist() == [3, 3]
    exchange_days(board, stop=lambda: False)
    assert sorted(board.plan.choice[:, :5].tolist()) == [[0] * 5, [1] * 5]
    assert board.cost == before


def test_a_rule_that_wants_the_change_keeps_it() -> None:
    """Nobody works two early days in a row."""
    rules = ({"rule": "succession", "after": "early", "never": ["early"]},)
    space = make_tour_space(replace(TWO, settings=replace_rules(TWO.settings, rules)).problem())
    tours = alternating(space)
    tours.choice[:, 2:] = NOTHING
    assert unrest_of(space.problem, tours.choice).tolist() == [2, 2]
    board = Board(space, tours)
    exchange_days(board, stop=lambda: False)
    assert (board.plan.choice == tours.choice).all()


def replace_rules(settings: RosterSettings, rules: tuple[dict[str, object], ...]) -> RosterSettings:
    return RosterSettings(rules=rules, time_limit_seconds=settings.time_limit_seconds, effort=settings.effort)


@pytest.mark.parametrize("seed", range(3))
def test_weeks_grow_calmer_and_nothing_else_changes(seed: int) -> None:
    space = make_tour_space(CENTER.problem())
    prices = best_prices(space, 3, spent=lambda: 0.0, report=lambda bound: None)
    board = start(space, prices, 1, seed, spent=lambda: 1.0)
    improve(board, Incumbent(board), Schedule(20_000, 1e12), seed, stop=lambda: False, report=lambda done: None)
    board = Board(space, board.tours())
    before, cost, cover = board.plan.choice.copy(), board.cost, board.plan.on_queue.copy()
    exchange_days(board, stop=lambda: False)
    calmer = unrest_of(space.problem, board.plan.choice)
    assert calmer.tolist() == counted_apart(space, board.plan.choice)
    assert calmer.sum() < unrest_of(space.problem, before).sum()
    assert (np.sort(board.plan.choice, axis=0) == np.sort(before, axis=0)).all()
    again = Board(space, board.tours())
    assert again.cost == pytest.approx(board.cost)
    assert again.cost <= cost + 1e-6
    assert (again.plan.on_queue == cover).all()
    assert (again.plan.node == board.plan.node).all()
    worked = np.argwhere(board.plan.choice != NOTHING).tolist()
    assert all(space.problem.allowed[person, day, board.plan.choice[person, day]] for person, day in worked)


def test_people_of_a_rule_between_people_keep_their_days() -> None:
    rules = ({"rule": "together", "agents": ["ann", "bob"], "weight": 1.0},)
    space = make_tour_space(replace(TWO, settings=replace_rules(TWO.settings, rules)).problem())
    assert space.problem.ties is not NO_TIES
    tours = alternating(space)
    board = Board(space, tours)
    exchange_days(board, stop=lambda: False)
    assert (board.plan.choice == tours.choice).all()


def test_an_exchange_that_is_refused_leaves_the_groups_of_the_night_before() -> None:
    """Ann's night lasts until 06:00, Bob's shift of the next day begins at 05:00 and serves another group."""
    night = ShiftSettings(hours=8, first_start="22:00", last_start="22:00")
    early = ShiftSettings(hours=8, first_start="05:00", last_start="05:00")
    people = [("ann", "voice;chat", "any"), ("bob", "voice;chat", "any")]
    around = {"voice": every_day(3, range(24), 1.0), "chat": every_day(3, range(24), 1.0)}
    center = replace(TWO, need=around, agents=people, shifts={"night": night, "early": early})
    center = replace(center, work_plans={"any": WorkPlanSettings(shifts=("night", "early"))}, minutes=60)
    space = make_tour_space(center.problem())
    names = [option.name.split()[0] for option in space.problem.options]
    tours = no_tours(space)
    tours.choice[0, 0], tours.choice[1, 1] = names.index("night"), names.index("early")
    tours.group[0], tours.group[1] = 0, 1
    board = Board(space, tours)
    cover = board.plan.on_queue.copy()
    exchange_days(board, stop=lambda: False)
    assert (Board(space, board.tours()).plan.on_queue == cover).all()
    rooms = (np.zeros((9, 1), dtype=np.int64), np.zeros(7), np.zeros((9, 1), dtype=np.int64), np.zeros(7))
    rest = (board.plan, space.folk, space.need, space.shifts, space.walks)
    assert not exchange(0, 1, 1, 2, rooms, *rest)
    assert board.plan.group[0, 22:30].tolist() == [0] * 8
