"""Extra pay, minute by minute: which premium is paid when, by the wall clock of the site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, local_dates, parse_spans, parse_weekdays, wall_instant
from staffplan.cost.exact import Ints
from staffplan.cost.norms import Blocks, Norms
from staffplan.cost.over_hours import WorkedSpans, any_norm, due_of
from staffplan.settings.cost import CostSettings, PremiumSettings
from staffplan.site import Site
from staffplan.tables.roster import ABSENCE, Roster

NANOSECONDS_PER_MINUTE = 60_000_000_000


def minutes_of(instants: pd.Series | pd.DatetimeIndex) -> Ints:
    """Whole minutes since 1970 of the instants, (instants,). Seconds are cut off."""
    return np.asarray(pd.DatetimeIndex(instants).as_unit("ns").asi8 // NANOSECONDS_PER_MINUTE, dtype=np.int64)


def instants_of(minutes: Ints) -> pd.DatetimeIndex:
    """Instants in UTC from whole minutes since 1970, (instants,). The reverse of `minutes_of`."""
    return pd.DatetimeIndex((minutes * 60).astype("datetime64[s]")).tz_localize("UTC")


@dataclass(frozen=True)
class PremiumClock:
    """For each premium the minutes paid so far: (premiums, minutes + 1) from `first_minute` on."""

    names: tuple[str, ...]
    first_minute: int
    paid_before: Ints

    def minutes(self, start: Ints, end: Ints) -> Ints:
        """(premiums, spans): minutes of each span for which each premium is paid."""
        before = self.paid_before
        return np.asarray(before[:, end - self.first_minute] - before[:, start - self.first_minute], dtype=np.int64)

    def due(self, start: Ints, end: Ints) -> NDArray[np.bool_]:
        """(premiums, minutes): whether each is paid in each minute of the spans, one span after the other."""
        lengths = end - start
        first = np.repeat(start - self.first_minute - np.cumsum(lengths) + lengths, lengths)
        at = first + np.arange(int(lengths.sum()))
        return np.asarray(self.paid_before[:, at + 1] > self.paid_before[:, at])


def premium_clock(premiums: Sequence[PremiumSettings], calendar: SiteCalendar, first: int, last: int) -> PremiumClock:
    """The clock for the minutes from `first` to `last` (since 1970). Norms of hours are left aside."""
    return _clock(premiums, calendar, first, last, excluding=True)


def _clock(
    premiums: Sequence[PremiumSettings], calendar: SiteCalendar, first: int, last: int, *, excluding: bool
) -> PremiumClock:
    due = np.zeros((len(premiums), max(0, last - first)), dtype=bool)
    for number, premium in enumerate(premiums):
        for start, end in _spans(premium, calendar, first, last):
            due[number, max(0, start - first) : max(0, end - first)] = True
    paid = without_excluded(due, premiums) if excluding else due
    before = np.concatenate([np.zeros((len(premiums), 1), dtype=np.int64), np.cumsum(paid, axis=1)], axis=1)
    return PremiumClock(tuple(p.name for p in premiums), first, before)


def _spans(premium: PremiumSettings, calendar: SiteCalendar, first: int, last: int) -> Iterable[tuple[int, int]]:
    """Minutes (since 1970) from and to which the premium's hours last; a span belongs to the day it begins on."""
    spans = () if premium.per_shift_only else parse_spans(premium.hours)
    begin, end = local_dates(instants_of(np.array([first, last])), calendar.timezone)
    for step in range(-1, (end - begin).days + 1):
        day = begin + timedelta(days=step)
        if _holds_on(day, premium, calendar):
            for opening, closing in spans:
                walls = [wall_instant(day, minute, calendar.timezone) for minute in (opening, closing)]
                start_minute, end_minute = minutes_of(pd.DatetimeIndex(walls)).tolist()
                yield start_minute, end_minute


def _holds_on(day: date, premium: PremiumSettings, calendar: SiteCalendar) -> bool:
    """Whether the premium is paid for spans that begin on the day."""
    special = calendar.special_days.get(day)
    is_holiday = special is not None and special.kind == "holiday"
    there = day.weekday() in parse_weekdays(premium.weekdays) and premium.falls_on(day)
    return there and (is_holiday or not premium.holidays_only)


def without_excluded(due: NDArray[np.bool_], premiums: Sequence[PremiumSettings]) -> NDArray[np.bool_]:
    """(premiums, minutes): the same, without premiums shut out by another one that is paid in the same minute."""
    if not len(premiums):
        return due
    weights = 1 << np.arange(len(premiums), dtype=np.int64)
    patterns, place = np.unique(weights @ due.astype(np.int64), return_inverse=True)
    kept = np.zeros((len(premiums), len(patterns)), dtype=bool)
    for column, pattern in enumerate(patterns.tolist()):
        together = [p for number, p in enumerate(premiums) if pattern >> number & 1]
        names = paid_together(together)
        kept[:, column] = [p.name in names for p in premiums]
    return kept[:, place]


