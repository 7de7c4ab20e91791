"""From tables to the arrays the simulation plays with: grid, groups, streams of contacts, people's stretches.

Times are seconds since the horizon's start. The horizon is whole local days: from the first day of the
forecast (or requirement) to its last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import horizon_intervals, local_dates
from staffplan.settings.queues import DEFAULT_GOALS, Definition, Goal
from staffplan.simulate.engine import Closings, Groups, Overflow, Stretches
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.records import Floats, Ints
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

Z_80 = 1.2815515655446004
"""The 90 % point of the standard normal: the p10-p90 band is twice this many standard deviations wide."""


@dataclass(frozen=True)
class Grid:
    """The intervals of the horizon, without gaps, and the local day of each."""

    starts: pd.DatetimeIndex
    interval_seconds: float
    day_code: Ints
    days: tuple[object, ...]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def end_seconds(self) -> float:
        return len(self) * self.interval_seconds

    def sum_by_day(self, values: Floats) -> Floats:
        """(..., intervals) to (..., days): sums over each local day."""
        first = np.flatnonzero(np.diff(self.day_code, prepend=-1))
        return np.add.reduceat(values, first, axis=-1)

    def seconds(self, instants: pd.Series | pd.DatetimeIndex) -> Floats:
        """Seconds since the start, (instants,)."""
        nanoseconds = np.asarray(pd.DatetimeIndex(instants).as_unit("ns").asi8)
        return np.asarray((nanoseconds - self.starts.asi8[0]) / 1e9, dtype=float)

    def index(self, instants: pd.Series | pd.DatetimeIndex) -> Ints:
        """Numbers of the intervals in which the instants lie, (instants,). Below 0 or beyond the last where they lie
        outside the horizon."""
        return np.floor(self.seconds(instants) / self.interval_seconds).astype(np.int64)


@dataclass(frozen=True)
class Stream:
    """Contacts of one queue as expected: (open intervals,) arrays."""

    queue: Queue
    group: int
    interval: Ints
    offered: Floats
    aht_seconds: Floats
    day: Ints
    day_variation: Floats
    """(days of the horizon,): squared coefficient of variation of the day's volume beyond chance."""


@dataclass(frozen=True)
class GroupPromise:
    """What a planning group promised: the strictest limits of its queues' goals."""

    service_level: float | None
    threshold_seconds: float | None
    definition: Definition
    clock: str
    asa_seconds: float | None
    max_occupancy: float | None


@dataclass(frozen=True)
class Scene:
    """All that one repetition needs beside chance. Stretches are those of the roster, nobody absent yet."""

    grid: Grid
    zone: str
    group_names: tuple[str, ...]
    deferred: NDArray[np.bool_]
    groups: Groups
    promises: tuple[GroupPromise, ...]
    streams: tuple[Stream, ...]
    agent_names: tuple[str, ...]
    stretches: Stretches
    shift_of_stretch: Ints
    closings: Closings
    service_open: NDArray[np.bool_]
    """(groups, intervals): when the group works; the clock of goals in opening hours."""
    is_counted: bool = False
    """The streams' contacts are those that came: every repetition has just so many in each interval."""
    wait_seconds: float = np.inf
    """Of a limit beside the goals: contacts that wait longer count as late, as do those who hang up."""
    overflow: Overflow | None = None
    """Who helps out whom; None: every group answers its own contacts alone."""


def make_scene(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster | None,
    site: Site,
    helpers: Helpers | None = None,
) -> Scene:
    """Everything the simulation needs of the tables. Without a roster the requirement's `agents_required` are on the
    line: people who are alike, so that whoever is free leaves first when they become fewer. helpers: who helps out
    whom, of a roster."""
    grid = make_grid(forecast, requirement, site)
    queues = _queues(forecast, site)
    names = sorted({q.planning_group for q in queues.values()} | set(requirement.frame["planning_group"]))
    code = {name: number for number, name in enumerate(names)}
    members = [[q for q in queues.values() if q.planning_group == name] for name in names]
    made = _required_stretches(requirement, grid, code) if roster is None else _stretches(roster, grid, code)
    stretches, agents, shifts = made
    streams = tuple(_streams(forecast, grid, queues, code))
    deferred = np.array([bool(own) and own[0].work_type == "deferred" for own in members], dtype=bool)
    return Scene(
        grid=grid,
        zone=site.calendar.timezone,
        group_names=tuple(names),
        deferred=deferred,
        groups=_groups(members, deferred)._replace(alike=np.full(len(names), roster is None)),
        promises=tuple(group_promise(own) for own in members),
        streams=streams,
        agent_names=agents,
        stretches=stretches,
        shift_of_stretch=shifts,
        closings=_closings(streams, stretches, deferred, grid),
        service_open=_service_open(requirement, grid, members, code, site),
        overflow=None if helpers is None or roster is None else helpers.overflow(names, agents),
    )


