"""A whole forecast: people needed in every staffed interval of every planning group.

Each group is sized by the model of its work. Shrinkage is applied once, to the agents with which the goals are just
met, who need not be whole; heads are rounded up once, after it. Where absence is a chance, whole people are searched
for (chance.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import Note
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.chance import Cover, cover_for_absence, what_is_met
from staffplan.staffing.deferred import Backlog, make_backlog, size_deferred
from staffplan.staffing.live import Sized, live_line, size_live
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.pool import Pool, instants, pools
from staffplan.staffing.risk import DayRisk
from staffplan.staffing.shrinkage import shrinkage_at
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import WORK_TYPE
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.schema import doubt_of_unit


@dataclass(frozen=True)
class StaffingResult:
    """The requirement, what a reader should know about it, and its totals."""

    requirement: StaffingRequirement
    notes: tuple[Note, ...]
    facts: Mapping[str, float]
    """agent_hours_required, agent_hours_on_queue, agent_hours_scheduled, peak_agents_required, intervals, groups."""


def staff(
    forecast: VolumeForecast,
    settings: StaffingSettings,
    *,
    site: Site,
    days: Mapping[str, DayRisk] | None = None,
    on_progress: OnProgress = silent,
) -> StaffingResult:
    """People needed so that every queue's goal is kept in every interval.

    Queues of one planning group join one line: its volumes add up, and every goal must hold for it. `days`: what the
    days may be, by planning group, where `forecast` is the volume of a share of them; used for absence by chance.
    Raises DataError for a queue the site does not know and for intervals of another length.
    """
    groups = list(pools(forecast, site))
    frames, notes = [], _general_notes(forecast, settings, groups)
    for number, pool in enumerate(groups):
        on_progress(Progress("staff", number, len(groups), pool.name))
        sized, said = _size(pool, forecast, settings, site, (days or {}).get(pool.name))
        frames.append(_frame(pool, sized))
        notes += said
    on_progress(Progress("staff", len(groups), len(groups)))
    if not frames:
        return StaffingResult(StaffingRequirement.empty(), tuple(notes), totals(StaffingRequirement.empty(), site))
    requirement = StaffingRequirement.of(pd.concat(frames, ignore_index=True))
    return StaffingResult(requirement, tuple(notes), totals(requirement, site))


def _size(
    pool: Pool, forecast: VolumeForecast, settings: StaffingSettings, site: Site, days: DayRisk | None
) -> tuple[Sized, list[Note]]:
    """One group by the model of its work, with its notes."""
    notes = [_default_goal_note(queue) for queue in pool.queues if queue.goal_is_default]
    notes += _zero_aht_notes(pool) + _unit_notes(pool)
    if pool.queues[0].work_type == "deferred":
        backlog, assumed = backlog_of(pool, forecast, site)
        sized, said = size_deferred(backlog, site, settings)
        return sized, [*notes, *assumed, *said, *_evened_out(pool, settings, site)]
    interval_seconds = site.calendar.interval_minutes * 60.0
    shrinkage = shrinkage_at(pool.starts, settings, site.calendar.timezone)
    sized = size_live(pool, shrinkage, interval_seconds=interval_seconds, with_abandonment=hangs_up(pool, settings))
    cover = absence_cover(pool, sized.agents_exact, settings, site, days)
    if cover is not None:
        sized = replace(
            sized,
            agents_on_queue=sized.agents_on_queue + cover.on_queue,
            agents_scheduled=sized.agents_scheduled + cover.scheduled,
        )
        notes.append(_cover_note(pool, cover, site, days))
    return sized, [*notes, *_live_notes(pool, settings, interval_seconds)]


def absence_cover(
    pool: Pool, exact: Array, settings: StaffingSettings, site: Site, days: DayRisk | None
) -> Cover | None:
    """What absence by chance adds to the people of a group whose work waits seconds; None where it is a share, or
    nobody is absent. `exact`: (intervals,), as for `cover_for_absence`."""
    shrinkage = shrinkage_at(pool.starts, settings, site.calendar.timezone)
    if settings.absence == "share" or not shrinkage.absent.any():
        return None
    seconds = site.calendar.interval_minutes * 60.0
    line = live_line(pool, interval_seconds=seconds, with_abandonment=hangs_up(pool, settings))
    return cover_for_absence(pool, line, exact, shrinkage, days)


def _cover_note(pool: Pool, cover: Cover, site: Site, days: DayRisk | None) -> Note:
    hours = float(cover.on_queue.sum()) * site.calendar.interval_minutes / 60
    held = what_is_met(None if days is None else days.share)
    said = (
        f"each agent is present or absent: {held}; this changes the agent hours on queue by {hours:+,.0f}, compared "
        "with absence as a share of every hour"
    )
    return Note("staff", "assumption", pool.name, said)


def _evened_out(pool: Pool, settings: StaffingSettings, site: Site) -> list[Note]:
    """Work that waits hours is done by those who are there later."""
    if settings.absence == "share" or not shrinkage_at(pool.starts, settings, site.calendar.timezone).absent.any():
        return []
    said = "absence counts as a share of every hour: deferred work can wait for agents who are present later"
    return [Note("staff", "left out", pool.name, said)]


def backlog_of(pool: Pool, forecast: VolumeForecast, site: Site) -> tuple[Backlog, list[Note]]:
    """The work of a group that may wait, over the whole forecast, and what is assumed of its hours."""
    starts = instants(forecast)
    horizon = (int(starts.min()), int(starts.max()))
    fallback, assumed = _fallback_hours(pool, forecast, starts)
    return make_backlog(pool, site, horizon=horizon, fallback_starts=fallback), assumed


def hangs_up(pool: Pool, settings: StaffingSettings) -> bool:
    """Whether the group is sized with customers who hang up."""
    return settings.model == "erlang-a" and any(queue.patience_seconds for queue in pool.queues)


def _fallback_hours(
    pool: Pool, forecast: VolumeForecast, starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[Note]]:
    """Open intervals for deferred queues without service hours: when any other work is open, else all."""
    live = ~forecast.frame["channel"].map(WORK_TYPE).eq("deferred").to_numpy(dtype=bool)
    chosen = np.unique(starts[live] if live.any() else starts)
    said = "the hours in which voice or chat is open" if live.any() else "all intervals of the forecast"
    message = f"no service hours are given; {said} are assumed as its service hours"
    missing = [queue.name for queue in pool.queues if queue.service_hours is None]
    return chosen, [Note("staff", "assumption", name, message) for name in missing]


def _frame(pool: Pool, sized: Sized) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(sized.starts.view("datetime64[ns]")).tz_localize("UTC"),
            "planning_group": pool.name,
            "channel": pool.channel,
            "offered": sized.offered,
            "aht_seconds": sized.aht_seconds,
            "load_erlangs": sized.load_erlangs,
            "agents_required": sized.agents_required,
            "agents_on_queue": sized.agents_on_queue,
            "agents_scheduled": sized.agents_scheduled,
            "service_level": sized.service_level,
            "asa_seconds": sized.asa_seconds,
            "occupancy": np.minimum(sized.occupancy, 1.0),
            "abandon_rate": sized.abandon_rate,
            "model": sized.model,
        }
    )


def totals(requirement: StaffingRequirement, site: Site) -> dict[str, float]:
    """Agent hours, groups, intervals and the peak of a requirement."""
    frame, hours = requirement.frame, site.calendar.interval_minutes / 60
    return {
        "groups": float(frame["planning_group"].nunique()),
        "intervals": float(len(frame)),
        "agent_hours_required": float(frame["agents_required"].sum() * hours),
        "agent_hours_on_queue": float(frame["agents_on_queue"].sum() * hours),
        "agent_hours_scheduled": float(frame["agents_scheduled"].sum() * hours),
        "peak_agents_required": float(
            frame.groupby("interval_start")["agents_required"].sum().max() if len(frame) else 0
        ),
    }


def _general_notes(forecast: VolumeForecast, settings: StaffingSettings, groups: Sequence[Pool]) -> list[Note]:
    notes = []
    if not groups:
        notes.append(Note("staff", "warning", forecast.source, "no queue is open: nobody is required"))
    if not settings.shrinkage:
        said = "no shrinkage is given: everyone scheduled is assumed to be on queue all the time"
        notes.append(Note("staff", "assumption", "staffing.shrinkage", said))
    if any(pool.queues[0].work_type != "deferred" for pool in groups):
        said = (
            "Each interval is sized independently (steady state): contacts that wait into "
            "the next interval, and volumes that differ from the forecast, are left out; "
            "simulate the roster to see both"
        )
        notes.append(Note("staff", "left out", "staffing.method", said))
    return notes


def _default_goal_note(queue: Queue) -> Note:
    goal = queue.goal
    within = (
        f"{goal.within_hours:g} {goal.clock} hours" if goal.within_hours else f"{goal.within_seconds or 0:g} seconds"
    )
    said = f"no goal is given; {100 * (goal.service_level or 0):g} % within {within} is assumed"
    return Note("staff", "assumption", queue.name, said)


def _zero_aht_notes(pool: Pool) -> list[Note]:
    """Contacts without handling time need nobody, which is hardly what is meant."""
    empty = ((pool.offered > 0) & (pool.aht_seconds <= 0)).sum(axis=1)
    return [
        Note(
            "staff", "warning", queue.name, f"{count} intervals have contacts and an AHT of 0; they count as no work"
        )
        for queue, count in zip(pool.queues, empty.tolist(), strict=True)
        if count
    ]


def _unit_notes(pool: Pool) -> list[Note]:
    """Handling times that look like another unit than seconds; those of 0 have a note of their own."""
    notes: list[Note] = []
    worked = np.where(pool.aht_seconds > 0, pool.offered, 0.0)
    for queue, contacts, seconds in zip(pool.queues, worked, pool.aht_seconds, strict=True):
        doubt = doubt_of_unit(float(np.average(seconds, weights=contacts))) if contacts.any() else ""
        notes += [Note("staff", "warning", queue.name, doubt)] if doubt else []
    return notes


def _live_notes(pool: Pool, settings: StaffingSettings, interval_seconds: float) -> list[Note]:
    notes = []
    if settings.model == "erlang-c":
        said = "nobody hangs up in this model, so all five service level definitions give the same value"
        notes.append(Note("staff", "left out", pool.name, said))
    elif not any(queue.patience_seconds for queue in pool.queues):
        said = "no patience is given: nobody hangs up (Erlang C)"
        notes.append(Note("staff", "assumption", pool.name, said))
    if not hangs_up(pool, settings) and any(queue.goal.max_abandon_rate for queue in pool.queues):
        said = "max_abandon_rate is left out: nobody hangs up in this model; set staffing.method and patience_seconds"
        notes.append(Note("staff", "warning", pool.name, said))
    long = int(((pool.aht_mean > interval_seconds) & (pool.offered_total > 0)).sum())
    if long:
        said = f"in {long} intervals contacts take longer than the interval; work carried over is left out"
        notes.append(Note("staff", "left out", pool.name, said))
    for queue in pool.queues:
        if queue.concurrency > 1 and queue.concurrency_slowdown >= 1:
            slowdown, chats = queue.concurrency_slowdown, queue.concurrency
            said = f"with a slowdown of {slowdown:g}, {chats} at once take at least as long as one after the other"
            notes.append(Note("staff", "warning", queue.name, said))
    return notes
