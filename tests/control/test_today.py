"""Spans of a shift that are moved, what a lever is worth, and which levers are listed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from staffplan.control.today.levers import Lever
from staffplan.control.today.listed import listed
from staffplan.control.today.play import Gain
from staffplan.control.today.spans import Shift, Span, moved, put, shifts_of, with_shifts
from staffplan.control.today.worth import marginal_of
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.waits import Coverage

ZONE = "Europe/Madrid"
DAY = pd.Timestamp("2026-03-03")


def at(clock: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-03-03 {clock}", tz=ZONE).tz_convert("UTC")


def span(start: str, end: str, activity: str = "queue", group: str = "phone", paid: str = "yes") -> Span:
    return Span(at(start), at(end), activity, group if activity == "queue" else "", paid)


SHIFT = Shift(
    "A1",
    "Ana",
    DAY,
    (
        span("09:00", "11:00"),
        span("11:00", "11:15", "break"),
        span("11:15", "13:00"),
        span("13:00", "14:00", group="mail"),
    ),
)


def words(shift: Shift | None) -> list[str]:
    assert shift is not None
    local = [(one.start.tz_convert(ZONE), one.end.tz_convert(ZONE), one) for one in shift.spans]
    return [f"{start:%H:%M}-{end:%H:%M} {one.group or one.activity}" for start, end, one in local]


def test_a_break_that_is_moved_leaves_time_on_queue_and_takes_as_much() -> None:
    assert words(moved(SHIFT, 1, at("12:00")))[:3] == ["09:00-12:00 phone", "12:00-12:15 break", "12:15-13:00 phone"]


def test_a_break_goes_nowhere_but_into_time_on_queue() -> None:
    assert moved(SHIFT, 1, at("12:50")) is None
    assert moved(SHIFT, 1, at("13:50")) is None


def test_a_lent_skill_leaves_the_rest_of_the_span_as_it_is() -> None:
    assert words(put(SHIFT, span("09:30", "10:00", group="chat")))[:3] == [
        "09:00-09:30 phone",
        "09:30-10:00 chat",
        "10:00-11:00 phone",
    ]


def roster() -> Roster:
    own = {"agent_id": "A1", "schedule_date": DAY}
    spans = SHIFT.spans[:3]
    doing = [
        {
            **own,
            "activity_date": DAY,
            "start": one.start,
            "end": one.end,
            "activity": one.activity,
            "planning_group": one.group,
            "paid": one.paid,
        }
        for one in spans
    ]
    shift = {"name": "Ana", "shift": "day 09:00", "start": at("09:00"), "end": at("13:00"), "paid_hours": 4.0}
    return Roster(
        RosterShifts.of(pd.DataFrame([{**own, **shift, "premium_hours": ""}])),
        RosterActivities.of(pd.DataFrame(doing)),
    )


def test_both_tables_of_a_longer_shift_agree() -> None:
    [shift] = shifts_of(roster())
    longer = replace(shift, spans=(*shift.spans[:-1], replace(shift.spans[-1], end=at("15:00"))))
    changed = with_shifts(roster(), [longer], ZONE)
    assert changed.shifts.frame["end"].tolist() == [at("15:00")]
    assert changed.shifts.frame["paid_hours"].tolist() == [6.0]
    assert changed.activities.frame["end"].max() == at("15:00")


def test_a_shift_put_back_as_it_was_changes_nothing() -> None:
    same = with_shifts(roster(), list(shifts_of(roster())), ZONE)
    pd.testing.assert_frame_equal(same.activities.frame, roster().activities.frame)
    pd.testing.assert_frame_equal(same.shifts.frame, roster().shifts.frame)


def marginal(shares: list[float], people: list[float]) -> list[float]:
    """Contacts in time that a person adds from 09:30 on, by half hours; shares: in time, by the number of people."""
    starts = [at("09:00"), at("09:30"), at("10:00")]
    same = {"planning_group": "phone", "offered": 20.0}
    rows = [
        {**same, "interval_start": start, "agents": agents, "in_time": share, "goal_share": 0.8, "floor": 0}
        for start in starts
        for agents, share in enumerate(shares)
    ]
    there = pd.DataFrame({**same, "interval_start": starts, "required": 4.0, "scheduled": people, "net": 0.0})
    worth, cover = ServiceWorth.of(pd.DataFrame(rows)), Coverage.of(there)
    return marginal_of(worth, cover, at("09:30"), 30).added["phone"].tolist()


def test_a_person_is_worth_most_where_few_are_and_nothing_before_the_change_may_begin() -> None:
    shares = [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert marginal(shares, [1.0, 1.0, 6.0]) == pytest.approx([0.0, 5.0, 5.0])


def test_a_person_is_worth_something_where_so_few_are_that_one_more_serves_nobody_in_time() -> None:
    assert marginal([0.0, 0.0, 0.0, 0.9, 1.0], [1.0, 1.0, 6.0]) == pytest.approx([0.0, 7.2, 7.2])


def test_a_lever_shows_what_it_brings_when_measured_again_and_the_lucky_are_left_out() -> None:
    first = {"lucky": 1.0, "less": 0.8, "more": 0.6, "worst": 0.4}
    again = {"lucky": 0.15, "less": 0.3, "more": 0.7, "worst": 0.9}
    tried = [(Lever("overtime", name, SHIFT, SHIFT, at("13:00")), Gain(x, 0.1, "phone")) for name, x in first.items()]
    found = listed(tried, 3, lambda lever: Gain(again[lever.words], 0.1, "phone"))
    assert [(lever.words, brings.points) for lever, brings in found] == [("more", 0.7), ("less", 0.3)]
