"""Histories of queues that were renamed, merged or split, joined under the names that go on: `queues.NEW.was`.

A renamed queue has the older one's rows beside its own. A merged one has the sum of the older ones', on days that
all of them know. Of a queue that was split each part has its share, by weekday and time of day as far as the time
since the split tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, SiteCalendar, minute_of_day, weekday_of
from staffplan.errors import QUESTION, Note, Problem, nearest
from staffplan.forecast.history.ratios import drawn
from staffplan.forecast.history.series import Floats, Whole
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

COUNTS = ["offered", "handled", "abandoned", "answered_within_threshold"]
USUAL_SHARE = 0.5
"""A queue has rows on a weekday as a rule when it has some in at least this share of its weeks."""
LONG_OVERLAP_DAYS = 28
"""Days on which old and new have contacts; a change of name seldom takes longer, a queue that goes on does."""
LATELY_DAYS = 7
SILENT_DAYS = 21
"""An older queue silent for longer, and a new one without any row: the new name is misspelt."""

Rows = Mapping[str, pd.DataFrame]


def heirs(site: Site) -> dict[str, Queue]:
    """Queues that took over another's history, by name."""
    return {name: queue for name, queue in site.queues.items() if queue.was}


def older_names(site: Site) -> dict[str, list[str]]:
    """By older queue those that took over its history: one, or several where it was split."""
    found: dict[str, list[str]] = {}
    for name, queue in sorted(heirs(site).items()):
        for older in queue.was:
            found.setdefault(older, []).append(name)
    return found


def join_problems(rows: pd.DataFrame, site: Site) -> list[Problem]:
    """What keeps histories from being joined: no rows of the older queue, or none to learn a split's shares from."""
    last = rows.groupby("queue")["interval_start"].max()
    problems = [problem for queue in heirs(site).values() for problem in _problems(queue, last, site)]
    for older, names in older_names(site).items():
        unborn = [name for name in names if name not in last.index]
        if len(names) > 1 and unborn:
            hint = f'wait until it has contacts, or let it borrow: like = "{older}", expected_per_week = ...'
            message = f"its share of {older!r} is not known because it has no rows yet"
            problems += [Problem(f"queues.{name}.was", message, hint) for name in unborn]
    return problems


def _problems(queue: Queue, last: pd.Series, site: Site) -> Iterator[Problem]:
    """Older queues that the history does not have; a new one it does not have though the older is silent."""
    place, theirs = f"queues.{queue.name}.was", {*last.index} - {queue.name}
    for older in queue.was:
        joined_itself = older in heirs(site)
        if older not in last.index and not joined_itself:
            yield Problem(place, f"the history has no rows of {older!r}", nearest(older, sorted(theirs)))
        elif queue.name not in last.index and _silent_days(older, last) > SILENT_DAYS:
            message = f"the history has no rows of {queue.name!r}, and none of {older!r} since {last[older]:%Y-%m-%d}"
            yield Problem(place, message, nearest(queue.name, sorted(theirs - {older})))


def _silent_days(name: str, last: pd.Series) -> int:
    return int((last.max() - last[name]).days) if name in last.index else 0


def join_histories(rows: pd.DataFrame, site: Site) -> tuple[pd.DataFrame, list[Note]]:
    """The history with every queue's past under the name that goes on; the older names are gone.

    `rows` are those of a ContactHistory; so is the result, in order of queue and time.
    """
    wanted = heirs(site)
    if not wanted:
        return rows, []
    there = {str(name): own for name, own in rows.groupby("queue")}
    own = dict(there)
    notes: list[Note] = []
    for name in TopologicalSorter({name: queue.was for name, queue in wanted.items()}).static_order():
        if name in wanted:
            parts = {older: _part(older, name, there, own, site) for older in wanted[name].was if older in there}
            notes += _notes(name, parts, own.get(name), site.calendar)
            there[name] = _joined(name, parts, own.get(name), site.calendar)
    kept = [own for name, own in sorted(there.items()) if name not in older_names(site) and len(own)]
    return pd.concat(kept, ignore_index=True), notes


def joined_history(history: ContactHistory, site: Site) -> ContactHistory:
    """The same for a table; what stands where in its file is not known any more."""
    rows, _ = join_histories(history.frame, site)
    return history if rows is history.frame else replace(history, frame=rows, rows=np.arange(len(rows)))


