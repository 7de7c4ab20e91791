"""What the roster's notes count."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from roster_centers import MONDAY, Center, every_day, shift

from staffplan.roster.notes import changed_since_published
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

CENTER = Center({"voice": every_day(5, range(8, 15))}, first_day=MONDAY)


def shifts_of(*rows: dict[str, object]) -> RosterShifts:
    return RosterShifts.of(pd.DataFrame(rows), "told.csv")


def changed(told: RosterShifts, now: RosterShifts) -> list[str]:
    people = replace(CENTER.workforce, published=told)
    made = Roster(now, RosterActivities.empty())
    return [note.message for note in changed_since_published(made, people, CENTER.problem())]


def test_days_that_differ_from_the_published_roster_are_counted_on_the_days_that_both_have() -> None:
    told = shifts_of(shift(-1), shift(0), shift(1), shift(2))
    now = shifts_of(shift(0), shift(1, start=9), shift(4))
    [said] = changed(told, now)
    assert said == "2 of 3 days of people differ from it (02 Nov to 04 Nov 2026); 1 of 1 people have another roster"
    assert changed(told, told) == [
        "0 of 3 days of people differ from it (02 Nov to 04 Nov 2026); 0 of 1 people have another roster"
    ]


def test_a_roster_published_for_other_days_says_nothing() -> None:
    assert not changed(shifts_of(shift(-9)), shifts_of(shift(0)))
    assert not changed(RosterShifts.empty(), shifts_of(shift(0)))
