"""Promises of whole days: what the search counts, the best of all rosters, what the judge says, who falls short."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from roster_centers import MADRID, MONDAY, SHORT, Center, day, every_day

from staffplan.clock import local_dates, wall_instant
from staffplan.planned import PlannedDays
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.anneal import Board, make_work
from staffplan.roster.search.compiled.anneal import anneal
from staffplan.roster.search.compiled.moves import Span
from staffplan.roster.search.space import make_tour_space
from staffplan.roster.step import RosterResult, roster
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.roster import Roster
from staffplan.tables.waits import DayService

TEA = BreakSettings(minutes=30, paid=False, earliest_minutes=60, latest_minutes=120)
LATER = ShiftSettings(hours=4, first_start="12:00", last_start="12:00")
HOURS = range(8, 16)
SHARES = (0.0, 0.4, 0.7, 0.85, 0.92, 0.96)


def curves(
    offered: Mapping[str, float], days: int, goals: Mapping[str, float], shares: Sequence[float] = SHARES
) -> ServiceWorth:
    """The same in each hour of every day."""
    rows = [
        {
            "interval_start": wall_instant(day(number), hour * 60, MADRID),
            "planning_group": group,
            "agents": agents,
            "offered": contacts,
            "in_time": share,
            "goal_share": goals[group],
            "floor": 0,
        }
        for group, contacts in offered.items()
        for number in range(days)
        for hour in HOURS
        for agents, share in enumerate(shares)
    ]
    return ServiceWorth.of(pd.DataFrame(rows))


def center(days: int, people: int, groups: Sequence[str] = ("voice",)) -> Center:
    return Center(
        {group: every_day(days, HOURS, 2.0) for group in groups},
        agents=[(f"a{number}", ";".join(groups), "any") for number in range(people)],
        shifts={"short": SHORT, "late": LATER},
        work_plans={"any": WorkPlanSettings(shifts=("short", "late"), days_per_week_max=7)},
        settings=RosterSettings(rules=(), objective="service", time_limit_seconds=300, effort=0.1),
        planned=PlannedDays(MONDAY, days),
    )


def test_what_changes_cost_is_what_the_whole_roster_costs_more() -> None:
    """Thousands of moves of all kinds, two groups, breaks and half hours: their costs add up to that of a count."""
    pausing = SHORT.model_copy(update={"breaks": (TEA,), "last_start": "11:00"})
    made = center(3, 5, ("voice", "chat")).but(minutes=30, shifts={"short": pausing, "late": LATER})
    worth = curves({"voice": 12.0, "chat": 5.0}, 3, {"voice": 0.8, "chat": 0.6})
    space = make_tour_space(replace(made.case(), worth=worth).problem())
    board, span = Board(space), Span(0, 3, 0, space.problem.period.slots)
    before, work = board.cost, make_work(space, 1, 1)
    arrays = (board.plan, space.folk, space.need, space.team, space.shifts, space.walks)
    change = anneal(20_000, 50.0, 0.5, span, work, *arrays)
    assert (board.plan.choice >= 0).any()
    assert board.cost == pytest.approx(before + change, abs=1e-2)
    assert Board(space, board.tours()).cost == pytest.approx(board.cost, abs=1e-3)


def least_cost(problem: RosterProblem) -> float:
    """Of every roster: each day each person is off, early or late."""
    slots = problem.period.slots
    worked = {0: np.zeros(slots)}
    for number, option in enumerate(problem.options, start=1):
        row = np.zeros(slots)
        row[problem.option_slot[number - 1, 0] : problem.option_slot[number - 1, 0] + option.slots] = 1.0
        worked[number] = row
    of_day = [sum(worked[n] for n in choice) for choice in product(worked, repeat=len(problem.people))]
    length = int(problem.period.day_slot[1])
    shifted = [[np.roll(row, d * length) for row in of_day] for d in range(problem.period.days)]
    return min(problem.worth.cost(np.asarray(sum(rows))[None, :]) for rows in product(*shifted))


@pytest.mark.parametrize("goal", [0.3, 0.55, 0.8])
def test_the_roster_is_the_best_of_all(goal: float) -> None:
    case = replace(center(2, 2).case(), worth=curves({"voice": 10.0}, 2, {"voice": goal}))
    result = center(2, 2).solve(worth=case.worth)
    assert result.objective == pytest.approx(least_cost(case.problem()), abs=1e-3)
    assert result.bound <= result.objective


def paid(result: RosterResult) -> float:
    return float(result.roster.shifts.frame["paid_hours"].sum())


def test_paid_hours_never_fall_when_the_goal_rises() -> None:
    hours = [
        paid(center(2, 6).solve(worth=curves({"voice": 10.0}, 2, {"voice": goal})))
        for goal in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    ]
    assert hours == sorted(hours)
    assert hours[0] < hours[-1]


def played(off: float, days: int, goal: float) -> DayService:
    """A simulation that always finds the service level so far from the goal."""
    rows = [
        {"day": pd.Timestamp(day(number)), "planning_group": "voice", "service_level": goal + off, "goal": goal}
        for number in range(days)
    ]
    frame = pd.DataFrame(rows).assign(kept="no", understaffed_hours=0.0, overstaffed_hours=0.0, offered=80.0)
    blank = ("service_level_low", "service_level_high", "asa_seconds", "abandon_rate", "occupancy")
    return DayService.of(frame.assign(**dict.fromkeys(blank, np.nan)))


def service_by_curves(roster: Roster, worth: ServiceWorth, number: int) -> float:
    rows = roster.activities.frame
    level = []
    for hour in HOURS:
        start = wall_instant(day(number), hour * 60, MADRID)
        heads = int(((rows["start"] <= start) & (rows["end"] > start)).sum())
        level.append(SHARES[min(heads, len(SHARES) - 1)])
    return float(np.mean(level))


def test_a_judge_who_finds_fewer_contacts_in_time_gets_more_people() -> None:
    """Always 15 points fewer than the curves say, as customers who wait over an interval's end would have it."""
    worth = curves({"voice": 10.0}, 2, {"voice": 0.55})

    def strict(roster: Roster) -> DayService:
        levels = [service_by_curves(roster, worth, number) - 0.15 for number in range(2)]
        made = played(0.0, 2, 0.55).frame.assign(service_level=levels)
        return DayService.of(made)

    plain, judged = center(2, 6).solve(worth=worth), center(2, 6).solve(worth=worth, judge=strict)
    assert paid(judged) > paid(plain)
    assert all(service_by_curves(judged.roster, worth, number) - 0.15 >= 0.55 - 0.005 for number in range(2))


