"""Opening hours learnt from the contacts themselves, where a queue has none given.

The costs are not alike: an interval closed by mistake loses all of its customers, one opened by mistake costs a few
people who wait. So a time of the week is open when contacts came there more often than strays do, or when it is open
on other weekdays and its own silence may be chance; it is closed only when the silence is clear. Hours that leave out
more contacts than strays can be are widened.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from staffplan.clock import WEEKDAYS, OpeningHours, Spans
from staffplan.forecast.history.hours_evidence import DaysSeen, Seen
from staffplan.forecast.history.hours_left_out import widened
from staffplan.forecast.history.runs import runs
from staffplan.forecast.history.series import Flags, Floats

WINDOW_DAYS = 91
"""Hours are learnt from the last quarter of a year that has rows: hours drift, and old ones should not linger..."""
CONTACTS_TO_JUDGE_A_TIME = 30.0
"""...or from more days, until the usual interval of each weekday has had so many contacts."""
WEEKEND = (5, 6)
"""Where weekdays from Monday to Friday have been seen and these two have not, they are closed."""
SEEN_WEEKDAYS = 3
"""Of Monday to Friday, for an unseen weekend to be closed."""
STRAY_SHARE = 0.0005
"""Contacts a closed interval gets by misdialling, misdating and slow clocks, as a share of the usual interval's."""
CLEARLY_SEEN = 4.0
"""Log likelihood ratio against strays from which on a time is open (chance: about 1 in 200)."""
FEWEST_DAYS_SEEN, FEWEST_POOLED = 2, 3
"""One burst is no opening: contacts have to come on so many days of a weekday, or of all weekdays together."""
SMALLEST_VOLUME = 0.001
"""A time with a smaller share of the usual interval's volume is not opened, however often contacts come."""
BUSY_SHARE = 0.05
"""A time with this share of the usual interval's volume is open, whatever strays do."""
DAY_RULES = ((0.0, 0.1), (0.25, 0.03), (0.5, 0.005))
"""A weekday is open with contacts on this share of its days (on two at least), which hold, over all of its days, this
share of a usual day's contacts."""
ENOUGH_CONTACTS = 10.0
"""Contacts that a stretch promises, before its silence is no chance..."""
SILENT_SHARE = 0.05
"""...and it is silent when fewer than this share of them came."""
SILENCE_AT_EDGE, EDGE_SLOTS = 3.0, 2
"""Contacts that the last slots of a stretch promise beyond it, before silence there is no chance (1 in 20)."""
HOLE_HOURS, CLEAR_HOLE_HOURS = 2.0, 1.0
"""Quieter stretches inside a day stay open up to the first length, clearly silent ones up to the second."""
ISLAND_HOURS = 1.0
"""Stretches shorter than this, away from the day's hours, are strays, unless they are busy."""
CLOSED_HOLIDAY_VOLUME = 0.1
"""Holidays with less than this share of the usual day's volume were closed."""


def open_week(seen: DaysSeen, days: Flags) -> tuple[Flags, tuple[int, ...]]:
    """(7, slots) open in these days (days,), and the weekdays that they do not tell of.

    Where these days have no contacts, all days of the history speak.
    """
    chosen = seen.counted & days
    if not seen.counts[chosen].any():
        chosen = seen.counted if seen.counts[seen.counted].any() else np.ones(len(seen.counts), dtype=bool)
    recent = seen.by_weekday(_latest(seen, chosen))
    is_open = _judged(recent, seen.slots_per_hour)
    for told in (recent, seen.by_weekday(chosen)):
        is_open = widened(is_open, told, round(HOLE_HOURS * seen.slots_per_hour))
    unseen = tuple(np.flatnonzero(recent.days == 0).tolist())
    return _with_unseen(is_open, unseen), unseen


