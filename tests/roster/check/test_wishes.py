"""Wishes that a finished roster does not grant are told by agent and day, and are no breach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from roster_centers import LATE, MADRID, NIGHT, SHORT, Center, Rows, day, every_day, shift

from staffplan.roster.check.check import check
from staffplan.roster.check.report import CheckReport
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.wishes import Wishes

SHIFTS = {"short": SHORT, "late": LATE, "night": NIGHT}
CENTER = Center(
    {"voice": every_day(7, range(8, 22))},
    agents=(("ann", "voice", "any"), ("bob", "voice", "any")),
    shifts=SHIFTS,
    work_plans={"any": WorkPlanSettings(shifts=tuple(SHIFTS))},
)


def wish(agent: str, first: date, last: date, kind: str, name: str = "") -> dict[str, object]:
    days = {"first_day": pd.Timestamp(first), "last_day": pd.Timestamp(last)}
    return {"agent_id": agent, **days, "wish": kind, "shift": name, "weight": float("nan")}


def checked(worked: Rows, *wishes: dict[str, object], center: Center = CENTER) -> CheckReport:
    people = center.workforce
    if wishes:
        people = replace(people, wishes=Wishes.of(pd.DataFrame(wishes)))
    shifts = RosterShifts.of(pd.DataFrame(worked)) if worked else RosterShifts.empty()
    return check(
        Roster(shifts, RosterActivities.empty()),
        people,
        center.settings,
        requirement=center.requirement,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )


EARLY = shift(1, start=8, hours=4, paid=4)
AT_NIGHT = shift(1, start=22, hours=11, paid=11)


@pytest.mark.parametrize(
    ("worked", "asked", "said"),
    [
        ([EARLY], ("off", ""), "wished for a day off, not granted: works short 08:00-12:00"),
        ([EARLY], ("shift", "late"), "wished for late, not granted: works short 08:00-12:00"),
        ([EARLY], ("not", "short 08:00"), "wished not to work short 08:00, not granted: works short 08:00-12:00"),
        ([], ("shift", ""), "wished for a shift, not granted: does not work"),
        ([EARLY], ("shift", ""), ""),
        ([EARLY], ("not", "late"), ""),
        ([], ("off", ""), ""),
    ],
)
def test_a_wish_is_told_with_what_the_roster_has_instead(worked: Rows, asked: tuple[str, str], said: str) -> None:
    report = checked(worked, wish("ann", day(1), day(1), *asked))
    assert [(w.agent_id, w.day, w.message) for w in report.missed_wishes] == ([("ann", day(1), said)] if said else [])
    assert report.wished_days == 1


def test_the_night_that_runs_into_a_wished_day_off_is_named() -> None:
    report = checked([AT_NIGHT], wish("ann", day(2), day(2), "off"))
    assert [w.message for w in report.missed_wishes] == [
        "wished for a day off, not granted: night 22:00-09:00 of the previous day ends on it"
    ]
    before = CENTER.but(past=[{**shift(-1, start=22, hours=11, paid=11), "shift": "night"}])
    report = checked([], wish("ann", day(0), day(0), "off"), center=before)
    assert [w.day for w in report.missed_wishes] == [day(0)]


def test_an_edit_by_hand_that_no_setting_knows_still_spoils_a_day_off() -> None:
    odd = shift(1, start=9.5, hours=3, paid=3)
    report = checked([odd], wish("ann", day(1), day(1), "off"))
    assert [w.message for w in report.missed_wishes] == ["wished for a day off, not granted: works 09:30-12:30"]


def test_each_day_of_each_wish_counts_and_days_outside_the_period_do_not() -> None:
    asked = (wish("bob", day(-3), day(1), "off"), wish("bob", day(6), day(9), "not", "late"))
    report = checked([], *asked, wish("ann", day(20), day(21), "off"))
    assert report.wished_days == 2 + 1
    assert report.missed_wishes == ()


def test_a_wish_not_granted_is_no_breach() -> None:
    assert checked([EARLY], wish("ann", day(1), day(1), "off")).breaches == checked([EARLY]).breaches
    assert checked([EARLY]).wished_days == 0


def test_a_shift_that_ends_at_midnight_leaves_the_next_day_free() -> None:
    """Midnight of the site, which is another time in UTC."""
    evening = shift(1, start=22, hours=2, paid=2)
    assert evening["end"] == pd.Timestamp(f"{day(2)} 00:00", tz=MADRID)
    assert checked([evening], wish("ann", day(2), day(2), "off")).missed_wishes == ()