def test_a_slow_judge_is_asked_as_often_as_the_time_limit_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, real, asked = 70.0, time.monotonic, []
    monkeypatch.setattr(time, "monotonic", lambda: real() + slow * len(asked))

    def judge(roster: Roster) -> DayService:
        days = played(-0.1 * len(asked) + 0.2, 1, 0.8)
        asked.append(roster)
        return days

    center(1, 6).solve(worth=curves({"voice": 10.0}, 1, {"voice": 0.8}), judge=judge)
    assert len(asked) > 1
    assert slow * len(asked) <= 300  # the time limit of this center, which five judgements would miss


def test_what_the_judge_finds_short_is_told_with_the_hours_that_would_end_it() -> None:
    made = center(1, 1).solve(
        worth=curves({"voice": 10.0}, 1, {"voice": 0.8}), judge=lambda roster: played(-0.3, 1, 0.8)
    )
    [note] = [note for note in made.notes if note.kind == "broken promise"]
    assert note.message.startswith("simulated service level 50.0%, goal 80.0%: 24 contacts fewer in time; about ")
    assert note.message.endswith("more hours on queue would meet the goal")


def solved(case: Case) -> RosterResult:
    return roster(
        case.requirement,
        case.workforce,
        case.settings,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
        worth=case.worth,
    )


def short_of(result: RosterResult, worth: ServiceWorth, goals: Mapping[str, float]) -> dict[str, float]:
    """Points that each group lacks over its days."""
    cover = result.coverage.frame.set_index(["planning_group", "interval_start"])["scheduled"]
    found = {}
    for group, rows in worth.frame.groupby("planning_group"):
        starts = pd.DatetimeIndex(rows["interval_start"].unique())
        assert len(set(local_dates(starts, MADRID))) == 1
        levels = [SHARES[min(round(cover.get((group, start), 0.0)), len(SHARES) - 1)] for start in starts]
        found[str(group)] = goals[str(group)] - float(np.mean(levels))
    return found


def test_no_promise_is_worth_a_seat_that_is_not_there() -> None:
    """Six people, two seats, and a goal that four would keep."""
    plain = center(1, 6)
    seats = RosterSettings(rules=({"rule": "seats", "most": 2},)).rules
    case = plain.but(settings=plain.settings.model_copy(update={"rules": seats})).case()
    case = replace(case, worth=curves({"voice": 40.0}, 1, {"voice": 0.92}))
    queues = {"voice": replace(case.site.queues["voice"], shortfall_weight=1000.0)}
    weighty = replace(case, site=replace(case.site, queues=queues))
    assert solved(case).broken == solved(weighty).broken == ()


def test_where_people_are_too_few_equal_queues_miss_alike_and_a_heavier_one_misses_less() -> None:
    goals = {"voice": 0.85, "chat": 0.85}
    worth = curves({"voice": 40.0, "chat": 10.0}, 1, goals)
    made = center(1, 6, ("voice", "chat"))
    equal = short_of(made.solve(worth=worth), worth, goals)
    assert abs(equal["voice"] - equal["chat"]) <= 0.1
    case = made.case()
    queues = {**case.site.queues, "chat": replace(case.site.queues["chat"], shortfall_weight=50.0)}
    heavier = replace(case, worth=worth, site=replace(case.site, queues=queues))
    result = solved(heavier)
    assert short_of(result, worth, goals)["chat"] < min(equal["chat"], 0.05)