def _part(older: str, name: str, there: Rows, own: Rows, site: Site) -> pd.DataFrame:
    """The rows of an older queue that are the new one's: all, or its share."""
    names = older_names(site)[older]
    rows = there[older]
    if len(names) == 1:
        return rows
    since = {other: own[other] for other in names if other in own}
    return _divided(rows, name, since, site.calendar) if name in since else rows.iloc[:0]


def _divided(rows: pd.DataFrame, name: str, parts: Rows, calendar: SiteCalendar) -> pd.DataFrame:
    """An older queue's rows times a part's share, its handling times at the part's own level."""
    start = max(own["interval_start"].min() for own in parts.values())
    since = {other: own[own["interval_start"] >= start] for other, own in parts.items()}
    share = split_shares(since, calendar)[name][_cells(rows, calendar)]
    means = {other: _mean_aht(own) for other, own in since.items()}
    factor = means[name] / _mean_aht(pd.concat(since.values()))
    aht = rows["aht_seconds"] * (factor if np.isfinite(factor) else 1.0)
    return rows.assign(**{count: rows[count] * share for count in COUNTS}, aht_seconds=aht)


def split_shares(parts: Rows, calendar: SiteCalendar) -> dict[str, Floats]:
    """(7, slots) for each part: its share of all parts' contacts; the shares of a cell add up to 1."""
    came = {name: _by_cell(own, calendar) for name, own in parts.items()}
    total = np.sum(list(came.values()), axis=0)
    weights = {name: _weights(own, total) for name, own in came.items()}
    whole = np.sum(list(weights.values()), axis=0)
    even = 1 / len(parts)
    return {
        name: np.divide(own, whole, out=np.full(whole.shape, even), where=whole > 0) for name, own in weights.items()
    }


def _weights(came: Floats, total: Floats) -> Floats:
    """One part's share by weekday and by time of day, each drawn to the share of all; counts given their sum are
    binomial, so that their variance is (1 - share) of their mean."""
    share = float(came.sum()) / max(float(total.sum()), 1e-12)
    if not 0 < share < 1:
        return np.full(total.shape, share)
    by_weekday, _ = drawn(came.sum(axis=1), share * total.sum(axis=1), 1 - share)
    by_slot, _ = drawn(came.sum(axis=0), share * total.sum(axis=0), 1 - share)
    return np.asarray(share * by_weekday[:, None] * by_slot)


