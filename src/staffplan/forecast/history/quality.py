"""What was found in a queue's history that is not simply contacts, and what was done with it: never silently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from staffplan.clock import ROWS_TO_KNOW_STRAYS, WEEKDAYS, SiteCalendar, midnight, usual_phases, wall_instant
from staffplan.forecast.history.cleaning import SETTING, Finding
from staffplan.forecast.history.hours import in_words
from staffplan.forecast.history.hours_changes import Timetable
from staffplan.forecast.history.series import DayGrid, QueueSeries, RawSeries
from staffplan.forecast.history.shifts import Shift

LEFT_OUT = "left out of the learning"
LEFT_IN = "kept: forecast.clean does not list it"
TAKEN_FOR_MISSING = "treated as missing, not as zero"
TAKEN_FOR_ZERO = "treated as zero"
ADDED = "counted in the interval that contains its start"
FINER_SHARE = 1 / 3
"""Of a few rows: where intervals are half as long as the plan's, every other row lies between their starts."""
MOST_STAMPS = 20
"""More rows off the grid than this are one entry together."""
WEEKS_TO_COMPARE = 4
"""Three other weeks and the day's own: fewer, and nothing can be told from chance."""


@dataclass(frozen=True)
class Entry:
    """One row of the quality table; `end` is exclusive, contacts and expected are NaN where they say nothing."""

    kind: str
    start: pd.Timestamp
    end: pd.Timestamp
    treatment: str
    detail: str = ""
    contacts: float = float("nan")
    expected: float = float("nan")


def quality_rows(queue: str, entries: Iterable[Entry]) -> list[dict[str, object]]:
    """Rows of the quality table, in time."""
    ordered = sorted(entries, key=lambda entry: (entry.start, entry.kind, entry.detail))
    return [
        {
            "queue": queue,
            "kind": entry.kind,
            "interval_start": entry.start,
            "interval_end": entry.end,
            "contacts": entry.contacts,
            "expected": entry.expected,
            "treatment": entry.treatment,
            "detail": entry.detail,
        }
        for entry in ordered
    ]


def about_hours(timetable: Timetable, unseen: Iterable[int], grid: DayGrid) -> list[Entry]:
    """Learnt hours that changed, weekdays that the history has never seen."""
    calendar = grid.calendar
    entries: list[Entry] = []
    for (_, before), (day, since) in zip(timetable.periods, timetable.periods[1:], strict=False):
        at = midnight(day, calendar.timezone)
        detail = f"{in_words(before)} before; {in_words(since)} since"
        entries.append(Entry("hours changed", at, at, "each period has its own hours", detail))
    for weekday in unseen:
        detail = f"the history has no {WEEKDAYS[weekday]}"
        closed = not timetable.latest.weekdays[weekday]
        treatment = "treated as closed" if closed else "treated like the weekdays in the history"
        entries.append(Entry("weekday never seen", *_whole(grid), treatment, detail))
    return entries


def about_stamps(rows: pd.DataFrame, grid: DayGrid) -> list[Entry]:
    """Rows that begin between the starts of the plan's intervals, unless the history comes in finer ones."""
    minutes = grid.calendar.interval_minutes
    starts = pd.DatetimeIndex(rows["interval_start"])
    begins = grid.instants[grid.instants.searchsorted(starts, side="right") - 1]
    off = np.flatnonzero(starts != begins)
    few = len(starts) < ROWS_TO_KNOW_STRAYS
    finer = len(off) > FINER_SHARE * len(starts) if few else len(usual_phases(starts, minutes)) != 1
    if not len(off) or finer:
        return []
    length, offered = pd.Timedelta(minutes=minutes), rows["offered"].to_numpy(dtype=float)
    stamps = grid.calendar.local(starts[off]).strftime("%Y-%m-%d %H:%M:%S")
    if len(off) > MOST_STAMPS:
        ends, detail = (
            (begins[off].min(), begins[off].max() + length),
            f"{len(off)} rows, the first stamped {stamps[0]}",
        )
        return [Entry("off the grid", *ends, ADDED, detail, float(offered[off].sum()))]
    return [
        Entry("off the grid", begins[row], begins[row] + length, ADDED, f"stamped {stamp}", float(offered[row]))
        for row, stamp in zip(off.tolist(), stamps, strict=True)
    ]


