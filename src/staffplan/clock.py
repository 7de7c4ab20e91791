"""Time zones, opening hours, special days: local days to instants and back.

Inside the program time is instants in UTC; local time exists only here and in print.
Ends are exclusive. A local day may have 23, 24 or 25 hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years that days and times of files and settings lie in."""
STRAY_SHARE = 0.05
"""Rows that begin where no more than this share of all does are strays."""
ROWS_TO_KNOW_STRAYS = 24
Spans = tuple[tuple[int, int], ...]
"""Open spans of one day as minutes after local midnight, (start, end); end may pass 1440 (next day)."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class SpecialDay:
    """A day the calendar knows: a public holiday, a closure, or an event that changes the volume."""

    day: date
    name: str
    kind: str = "holiday"
    """"holiday" (opening hours of holidays apply), "closed" (nothing is open), "event" (open as usual), "ordinary" (a
    day like any other, whatever it looks like)."""
    moved: bool = False
    """A day off in place of a holiday or of a weekend on which people work."""


@dataclass(frozen=True)
class SiteCalendar:
    """Zone, interval length and special days of a site."""

    timezone: str = "UTC"
    interval_minutes: int = 30
    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    ordinary_days: frozenset[date] = frozenset()
    """Days of which somebody said that they were like any other; none of them is among the special days."""
    working_weekends: frozenset[date] = frozenset()
    """Days of weekends on which the country works in place of a weekday."""

    @classmethod
    def of(cls, timezone: str, interval_minutes: int, days: Iterable[SpecialDay]) -> Self:
        """The calendar with these days; of several on one day the last counts."""
        known = {special.day: special for special in days}
        ordinary = frozenset(day for day, special in known.items() if special.kind == "ordinary")
        special = {day: special for day, special in known.items() if day not in ordinary}
        return cls(timezone, interval_minutes, special, ordinary)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def holidays(self) -> frozenset[date]:
        """Public holidays, and days that the site has named so."""
        return frozenset(day for day, special in self.special_days.items() if special.kind == "holiday")

    def local(self, instants: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """The same instants, as the clock on the wall shows them."""
        return instants.tz_convert(self.timezone)


def first_of_week(day: date, starts: str) -> date:
    """First day of the day's week, where weeks begin on the weekday `starts` ("mon")."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(starts)) % len(WEEKDAYS))


def midnight(day: date, timezone: str) -> pd.Timestamp:
    """The instant (UTC) at which a local day begins; where midnight is skipped, the first instant after."""
    local = pd.Timestamp(datetime.combine(day, time())).tz_localize(
        timezone, ambiguous=True, nonexistent="shift_forward"
    )
    return local.tz_convert("UTC").as_unit("ns")


def wall_instant(day: date, minute: int, timezone: str) -> pd.Timestamp:
    """Instant (UTC) of the wall clock `minute` minutes after midnight of `day`; 1440 and more is the next day.

    A wall time that the clock change skips is moved forward; one that occurs twice is taken the first time.
    """
    days, rest = divmod(minute, MINUTES_PER_DAY)
    local = pd.Timestamp(datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60)))
    return local.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC").as_unit("ns")


def day_intervals(day: date, timezone: str, minutes: int) -> pd.DatetimeIndex:
    """Starts (UTC) of the intervals of one local day: 46, 48 or 50 half-hours."""
    return _grid(midnight(day, timezone), midnight(day + timedelta(days=1), timezone), minutes)


def horizon_intervals(first: date, days: int, timezone: str, minutes: int) -> pd.DatetimeIndex:
    """Starts (UTC) of all intervals of `days` local days from `first` on."""
    return _grid(midnight(first, timezone), midnight(first + timedelta(days=days), timezone), minutes)


def _grid(start: pd.Timestamp, end: pd.Timestamp, minutes: int) -> pd.DatetimeIndex:
    return pd.date_range(start, end, freq=f"{minutes}min", inclusive="left", unit="ns")


def local_dates(instants: pd.DatetimeIndex, timezone: str) -> NDArray[np.object_]:
    """Local calendar days of the instants, (instants,), as `datetime.date`."""
    codes, days = _local_days(instants, timezone)
    return days[codes]


