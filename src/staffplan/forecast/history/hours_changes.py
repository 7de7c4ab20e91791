"""Opening hours that changed during the history: found in the contacts, each period with hours of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import OpeningHours, SiteCalendar, midnight
from staffplan.forecast.history.hours import BUSY_SHARE, CLOSED_HOLIDAY_VOLUME, hours_of, open_week
from staffplan.forecast.history.hours_evidence import STRAY_DAY_VOLUME, DaysSeen, days_seen, with_holidays
from staffplan.forecast.history.runs import runs
from staffplan.forecast.history.series import Flags, Floats, RawSeries, Whole

SIDES_DAYS = (28, 63)
"""A change is looked for between this many days before and after: few for short periods, more for quiet queues..."""
FEWEST_DAYS = 5
"""...and at least this many on either side: to open longer shows after a working week, to close takes more..."""
FEWEST_OF_A_WEEKDAY, FEWEST_OF_A_TIME = 2, 4
"""...while a weekday must have been seen open this often, and a time of day on this many days of any weekday."""
CLOSED_SHARE = 0.05
"""Closed means less than this share of the contacts that the other side promises."""
EVIDENCE_TO_COUNT = 4.0
"""Log likelihood ratio below which silence says nothing (chance: about 1 in 200)."""
ENOUGH_EVIDENCE = 30.0
"""Sum of log likelihood ratios for a change; a search over years of days makes ten by chance."""
SHORTEST_SILENCE_DAYS = 5
"""Days without contacts in a row, more than twice the usual, say nothing about hours: a closure, a gap."""
STEP_DAYS = 7


@dataclass(frozen=True)
class Timetable:
    """Hours by period: (first day, hours), earliest first; the first period's hours hold before it, too."""

    periods: tuple[tuple[date, OpeningHours], ...]

    @classmethod
    def unchanged(cls, first: date, hours: OpeningHours | None) -> Timetable | None:
        """The same hours from the first day on; None without hours."""
        return None if hours is None else cls(((first, hours),))

    @property
    def latest(self) -> OpeningHours:
        return self.periods[-1][1]

    def open_mask(self, instants: pd.DatetimeIndex, calendar: SiteCalendar) -> NDArray[np.bool_]:
        """(instants,): True where the queue was open at that instant."""
        starts = [midnight(first, calendar.timezone) for first, _ in self.periods[1:]]
        period = np.searchsorted(pd.DatetimeIndex(starts, tz="UTC").as_unit("ns"), instants, side="right")
        mask = np.zeros(len(instants), dtype=bool)
        for number, (_, hours) in enumerate(self.periods):
            own = period == number
            if own.any():
                mask[own] = hours.open_mask(instants[own], calendar)
        return mask

    def known_on(self, day: date) -> Timetable:
        """What could have been learnt before `day`: a change needs FEWEST_DAYS to be seen."""
        last = day - timedelta(days=FEWEST_DAYS)
        known = tuple(period for period in self.periods if period[0] <= last)
        return Timetable(known or self.periods[:1])


def learn_timetable(raw: RawSeries) -> tuple[Timetable, tuple[int, ...]]:
    """Hours in which contacts usually came, period by period, and the weekdays that the history has never seen."""
    seen = days_seen(raw)
    starts = [0, *find_changes(seen)]
    masks, unseen = _by_period(seen, starts)
    open_weekdays: Flags = np.any(masks[-1], axis=1, keepdims=True)[:, 0]
    seen = with_holidays(seen, open_weekdays, CLOSED_HOLIDAY_VOLUME)
    periods = [(raw.grid.date_of(starts[0]), hours_of(masks[0], seen))]
    for start, before, mask in zip(starts[1:], masks, masks[1:], strict=False):
        if (before != mask).any():
            periods.append((raw.grid.date_of(start), hours_of(mask, seen)))
    return Timetable(tuple(periods)), unseen


def _by_period(seen: DaysSeen, starts: list[int]) -> tuple[list[Flags], tuple[int, ...]]:
    """(7, slots) open in each period, and the weekdays that no day of the history tells of."""
    ends = [*starts[1:], len(seen.counts)]
    own = [open_week(seen, _days_of(seen, start, end)) for start, end in zip(starts, ends, strict=True)]
    masks = [own[-1][0]]
    for place in range(len(starts) - 2, -1, -1):
        bounds = (starts[place], ends[place], ends[place + 1])
        masks[:1] = _where_evident(own[place][0], masks[0], seen, bounds)
    for place in range(1, len(starts)):
        told = seen.by_weekday(seen.counted & _days_of(seen, starts[place], ends[place])).days
        masks[place] = _kept_where_hardly_seen(masks[place - 1], masks[place], told)
    everything = seen.by_weekday(seen.counted).days
    return masks, tuple(np.flatnonzero(everything == 0).tolist())


