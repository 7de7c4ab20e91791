"""Opening hours that changed during the history."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay, parse_spans
from staffplan.forecast.history.hours_changes import Timetable, learn_timetable
from staffplan.forecast.history.series import DayGrid, queue_series, raw_series
from staffplan.tables.history import ContactHistory


def _week(weekdays: str, saturday: str = "closed", sunday: str = "closed") -> OpeningHours:
    return OpeningHours(tuple(parse_spans(day) for day in (*[weekdays] * 5, saturday, sunday)))


SHORT, LONG = _week("08:00-18:00"), _week("08:00-20:00")
SATURDAYS, SUMMER = _week("08:00-18:00", "09:00-14:00"), _week("08:00-15:00")
NIGHTS = _week("24h", "24h", "24h")


def _raw(world, periods, days: int, offered, special_days=()):
    parts = []
    for number, (start, hours) in enumerate(periods):
        end = periods[number + 1][0] if number + 1 < len(periods) else days
        parts.append(world.rows(offered, days=end - start, hours=hours, first=world.day(start)))
    table = ContactHistory.of(pd.concat(parts, ignore_index=True)).frame
    calendar = SiteCalendar("UTC", 30, {special.day: special for special in special_days})
    last = table["interval_start"].max()
    return raw_series(table, DayGrid(world.monday, (last.date() - world.monday).days + 1, calendar), last)


def _learnt(world, raw) -> list[tuple[int, OpeningHours]]:
    timetable, _ = learn_timetable(raw)
    return [((day - world.monday).days, hours) for day, hours in timetable.periods]


def _poisson(mean: float, seed: int = 1):
    rng = np.random.default_rng(seed)
    return lambda local: rng.poisson(mean, len(local)).astype(float)


@pytest.mark.parametrize("mean", [1.5, 30.0])
@pytest.mark.parametrize(
    "periods",
    [
        [(0, SHORT)],
        [(0, SHORT), (147, LONG)],
        [(0, LONG), (147, SHORT)],
        [(0, SHORT), (61, SATURDAYS)],
        [(0, LONG), (147, SUMMER), (196, LONG)],
        [(0, NIGHTS), (147, LONG)],
        [(0, SHORT), (91, LONG), (182, SATURDAYS)],
    ],
)
def test_every_period_is_found_with_its_first_day_and_its_hours(world, periods, mean) -> None:
    assert _learnt(world, _raw(world, periods, 280, _poisson(mean))) == periods


def test_longer_hours_are_seen_after_a_working_week_and_a_new_weekday_after_three(world) -> None:
    assert _learnt(world, _raw(world, [(0, SHORT), (147, LONG)], 152, _poisson(20.0)))[-1] == (147, LONG)
    assert _learnt(world, _raw(world, [(0, SHORT), (147, SATURDAYS)], 153, _poisson(20.0))) == [(0, SHORT)]
    assert _learnt(world, _raw(world, [(0, SHORT), (152, SATURDAYS)], 167, _poisson(20.0)))[-1] == (152, SATURDAYS)


def test_shorter_hours_are_seen_after_a_few_weeks(world) -> None:
    assert _learnt(world, _raw(world, [(0, LONG), (147, SHORT)], 154, _poisson(20.0))) == [(0, LONG)]
    day, hours = _learnt(world, _raw(world, [(0, LONG), (147, SHORT)], 168, _poisson(20.0)))[-1]
    assert hours == SHORT
    assert day in (145, 146, 147)


@pytest.mark.parametrize("mean", [0.2, 1.0, 50.0])
def test_hours_that_never_changed_are_one_period(world, mean) -> None:
    for seed in range(3):
        assert len(_learnt(world, _raw(world, [(0, NIGHTS)], 364, _poisson(mean, seed)))) == 1


def test_volume_that_triples_is_no_change_of_hours(world) -> None:
    rng = np.random.default_rng(5)

    def offered(local):
        night = np.where((local.hour >= 7) & (local.hour < 22), 1.0, 0.03)
        return rng.poisson(8 * night * np.where(local < pd.Timestamp("2026-04-06", tz="UTC"), 1, 3))

    assert len(_learnt(world, _raw(world, [(0, NIGHTS)], 182, offered))) == 1


def test_a_closure_of_three_weeks_and_holidays_are_no_change_of_hours(world) -> None:
    feasts = tuple(SpecialDay(world.day(day), "Feast") for day in (84, 91, 98, 105))
    raw = _raw(world, [(0, SHORT)], 280, _poisson(20.0), feasts)
    away = (raw.grid.day >= 140) & (raw.grid.day < 161)
    feast = np.isin(raw.grid.day, [84, 91, 98, 105])
    raw.offered[away | feast] = np.nan
    assert [hours.weekdays for _, hours in _learnt(world, raw)] == [SHORT.weekdays]


def test_one_busy_night_is_no_change_of_hours(world) -> None:
    raw = _raw(world, [(0, SHORT)], 280, _poisson(20.0))
    raw.offered[(raw.grid.day == 9) & (raw.grid.slot < 12)] = 40.0
    assert _learnt(world, raw) == [(0, SHORT)]


def test_each_period_is_open_by_its_own_hours_and_later_days_by_the_latest(world) -> None:
    raw = _raw(world, [(0, SHORT), (147, SATURDAYS)], 280, _poisson(20.0))
    timetable, _ = learn_timetable(raw)
    series = queue_series(raw, timetable, "auto")
    assert not series.open[5::7][:20].any()
    assert series.open[5::7][21:].sum(axis=1).tolist() == [10] * 19
    ahead = DayGrid(world.day(280), 7, SiteCalendar())
    np.testing.assert_array_equal(ahead.open_matrix(timetable), ahead.open_matrix(SATURDAYS))


def test_what_was_not_yet_known_is_not_used(world) -> None:
    timetable = Timetable(((world.monday, SHORT), (world.day(147), LONG)))
    assert timetable.known_on(world.day(150)).latest == SHORT
    assert timetable.known_on(world.day(152)).latest == LONG
    assert timetable.known_on(world.monday - timedelta(days=30)).latest == SHORT


def test_hours_that_change_on_the_day_of_a_clock_change_do_so_at_local_midnight(world) -> None:
    sunday = pd.Timestamp("2026-03-29").date()
    calendar = SiteCalendar("Europe/Madrid", 60)
    timetable = Timetable(((world.monday, SHORT), (sunday, NIGHTS)))
    grid = DayGrid(sunday - timedelta(days=1), 3, calendar)
    mask = timetable.open_mask(grid.instants, calendar)
    assert np.bincount(grid.day, mask).tolist() == [0, 23, 24]


def test_days_of_46_and_50_half_hours_have_their_open_intervals(world) -> None:
    hours = OpeningHours((((0, 360),),) * 7)
    calendar = SiteCalendar("Europe/Madrid", 30)
    for day, count in (("2026-03-29", 10), ("2026-10-25", 14), ("2026-06-01", 12)):
        grid = DayGrid(pd.Timestamp(day).date(), 1, calendar)
        assert int(Timetable(((world.monday, hours),)).open_mask(grid.instants, calendar).sum()) == count