def paid_together(premiums: Sequence[PremiumSettings]) -> set[str]:
    """Which of the premiums due in the same minute are paid.

    One that is itself shut out shuts nothing out. Where two shut out each other, the earlier in the list is paid.
    """
    paid: set[str] = set()
    open_ones = list(premiums)
    while open_ones:
        free = [p for p in open_ones if not any(p.name in q.excludes for q in open_ones if q is not p)]
        chosen = (free or open_ones)[0]
        paid.add(chosen.name)
        open_ones = [p for p in open_ones if p is not chosen and p.name not in chosen.excludes]
    return paid


def paid_for_shift(premium: PremiumSettings, shift: str, day: date, calendar: SiteCalendar) -> bool:
    """Whether an amount is paid for a shift, "split 08:00/16:00" or "split", that begins on the day."""
    named = not premium.shifts or bool({shift, shift.rsplit(" ", 1)[0]} & set(premium.shifts))
    return premium.per_shift_only and named and _holds_on(day, premium, calendar)


def paid_minutes(
    spans: WorkedSpans, premiums: Sequence[PremiumSettings], calendar: SiteCalendar, norms: Norms
) -> Ints:
    """(premiums, spans): minutes of each span for which each premium is paid."""
    if not len(spans.start) or not premiums:
        return np.zeros((len(premiums), len(spans.start)), dtype=np.int64)
    first, last = int(spans.start.min()), int(spans.end.max())
    if not any_norm(premiums):
        return premium_clock(premiums, calendar, first, last).minutes(spans.start, spans.end)
    clock = _clock(premiums, calendar, first, last, excluding=False)
    found = np.zeros((len(premiums), len(spans.start)), dtype=np.int64)
    used = {p.name: norms.used_for(p, premiums) for p in premiums if p.over_hours is not None}
    for rows in _rows_by_agent(spans):
        start, end = spans.start[rows], spans.end[rows]
        paid = without_excluded(due_of(spans, rows, clock.due(start, end), premiums, norms, used), premiums)
        ends = np.cumsum(end - start)
        sums = np.concatenate([np.zeros((len(premiums), 1), dtype=np.int64), np.cumsum(paid, axis=1)], axis=1)
        found[:, rows] = sums[:, ends] - sums[:, ends - (end - start)]
    return found


def _rows_by_agent(spans: WorkedSpans) -> list[Ints]:
    """Numbers of each agent's spans in the order of time."""
    agents = np.unique(np.array(spans.agent, dtype=object).astype(str), return_inverse=True)[1]
    order = np.lexsort([spans.start, agents])
    cuts = np.flatnonzero(np.diff(agents[order])) + 1
    return [np.asarray(rows, dtype=np.int64) for rows in np.split(order, cuts)]


def premium_hours(roster: Roster, settings: CostSettings, site: Site, norms: Norms | None = None) -> pd.Series:
    """For each row of roster_shifts its paid hours with a premium, by kind: "night:2.5;sunday:8"."""
    minutes = premium_minutes(roster, settings, site, norms)
    texts = [_text(list(minutes.columns), row) for row in minutes.to_numpy(dtype=np.int64)]
    return pd.Series(texts, index=roster.shifts.frame.index, dtype=object)


def premium_minutes(roster: Roster, settings: CostSettings, site: Site, norms: Norms | None = None) -> pd.DataFrame:
    """For each row of roster_shifts (as its index) and each premium, by its name, the paid minutes with it.

    norms: left out, hours over a norm count from the roster's first day on, and nothing before it.
    """
    shifts, activities = roster.shifts.frame, roster.activities.frame
    paid = activities[activities["paid"] == "yes"]
    names = [premium.name for premium in settings.premiums]
    if not len(paid) or not names:
        return pd.DataFrame(0, index=shifts.index, columns=names)
    days = paid["schedule_date"].dt.date.tolist()
    spans = WorkedSpans(
        paid["agent_id"].tolist(),
        days,
        minutes_of(paid["start"]),
        minutes_of(paid["end"]),
        (paid["activity"] != ABSENCE).to_numpy(),
    )
    minutes = paid_minutes(spans, settings.premiums, site.calendar, norms or Norms(Blocks([min(days)])))
    keys = [paid["agent_id"], paid["schedule_date"]]
    by_shift = pd.DataFrame(minutes.T, index=pd.MultiIndex.from_arrays(keys))
    sums = by_shift.groupby(level=[0, 1]).sum()
    wanted = pd.MultiIndex.from_arrays([shifts["agent_id"], shifts["schedule_date"]])
    rows = sums.reindex(wanted, fill_value=0).to_numpy()
    return pd.DataFrame(rows, index=shifts.index, columns=names)


def _text(names: Sequence[str], minutes: NDArray[np.int64]) -> str:
    return ";".join(f"{name}:{round(int(m) / 60, 4):g}" for name, m in zip(names, minutes, strict=True) if m)
