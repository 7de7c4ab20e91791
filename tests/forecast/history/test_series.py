"""From rows to days x slots: interval lengths, clock changes, absent rows, holidays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay
from staffplan.errors import DataError
from staffplan.forecast.history.series import AFTER_HOLIDAY, DayGrid, date_ranges, day_labels


def test_quarter_hours_are_added_up_and_their_handling_time_weighted(world) -> None:
    starts = pd.date_range("2026-01-05 08:00", periods=4, freq="15min", tz="UTC")
    rows = pd.DataFrame(
        {
            "interval_start": starts,
            "queue": "q",
            "offered": [1.0, 3.0, 2.0, 2.0],
            "aht_seconds": [400.0, 200.0, 100.0, 300.0],
        }
    )
    series = world.series(rows)
    assert series.offered[0, 16:18].tolist() == [4.0, 4.0]
    assert series.aht_seconds[0, 16:18].tolist() == [250.0, 200.0]


def test_hours_cannot_be_cut_into_half_hours(world) -> None:
    rows = world.rows(lambda local: np.full(len(local), 9.0), days=14, minutes=60)
    with pytest.raises(DataError) as caught:
        world.forecast(rows, first_day=world.day(14))
    assert "60-minute intervals" in str(caught.value)
    assert "plan.interval_minutes = 60" in str(caught.value)


@pytest.mark.parametrize(
    ("day", "known"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 48), (date(2026, 6, 1), 48)]
)
def test_the_clock_change_leaves_slots_unknown_or_holds_them_twice(day, known) -> None:
    grid = DayGrid(day, 1, SiteCalendar("Europe/Madrid", 30))
    cells = grid.matrix(np.arange(len(grid.instants), dtype=float))
    assert int(np.isfinite(cells).sum()) == known
    assert len(grid.values(np.nan_to_num(cells))) == {46: 46, 48: len(grid.instants)}[known]


def test_the_hour_that_occurs_twice_is_the_mean_of_both() -> None:
    grid = DayGrid(date(2026, 10, 25), 1, SiteCalendar("Europe/Madrid", 60))
    contacts = np.zeros(25)
    contacts[2], contacts[3] = 10.0, 4.0
    assert grid.matrix(contacts)[0, 2] == 7.0


def test_an_absent_row_is_a_zero_on_a_day_with_rows_and_a_gap_on_a_day_without(world, shaped) -> None:
    rows = world.rows(shaped, days=28)
    local = rows["interval_start"].dt
    absent_slot = (local.date == world.day(8)) & (local.hour == 10)
    absent_day = local.date == world.day(9)
    series = world.series(rows[~absent_slot & ~absent_day].reset_index(drop=True))
    assert series.offered[8, 20:22].tolist() == [0.0, 0.0]
    assert np.isnan(series.offered[9]).all()


@pytest.mark.parametrize(("rule", "expected"), [("zero", 0.0), ("gap", np.nan)])
def test_the_setting_decides_what_an_absent_row_is(world, shaped, rule, expected) -> None:
    rows = world.rows(shaped, days=14)
    hole = (rows["interval_start"].dt.date == world.day(2)) & (rows["interval_start"].dt.hour == 9)
    series = world.series(rows[~hole].reset_index(drop=True), missing_rows=rule)
    np.testing.assert_array_equal(series.offered[2, 18:20], [expected] * 2)


def test_closed_intervals_are_not_known_rather_than_zero(world, shaped) -> None:
    series = world.series(world.rows(shaped, days=7, hours=OpeningHours.always()))
    assert np.isnan(series.offered[:, :16]).all()
    assert np.isnan(series.offered[5:]).all()
    assert np.isfinite(series.offered[:5, 16:40]).all()


def test_nothing_is_known_before_a_queues_first_row_or_after_the_files_last(world) -> None:
    starts = pd.to_datetime(["2026-01-05 10:00", "2026-01-06 15:00"], utc=True)
    series = world.series(pd.DataFrame({"interval_start": starts, "queue": "q", "offered": [9.0, 9.0]}))
    assert np.isnan(series.offered[0, 16:20]).all()
    assert series.offered[0, 20:22].tolist() == [9.0, 0.0]
    assert series.offered[1, 29:31].tolist() == [0.0, 9.0]
    assert np.isnan(series.offered[1, 31:40]).all()


def test_the_day_after_a_holiday_is_the_next_open_one(world) -> None:
    friday = world.day(4)
    calendar = SiteCalendar("UTC", 30, {friday: SpecialDay(friday, "Feast")})
    hours = OpeningHours(world.office.weekdays, on_holidays=())
    labels = day_labels(DayGrid(world.monday, 14, calendar), hours)
    assert [day for day in range(14) if labels[day] == AFTER_HOLIDAY] == [7]


def test_a_holiday_before_the_first_day_of_a_grid_is_remembered(world) -> None:
    day_before = world.monday - timedelta(days=1)
    calendar = SiteCalendar("UTC", 30, {day_before: SpecialDay(day_before, "Feast")})
    assert day_labels(DayGrid(world.monday, 7, calendar), world.office)[0] == AFTER_HOLIDAY


def test_days_are_listed_as_runs(world) -> None:
    days = [world.day(n) for n in (9, 0, 1, 2, 5)]
    assert date_ranges(days) == "2026-01-05 to 2026-01-07, 2026-01-10, 2026-01-14"
    assert date_ranges(days, most=1) == "2026-01-05 to 2026-01-07 and 2 more"
