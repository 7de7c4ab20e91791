"""Work that waits hours: a planning group of mail or cases, staffed by deadline.

The plan is taken as part of a longer life: before it and after it, weeks like its first and its last. So the first
morning finds the night's mail waiting, and the last evening leaves the usual backlog and not an empty desk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates
from staffplan.errors import ConfigError, Note, Problem
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.live import Sized
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.backlog import DeferredWork, Finished, Flags, Indices, level_agents, work_off
from staffplan.staffing.pool import NANOSECONDS_PER_MINUTE, Pool
from staffplan.staffing.shrinkage import shrinkage_at

NEXT_BACKLOG = "they become the backlog of the next plan"
EVERY_INTERVAL = "the service goal is met for the contacts of every interval, not only on average"
SAMPLES = (np.arange(8) + 0.5) / 8
"""Arrivals within an interval are followed at these moments."""


@dataclass(frozen=True)
class Grid:
    """Every interval of the plan and of the weeks added on both sides."""

    starts: NDArray[np.int64]
    first: int
    """Place of the plan's first interval."""
    count: int
    """Intervals of the plan."""
    source: Indices
    """(intervals,): the interval of the plan whose contacts each one has."""

    @property
    def inside(self) -> slice:
        return slice(self.first, self.first + self.count)


