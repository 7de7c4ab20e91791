"""Local days, opening hours and holidays. The clock changes are those of the IANA time zone database."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import (
    OpeningHours,
    SiteCalendar,
    SpecialDay,
    day_intervals,
    horizon_intervals,
    local_dates,
    localize,
    midnight,
    minute_of_day,
    parse_spans,
    parse_weekdays,
    phases,
    public_holidays,
    usual_phases,
    utc_offsets,
    wall_instant,
    zones_with,
)
from thorough import repetitions

MADRID = "Europe/Madrid"
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ZONES = st.sampled_from(
    ["UTC", MADRID, "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Cairo"]
)
MINUTES = st.sampled_from([15, 30, 60])


@pytest.mark.parametrize(("day", "half_hours"), [(SPRING, 46), (date(2026, 3, 28), 48), (AUTUMN, 50)])
def test_a_local_day_in_madrid_has_46_48_or_50_half_hours(day: date, half_hours: int) -> None:
    assert len(day_intervals(day, MADRID, 30)) == half_hours


def test_the_spring_day_goes_from_half_past_one_to_three() -> None:
    local = day_intervals(SPRING, MADRID, 30).tz_convert(MADRID)
    assert [f"{instant:%H:%M}" for instant in local[2:5]] == ["01:00", "01:30", "03:00"]


def test_the_autumn_day_lives_through_two_oclock_twice() -> None:
    local = day_intervals(AUTUMN, MADRID, 30).tz_convert(MADRID)
    seen = [f"{instant:%H:%M%z}" for instant in local[4:8]]
    assert seen == ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"]


@settings(max_examples=repetitions(13, 40))
@given(DAYS, st.integers(1, 14), ZONES, MINUTES)
def test_the_intervals_of_some_days_are_those_of_each_day_in_turn(
    first: date, days: int, zone: str, minutes: int
) -> None:
    together = horizon_intervals(first, days, zone, minutes)
    one_by_one = [day_intervals(first + timedelta(days=number), zone, minutes) for number in range(days)]
    assert together.equals(one_by_one[0].append(one_by_one[1:]))


@settings(max_examples=repetitions(13, 40))
@given(DAYS, ZONES, MINUTES)
def test_every_interval_of_a_day_lies_on_that_day(day: date, zone: str, minutes: int) -> None:
    assert set(local_dates(day_intervals(day, zone, minutes), zone)) == {day}


def test_where_the_clock_skips_midnight_the_day_begins_at_one() -> None:
    begin = midnight(date(2018, 11, 4), "America/Sao_Paulo")
    assert begin.tz_convert("America/Sao_Paulo").isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_wall_time_that_is_skipped_moves_forward_and_a_double_one_is_the_first() -> None:
    assert wall_instant(SPRING, 150, MADRID).tz_convert(MADRID).isoformat() == "2026-03-29T03:00:00+02:00"
    assert wall_instant(AUTUMN, 150, MADRID).tz_convert(MADRID).isoformat() == "2026-10-25T02:30:00+02:00"


def test_minute_1500_of_a_day_is_one_oclock_of_the_next() -> None:
    assert wall_instant(date(2026, 1, 5), 1500, MADRID).tz_convert(MADRID).isoformat() == "2026-01-06T01:00:00+01:00"


def test_the_wall_clock_stands_at_half_past_eight_in_winter_and_summer() -> None:
    instants = pd.DatetimeIndex(["2026-01-05T07:30:00Z", "2026-07-06T06:30:00Z"])
    assert minute_of_day(instants, MADRID).tolist() == [510, 510]


def test_instants_keep_their_moment_when_the_site_shows_them() -> None:
    instants = pd.DatetimeIndex(["2026-01-05T07:30:00Z"])
    assert SiteCalendar(MADRID).local(instants)[0].isoformat() == "2026-01-05T08:30:00+01:00"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-20:00", ((480, 1200),)),
        ("8:00 - 12:30, 13:00-17:00", ((480, 750), (780, 1020))),
        ("22:00-06:00", ((1320, 1800),)),
        ("18:00-24:00", ((1080, 1440),)),
        ("20:00-00:00", ((1200, 1440),)),
        ("24h", ((0, 1440),)),
        (" Closed ", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert parse_spans(text) == spans


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8-20", "is not a span of hours"),
        ("", "is not a span of hours"),
        ("08:00-20:00;", "is not a span of hours"),
        ("25:00-26:00", "outside 00:00-24:00"),
        ("08:60-09:00", "outside 00:00-24:00"),
        ("08:00-24:30", "outside 00:00-24:00"),
        ("24:00-08:00", "outside 00:00-24:00"),
        ("08:00-08:00", "is empty; write 24h"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_spans(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat,sun", (5, 6)),
        ("sun-thu", (6, 0, 1, 2, 3)),
        ("Mon - Wed, fri", (0, 1, 2, 4)),
        ("mon-wed,tue-thu", (0, 1, 2, 3)),
        ("sun-sun", (6,)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_weekdays_are_read_as_people_write_them_and_may_wrap_round(text: str, days: tuple[int, ...]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "monday", "mon-", "mon-xyz", "fri mon", "mon--fri"])
def test_a_word_that_is_no_weekday_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a weekday or a range"):
        parse_weekdays(text)


def open_at(hours: OpeningHours, times: list[str], calendar: SiteCalendar) -> list[bool]:
    local = pd.DatetimeIndex(times).tz_localize(calendar.timezone)
    return [bool(is_open) for is_open in hours.open_mask(local.tz_convert("UTC"), calendar)]


def weekly(text: str, *days: int, on_holidays: str | None = None) -> OpeningHours:
    spans = tuple(parse_spans(text) if day in days else () for day in range(7))
    return OpeningHours(spans, None if on_holidays is None else parse_spans(on_holidays))


def test_the_end_of_opening_hours_is_closed_and_the_start_is_open() -> None:
    times = ["2026-01-05 07:59", "2026-01-05 08:00", "2026-01-05 19:59", "2026-01-05 20:00"]
    assert open_at(weekly("08:00-20:00", 0), times, SiteCalendar(MADRID)) == [False, True, True, False]


def test_a_night_that_opens_on_friday_ends_on_saturday_morning() -> None:
    friday_night = weekly("22:00-06:00", 4)
    times = ["2026-01-09 05:59", "2026-01-09 22:00", "2026-01-10 05:59", "2026-01-10 06:00", "2026-01-10 23:00"]
    assert open_at(friday_night, times, SiteCalendar(MADRID)) == [False, True, True, False, False]


def test_a_night_from_saturday_to_sunday_loses_an_hour_when_the_clock_goes_forward() -> None:
    calendar = SiteCalendar(MADRID)
    instants = horizon_intervals(date(2026, 3, 28), 2, MADRID, 30)
    assert weekly("22:00-06:00", 5).open_mask(instants, calendar).sum() == 14


def test_a_closed_day_closes_what_would_be_open_but_not_the_night_before_it() -> None:
    closed = SpecialDay(date(2026, 1, 6), "Kings", "closed")
    calendar = SiteCalendar(MADRID, special_days={closed.day: closed})
    nights = weekly("20:00-02:00", 0, 1, 2)
    times = ["2026-01-06 01:00", "2026-01-06 21:00", "2026-01-07 01:00", "2026-01-07 21:00"]
    assert open_at(nights, times, calendar) == [True, False, False, True]


@pytest.mark.parametrize(
    ("kind", "on_holidays", "is_open"),
    [
        ("holiday", "10:00-14:00", [False, True, False]),
        ("holiday", "closed", [False, False, False]),
        ("holiday", None, [True, True, True]),
        ("event", "closed", [True, True, True]),
        ("closed", "10:00-14:00", [False, False, False]),
    ],
)
def test_holidays_have_hours_of_their_own_events_do_not_and_closures_have_none(
    kind: str, on_holidays: str | None, is_open: list[bool]
) -> None:
    special = SpecialDay(date(2026, 1, 6), "Kings", kind)
    calendar = SiteCalendar(MADRID, special_days={special.day: special})
    hours = weekly("08:00-20:00", *range(7), on_holidays=on_holidays)
    assert open_at(hours, ["2026-01-06 08:00", "2026-01-06 12:00", "2026-01-06 16:00"], calendar) == is_open


def test_a_letter_box_is_open_on_a_closed_day_and_a_shop_open_around_the_clock_is_not() -> None:
    closed = SpecialDay(date(2026, 1, 6), "Kings", "closed")
    calendar = SiteCalendar(MADRID, special_days={closed.day: closed})
    assert open_at(OpeningHours.always(), ["2026-01-06 12:00"], calendar) == [True]
    assert open_at(weekly("24h", *range(7)), ["2026-01-06 12:00"], calendar) == [False]


@settings(max_examples=repetitions(13, 40))
@given(DAYS, ZONES)
def test_what_is_always_open_is_open_in_every_interval(day: date, zone: str) -> None:
    calendar = SiteCalendar(zone)
    assert OpeningHours.always().open_mask(horizon_intervals(day, 8, zone, 30), calendar).all()


@settings(max_examples=repetitions(13, 40))
@given(DAYS, st.integers(0, 47), st.integers(1, 96))
def test_opening_hours_last_as_long_as_they_say_where_the_clock_does_not_change(
    day: date, start: int, length: int
) -> None:
    spans = ((start * 30, (start + length) * 30),)
    hours = OpeningHours(tuple(spans if weekday == day.weekday() else () for weekday in range(7)))
    instants = horizon_intervals(day, 7, "UTC", 30)
    assert hours.open_mask(instants, SiteCalendar("UTC")).sum() == min(length, 96 - start)


def test_spain_and_its_capital_have_the_holidays_that_their_law_names() -> None:
    national = {special.day for special in public_holidays("ES", [2026])}
    regional = {special.day for special in public_holidays("ES", [2026], "MD")}
    assert {date(2026, 1, 1), date(2026, 10, 12), date(2026, 12, 25)} <= national
    assert date(2026, 5, 2) in regional - national


def test_holidays_come_in_order_and_are_open_by_the_hours_of_holidays() -> None:
    found = public_holidays("DE", [2027, 2026])
    assert [special.day for special in found] == sorted(special.day for special in found)
    assert {special.kind for special in found} == {"holiday"}


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("ES", "ZZ")])
def test_a_country_or_region_that_nobody_knows_is_refused(country: str, subdivision: str | None) -> None:
    with pytest.raises(ValueError, match=country):
        public_holidays(country, [2026], subdivision)


def test_a_skipped_and_a_double_local_time_are_told_apart() -> None:
    local = pd.Series(pd.to_datetime(["2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25 03:00", None]))
    instants, trouble = localize(local, MADRID)
    assert [text.split(":")[0] for text in trouble] == ["does not exist", "exists twice", "", ""]
    assert instants.isna().tolist() == [True, True, False, True]
    assert instants[2] == pd.Timestamp("2026-10-25T02:00:00Z")


@settings(max_examples=repetitions(13, 40))
@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)), ZONES)
def test_a_local_time_that_has_one_instant_comes_back_as_it_was(moment: datetime, zone: str) -> None:
    local = pd.Series([pd.Timestamp(moment).floor("s")])
    instants, trouble = localize(local, zone)
    if trouble[0] == "":
        assert instants.dt.tz_convert(zone).dt.tz_localize(None)[0] == local[0]
    else:
        assert np.isnat(instants.to_numpy("datetime64[ns]")[0])


def test_a_zone_is_found_by_the_days_on_which_its_clock_changes() -> None:
    instants = horizon_intervals(date(2026, 3, 1), 300, "UTC", 60)
    names = ("UTC", "Etc/GMT-1", "Africa/Cairo", "Africa/Ceuta", MADRID, "Europe/Berlin", "Europe/London")
    assert zones_with(instants, utc_offsets(instants, MADRID), names) == ["Europe/Berlin", MADRID, "Africa/Ceuta"]
    assert zones_with(instants[:24], utc_offsets(instants[:24], "Africa/Cairo"), names) == ["Africa/Cairo"]


def test_strays_are_known_among_many_rows_only() -> None:
    half_hours = horizon_intervals(date(2026, 3, 1), 1, "UTC", 30)
    stray = half_hours[[0]] + pd.Timedelta(minutes=10)
    assert list(usual_phases(half_hours.append(stray), 30)) == [0]
    assert len(usual_phases(half_hours, 60)) == 2
    assert len(usual_phases(half_hours[:3], 60)) == 2
    assert len(usual_phases(half_hours[:2].append(stray), 30)) == 2
    assert phases(stray, 30).tolist() == [600 * 10**9]
