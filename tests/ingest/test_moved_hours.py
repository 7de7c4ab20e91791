"""Opening hours that move by one hour on the day of a clock change tell that the times are of another zone."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.ingest.moved_hours import zone_asked
from staffplan.tables.history import ContactHistory


def center(zone: str, start: str, *, days: int = 60) -> ContactHistory:
    """A center that is open from 8 to 18 by the clock of a zone, on working days."""
    hours = pd.date_range(start, periods=24 * days, freq="h", tz="UTC")
    local = hours.tz_convert(zone)
    hours = hours[(local.hour >= 8) & (local.hour < 18) & (local.day_of_week < 5)]
    return ContactHistory.of(pd.DataFrame({"interval_start": hours, "queue": "a", "offered": 5.0}), "f.csv")


@pytest.mark.parametrize(
    ("zone", "start", "named"),
    [
        ("America/New_York", "2025-10-05", "America/New_York"),
        ("America/Chicago", "2026-02-10", "America/New_York"),
        ("Europe/Berlin", "2025-10-01", "Europe/London"),
        ("Australia/Sydney", "2025-09-08", "Australia/Sydney"),
    ],
)
def test_a_center_written_in_utc_is_asked_for_its_zone(zone: str, start: str, named: str) -> None:
    (note,) = zone_asked(center(zone, start), "UTC")
    assert note.kind == "question"
    assert named in note.message


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_a_center_whose_clock_never_changes_is_not_asked(zone: str) -> None:
    assert zone_asked(center(zone, "2025-10-05"), "UTC") == ()


def test_a_center_that_opens_earlier_but_closes_as_before_is_not_asked() -> None:
    history = center("America/New_York", "2025-10-05").frame
    keep = ~((history["interval_start"] < "2025-11-02") & (history["interval_start"].dt.hour == 12))
    assert zone_asked(ContactHistory.of(history[keep], "f.csv"), "UTC") == ()


def test_local_times_that_undo_the_changes_of_the_center_s_own_clock_are_asked_about() -> None:
    """UTC read as if it were New York's clock: the hours move on the day on which that clock changes."""
    utc = center("America/New_York", "2025-10-05")
    read = utc.frame["interval_start"].dt.tz_localize(None).dt.tz_localize("America/New_York")
    history = ContactHistory.of(utc.frame.assign(interval_start=read.dt.tz_convert("UTC")), "f.csv")
    (note,) = zone_asked(history, "America/New_York", given=True)
    assert '--times UTC, or input.timezone = "UTC"' in note.message
    assert zone_asked(history, "Europe/Berlin", given=True) == ()


def test_a_center_in_its_own_zone_is_not_asked() -> None:
    assert zone_asked(center("America/New_York", "2025-10-05"), "America/New_York") == ()
