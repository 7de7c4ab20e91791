"""Opening hours learnt from the contacts themselves, where a queue has none given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from staffplan.clock import WEEKDAYS, OpeningHours, Spans
from staffplan.forecast.history.series import DayGrid, Flags, Floats, RawSeries, Whole

WINDOW_DAYS = 91
"""Hours are learnt from the last quarter of a year: hours drift, and old ones should not linger."""
WEEKEND = (5, 6)
"""Where Monday to Friday have been seen and these two have not, they are closed rather than like the others."""
SEEN_SHARE = 1 / 3
"""A slot seen busy on this share of its days is open..."""
SEEN_VOLUME = 0.005
"""...with at least this share of the queue's usual volume: strays of a busy queue are seen often, too."""
BUSY_SHARE = 0.05
"""A slot with this share of the queue's usual volume is open, even if contacts are rare."""
OPEN_DAY_SHARE = 0.5
"""A weekday is open when this share of its days has contacts..."""
OPEN_DAY_VOLUME = 0.03
"""...and at least this share of the usual day's volume; otherwise its contacts are strays."""
DAYS_THAT_OPEN = 2
"""A weekday too quiet to be judged so is open when contacts came on this many of its days."""
CLOSED_HOLIDAY_VOLUME = 0.1
"""Holidays with less than this share of the usual day's volume were closed."""
ENOUGH_CONTACTS = 10.0
"""Contacts a slot should have had in the window for its weekday to be judged alone."""
HOLE_HOURS = 2.0
"""Quieter stretches inside a day, up to this long, stay open."""
ISLAND_HOURS = 1.0
"""Busy stretches shorter than this, away from the day's hours, are strays."""


@dataclass(frozen=True)
class DaysSeen:
    """The days of a history as far as they tell opening hours."""

    counts: Floats
    """(days, slots) contacts, zero without a row."""
    weekday: Whole
    counted: Flags
    """(days,): recorded days of weeks with contacts, holidays left out."""
    closed_holidays: bool
    """Whether the holidays had next to no contacts."""
    minutes: int


def days_seen(raw: RawSeries) -> DaysSeen:
    counts = _counts(raw)
    recorded = (np.bincount(raw.grid.day, raw.recorded, minlength=raw.grid.days) > 0) & _weeks_with_contacts(counts)
    holiday = _holidays(raw.grid)
    weekday = raw.grid.weekday
    seen = DaysSeen(counts, weekday, recorded & ~holiday, False, raw.grid.calendar.interval_minutes)
    is_open, _ = open_slots(seen, np.arange(max(0, len(counts) - WINDOW_DAYS), len(counts)))
    regular = recorded & np.isin(weekday, np.flatnonzero(is_open.any(axis=1)))
    closed = _closed_on_holidays(counts[regular].sum(axis=1), holiday[regular])
    return replace(seen, closed_holidays=closed)


