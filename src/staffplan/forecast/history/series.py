"""One queue's history as matrices of local days x wall-clock slots; all learning happens on these.

A local day of 46, 48 or 50 half-hours is one row of 48 slots: a slot that the clock change skips is not known,
one that occurs twice holds the mean of both, so that every cell stays "contacts in one interval".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import MINUTES_PER_DAY, SiteCalendar, horizon_intervals, minute_of_day
from staffplan.errors import Problem
from staffplan.tables.history import ContactHistory

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

ROWS_THAT_TELL_THE_LENGTH = 24
"""Fewer rows of a queue may lie on the hour by chance; then the interval length is not judged."""
ZERO_DAY_TOTAL = 5.0
"""A day without rows is taken for a day without contacts below this usual total (Poisson: 1 in 150 such days)."""
AFTER_HOLIDAY = "day after a holiday"
DAYS_AFTER_HOLIDAY = 3
"""The first open day counts as the day after when it comes within this many days: a weekend may lie between."""


class Hours(Protocol):
    """Opening hours, the same throughout or by period."""

    def open_mask(self, instants: pd.DatetimeIndex, calendar: SiteCalendar) -> NDArray[np.bool_]:
        """Whether the queue is open at the instants, (instants,)."""


@dataclass(frozen=True)
class DayGrid:
    """The intervals of some local days, and where each lies: `day` counts from `first`, `slot` from midnight."""

    first: date
    days: int
    calendar: SiteCalendar

    @cached_property
    def instants(self) -> pd.DatetimeIndex:
        return horizon_intervals(self.first, self.days, self.calendar.timezone, self.calendar.interval_minutes)

    @cached_property
    def day(self) -> Whole:
        """Numbers of the local days of the intervals, (intervals,), from 0 on."""
        local = self.calendar.local(self.instants).tz_localize(None).normalize()
        return np.asarray((local - pd.Timestamp(self.first)).days, dtype=np.int64)

    @cached_property
    def slot(self) -> Whole:
        """Places of the intervals within their local day, (intervals,), from 0 on."""
        return minute_of_day(self.instants, self.calendar.timezone) // self.calendar.interval_minutes

    @property
    def slots(self) -> int:
        return MINUTES_PER_DAY // self.calendar.interval_minutes

    @cached_property
    def weekday(self) -> Whole:
        """(days,): Monday is 0."""
        return (np.arange(self.days) + self.first.weekday()) % 7

    def date_of(self, day: int) -> date:
        return self.first + timedelta(days=int(day))

    def matrix(self, values: Floats) -> Floats:
        """(days, slots) of the mean of `values` (intervals,) in each cell; NaN where none is known."""
        known = np.isfinite(values)
        cell = (self.day * self.slots + self.slot)[known]
        total = np.bincount(cell, values[known], minlength=self.days * self.slots)
        count = np.bincount(cell, minlength=self.days * self.slots)
        mean = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        cells: Floats = mean.reshape(self.days, self.slots)
        return cells

    def open_matrix(self, hours: Hours) -> Flags:
        """(days, slots): True where an interval starts in the hours."""
        mask = hours.open_mask(self.instants, self.calendar)
        return np.nan_to_num(self.matrix(mask.astype(float))) > 0

    def values(self, matrix: Floats) -> Floats:
        """(intervals,): the cell of each interval."""
        return matrix[self.day, self.slot]


@dataclass(frozen=True)
class RawSeries:
    """A queue's rows added up on the grid, before anything is known about its hours. All (intervals,)."""

    grid: DayGrid
    offered: Floats
    """NaN where there is no row."""
    aht_seconds: Floats
    """Weighted by contacts handled; NaN where not known."""
    handled: Floats
    """Weight of the handling time: contacts handled, or offered where that is blank."""
    recorded: Flags
    """Between the queue's first row and the last row of the whole file."""


