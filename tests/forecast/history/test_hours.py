"""Opening hours learnt from contacts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay, parse_spans
from staffplan.forecast.history.hours import in_words
from staffplan.forecast.history.hours_changes import learn_timetable
from staffplan.forecast.history.hours_evidence import Seen
from staffplan.forecast.history.hours_left_out import widened
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


def test_days_without_rows_in_the_last_week_are_missing_not_closed(world, noisy) -> None:
    rows = world.rows(noisy, days=280)
    lost = rows["interval_start"].dt.date.isin([world.day(274), world.day(275)])
    timetable, unseen = learn_timetable(_raw(world, rows[~lost].reset_index(drop=True), 280))
    assert [hours for _, hours in timetable.periods] == [world.office]
    assert unseen == ()


@pytest.mark.parametrize("weeks", [4, 8, 12])
def test_a_month_or_two_without_a_tuesday_at_the_end_do_not_close_it_and_a_quarter_does(world, noisy, weeks) -> None:
    rows = world.rows(noisy, days=280)
    starts = rows["interval_start"].dt
    lately = pd.Series(starts.date >= world.day(280 - 7 * weeks)) & (starts.day_of_week == 1)
    assert learn_hours(_raw(world, rows[~lately].reset_index(drop=True), 280))[0] == world.office
    longer = pd.Series(starts.date >= world.day(280 - 7 * 14)) & (starts.day_of_week == 1)
    assert not learn_hours(_raw(world, rows[~longer].reset_index(drop=True), 280))[0].weekdays[1]


def test_a_queue_around_the_clock_whose_export_lacks_most_mondays_is_open_on_mondays(world) -> None:
    rng = np.random.default_rng(2)
    always = _week(*["24h"] * 7)
    rows = world.rows(lambda local: rng.poisson(9.0, len(local)), days=182, hours=always)
    starts = rows["interval_start"].dt
    lost = (starts.day_of_week == 0) & (starts.isocalendar().week.to_numpy() % 3 > 0)
    assert learn_hours(_raw(world, rows[~lost].reset_index(drop=True), 182))[0] == always


def test_a_quiet_night_of_a_queue_around_the_clock_stays_open(world) -> None:
    rng = np.random.default_rng(3)
    always = _week(*["24h"] * 7)

    def offered(local):
        return rng.poisson(np.where((local.hour >= 7) & (local.hour < 22), 10.0, 0.15)).astype(float)

    rows = world.rows(offered, days=91, hours=always)
    assert learn_hours(_raw(world, rows[rows["offered"] > 0].reset_index(drop=True), 91))[0] == always


def test_a_weekday_that_is_open_now_and_then_is_open_if_it_has_more_than_a_hundredth_of_the_contacts(world) -> None:
    flat = _raw(world, world.rows(lambda local: np.full(len(local), 20.0), days=84), 84)
    for saturdays, is_open in ((1, False), (3, True)):
        raw = replace(flat, offered=flat.offered.copy())
        chosen = (raw.grid.day % 7 == 5) & (raw.grid.day // 7 % 4 == 1) & (raw.grid.day // 7 < 4 * saturdays)
        raw.offered[chosen & (raw.grid.slot >= 20) & (raw.grid.slot < 28)] = 20.0
        assert bool(learn_hours(raw)[0].weekdays[5]) == is_open


def test_what_learnt_hours_leave_out_is_at_most_a_hundredth_of_the_contacts(world) -> None:
    told = Seen(np.full(7, 13.0), np.full((7, 48), 13.0), np.full((7, 48), 9.0), np.full(7, 13.0))
    closed = np.zeros((7, 48), dtype=bool)
    assert (told.contacts[~widened(closed, told, 4)].sum()) <= 0.01 * told.contacts.sum()


def test_contacts_of_one_day_widen_no_hours(world) -> None:
    contacts = np.zeros((7, 48))
    contacts[:5, 16:40], contacts[6, 20:24] = 100.0, 500.0
    busy = np.where(contacts == 500.0, 1.0, np.where(contacts > 0, 13.0, 0.0))
    office = contacts == 100.0
    assert (widened(office, Seen(np.full(7, 13.0), contacts, busy, busy.max(axis=1)), 4) == office).all()
