"""Opening hours learnt from contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay, parse_spans
from staffplan.forecast.history.hours import in_words
from staffplan.forecast.history.hours_changes import learn_timetable
from staffplan.forecast.history.series import DayGrid, RawSeries, raw_series
from staffplan.tables.history import ContactHistory
from thorough import repetitions


def _raw(world, rows: pd.DataFrame, days: int, special_days: tuple[SpecialDay, ...] = ()) -> RawSeries:
    calendar = SiteCalendar("UTC", 30, {special.day: special for special in special_days})
    table = ContactHistory.of(rows).frame
    return raw_series(table, DayGrid(world.monday, days, calendar), table["interval_start"].max())


def learn_hours(raw: RawSeries) -> tuple[OpeningHours, tuple[int, ...]]:
    """The hours that a forecast goes on with, and the weekdays never seen."""
    timetable, unseen = learn_timetable(raw)
    return timetable.latest, unseen


def _week(*spans: str) -> OpeningHours:
    return OpeningHours(tuple(parse_spans(day) for day in spans))


@pytest.mark.parametrize(
    "hours",
    [
        _week(*["08:00-20:00"] * 5, "closed", "closed"),
        _week(*["24h"] * 7),
        _week(
            "07:00-24:00", "07:00-24:00", "07:00-24:00", "07:00-24:00", "07:00-14:00", "20:00-24:00", "07:00-24:00"
        ),
        _week(*["00:00-06:00, 22:00-24:00"] * 7),
    ],
)
def test_the_hours_of_a_busy_queue_are_found_exactly(world, shaped, hours) -> None:
    learnt, unseen = learn_hours(_raw(world, world.rows(shaped, days=56, hours=hours), 56))
    assert learnt == hours
    assert unseen == ()


@given(first=st.integers(0, 20), length=st.integers(4, 26))
@settings(max_examples=repetitions(8, 25), deadline=None)
def test_any_stretch_of_the_day_is_found(world, shaped, first, length) -> None:
    hours = OpeningHours((((first * 30, (first + length) * 30),),) * 7)
    learnt, _ = learn_hours(_raw(world, world.rows(shaped, days=28, hours=hours), 28))
    assert learnt == hours


def test_stray_contacts_at_night_and_on_a_sunday_do_not_open_the_queue(world, noisy) -> None:
    strays = pd.to_datetime(["2026-01-11 11:00", "2026-01-14 03:00", "2026-01-21 23:30"], utc=True)
    extra = pd.DataFrame({"interval_start": strays, "queue": "q", "offered": [1.0, 2.0, 1.0]})
    rows = pd.concat([world.rows(noisy, days=56), extra], ignore_index=True)
    assert learn_hours(_raw(world, rows, 56))[0] == world.office


def test_a_quiet_lunch_hour_does_not_close_the_queue(world, shaped) -> None:
    rows = world.rows(shaped, days=28)
    lunch = rows["interval_start"].dt.hour == 13
    assert learn_hours(_raw(world, rows.assign(offered=rows["offered"].where(~lunch, 0.0)), 28))[0] == world.office


def test_weeks_without_data_do_not_close_any_day(world, shaped) -> None:
    rows = world.rows(shaped, days=84)
    gap = rows["interval_start"].between("2026-01-19", "2026-03-16", inclusive="left")
    assert learn_hours(_raw(world, rows[~gap].reset_index(drop=True), 84))[0] == world.office


def test_weekdays_never_seen_are_like_the_others_and_named(world, shaped) -> None:
    learnt, unseen = learn_hours(_raw(world, world.rows(shaped, days=2), 2))
    assert unseen == (2, 3, 4, 5, 6)
    assert set(learnt.weekdays) == {((480, 1200),)}


def test_holidays_without_contacts_are_closed_holidays(world, shaped) -> None:
    feasts = tuple(SpecialDay(world.day(n), "Feast") for n in (7, 23))
    rows = world.rows(shaped, days=56)
    rows = rows[~rows["interval_start"].dt.date.isin([feast.day for feast in feasts])].reset_index(drop=True)
    assert learn_hours(_raw(world, rows, 56, feasts))[0].on_holidays == ()


def test_a_holiday_on_a_closed_weekend_says_nothing_about_holidays(world, shaped) -> None:
    sunday = (SpecialDay(world.day(13), "Feast"),)
    assert learn_hours(_raw(world, world.rows(shaped, days=56), 56, sunday))[0].on_holidays is None


def test_one_weekday_closes_half_an_hour_early_only_where_that_is_no_chance(world, shaped) -> None:
    rows = world.rows(shaped, days=56)
    local = rows["interval_start"].dt
    last = (local.day_of_week == 2) & (local.hour == 19) & (local.minute == 30)
    silent = rows.assign(offered=rows["offered"].where(~last, 0.0))
    quiet, busy = silent.assign(offered=silent["offered"] / 60), silent
    assert learn_hours(_raw(world, quiet, 56))[0] == world.office
    assert learn_hours(_raw(world, busy, 56))[0].weekdays[2] == ((480, 1170),)


def test_after_a_week_without_its_weekend_the_weekend_is_taken_for_closed(world, shaped) -> None:
    learnt, unseen = learn_hours(_raw(world, world.rows(shaped, days=5), 5))
    assert learnt == world.office
    assert unseen == (5, 6)


def test_a_weekday_of_a_queue_with_three_contacts_a_week_is_not_closed_by_chance(world) -> None:
    starts = pd.to_datetime(
        ["2026-01-05 10:00", "2026-01-07 12:00", "2026-01-14 15:00", "2026-01-19 09:00", "2026-01-21 10:00"], utc=True
    )
    rows = pd.DataFrame({"interval_start": starts, "queue": "q", "offered": 1.0})
    learnt, _ = learn_hours(_raw(world, rows, 21))
    assert [bool(spans) for spans in learnt.weekdays] == [True, False, True, False, False, False, False]


def test_a_queue_of_zeros_is_open_where_it_has_rows(world) -> None:
    rows = world.rows(lambda local: np.zeros(len(local)), days=14)
    assert learn_hours(_raw(world, rows, 14))[0] == world.office


def test_hours_are_said_as_a_planner_writes_them() -> None:
    hours = _week(*["08:00-12:00, 13:00-17:30"] * 5, "09:00-14:00", "closed")
    assert in_words(hours) == "mon-fri 08:00-12:00, 13:00-17:30; sat 09:00-14:00; sun closed"