def make_grid(forecast: VolumeForecast, requirement: StaffingRequirement, site: Site) -> Grid:
    """All days of the plan, or those from the first to the last row: what is due on a closed day is judged too."""
    zone, minutes = site.calendar.timezone, site.calendar.interval_minutes
    starts = pd.DatetimeIndex(pd.concat([forecast.frame["interval_start"], requirement.frame["interval_start"]]))
    days = local_dates(pd.DatetimeIndex([starts.min(), starts.max()]), zone).tolist()
    days += [site.planned.first, site.planned.last] if site.planned else []
    intervals = horizon_intervals(min(days), (max(days) - min(days)).days + 1, zone, minutes)
    codes, found = pd.factorize(local_dates(intervals, zone))
    return Grid(intervals, minutes * 60.0, codes.astype(np.int64), tuple(found))


def _queues(forecast: VolumeForecast, site: Site) -> dict[str, Queue]:
    """The queues of the forecast; one the site does not know gets its channel's defaults."""
    found = {}
    for name, channel in forecast.frame.groupby("queue")["channel"].first().items():
        bare = Queue(name=str(name), channel=str(channel), planning_group=str(name))
        found[str(name)] = site.queues.get(str(name)) or bare
    return found


def _groups(members: list[list[Queue]], deferred: NDArray[np.bool_]) -> Groups:
    """Contacts at once of a group: the least of its queues' concurrencies; slowdown: the most."""
    chats = [[q for q in own if q.work_type == "concurrent"] for own in members]
    slots = [min((q.concurrency for q in own), default=1) for own in chats]
    slowdown = [max((q.concurrency_slowdown for q in own), default=0.0) for own in chats]
    return Groups(np.array(slots, dtype=np.int64), np.array(slowdown, dtype=float), deferred)


def group_promise(queues: list[Queue]) -> GroupPromise:
    """The strictest of the queues' goals, each limit by itself; the definition comes with the service level."""
    goals = [q.goal for q in queues] or [DEFAULT_GOALS["immediate"]]
    strictest = max(goals, key=_strictness)
    return GroupPromise(
        service_level=strictest.service_level,
        threshold_seconds=strictest.threshold_seconds,
        definition=strictest.definition,
        clock=strictest.clock,
        asa_seconds=min((g.asa_seconds for g in goals if g.asa_seconds is not None), default=None),
        max_occupancy=min((g.max_occupancy for g in goals if g.max_occupancy is not None), default=None),
    )


def _strictness(goal: Goal) -> tuple[float, float]:
    return goal.service_level or 0.0, -(goal.threshold_seconds or 0.0)


def _streams(
    forecast: VolumeForecast, grid: Grid, queues: dict[str, Queue], code: dict[str, int]
) -> Iterable[Stream]:
    for name, rows in forecast.frame.groupby("queue", sort=True):
        queue = queues[str(name)]
        interval = grid.index(rows["interval_start"])
        offered = rows["offered"].to_numpy(dtype=float)
        band = rows["offered_p90"].to_numpy(dtype=float) - rows["offered_p10"].to_numpy(dtype=float)
        day = grid.day_code[interval]
        variation = day_variation(offered, band, day, len(grid.days))
        aht = rows["aht_seconds"].to_numpy(dtype=float)
        yield Stream(queue, code[queue.planning_group], interval, offered, aht, day, variation)


def day_variation(offered: Floats, band: Floats, day: Ints, days: int) -> Floats:
    """(days,): squared coefficient of variation of a factor common to the day's intervals.

    A count that is Poisson around mean x factor has variance mean + mean^2 v. The bands give each interval's
    variance as (band / 2z)^2; v is the least-squares answer weighted by mean^2: sum(variance - mean) / sum(mean^2).
    A band that is not known (NaN) adds nothing.
    """
    excess = np.where(np.isnan(band), 0.0, (band / (2 * Z_80)) ** 2 - offered)
    above = np.bincount(day, weights=excess, minlength=days)
    square = np.bincount(day, weights=offered**2, minlength=days)
    return np.maximum(0.0, np.divide(above, square, out=np.zeros(days), where=square > 0))


def _stretches(roster: Roster, grid: Grid, code: dict[str, int]) -> tuple[Stretches, tuple[str, ...], Ints]:
    """People's time on queue, touching activities of one person for one group joined; and the shift of each."""
    rows = roster.activities.frame
    rows = rows[(rows["activity"] == "queue") & rows["planning_group"].isin(code.keys())]
    codes, agents = pd.factorize(rows["agent_id"], sort=True)
    agent = np.asarray(codes, dtype=np.int64)
    group = np.array([code[name] for name in rows["planning_group"]], dtype=np.int64)
    shift = rows.groupby(["agent_id", "schedule_date"]).ngroup().to_numpy(dtype=np.int64)
    start, end = grid.seconds(rows["start"]), grid.seconds(rows["end"])
    fresh = np.ones(len(rows), dtype=bool)
    same = (agent[1:] == agent[:-1]) & (group[1:] == group[:-1]) & (shift[1:] == shift[:-1])
    fresh[1:] = ~(same & (start[1:] == end[:-1]))
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(rows)) - 1 if len(first) else first
    joined = make_stretches(start[first], end[last], agent[first], group[first])
    order = np.lexsort((agent[first], start[first]))
    return joined, tuple(str(name) for name in agents), shift[first][order].astype(np.int64)