@dataclass(frozen=True)
class QueueSeries:
    """A queue's history with its hours applied. Matrices are (days, slots), NaN where closed or not known."""

    grid: DayGrid
    open: Flags
    offered: Floats
    aht_seconds: Floats
    handled: Floats
    label: NDArray[np.object_]
    """(days,): "" on ordinary days, else what the calendar knows: "holiday: X", "event: X", "day after a holiday"."""
    absent: Flags | None = None
    """Open cells without a row that were taken for zero; None: not known."""
    outside: Floats | None = None
    """What came in closed cells of days with rows, where the hours are learnt: NaN in open ones and on other days;
    None where the hours are given."""

    @property
    def days(self) -> int:
        return self.grid.days

    def until(self, day: int) -> QueueSeries:
        """The history as it was known before `day`."""
        grid = DayGrid(self.grid.first, day, self.grid.calendar)
        return QueueSeries(
            grid,
            self.open[:day],
            self.offered[:day],
            self.aht_seconds[:day],
            self.handled[:day],
            self.label[:day],
            None if self.absent is None else self.absent[:day],
            None if self.outside is None else self.outside[:day],
        )


def interval_problems(history: ContactHistory, minutes: int) -> list[Problem]:
    """What is wrong with the history's interval length for a plan in intervals of `minutes`."""
    problems: list[Problem] = []
    for queue, rows in history.frame.groupby("queue", sort=True):
        step = _interval_seconds(rows["interval_start"])
        if step is None or (minutes * 60) % step == 0:
            continue
        place = f"{history.source}:interval_start"
        length = f"{step / 60:g}-minute"
        hint = (
            f"set plan.interval_minutes = {step // 60}" if step in (900, 1800, 3600) else "export shorter intervals"
        )
        problems.append(Problem(place, f"{queue} has {length} intervals, which cannot be split into {minutes}", hint))
    return problems


def _interval_seconds(starts: pd.Series) -> int | None:
    """Greatest common divisor of the distances between starts; None where there are too few rows to tell."""
    if len(starts) < ROWS_THAT_TELL_THE_LENGTH:
        return None
    seconds = starts.astype("int64").to_numpy() // 1_000_000_000
    return int(np.gcd.reduce(np.diff(np.sort(seconds))))


def raw_series(rows: pd.DataFrame, grid: DayGrid, last_instant: pd.Timestamp) -> RawSeries:
    """Rows of one queue added up to the grid's intervals; finer rows are summed, their AHT weighted."""
    index = grid.instants.searchsorted(rows["interval_start"], side="right") - 1
    offered = rows["offered"].to_numpy(dtype=float)
    aht = rows["aht_seconds"].to_numpy(dtype=float)
    handled = rows["handled"].to_numpy(dtype=float)
    weight = np.where(np.isfinite(aht) & (aht > 0), np.where(np.isfinite(handled), handled, offered), 0.0)
    size = len(grid.instants)
    rows_in = np.bincount(index, minlength=size)
    total = np.bincount(index, offered, minlength=size)
    weights = np.bincount(index, weight, minlength=size).astype(float)
    seconds = np.bincount(index, weight * np.nan_to_num(aht), minlength=size)
    first = grid.instants.searchsorted(rows["interval_start"].min(), side="right") - 1
    last = grid.instants.searchsorted(last_instant, side="right") - 1
    place = np.arange(size)
    return RawSeries(
        grid,
        np.where(rows_in > 0, total, np.nan),
        np.divide(seconds, weights, out=np.full(size, np.nan), where=weights > 0),
        weights,
        (place >= first) & (place <= last),
    )


def queue_series(raw: RawSeries, hours: Hours, missing_rows: str) -> QueueSeries:
    """Apply opening hours and decide what absent rows are; closed cells are not known rather than zero."""
    grid = raw.grid
    is_open = grid.open_matrix(hours)
    filled = _filled(raw, hours, missing_rows)
    offered = grid.matrix(filled)
    absent = np.nan_to_num(grid.matrix((np.isnan(raw.offered) & np.isfinite(filled)).astype(float))) > 0
    aht, handled = grid.matrix(raw.aht_seconds), np.nan_to_num(grid.matrix(raw.handled))
    return QueueSeries(
        grid,
        is_open,
        np.where(is_open, offered, np.nan),
        np.where(is_open, aht, np.nan),
        np.where(is_open & np.isfinite(aht), handled, 0.0),
        day_labels(grid, hours),
        is_open & absent,
    )


