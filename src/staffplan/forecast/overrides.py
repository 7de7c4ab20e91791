"""Planner's edits of a forecast: applied last, one after the other, and written down so that they can be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import (
    MINUTES_PER_DAY,
    SiteCalendar,
    Spans,
    horizon_intervals,
    minute_of_day,
    parse_spans,
)
from staffplan.errors import DataError, Note, Problem, nearest
from staffplan.forecast.history.series import Flags, Floats, Whole, date_ranges
from staffplan.tables.forecast import ALL_QUEUES, OverrideLog, Overrides, VolumeForecast
from staffplan.tables.schema import MOST_CONTACTS, MOST_WORK_SECONDS

BOUNDS = {"offered_p10": -0.8, "offered_p90": 0.8, "offered_p025": -0.95, "offered_p975": 0.95}
"""Share between each bound and its counterpart; below zero for the lower one."""
LARGEST_USUAL_CHANGE = 3.0
"""A share above it, four times the forecast, is worth a question."""
SHARES = ("change_share", "aht_change_share")
AHT = "aht_seconds"
OF_AHT = ("aht_change_share", AHT)
"""Kinds of edits that change handling times, and leave contacts and their bounds as they are."""


@dataclass(frozen=True)
class Edit:
    """One override, its cells made plain."""

    number: int
    first: date
    last: date
    hours: str
    """"" means the whole day."""
    queue: str
    """"" means all queues."""
    kind: str
    """The column that is filled in, one of Overrides.one_of."""
    amount: float
    who: str
    why: str

    @cached_property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @cached_property
    def spans(self) -> Spans:
        return parse_spans(self.hours) if self.hours else ((0, MINUTES_PER_DAY),)

    def holds(self, day: Whole, minute: Whole) -> Flags:
        """(intervals,): whether each lies in the range, given its ordinal local day and its minute of that day.

        A span that runs past midnight belongs to the day on which it begins.
        """
        inside = np.zeros(len(day), dtype=bool)
        for start, end in self.spans:
            for back in (0, 1):
                own = (day - back >= self.first.toordinal()) & (day - back <= self.last.toordinal())
                at = minute + back * MINUTES_PER_DAY
                inside |= own & (at >= start) & (at < end)
        return inside

    @property
    def name(self) -> str:
        return f"override {self.number} ({self.who}: {self.why})"

    def note(self, kind: str, message: str) -> Note:
        return Note("forecast", kind, self.queue, f"{self.name}: {message}")

    def __str__(self) -> str:
        """The range in words: "2026-12-07 to 2026-12-09, 08:00-12:00"."""
        return f"{date_ranges(self.days)}{f', {self.hours}' if self.hours else ''}"


@dataclass(frozen=True)
class Scope:
    """Which intervals are forecast, and where they lie: queue, ordinal local day, minute of it; all (intervals,)."""

    queue: NDArray[np.object_]
    day: Whole
    minute: Whole
    first: date
    last: date
    calendar: SiteCalendar

    @classmethod
    def of(cls, frame: pd.DataFrame, first: date, days: int, calendar: SiteCalendar) -> Scope:
        day, minute = _local(pd.DatetimeIndex(frame["interval_start"]), calendar)
        return cls(frame["queue"].to_numpy(), day, minute, first, first + timedelta(days=days - 1), calendar)

    def touched(self, edit: Edit) -> Flags:
        """Whether an override changes each row of the forecast, (rows,)."""
        if not self.ahead(edit):
            return np.zeros(len(self.day), dtype=bool)
        own = edit.holds(self.day, self.minute)
        return own & np.asarray(self.queue == edit.queue, dtype=bool) if edit.queue else own

    def ahead(self, edit: Edit) -> list[date]:
        """Those of the edit's days that are among the days forecast."""
        return [day for day in edit.days if self.first <= day <= self.last]

    @property
    def period(self) -> str:
        return f"{self.first} to {self.last}"


def apply_overrides(
    forecast: VolumeForecast, overrides: Overrides, calendar: SiteCalendar, *, first_day: date, days: int
) -> tuple[VolumeForecast, OverrideLog, tuple[Note, ...]]:
    """The forecast of `days` days from `first_day` on with every edit in it, what each changed, and what to know.

    Edits follow each other in the order of their numbers, a later one changing what an earlier one left. Intervals
    without a row are closed and stay so. Channels and methods are untouched, so are the bounds of contacts where an
    edit changes handling times.
    """
    frame = forecast.frame
    scope = Scope.of(frame, first_day, days, calendar)
    figures = {name: frame[name].to_numpy(dtype=float, copy=True) for name in ("offered", AHT, *BOUNDS)}
    changed_by: dict[int, Flags] = {}
    log = [OverrideLog.empty().frame]
    notes: list[Note] = []
    for edit in edits_of(overrides):
        touched = scope.touched(edit)
        notes += _about_size(edit)
        notes += _about_reach(edit, scope, touched, changed_by)
        if touched.any():
            before, figures = figures, _applied(edit, figures, scope, touched)
            _refuse_excess(edit, figures, overrides)
            changed_by[edit.number] = touched
            log.append(_log_rows(frame, edit, touched, before, figures))
            notes.append(edit.note("changed by hand", f"{_told(edit, log[-1])}{_closed(edit, scope, touched)}"))
    edited = VolumeForecast.of(frame.assign(**figures), forecast.source)
    return edited, OverrideLog.of(pd.concat(log, ignore_index=True)), tuple(notes)


