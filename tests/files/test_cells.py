"""Cells as people write them, in many countries and many programs."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.files.cells import read_dates, read_instants, read_numbers
from thorough import repetitions

MADRID = "Europe/Madrid"


def cells(*texts: object) -> pd.Series:
    return pd.Series(list(texts), dtype=object)


def number(text: str, *, decimal_comma: bool = False) -> float:
    values, wrong = read_numbers(cells(text), decimal_comma=decimal_comma)
    assert wrong == {}
    return float(values[0])


def why_not(text: str, *, decimal_comma: bool = False) -> tuple[str, str]:
    values, wrong = read_numbers(cells("1", text), decimal_comma=decimal_comma)
    assert list(wrong) == [1]
    assert np.isnan(values[1])
    return wrong[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        (" 12.5 ", 12.5),
        ("-3", -3.0),
        ("+7", 7.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12,5", 12.5),
        ("-0,25", -0.25),
        ("1 234", 1234.0),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234", 1234.0),
        ("1,234,567", 1234567.0),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1.234,5", 1234.5),
        ("0,1234", 0.1234),
        ("1234,567", 1234.567),
    ],
)
def test_a_number_that_can_be_read_in_one_way_is_read(text: str, value: float) -> None:
    assert number(text) == value
    assert number(text, decimal_comma=True) == value


@pytest.mark.parametrize(
    ("text", "value"), [("+10 %", 0.1), ("-2,5%", -0.025), ("12.5\u00a0%", 0.125), ("0,1", 0.1), ("-1", -1.0)]
)
def test_a_share_may_be_written_in_percent(text: str, value: float) -> None:
    values, wrong = read_numbers(cells(text), percent=True)
    assert wrong == {}
    assert values[0] == value


@pytest.mark.parametrize("text", ["%", "ten %", "10 % more", "10 %%"])
def test_a_percentage_that_is_none_is_told(text: str) -> None:
    _, wrong = read_numbers(cells(text), percent=True)
    assert wrong[0][0].endswith("is not a number")


def test_a_sign_does_not_make_a_doubtful_comma_certain() -> None:
    assert why_not("+1,234") == ("'+1,234' could be thousands or decimals", "write +1234 or +1.234")


def test_a_lone_comma_before_three_digits_is_decimal_only_where_commas_separate_nothing() -> None:
    assert number("1,234", decimal_comma=True) == 1.234
    assert why_not("1,234") == ("'1,234' could be thousands or decimals", "write 1234 or 1.234")


def test_a_lone_dot_before_three_digits_is_doubtful_among_decimal_commas() -> None:
    values, wrong = read_numbers(cells("12,5", "1.234", "2.5"), decimal_comma=True)
    assert wrong == {1: ("'1.234' could be thousands or decimals", "write 1234 or 1,234")}
    assert values[2] == 2.5


def test_a_lone_dot_before_three_digits_is_decimal_among_dots() -> None:
    values, wrong = read_numbers(cells("12.5", "1.234"), decimal_comma=True)
    assert wrong == {}
    assert values.tolist() == [12.5, 1.234]


@pytest.mark.parametrize("text", ["abc", "12 calls", "1_000", "--5", "5%", "1,2,3", "1.2.3", "0x10", "3-4", "١٢"])
def test_what_is_not_a_number_is_said_with_the_value_seen(text: str) -> None:
    message, hint = why_not(text)
    assert message == f"{text.replace(' ', '')!r} is not a number"
    assert hint == "write a number such as 12 or 12.5"


@pytest.mark.parametrize(
    "text", ["", " ", "NaN", "n/a", "NA", "-", "--", "#N/A", "#DIV/0!", "[None]", None, float("nan")]
)
def test_a_blank_cell_is_no_number_and_no_mistake(text: object) -> None:
    values, wrong = read_numbers(cells("1", text))
    assert wrong == {}
    assert values.isna().tolist() == [False, True]


def test_a_duration_is_no_number_of_calls() -> None:
    assert why_not("0:05:12")[0] == "'0:05:12' is a duration, not a number"


def test_numbers_and_durations_of_a_typed_column_are_taken_as_they_are() -> None:
    assert read_numbers(pd.Series([1, 2]))[0].tolist() == [1.0, 2.0]
    assert read_numbers(pd.Series([True, False]))[0].tolist() == [1.0, 0.0]
    assert read_numbers(pd.Series(pd.to_timedelta(["0:05:12", "1:00:00"])))[0].tolist() == [312.0, 3600.0]
    assert read_numbers(pd.Series(["1", "x"], dtype="str"))[1].keys() == {1}


@settings(max_examples=repetitions(10, 30))
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_back(value: float) -> None:
    assert number(repr(value)) == value


@settings(max_examples=repetitions(10, 30))
@given(st.integers(-(10**9), 10**9), st.integers(0, 99))
def test_a_decimal_comma_means_the_same_as_a_point(whole: int, cents: int) -> None:
    assert number(f"{whole},{cents:02d}", decimal_comma=True) == number(f"{whole}.{cents:02d}")


@settings(max_examples=repetitions(10, 30))
@given(st.integers(10**6, 10**12))
def test_thousands_may_be_grouped_by_commas_dots_or_spaces(value: int) -> None:
    grouped = f"{value:,}"
    assert number(grouped) == number(grouped.replace(",", ".")) == number(grouped.replace(",", " ")) == value


def instant(text: str, timezone: str = MADRID) -> str:
    values, wrong = read_instants(cells(text), timezone)
    assert wrong == {}
    return values[0].isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-06T08:30:00+02:00",
        "2026-07-06T06:30:00Z",
        "2026-07-06 08:30:00+0200",
        "2026-07-06 08:30:00+02",
        "2026-07-06 12:00:00 +05:30",
        "2026-07-06T08:30",
        "2026-07-06 08:30:00.000",
        "2026-07-06 8:30",
        "06.07.2026 08:30",
        "6.7.2026 8:30:00",
        "2026/7/6 08:30",
        "2026-07-06 8:30 AM",
        "06.07.2026 08:30:00 a.m.",
        "  2026-07-06 08:30  ",
    ],
)
def test_one_moment_can_be_written_in_many_ways(text: str) -> None:
    assert instant(text) == "2026-07-06T06:30:00+00:00"


def test_noon_and_midnight_of_the_twelve_hour_clock() -> None:
    values, _ = read_instants(cells("2026-07-06 12:00 AM", "2026-07-06 12:30 PM", "2026-07-06 11:30 pm"), "UTC")
    assert values.dt.strftime("%H:%M").tolist() == ["00:00", "12:30", "23:30"]


@pytest.mark.parametrize(("first", "second"), [("03/02/2026", "03/13/2026"), ("02/03/2026", "13/03/2026")])
def test_days_between_slashes_are_read_where_one_above_12_tells_the_order(first: str, second: str) -> None:
    values, wrong = read_instants(cells(f"{first} 8:00", f"{second} 8:00 AM", ""), "UTC")
    assert wrong == {}
    assert values[:2].astype(str).tolist() == ["2026-03-02 08:00:00+00:00", "2026-03-13 08:00:00+00:00"]
    days, wrong = read_dates(cells(first, second.replace("/", "-"), "2026-03-04"))
    assert wrong == {}
    assert days.dt.day.tolist() == [2, 13, 4]


def test_days_between_slashes_are_not_guessed() -> None:
    _, wrong = read_instants(cells("03/02/2026 08:00", "04/02/2026 08:00", "soon"), "UTC")
    assert wrong[0] == wrong[1]
    assert wrong[0][0] == (
        "days are written like '03/02/2026 08:00', and no value above 12 shows which is day and which is month"
    )
    assert wrong[2][0] == "'soon' is not a date and time"
    _, wrong = read_dates(cells("13/02/2026", "02/13/2026", "2026-02-13"))
    assert list(wrong) == [0, 1]
    assert "two orders, '13/02/2026' and '02/13/2026'" in wrong[0][0]


@pytest.mark.parametrize(
    "text",
    [
        "2-Nov-26 08:00",
        "02/Nov/26 8:00 AM",
        "Mon, 02 Nov 2026 08:00:00",
        "Nov 2, 2026 8:00 AM",
        "2. November 2026, 08:00",
        "Mo 02.11.26 08:00",
        "2 de noviembre de 2026 8:00",
        "lun. 2 nov. 2026 08:00",
        "2 ноября 2026 г. 08:00",
        "пн, 2 нояб. 2026 08:00",
    ],
)
def test_months_may_have_names_and_years_two_digits(text: str) -> None:
    values, wrong = read_instants(cells(text), "UTC")
    assert wrong == {}
    assert values[0].isoformat() == "2026-11-02T08:00:00+00:00"


def test_a_name_that_is_no_month_is_told() -> None:
    _, wrong = read_instants(cells("2-Nix-26 08:00", "2 jui 2026 08:00"), "UTC")
    assert list(wrong) == [0, 1]  # jui could be June or July


@pytest.mark.parametrize(("first", "second"), [("9/1/25", "9/13/25"), ("1/9/25", "13/9/25")])
def test_a_year_of_two_digits_is_of_this_century(first: str, second: str) -> None:
    values, wrong = read_instants(cells(f"{first} 8:00", f"{second} 8:00"), "UTC")
    assert wrong == {}
    assert values.dt.strftime("%Y-%m-%d").tolist() == ["2025-09-01", "2025-09-13"]


def test_a_last_number_that_changes_most_often_is_no_year() -> None:
    _, wrong = read_instants(cells("25/09/01 8:00", "25/09/02 8:00", "25/09/13 8:00"), "UTC")
    assert list(wrong) == [0, 1, 2]


def test_days_in_a_row_tell_the_order_of_day_and_month() -> None:
    texts = [f"{day:02d}/11/2026 08:00" for day in range(2, 9)]
    values, wrong = read_instants(cells(*texts), "UTC")
    assert wrong == {}
    assert values.dt.day.tolist() == list(range(2, 9))
    swapped, _ = read_instants(cells(*(f"{t[3:6]}{t[:2]}{t[5:]}" for t in texts)), "UTC")
    assert swapped.equals(values)


def test_24_00_is_told_to_be_the_next_day() -> None:
    _, wrong = read_instants(cells("2026-03-02 24:00"), "UTC")
    assert wrong[0][1].startswith("write 00:00 of the next day")


def test_a_spreadsheets_number_of_a_day_is_told_as_such() -> None:
    _, wrong = read_instants(cells("46146.3333333"), "UTC")
    assert "spreadsheet date number" in wrong[0][1]


def test_a_day_alone_is_its_midnight_in_the_zone() -> None:
    assert instant("2026-07-06") == "2026-07-05T22:00:00+00:00"


def test_offsets_and_local_times_may_stand_in_one_column() -> None:
    values, wrong = read_instants(cells("2026-01-05T08:00+05:00", "2026-01-05 08:00", "", None), MADRID)
    assert wrong == {}
    assert values.astype(str).tolist()[:2] == ["2026-01-05 03:00:00+00:00", "2026-01-05 07:00:00+00:00"]


def test_a_local_time_that_the_clock_skips_or_doubles_is_told_with_its_remedy() -> None:
    _, wrong = read_instants(cells("2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25T02:30+01:00"), MADRID)
    assert wrong[0][0] == "local time 2026-03-29 02:30 does not exist: the clock goes forward over it"
    assert wrong[1][0] == "local time 2026-10-25 02:30 exists twice: the clock goes back over it"
    assert wrong[1][1] == "write the offset too (2026-12-31T08:30:00+01:00), or correct the zone: it is Europe/Madrid"
    assert 2 not in wrong


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01 08:00",
        "2026-02-30 08:00",
        "2026-01-05 24:30",
        "2026-01-05 13:30 PM",
        "yesterday",
        "08:30",
    ],
)
def test_what_is_no_time_is_said_with_the_value_seen(text: str) -> None:
    _, wrong = read_instants(cells(text), MADRID)
    assert wrong[0][0] == f"{text!r} is not a date and time"
    assert wrong[0][1].startswith("write 2026-12-31 08:30")


@pytest.mark.parametrize("text", ["9999-12-31 08:00", "0001-01-01 00:00", "31.12.9999 08:00"])
def test_a_year_that_no_table_can_hold_is_refused(text: str) -> None:
    _, wrong = read_instants(cells(text), MADRID)
    assert "lies outside the years 1970 to 2100" in wrong[0][0]


def test_typed_times_are_local_unless_they_carry_a_zone() -> None:
    naive = pd.Series(pd.to_datetime(["2026-07-06 08:30", "2026-10-25 02:30"]))
    values, wrong = read_instants(naive, MADRID)
    assert values[0].isoformat() == "2026-07-06T06:30:00+00:00"
    assert list(wrong) == [1]
    aware = pd.Series(pd.to_datetime(["2026-07-06 08:30"]).tz_localize("America/New_York"))
    assert read_instants(aware, MADRID)[0][0].isoformat() == "2026-07-06T12:30:00+00:00"


def test_no_cells_are_no_instants() -> None:
    values, wrong = read_instants(cells(), MADRID)
    assert (len(values), wrong) == (0, {})
    assert values.dtype == "datetime64[ns, UTC]"


@settings(max_examples=repetitions(10, 30))
@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_an_offset_says_which_instant_is_meant(moment: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    wanted = pd.Timestamp(moment).floor("s") - pd.Timedelta(minutes=minutes)
    assert pd.Timestamp(instant(text)).tz_localize(None) == wanted


@pytest.mark.parametrize(
    "text", ["2026-03-09", "9.3.2026", "09.03.2026", "2026-03-09 14:00", "2026-03-09T00:00:00+05:00", " 2026-03-09 "]
)
def test_a_day_is_read_and_a_time_behind_it_left_out(text: str) -> None:
    values, wrong = read_dates(cells(text))
    assert wrong == {}
    assert values[0] == pd.Timestamp("2026-03-09")


def test_what_is_no_day_is_said_with_the_value_seen() -> None:
    values, wrong = read_dates(cells("2026-03-09", "", None, "next week", "2026-02-29", "3/9/2026", "9999-12-31"))
    assert wrong[3] == ("'next week' is not a day", "write 2026-12-31")
    assert sorted(wrong) == [3, 4, 5, 6]
    assert values.isna().tolist() == [False, True, True, True, True, True, True]


def test_typed_days_lose_their_time_and_keep_their_wall_date() -> None:
    late = pd.Series(pd.to_datetime(["2026-03-09 23:30"]))
    assert read_dates(late)[0][0] == pd.Timestamp("2026-03-09")
    assert read_dates(late.dt.tz_localize("America/New_York"))[0][0] == pd.Timestamp("2026-03-09")


@settings(max_examples=repetitions(10, 30))
@given(st.dates(datetime(1970, 1, 1).date(), datetime(2100, 1, 1).date()))
def test_a_day_means_the_same_with_dots_and_with_dashes(day: datetime) -> None:
    values, wrong = read_dates(cells(f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day:%Y}"))
    assert wrong == {}
    assert set(values) == {pd.Timestamp(day)}
