"""Meetings that the shifts found first have no time for: others are looked for."""

from __future__ import annotations

from itertools import product

import pytest
from meeting_centers import meeting, people
from roster_centers import DAY, LATE, SHORT, Center, day

from staffplan.roster.meetings.shifts import has_room, pauses_beside
from staffplan.roster.problem.problem import Pause, ShiftOption
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import Workforce

APART = Center(
    {"voice": {(0, hour): 1.0 for hour in (8, 9, 10, 11, 16, 17, 18, 19)}},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"short": SHORT, "late": LATE},
    work_plans={"any": WorkPlanSettings(shifts=("short", "late"))},
    settings=RosterSettings(rules=(), time_limit_seconds=300, effort=0.1),
)
"""Covered by one early and one late."""


def with_meetings(center: Center, *rows: dict[str, object]) -> Workforce:
    return people(*rows, center=center)


def test_people_whom_the_cover_keeps_apart_work_together_on_the_day_of_their_meeting() -> None:
    talk = meeting(minutes=60, first_day=day(0), last_day=day(0), agents="ann;bob")
    made = APART.solve(with_meetings(APART, talk))
    assert made.broken == ()
    assert not [note for note in made.notes if "cannot attend" in note.message]
    shifts = made.roster.shifts.frame
    assert len(set(shifts["shift"])) == 1
    assert made.objective == pytest.approx(10 * 4 + 10 * 1 + 1 * 3), "four hours late, one of the meeting; three over"
    assert made.bound <= made.objective + 1e-6
    again = APART.solve(with_meetings(APART, talk)).roster
    assert again.activities.frame.equals(made.roster.activities.frame), "the same seed, the same roster"


def test_a_meeting_that_no_shift_can_hold_leaves_the_roster_as_it_was() -> None:
    talk = meeting(minutes=60, first_day=day(0), last_day=day(0), hours="13:00-15:00", agents="ann;bob")
    made = APART.solve(with_meetings(APART, talk))
    assert {breach.rule for breach in made.broken} == {"meetings"}
    assert made.objective == pytest.approx(0.0)


def test_meals_make_way_for_a_meeting_at_a_fixed_hour_even_against_the_cover() -> None:
    need = {(0, hour): 1.0 for hour in range(8, 17) if hour != 11}
    center = APART.but(
        need={"voice": need}, shifts={"day": DAY}, work_plans={"any": WorkPlanSettings(shifts=("day",))}
    )
    talk = meeting(minutes=60, first_day=day(0), last_day=day(0), hours="11:00-12:00", agents="ann;bob")
    made = center.solve(with_meetings(center, talk))
    assert made.broken == ()
    held = made.roster.activities.frame
    assert (held["activity"] == "meeting").sum() == 2


def test_meals_that_make_way_stay_within_the_limit_on_breaks() -> None:
    """The cover wants the three meals one after the other just when the three meet."""
    meal = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=60, latest_minutes=480)
    long = ShiftSettings(hours=10, first_start="08:00", last_start="08:00", breaks=(meal,))
    names = ("ann", "bob", "cleo")
    center = APART.but(
        need={"voice": {(0, hour): 3.0 - (11 <= hour < 14) for hour in range(8, 18)}},
        agents=[(name, "voice", "any") for name in names],
        shifts={"long": long},
        work_plans={"any": WorkPlanSettings(shifts=("long",))},
        settings=RosterSettings(rules=({"rule": "concurrent_breaks", "most": 1},), effort=0.1),  # type: ignore[arg-type]
    )
    talk = meeting(minutes=180, first_day=day(0), last_day=day(0), hours="11:00-14:00", agents=";".join(names))
    made = center.solve(with_meetings(center, talk))
    assert made.broken == ()
    held = made.roster.activities.frame
    assert (held["activity"] == "meeting").sum() == 3


def test_a_rule_between_people_is_not_given_up_for_a_meeting() -> None:
    seats = RosterSettings(rules=({"rule": "seats", "most": 1},), time_limit_seconds=300, effort=0.1)  # type: ignore[arg-type]
    center = APART.but(settings=seats)
    talk = meeting(minutes=60, first_day=day(0), last_day=day(0), agents="ann;bob")
    made = center.solve(with_meetings(center, talk))
    assert {breach.rule for breach in made.broken} == {"meetings"}


@pytest.mark.parametrize("busy", [[(0, 2)], [(3, 5)], [(2, 4), (6, 7)], [(6, 7), (2, 4)], [(1, 5)], [(0, 10)]])
def test_pauses_beside_a_meeting_are_all_that_keep_their_windows_and_order(busy: list[tuple[int, int]]) -> None:
    pauses = (Pause("break", 1, 1, 4, True), Pause("meal", 2, 3, 6, False))
    option = ShiftOption("day 08:00", "day", 480, 10, 600, pauses)
    windows = [range(pause.earliest, pause.latest + 1) for pause in pauses]
    taken = [set(range(*span)) for span in busy]
    expected = [
        [first, second]
        for first, second in product(*windows)
        if first + 1 <= second and not any(span & {first, second, second + 1} for span in taken)
    ]
    assert list(pauses_beside(option, busy)) == expected
    assert has_room(option, busy) == bool(expected)
