"""What a peer is told about one queue at one origin: counts on a grid of local days x intervals, hours, holidays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accuracy.data_sets import HORIZON_DAYS, DataSet
from staffplan.clock import horizon_intervals, local_dates, minute_of_day

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

DAYS_WITH_NONE = 10.0
"""A queue with this many contacts a day is not silent for a whole day by chance: such a day is not known."""
HOURS_DAYS = 91
STRAYS = 0.0025
"""Where hours are not given: this share of a weekday's contacts may lie before its span, and after it."""
CLOSED_WEEKDAY = 0.03
"""A weekday with less than this share of the average day's contacts is closed."""
ENOUGH = 200.0
"""Contacts that a weekday needs for a span of its own."""
AROUND_THE_CLOCK_HOURS = 22.0


@dataclass(frozen=True)
class Lesson:
    """One queue's past and the four weeks that are asked for; days are local, the last `HORIZON_DAYS` lie ahead."""

    past: Floats
    """(days, slots): contacts; NaN where closed or not known."""
    open_ahead: Flags
    """(HORIZON_DAYS, slots)"""
    first_day: pd.Timestamp
    holiday: Flags
    """(days + HORIZON_DAYS,)"""

    @property
    def days(self) -> int:
        return len(self.past)

    @property
    def ordinary(self) -> Floats:
        """(days, slots): the past with holidays as unknown."""
        return np.where(self.holiday[: self.days, None], np.nan, self.past)

    @property
    def dates(self) -> pd.DatetimeIndex:
        """(days + HORIZON_DAYS,)"""
        return pd.date_range(self.first_day, periods=self.days + HORIZON_DAYS)

    @property
    def weekday(self) -> Whole:
        """(days + HORIZON_DAYS,): Monday 0."""
        return np.asarray(self.dates.day_of_week, dtype=np.int64)

    @property
    def after_holiday(self) -> Flags:
        """(days + HORIZON_DAYS,): the first day after a holiday that is open like any other."""
        busy = np.concatenate([np.isfinite(self.past).any(axis=1), self.open_ahead.any(axis=1)])
        flags, waiting = np.zeros(len(self.holiday), dtype=bool), False
        for day in range(len(flags)):
            waiting = waiting or bool(self.holiday[day])
            if busy[day] and not self.holiday[day]:
                flags[day], waiting = waiting, False
        return flags


@dataclass(frozen=True)
class Grid:
    """Where instants lie: local day since `first`, and interval of that day."""

    day: Whole
    slot: Whole

    @classmethod
    def of(cls, instants: pd.DatetimeIndex, data_set: DataSet, first: pd.Timestamp) -> Grid:
        dates = instants.tz_convert(data_set.zone).tz_localize(None).normalize()
        days = np.asarray((dates - first).days, dtype=np.int64)
        return cls(days, minute_of_day(instants, data_set.zone) // data_set.minutes)

    def matrix(self, values: Floats, shape: tuple[int, int]) -> Floats:
        """(days, slots): NaN where there is no value, the mean where the clock shows an hour twice."""
        total, seen = np.zeros(shape), np.zeros(shape)
        np.add.at(total, (self.day, self.slot), values)
        np.add.at(seen, (self.day, self.slot), 1.0)
        return np.asarray(np.divide(total, seen, out=np.full(shape, np.nan), where=seen > 0))


def known_days(rows: pd.DataFrame, data_set: DataSet) -> set[object]:
    """Local days on which an absent row is a zero: those with rows; all days between them for a quiet queue."""
    found = pd.Series(local_dates(pd.DatetimeIndex(rows["interval_start"]), data_set.zone))
    days = set(found)
    if rows["offered"].sum() / max(len(days), 1) >= DAYS_WITH_NONE:
        return days
    return {stamp.date() for stamp in pd.date_range(found.min(), data_set.last_day)}


def lesson_at(rows: pd.DataFrame, known: set[object], data_set: DataSet, origin: pd.Timestamp) -> Lesson:
    """The lesson from one queue's `rows` before `origin` (a local midnight, without its zone)."""
    local = local_dates(pd.DatetimeIndex(rows["interval_start"]), data_set.zone)
    before = rows[local < origin.date()]
    first = pd.Timestamp(min(local))
    days = (origin - first).days
    shape = (days + HORIZON_DAYS, 24 * 60 // data_set.minutes)
    own = Grid.of(pd.DatetimeIndex(before["interval_start"]), data_set, first)
    counts = own.matrix(before["offered"].to_numpy(dtype=float), shape)
    dates = pd.date_range(first, periods=shape[0])
    is_known = np.array([stamp.date() in known for stamp in dates])
    filled = np.where(is_known[:, None], np.nan_to_num(counts), np.nan)
    is_open = _open_intervals(data_set, filled[:days], dates)
    past = np.where(is_open, filled, np.nan)[:days]
    special = data_set.calendar.special_days
    return Lesson(past, is_open[days:], first, np.array([stamp.date() in special for stamp in dates]))


def _open_intervals(data_set: DataSet, counts: Floats, dates: pd.DatetimeIndex) -> Flags:
    """(dates, slots): by the hours given, else by those found in the counts; never where the clock skips an hour."""
    shape = (len(dates), 24 * 60 // data_set.minutes)
    instants = horizon_intervals(dates[0].date(), len(dates), data_set.zone, data_set.minutes)
    grid = Grid.of(instants, data_set, dates[0])
    if data_set.hours is not None:
        mask = data_set.hours.open_mask(instants, data_set.calendar)
        return np.nan_to_num(grid.matrix(mask.astype(float), shape)) > 0
    weekday = np.asarray(dates.day_of_week, dtype=np.int64)
    exists = np.isfinite(grid.matrix(np.zeros(len(instants)), shape))
    return _open_week(counts, weekday[: len(counts)])[weekday] & exists


def _open_week(filled: Floats, weekday: Whole) -> Flags:
    """(7, slots): the span of each weekday that holds nearly all its contacts of the last quarter of a year."""
    recent, weekday = filled[-HOURS_DAYS:], weekday[-HOURS_DAYS:]
    totals = np.array([np.nansum(recent[weekday == number], axis=0) for number in range(7)])
    days = np.array([np.isfinite(recent[weekday == number]).any(axis=1).sum() for number in range(7)])
    per_day = totals.sum(axis=1) / np.maximum(days, 1)
    is_open = per_day >= CLOSED_WEEKDAY * per_day.max()
    pooled = _span(totals[is_open].sum(axis=0))
    spans = [_span(own) if own.sum() >= ENOUGH else pooled for own in totals]
    return np.where(is_open[:, None], spans, False)


def _span(contacts: Floats) -> Flags:
    """(slots,): from the first to the last interval once strays are left aside."""
    share = np.cumsum(contacts) / max(float(contacts.sum()), 1.0)
    is_open = np.asarray((share > STRAYS) & (share - contacts / max(float(contacts.sum()), 1.0) < 1 - STRAYS))
    if is_open.mean() * 24 >= AROUND_THE_CLOCK_HOURS:
        return np.ones(len(contacts), dtype=bool)
    return is_open