def open_slots(seen: DaysSeen, days: Whole) -> tuple[Flags, tuple[int, ...]]:
    """(7, slots) open in these days (by number), and the weekdays not seen in them.

    Where these days have no contacts, all days of the history speak.
    """
    chosen = seen.counted & np.isin(np.arange(len(seen.counts)), days)
    if not seen.counts[chosen].any():
        chosen = seen.counted if seen.counts[seen.counted].any() else np.ones(len(seen.counts), dtype=bool)
    return _open_week(seen.counts[chosen], seen.weekday[chosen], 60 // seen.minutes)


def hours_of(is_open: Flags, seen: DaysSeen) -> OpeningHours:
    """Slots by weekday as opening hours."""
    return OpeningHours(tuple(_spans(slots, seen.minutes) for slots in is_open), () if seen.closed_holidays else None)


def _counts(raw: RawSeries) -> Floats:
    """(days, slots) contacts, zero without a row; where none ever came, the rows show when the queue is open."""
    nothing = np.nansum(raw.offered) == 0
    offered = np.isfinite(raw.offered).astype(float) if nothing else np.nan_to_num(raw.offered)
    return np.nan_to_num(raw.grid.matrix(offered))


def _holidays(grid: DayGrid) -> Flags:
    special = grid.calendar.special_days
    kinds = [special[day].kind if day in special else "" for day in map(grid.date_of, range(grid.days))]
    return np.array([kind in ("holiday", "closed") for kind in kinds], dtype=bool)


def _open_week(counts: Floats, weekday: Whole, slots_per_hour: int) -> tuple[Flags, tuple[int, ...]]:
    """(7, slots) open, from the counts (days, slots) of the days that count; and the weekdays without any day."""
    rates = np.array([_mean_of_days(counts[weekday == number]) for number in range(7)])
    shares = np.array([_mean_of_days((counts[weekday == number] > 0).astype(float)) for number in range(7)])
    days = np.bincount(weekday, minlength=7)
    is_open = _open_slots(rates, shares, days, _open_weekdays(counts.sum(axis=1), weekday))
    hole, hour = round(HOLE_HOURS * slots_per_hour), round(ISLAND_HOURS * slots_per_hour)
    is_open = _like_the_others(np.array([_tidy(slots, hole, hour) for slots in is_open]), hour, rates, days)
    unseen = tuple(np.flatnonzero(days == 0).tolist())
    if unseen != WEEKEND:
        is_open[list(unseen)] = is_open[days > 0].any(axis=0)
    return is_open, unseen


def _weeks_with_contacts(counts: Floats) -> Flags:
    """(days,): days of weeks (counted back from the last day) that have any contact; others are missing data."""
    week = np.arange(len(counts))[::-1] // 7
    return np.bincount(week, counts.sum(axis=1))[week] > 0


def _mean_of_days(days: Floats) -> Floats:
    return days.mean(axis=0) if len(days) else np.zeros(days.shape[1])


def _open_weekdays(totals: Floats, weekday: Whole) -> Flags:
    """(7,): weekdays with contacts on most of their days, and not only a few; quiet queues have few on any day."""
    with_contacts, volume = np.zeros(7), np.zeros(7)
    for number in range(7):
        own = totals[weekday == number]
        if len(own):
            with_contacts[number], volume[number] = np.mean(own > 0), np.mean(own)
    regular = with_contacts >= OPEN_DAY_SHARE
    if not regular.any():
        return volume > 0
    usual = float(np.median(volume[regular]))
    days = np.bincount(weekday, minlength=7)
    few = (usual * days < ENOUGH_CONTACTS) & (with_contacts * days >= DAYS_THAT_OPEN)
    return (regular & (volume >= OPEN_DAY_VOLUME * usual)) | (volume >= usual) | few


def _open_slots(rates: Floats, shares: Floats, days: Whole, open_days: Flags) -> Flags:
    """(7, slots): busy often enough, or with enough volume; sparse queues are judged over all open weekdays."""
    total = rates[open_days].sum()
    typical = float((rates[open_days] ** 2).sum() / total) if total > 0 else 0.0
    weight = np.where(open_days, days, 0).astype(float)
    pooled_rate = weight @ rates / max(weight.sum(), 1.0)
    result = np.zeros(rates.shape, dtype=bool)
    for weekday in np.flatnonzero(open_days).tolist():
        if days[weekday] * typical >= ENOUGH_CONTACTS:
            busy = rates[weekday] >= BUSY_SHARE * typical
            seen = (shares[weekday] >= SEEN_SHARE) & (rates[weekday] >= SEEN_VOLUME * typical)
            result[weekday] = busy | seen
        elif weight.sum() * typical >= ENOUGH_CONTACTS:
            result[weekday] = pooled_rate >= BUSY_SHARE * typical
        else:
            result[weekday] = pooled_rate > 0
    return result


def _tidy(slots: Flags, longest_hole: int, shortest_island: int) -> Flags:
    """Close short holes, then drop lone short stretches unless the day has nothing else."""
    tidy = slots.copy()
    for start, end, value in runs(tidy):
        if not value and start > 0 and end < len(tidy) and end - start <= longest_hole:
            tidy[start:end] = True
    islands = [(start, end) for start, end, value in runs(tidy) if value and end - start < shortest_island]
    if len(islands) < sum(value for _, _, value in runs(tidy)):
        for start, end in islands:
            tidy[start:end] = False
    return tidy


def _like_the_others(is_open: Flags, longest: int, rates: Floats, days: Whole) -> Flags:
    """(7, slots): a day that begins later or ends earlier than most open weekdays, by `longest` at most, is as they.

    So near the edges of the day one quiet weekday does not get hours of its own by chance; where the others promise
    enough contacts, silence is no chance.
    """
    open_days = is_open.any(axis=1)
    if not open_days.any():
        return is_open
    most = is_open[open_days].mean(axis=0) > 0.5
    usual = rates[open_days].mean(axis=0)
    alike = is_open.copy()
    for weekday in np.flatnonzero(open_days).tolist():
        own = is_open[weekday]
        level = rates[weekday, own].sum() / max(float(usual[own].sum()), 1e-9)
        for start, end, missing in runs(most & ~own):
            beside = (start > 0 and own[start - 1]) or (end < len(own) and own[end])
            expected, came = (
                days[weekday] * level * usual[start:end].sum(),
                days[weekday] * rates[weekday, start:end].sum(),
            )
            silent = expected >= ENOUGH_CONTACTS and came < BUSY_SHARE * expected
            if missing and beside and end - start <= longest and not silent:
                alike[weekday, start:end] = True
    return alike


def runs(slots: Flags) -> list[tuple[int, int, bool]]:
    """Stretches of equal value: start, end (exclusive), value."""
    found: list[tuple[int, int, bool]] = []
    start = 0
    for value, members in groupby(slots.tolist()):
        length = len(list(members))
        found.append((start, start + length, bool(value)))
        start += length
    return found


def _spans(slots: Flags, minutes: int) -> Spans:
    return tuple((start * minutes, end * minutes) for start, end, value in runs(slots) if value)


def _closed_on_holidays(totals: Floats, holiday: Flags) -> bool:
    """Whether the holidays (days, on weekdays otherwise open) had next to no contacts; False when there is none."""
    usual = totals[~holiday & (totals > 0)]
    if not holiday.any() or not len(usual):
        return False
    return bool(np.median(totals[holiday]) < CLOSED_HOLIDAY_VOLUME * np.median(usual))


def in_words(hours: OpeningHours) -> str:
    """Hours as a planner writes them: "mon-fri 08:00-20:00; sat 09:00-14:00; sun closed"."""
    parts: list[str] = []
    for spans, members in groupby(range(7), key=lambda day: hours.weekdays[day]):
        days = list(members)
        name = WEEKDAYS[days[0]] if len(days) == 1 else f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
        parts.append(f"{name} {_spans_in_words(spans)}")
    if hours.on_holidays == ():
        parts.append("holidays closed")
    return "; ".join(parts)


def _spans_in_words(spans: Spans) -> str:
    if not spans:
        return "closed"
    return ", ".join(f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}" for start, end in spans)
