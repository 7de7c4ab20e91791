"""Durations as people and systems write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.files.durations import read_durations, unit_in_name
from staffplan.tables.units import DurationUnit


def cells(*texts: object) -> pd.Series:
    return pd.Series(list(texts), dtype=object)


def seconds(*texts: object, unit: DurationUnit | None = None) -> list[float]:
    values, wrong = read_durations(cells(*texts), unit=unit)
    assert wrong == {}
    return [float(value) for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0:05:12", 312.0),
        ("00:00:00", 0.0),
        ("1:00:30.5", 3630.5),
        ("101:00:00", 363600.0),
        (":45", 45.0),
        ("PT1M15S", 75.0),
        ("PT31S", 31.0),
        ("P1DT1H", 90000.0),
        ("3 min 40 s", 220.0),
        ("1h 2m", 3720.0),
        ("45 sec", 45.0),
        ("-0:01:30", -90.0),
        ("220", 220.0),
    ],
)
def test_a_duration_that_can_be_read_in_one_way_is_read(text: str, value: float) -> None:
    assert seconds(text) == [value]


def test_minutes_above_23_or_hours_too_long_show_minutes_and_seconds() -> None:
    assert seconds("6:03", "4:52") == [363.0, 292.0]
    assert seconds("0:12", "65:10") == [12.0, 3910.0]
    assert seconds("0:12", ":45") == [12.0, 45.0]
    assert seconds("0:12", "1:02:20") == [12.0, 3740.0]


def test_a_quarter_of_an_hour_or_fifteen_seconds_is_asked() -> None:
    _, wrong = read_durations(cells("0:15", "1"))
    assert wrong[0][0] == "'0:15' could be hours or minutes"
    assert "input.aht_unit" in wrong[0][1]
    assert seconds("0:15", unit="m:ss") == [15.0]
    assert seconds("0:15", unit="h:mm") == [900.0]


@pytest.mark.parametrize(("unit", "value"), [("minutes", 318.0), ("hours", 19080.0), ("milliseconds", 0.0053)])
def test_numbers_count_in_their_unit(unit: DurationUnit, value: float) -> None:
    assert seconds("5.30", unit=unit) == [pytest.approx(value)]
    assert read_durations(pd.Series([5.3]), unit=unit)[0][0] == pytest.approx(value)


def test_a_minute_has_sixty_seconds() -> None:
    values, wrong = read_durations(cells("0:61:00", "0:01:00"))
    assert wrong[0][0] == "'0:61:00' is not a number"
    assert np.isnan(values[0])


def test_typed_durations_are_taken_as_they_are() -> None:
    assert read_durations(pd.Series(pd.to_timedelta(["0:05:12"])))[0].tolist() == [312.0]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("AHT (min)", "minutes"), ("aht [s]", "seconds"), ("Avg Handle (ms)", "milliseconds"), ("AHT (mm:ss)", "m:ss")],
)
def test_a_name_may_tell_the_unit(name: str, unit: str) -> None:
    assert unit_in_name(name) == unit


@pytest.mark.parametrize("name", ["AHT", "Calls (all)", "min", "First response time (in hrs) total"])
def test_most_names_tell_no_unit(name: str) -> None:
    assert unit_in_name(name) is None