def about_rows(raw: RawSeries, series: QueueSeries, gaps: np.ndarray, missing_rows: str) -> list[Entry]:
    """Contacts outside the hours, days without rows, rows that are absent, days cut off, a history too short."""
    return [
        *_outside(raw, series),
        *_gap_days(gaps, series.grid, missing_rows),
        *_absent(series, missing_rows),
        *_cut_off(raw, series),
        *_too_short(series.grid),
    ]


def _outside(raw: RawSeries, series: QueueSeries) -> list[Entry]:
    grid = series.grid
    came = np.nan_to_num(raw.offered)
    outside = np.flatnonzero(~grid.values(series.open.astype(float)).astype(bool) & (came > 0))
    entries: list[Entry] = []
    for places in np.split(outside, np.flatnonzero(np.diff(grid.day[outside])) + 1):
        if len(places):
            entry = Entry(
                "outside hours", grid.instants[places[0]], _end_of(grid, places[-1]),
                "not used for learning, not forecast",
                f"{len(places)} intervals", float(came[places].sum()),
            )  # fmt: skip
            entries.append(entry)
    return entries


def _gap_days(gaps: np.ndarray, grid: DayGrid, missing_rows: str) -> list[Entry]:
    days = np.flatnonzero(gaps)
    treatment = TAKEN_FOR_ZERO if missing_rows == "zero" else TAKEN_FOR_MISSING
    entries: list[Entry] = []
    for run in np.split(days, np.flatnonzero(np.diff(days) > 1) + 1):
        if len(run):
            bounds = _slots(grid, int(run[0]), 0)[0], _slots(grid, int(run[-1]), grid.slots)[0]
            entries.append(Entry("missing days", *bounds, treatment, f"{len(run)} open days without any row", 0.0))
    return entries


def _absent(series: QueueSeries, missing_rows: str) -> list[Entry]:
    count = 0 if series.absent is None else int(series.absent.sum())
    if not count:
        return []
    detail = f"{count} open intervals without a row, {100 * count / max(int(series.open.sum()), 1):.1f} % of all"
    setting = f"{TAKEN_FOR_ZERO} (forecast.missing_rows = {missing_rows})"
    return [Entry("absent rows", *_whole(series.grid), setting, detail, 0.0)]


def _cut_off(raw: RawSeries, series: QueueSeries) -> list[Entry]:
    """The first and the last day, where the history begins or ends within their opening hours."""
    grid = series.grid
    unknown = (np.nan_to_num(grid.matrix((~raw.recorded).astype(float))) > 0) & series.open
    entries: list[Entry] = []
    for day, side in {0: "begins", grid.days - 1: "ends"}.items():
        slots = np.flatnonzero(unknown[day])
        if len(slots) and len(slots) < int(series.open[day].sum()):
            start, end = _slots(grid, day, int(slots[0]), int(slots[-1]) + 1)
            detail = f"the history {side} within the day's hours"
            entries.append(Entry("partial day", start, end, "these intervals are missing, not zero", detail))
    return entries


def _too_short(grid: DayGrid) -> list[Entry]:
    if grid.days > 7 * (WEEKS_TO_COMPARE - 1):
        return []
    detail = f"{grid.days} days: outages, spikes and odd days can be found only with {WEEKS_TO_COMPARE} weeks or more"
    return [Entry("not checked", *_whole(grid), "all values are used as given", detail)]


def about_findings(findings: Sequence[Finding], grid: DayGrid) -> list[Entry]:
    """Outages, spikes and the like; a closure of several days is one entry."""
    entries: list[Entry] = []
    for run in _joined(findings):
        first, last = run[0], run[-1]
        start = _slots(grid, first.day, first.start)[0]
        end = _slots(grid, last.day, last.end)[0]
        contacts = float(sum(found.contacts for found in run))
        expected = float(sum(found.expected for found in run))
        treatment = _treatment(first)
        detail = f"{len(run)} days" if len(run) > 1 else ""
        entries.append(Entry(first.kind, start, end, treatment, detail, contacts, expected))
    return entries


