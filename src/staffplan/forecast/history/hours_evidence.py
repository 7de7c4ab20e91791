"""The days of a history that tell opening hours: days with rows, and days without rows that were silent.

A day without rows is missing data, not silence, as long as its weekday has rows on other days. It is silence where
the weekday never has rows, where so few contacts come that a day without any is usual, and where the weekday has
been without rows for months while the other days of those weeks have some.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from staffplan.forecast.history.runs import runs
from staffplan.forecast.history.series import ZERO_DAY_TOTAL, DayGrid, Flags, Floats, RawSeries, Whole

DAYS_TO_KNOW_A_CLOSED_WEEKDAY = 3
"""A weekday without any row has to lack them this often, before it is known to be closed."""
WRITTEN_ZEROS = 0.05
"""A feed with this share of zeros in its rows writes them; its days without rows are missing, however quiet."""
STRAY_DAY_VOLUME = 0.03
"""Days with rows that hold less than this share of a usual day's contacts are strays on a closed day."""
RARE_SHARE, RARE_ABSENCES = 0.2, 8
"""A weekday with rows on a smaller share of its days, which lacks them this often, is closed; openings are rare."""
ABSENCES_TO_OPEN, ABSENCES_TO_CLOSE = 8, 13
"""A weekday was closed while it had no rows this often in a row: before rows came; at the end, where a wrong belief
loses all of its customers, a quarter of a year..."""
LONGER_THAN_OTHERS = 3
"""...and this many times more often than in any other run."""


@dataclass(frozen=True)
class DaysSeen:
    """The days of a history as far as they tell opening hours."""

    counts: Floats
    """(days, slots) contacts, zero without a row."""
    weekday: Whole
    counted: Flags
    """(days,): days that tell when the queue is open; holidays and missing data do not."""
    holiday: Flags
    recorded: Flags
    """(days,): between the first and the last row, in weeks with contacts."""
    closed_holidays: bool
    """Whether the holidays had next to no contacts."""
    minutes: int

    @property
    def slots_per_hour(self) -> int:
        return 60 // self.minutes

    def by_weekday(self, chosen: Flags) -> Seen:
        """What the chosen days (days,) say."""
        sums, busy = np.zeros((7, self.counts.shape[1])), np.zeros((7, self.counts.shape[1]))
        with_contacts = np.zeros(7)
        for number in range(7):
            own = self.counts[chosen & (self.weekday == number)]
            sums[number], busy[number] = own.sum(axis=0), (own > 0).sum(axis=0)
            with_contacts[number] = np.any(own > 0, axis=1).sum()
        return Seen(np.bincount(self.weekday[chosen], minlength=7).astype(float), sums, busy, with_contacts)


@dataclass(frozen=True)
class Seen:
    """Sums over some days, by weekday."""

    days: Floats
    """(7,): days that tell."""
    contacts: Floats
    """(7, slots)."""
    busy_days: Floats
    """(7, slots): days with contacts in that slot."""
    days_with_contacts: Floats
    """(7,)."""

    @property
    def rates(self) -> Floats:
        """(7, slots): contacts a day."""
        return np.asarray(self.contacts / np.maximum(self.days, 1)[:, None])

    def together(self, chosen: Flags) -> Seen:
        """The chosen weekdays (7,) as if they were one; arrays have one row."""
        parts = (self.days, self.contacts, self.busy_days, self.days_with_contacts)
        return Seen(*(part[chosen].sum(axis=0, keepdims=True) for part in parts))


def days_seen(raw: RawSeries) -> DaysSeen:
    """Everything but `closed_holidays`, which is known when the weekdays are (with_holidays)."""
    grid, counts = raw.grid, _counts(raw)
    between = np.bincount(grid.day, raw.recorded, minlength=grid.days) > 0
    recorded = between & _weeks_with_contacts(counts)
    has_rows = np.bincount(grid.day, np.isfinite(raw.offered), minlength=grid.days) > 0
    holiday = _holidays(grid)
    regular = recorded & ~holiday
    counted = regular & (has_rows | _silent(has_rows, counts.sum(axis=1), regular, grid.weekday, _writes_zeros(raw)))
    return DaysSeen(counts, grid.weekday, counted, holiday, recorded, False, grid.calendar.interval_minutes)