def typical_interval(contacts: Floats, days: Floats) -> float:
    """Contacts in the interval of the usual contact: the mean of the counts weighted by themselves. `contacts`:
    (weekdays, slots); `days`: (weekdays,)."""
    rates = contacts / np.maximum(days, 1)[:, None]
    return float((rates * contacts).sum() / max(float(contacts.sum()), 1e-9))


def hours_of(is_open: Flags, seen: DaysSeen) -> OpeningHours:
    """Opening hours from flags by weekday, (7, slots)."""
    return OpeningHours(tuple(_spans(slots, seen.minutes) for slots in is_open), () if seen.closed_holidays else None)


def _latest(seen: DaysSeen, chosen: Flags) -> Flags:
    """(days,): the last of the chosen days, a quarter of a year of them or enough for a quiet queue."""
    told = seen.by_weekday(chosen)
    usual = typical_interval(told.contacts, told.days)
    wanted = max(WINDOW_DAYS, 7 * CONTACTS_TO_JUDGE_A_TIME / max(usual, 1e-9))
    after = np.cumsum(seen.recorded[::-1])[::-1]
    last_day = np.flatnonzero(chosen)[-1]
    return np.asarray(chosen & (after - after[last_day] < wanted))


def _judged(told: Seen, slots_per_hour: int) -> Flags:
    """(7, slots): times clearly seen, on weekdays that are open, and those that are not clearly silent."""
    open_days = _open_weekdays(told)
    pooled = told.together(open_days)
    usual = typical_interval(told.contacts, told.days)
    own, common = _clearly_seen(told, usual, FEWEST_DAYS_SEEN), _clearly_seen(pooled, usual, FEWEST_POOLED)[0]
    if pooled.days[0] * usual < ENOUGH_CONTACTS:
        common = pooled.contacts[0] > 0
    is_open = np.zeros(own.shape, dtype=bool)
    hole, clear, island = (round(hours * slots_per_hour) for hours in (HOLE_HOURS, CLEAR_HOLE_HOURS, ISLAND_HOURS))
    common = _with_doubtful_edges(common, pooled.contacts[0], hole)
    for weekday in np.flatnonzero(open_days).tolist():
        mine = _grown(own[weekday], common & (told.busy_days[weekday] > 0))
        mine = _with_what_may_be_open(mine, common, told, weekday, pooled.rates[0])
        mine = _without_holes(mine, told.rates[weekday], float(told.days[weekday]), hole, clear)
        is_open[weekday] = _without_islands(mine, island, told.rates[weekday] >= BUSY_SHARE * usual)
    return is_open


def _open_weekdays(told: Seen) -> Flags:
    """(7,): weekdays whose contacts are more than strays; of quiet queues, any with contacts on two days."""
    total = told.contacts.sum(axis=1)
    volume, share = total / np.maximum(told.days, 1), told.days_with_contacts / np.maximum(told.days, 1)
    regular = share >= DAY_RULES[-1][0]
    if not regular.any():
        return np.asarray(total > 0)
    usual = float(np.median(volume[regular]))
    often = (told.days_with_contacts >= FEWEST_DAYS_SEEN) | (share >= DAY_RULES[-1][0])
    ruled = np.any([(share >= least) & (volume >= part * usual) for least, part in DAY_RULES], axis=0)
    few = usual * told.days < ENOUGH_CONTACTS
    return np.asarray(often & (total > 0) & (ruled | few))


def _clearly_seen(told: Seen, usual: float, fewest: int) -> Flags:
    """(rows, slots): contacts came on more days than strays of a queue with this usual interval would."""
    days = np.maximum(told.days, 1)[:, None]
    strays = STRAY_SHARE * max(usual, 1e-9)
    share = told.busy_days / days
    evidence = _evidence(told.busy_days, days, strays)
    often = told.busy_days >= np.minimum(fewest, np.ceil(days / 2))
    volume = told.rates / max(usual, 1e-9)
    seen = (evidence >= CLEARLY_SEEN) & (share > -np.expm1(-strays)) & (volume >= SMALLEST_VOLUME)
    return np.asarray(often & (seen | (volume >= BUSY_SHARE)) & (told.busy_days > 0))