def _refuse_excess(edit: Edit, figures: Mapping[str, Floats], overrides: Overrides) -> None:
    """Raise DataError where an edit leaves more than any forecast may hold."""
    work = figures["offered"] * figures[AHT]
    if figures["offered"].max() <= 100 * MOST_CONTACTS and work.max() <= MOST_WORK_SECONDS:
        return
    position = int(np.flatnonzero(overrides.frame["override"] == edit.number)[0])
    message = (
        f"{edit.amount:g} makes up to {figures['offered'].max():g} contacts of {figures[AHT].max():g} s an interval"
    )
    raise DataError(Problem(overrides.place(position, edit.kind), message, "write a smaller number"))


def edits_of(overrides: Overrides) -> Iterator[Edit]:
    """The edits in the order in which they are applied."""
    for row in overrides.frame.to_dict("records"):
        first = row["first_day"].date()
        last = first if pd.isna(row["last_day"]) else row["last_day"].date()
        queue = "" if row["queue"] == ALL_QUEUES else row["queue"]
        kind = next(name for name in Overrides.one_of if np.isfinite(row[name]))
        number = int(row["override"])
        yield Edit(number, first, last, row["hours"], queue, kind, row[kind], row["who"], row["why"])


def _local(starts: pd.DatetimeIndex, calendar: SiteCalendar) -> tuple[Whole, Whole]:
    midnights = calendar.local(starts).tz_localize(None).normalize()
    days = date(1970, 1, 1).toordinal() + (midnights - pd.Timestamp(0)).days.to_numpy(dtype=np.int64)
    return days, minute_of_day(starts, calendar.timezone)


def _applied(edit: Edit, figures: Mapping[str, Floats], scope: Scope, touched: Flags) -> dict[str, Floats]:
    """The figures with the edit in them."""
    if edit.kind not in OF_AHT:
        return _edited(figures, touched, _wanted(edit, figures["offered"], scope, touched))
    changed = figures[AHT].copy()
    changed[touched] = edit.amount if edit.kind == AHT else changed[touched] * (1 + edit.amount)
    return {**figures, AHT: changed}


def _wanted(edit: Edit, offered: Floats, scope: Scope, touched: Flags) -> Floats:
    """(touched,): contacts after the edit."""
    own = offered[touched]
    match edit.kind:
        case "change_share":
            return own * (1 + edit.amount)
        case "offered":
            return np.full(len(own), edit.amount)
        case _:
            total = edit.amount * _share_ahead(edit, offered, scope)
            return own * (total / own.sum()) if own.sum() > 0 else np.full(len(own), total / len(own))


def _share_ahead(edit: Edit, offered: Floats, scope: Scope) -> float:
    """Which part of the range's total belongs to the days forecast: each day weighs as its weekday does there."""
    days = np.array([day.toordinal() for day in edit.days])
    first, last = scope.first.toordinal(), scope.last.toordinal()
    ahead = (days >= first) & (days <= last)
    alike = scope.touched(replace(edit, first=scope.first, last=scope.last))
    totals = pd.Series(offered[alike]).groupby(scope.day[alike]).sum().reindex(range(first, last + 1), fill_value=0.0)
    of_weekday = totals.groupby(totals.index % 7).mean()
    weights = of_weekday.reindex(days % 7).fillna(totals.mean()).to_numpy(dtype=float)
    if ahead.all() or weights[ahead].sum() <= 0:
        return float(ahead.mean())
    return float(weights[ahead].sum() / weights.sum())


def _edited(figures: Mapping[str, Floats], touched: Flags, wanted: Floats) -> dict[str, Floats]:
    """The figures with the touched intervals at `wanted`, the bounds moved along and still in their order."""
    before = figures["offered"][touched]
    moved = {name: moved_bound(figures[name][touched], before, wanted, share) for name, share in BOUNDS.items()}
    moved["offered_p025"] = np.minimum(moved["offered_p025"], moved["offered_p10"])
    moved["offered_p975"] = np.maximum(moved["offered_p975"], moved["offered_p90"])
    found = {name: values.copy() for name, values in figures.items()}
    for name, values in {"offered": wanted, **moved}.items():
        found[name][touched] = values
    return found