def with_holidays(seen: DaysSeen, open_weekdays: Flags, closed_below: float) -> DaysSeen:
    """Holidays judged by those that fall on weekdays (7,) otherwise open: closed below this share of a usual day."""
    regular = seen.recorded & open_weekdays[seen.weekday]
    totals = seen.counts.sum(axis=1)
    usual, feasts = totals[regular & ~seen.holiday & (totals > 0)], totals[regular & seen.holiday]
    closed = bool(len(feasts) and len(usual) and np.median(feasts) < closed_below * np.median(usual))
    return replace(seen, closed_holidays=closed)


def _counts(raw: RawSeries) -> Floats:
    """(days, slots) contacts, zero without a row; where none ever came, the rows show when the queue is open."""
    nothing = np.nansum(raw.offered) == 0
    offered = np.isfinite(raw.offered).astype(float) if nothing else np.nan_to_num(raw.offered)
    return np.nan_to_num(raw.grid.matrix(offered))


def _writes_zeros(raw: RawSeries) -> bool:
    rows = raw.offered[np.isfinite(raw.offered)]
    return bool(len(rows) and np.mean(rows == 0) >= WRITTEN_ZEROS)


def _holidays(grid: DayGrid) -> Flags:
    special = grid.calendar.special_days
    kinds = [special[day].kind if day in special else "" for day in map(grid.date_of, range(grid.days))]
    return np.array([kind in ("holiday", "closed") for kind in kinds], dtype=bool)


def _weeks_with_contacts(counts: Floats) -> Flags:
    """(days,): days of weeks (counted back from the last day) that have any contact; others are missing data."""
    week = np.arange(len(counts))[::-1] // 7
    return np.bincount(week, counts.sum(axis=1))[week] > 0


def _silent(has_rows: Flags, totals: Floats, regular: Flags, weekday: Whole, writes_zeros: bool) -> Flags:
    """(days,): days without rows on which nobody could have come, or nobody did."""
    told = regular & has_rows
    volume = np.array([_median(totals[told & (weekday == number)]) for number in range(7)])
    usual = _median(volume[volume > 0])
    silent = np.zeros(len(totals), dtype=bool)
    for number in range(7):
        own = np.flatnonzero(regular & (weekday == number))
        told_of = volume[number] if has_rows[own].any() else usual
        quiet = told_of < STRAY_DAY_VOLUME * usual or (told_of < ZERO_DAY_TOTAL and not writes_zeros)
        silent[own] = quiet | _closed_days(has_rows[own])
    return silent & ~has_rows


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else 0.0


def _closed_days(has_rows: Flags) -> Flags:
    """(days of the weekday,): True in runs of days without rows that are too long for missing data."""
    absences = int((~has_rows).sum())
    if not has_rows.any():
        return np.full(len(has_rows), absences >= DAYS_TO_KNOW_A_CLOSED_WEEKDAY)
    if absences >= RARE_ABSENCES and has_rows.mean() < RARE_SHARE:
        return np.ones(len(has_rows), dtype=bool)
    closed = np.zeros(len(has_rows), dtype=bool)
    absent = [(start, end) for start, end, value in runs(~has_rows) if value]
    lengths = sorted((end - start for start, end in absent), reverse=True)
    for start, end in absent:
        others = lengths[1] if end - start == lengths[0] and len(lengths) > 1 else 0
        enough = ABSENCES_TO_CLOSE if end == len(has_rows) else ABSENCES_TO_OPEN
        closed[start:end] = end - start >= max(enough, LONGER_THAN_OTHERS * others)
    return closed
