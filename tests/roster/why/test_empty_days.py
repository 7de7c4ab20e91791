"""A day with nobody on duty is told where the people who could work on it have hours to spare that week."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from roster_centers import MONDAY, Center, activities, every_day, made, shift

from staffplan.errors import Note
from staffplan.roster.check.cover import coverage
from staffplan.roster.why.empty_days import empty_day_notes
from staffplan.roster.why.one_person import no_limit
from staffplan.settings import hard_rules as rule
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings

FULL = WorkPlanSettings(shifts=("day",), weekly_hours_max=40, days_per_week_max=5)
CENTER = Center(
    {"voice": every_day(6, range(8, 16))},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"day": ShiftSettings(hours=8, first_start="08:00", last_start="08:00")},
    work_plans={"any": FULL},
)
BOTH_MONDAY_TO_FRIDAY: Mapping[str, Sequence[int]] = {"ann": range(5), "bob": range(5)}


def told(center: Center, working: Mapping[str, Sequence[int]], seconds: Callable[[], float] = no_limit) -> list[Note]:
    """The warnings of a roster in which people work whole days on queue."""
    pairs = [(agent, number) for agent, days in working.items() for number in days]
    roster = made(
        [shift(number, 8, 8, 8) | {"agent_id": agent} for agent, number in pairs],
        [row | {"agent_id": agent} for agent, number in pairs for row in activities(number, "queue:voice 8")],
    )
    cover = coverage(roster, center.requirement, center.site)
    return list(empty_day_notes(center.case(), roster, cover, seconds=seconds))


def test_an_empty_saturday_beside_too_many_people_on_other_days_is_one_warning() -> None:
    (note,) = told(CENTER, BOTH_MONDAY_TO_FRIDAY)
    assert (note.kind, note.place) == ("left empty", "Sat 07 Nov 2026: voice")
    assert note.message.startswith("nobody is on queue, 8.0 understaffed hours")
    assert "40.0 overstaffed hours on other days of that week (Mon 02 8.0, Tue 03 8.0," in note.message
    assert note.message.endswith("no personal rule prevents 2 of 2")


def test_once_the_time_is_over_no_further_day_is_looked_into() -> None:
    """Hundreds of people under the rules of a year take a second and more for each day."""
    assert len(told(CENTER, {"ann": range(4)})) == 2
    assert len(told(CENTER, {"ann": range(4)}, lambda: 0.0)) == 1


def test_the_rule_that_keeps_people_away_is_named() -> None:
    rules = (rule.WeekendsOffSetting(weekends=1),)
    (note,) = told(CENTER.but(settings=RosterSettings(rules=rules)), BOTH_MONDAY_TO_FRIDAY)
    assert note.message.endswith("weekends off prevents 2 of 2")


def test_hours_left_in_contracts_are_hours_to_spare() -> None:
    (note,) = told(CENTER, {"ann": range(5)})
    assert "hours and days left in their contracts (1 of 2 people tested)" in note.message
    assert "more than needed" not in note.message


def test_several_groups_of_a_day_are_one_warning() -> None:
    six_days = FULL.model_copy(update={"weekly_hours_max": 48, "days_per_week_max": 6})
    need = {"voice": every_day(6, range(8, 16)), "mail": {(5, 8): 1.0}}
    center = CENTER.but(need=need, agents=[("ann", "voice;mail", "any")], work_plans={"any": six_days})
    (note,) = told(center, {"ann": range(5)})
    assert note.place == "Sat 07 Nov 2026: mail, voice"
    assert "9.0 understaffed hours" in note.message


SATURDAY = MONDAY + timedelta(days=5)
ON_LEAVE = CENTER.but(time_off=[("ann", SATURDAY, SATURDAY, "yes"), ("bob", SATURDAY, SATURDAY, "no")])
ON_WEEKDAYS = CENTER.but(availability=[("ann", "mon-fri", "08:00-16:00"), ("bob", "mon-fri", "08:00-16:00")])


@pytest.mark.parametrize("center", [ON_LEAVE, ON_WEEKDAYS])
def test_nothing_is_told_where_nobody_could_work_on_the_day(center: Center) -> None:
    assert told(center, BOTH_MONDAY_TO_FRIDAY) == []


def test_nothing_is_told_where_nobody_has_an_hour_to_spare() -> None:
    center = CENTER.but(need={"voice": every_day(5, range(8, 16), 2.0) | {(5, hour): 2.0 for hour in range(8, 16)}})
    assert told(center, BOTH_MONDAY_TO_FRIDAY) == []


def test_a_day_with_some_people_is_left_to_the_coverage() -> None:
    center = CENTER.but(need={"voice": every_day(6, range(8, 16), 2.0)})
    assert told(center, {"ann": range(5), "bob": range(1, 6)}) == []