def _days_of(seen: DaysSeen, start: int, end: int) -> Flags:
    day = np.arange(len(seen.counts))
    return (day >= start) & (day < end)


def _kept_where_hardly_seen(before: Flags, since: Flags, days: Floats) -> Flags:
    """(7, slots): a weekday with next to no days since a change keeps its hours, and gets those that others got."""
    few = (days < FEWEST_OF_A_WEEKDAY) & before.any(axis=1)
    opened = since[~few].any(axis=0) & ~before.any(axis=0)
    kept = since.copy()
    kept[few] = np.where((days[few] == 0)[:, None], before[few] | opened, before[few] | since[few])
    kept[(days == 0) & ~before.any(axis=1)] = False
    return kept


def find_changes(seen: DaysSeen) -> list[int]:
    """Days on which hours changed, in order: the strongest first, then what is left on either side of it."""
    counted = seen.counted & ~_silences(seen)
    sums = _Sums.of(_busy(seen.counts), seen.weekday, counted)
    changes: list[int] = []
    pieces = [(0, len(counted))]
    while pieces:
        start, end = pieces.pop()
        day = _strongest(sums, start, end)
        if day is not None:
            changes.append(day)
            pieces += [(start, day), (day, end)]
    return sorted(changes)


def _busy(counts: Floats) -> Flags:
    """(days, slots): more contacts than strays would be, measured by the queue's usual interval."""
    total = float(counts.sum())
    usual = float((counts**2).sum()) / total if total > 0 else 0.0
    return np.asarray((counts > 0) & (counts >= BUSY_SHARE * usual))


def _silences(seen: DaysSeen) -> Flags:
    """(days,): days of runs with next to no contacts that are much longer than usual."""
    totals = seen.counts.sum(axis=1)
    usual = float(np.median(totals[seen.counted & (totals > 0)])) if (totals > 0).any() else 0.0
    quiet = runs(totals <= STRAY_DAY_VOLUME * usual)
    lengths = [end - start for start, end, value in quiet if value]
    longest = max(SHORTEST_SILENCE_DAYS - 1, 2 * float(np.median(lengths)) if lengths else 0)
    flags = np.zeros(len(totals), dtype=bool)
    for start, end, value in quiet:
        flags[start:end] = value and end - start > longest
    return flags


@dataclass(frozen=True)
class _Sums:
    """Running sums from the first day: busy intervals (days + 1, 7, slots), and days that count (days + 1, 7).

    Intervals with contacts are counted, not contacts: one burst is not an opening.
    """

    busy: Floats
    days: Floats

    @classmethod
    def of(cls, busy: Flags, weekday: Whole, counted: Flags) -> _Sums:
        size = len(busy)
        intervals, days = np.zeros((size + 1, 7, busy.shape[1])), np.zeros((size + 1, 7))
        place = np.arange(1, size + 1)
        intervals[place, weekday] = busy & counted[:, None]
        days[place, weekday] = counted
        return cls(np.cumsum(intervals, axis=0), np.cumsum(days, axis=0))

    def between(self, first: Whole, end: Whole) -> tuple[Floats, Floats]:
        """Busy intervals (n, 7, slots) and days (n, 7) from each first day to each end (exclusive)."""
        return self.busy[end] - self.busy[first], self.days[end] - self.days[first]


def _strongest(sums: _Sums, start: int, end: int) -> int | None:
    """The day of clear evidence between two days, the last of equals: the first on which the new hours show."""
    days = np.arange(start + FEWEST_DAYS, end - FEWEST_DAYS + 1)
    if not len(days):
        return None
    coarse = _clearest(sums, days[::STEP_DAYS], start, end)
    place = STEP_DAYS * int(coarse.argmax())
    near = days[max(0, place - STEP_DAYS + 1) : place + STEP_DAYS]
    fine = _clearest(sums, near, start, end)
    if fine.max() < ENOUGH_EVIDENCE:
        return None
    return int(near[np.flatnonzero(fine >= fine.max() - 1e-9)[-1]])


