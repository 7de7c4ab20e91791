"""Hours that move by one where some country's clock changes: the times are not those of the center's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.files.wall_clock import named, zones_that_change
from staffplan.tables.history import ContactHistory

RULES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Sydney",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Jerusalem",
)
"""Zones whose clocks change on different days; each stands for many."""
DAYS_COMPARED, FEWEST_DAYS, STEADY_SHARE = 28, 8, 0.8
"""Days looked at before and after a change, how many of them must be open, and how many must have the usual hours."""
HOUR = 60


def zone_asked(history: ContactHistory, timezone: str) -> tuple[Note, ...]:
    """A question where opening and closing both move by the hour on the day of a clock change, in each queue."""
    local = pd.DatetimeIndex(history.frame["interval_start"]).tz_convert(timezone).tz_localize(None)
    frame = pd.DataFrame({"day": local.normalize(), "minute": local.hour * HOUR + local.minute})
    frame = frame[(history.frame["offered"] > 0).to_numpy() & (local.day_of_week < 5)]
    hours = frame.groupby("day")["minute"].agg(["min", "max"])
    if len(hours) < 2 * FEWEST_DAYS:
        return ()
    changes = sorted(_changes(hours.index[0].to_pydatetime(), hours.index[-1].to_pydatetime()))
    moved = [(day, -shift) for day, expected in changes if (shift := _shift(hours, day)) == -expected]
    fits = zones_that_change((day, timedelta(minutes=int(change))) for day, change in moved) if moved else []
    if not fits:
        return ()
    day = moved[0][0]
    message = (
        f"opening and closing both move by one hour on {day:%Y-%m-%d}, as the clock changed then in {named(fits)}"
    )
    message += f": the times look like those of {timezone}, not of the center's clock"
    message += "; give its zone (--timezone, plan.timezone)"
    return (Note("forecast", "question", history.source, message),)


def _changes(first: datetime, last: datetime) -> set[tuple[datetime, int]]:
    """Days on which a clock of RULES changes, with the minutes that it goes forward."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = set()
    for rule in RULES:
        zone = ZoneInfo(rule)
        offsets = [day.replace(hour=12, tzinfo=zone).utcoffset() or timedelta() for day in days]
        for place in range(1, len(days)):
            if offsets[place] != offsets[place - 1]:
                found.add((days[place], int((offsets[place] - offsets[place - 1]).total_seconds() // 60)))
    return found


def _shift(hours: pd.DataFrame, day: datetime) -> int:
    """Minutes by which both the usual opening and the usual closing move at a day; 0 where they do not together."""
    before = hours[(hours.index < day) & (hours.index >= day - timedelta(days=DAYS_COMPARED))]
    after = hours[(hours.index >= day) & (hours.index < day + timedelta(days=DAYS_COMPARED))]
    if min(len(before), len(after)) < FEWEST_DAYS:
        return 0
    usual = [_usual(part[name]) for name in ("min", "max") for part in (before, after)]
    if any(np.isnan(value) for value in usual):
        return 0
    moved = (usual[1] - usual[0], usual[3] - usual[2])
    return int(moved[0]) if moved[0] == moved[1] else 0


def _usual(minutes: pd.Series) -> float:
    """The time that most days have; NaN where they differ."""
    counts = minutes.value_counts()
    return float(counts.index[0]) if counts.iloc[0] >= STEADY_SHARE * len(minutes) else float("nan")
