"""Who works at a moment of a roster, and how many are there and needed until the day ends."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from staffplan.clock import local_dates, midnight
from staffplan.tables.control import NetStaffing, PeopleNow
from staffplan.tables.roster import Roster, RosterShifts
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage

KEY = ["agent_id", "schedule_date"]


def people_now(roster: Roster, at: pd.Timestamp) -> PeopleNow:
    """Everybody whose shift holds the instant `at`."""
    rows = roster.activities.frame.sort_values(["agent_id", "start"])
    following = rows.groupby(KEY, sort=False).shift(-1)
    then = following["planning_group"].fillna("").where(lambda group: group != "", following["activity"].fillna(""))
    here = rows.assign(then=then)[(rows["start"] <= at) & (at < rows["end"])]
    shifts = roster.shifts.frame[[*KEY, "name", "end"]].rename(columns={"end": "shift_end"})
    found = here.merge(shifts, on=KEY, how="left").rename(columns={"start": "since", "end": "until"})
    found["shift_end"] = found["shift_end"].fillna(found["until"])
    found["name"] = found["name"].fillna("")
    return PeopleNow.of(found[[column.name for column in PeopleNow.columns]])


def begin_later(roster: Roster, at: pd.Timestamp, zone: str) -> RosterShifts:
    """Shifts that begin after `at` on the same local day."""
    rows = roster.shifts.frame
    later = rows[(rows["start"] > at) & (rows["start"] < _end_of_day(at, zone))]
    return RosterShifts.of(later)


def rest_of_day(cover: Coverage, at: pd.Timestamp, minutes: int, zone: str) -> NetStaffing:
    """The intervals (of so many minutes) from the one that holds `at` until the local day ends."""
    rows = cover.frame
    begins = rows["interval_start"]
    rows = rows[(begins + pd.Timedelta(minutes, "min") > at) & (begins < _end_of_day(at, zone))]
    return NetStaffing.of(rows[[column.name for column in NetStaffing.columns]])


def _end_of_day(at: pd.Timestamp, zone: str) -> pd.Timestamp:
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    return midnight(day + timedelta(days=1), zone)


def standing_by(table: Standby | None, at: pd.Timestamp, timezone: str) -> Standby:
    """Standby that lasts at an instant, or begins later on its local day, by its start."""
    if table is None:
        return Standby.empty()
    [day] = local_dates(pd.DatetimeIndex([at]), timezone)
    day_end = midnight(day + timedelta(days=1), timezone)
    rows = table.frame
    here = (rows["end"] > at) & (rows["start"] < day_end)
    return Standby.of(rows[here].sort_values(["start", "standby", "agent_id"]))