def _clearest(sums: _Sums, days: Whole, start: int, end: int) -> Floats:
    """(days,): the evidence of a change on each day, by the length of the sides that shows it best."""
    return np.asarray(np.maximum.reduce([_evidence(sums, days, start, end, side) for side in SIDES_DAYS]))


def _evidence(sums: _Sums, days: Whole, start: int, end: int, side_days: int) -> Floats:
    """(days,): how clearly hours change on each day: in cells of the week, in whole weekdays, or in times of day."""
    before, days_before = sums.between(np.maximum(days - side_days, start), days)
    after, days_after = sums.between(days, np.minimum(days + side_days, end))
    known = ((days_before > 0) & (days_after > 0))[:, :, None]
    before, after = np.where(known, before, 0.0), np.where(known, after, 0.0)
    few = FEWEST_OF_A_WEEKDAY
    cells = _silence(before, days_before[:, :, None], after, days_after[:, :, None], few).sum(axis=(1, 2))
    weekdays = _silence(before.sum(axis=2), days_before, after.sum(axis=2), days_after, few).sum(axis=1)
    of_day = [days_of.sum(axis=1, keepdims=True) for days_of in (days_before, days_after)]
    times = _silence(before.sum(axis=1), of_day[0], after.sum(axis=1), of_day[1], FEWEST_OF_A_TIME).sum(axis=1)
    return np.asarray(np.maximum.reduce([cells, weekdays, times]))


def _silence(before: Floats, days_before: Floats, after: Floats, days_after: Floats, fewest: int) -> Floats:
    """The evidence against one rate on both sides, where the quieter one is closed rather than less busy; else 0."""
    expected_before = after / np.maximum(days_after, 1) * days_before
    expected_after = before / np.maximum(days_before, 1) * days_after
    opened = (before <= CLOSED_SHARE * expected_before) & (days_after >= fewest)
    closed = opened | ((after <= CLOSED_SHARE * expected_after) & (days_before >= fewest))
    evidence = np.zeros(before.shape)
    shapes = np.broadcast_arrays(days_before, days_after, before)
    evidence[closed] = _against_one_rate(
        before[closed], shapes[0][closed], after[closed], shapes[1][closed]
    )  # fmt: skip
    return np.where(evidence >= EVIDENCE_TO_COUNT, evidence, 0.0)


def _against_one_rate(before: Floats, days_before: Floats, after: Floats, days_after: Floats) -> Floats:
    """Log likelihood ratio of two Poisson rates over one, from counts and the days they come from."""
    rate = (before + after) / np.maximum(days_before + days_after, 1)
    total = np.zeros(before.shape)
    for count, days in ((before, days_before), (after, days_after)):
        total += count * np.log(np.maximum(count, 1e-300) / np.maximum(rate * days, 1e-300))
    return total


def _where_evident(own: Flags, later: Flags, seen: DaysSeen, bounds: tuple[int, int, int]) -> tuple[Flags, Flags]:
    """(7, slots) before and since a change: the two learnt weeks, as far as the silence on one side speaks for the
    difference; elsewhere both are open where one of them is.

    `bounds`: first day of the period, first day of the later one, its end. Small differences between two learnt
    weeks are chance more often than hours; where all of them together are no clear evidence, nothing has changed.
    """
    start, change, end = bounds
    sums = _Sums.of(_busy(seen.counts), seen.weekday, seen.counted)
    before, days_before = (part[0] for part in sums.between(np.array([start]), np.array([change])))
    after, days_after = (part[0] for part in sums.between(np.array([change]), np.array([end])))
    either = own | later
    masks, evidence = (either.copy(), either.copy()), 0.0
    for weekday in range(7):
        for first, last, differs in runs(own[weekday] != later[weekday]):
            if not differs:
                continue
            stretch = slice(first, last)
            came = before[[weekday], stretch].sum(axis=1), after[[weekday], stretch].sum(axis=1)
            clear = float(_against_one_rate(came[0], days_before[[weekday]], came[1], days_after[[weekday]])[0])
            if clear >= EVIDENCE_TO_COUNT:
                masks[0][weekday, stretch], masks[1][weekday, stretch] = (
                    own[weekday, stretch],
                    later[weekday, stretch],
                )
                evidence += clear
    return masks if evidence >= ENOUGH_EVIDENCE else (either, either)
