"""Adherence and conformance by hand arithmetic: the right thing at the right time, and as much as was due."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.control.adherence import AdherenceResult, adherence
from staffplan.errors import DataError
from staffplan.tables.people import Agents
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.states import AgentStates

ZONE = "Europe/Madrid"
Spans = list[tuple[str, str, str]]
"""Start, end and activity, local times."""


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE).tz_convert("UTC")


def roster(shifts: dict[tuple[str, str], Spans]) -> Roster:
    """By person and day what happens in the shift."""
    doing, days = [], []
    for (who, day), spans in shifts.items():
        own = {"agent_id": who, "schedule_date": pd.Timestamp(day)}
        for start, end, activity in spans:
            group = "phone" if activity == "queue" else ""
            when = {"start": at(start), "end": at(end), "activity_date": pd.Timestamp(start[:10])}
            doing.append({**own, **when, "activity": activity, "planning_group": group, "paid": "yes"})
        span = {"start": at(spans[0][0]), "end": at(spans[-1][1])}
        days.append({**own, **span, "shift": "day", "paid_hours": 1.0})
    return Roster(RosterShifts.of(pd.DataFrame(days)), RosterActivities.of(pd.DataFrame(doing)))


def log(people: dict[str, Spans]) -> AgentStates:
    rows = [
        {"agent_id": who, "start": at(start), "end": at(end), "state": state}
        for who, spans in people.items()
        for start, end, state in spans
    ]
    return AgentStates.of(pd.DataFrame(rows))


def measured(shifts: dict[tuple[str, str], Spans], people: dict[str, Spans]) -> AdherenceResult:
    agents = Agents.of(
        pd.DataFrame(
            [{"agent_id": who, "staffing_group": "red", "skills": "phone"} for who in {w for w, _ in shifts}]
        )
    )
    return adherence(roster(shifts), log(people), agents, ZONE)


def figures(found: AdherenceResult, who: str) -> tuple[float, float, float]:
    """Adherence, conformance, minutes late."""
    row = found.people.frame.set_index("agent_id").loc[who]
    return float(row["adherence"]), float(row["conformance"]), float(row["late_minutes"])


D = "2026-03-03 "
MORNING: Spans = [
    (D + "09:00", D + "10:00", "queue"),
    (D + "10:00", D + "10:15", "break"),
    (D + "10:15", D + "11:00", "queue"),
]


def test_a_quarter_late_that_is_made_up_in_the_break_conforms_and_does_not_adhere() -> None:
    found = measured({("ann", "2026-03-03"): MORNING}, {"ann": [(D + "09:15", D + "11:00", "talking")]})
    assert figures(found, "ann") == (pytest.approx(90 / 120), pytest.approx(105 / 105), 15.0)


def test_who_does_as_rostered_adheres_fully_and_who_never_came_not_at_all() -> None:
    shifts = {("ann", "2026-03-03"): MORNING, ("bob", "2026-03-03"): MORNING}
    found = measured(shifts, {"ann": MORNING})
    assert figures(found, "ann") == (1.0, 1.0, 0.0)
    assert figures(found, "bob")[:2] == (0.0, 0.0)
    team = found.teams.frame.iloc[0]
    assert (team["people"], team["adherence"], team["conformance"]) == (2, 0.5, 0.5)
    assert "no state is known of bob" in found.notes[0].message


def test_absence_that_is_announced_does_not_make_the_log_longer() -> None:
    shifts = {("ann", "2026-03-03"): MORNING, ("bob", "2026-03-03"): MORNING}
    people = {"ann": [(D + "09:00", D + "10:00", "queue")], "bob": [(D + "09:00", D + "11:00", "late")]}
    assert figures(measured(shifts, people), "ann")[:2] == (1.0, 1.0)


def test_a_night_shift_is_one_shift_and_the_hour_that_the_clock_skips_is_not_worked() -> None:
    night: Spans = [("2026-03-28 22:00", "2026-03-29 06:00", "queue")]
    found = measured({("ann", "2026-03-28"): night}, {"ann": night})
    assert found.people.frame["scheduled_minutes"].tolist() == [7 * 60]
    assert figures(found, "ann") == (1.0, 1.0, 0.0)


def test_a_night_that_began_before_the_log_counts_only_where_the_log_has_the_person() -> None:
    nights: dict[tuple[str, str], Spans] = {
        (who, "2026-03-02"): [("2026-03-02 22:00", D + "06:00", "queue")] for who in ("ann", "bob")
    }
    found = measured(nights, {"ann": [(D + "00:00", D + "03:00", "queue"), (D + "05:00", D + "06:00", "queue")]})
    assert found.people.frame["agent_id"].tolist() == ["ann"]
    assert figures(found, "ann")[0] == pytest.approx(4 / 6)


def test_work_far_from_any_shift_is_told_and_not_counted() -> None:
    people = {"ann": [*MORNING, (D + "18:00", D + "18:30", "queue")]}
    found = measured({("ann", "2026-03-03"): MORNING}, people)
    assert figures(found, "ann")[1] == 1.0
    assert [note.message for note in found.notes] == ["work without a shift is not counted: ann 30 minutes"]


def test_states_of_one_person_that_overlap_are_all_told() -> None:
    spans = [("09:00", "12:00", "queue"), ("09:30", "10:00", "break"), ("11:00", "13:00", "meal")]
    with pytest.raises(DataError) as refused:
        log({"ann": [(D + start, D + end, state) for start, end, state in spans]})
    assert [(one.place, one.message) for one in refused.value.problems] == [
        ("states.csv:3:start", "it begins before row 2 of ann ends"),
        ("states.csv:4:start", "it begins before row 2 of ann ends"),
    ]
