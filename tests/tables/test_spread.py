"""Dates that were mistyped: rows far from all others, and ranges without end, told before anything spans them."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.errors import DataError
from staffplan.tables.forecast import OverrideLog, VolumeForecast
from staffplan.tables.people import TimeOff
from staffplan.tables.requirement import PeopleNeeded, StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.waits import Coverage
from staffplan.tables.wishes import Wishes


@pytest.mark.parametrize(
    "table",
    [VolumeForecast, StaffingRequirement, PeopleNeeded, RosterShifts, RosterActivities, Coverage, OverrideLog],
)
def test_every_table_of_a_plan_knows_which_column_spans_its_calendar(table: type[Table]) -> None:
    assert table.calendar
    assert set(table.calendar) <= {column.name for column in table.columns}


def _needed(*starts: str) -> pd.DataFrame:
    instants = pd.to_datetime(list(starts), utc=True)
    return pd.DataFrame({"interval_start": instants, "planning_group": "phone", "agents_on_queue": 3.0})


def test_a_row_years_from_most_rows_is_told_with_its_date() -> None:
    with pytest.raises(DataError, match=r"r\.csv:4:interval_start: 2062-03-02 is 36 years after the previous date"):
        PeopleNeeded.of(_needed("2026-03-02 09:00", "2026-03-02 09:30", "2062-03-02 10:00"), "r.csv")
    with pytest.raises(DataError, match=r"r\.csv:4:interval_start: 2029-03-02 is 3 years away from most rows"):
        PeopleNeeded.of(_needed("2026-03-02 09:00", "2026-03-02 09:30", "2029-03-02 10:00"), "r.csv")


def test_a_plan_of_78_weeks_is_no_stray() -> None:
    assert len(PeopleNeeded.of(_needed("2026-03-02 09:00", "2026-12-02 09:30", "2027-08-30 10:00"))) == 3


def test_a_shift_and_a_wish_of_decades_are_refused_and_time_off_may_have_no_end() -> None:
    day, start = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-02 09:00", tz="UTC")
    shift = {"agent_id": "a", "schedule_date": day, "shift": "day", "start": start, "paid_hours": 8.0}
    with pytest.raises(DataError, match="at most 2 days are possible"):
        RosterShifts.of(pd.DataFrame([{**shift, "end": start + pd.Timedelta(days=36525)}]))
    off = {"agent_id": "a", "first_day": day, "last_day": pd.Timestamp("2099-12-31")}
    with pytest.raises(DataError, match="at most 3,652 days are possible"):
        Wishes.of(pd.DataFrame([off | {"wish": "off"}]))
    assert len(TimeOff.of(pd.DataFrame([off]))) == 1


def test_more_work_than_a_million_people_do_is_refused_though_each_number_is_possible() -> None:
    row = {"interval_start": pd.Timestamp("2026-03-02 09:00", tz="UTC"), "queue": "a", "channel": "voice"}
    bands = dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), 1.0)
    with pytest.raises(DataError, match="seconds of work"):
        VolumeForecast.of(pd.DataFrame([{**row, **bands, "offered": 1e6, "aht_seconds": 1e6, "method": "x"}]))