def _required_stretches(
    requirement: StaffingRequirement, grid: Grid, code: dict[str, int]
) -> tuple[Stretches, tuple[str, ...], Ints]:
    """As many people as are required on the line, each for one stretch; who came first goes first."""
    starts, ends, groups = [], [], []
    for name, rows in requirement.frame.groupby("planning_group", sort=True):
        heads = np.zeros(len(grid) + 1, dtype=np.int64)
        heads[grid.index(rows["interval_start"])] = rows["agents_required"].to_numpy(dtype=np.int64)
        steps = np.diff(heads, prepend=0)
        starts.append(np.repeat(np.arange(len(steps)), np.maximum(steps, 0)))
        ends.append(np.repeat(np.arange(len(steps)), np.maximum(-steps, 0)))
        groups.append(np.full(len(starts[-1]), code[str(name)], dtype=np.int64))
    count = sum(len(own) for own in starts)
    start, end, group = (np.concatenate([*parts, np.zeros(0, dtype=np.int64)]) for parts in (starts, ends, groups))
    agent = np.arange(count, dtype=np.int64)
    made = make_stretches(start * grid.interval_seconds, end * grid.interval_seconds, agent, group)
    return made, tuple(f"person {number + 1}" for number in range(count)), agent


def make_stretches(start: Floats, end: Floats, agent: Ints, group: Ints) -> Stretches:
    """Stretches in the order the kernel needs: by start, then agent. All arrays: (stretches,); times in seconds."""
    order = np.lexsort((agent, start))
    return Stretches(
        np.ascontiguousarray(start[order], dtype=float),
        np.ascontiguousarray(end[order], dtype=float),
        np.ascontiguousarray(agent[order], dtype=np.int64),
        np.ascontiguousarray(group[order], dtype=np.int64),
    )


@dataclass(frozen=True)
class Pieces:
    """Stretches in parts; (pieces,) each."""

    stretch: Ints
    start: Floats
    end: Floats


def cut(stretches: Stretches, length_seconds: float) -> Pieces:
    """Cut at the multiples of a length; an infinite one leaves them whole."""
    if not np.isfinite(length_seconds):
        return Pieces(np.arange(len(stretches.start)), stretches.start, stretches.end)
    first = np.floor(stretches.start / length_seconds).astype(np.int64)
    count = np.ceil(stretches.end / length_seconds).astype(np.int64) - first
    stretch = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count) + first[stretch]
    start = np.maximum(number * length_seconds, stretches.start[stretch])
    end = np.minimum((number + 1) * length_seconds, stretches.end[stretch])
    return Pieces(stretch, start, end)


def _closings(streams: tuple[Stream, ...], stretches: Stretches, deferred: NDArray[np.bool_], grid: Grid) -> Closings:
    """When each group that cannot wait sends people away: at closing, or when the last person still rostered goes.

    The end of the horizon is no closing: what happens after it is not known.
    """
    found: list[tuple[float, int]] = []
    for group in np.flatnonzero(~deferred).tolist():
        takes = np.zeros(len(grid) + 1, dtype=bool)
        for stream in streams:
            if stream.group == group:
                takes[stream.interval] = True
        ends = (np.flatnonzero(takes[:-1] & ~takes[1:]) + 1) * grid.interval_seconds
        opens = np.append((np.flatnonzero(takes[1:-1] & ~takes[:-2]) + 1) * grid.interval_seconds, np.inf)
        own = stretches.group == group
        for end in ends[ends < grid.end_seconds].tolist():
            last = _covered_until(end, stretches.start[own], stretches.end[own])
            if last <= opens[np.searchsorted(opens, end)]:
                found.append((last, group))
    found.sort()
    return Closings(
        np.array([time for time, _ in found], dtype=float), np.array([group for _, group in found], dtype=np.int64)
    )


def _covered_until(time: float, start: Floats, end: Floats) -> float:
    """The first moment from `time` on at which no stretch runs."""
    while True:
        running = (start <= time) & (end > time)
        if not running.any():
            return time
        time = float(end[running].max())


def _service_open(
    requirement: StaffingRequirement, grid: Grid, members: list[list[Queue]], code: dict[str, int], site: Site
) -> NDArray[np.bool_]:
    """(groups, intervals): the service hours of the group's queues where given, else where people are required."""
    opened = np.zeros((len(members), len(grid)), dtype=bool)
    groups = requirement.frame["planning_group"].map(code).to_numpy(dtype=np.int64)
    opened[groups, grid.index(requirement.frame["interval_start"])] = True
    for number, own in enumerate(members):
        hours = [q.service_hours for q in own if q.service_hours is not None]
        if hours:
            opened[number] = np.any([h.open_mask(grid.starts, site.calendar) for h in hours], axis=0)
    return opened
