"""Meetings that are due and are not in the roster as they should be: each mistake is found, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest
from meeting_centers import CENTER, QUARTER, Doing, meeting, people, roster_of
from roster_centers import MADRID, day

from staffplan.clock import wall_instant
from staffplan.roster.check.meetings import meeting_breaches
from staffplan.tables.people import TimeOff

Times = Sequence[tuple[float, int, str]]
"""Hour, quarters and activity of what stands in a shift from 8 to 16."""


def doing(number: int = 0, **spans: Times) -> Doing:
    """A shift on a day for each agent, on queue but for the spans."""
    found: Doing = {}
    for agent_id, times in spans.items():
        work = ["voice"] * 32
        for hour, quarters, what in times:
            first = round((hour - 8) * 4)
            work[first : first + quarters] = [what] * quarters
        start = wall_instant(day(number), 480, MADRID)
        found[agent_id, number] = [(start + n * QUARTER, what) for n, what in enumerate(work)]
    return found


def found(work: Doing, *rows: dict[str, object], off: TimeOff | None = None) -> list[tuple[str, date, str]]:
    breaches = list(meeting_breaches(roster_of(work), people(*rows, off=off), day(0), 2, MADRID))
    assert all(rule == "meetings" for _, _, rule, _ in breaches)
    return [(agent_id, when, message) for agent_id, when, _, message in breaches]


TALK = (10.0, 2, "meeting")
ALL = {"ann": [TALK], "bob": [TALK], "cleo": [TALK]}


def test_a_meeting_that_all_attend_breaks_nothing() -> None:
    assert found(doing(**ALL), meeting()) == []


CASES: dict[str, tuple[Times, str]] = {
    "nothing": ([], "talk is held at 10:00 for 30 minutes, without the agent"),
    "another time": ([(12, 2, "meeting")], "talk is held at 10:00 for 30 minutes, without the agent"),
    "too short": ([(10, 1, "meeting")], "talk is held at 10:00 for 30 minutes, the agent's meeting is 10:00-10:15"),
    "too long": ([(10, 3, "meeting")], "talk is held at 10:00 for 30 minutes, the agent's meeting is 10:00-10:45"),
    "something else": ([(10, 2, "training")], "talk is held at 10:00 for 30 minutes, without the agent"),
}


@pytest.mark.parametrize(("times", "said"), CASES.values(), ids=CASES.keys())
def test_who_is_not_at_a_meeting_of_all_is_named(times: Times, said: str) -> None:
    assert found(doing(**{**ALL, "bob": times}), meeting()) == [("bob", day(0), said)]


ALONE: dict[str, tuple[Times, str]] = {
    "nothing": ([], "talk, 30 minutes of meeting, 02 Nov to 03 Nov 2026, is missing"),
    "too short": ([(10, 1, "meeting")], "talk at 10:00: 15 minutes, 30 required"),
    "outside its hours": ([(14, 2, "meeting")], "talk at 14:00 is outside its days and hours"),
    "partly outside its hours": ([(11.75, 2, "meeting")], "talk at 11:45 is outside its days and hours"),
    "another activity": ([(10, 2, "training")], "talk, 30 minutes of meeting, 02 Nov to 03 Nov 2026, is missing"),
}


@pytest.mark.parametrize("together", ["yes", "no"])
@pytest.mark.parametrize(("times", "said"), ALONE.values(), ids=ALONE.keys())
def test_a_meeting_of_one_that_is_wrong_tells_what_is_so(times: Times, said: str, together: str) -> None:
    row = meeting(agents="ann", together=together, hours="09:00-12:00")
    assert found(doing(ann=times), row) == [("ann", day(0), said)]


def test_each_block_stands_for_one_meeting_and_blocks_are_dealt_out_so_that_most_are_found() -> None:
    rows = (
        meeting(meeting="any", agents="ann", together="no"),
        meeting(meeting="early", agents="ann", together="no", hours="08:00-11:00"),
    )
    assert found(doing(ann=[TALK, (14, 2, "meeting")]), *rows) == []
    ((agent_id, _, message),) = found(doing(ann=[TALK]), *rows)
    assert (agent_id, message.endswith("is missing")) == ("ann", True)


def test_two_meetings_of_all_at_different_times_are_told_apart() -> None:
    later = (12.0, 2, "meeting")
    rows = (meeting(meeting="pair", agents="ann;bob"), meeting(meeting="all"))
    work = doing(ann=[TALK, later], bob=[TALK, later], cleo=[later])
    assert found(work, *rows) == []


def test_everybody_scattered_is_no_meeting_of_all() -> None:
    work = doing(ann=[(9, 2, "meeting")], bob=[(10, 2, "meeting")], cleo=[(11, 2, "meeting")])
    assert [agent_id for agent_id, _, _ in found(work, meeting())] == ["bob", "cleo"]


def test_a_meeting_past_midnight_is_within_the_hours_of_the_day_before() -> None:
    start = wall_instant(day(1), 15, MADRID)
    night = [(start + (n - 5) * QUARTER, "meeting" if n in (5, 6) else "voice") for n in range(12)]
    row = meeting(agents="ann", hours="23:00-01:00", last_day=day(0), first_day=day(0))
    assert found({("ann", 0): night}, row) == []
    assert len(found({("ann", 0): night}, row | {"hours": "23:00-00:30"})) == 1
    assert len(found({("ann", 0): night}, row | {"hours": ""})) == 1


def test_whoever_is_off_on_all_its_days_is_excused_and_nobody_else() -> None:
    frame = pd.DataFrame({"agent_id": ["bob", "cleo"], "first_day": [day(0)] * 2, "last_day": [day(1), day(0)]})
    off = TimeOff.of(frame.assign(first_day=pd.to_datetime(frame.first_day), last_day=pd.to_datetime(frame.last_day)))
    assert [agent_id for agent_id, _, _ in found(doing(ann=[TALK]), meeting(), off=off)] == ["cleo"]


def test_meetings_whose_last_day_is_not_in_the_period_are_not_due() -> None:
    rows = (meeting(last_day=day(2)), meeting(meeting="before", first_day=day(-9), last_day=day(-1)))
    assert found(doing(ann=[]), *rows) == []


def test_meetings_beyond_those_due_break_nothing() -> None:
    assert found(doing(ann=[TALK, (12, 4, "training")]), meeting(agents="ann")) == []


def test_the_checker_reports_them_with_agent_and_day() -> None:
    workforce = people(meeting(agents="ann", together="no"))
    from staffplan.roster.check.check import check

    report = check(
        roster_of(doing(ann=[])),
        workforce,
        CENTER.settings,
        requirement=CENTER.requirement,
        shifts=CENTER.shifts,
        work_plans=CENTER.work_plans,
        site=CENTER.site,
    )
    assert [(b.agent_id, b.day) for b in report.breaches if b.rule == "meetings"] == [("ann", day(0))]
