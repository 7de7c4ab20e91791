"""The days planned: the plan's own, or whole weeks of what a file has."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.planned import PlannedDays, days_planned, whole_weeks

MONDAY = date(2026, 11, 30)


def weekdays(first: date, number: int, closed: set[int]) -> list[date]:
    """The open ones of so many days."""
    days = (first + timedelta(days=n) for n in range(number))
    return [day for day in days if day.weekday() not in closed]


@given(st.dates(MONDAY, date(2027, 12, 31)), st.integers(2, 5), st.sets(st.integers(0, 6), min_size=1, max_size=3))
def test_a_file_of_weeks_with_closed_weekdays_is_whole_weeks_from_its_first_day(
    first: date, weeks: int, closed: set[int]
) -> None:
    days = weekdays(first, 7 * weeks, closed)
    planned = whole_weeks(days)
    assert planned.first == days[0]
    assert planned.number == 7 * weeks


@pytest.mark.parametrize(("closed", "number"), [({6}, 7), ({5, 6}, 7), ({4, 5, 6}, 4), ({2, 3, 4, 5, 6}, 2)])
def test_a_single_week_is_whole_if_no_more_than_a_weekend_is_missing(closed: set[int], number: int) -> None:
    assert whole_weeks(weekdays(MONDAY, 7, closed)) == PlannedDays(MONDAY, number)


@pytest.mark.parametrize("number", [1, 3, 8, 10, 12, 13, 20])
def test_a_file_that_ends_inside_a_week_of_open_days_ends_there(number: int) -> None:
    assert whole_weeks(weekdays(MONDAY, number, set())) == PlannedDays(MONDAY, number)


def test_the_plans_days_count_where_every_row_is_one_of_them() -> None:
    plan = PlannedDays(MONDAY - timedelta(days=1), 14)
    assert days_planned(weekdays(MONDAY, 5, set()), plan) == plan
    outside = weekdays(MONDAY, 14, {6})
    assert days_planned([*outside, plan.last + timedelta(days=1)], plan) == PlannedDays(MONDAY, 14)