def _local_days(instants: pd.DatetimeIndex, timezone: str) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """For each instant the place of its local day, and the distinct days; a `date` is slow to make."""
    codes, days = pd.factorize(_local_minutes(instants, timezone) // MINUTES_PER_DAY)
    return codes, np.asarray(pd.DatetimeIndex(days.astype("datetime64[D]")).date, dtype=object)


def _local_minutes(instants: pd.DatetimeIndex, timezone: str) -> NDArray[np.int64]:
    """What the clock on the wall shows, in whole minutes since it showed the first of January 1970."""
    local = instants.tz_convert(timezone).tz_localize(None).as_unit("s")
    return np.asarray(local.asi8 // 60, dtype=np.int64)


def minute_of_day(instants: pd.DatetimeIndex, timezone: str) -> NDArray[np.int64]:
    """Wall-clock minutes after midnight of the instants, (instants,)."""
    return _local_minutes(instants, timezone) % MINUTES_PER_DAY


def phases(instants: pd.DatetimeIndex, minutes: int) -> NDArray[np.int64]:
    """Nanoseconds, (instants,), from the start of a period of so many minutes to each instant."""
    return np.asarray(instants.as_unit("ns").asi8 % (minutes * 60_000_000_000), dtype=np.int64)


def usual_phases(instants: pd.DatetimeIndex, minutes: int) -> NDArray[np.int64]:
    """Phases in nanoseconds, (phases,), at which more than stray instants lie, such as the hour and half past. Of few
    instants, all phases."""
    found, counts = np.unique(phases(instants, minutes), return_counts=True)
    few = len(instants) < ROWS_TO_KNOW_STRAYS
    return np.asarray(found[few | ((counts > STRAY_SHARE * len(instants)) & (counts > 1))], dtype=np.int64)


def weekday_of(instants: pd.DatetimeIndex, timezone: str) -> NDArray[np.int64]:
    """Local weekdays of the instants, (instants,), Monday 0. The first of January 1970 was a Thursday."""
    return (_local_minutes(instants, timezone) // MINUTES_PER_DAY + WEEKDAYS.index("thu")) % 7


def utc_offsets(instants: pd.DatetimeIndex, timezone: str) -> NDArray[np.int64]:
    """Minutes, (instants,), by which local time is ahead of UTC at each instant."""
    return _local_minutes(instants, timezone) - _local_minutes(instants, "UTC")


def zones_with(instants: pd.DatetimeIndex, offsets: NDArray[np.int64], names: Iterable[str]) -> list[str]:
    """Those of the named zones (of places, such as Europe/Madrid) whose clock has just these offsets.

    Zones of the part of the world that has most of them come first. Compared are the first and the last instant of
    each stretch of one offset: clocks change there or nowhere. `offsets`: (instants,), minutes ahead of UTC.
    """
    order = np.argsort(instants.asi8, kind="stable")
    starts, minutes = instants[order], offsets[order]
    change = np.flatnonzero(np.diff(minutes)) + 1
    places = np.unique([0, len(minutes) - 1, *change, *(change - 1)])
    wanted = [timedelta(minutes=int(minutes[place])) for place in places]
    moments = [starts[place].to_pydatetime() for place in places]
    places_of_the_world = sorted(name for name in names if "/" in name and not name.startswith("Etc/"))
    fits = [
        name
        for name in places_of_the_world
        if [moment.astimezone(ZoneInfo(name)).utcoffset() for moment in moments] == wanted
    ]
    regions = [name.partition("/")[0] for name in fits]
    return sorted(fits, key=lambda name: -regions.count(name.partition("/")[0]))


def parse_spans(text: str) -> Spans:
    """Spans of a day from text: "08:00-12:00, 13:00-17:00", "22:00-06:00" (past midnight), "closed", "24h".

    Raises ValueError, in words, on anything else.
    """
    words = text.strip().lower()
    if words == "closed":
        return ()
    if words == "24h":
        return ((0, MINUTES_PER_DAY),)
    return tuple(_parse_span(part) for part in words.split(","))


def _parse_span(part: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(part.strip())
    if match is None:
        raise ValueError(f"{part.strip()!r} is not a span of hours; write 08:00-20:00, closed or 24h")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    if from_hour > 23 or to_hour > 24 or max(from_minute, to_minute) > 59 or (to_hour == 24 and to_minute):
        raise ValueError(f"{part.strip()!r} has a time outside 00:00-24:00")
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if start == end:
        raise ValueError(f"{part.strip()!r} is empty; write 24h for the whole day, closed for none")
    return start, end if end > start else end + MINUTES_PER_DAY


def clock_minute(text: str) -> int:
    """Minutes after midnight of "08:30"; ValueError, in words, on anything else."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time of day; write 08:30")
    return int(match[1]) * 60 + int(match[2])


def day_minute(text: str) -> int:
    """Minutes after midnight of "08:30", "08:30:00" as a spreadsheet writes it, or "24:00", the end of the day.

    Raises ValueError, in words, on anything else.
    """
    words = text.strip()
    words = words.removesuffix(":00") if words.count(":") == 2 else words
    return MINUTES_PER_DAY if words == "24:00" else clock_minute(words)


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Weekday numbers (Monday 0) from "mon", "mon-fri", "sat,sun", "sun-thu" (wraps), "daily".

    Raises ValueError, in words, on anything else.
    """
    words = text.strip().lower()
    if words == "daily":
        return tuple(range(7))
    days: list[int] = []
    for part in words.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"{part.strip()!r} is not a weekday or a range; write mon, sat,sun or mon-fri")
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last or first) - start) % 7 + 1
        days.extend((start + step) % 7 for step in range(length))
    return tuple(dict.fromkeys(days))


@dataclass(frozen=True)
class OpeningHours:
    """When a queue is open: spans for each weekday (Monday first), and other spans on holidays."""

    weekdays: tuple[Spans, ...]
    on_holidays: Spans | None = None
    """None: holidays are open like any other day."""
    through_closures: bool = False
    """True: open on closed days too, as a letter box is."""

    @classmethod
    def always(cls) -> OpeningHours:
        """Around the clock, on closed days too: when mail can arrive."""
        return cls((((0, MINUTES_PER_DAY),),) * 7, through_closures=True)

    def spans(self, day: date, calendar: SiteCalendar) -> Spans:
        """Open spans of one local day, closures and holidays considered."""
        special = calendar.special_days.get(day)
        if special is not None and special.kind == "closed" and not self.through_closures:
            return ()
        if special is not None and special.kind == "holiday" and self.on_holidays is not None:
            return self.on_holidays
        return self.weekdays[day.weekday()]

    def open_mask(self, instants: pd.DatetimeIndex, calendar: SiteCalendar) -> NDArray[np.bool_]:
        """(instants,): True where the queue is open at that instant."""
        minutes = minute_of_day(instants, calendar.timezone)
        codes, days = _local_days(instants, calendar.timezone)
        yesterdays = [day - timedelta(days=1) for day in days]
        today = self._inside(minutes, codes, [self.spans(day, calendar) for day in days])
        tail = [self.spans(day, calendar) for day in yesterdays]
        return today | self._inside(minutes + MINUTES_PER_DAY, codes, tail)

    @staticmethod
    def _inside(minutes: NDArray[np.int64], codes: NDArray[np.int64], spans_of_day: list[Spans]) -> NDArray[np.bool_]:
        """(instants,): whether each minute lies in the spans of its day; days are given by code."""
        inside = np.zeros(len(minutes), dtype=bool)
        for spans in set(spans_of_day):
            with_these = np.array([own == spans for own in spans_of_day], dtype=bool)[codes]
            for start, end in spans:
                inside |= with_these & (minutes >= start) & (minutes < end)
        return inside


def public_holidays(country: str, years: Iterable[int], subdivision: str | None = None) -> list[SpecialDay]:
    """Public holidays of a country (ISO 3166 code) from the `holidays` library.

    Raises ValueError when the country or the subdivision is not known there.
    """
    import holidays

    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=list(years))
    except NotImplementedError as error:
        raise ValueError(f"{country}{f'-{subdivision}' if subdivision else ''}: {error}") from error
    label = getattr(found, "substituted_label", None)
    moved = str(found.tr(label)).split("%s")[0] if label else ""
    return [SpecialDay(day, name, moved=bool(moved) and moved in name) for day, name in sorted(found.items())]


def working_weekends(country: str, years: Iterable[int], subdivision: str | None = None) -> frozenset[date]:
    """Days of weekends that are working days, from the `holidays` library; none where it knows of none."""
    import holidays

    found = holidays.country_holidays(country, subdiv=subdivision, years=list(years))
    return frozenset(getattr(found, "weekend_workdays", ()))


def localize(local: pd.Series, timezone: str) -> tuple[pd.Series, pd.Series]:
    """Local wall times to instants (UTC).

    Gives the instants (NaT where there is none) and, for each row, "" or what is wrong with it:
    a local time that the clock change skips, or that occurs twice.
    """
    skipped = local.dt.tz_localize(timezone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="NaT")
    double = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
    trouble = pd.Series("", index=local.index, dtype=object)
    trouble[local.notna() & skipped.isna()] = "does not exist: the clock goes forward over it"
    trouble[local.notna() & double.isna()] = "exists twice: the clock goes back over it"
    instants = skipped.where(trouble == "").dt.tz_convert("UTC").dt.as_unit("ns")
    return instants, trouble
