"""Calendars open again, say when people work to the minute, and change only where the roster changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from handoffs import AUTUMN, EVIL, MONDAY, SPRING, Work, agents_of, handoff_of, week_of
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from staffplan.report.handoff import Handoff
from staffplan.report.roster_calendar import calendars, read_calendar
from thorough import repetitions

NIGHT = {"begin": 22 * 60, "end": 30 * 60, "shift": "night"}


def events_of(data: bytes):
    return Calendar.from_ical(data).walk("VEVENT")


def spans_of(data: bytes) -> set[tuple[datetime, datetime]]:
    return {(e["DTSTART"].dt.astimezone(UTC), e["DTEND"].dt.astimezone(UTC)) for e in events_of(data)}


def sequences_of(data: bytes) -> dict[str, tuple[int, str]]:
    """By day: SEQUENCE and STATUS."""
    return {str(e["X-STAFFPLAN-DAY"]): (int(e["SEQUENCE"]), str(e["STATUS"])) for e in events_of(data)}


def test_there_is_an_event_for_every_shift_in_the_calendar_of_all_and_in_the_agent_s_own(plan):
    made = calendars(Handoff(plan.roster, "Europe/Madrid"))
    shifts = plan.roster.shifts.frame
    assert {agent for agent in made if agent} == set(shifts["agent_id"])
    for agent, rows in shifts.groupby("agent_id"):
        assert spans_of(made[agent]) == set(zip(rows["start"], rows["end"], strict=True))
    of_all = Counter(str(event["UID"]) for event in events_of(made[""]))
    assert of_all == Counter(str(e["UID"]) for agent, data in made.items() if agent for e in events_of(data))
    assert len(of_all) == len(shifts)


def test_an_event_says_what_happens_in_the_shift():
    event = events_of(calendars(handoff_of(Work("a", MONDAY, name="Ann")))["a"])[0]
    assert str(event["SUMMARY"]) == "early (Ann)"
    assert str(event["DESCRIPTION"]).splitlines() == [
        "08:00–12:00 sales",
        "12:00–12:30 meal (unpaid)",
        "12:30–16:00 sales",
    ]


def test_a_shift_across_midnight_is_one_event():
    event = events_of(calendars(handoff_of(Work("a", MONDAY, **NIGHT)))["a"])[0]
    assert f"{event['DTSTART'].dt:%d %H:%M}" == "07 22:00"
    assert f"{event['DTEND'].dt:%d %H:%M}" == "08 06:00"
    assert event["DTSTART"].params["TZID"] == "Europe/Madrid"


@pytest.mark.parametrize(("saturday", "hours"), [(SPRING, 7), (AUTUMN, 9), (MONDAY, 8)])
def test_a_night_lasts_as_long_as_it_does_on_the_day_the_clock_changes(saturday, hours):
    start, end = next(iter(spans_of(calendars(handoff_of(Work("a", saturday, **NIGHT)))["a"])))
    assert (end - start) == timedelta(hours=hours)


@pytest.mark.parametrize("saturday", [SPRING, AUTUMN])
def test_every_half_hour_around_a_clock_change_is_the_same_instant_by_the_calendar_s_own_zone(saturday):
    """Read with the VTIMEZONE of the file alone, as a program does that has no zone database."""
    for step in range(12):
        start = pd.Timestamp(saturday, tz="Europe/Madrid").tz_convert("UTC") + pd.Timedelta(hours=23 + step / 2)
        handoff = handoff_of(Work("a", saturday))
        shifts = handoff.roster.shifts.frame.assign(start=start, end=start + pd.Timedelta(hours=8))
        roster = replace(handoff.roster, shifts=type(handoff.roster.shifts).of(shifts))
        calendar = Calendar.from_ical(calendars(replace(handoff, roster=roster))["a"])
        zone = calendar.walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
        event = calendar.walk("VEVENT")[0]
        for name, instant in (("DTSTART", start), ("DTEND", start + pd.Timedelta(hours=8))):
            written = event[name].dt
            local = written if "TZID" not in event[name].params else written.replace(tzinfo=zone, fold=0)
            assert local.astimezone(UTC) == instant, (step, name)


def test_the_hour_that_comes_a_second_time_is_written_in_utc():
    handoff = handoff_of(Work("a", AUTUMN + timedelta(days=1), 3 * 60, 9 * 60), Work("b", AUTUMN, 20 * 60, 26 * 60))
    frame = handoff.roster.shifts.frame
    late = frame["end"].where(frame["agent_id"] == "a", frame["end"] + pd.Timedelta(minutes=90))
    roster = replace(handoff.roster, shifts=type(handoff.roster.shifts).of(frame.assign(end=late)))
    made = calendars(replace(handoff, roster=roster))
    assert b"DTSTART;TZID=Europe/Madrid:20261025T030000" in made["a"]
    assert b"DTEND:20261025T013000Z" in made["b"]


def test_a_center_on_utc_needs_no_zone():
    data = calendars(handoff_of(Work("a", MONDAY, zone="UTC"), zone="UTC"))["a"]
    assert b"VTIMEZONE" not in data
    assert b"DTSTART:20261207T080000Z" in data


def test_the_text_is_what_rfc_5545_asks_for_and_tells_no_time_of_making():
    data = calendars(handoff_of(*week_of("a", name="Åsa Öberg, 東京; " * 12)))[""]
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")
    for event in events_of(data):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY"} <= set(event)
        assert event["DTSTAMP"].dt == datetime(2000, 1, 1, tzinfo=UTC)


def test_an_event_keeps_its_identity_when_the_shift_moves_and_shares_it_with_no_other():
    before = events_of(calendars(handoff_of(Work("a", MONDAY), Work("b", MONDAY)))[""])
    after = events_of(calendars(handoff_of(Work("a", MONDAY, **NIGHT)))[""])
    ids = {str(event["X-STAFFPLAN-AGENT"]): str(event["UID"]) for event in before}
    assert ids["a"] == str(after[0]["UID"]) != ids["b"]


def test_a_roster_handed_off_again_unchanged_gives_the_same_bytes():
    handoff = handoff_of(*week_of("a"), *week_of("b", name=EVIL))
    once = calendars(handoff)
    assert calendars(handoff, once[""]) == once


def test_a_changed_shift_gets_the_next_sequence_and_one_that_is_gone_is_cancelled():
    first = calendars(handoff_of(*week_of("a")))
    monday, tuesday, *rest = week_of("a")
    changed = handoff_of(replace(monday, begin=9 * 60, end=17 * 60), *rest)
    second = calendars(changed, first[""])
    assert sequences_of(second["a"]) == {
        "2026-12-07": (1, "CONFIRMED"),
        "2026-12-08": (1, "CANCELLED"),
        **{f"2026-12-{day:02d}": (0, "CONFIRMED") for day in (9, 10, 11)},
    }
    assert calendars(changed, second[""]) == second
    third = calendars(handoff_of(*week_of("a")), second[""])
    assert sequences_of(third[""])[str(monday.day)] == (2, "CONFIRMED")
    assert sequences_of(third[""])[str(tuesday.day)] == (2, "CONFIRMED")


def test_a_later_revision_has_a_later_stamp():
    first = calendars(handoff_of(Work("a", MONDAY)))
    second = calendars(handoff_of(Work("a", MONDAY, **NIGHT)), first[""])
    assert events_of(second["a"])[0]["DTSTAMP"].dt > events_of(first["a"])[0]["DTSTAMP"].dt


def test_who_has_left_the_roster_is_told_in_a_calendar_of_their_own():
    first = calendars(handoff_of(*week_of("a"), *week_of("b")))
    second = calendars(handoff_of(*week_of("a")), first[""])
    assert set(sequences_of(second["b"]).values()) == {(1, "CANCELLED")}


def test_the_weeks_before_are_not_cancelled_by_the_next_roster():
    first = calendars(handoff_of(*week_of("a")))
    second = calendars(handoff_of(*week_of("a", MONDAY + timedelta(weeks=1))), first[""])
    assert set(sequences_of(second["a"]).values()) == {(0, "CONFIRMED")}
    assert len(events_of(second["a"])) == 5


def test_an_agent_without_shifts_has_an_empty_calendar():
    made = calendars(handoff_of(*week_of("a"), agents=agents_of(("a", "Ann", "", ""), ("b", "Bob", "", ""))))
    assert events_of(made["b"]) == []
    assert str(Calendar.from_ical(made["b"])["X-WR-CALNAME"]) == "A center: Bob"
    assert events_of(calendars(handoff_of())[""]) == []


FOREIGN = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("data", [b"", b"agent_id,name\n", FOREIGN])
def test_a_file_that_is_no_calendar_of_a_roster_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 - icalendar words it
        read_calendar(data)


TEXT = st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@settings(max_examples=repetitions(8, 200))
@given(TEXT, TEXT)
def test_any_name_comes_back_and_never_breaks_a_line(name, agent):
    works = [Work(agent, MONDAY, name=name), Work(agent + "x", MONDAY, group=name)]
    made = calendars(handoff_of(*works, title=name))
    assert calendars(handoff_of(*works, title=name), made[""]) == made
    assert {event.name for event in Calendar.from_ical(made[""]).walk()} <= {
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
        "DAYLIGHT",
        "VEVENT",
    }
    assert len(events_of(made[""])) == 2
    if name.isprintable():
        assert str(events_of(made[agent])[0]["SUMMARY"]) == f"early ({name})"


SPLIT = {"begin": 9 * 60, "end": 20 * 60, "free": (13 * 60, 16 * 60), "shift": "split 09:00/16:00"}


def test_a_split_shift_is_two_events_and_the_second_goes_when_it_is_split_no_more():
    first = calendars(handoff_of(Work("a", MONDAY, name="Ann", **SPLIT)))
    parts = events_of(first["a"])
    assert [f"{e['DTSTART'].dt:%H:%M}-{e['DTEND'].dt:%H:%M}" for e in parts] == ["09:00-13:00", "16:00-20:00"]
    assert [str(event["DESCRIPTION"]) for event in parts] == ["09:00–13:00 sales", "16:00–20:00 sales"]
    assert [str(event["SUMMARY"])[-11:] for event in parts] == ["part 1 of 2", "part 2 of 2"]
    assert calendars(handoff_of(Work("a", MONDAY, name="Ann", **SPLIT)), first[""]) == first
    plain = events_of(calendars(handoff_of(Work("a", MONDAY)), first[""])["a"])
    assert {str(e["UID"]): str(e["STATUS"]) for e in plain} == {
        str(parts[0]["UID"]): "CONFIRMED",
        str(parts[1]["UID"]): "CANCELLED",
    }
