"""A time zone as RFC 5545 writes it down, from the zone database.

icalendar's own Timezone.from_tzinfo puts the onset of summer time an hour late (version 7.3: it writes the wall clock
after the change, where section 3.6.5 wants the one before), so that shifts in that hour would move.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

Change = tuple[timedelta, timedelta, str]
"""Offset before, offset after, name after."""


def vtimezone(timezone: str, first: date, last: date) -> Timezone:
    """The zone from the beginning of the year before `first` to the end of the year after `last`."""
    begin, end = datetime(first.year - 1, 1, 1), datetime(last.year + 2, 1, 1)
    component = Timezone()
    component.add("TZID", timezone)
    opening = begin.replace(tzinfo=ZoneInfo(timezone))
    offset = _offset(opening)
    component.add_component(_observance((offset, offset, opening.tzname() or timezone), [begin]))
    for change, onsets in _changes(timezone, begin, end).items():
        component.add_component(_observance(change, onsets))
    return component


def _changes(timezone: str, begin: datetime, end: datetime) -> dict[Change, list[datetime]]:
    """Every change of the offset, with the wall clock just before each of its onsets."""
    hours = pd.date_range(begin, end, freq="h", tz="UTC")
    turns = np.flatnonzero(np.diff(_offset_minutes(hours, timezone)))
    found: dict[Change, list[datetime]] = {}
    for turn in turns.tolist():
        minutes = pd.date_range(hours[turn], hours[turn + 1], freq="min")
        onset = minutes[int(np.flatnonzero(np.diff(_offset_minutes(minutes, timezone)))[0]) + 1]
        before, after = ((onset - step).tz_convert(timezone) for step in (pd.Timedelta(minutes=1), pd.Timedelta(0)))
        change = (_offset(before), _offset(after), str(after.tzname()))
        found.setdefault(change, []).append((onset.tz_localize(None) + _offset(before)).to_pydatetime())
    return found


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _offset_minutes(instants: pd.DatetimeIndex, timezone: str) -> np.ndarray:
    local = instants.tz_convert(timezone).tz_localize(None)
    return np.asarray((local - instants.tz_localize(None)) // pd.Timedelta(minutes=1))


def _observance(change: Change, onsets: list[datetime]) -> TimezoneStandard | TimezoneDaylight:
    """One sub-component; where the clock goes forward it is called daylight time, whatever the zone calls it."""
    before, after, name = change
    part = TimezoneDaylight() if after > before else TimezoneStandard()
    part.add("TZNAME", name)
    part.TZOFFSETFROM, part.TZOFFSETTO = before, after
    part.DTSTART = onsets[0]
    if len(onsets) > 1:
        part.add("RDATE", onsets[1:])
    return part
