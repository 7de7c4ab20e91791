"""Rules between people: solver, reader and the limits by slot say the same of every roster of a tiny problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from meeting_centers import Doing, random_doing, roster_of
from numpy.typing import NDArray
from ortools.sat.python import cp_model
from pydantic import ValidationError
from roster_centers import MADRID, Center, day, every_day

from staffplan.clock import SiteCalendar, SpecialDay, wall_instant
from staffplan.roster.problem.problem import NO_LIMIT, Period, RosterProblem
from staffplan.roster.rules.between import SlotSums, TeamRule
from staffplan.roster.rules.team import (
    ConcurrentBreaks,
    MinimumStaff,
    Seats,
    break_circles,
    minimum_people,
    pausing_limit,
    seat_limit,
    team_rules,
    team_violations,
)
from staffplan.roster.search.anneal import circle_limits
from staffplan.roster.search.space import team_arrays
from staffplan.roster.why.team_model import add_limit
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster import Roster

PAUSE = BreakSettings(minutes=15, earliest_minutes=30, latest_minutes=45)
TINY = Center(
    {"voice": every_day(1, [8, 9]), "chat": every_day(1, [8, 9])},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any"), ("cleo", "chat", "any")],
    shifts={
        "day": ShiftSettings(hours=1.5, first_start="08:00", last_start="08:30", every_minutes=30, breaks=(PAUSE,))
    },
    minutes=30,
)
PROBLEM = TINY.problem()
PERIOD, CALENDAR = PROBLEM.period, TINY.site.calendar
SKILLS = {person.agent_id: person.skills[0] for person in PROBLEM.people}
Pattern = tuple[int, int] | None
"""First slot of a shift and of its break, both from the period's start; None: a day off."""
PATTERNS: list[Pattern] = [None]
for option, slot in zip(PROBLEM.options, PROBLEM.option_slot[:, 0].tolist(), strict=True):
    window = range(option.pauses[0].earliest, option.pauses[0].latest + 1)
    PATTERNS += [(slot, slot + offset) for offset in window]
SHIFT_SLOTS = PROBLEM.options[0].slots
Assignment = tuple[Pattern, ...]
HALF = ((8 * 60 + 30, 9 * 60),)
ANY_DAY = tuple(range(7))
RULES: tuple[TeamRule, ...] = (
    Seats(1),
    Seats(2),
    ConcurrentBreaks(1, None, ""),
    ConcurrentBreaks(2, None, ""),
    ConcurrentBreaks(None, Fraction(1, 2), ""),
    ConcurrentBreaks(None, Fraction(2, 3), ""),
    ConcurrentBreaks(1, Fraction(9, 10), "voice"),
    ConcurrentBreaks(None, Fraction(1, 10), "chat"),
    MinimumStaff("voice", 1, HALF, ANY_DAY, True),
    MinimumStaff("voice", 2, HALF, ANY_DAY, True),
    MinimumStaff("chat", 1, ((8 * 60, 8 * 60 + 30), (9 * 60, 9 * 60 + 15)), ANY_DAY, True),
)
NEVER_BROKEN = {RULES[7]}
"""One person alone may always take a break."""


def slots_of(pattern: Pattern) -> tuple[set[int], set[int]]:
    """Slots in the house and slots on break."""
    if pattern is None:
        return set(), set()
    return set(range(pattern[0], pattern[0] + SHIFT_SLOTS)), {pattern[1]}


@cache
def roster(assignment: Assignment) -> Roster | None:
    doing: Doing = {}
    for person, pattern in zip(PROBLEM.people, assignment, strict=True):
        house, away = slots_of(pattern)
        if house:
            work = [(slot, "break" if slot in away else SKILLS[person.agent_id]) for slot in sorted(house)]
            doing[person.agent_id, 0] = [(PERIOD.instant(slot), what) for slot, what in work]
    return roster_of(doing) if doing else None


def sums(chosen: dict[tuple[int, Pattern], object]) -> SlotSums:
    """Sums over whatever stands for a chosen pattern: variables of a model, or numbers."""
    kinds: tuple[dict[str, list[object]], ...] = ({}, {}, {})
    for group in ("", "voice", "chat"):
        for kind, by_group in enumerate(kinds):
            by_group[group] = [0] * PERIOD.slots
            for (number, pattern), variable in chosen.items():
                house, away = slots_of(pattern)
                if group in ("", SKILLS[PROBLEM.people[number].agent_id]):
                    for slot in (house, away, house - away)[kind]:
                        by_group[group][slot] = by_group[group][slot] + variable  # type: ignore[operator]
    return SlotSums(*kinds)


