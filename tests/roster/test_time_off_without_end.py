"""Time off until 2099 is no more work than time off until the period's end, wherever it is read day by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from meeting_centers import meeting, people, roster_of
from roster_centers import MADRID, MONDAY, Center, day, every_day

from staffplan.clock import wall_instant
from staffplan.errors import InfeasibleError
from staffplan.roster.check import people as checking
from staffplan.roster.check.meetings import meeting_breaches
from staffplan.roster.meetings.place import place_meetings
from staffplan.roster.repair.absences import Absence, left_of, with_absences
from staffplan.roster.search.space import make_tour_space
from staffplan.roster.why.one_person import refuse_impossible_people
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.people import TimeOff

FOR_EVER = (date(1999, 1, 1), date(2099, 12, 31))
LONGEST = 800
"""Days: a period, and the two years that a balance of hours may reach back."""
CENTER = Center(
    {"voice": every_day(7, range(8, 15))},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    time_off=[("bob", *FOR_EVER, "yes")],
)
MEETINGS = CENTER.but(need={"voice": {(0, 8): 1.0, (1, 8): 1.0}}, minutes=30)
WORK = {("ann", 0): [(wall_instant(day(0), 480 + 15 * n, MADRID), "voice") for n in range(32)]}
OFF = CENTER.workforce.time_off


@pytest.fixture(autouse=True)
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """No list of days is longer than a plan may be."""
    listed = pd.date_range

    def short(*ends: Any, **how: Any) -> pd.DatetimeIndex:
        days = listed(*ends, **how)
        assert len(days) <= LONGEST
        return days

    monkeypatch.setattr(pd, "date_range", short)


def test_a_problem_counts_the_days_of_its_period() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=40)
    problem = CENTER.but(work_plans={"any": plan}).problem()
    assert problem.paid_minutes_min.tolist() == [[25 * 60], [0]]
    assert not problem.allowed[1].any()


def test_the_checker_reads_the_days_around_the_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[TimeOff] = []
    days_off = checking.days_off
    monkeypatch.setattr(checking, "days_off", lambda off: read.append(off) or days_off(off))
    work = {("bob", 0): [(start, "voice") for start, _ in WORK["ann", 0]]}
    report = CENTER.check(roster_of(work))
    assert "time off" in {breach.rule for breach in report.breaches}
    ends = read[0].frame[["first_day", "last_day"]].iloc[0]
    assert (ends["last_day"] - ends["first_day"]).days <= 14


def test_who_is_off_for_ever_is_excused_from_meetings() -> None:
    early = meeting(agents="ann;bob", first_day=day(-20))
    workforce = people(early, center=MEETINGS, off=OFF)
    made = place_meetings(roster_of(WORK), MEETINGS.requirement, workforce, MEETINGS.settings, site=MEETINGS.site)
    assert [note.message for note in made.notes if note.kind == "left out"] == ["time off on all its days: bob"]
    assert list(meeting_breaches(made.roster, workforce, day(0), 2, MADRID)) == []


def test_an_absence_adds_nothing_to_time_off_without_end() -> None:
    absences, since = [Absence("bob", day(0), day(1))], wall_instant(MONDAY, 0, MADRID)
    made = roster_of(WORK)
    workforce = with_absences(CENTER.workforce, absences, made, left_of(made, absences, since, MADRID), MADRID)
    pd.testing.assert_frame_equal(workforce.time_off.frame, OFF.frame)


def test_a_conflict_with_a_lock_names_it() -> None:
    center = CENTER.but(locks=[("bob", day(1), "day")])
    with pytest.raises(InfeasibleError, match="bob"):
        refuse_impossible_people(make_tour_space(center.problem()), center.case())
