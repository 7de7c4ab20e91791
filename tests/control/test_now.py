"""Who is on at a moment: at the edges of activities, over midnight, on split shifts, until the local day ends."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.control.now import begin_later, people_now, rest_of_day
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.waits import Coverage

ZONE = "Europe/Madrid"


def at(text):
    return pd.Timestamp(text, tz=ZONE).tz_convert("UTC").as_unit("ns")


def roster(*days):
    """agent, day, [(from, to, activity or group)]; times are of that zone."""
    shifts, activities = [], []
    for agent, day, parts in days:
        when = pd.Timestamp(day)
        for begin, end, what in parts:
            kind = what if what in ("break", "split", "absence") else "queue"
            group = what if kind == "queue" else ""
            span = {"start": at(begin), "end": at(end), "activity": kind, "planning_group": group, "paid": "yes"}
            activities.append({"agent_id": agent, "schedule_date": when, "activity_date": when} | span)
        span = {"start": at(parts[0][0]), "end": at(parts[-1][1]), "shift": "x", "paid_hours": 8.0}
        shifts.append({"agent_id": agent, "name": agent.title(), "schedule_date": when} | span)
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(activities)))


DAY = roster(
    (
        "ann",
        "2026-03-02",
        [
            ("2026-03-02 08:00", "2026-03-02 10:00", "phone"),
            ("2026-03-02 10:00", "2026-03-02 10:15", "break"),
            ("2026-03-02 10:15", "2026-03-02 12:00", "mail"),
        ],
    ),
    ("bob", "2026-03-01", [("2026-03-01 22:00", "2026-03-02 09:00", "phone")]),
    ("cid", "2026-03-02", [("2026-03-02 11:00", "2026-03-02 14:00", "phone")]),
)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-03-02 07:59", [("bob", "phone", "09:00", "", "09:00")]),
        ("2026-03-02 08:00", [("ann", "phone", "10:00", "break", "12:00"), ("bob", "phone", "09:00", "", "09:00")]),
        ("2026-03-02 10:00", [("ann", "break", "10:15", "mail", "12:00")]),
        ("2026-03-02 10:15", [("ann", "mail", "12:00", "", "12:00")]),
        ("2026-03-02 14:00", []),
    ],
)
def test_an_activity_lasts_from_its_start_to_just_before_its_end(moment, there):
    rows = people_now(DAY, at(moment)).frame.itertuples(index=False)
    found = [
        (
            row.agent_id,
            row.planning_group or row.activity,
            f"{row.until.tz_convert(ZONE):%H:%M}",
            row.then,
            f"{row.shift_end.tz_convert(ZONE):%H:%M}",
        )
        for row in rows
    ]
    assert found == there


def test_who_begins_later_begins_on_the_same_local_day():
    night = roster(("dan", "2026-03-03", [("2026-03-03 00:00", "2026-03-03 06:00", "phone")]))
    assert begin_later(DAY, at("2026-03-02 08:00"), ZONE).frame["agent_id"].tolist() == ["cid"]
    assert begin_later(DAY, at("2026-03-02 11:00"), ZONE).frame.empty
    assert begin_later(night, at("2026-03-02 23:00"), ZONE).frame.empty


def test_the_rest_of_the_day_begins_with_the_interval_at_work_and_ends_at_midnight():
    """On 25 October 2026 the clock goes back: from 23:00 on it is one hour, from 02:30 (the first) 22.5."""
    starts = pd.date_range("2026-10-24 22:00", periods=60, freq="30min", tz="UTC")
    rows = {"interval_start": starts, "planning_group": "phone", "required": 2.0, "scheduled": 1.0, "net": -1.0}
    cover = Coverage.of(pd.DataFrame(rows))
    rest = rest_of_day(cover, at("2026-10-25 23:10"), 30, ZONE).frame
    assert [f"{start.tz_convert(ZONE):%H:%M}" for start in rest["interval_start"]] == ["23:00", "23:30"]
    first_half_past_two = pd.Timestamp("2026-10-25 00:30", tz="UTC")
    assert len(rest_of_day(cover, first_half_past_two, 30, ZONE)) == 45
