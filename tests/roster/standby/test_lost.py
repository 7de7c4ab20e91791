"""Whose standby is lost by an absence or a shift, and who could take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
from roster_centers import MONDAY, Center, every_day, shift

from staffplan.roster.standby.lost import Lost, lost_duties, words_of
from staffplan.roster.standby.step import share_standby
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

EVENING = StandbySettings(name="evening", hours="18:00-22:00")
NOBODY_WORKS = Roster(RosterShifts.empty(), RosterActivities.empty())
CENTER = Center(
    {"voice": every_day(7, range(8, 16), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any"), ("cid", "voice", "any")],
    work_plans={"any": WorkPlanSettings(shifts=("day",))},
)
TABLE = share_standby(CENTER.case(), NOBODY_WORKS, [EVENING]).standby
OF_MONDAY = str(TABLE.frame.loc[TABLE.frame["schedule_date"].dt.date == MONDAY, "agent_id"].item())
OTHERS = [agent for agent in ("ann", "bob", "cid") if agent != OF_MONDAY]


def test_nothing_is_lost_while_nothing_changes() -> None:
    assert lost_duties(CENTER.case(), NOBODY_WORKS, [EVENING], TABLE, MONDAY) == ()


def test_who_is_absent_loses_it_and_the_others_could_take_it_who_has_least_first() -> None:
    away = replace(CENTER, time_off=[(OF_MONDAY, MONDAY, MONDAY, "yes")])
    [lost] = lost_duties(away.case(), NOBODY_WORKS, [EVENING], TABLE, MONDAY)
    assert (lost.agent_id, lost.day, lost.reason) == (OF_MONDAY, MONDAY, "time off")
    had = TABLE.frame["agent_id"].value_counts()
    assert sorted(lost.can) == OTHERS
    assert had[lost.can[0]] <= had[lost.can[1]]


def test_a_shift_at_that_time_takes_it_and_who_works_or_stands_by_then_cannot_take_it() -> None:
    """All work on Monday evening."""
    rows = [{**shift(0, start=18, hours=4, paid=4), "agent_id": agent} for agent in ("ann", "bob", "cid")]
    roster = Roster(RosterShifts.of(pd.DataFrame(rows)), RosterActivities.empty())
    [lost] = lost_duties(CENTER.case(), roster, [EVENING], TABLE, MONDAY)
    assert (lost.agent_id, lost.reason, lost.can) == (OF_MONDAY, "at work then", ())


def test_days_that_are_over_are_not_told() -> None:
    away = replace(CENTER, time_off=[(OF_MONDAY, MONDAY, MONDAY, "yes")])
    assert lost_duties(away.case(), NOBODY_WORKS, [EVENING], TABLE, MONDAY + timedelta(days=1)) == ()


def test_it_is_one_sentence() -> None:
    names = {"ann": "Ann", "bob": ""}
    lost = Lost("evening", "ann", MONDAY, "time off", ("bob", "c", "d", "e"))
    assert words_of(lost, names) == (
        "standby evening, Mon 02 Nov: Ann cannot (time off); can take it: bob, c, d and 1 more"
    )
    alone = replace(lost, can=())
    assert words_of(alone, names).endswith("; nobody else can take it")