def _evidence(busy: Floats, days: Floats, strays: float) -> Floats:
    """Log likelihood ratio (binomial) of this share of busy days over days with Poisson strays of that mean."""
    share, quiet = busy / days, days - busy
    hits = busy * (np.log(np.maximum(share, 1e-300)) - np.log(-np.expm1(-strays)))
    return np.asarray(hits + quiet * (np.log(np.maximum(1 - share, 1e-300)) + strays))


def _grown(own: Flags, may_grow: Flags) -> Flags:
    """(slots,): stretches that go on as long as contacts came at all, at times when other weekdays are open."""
    grown = own.copy()
    for start, end, value in runs(own | may_grow):
        if value and own[start:end].any():
            grown[start:end] = True
    return grown


def _with_doubtful_edges(common: Flags, contacts: Floats, longest: int) -> Flags:
    """(slots,): each stretch goes on until the silence beyond it is no chance, going by the contacts at its edge."""
    wide = common.copy()
    for start, end, value in runs(common):
        if value:
            first, last = contacts[start : start + EDGE_SLOTS].mean(), contacts[max(0, end - EDGE_SLOTS) : end].mean()
            before, after = (
                min(longest, int(np.ceil(SILENCE_AT_EDGE / max(edge, 1e-9))) - 1) for edge in (first, last)
            )
            wide[max(0, start - before) : end + after] = True
    return wide


def _with_what_may_be_open(own: Flags, common: Flags, told: Seen, weekday: int, usual: Floats) -> Flags:
    """(slots,): with the stretches of the common hours in which the weekday is not clearly silent.

    Its level is taken from the whole day: from the times seen it would be too high, as chance chose them.
    """
    mine, rates = own.copy(), told.rates[weekday]
    level = rates.sum() / max(float(usual.sum()), 1e-9)
    for start, end, missing in runs(common & ~own):
        promised = told.days[weekday] * level * usual[start:end].sum()
        if missing and not _clearly_silent(told.days[weekday] * rates[start:end].sum(), promised):
            mine[start:end] = True
    return mine


def _clearly_silent(came: float, promised: float) -> bool:
    return promised >= ENOUGH_CONTACTS and came < SILENT_SHARE * promised


def _without_holes(own: Flags, rates: Floats, days: float, longest: int, longest_clear: int) -> Flags:
    """(slots,): short breaks filled; a break promises what the times beside it hold."""
    filled = own.copy()
    for start, end, value in runs(own):
        if value or start == 0 or end == len(own) or end - start > longest:
            continue
        promised = days * (end - start) * min(rates[start - 1], rates[end])
        if end - start <= longest_clear or not _clearly_silent(days * rates[start:end].sum(), promised):
            filled[start:end] = True
    return filled


def _without_islands(own: Flags, shortest: int, busy: Flags) -> Flags:
    """(slots,): without lone short stretches that are not busy, unless the day has nothing else."""
    stretches = [(start, end) for start, end, value in runs(own) if value]
    islands = [(start, end) for start, end in stretches if end - start < shortest and not busy[start:end].all()]
    kept = own.copy()
    if len(islands) < len(stretches):
        for start, end in islands:
            kept[start:end] = False
    return kept


def _with_unseen(is_open: Flags, unseen: tuple[int, ...]) -> Flags:
    """(7, slots): weekdays not seen are like the others; a weekend is not, where the rest of the week was seen."""
    wide = is_open.copy()
    working_days = 5 - sum(day not in WEEKEND for day in unseen)
    alike = [day for day in unseen if day not in WEEKEND or working_days < SEEN_WEEKDAYS]
    if not set(WEEKEND) <= set(unseen):
        alike = list(unseen)
    wide[alike] = is_open.any(axis=0)
    return wide


def _spans(slots: Flags, minutes: int) -> Spans:
    return tuple((start * minutes, end * minutes) for start, end, value in runs(slots) if value)


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
