"""A whole forecast: people needed in every staffed interval of every planning group.

Each group is sized by the model of its work; shrinkage is then applied once, to whole agents, and rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import Note
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.arrays import Array
from staffplan.staffing.backlog import ceil_heads
from staffplan.staffing.deferred import size_deferred
from staffplan.staffing.live import Sized, size_live
from staffplan.staffing.pool import Pool, instants, pools
from staffplan.tables import WORK_TYPE, StaffingRequirement, VolumeForecast


@dataclass(frozen=True)
class StaffingResult:
    """The requirement, what a reader should know about it, and its totals."""

    requirement: StaffingRequirement
    notes: tuple[Note, ...]
    facts: Mapping[str, float]
    """agent_hours_required, agent_hours_on_queue, agent_hours_scheduled, peak_agents_required, intervals, groups."""


def staff(
    forecast: VolumeForecast, settings: StaffingSettings, *, site: Site, on_progress: OnProgress = silent
) -> StaffingResult:
    """People needed so that every queue's goal is kept in every interval.

    Queues of one planning group join one line: its volumes add up, and every goal must hold for it. Raises DataError
    for a queue the site does not know and for intervals of another length.
    """
    groups = list(pools(forecast, site))
    frames, notes = [], _general_notes(forecast, settings, groups)
    for number, pool in enumerate(groups):
        on_progress(Progress("staff", number, len(groups), pool.name))
        sized, said = _size(pool, forecast, settings, site)
        frames.append(_frame(pool, sized, settings))
        notes += said
    on_progress(Progress("staff", len(groups), len(groups)))
    if not frames:
        return StaffingResult(StaffingRequirement.empty(), tuple(notes), _facts(StaffingRequirement.empty(), site))
    requirement = StaffingRequirement.of(pd.concat(frames, ignore_index=True))
    return StaffingResult(requirement, tuple(notes), _facts(requirement, site))


def _size(pool: Pool, forecast: VolumeForecast, settings: StaffingSettings, site: Site) -> tuple[Sized, list[Note]]:
    """One group by the model of its work, with its notes."""
    notes = [_default_goal_note(queue) for queue in pool.queues if queue.goal_is_default]
    notes += _zero_aht_notes(pool)
    if pool.queues[0].work_type == "deferred":
        starts = instants(forecast)
        horizon = (int(starts.min()), int(starts.max()))
        fallback, assumed = _fallback_hours(pool, forecast, starts)
        sized, said = size_deferred(pool, site, horizon=horizon, fallback_starts=fallback)
        return sized, [*notes, *assumed, *said]
    interval_seconds = site.calendar.interval_minutes * 60.0
    hang_up = settings.model == "erlang-a" and any(queue.patience_seconds for queue in pool.queues)
    sized = size_live(pool, interval_seconds=interval_seconds, with_abandonment=hang_up)
    return sized, [*notes, *_live_notes(pool, settings, interval_seconds)]


def _fallback_hours(
    pool: Pool, forecast: VolumeForecast, starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[Note]]:
    """Open intervals for deferred queues without service hours: when any other work is open, else all."""
    live = ~forecast.frame["channel"].map(WORK_TYPE).eq("deferred").to_numpy(dtype=bool)
    chosen = np.unique(starts[live] if live.any() else starts)
    said = "the hours in which voice or chat is open" if live.any() else "all intervals of the forecast"
    message = f"no service hours are given; {said} are taken as the hours in which it is worked on"
    missing = [queue.name for queue in pool.queues if queue.service_hours is None]
    return chosen, [Note("staff", "assumption", name, message) for name in missing]


def _frame(pool: Pool, sized: Sized, settings: StaffingSettings) -> pd.DataFrame:
    required = ceil_heads(sized.agents_required)
    return pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(sized.starts.view("datetime64[ns]")).tz_localize("UTC"),
            "planning_group": pool.name,
            "channel": pool.channel,
            "offered": sized.offered,
            "aht_seconds": sized.aht_seconds,
            "load_erlangs": sized.load_erlangs,
            "agents_required": required,
            "agents_on_queue": grossed_up(required, settings.shrinkage_not_in_roster),
            "agents_scheduled": grossed_up(required, settings.shrinkage_all),
            "service_level": sized.service_level,
            "asa_seconds": sized.asa_seconds,
            "occupancy": np.minimum(sized.occupancy, 1.0),
            "abandon_rate": sized.abandon_rate,
            "model": sized.model,
        }
    )


def grossed_up(agents: Array, shrinkage: float) -> Array:
    """Whole heads of whom `agents` are left after shrinkage; 21 / (1 - 0.3) is 30, not 31."""
    return ceil_heads(agents / (1.0 - shrinkage))


def _facts(requirement: StaffingRequirement, site: Site) -> dict[str, float]:
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
        notes.append(Note("staff", "warning", forecast.source, "no queue takes contacts: nobody is required"))
    if not settings.shrinkage:
        said = "no shrinkage is given: everyone scheduled is taken to be on the line all the time"
        notes.append(Note("staff", "assumption", "staffing.shrinkage", said))
    if any(pool.queues[0].work_type != "deferred" for pool in groups):
        said = (
            "each interval is sized as if it lasted for ever: contacts that wait across its end, and a volume that "
            "differs from the forecast, are left out; simulate the roster to see both"
        )
        notes.append(Note("staff", "left out", "staffing.model", said))
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


def _live_notes(pool: Pool, settings: StaffingSettings, interval_seconds: float) -> list[Note]:
    notes = []
    if settings.model == "erlang-c":
        said = "nobody hangs up in this model, so that all five definitions of the service level agree"
        notes.append(Note("staff", "left out", pool.name, said))
    elif not any(queue.patience_seconds for queue in pool.queues):
        said = "no patience is given: nobody hangs up (Erlang C)"
        notes.append(Note("staff", "assumption", pool.name, said))
    long = int(((pool.aht_mean > interval_seconds) & (pool.offered_total > 0)).sum())
    if long:
        said = f"in {long} intervals contacts last longer than the interval; what is carried over is left out"
        notes.append(Note("staff", "left out", pool.name, said))
    for queue in pool.queues:
        if queue.concurrency > 1 and queue.concurrency_slowdown >= 1:
            said = (
                f"with a slowdown of {queue.concurrency_slowdown:g}, {queue.concurrency} at once are not done faster"
            )
            notes.append(Note("staff", "warning", queue.name, f"{said} than one after the other"))
    return notes
