"""Hours that move by one where some country's clock changes: the times are not those of the center's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
LONGEST_PAUSE, FIRST_DAY_OFF = pd.Timedelta(hours=4), 5
EDGE, HOUR = 2, 60
"""Days just before and after a change that must have the old and the new hours; minutes."""


def zone_asked(history: ContactHistory, timezone: str, *, given: bool = False) -> tuple[Note, ...]:
    """A question where opening and closing both move by the hour on the day of a clock change, in each queue.

    `given`: the zone is the center's; then only hours that undo the changes of its own clock are asked about.
    """
    hours = _hours(history, timezone)
    if len(hours) < 2 * FEWEST_DAYS:
        return ()
    changes = sorted(_changes(hours.index[0].to_pydatetime(), hours.index[-1].to_pydatetime()))
    moved = [(day, -shift) for day, expected in changes if (shift := _shift(hours, day)) == -expected]
    fits = zones_that_change((day, timedelta(minutes=int(change))) for day, change in moved) if moved else []
    if not fits or (given and timezone not in fits):
        return ()
    day = moved[0][0]
    message = (
        f"opening and closing both move by one hour on {day:%Y-%m-%d}, as the clock changed then in {named(fits)}"
    )
    message += f": the times look like those of {'UTC' if given else timezone}, not of the center's clock; "
    message += "" if given else "give its zone (--timezone, plan.timezone); "
    message += 'if the times are of UTC, say so: --times UTC, or input.timezone = "UTC"'
    return (Note("forecast", "question", history.source, message),)


def _hours(history: ContactHistory, timezone: str) -> pd.DataFrame:
    """Minutes of the day at which the contacts of each working day begin and end ("min", "max"), by day.

    A day's contacts are those without a long pause between, as they may go on after midnight of this zone.
    """
    came = history.frame.loc[history.frame["offered"] > 0, "interval_start"].drop_duplicates().sort_values()
    local = pd.Series(pd.DatetimeIndex(came).tz_convert(timezone).tz_localize(None))
    span = (local.diff() > LONGEST_PAUSE).cumsum()
    first, last = local.groupby(span).min(), local.groupby(span).max()
    middle = first + (last - first) / 2
    hours = pd.DataFrame({"min": first.dt.hour * HOUR + first.dt.minute, "max": last.dt.hour * HOUR + last.dt.minute})
    hours.index = pd.DatetimeIndex(middle).normalize()
    return hours[hours.index.day_of_week < FIRST_DAY_OFF]


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
    moved = []
    for name in ("min", "max"):
        old, new = _usual(before[name]), _usual(after[name])
        at_once = (before[name].iloc[-EDGE:] == old).all() and (after[name].iloc[:EDGE] == new).all()
        moved.append(int(new - old) if at_once else 0)
    return moved[0] if moved[0] == moved[1] else 0


def _usual(minutes: pd.Series) -> float:
    """The time that most days have; NaN where they differ."""
    counts = minutes.value_counts()
    return float(counts.index[0]) if counts.iloc[0] >= STEADY_SHARE * len(minutes) else float("nan")
