"""A closed day is a day: rows that say nobody is needed on it change nothing in a roster or in what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from roster_centers import DAY, MONDAY, SHORT, Center, every_day, shift

from staffplan.planned import PlannedDays
from staffplan.roster.case.fairness_table import fairness_of
from staffplan.settings import hard_rules as rule
from staffplan.settings import priced_rules as soft
from staffplan.settings import team_rules as team
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from thorough import repetitions

PLAN = WorkPlanSettings(shifts=("day", "short"), weekly_hours_min=12, weekly_hours_max=30, days_per_week_max=4)
RULES = (
    rule.DailyRestSetting(hours=12),
    rule.WeeklyRestSetting(hours=36),
    rule.ConsecutiveDaysSetting(days=4),
    rule.ConsecutiveDaysMinSetting(days=2),
    rule.DaysOffInARowSetting(days=2),
    rule.WeekendsOffSetting(weekends=1),
    rule.WeekendsInARowSetting(weekends=1),
    rule.WeekendsWorkedSetting(weekends=2),
    rule.WholeWeekendsSetting(),
    rule.StartVariationSetting(minutes=60),
    rule.PeriodHoursSetting(most=90),
    rule.PeriodDaysSetting(most=14),
    team.SeatsSetting(most=2),
    soft.FairShareSetting(of="weekends"),
    soft.SplitRestSetting(),
    soft.IsolatedDaysSetting(),
    soft.SplitWeekendsSetting(),
)
AGENTS = (("ann", "voice", "any"), ("bob", "voice", "any"), ("cleo", "voice", "any"))
CENTER = Center(
    {},
    agents=AGENTS,
    shifts={"day": DAY, "short": SHORT},
    work_plans={"any": PLAN},
    settings=RosterSettings(rules=RULES, time_limit_seconds=300),
)
OPEN = range(8, 15)
Closed = frozenset[int]
EXAMPLES = repetitions(5, 400)
CLOSED = st.frozensets(st.integers(0, 6), min_size=1, max_size=3)


def need(first: date, weeks: int, closed: Closed, *, with_rows: bool) -> dict[tuple[int, int], float]:
    """By day and hour; on closed days nothing, or that nobody is needed."""
    found = {}
    for key in every_day(7 * weeks, OPEN):
        shut = (first + timedelta(days=key[0])).weekday() in closed
        if with_rows or not shut:
            found[key] = 0.0 if shut else 1.0
    return found


def twins(first: date, weeks: int, closed: Closed, *, is_plan: bool) -> tuple[Center, Center]:
    """The same center without rows on closed days, and with them."""
    planned = PlannedDays(first, 7 * weeks) if is_plan else None
    without, with_rows = (
        CENTER.but(need={"voice": need(first, weeks, closed, with_rows=rows)}, first_day=first, planned=planned)
        for rows in (False, True)
    )
    return without, with_rows


def same(one: Any, other: Any) -> bool:
    """Equal through and through, arrays too."""
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    if is_dataclass(one) and type(one) is type(other):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return all(map(same, one, other))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def some_roster(first: date, days: int, seed: int) -> Roster:
    """Shifts at random, on closed days too."""
    rng, offset = np.random.default_rng(seed), (first - MONDAY).days
    rows = [
        shift(offset + number) | {"agent_id": agent}
        for agent, _, _ in AGENTS
        for number in range(days)
        if rng.random() < 0.6
    ]
    shifts = RosterShifts.of(pd.DataFrame(rows)) if rows else RosterShifts.empty()
    return Roster(shifts, RosterActivities.empty())


@settings(
    max_examples=repetitions(4, 400),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 6), st.integers(1, 5), CLOSED, st.booleans(), st.integers(0, 9))
def test_rows_without_a_need_on_closed_days_change_nothing(
    weekday: int, weeks: int, closed: Closed, is_plan: bool, seed: int
) -> None:
    first = MONDAY + timedelta(days=weekday)
    if not is_plan:
        assume(weekday not in closed)
        at_the_end = next(days for days in range(7) if (weekday - 1 - days) % 7 not in closed)
        assume(weeks > 1 or at_the_end < 3)
    without, with_rows = twins(first, weeks, closed, is_plan=is_plan)
    problem = without.problem()
    assert (problem.period.first_day, problem.period.days) == (first, 7 * weeks)
    assert same(problem, with_rows.problem())
    made = some_roster(first, 7 * weeks, seed)
    assert without.check(made).breaches == with_rows.check(made).breaches


FEW_RULES = (
    rule.DailyRestSetting(hours=12),
    rule.WeekendsOffSetting(weekends=1),
    soft.FairShareSetting(of="weekends"),
)
QUICK = RosterSettings(rules=FEW_RULES, effort=0.02, time_limit_seconds=300)
SHORT_WEEKS = PLAN.model_copy(update={"shifts": ("short",), "weekly_hours_min": 8})


@pytest.mark.parametrize(("weeks", "closed"), [(1, {6}), (2, {5, 6})])
def test_the_best_roster_costs_the_same_with_and_without_such_rows(weeks: int, closed: set[int]) -> None:
    centers = [
        center.but(settings=QUICK, shifts={"short": SHORT}, work_plans={"any": SHORT_WEEKS})
        for center in twins(MONDAY, weeks, frozenset(closed), is_plan=True)
    ]
    one, other = (center.solve() for center in centers)
    assert one.objective == pytest.approx(other.objective)
    assert one.bound == pytest.approx(other.bound)
    tables = [fairness_of(one.roster, center.case()).frame for center in centers]
    assert tables[0].equals(tables[1])


def test_everybody_has_one_of_two_weekends_off_where_sundays_are_closed() -> None:
    """Six people, four needed on weekdays and three on Saturdays, five days a week at most."""
    wanted = {(day, hour): 3.0 if day % 7 == 5 else 4.0 for day, hour in every_day(14, range(8, 12)) if day % 7 != 6}
    center = Center(
        {"voice": wanted},
        agents=[(f"A{number}", "voice", "any") for number in range(6)],
        shifts={"short": SHORT},
        work_plans={"any": WorkPlanSettings(shifts=("short",), days_per_week_max=5)},
        settings=RosterSettings(rules=(rule.WeekendsOffSetting(weekends=1),), effort=0.1, time_limit_seconds=300),
    )
    for planned in (None, PlannedDays(MONDAY, 14)):
        result = center.but(planned=planned).solve()
        assert result.understaffed_hours == 0
        days = result.roster.shifts.frame["schedule_date"].dt.date
        assert [int((days == MONDAY + timedelta(days=n)).sum()) for n in (5, 12)] == [3, 3]
        assert center.check(result.roster).breaches == ()


def test_a_week_in_which_nobody_is_needed_has_no_minimum_of_hours() -> None:
    center = CENTER.but(
        need={"voice": every_day(7, OPEN)},
        planned=PlannedDays(MONDAY, 14),
        settings=RosterSettings(rules=(), effort=0.02, time_limit_seconds=300),
    )
    assert center.problem().paid_minutes_min.tolist() == [[720, 0]] * 3
    result = center.solve()
    assert center.check(result.roster).breaches == ()
    assert any("nobody is required" in note.message for note in result.notes)


def test_rows_outside_the_plans_days_are_planned_and_told() -> None:
    center = CENTER.but(need={"voice": every_day(8, OPEN)}, planned=PlannedDays(MONDAY, 7))
    center = center.but(settings=RosterSettings(rules=(), effort=0.02, time_limit_seconds=300))
    assert center.problem().period.days == 8
    assert any("rows outside the plan's days" in note.message for note in center.solve().notes)
