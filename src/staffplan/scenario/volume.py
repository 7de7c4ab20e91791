"""Changes of what comes: contacts, handling times, queues and opening hours; made in the base's forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import horizon_intervals, local_dates
from staffplan.errors import DataError
from staffplan.files.read import read_table
from staffplan.forecast.overrides import BOUNDS, apply_overrides, moved_bound
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.scenario.draft import Draft
from staffplan.settings.queues import HoursSettings
from staffplan.settings.scenarios import (
    AhtChange,
    DeflectionChange,
    HoursChange,
    InScope,
    QueueAddedChange,
    QueueLostChange,
    VolumeChange,
)
from staffplan.tables.forecast import GivenForecast, Overrides, VolumeForecast
from staffplan.tables.history import WORK_TYPE


def volume(draft: Draft, change: VolumeChange) -> None:
    for queue in draft.chosen(change.queues, change.channels):
        _edit(draft, change, queue, "change_share", change.factor - 1)


def aht(draft: Draft, change: AhtChange) -> None:
    for queue in draft.chosen(change.queues, change.channels):
        share = change.factor - 1 if change.factor is not None else _added(draft, queue, change.added_seconds or 0.0)
        if share <= -1:
            draft.refuse("added_seconds", f"leaves no handling time for {queue}", "write a smaller number")
        else:
            _edit(draft, change, queue, "aht_change_share", share)


def _added(draft: Draft, queue: str, seconds: float) -> float:
    """The share that so many seconds are of the queue's mean handling time."""
    rows = draft.forecast.frame[draft.forecast.frame["queue"] == queue]
    offered = rows["offered"].to_numpy(dtype=float)
    weights = offered if offered.sum() > 0 else np.ones(len(rows))
    return seconds / float(np.average(rows["aht_seconds"], weights=weights))


def deflection(draft: Draft, change: DeflectionChange) -> None:
    for queue in draft.chosen(change.queues, change.channels):
        _edit(draft, change, queue, "change_share", -change.share)
        if change.residual_aht_factor != 1:
            _edit(draft, change, queue, "aht_change_share", change.residual_aht_factor - 1)


def _edit(draft: Draft, scope: InScope, queue: str, kind: str, amount: float) -> None:
    """A planner's edit of the forecast, as overrides.csv has it."""
    planned = draft.base.planned
    first, last = scope.first_day or planned.first, scope.last_day or planned.last
    if last < first or last < planned.first or first > planned.last:
        days = f"{planned.first} to {planned.last}"
        draft.refuse("first_day", f"{first} to {last} has no day of the plan", f"the plan is of {days}")
        return
    row = {"first_day": pd.Timestamp(first), "last_day": pd.Timestamp(last), "hours": "", "queue": queue}
    row |= {kind: amount, "who": draft.owner, "why": draft.reason}
    earlier = draft.base.overrides
    number = (0 if earlier is None else int(earlier.frame["override"].max())) + len(draft.edits) + 1
    draft.edits.append({"override": number, **row})
    try:
        one = Overrides.of(pd.DataFrame([draft.edits[-1]]), Overrides.file_name)
        draft.forecast, log, notes = apply_overrides(
            draft.forecast, one, draft.base.site.calendar, first_day=planned.first, days=planned.number
        )
    except DataError as error:
        draft.refuse("", error.problems[0].message, error.problems[0].hint)
        return
    draft.logs.append(log.frame)
    draft.notes += notes


def queue_lost(draft: Draft, change: QueueLostChange) -> None:
    lost = draft.chosen(change.queues, ()) if draft.known("queues", change.queues, draft.queues) else []
    frame, first = draft.forecast.frame, change.first_day or draft.base.planned.first
    days = _days(frame, draft)
    gone = frame["queue"].isin(lost).to_numpy() & (days >= first)
    if gone.all():
        draft.refuse("queues", "no queue is left", "keep one, or close the center without a plan")
        return
    for queue in lost:
        draft.put(first.isoformat(), "queues", queue, "ended")
    draft.forecast = VolumeForecast.of(frame[~gone].reset_index(drop=True), draft.forecast.source)
    draft.tell("assumption", "its people stay and are paid; the change headcount takes people out", ", ".join(lost))


def _days(frame: pd.DataFrame, draft: Draft) -> np.ndarray:
    days: np.ndarray = local_dates(pd.DatetimeIndex(frame["interval_start"]), draft.base.config.plan.timezone)
    return days


def queue_added(draft: Draft, change: QueueAddedChange) -> None:
    if change.name in draft.queues:
        draft.refuse("name", f"{change.name!r} is a queue of the plan already", "write another name, or volume")
        return
    rows = _like(draft, change) if change.like is not None else _from_file(draft, change)
    if rows is None:
        return
    own = change.settings.model_dump(mode="json", exclude_unset=True)
    wanted = change.settings.hours
    if wanted is not None and not draft.known("settings.hours", [wanted], draft.value("hours")):
        return
    if change.like is not None and not own:
        own = draft.value("queues", change.like) or {}
        own = {key: value for key, value in own.items() if key not in ("was", "like", "ended")}
    weeks = draft.base.planned.number / DAYS_OF_A_WEEK
    borrowed = {"like": change.like or draft.queues[0], "expected_per_week": float(rows["offered"].sum()) / weeks}
    draft.put({"channel": rows["channel"].iloc[0], **borrowed, **own}, "queues", change.name)
    draft.forecast = VolumeForecast.of(pd.concat([draft.forecast.frame, rows], ignore_index=True))


