"""What the peers are told, and what they make of simple histories."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from accuracy.data_sets import DataSet
from accuracy.lessons import HORIZON_DAYS, Lesson, known_days, lesson_at
from accuracy.peers import PEERS
from staffplan.clock import OpeningHours, horizon_intervals

MONDAY = date(2025, 1, 6)
OFFICE = OpeningHours((((480, 1020),),) * 5 + ((), ()))
SIMPLE = ("naive", "average", "holt_winters", "svd")
"""Peers that need no package of their own."""


def data_set(rows: pd.DataFrame, *, zone: str = "UTC", hours: OpeningHours | None = OFFICE) -> DataSet:
    return DataSet("made", "real", rows, zone, None, hours, MONDAY, 1)


def weekly_rows(weeks: int, *, zone: str = "UTC", first: date = MONDAY) -> pd.DataFrame:
    """Office hours on weekdays, the same every week: 20, 30, ... 60 from Monday to Friday, more in the morning."""
    instants = horizon_intervals(first, 7 * weeks, zone, 30)
    local = instants.tz_convert(zone)
    is_open = (local.day_of_week < 5) & (local.hour >= 8) & (local.hour < 17)
    offered = (20.0 + 10 * local.day_of_week) * np.where(local.hour < 12, 1.5, 1.0)
    return pd.DataFrame({"interval_start": instants, "queue": "q", "offered": offered})[is_open].reset_index(
        drop=True
    )


def lesson_of(rows: pd.DataFrame, *, weeks: int, hours: OpeningHours | None = OFFICE, zone: str = "UTC") -> Lesson:
    made = data_set(rows, zone=zone, hours=hours)
    return lesson_at(
        rows,
        known_days(rows, made),
        made,
        pd.Timestamp(rows["interval_start"].min().date()) + pd.Timedelta(weeks=weeks),
    )


@pytest.mark.parametrize("key", SIMPLE)
def test_a_week_that_never_changes_is_forecast_again(key: str):
    rows = weekly_rows(14)
    lesson = lesson_of(rows, weeks=10)
    ahead = lesson_of(rows, weeks=14).past[70:]
    answer = PEERS[key].forecast(lesson).offered
    np.testing.assert_allclose(answer, np.nan_to_num(ahead), rtol=0.02)


@pytest.mark.parametrize("key", SIMPLE)
def test_closed_is_zero_and_nothing_is_negative(key: str):
    rows = weekly_rows(10)
    noisy = rows.assign(offered=np.random.default_rng(3).poisson(0.4, len(rows)).astype(float))
    lesson = lesson_of(noisy, weeks=10)
    answer = PEERS[key].forecast(lesson).offered
    assert answer.shape == (HORIZON_DAYS, 48)
    assert np.isfinite(answer).all()
    assert (answer >= 0).all()
    assert (answer[~lesson.open_ahead] == 0).all()


def test_the_average_is_of_six_weeks():
    rows = weekly_rows(8)
    week = (rows["interval_start"] - rows["interval_start"].min()).dt.days // 7
    lesson = lesson_of(rows.assign(offered=week.astype(float)), weeks=8)
    assert set(np.unique(PEERS["average"].forecast(lesson).offered[lesson.open_ahead])) == {4.5}
    assert set(np.unique(PEERS["naive"].forecast(lesson).offered[lesson.open_ahead])) == {7.0}


def test_the_future_is_not_in_the_lesson():
    rows = weekly_rows(12)
    later = rows["interval_start"] >= pd.Timestamp("2025-03-03", tz="UTC")
    other = rows.assign(offered=rows["offered"].where(~later, 999.0))
    for hours in (OFFICE, None):
        one, two = (lesson_of(each, weeks=8, hours=hours) for each in (rows, other))
        np.testing.assert_array_equal(one.past, two.past)
        np.testing.assert_array_equal(one.open_ahead, two.open_ahead)


def test_an_absent_row_is_zero_on_a_day_with_rows_and_unknown_on_a_day_without():
    rows = weekly_rows(6)
    gone = rows["interval_start"].isin(pd.to_datetime(["2025-01-06 09:00", "2025-01-06 09:30"], utc=True))
    no_tuesday = rows["interval_start"].dt.date == date(2025, 1, 7)
    lesson = lesson_of(rows[~gone & ~no_tuesday].reset_index(drop=True), weeks=6)
    assert lesson.past[0, 18:20].tolist() == [0.0, 0.0]
    assert np.isnan(lesson.past[1]).all()


def test_a_quiet_queue_may_have_days_without_a_contact():
    rows = weekly_rows(6).assign(offered=0.1)
    no_tuesday = rows["interval_start"].dt.date == date(2025, 1, 7)
    lesson = lesson_of(rows[~no_tuesday].reset_index(drop=True), weeks=6)
    assert (lesson.past[1, 16:34] == 0).all()


def test_hours_that_are_not_given_are_those_with_contacts():
    lesson = lesson_of(weekly_rows(8), weeks=8, hours=None)
    office = np.zeros(48, dtype=bool)
    office[16:34] = True
    assert (lesson.open_ahead[:5] == office).all()
    assert not lesson.open_ahead[5:7].any()


def test_an_hour_that_comes_twice_is_averaged():
    # Madrid, Sunday 2025-10-26: 02:00 to 03:00 twice
    instants = horizon_intervals(date(2025, 10, 20), 63, "Europe/Madrid", 30)
    rows = pd.DataFrame({"interval_start": instants, "queue": "q", "offered": 5.0})
    always = OpeningHours.always()
    lesson = lesson_of(rows, weeks=5, hours=always, zone="Europe/Madrid")
    assert (lesson.past == 5).all()


def test_the_day_after_a_holiday_is_the_next_open_one():
    rows = weekly_rows(8)
    plain = lesson_of(rows, weeks=8)
    friday = np.zeros(len(plain.holiday), dtype=bool)
    friday[4] = True
    lesson = Lesson(plain.past, plain.open_ahead, plain.first_day, friday)
    assert np.flatnonzero(lesson.after_holiday).tolist() == [7]
    assert np.isnan(lesson.ordinary[4]).all()