def _treatment(found: Finding) -> str:
    if not found.removed:
        return LEFT_IN
    return TAKEN_FOR_MISSING if found.kind == "missing rows" else LEFT_OUT


def _joined(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Days of one closure together, though days that are always closed lie between; all else alone."""
    runs: list[list[Finding]] = []
    for found in sorted(findings, key=lambda found: (found.kind, found.day, found.start)):
        last = runs[-1][-1] if runs else None
        joins = found.kind in ("closure", "no contacts at the end") and last is not None and last.kind == found.kind
        if joins and last is not None and found.day - last.day <= 7:
            runs[-1].append(found)
        else:
            runs.append([found])
    return runs


def about_shift(shift: Shift | None, grid: DayGrid, *, scaled: bool) -> list[Entry]:
    """The step in the level that earlier days are scaled over."""
    if shift is None:
        return []
    at = _slots(grid, shift.day, 0)[0]
    treatment = "earlier days are scaled to the new level" if scaled else LEFT_IN
    return [Entry("level shift", at, at, treatment, f"{shift.factor:.2f} times what it was before")]


def _slots(grid: DayGrid, day: int, *slots: int) -> tuple[pd.Timestamp, ...]:
    """Instants at which slots of a day begin; slot 48 (of half-hours) is the next midnight."""
    minutes = grid.calendar.interval_minutes
    return tuple(wall_instant(grid.date_of(day), slot * minutes, grid.calendar.timezone) for slot in slots)


def _end_of(grid: DayGrid, place: int) -> pd.Timestamp:
    return grid.instants[place] + pd.Timedelta(minutes=grid.calendar.interval_minutes)


def _whole(grid: DayGrid) -> tuple[pd.Timestamp, pd.Timestamp]:
    zone = grid.calendar.timezone
    return midnight(grid.first, zone), midnight(grid.first + timedelta(days=grid.days), zone)


SUMMARISED = tuple(SETTING)
"""Kinds that one note sums up; others have notes of their own, or are usual (no row because nobody called)."""
SHOWN = 3
"""Entries that the note names; the table has them all."""


def summary(entries: Sequence[Entry], calendar: SiteCalendar) -> str:
    """One sentence: how many of each kind, the largest by date; "" where there is nothing to say."""
    told = [entry for entry in entries if entry.kind in SUMMARISED]
    if not told:
        return ""
    counts = {kind: sum(entry.kind == kind for entry in told) for kind in SUMMARISED}
    listed = ", ".join(f"{count} x {kind}" for kind, count in counts.items() if count)
    largest = sorted(told, key=lambda entry: (-_size(entry), entry.start))[:SHOWN]
    shown = "; ".join(_in_words(entry, calendar) for entry in sorted(largest, key=lambda entry: entry.start))
    rest = len(told) - len(largest)
    more = f"; {rest} more and all treatments in the data quality table" if rest else "; see the data quality table"
    return f"found in the history: {listed}: {shown}{more}"


def _size(entry: Entry) -> float:
    return float(np.nan_to_num(abs(entry.contacts - entry.expected)))


def _in_words(entry: Entry, calendar: SiteCalendar) -> str:
    start, end = entry.start.tz_convert(calendar.timezone), entry.end.tz_convert(calendar.timezone)
    last = (end - pd.Timedelta(seconds=1)).date()
    if entry.kind in ("outage", "spike", "stuck", "missing rows"):
        when = f"on {start:%Y-%m-%d} {start:%H:%M}-{'24:00' if end.date() > last else f'{end:%H:%M}'}"
    else:
        when = f"on {start:%Y-%m-%d}" if last == start.date() else f"from {start:%Y-%m-%d} to {last}"
    numbers = ""
    if np.isfinite(entry.contacts) and np.isfinite(entry.expected):
        numbers = f": {entry.contacts:,.0f} contacts, usual {entry.expected:,.0f}"
    return f"{entry.kind} {when}{numbers}; {entry.treatment}"