def _filled(raw: RawSeries, hours: Hours, missing_rows: str) -> Floats:
    """(intervals,): offered, with a zero for every absent row that means "no contact"."""
    absent = ~np.isfinite(raw.offered) & raw.recorded
    if missing_rows == "gap":
        return raw.offered
    if missing_rows == "auto":
        absent &= ~gap_days(raw, hours)[raw.grid.day]
    return np.where(absent, 0.0, raw.offered)


def outside_hours(raw: RawSeries, is_open: Flags) -> Floats:
    """(days, slots): contacts in closed cells, zero without a row; NaN in open cells and on days without any row."""
    came = raw.grid.matrix(raw.offered)
    has_rows = np.isfinite(came).any(axis=1, keepdims=True)
    return np.where(~is_open & has_rows, np.nan_to_num(came), np.nan)


def gap_days(raw: RawSeries, hours: Hours) -> Flags:
    """(days,): open days without any row on which contacts would be expected: data are missing there.

    A weekday that never has rows, or few contacts when it has, is quiet rather than missing.
    """
    grid = raw.grid
    inside = hours.open_mask(grid.instants, grid.calendar)
    rows = np.bincount(grid.day, np.isfinite(raw.offered) & inside, minlength=grid.days)
    totals = np.bincount(grid.day, np.where(inside, np.nan_to_num(raw.offered), 0.0), minlength=grid.days)
    expected = np.bincount(grid.day, inside & raw.recorded, minlength=grid.days) > 0
    gaps = np.zeros(grid.days, dtype=bool)
    for weekday in range(7):
        of_weekday = (grid.weekday == weekday) & expected
        with_rows = of_weekday & (rows > 0)
        if with_rows.any() and np.median(totals[with_rows]) >= ZERO_DAY_TOTAL:
            gaps |= of_weekday & (rows == 0)
    return gaps


def day_labels(grid: DayGrid, hours: Hours) -> NDArray[np.object_]:
    """(days,): what makes an open day special; the first open day within three days of a holiday counts too."""
    special = grid.calendar.special_days
    longer = DayGrid(grid.first - timedelta(days=DAYS_AFTER_HOLIDAY), grid.days + DAYS_AFTER_HOLIDAY, grid.calendar)
    days_open = np.any(longer.open_matrix(hours), axis=1, keepdims=True)[:, 0]
    labels = np.full(grid.days, "", dtype=object)
    for day in np.flatnonzero(days_open[DAYS_AFTER_HOLIDAY:]).tolist():
        today = grid.date_of(day)
        if today in special and special[today].kind != "closed":
            labels[day] = f"{special[today].kind}: {special[today].name}"
        elif _follows_a_holiday(today, days_open[day : day + DAYS_AFTER_HOLIDAY], grid.calendar):
            labels[day] = AFTER_HOLIDAY
    return labels


def _follows_a_holiday(today: date, days_before_open: Flags, calendar: SiteCalendar) -> bool:
    """Whether the nearest days before are a holiday; ordinary closed days (a weekend) in between do not count."""
    for back in range(1, DAYS_AFTER_HOLIDAY + 1):
        special = calendar.special_days.get(today - timedelta(days=back))
        if special is not None and special.kind in ("holiday", "closed"):
            return True
        if days_before_open[-back]:
            return False
    return False


def date_ranges(days: Iterable[date], most: int = 6) -> str:
    """Days in words, runs joined: "2026-01-01, 2026-02-03 to 2026-02-05 and 4 more"."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    rest = len(words) - most
    return ", ".join(words) if rest <= 0 else f"{', '.join(words[:most])} and {rest} more"