def make_grid(horizon: tuple[int, int], interval_minutes: int, added_periods: int) -> Grid:
    """The grid over `horizon` (first and last start, nanoseconds) with whole weeks added before and after.

    A plan shorter than a week is repeated by its whole days, one shorter than a day as it is.
    """
    step = interval_minutes * NANOSECONDS_PER_MINUTE
    count = (horizon[1] - horizon[0]) // step + 1
    per_day = 24 * 60 // interval_minutes
    period = per_day * min(7, count // per_day) or count
    added = added_periods * period
    place = np.arange(-added, count + added)
    before, after = place % period, count - period + (place - count) % period
    source = np.where(place < 0, before, np.where(place >= count, after, place))
    return Grid(horizon[0] + place * step, added, count, source.astype(np.int64))


@dataclass(frozen=True)
class Backlog:
    """A pool's work over the plan and the weeks added on both sides; arrays (queues, intervals) and (intervals,)."""

    pool: Pool
    grid: Grid
    is_open: Flags
    offered: Array
    aht_seconds: Array
    usable: float
    """The share of an agent's time that may be spent on it."""
    interval_minutes: int

    def work(self) -> DeferredWork:
        """What comes in, as ready from the end of its interval; by when the first of it is due."""
        dues = [due_intervals(queue, self.is_open, self.interval_minutes) for queue in self.pool.queues]
        there = (self.offered > 0) | ~(self.offered > 0).any(axis=0)
        due = np.where(there, np.array(dues), len(self.is_open)).min(axis=0)
        amount = (self.offered * self.aht_seconds).sum(axis=0) / (self.interval_minutes * 60 * self.usable)
        return DeferredWork(amount, np.arange(1, len(amount) + 1), due, self.is_open)

    @property
    def rows(self) -> Indices:
        """Places of the plan's own open intervals, (open intervals,), in the grid."""
        places = np.flatnonzero(self.is_open)
        inside = self.grid.inside
        return np.asarray(places[(places >= inside.start) & (places < inside.stop)], dtype=np.int64)

    def levelled(self, work: DeferredWork, site: Site, lost: Array) -> Array:
        """(open intervals,): whole heads of whom a share is lost, rounded once."""
        return level_agents(
            work,
            share=max(queue.goal.service_level or 0.0 for queue in self.pool.queues),
            minimum=max(queue.minimum_agents for queue in self.pool.queues),
            stretch=_local_days(self.grid.starts[self.is_open], site),
            available=1.0 - lost,
        )


def make_backlog(pool: Pool, site: Site, *, horizon: tuple[int, int], fallback_starts: NDArray[np.int64]) -> Backlog:
    """Backlog of a group over the plan and the weeks around it. `fallback_starts`, (open intervals,) in nanoseconds
    UTC, are the open intervals of a group without service hours."""
    minutes = site.calendar.interval_minutes
    grid = make_grid(horizon, minutes, _periods_to_add(pool, horizon, minutes))
    is_open = open_intervals(pool, site, grid, fallback_starts)
    offered, aht = _contacts(pool, grid, minutes)
    usable = min(queue.goal.max_occupancy or 1.0 for queue in pool.queues)
    return Backlog(pool, grid, is_open, offered, aht, usable, minutes)


def size_deferred(backlog: Backlog, site: Site, settings: StaffingSettings) -> tuple[Sized, tuple[Note, ...]]:
    """Agents in every service-hour interval so that each queue's share is finished by its deadline.

    A row counts the contacts that arrived since the row before it, the closed hours included; its service level and
    response time are theirs. A group that is never open has no rows.
    """
    pool, grid, is_open, offered = backlog.pool, backlog.grid, backlog.is_open, backlog.offered
    if not len(backlog.rows):
        return _never_open(pool, float(offered[:, grid.inside].sum()))
    work = backlog.work()
    shrinkage = shrinkage_at(grid.starts[is_open], settings, site.calendar.timezone)
    shares = (np.zeros(1), shrinkage.not_in_roster, shrinkage.everything)
    heads = tuple(backlog.levelled(work, site, lost) for lost in shares)
    answers = _responses(pool.queues, offered, work, work_off(work, heads[0]), backlog.interval_minutes)
    sized = _rows(pool, grid, is_open, (offered, backlog.aht_seconds), answers, heads, backlog.usable)
    return sized, _notes(pool, grid, is_open, offered, answers)


def _never_open(pool: Pool, contacts: float) -> tuple[Sized, tuple[Note, ...]]:
    """No rows, and a note that says what is left lying."""
    none = np.zeros(0)
    starts = np.zeros(0, dtype=np.int64)
    sized = Sized(
        starts=starts,
        offered=none,
        aht_seconds=none,
        load_erlangs=none,
        agents_exact=none,
        agents_required=none,
        agents_on_queue=none,
        agents_scheduled=none,
        service_level=none,
        asa_seconds=none,
        occupancy=none,
        abandon_rate=none,
        model="backlog",
    )
    said = f"closed throughout the plan: {contacts:,.0f} contacts arrive, but nobody works on them"
    return sized, (Note("staff", "broken promise", pool.name, said),)


def _periods_to_add(pool: Pool, horizon: tuple[int, int], minutes: int) -> int:
    """Enough weeks for the longest promise to run out, if only a fifth of the hours were open."""
    longest = max((queue.goal.threshold_seconds or 0.0) / 60 for queue in pool.queues)
    whole = min(7 * 24 * 60, (horizon[1] - horizon[0]) // NANOSECONDS_PER_MINUTE + minutes)
    return 1 + int(np.ceil(5 * longest / whole))


def open_intervals(pool: Pool, site: Site, grid: Grid, fallback_starts: NDArray[np.int64]) -> Flags:
    """(intervals,): where any queue of the group is worked on."""
    instants = pd.DatetimeIndex(grid.starts.view("datetime64[ns]")).tz_localize("UTC")
    is_open = np.zeros(len(grid.starts), dtype=bool)
    for queue in pool.queues:
        if queue.service_hours is not None:
            is_open |= queue.service_hours.open_mask(instants, site.calendar)
        else:
            is_open |= np.isin(grid.starts[grid.inside], fallback_starts)[grid.source]
    return is_open


def _contacts(pool: Pool, grid: Grid, minutes: int) -> tuple[Array, Array]:
    """Offered contacts and AHT, (queues, intervals), over the whole grid; 0 where the forecast has no row."""
    step = minutes * NANOSECONDS_PER_MINUTE
    at = (pool.starts - grid.starts[grid.first]) // step
    shape = (len(pool.queues), grid.count)
    offered, aht = np.zeros(shape), np.zeros(shape)
    offered[:, at], aht[:, at] = pool.offered, pool.aht_seconds
    return offered[:, grid.source], aht[:, grid.source]


def due_intervals(queue: Queue, is_open: Flags, interval_minutes: int) -> Indices:
    """(intervals,): the last interval by whose end what arrives in each must be finished.

    Counted from the start of the interval, so that the promise holds for its first customer, and never before one
    open interval has passed. Where the clock runs while the group is closed and nobody could finish in time, it is
    taken to start when the group opens. Beyond the grid where that lies beyond it.
    """
    if queue.goal.threshold_seconds is None:
        place = f"queues.{queue.name}.goal"
        raise ConfigError(Problem(place, "deferred work needs a goal in hours", 'write "90/4h", or within_hours = 4'))
    allowed = max(2, int(queue.goal.threshold_seconds / 60 / interval_minutes + 1e-9))
    grid, position = len(is_open), np.flatnonzero(is_open)
    opened = np.concatenate([[0], np.cumsum(is_open)])
    number = np.arange(grid)
    if queue.goal.clock == "opening":
        last = opened[number] + allowed - 1
        reachable = np.maximum(last, opened[number + 1])
        return np.asarray(np.append(position, grid)[np.minimum(reachable, len(position))], dtype=np.int64)
    due = number + allowed - 1
    ahead = np.minimum(due + 1, grid)
    lost = opened[ahead] <= opened[np.minimum(number + 1, grid)]
    next_open = np.append(position, grid)[opened[np.minimum(number + 1, grid)]]
    return np.asarray(np.where(lost & (due < grid), next_open + allowed - 1, due), dtype=np.int64)


def _local_days(starts: NDArray[np.int64], site: Site) -> Indices:
    instants = pd.DatetimeIndex(starts.view("datetime64[ns]")).tz_localize("UTC")
    return np.asarray(pd.factorize(local_dates(instants, site.calendar.timezone))[0], dtype=np.int64)


@dataclass(frozen=True)
class Responses:
    """What becomes of the contacts of each interval: (queues, intervals) shares, (intervals,) the rest."""

    in_time: Array
    seconds: Array
    finished: Finished


def _responses(
    queues: tuple[Queue, ...], offered: Array, deferred: DeferredWork, finished: Finished, minutes: int
) -> Responses:
    """Follow SAMPLES of each interval's contacts through the common line, first come, first served."""
    before = np.concatenate([[0.0], np.cumsum(deferred.work)[:-1]])
    arrival = np.arange(len(deferred.work))[:, None] + SAMPLES
    done = finished.when(before[:, None] + deferred.work[:, None] * SAMPLES)
    done = np.maximum(done, deferred.ready[:, None])
    opened = np.concatenate([[0.0], np.cumsum(deferred.is_open)])
    clock = np.arange(len(opened), dtype=np.float64)
    in_time = np.zeros(offered.shape)
    for number, queue in enumerate(queues):
        allowed = (queue.goal.threshold_seconds or 0.0) / 60 / minutes
        taken = done - arrival
        if queue.goal.clock == "opening":
            taken = np.interp(done, clock, opened, right=np.inf) - np.interp(arrival, clock, opened)
        in_time[number] = (taken <= allowed + 1e-9).mean(axis=1)
    return Responses(in_time, (done - arrival).mean(axis=1) * minutes * 60, finished)


def _rows(
    pool: Pool,
    grid: Grid,
    is_open: Flags,
    contacts: tuple[Array, Array],
    answers: Responses,
    levelled: tuple[Array, ...],
    usable: float,
) -> Sized:
    """One row for each open interval of the plan; contacts of closed hours go to the next row."""
    offered, aht = contacts
    places = np.flatnonzero(is_open)
    own = places[(places >= grid.first) & (places < grid.first + grid.count)]
    row = np.searchsorted(own, np.arange(grid.first, grid.first + grid.count), side="left")
    counted = row < len(own)

    def total(values: Array) -> Array:
        sums = np.bincount(row[counted], weights=values[grid.inside][counted], minlength=len(own))
        return np.asarray(sums, dtype=np.float64)

    volume, work = total(offered.sum(axis=0)), total((offered * aht).sum(axis=0))
    some, in_some = volume > 0, np.where(volume > 0, volume, 1.0)
    mean_aht = total(aht.max(axis=0)) / np.maximum(1.0, total(np.ones(len(is_open))))
    heads, on_queue, scheduled = (agents[np.searchsorted(places, own)] for agents in levelled)
    done = np.diff(answers.finished.done)[np.searchsorted(places, own)] * usable
    seconds = np.where(np.isfinite(answers.seconds), answers.seconds, np.nan)
    interval_seconds = (grid.starts[1] - grid.starts[0]) / 1e9
    return Sized(
        starts=grid.starts[own],
        offered=volume,
        aht_seconds=np.where(some, work / in_some, mean_aht),
        load_erlangs=work / interval_seconds,
        agents_exact=heads,
        agents_required=heads,
        agents_on_queue=on_queue,
        agents_scheduled=scheduled,
        service_level=np.where(some, total((offered * answers.in_time).sum(axis=0)) / in_some, np.nan),
        asa_seconds=np.where(some, total(offered.sum(axis=0) * seconds) / in_some, np.nan),
        occupancy=np.where(heads > 0, done / np.where(heads > 0, heads, 1.0), np.nan),
        abandon_rate=np.full(len(own), np.nan),
        model="backlog",
    )


def _notes(pool: Pool, grid: Grid, is_open: Flags, offered: Array, answers: Responses) -> tuple[Note, ...]:
    around = "the weeks before and after the plan are assumed to be like its first and last week"
    notes = [
        Note("staff", "assumption", pool.name, around),
        Note("staff", "assumption", pool.name, EVERY_INTERVAL),
        Note(
            "staff",
            "left out",
            pool.name,
            "deferred work is planned for the expected volume; random variation is left out",
        ),
    ]
    last = int(np.flatnonzero(is_open[grid.inside])[-1])
    after = float(offered[:, grid.inside][:, last + 1 :].sum())
    if after > 0:
        said = f"{after:.1f} contacts arrive after the last staffed interval; {NEXT_BACKLOG}"
        notes.append(Note("staff", "left out", pool.name, said))
    minutes = int(np.diff(grid.starts[:2])[0]) // NANOSECONDS_PER_MINUTE
    for number, queue in enumerate(pool.queues):
        volume = offered[number, grid.inside]
        late = float((volume * (1.0 - answers.in_time[number, grid.inside])).sum())
        share = 1.0 - late / volume.sum() if volume.sum() else 1.0
        if share < (queue.goal.service_level or 0.0) - 1e-9:
            notes.append(_broken(queue, share, late, minutes))
    return tuple(notes)


def _broken(queue: Queue, share: float, late: float, interval_minutes: int) -> Note:
    """Why a share of contacts cannot be finished in time by any number of agents, and what would help."""
    minutes = (queue.goal.threshold_seconds or 0.0) / 60
    promised = f"{100 * (queue.goal.service_level or 0.0):g} % within {minutes / 60:g} {queue.goal.clock} hours"
    if minutes < 2 * interval_minutes:
        why = "work is planned from the end of its arrival interval, too coarse for such a short service goal"
        remedy = "plan in shorter intervals, or plan the queue as voice or chat"
    else:
        why = (
            f"{late:.0f} contacts arrive with too few service hours left before they are "
            "due, with any number of agents"
        )
        remedy = "open longer, or count opening hours"
    message = f"the service goal is {promised}, at most {100 * share:.1f} % can be reached: {why}; {remedy}"
    return Note("staff", "broken promise", queue.name, message)