def _like(draft: Draft, change: QueueAddedChange) -> pd.DataFrame | None:
    if not draft.known("like", [str(change.like)], draft.queues):
        return None
    frame = draft.forecast.frame
    rows = frame[frame["queue"] == change.like].assign(queue=change.name, method="scenario")
    before = rows["offered"].to_numpy(dtype=float)
    after = before * change.factor
    moved = {name: moved_bound(rows[name].to_numpy(), before, after, share) for name, share in BOUNDS.items()}
    return rows.assign(offered=after, **moved)


def _from_file(draft: Draft, change: QueueAddedChange) -> pd.DataFrame | None:
    """The rows of the file that lie in the plan's days."""
    path = draft.folder / str(change.file)
    try:
        frame = read_table(path, GivenForecast, timezone=draft.base.config.plan.timezone).frame
    except DataError as error:
        draft.problems += error.problems
        return None
    days, planned = _days(frame, draft), draft.base.planned
    rows = frame[(days >= planned.first) & (days <= planned.last)]
    if rows.empty or rows["queue"].nunique() > 1:
        said = "has no row in the plan's days" if rows.empty else "has several queues"
        draft.refuse("file", f"{change.file} {said}", f"one queue, {planned.first} to {planned.last}")
        return None
    bands = {name: rows[name].fillna(rows["offered"]) for name in BOUNDS}
    return rows.assign(queue=change.name, channel=change.settings.channel, method="scenario", **bands)


def opening_hours(draft: Draft, change: HoursChange) -> None:
    if not draft.known("name", [change.name], draft.value("hours") or ()):
        return
    try:
        times = HoursSettings.model_validate(change.times)
    except ValueError as error:
        draft.refuse("times", str(error).partition("\n")[0], 'write times as in [hours]: mon-fri = "08:00-20:00"')
        return
    before = HoursSettings.model_validate(draft.value("hours", change.name))
    draft.put(dict(change.times), "hours", change.name)
    for queue in draft.queues:
        own = draft.value("queues", queue) or {}
        deferred = WORK_TYPE[own.get("channel") or "voice"] == "deferred"
        arrivals = own.get("arrival_hours") or (None if deferred else own.get("hours"))
        if arrivals == change.name:
            _reopened(draft, queue, before, times, change)


def _reopened(draft: Draft, queue: str, before: HoursSettings, times: HoursSettings, change: HoursChange) -> None:
    """The queue's rows at its new hours: those closed go or move within the day, those opened get contacts."""
    frame, site, planned = draft.forecast.frame, draft.base.site, draft.base.planned
    rows = frame[frame["queue"] == queue]
    hours = times.opening_hours()
    starts = pd.DatetimeIndex(rows["interval_start"])
    stays = hours.open_mask(starts, site.calendar)
    kept = rows[stays]
    every = horizon_intervals(planned.first, planned.number, site.calendar.timezone, site.calendar.interval_minutes)
    new = every[hours.open_mask(every, site.calendar) & ~every.isin(starts)]
    new = new[~before.opening_hours().open_mask(new, site.calendar)]
    if len(new) and change.new_hours_factor is None:
        said = f"{queue} opens in {len(new)} intervals of which the history says nothing"
        draft.refuse("new_hours_factor", said, "write their contacts as a share of the mean interval: 0.5")
        return
    if change.moved_share and not stays.all():
        kept = _moved(rows, stays, _days(rows, draft), change.moved_share)
    lost = float(rows["offered"].sum() - kept["offered"].sum())
    if lost > 0:
        draft.tell("assumption", f"{lost:,.0f} contacts of hours that close do not come at other times", queue)
    added = _opened(rows, new, change.new_hours_factor or 0.0)
    others = frame[frame["queue"] != queue]
    draft.forecast = VolumeForecast.of(pd.concat([others, kept, added], ignore_index=True), draft.forecast.source)


def _moved(rows: pd.DataFrame, stays: np.ndarray, days: np.ndarray, share: float) -> pd.DataFrame:
    """The rows that stay, with the share of the contacts closed on their day added in proportion."""
    offered = rows["offered"].to_numpy(dtype=float)
    closed, left = (pd.Series(offered * kept).groupby(days).transform("sum").to_numpy() for kept in (~stays, stays))
    factor = 1 + share * np.divide(closed, left, out=np.zeros(len(rows)), where=left > 0)
    after = offered * factor
    moved = {name: moved_bound(rows[name].to_numpy(), offered, after, part) for name, part in BOUNDS.items()}
    return rows.assign(offered=after, **moved)[stays]


def _opened(rows: pd.DataFrame, new: pd.DatetimeIndex, factor: float) -> pd.DataFrame:
    """Rows of intervals that open: the queue's mean interval, times the factor."""
    if not len(new):
        return rows.iloc[:0]
    mean = rows[["offered", *BOUNDS]].mean() * factor
    work = float((rows["offered"] * rows["aht_seconds"]).sum() / max(float(rows["offered"].sum()), 1e-9))
    first = rows.iloc[0]
    made = pd.DataFrame({"interval_start": new}).assign(queue=first["queue"], channel=first["channel"])
    return made.assign(aht_seconds=work, method="scenario", **{str(name): value for name, value in mean.items()})