def moved_bound(bound: Floats, before: Floats, after: Floats, share: float) -> Floats:
    """The bound (intervals,) once the mean went from `before` to `after`; `share` is as in BOUNDS.

    It moves as the variance of a negative binomial, mean + dispersion x mean^2, does: of the squared distance between
    bound and mean, what chance alone explains (z^2 x mean) grows with the mean, the rest with its square. A mean that
    was zero had no width to keep: chance alone is the least it gets.
    """
    z = NormalDist().inv_cdf((1 + abs(share)) / 2)
    square = (bound - before) ** 2
    by_chance = np.minimum(square, z**2 * before)
    factor = np.divide(after, before, out=np.ones(len(before)), where=before > 0)
    width = np.sqrt(by_chance * factor + (square - by_chance) * factor**2)
    width = np.where(before > 0, width, np.sqrt(np.maximum(square, z**2 * after)))
    moved = after + width if share > 0 else np.maximum(after - width, 0.0)
    return np.where(after == before, bound, moved)


def _log_rows(
    frame: pd.DataFrame, edit: Edit, touched: Flags, before: Mapping[str, Floats], after: Mapping[str, Floats]
) -> pd.DataFrame:
    rows = frame.loc[touched, ["interval_start", "queue"]].assign(
        override=float(edit.number),
        offered_before=before["offered"][touched],
        offered_after=after["offered"][touched],
        who=edit.who,
        why=edit.why,
    )
    if edit.kind not in OF_AHT:
        return rows
    return rows.assign(aht_seconds_before=before[AHT][touched], aht_seconds_after=after[AHT][touched])


def _about_size(edit: Edit) -> Iterator[Note]:
    """A share that looks like a percentage whose sign was forgotten."""
    if edit.kind in SHARES and edit.amount > LARGEST_USUAL_CHANGE:
        message = f"{edit.kind} = {edit.amount:g} is {100 * edit.amount:+,.0f} %"
        yield edit.note("warning", f'{message}; did you mean {edit.amount:+g} %? then write "{edit.amount:g} %"')


def _about_reach(edit: Edit, scope: Scope, touched: Flags, changed_by: Mapping[int, Flags]) -> Iterator[Note]:
    """What keeps an edit from doing all that it says, and which edits it lies upon."""
    queues, ahead = sorted(set(scope.queue.tolist())), len(scope.ahead(edit))
    if edit.queue and edit.queue not in queues:
        yield edit.note("left out", f"no interval of queue {edit.queue!r} is forecast; {nearest(edit.queue, queues)}")
    elif not ahead:
        yield edit.note("left out", f"{edit} lies outside the forecast period, {scope.period}")
    elif not touched.any():
        yield edit.note("left out", f"the queue is closed in its whole range, {edit}")
    elif ahead < len(edit.days):
        message = f"only {ahead} of its {len(edit.days)} days are in the forecast period, {scope.period}"
        more = "; they get their part of its total, with each weekday weighted as in the forecast"
        yield edit.note("warning", message + (more if edit.kind == "offered_total" else ""))
    for number, flags in changed_by.items():
        if both := int((flags & touched).sum()):
            yield edit.note(
                "warning", f"applied on top of override {number}, which changed {both} of its intervals too"
            )


def _told(edit: Edit, rows: pd.DataFrame) -> str:
    """What an edit did: its range, and what it changed there."""
    if edit.kind in OF_AHT:
        return f"{edit}: {aht_change(rows)}"
    before, after = float(rows["offered_before"].sum()), float(rows["offered_after"].sum())
    change = f"{100 * (after / before - 1):+.1f} %" if before > 0 else "none were forecast"
    return f"{edit}: {before:,.1f} contacts became {after:,.1f} ({change})"


def aht_change(rows: pd.DataFrame) -> str:
    """Handling times of an edit's log rows, weighted by contacts where there are any: "240 s became 264 s"."""
    offered = rows["offered_after"].to_numpy(dtype=float)
    weights = offered if offered.sum() > 0 else np.ones(len(offered))
    before, after = (float(np.average(rows[f"{AHT}_{when}"], weights=weights)) for when in ("before", "after"))
    change = f" ({100 * (after / before - 1):+.1f} %)" if before > 0 else ""
    return f"the handling time, {before:,.0f} s, became {after:,.0f} s{change}"


def _closed(edit: Edit, scope: Scope, touched: Flags) -> str:
    """What of the edit's range is closed and stays so: whole days, or where it names hours, intervals."""
    days = scope.ahead(edit)
    if not edit.hours:
        open_days = set(scope.day[touched].tolist())
        closed = [day for day in days if day.toordinal() not in open_days]
        return f"; closed and left unchanged: {date_ranges(closed)}" if closed else ""
    calendar = scope.calendar
    starts = horizon_intervals(days[0], len(days) + 1, calendar.timezone, calendar.interval_minutes)
    queues = 1 if edit.queue else len(set(scope.queue.tolist()))
    closed_intervals = int(edit.holds(*_local(starts, calendar)).sum()) * queues - int(touched.sum())
    return f"; {closed_intervals} of its intervals are closed and left unchanged" if closed_intervals > 0 else ""
