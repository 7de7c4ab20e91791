"""A zone written down keeps every clock change, as another reader of RFC 5545 (dateutil) understands it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from staffplan.report.vtimezone import vtimezone

ZONES = [
    "Europe/Madrid",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Etc/GMT+3",
    *(
        pytest.param(zone, marks=pytest.mark.thorough)
        for zone in ("Europe/Dublin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Beirut")
    ),
]


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_the_year_has_the_offset_of_the_zone_database(zone):
    read = vtimezone(zone, date(2026, 2, 1), date(2026, 11, 30)).to_tz(lookup_tzid=False)
    halves = pd.date_range("2026-01-01", "2027-01-01", freq="30min", tz="UTC").to_pydatetime()
    wrong = [at for at in halves if at.astimezone(read).utcoffset() != at.astimezone(ZoneInfo(zone)).utcoffset()]
    assert wrong == []


def test_the_clock_of_the_union_changes_on_the_last_sundays_of_march_and_october():
    """Directive 2000/84/EC, articles 2 and 3: at 1.00 a.m. GMT, in Madrid 02:00, then 03:00."""
    text = vtimezone("Europe/Madrid", date(2026, 6, 1), date(2026, 6, 30)).to_ical().decode()
    daylight, standard = text.split("BEGIN:DAYLIGHT")[1], text.split("BEGIN:STANDARD")[2]
    assert "DTSTART:20250330T020000" in daylight
    assert "RDATE:20260329T020000,20270328T020000" in daylight
    assert ("TZOFFSETFROM:+0100" in daylight, "TZOFFSETTO:+0200" in daylight) == (True, True)
    assert "DTSTART:20251026T030000" in standard
    assert "RDATE:20261025T030000,20271031T030000" in standard


def test_new_york_is_as_the_standard_s_own_example_writes_it():
    """RFC 5545, section 3.6.5: in 2007 summer time begins on 11 March at 02:00 of the old clock."""
    text = vtimezone("America/New_York", date(2008, 1, 1), date(2008, 1, 31)).to_ical().decode()
    assert "DTSTART:20070311T020000" in text
    assert "DTSTART:20071104T020000" in text


def test_a_zone_without_clock_changes_has_one_offset():
    component = vtimezone("Asia/Kolkata", date(2026, 1, 1), date(2026, 1, 31))
    assert len(component.subcomponents) == 1
    assert timedelta(hours=5, minutes=30) == component.subcomponents[0].TZOFFSETTO
    assert datetime(2025, 1, 1) == component.subcomponents[0].DTSTART