def _by_cell(rows: pd.DataFrame, calendar: SiteCalendar) -> Floats:
    counts = np.zeros((7, MINUTES_PER_DAY // calendar.interval_minutes))
    np.add.at(counts, _cells(rows, calendar), rows["offered"].to_numpy(dtype=float))
    return counts


def _cells(rows: pd.DataFrame, calendar: SiteCalendar) -> tuple[Whole, Whole]:
    """Weekday and slot of each row."""
    starts = pd.DatetimeIndex(rows["interval_start"])
    slot = minute_of_day(starts, calendar.timezone) // calendar.interval_minutes
    return weekday_of(starts, calendar.timezone), slot


def _mean_aht(rows: pd.DataFrame) -> float:
    weight = rows["handled"].fillna(rows["offered"]).where(rows["aht_seconds"] > 0, 0.0)
    return float((weight * rows["aht_seconds"].fillna(0.0)).sum() / weight.sum()) if weight.sum() else np.nan


def _joined(name: str, parts: Rows, own: pd.DataFrame | None, calendar: SiteCalendar) -> pd.DataFrame:
    """The new queue's rows: its own and those of the older ones; where several have one interval, they add up."""
    begins = None if own is None else _days(own, calendar).min()
    known = _known_by_all(list(parts.values()), begins, calendar)
    rows = pd.concat([*known, *([] if own is None else [own])], ignore_index=True)
    rows = rows.assign(queue=np.full(len(rows), name, dtype=object))
    again = rows.duplicated("interval_start", keep=False)
    if again.any():
        rows = pd.concat([rows[~again], _added_up(rows[again])], ignore_index=True)
    return rows.sort_values("interval_start", ignore_index=True)


def _added_up(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each interval; the handling time is weighted by contacts handled."""
    weight = rows["handled"].fillna(rows["offered"]).where(rows["aht_seconds"].notna(), 0.0)
    worked = rows.assign(_weight=weight, _seconds=weight * rows["aht_seconds"].fillna(0.0))
    by_start = worked.groupby("interval_start")
    first = by_start.first().drop(columns=["aht_seconds", *COUNTS, "_weight", "_seconds"])
    added = first.assign(**{count: by_start[count].sum(min_count=1) for count in COUNTS})
    for count in COUNTS:
        added[count] = added[count].where(~worked[count].isna().groupby(worked["interval_start"]).any())
    weights = by_start["_weight"].sum()
    return added.assign(aht_seconds=by_start["_seconds"].sum() / weights.where(weights > 0)).reset_index()


def _known_by_all(parts: Sequence[pd.DataFrame], begins: int | None, calendar: SiteCalendar) -> list[pd.DataFrame]:
    """Merged queues' rows on days that all of them know, and whatever is left of them once the new one has begun.

    Older queues that followed one another are no merger: all of their rows are kept.
    """
    days = [_days(rows, calendar) for rows in parts]
    if len(parts) < 2 or max(own.min() for own in days) > min(own.max() for own in days):
        return list(parts)
    first, last = min(own.min() for own in days), max(own.max() for own in days)
    place = np.arange(first, last + 1)
    known = np.logical_and.reduce([_is_known(own, place) for own in days])
    if begins is not None:
        known |= place >= begins
    return [rows[known[own - first]] for rows, own in zip(parts, days, strict=True)]


def _is_known(days: Whole, place: Whole) -> np.ndarray:
    """Whether a queue with rows on `days` is known on each day of `place`: it has rows, or never on that weekday."""
    present = np.isin(place, days)
    weekday, living = place % 7, (place >= days.min()) & (place <= days.max())
    weeks = np.maximum(np.bincount(weekday, living, minlength=7), 1)
    usual = np.bincount(weekday, present, minlength=7) >= USUAL_SHARE * weeks
    return np.asarray(present | (living & ~usual[weekday]))


def _days(rows: pd.DataFrame, calendar: SiteCalendar) -> Whole:
    """(rows,): local days, counted from 1970."""
    return day_numbers(pd.DatetimeIndex(rows["interval_start"]), calendar)


def day_numbers(instants: pd.DatetimeIndex, calendar: SiteCalendar) -> Whole:
    """Local days of the instants, (instants,), counted from the first of January 1970."""
    local = calendar.local(instants).tz_localize(None).as_unit("s")
    return np.asarray(local.asi8 // 86_400, dtype=np.int64)


def _notes(name: str, parts: Rows, own: pd.DataFrame | None, calendar: SiteCalendar) -> Iterator[Note]:
    """What was joined; an older queue that seems to go on is asked about."""
    for older, rows in parts.items():
        starts = calendar.local(pd.DatetimeIndex([rows["interval_start"].min(), rows["interval_start"].max()]))
        span = f"{starts[0]:%Y-%m-%d} to {starts[1]:%Y-%m-%d}"
        message = f"its history has the contacts of {older} of {span} ({rows['offered'].sum():,.0f})"
        both = 0 if own is None else _overlap(rows, own, calendar)
        added = f"; on {both} days both have contacts, which are added" if both else ""
        yield Note("forecast", "assumption", name, message + added)
        if own is not None and both > LONG_OVERLAP_DAYS and _lasts(rows, own):
            asked = (
                f"{older} still has contacts on {both} of the same days; they are counted here "
                "and not planned separately"
            )
            hint = f"if {older} continues as a separate queue, remove it from queues.{name}.was"
            yield Note("forecast", QUESTION, name, f"{asked}; {hint}")


def _overlap(rows: pd.DataFrame, own: pd.DataFrame, calendar: SiteCalendar) -> int:
    return len(np.intersect1d(_days(rows[rows["offered"] > 0], calendar), _days(own[own["offered"] > 0], calendar)))


def _lasts(rows: pd.DataFrame, own: pd.DataFrame) -> bool:
    """Whether contacts of the older queue reach to the end of the new one's rows."""
    last = rows.loc[rows["offered"] > 0, "interval_start"].max()
    return bool(own["interval_start"].max() - last < pd.Timedelta(days=LATELY_DAYS))
