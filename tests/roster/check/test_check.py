"""The checker on rosters edited by hand: each breach is provoked in a roster that has none."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from roster_centers import (
    DAY,
    LATE,
    MADRID,
    NIGHT,
    PLAIN,
    SHORT,
    Center,
    Rows,
    activities,
    day,
    every_day,
    made,
    shift,
)

from staffplan.clock import SpecialDay, wall_instant
from staffplan.roster.check.report import CheckReport
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

CENTER = Center(
    {"voice": every_day(14, range(8, 15)), "chat": every_day(14, [9])},
    agents=(("ann", "voice", "full"), ("bob", "chat", "none")),
    shifts={"day": DAY, "short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={
        "full": WorkPlanSettings(
            shifts=("day", "late"), weekly_hours_min=12, weekly_hours_max=18, days_per_week_max=3
        ),
        "none": WorkPlanSettings(shifts=("short",)),
    },
    settings=RosterSettings(
        rules=(
            {"rule": "daily_rest", "hours": 14},
            {"rule": "consecutive_days", "days": 2},
            {"rule": "weekends_off", "weekends": 1},
        )
    ),
    time_off=(("ann", day(4), day(4), "no"),),
    availability=(("ann", "daily", "07:00-22:00"),),
)


GOOD_DAYS = (0, 1, 7, 8)


def good() -> tuple[Rows, Rows]:
    return [shift(n) for n in GOOD_DAYS], [row for n in GOOD_DAYS for row in activities(n, PLAIN)]


def report_with(changed: Rows, doing: Rows, instead_of: int | None = None) -> CheckReport:
    """The good roster with more shifts and activities, in place of those of a day."""
    shifts, rows = good()
    gone = None if instead_of is None else pd.Timestamp(day(instead_of))
    shifts = [row for row in shifts if row["schedule_date"] != gone] + changed
    rows = [row for row in rows if row["schedule_date"] != gone] + doing
    return CENTER.check(made(shifts, rows))


def broken(report: CheckReport) -> set[tuple[str, str]]:
    return {(breach.rule, breach.agent_id) for breach in report.breaches}


def test_a_good_roster_has_no_breach() -> None:
    assert CENTER.check(made(*good())).breaches == ()


CASES: dict[str, tuple[str, Callable[[], CheckReport]]] = {
    "a meal left out": ("breaks", lambda: report_with([shift(0, paid=7)], activities(0, "queue:voice 7"), 0)),
    "a meal too early": (
        "breaks",
        lambda: report_with([shift(0)], activities(0, "queue:voice 1, meal 1, queue:voice 5"), 0),
    ),
    "a meal too short": (
        "breaks",
        lambda: report_with([shift(0, paid=6.5)], activities(0, "queue:voice 3, meal 0.5, queue:voice 3.5"), 0),
    ),
    "a break where a meal is due": (
        "breaks",
        lambda: report_with([shift(0, paid=7)], activities(0, "queue:voice 3, break 1, queue:voice 3"), 0),
    ),
    "a second break": (
        "breaks",
        lambda: report_with(
            [shift(0)], activities(0, "queue:voice 3, meal 1, queue:voice 1, break 1, queue:voice 1"), 0
        ),
    ),
    "a gap": (
        "activities",
        lambda: report_with([shift(0)], [row for n, row in enumerate(activities(0, PLAIN)) if n != 2], 0),
    ),
    "work past the end of the shift": (
        "activities",
        lambda: report_with([shift(0)], activities(0, "queue:voice 3, meal 1, queue:voice 4"), 0),
    ),
    "two things at once": (
        "activities",
        lambda: report_with([shift(0)], activities(0, PLAIN) + activities(0, "meeting 1", 9), 0),
    ),
    "activities without a shift": ("activities", lambda: report_with([], activities(3, PLAIN))),
    "a skill the agent lacks": (
        "skills",
        lambda: report_with([shift(0)], activities(0, "queue:chat 3, meal 1, queue:voice 3"), 0),
    ),
    "queue work for nobody": (
        "skills",
        lambda: report_with([shift(0)], activities(0, "queue 3, meal 1, queue:voice 3"), 0),
    ),
    "two groups in one interval": (
        "one group",
        lambda: report_with([shift(0)], activities(0, "queue:voice 1.5, queue:chat 1.5, meal 1, queue:voice 3"), 0),
    ),
    "paid hours that the activities do not give": (
        "paid hours",
        lambda: report_with([shift(0, paid=6.5)], activities(0, PLAIN), 0),
    ),
    "a shift at no start of the settings": (
        "shift allowed",
        lambda: report_with([shift(0, start=8.5)], [], 0),
    ),
    "a shift of another contract": (
        "shift allowed",
        lambda: report_with([shift(0, hours=4, paid=4)], activities(0, "queue:voice 4"), 0),
    ),
    "work on a day off": ("time off", lambda: report_with([shift(4)], activities(4, PLAIN))),
    "a night into hours that are not available": (
        "availability",
        lambda: report_with([shift(0, start=22, hours=11, paid=11)], activities(0, "queue:voice 11", 22), 0),
    ),
    "too little rest": (
        "daily rest",
        lambda: report_with([shift(0, start=16, hours=4, paid=4)], activities(0, "queue:voice 4", 16), 0),
    ),
    "three days in a row": ("days in a row", lambda: report_with([shift(2)], activities(2, PLAIN))),
    "both weekends worked": (
        "weekends off",
        lambda: report_with([shift(5), shift(13)], activities(5, PLAIN) + activities(13, PLAIN)),
    ),
    "too many hours": (
        "weekly hours, maximum",
        lambda: report_with([shift(3), shift(6)], activities(3, PLAIN) + activities(6, PLAIN)),
    ),
    "too many days": (
        "days per week",
        lambda: report_with([shift(3), shift(6)], activities(3, PLAIN) + activities(6, PLAIN)),
    ),
    "too few hours": ("weekly hours, minimum", lambda: report_with([], [], 8)),
    "a day outside the period": ("schedule date", lambda: report_with([shift(30)], activities(30, PLAIN))),
}


@pytest.mark.parametrize(("rule", "report"), CASES.values(), ids=CASES.keys())
def test_a_roster_with_a_mistake_is_reported_under_its_rule(rule: str, report: Callable[[], CheckReport]) -> None:
    assert (rule, "ann") in broken(report())


def test_shifts_that_overlap_break_the_rest() -> None:
    overnight = shift(0, start=22, hours=11, paid=11)
    report = report_with([overnight], activities(0, "queue:voice 11", 22), 0)
    assert any("before the one before it has ended" in breach.message for breach in report.breaches)


def test_an_agent_nobody_knows_is_reported() -> None:
    shifts, rows = good()
    ghost = [row | {"agent_id": "zed"} for row in rows[:3]]
    report = CENTER.check(made([*shifts, shifts[0] | {"agent_id": "zed"}], rows + ghost))
    assert ("agent", "zed") in broken(report)


def test_a_schedule_date_that_is_not_the_local_day_of_the_start_is_reported() -> None:
    moved = shift(0) | {"schedule_date": pd.Timestamp(day(2))}
    assert ("schedule date", "ann") in broken(report_with([moved], [], 0))


def test_an_activity_date_that_is_not_the_local_day_is_reported() -> None:
    rows = [row | {"activity_date": pd.Timestamp(day(1))} for row in activities(0, PLAIN)]
    assert ("activities", "ann") in broken(report_with([shift(0)], rows, 0))


def test_an_unpaid_day_off_lowers_the_hours_due_and_not_the_most_allowed() -> None:
    plan = {"weekly_hours_min": 15.0, "weekly_hours_max": 18.0}
    plans = {**CENTER.work_plans, "full": CENTER.work_plans["full"].model_copy(update=plan)}
    unpaid = CENTER.but(work_plans=plans).check(made(*good()))
    assert {breach.day for breach in unpaid.breaches} == {day(7)}


def test_a_closed_holiday_counts_as_a_paid_day_off() -> None:
    plans = {**CENTER.work_plans, "full": CENTER.work_plans["full"].model_copy(update={"weekly_hours_min": 15.0})}
    need = {"voice": {key: n for key, n in every_day(14, range(8, 15)).items() if key[0] != 9}}
    center = CENTER.but(work_plans=plans, need={**need, "chat": CENTER.need["chat"]})
    holiday = center.but(special_days=(SpecialDay(day(9), "All Hallows"),))
    assert {breach.day for breach in center.check(made(*good())).breaches} == {day(7)}
    assert holiday.check(made(*good())).breaches == ()


def test_uncovered_intervals_tell_how_many_are_missing() -> None:
    missing = CENTER.check(made(*good())).uncovered
    first_day = missing[missing["interval_start"] < wall_instant(day(1), 0, MADRID)]
    voice = first_day[first_day["planning_group"] == "voice"]
    assert voice["interval_start"].tolist() == [wall_instant(day(0), 11 * 60, MADRID)]
    assert voice[["required", "scheduled", "missing"]].to_numpy().tolist() == [[1, 0, 1]]
    assert (first_day["planning_group"] == "chat").sum() == 1