def accepted_by_solver(rule: TeamRule) -> set[Assignment]:
    model = cp_model.CpModel()
    people = range(len(PROBLEM.people))
    chosen = {(n, pattern): model.new_bool_var("") for n, pattern in product(people, PATTERNS)}
    for n in people:
        model.add_exactly_one(chosen[n, pattern] for pattern in PATTERNS)
    for limit in rule.limits(sums(chosen), PERIOD, CALENDAR):  # type: ignore[arg-type]
        add_limit(model, limit, True)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    accepted = set()
    for assignment in product(PATTERNS, repeat=len(people)):
        model.clear_assumptions()
        model.add_assumptions(chosen[n, pattern] for n, pattern in enumerate(assignment))
        if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            accepted.add(assignment)
    return accepted


def presence(assignment: Assignment) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, slots): 1 where somebody is in the house, and where on break."""
    house, away = (np.zeros((len(PROBLEM.people), PERIOD.slots), dtype=np.int64) for _ in range(2))
    for n, pattern in enumerate(assignment):
        for array, slots in zip((house, away), slots_of(pattern), strict=True):
            array[n, sorted(slots)] = 1
    return house, away


def within_limits(rule: TeamRule, assignment: Assignment) -> bool:
    """Whether the arrays that the search is given let the roster pass."""
    there = sums(dict.fromkeys(enumerate(assignment), 1))
    match rule:
        case Seats():
            return bool((np.array(there.in_house[""]) <= seat_limit([rule], PERIOD)).all())
        case ConcurrentBreaks():
            house, away = presence(assignment)
            if (away.sum(axis=0) > pausing_limit([rule], PERIOD)).any():
                return False
            team = team_arrays(replace(PROBLEM, circles=break_circles([rule], PROBLEM.people)))
            return bool((team.counts @ away <= circle_limits(team, team.counts @ house)).all())
        case _:
            least = minimum_people([rule], PROBLEM.groups, PERIOD, CALENDAR)
            people = np.array([there.on_queue[group] for group in PROBLEM.groups])
            return bool((people >= least).all())


WORKFORCE = TINY.workforce


def broken(rule: TeamRule, made: Roster, days: int = 1) -> list[tuple[date, str]]:
    found = team_violations(made, WORKFORCE, [rule], levels={}, calendar=CALENDAR, first=TINY.first_day, days=days)
    return [(violation.day, violation.message) for violation in found]


MORE = {RULES[1], RULES[3], RULES[5], RULES[9]}
"""Other numbers of a limit that is tried anyway."""
EACH_RULE = [pytest.param(rule, marks=pytest.mark.thorough) if rule in MORE else rule for rule in RULES]


@pytest.mark.parametrize("rule", EACH_RULE, ids=str)
def test_solver_reader_and_limits_agree_on_every_roster_of_a_tiny_problem(rule: TeamRule) -> None:
    accepted, verdicts = accepted_by_solver(rule), set()
    for assignment in product(PATTERNS, repeat=len(PROBLEM.people)):
        made = roster(assignment)
        if made is not None:
            assert (assignment in accepted) == (not broken(rule, made)), assignment
            verdicts.add(assignment in accepted)
        assert (assignment in accepted) == within_limits(rule, assignment), assignment
    assert verdicts == ({True} if rule in NEVER_BROKEN else {True, False})


def heads(made: Roster, at: pd.Timestamp, activities: tuple[str, ...]) -> int:
    rows = made.activities.frame
    return int(((rows["start"] <= at) & (rows["end"] > at) & rows["activity"].isin(activities)).sum())


@pytest.mark.parametrize("seed", range(10))
def test_the_reader_sees_a_breach_where_a_count_by_quarters_does(seed: int) -> None:
    made = roster_of(random_doing(np.random.default_rng(seed), ("ann", "bob", "cleo", "dan")))
    quarters = [wall_instant(day(0), 15 * n, MADRID) for n in range(192)]
    house = [heads(made, at, ("queue", "break")) for at in quarters]
    away = [heads(made, at, ("break",)) for at in quarters]
    assert bool(broken(Seats(2), made)) == (max(house) > 2)
    assert len(broken(Seats(2), made)) == sum(n > 2 and (m <= 2) for m, n in zip([0, *house], house, strict=False))
    assert bool(broken(ConcurrentBreaks(1, None, ""), made)) == (max(away) > 1)
    many = [n > max(there // 4, 1) for n, there in zip(away, house, strict=True)]
    assert bool(broken(ConcurrentBreaks(None, Fraction(1, 4), ""), made)) == any(many)


DOING: Doing = {
    (name, 0): [(wall_instant(day(0), 480 + shift + 15 * n, MADRID), what) for n, what in enumerate(spans)]
    for name, shift, spans in (
        ("ann", 0, ("voice", "voice", "break", "voice")),
        ("bob", 15, ("voice", "break", "voice", "voice")),
        ("cleo", 30, ("break", "chat", "chat", "chat")),
    )
}


def test_every_breach_tells_its_time_and_its_people() -> None:
    made = roster_of(DOING)
    assert broken(Seats(2), made) == [(day(0), "3 people on site from 08:30 to 09:00, 2 seats: ann, bob, cleo")]
    assert broken(ConcurrentBreaks(2, Fraction(1, 2), ""), made) == [
        (day(0), "3 of 3 on break at once from 08:30 to 08:45, 1 allowed: ann, bob, cleo")
    ]
    assert broken(ConcurrentBreaks(1, None, "voice"), made) == [
        (day(0), "voice: 2 of 2 on break at once from 08:30 to 08:45, 1 allowed: ann, bob")
    ]
    assert broken(MinimumStaff("voice", 2, ((480, 540),), ANY_DAY, True), made) == [
        (day(0), "voice: 1 on queue from 08:00 to 08:15, 2 are due: ann"),
        (day(0), "voice: 0 on queue from 08:30 to 08:45, 2 are due"),
    ]


def test_the_checker_reports_them_without_an_agent_and_the_rules_of_each_person_stay() -> None:
    settings = RosterSettings(rules=({"rule": "seats", "most": 2}, {"rule": "daily_rest", "hours": 11}))
    report = TINY.but(settings=settings).check(roster_of(DOING))
    assert [(b.agent_id, b.day) for b in report.breaches if b.rule == "seats"] == [("", day(0))]
    assert not [b for b in report.breaches if b.rule == "daily rest"]


def test_settings_become_the_rules_they_say() -> None:
    settings = RosterSettings(
        rules=(
            {"rule": "minimum_staff", "planning_group": "voice", "hours": "08:00-20:00", "people": 3},
            {"rule": "seats", "most": 40},
            {"rule": "concurrent_breaks", "share": 0.2, "planning_group": "chat"},
        )
    )
    staff = MinimumStaff("voice", 3, ((480, 1200),), ANY_DAY, True)
    assert team_rules(settings) == (staff, Seats(40), ConcurrentBreaks(None, Fraction(1, 5), "chat"))
    assert TINY.but(settings=settings).problem().people == TINY.problem().people


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"rule": "concurrent_breaks"}, "neither most nor share is given"),
        ({"rule": "minimum_staff", "planning_group": "voice", "hours": "closed"}, "names no time of day"),
        ({"rule": "minimum_staff", "planning_group": "voice", "hours": "8-20"}, "is not a span of hours"),
        ({"rule": "seats", "most": 0}, "greater than or equal to 1"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(rule: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RosterSettings(rules=(rule,))


def test_without_a_rule_nothing_is_limited() -> None:
    assert (seat_limit([], PERIOD) == NO_LIMIT).all()
    half = ConcurrentBreaks(None, Fraction(1, 2), "")
    team = team_arrays(replace(PROBLEM, circles=break_circles([half], PROBLEM.people)))
    assert circle_limits(team, np.array([[0, 1, 2, 5]])).tolist() == [[1, 1, 1, 2]]
    assert not team_arrays(PROBLEM).watched
    assert not minimum_people([Seats(1)], PROBLEM.groups, PERIOD, CALENDAR).any()


def week(first_day: date, days: int) -> RosterProblem:
    night = {"night": ShiftSettings(hours=8, first_start="22:00", last_start="22:00")}
    plans = {"any": WorkPlanSettings(shifts=("night",))}
    center = TINY.but(first_day=first_day, need={"voice": every_day(days, range(24))}, shifts=night, work_plans=plans)
    return center.but(agents=(("ann", "voice", "any"),)).problem()


def due_times(rule: MinimumStaff, period: Period, calendar: SiteCalendar) -> Iterator[str]:
    due = minimum_people([rule], ["voice"], period, calendar)[0] > 0
    for slot in np.flatnonzero(np.diff(np.concatenate([[0], due, [0]]))).tolist():
        yield f"{period.instant(slot).tz_convert(MADRID):%a %H:%M}"


def test_minimum_staff_holds_on_its_weekdays_past_midnight_and_never_on_closed_days() -> None:
    rule = MinimumStaff("voice", 1, ((22 * 60, 26 * 60),), (0, 1, 2, 3), False)
    special = [SpecialDay(day(1), "stocktaking", "closed"), SpecialDay(day(2), "All Hallows", "holiday")]
    calendar = SiteCalendar(MADRID, 30, {one.day: one for one in special})
    assert list(due_times(rule, week(day(0), 4).period, calendar)) == [
        "Mon 22:00",
        "Tue 02:00",
        "Thu 22:00",
        "Fri 00:00",
    ]


def test_minimum_staff_counts_the_hour_that_occurs_twice() -> None:
    period = week(date(2026, 10, 25), 1).period
    rule = MinimumStaff("voice", 1, ((60, 240),), ANY_DAY, True)
    due = minimum_people([rule], ["voice"], period, SiteCalendar(MADRID, 30))
    assert due.sum() * period.slot_hours == 4


def test_nobody_at_all_through_the_hours_is_a_breach_of_each_day() -> None:
    rule = MinimumStaff("voice", 1, ((600, 660),), ANY_DAY, True)
    assert broken(rule, roster_of(DOING), days=2) == [
        (day(number), "voice: 0 on queue from 10:00 to 11:00, 1 are due") for number in range(2)
    ]


def test_a_minimum_holds_at_hours_for_which_nobody_is_required_too() -> None:
    late = {"late": ShiftSettings(hours=4, first_start="16:00", last_start="16:00")}
    rule = {"rule": "minimum_staff", "planning_group": "voice", "people": 1, "hours": "16:00-20:00"}
    center = TINY.but(
        need={"voice": every_day(1, [8])},
        agents=(("ann", "voice", "any"),),
        shifts=late,
        work_plans={"any": WorkPlanSettings(shifts=("late",))},
        settings=RosterSettings(rules=(rule,), effort=0.1),  # type: ignore[arg-type]
    )
    made = center.solve().roster
    assert len(made.shifts) == 1
    assert center.check(made).breaches == ()


SHARES: dict[str, dict[str, object]] = {
    "half of those on duty": {"share": 0.5},
    "two thirds": {"share": 0.67},
    "a third of those who can serve voice": {"share": 0.34, "planning_group": "voice"},
    "one of those who can serve voice": {"most": 1, "planning_group": "voice"},
}
BUSY = {"voice": {(0, 8): 3.0, (0, 9): 1.0}, "chat": {(0, 8): 1.0, (0, 9): 1.0}}
"""Everybody is wanted at first, so that all would pause at the same time, later on."""


def cost_of(assignment: Assignment) -> float:
    """Hours missing at 10, too many at 1, by slots."""
    house, away = presence(assignment)
    total = 0.0
    for g, group in enumerate(CROWDED.groups):
        mine = [SKILLS[person.agent_id] == group for person in PROBLEM.people]
        net = (house - away)[mine].sum(axis=0) - CROWDED.required[g]
        total += float(np.where(net > 0, net, -10 * net)[: PERIOD.day_slot[-1]].sum()) * PERIOD.slot_hours
    return total


CENTER = TINY.but(need=BUSY)
CROWDED = CENTER.problem()


@pytest.mark.parametrize("rule", SHARES.values(), ids=list(SHARES))
def test_the_search_places_breaks_so_that_a_limit_by_share_is_kept_at_the_least_cost(rule: dict[str, object]) -> None:
    settings = RosterSettings(rules=({"rule": "concurrent_breaks", **rule},), effort=0.2)  # type: ignore[arg-type]
    center = CENTER.but(settings=settings)
    result = center.solve()
    [limit] = team_rules(settings)
    every = list(product(PATTERNS, repeat=len(PROBLEM.people)))
    keeping = [one for one in every if (made := roster(one)) is None or not broken(limit, made)]
    assert len(keeping) < len(every)
    assert center.check(result.roster).breaches == ()
    assert result.objective == pytest.approx(min(cost_of(one) for one in keeping))
    assert min(cost_of(one) for one in every) <= result.objective
