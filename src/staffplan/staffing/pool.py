"""Planning groups: queues that one pool of agents serves, put side by side interval by interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import DataError, Problem, nearest
from staffplan.site import Queue, Site
from staffplan.staffing.models.arrays import Array
from staffplan.tables.forecast import VolumeForecast

NANOSECONDS_PER_MINUTE = 60_000_000_000


@dataclass(frozen=True)
class Pool:
    """One planning group: (queues, intervals) arrays over the intervals in which any of its queues takes contacts."""

    name: str
    queues: tuple[Queue, ...]
    starts: NDArray[np.int64]
    """(intervals,): instants in nanoseconds UTC, rising."""
    is_open: NDArray[np.bool_]
    offered: Array
    aht_seconds: Array

    @property
    def channel(self) -> str:
        return self.queues[0].channel

    @cached_property
    def offered_total(self) -> Array:
        """Contacts of all queues together, (intervals,)."""
        return np.asarray(self.offered.sum(axis=0), dtype=np.float64)

    @cached_property
    def aht_mean(self) -> Array:
        """AHT in seconds weighted by contacts, (intervals,); without contacts the plain mean over the open queues."""
        work, count = (self.offered * self.aht_seconds).sum(axis=0), np.maximum(1, self.is_open.sum(axis=0))
        plain = (self.aht_seconds * self.is_open).sum(axis=0) / count
        some = self.offered_total > 0
        return np.asarray(np.where(some, work / np.where(some, self.offered_total, 1.0), plain))

    @property
    def aht_positive(self) -> Array:
        """AHT in seconds, (intervals,), or one second where it is 0 and there is no work, so that it may be divided
        by."""
        return np.asarray(np.where(self.aht_mean > 0, self.aht_mean, 1.0))

    def load_erlangs(self, interval_seconds: float) -> Array:
        """Load in erlangs, (intervals,)."""
        return np.asarray(self.offered_total * self.aht_mean / interval_seconds)

    def at(self, start: int) -> Pool:
        """The group in the one interval that begins at `start`, nanoseconds UTC."""
        return self.taken(np.flatnonzero(self.starts == start))

    def taken(self, places: NDArray[np.int64]) -> Pool:
        """The group in the intervals at these places, (places,), as often and in the order in which they are
        named."""
        contacts = (self.is_open[:, places], self.offered[:, places], self.aht_seconds[:, places])
        return Pool(self.name, self.queues, self.starts[places], *contacts)

    @property
    def minimum_agents(self) -> NDArray[np.int64]:
        """(intervals,): the largest minimum of the queues that are open."""
        least = np.array([queue.minimum_agents for queue in self.queues])
        return np.asarray(np.where(self.is_open, least[:, None], 0).max(axis=0), dtype=np.int64)


def pools(forecast: VolumeForecast, site: Site) -> Iterator[Pool]:
    """The planning groups that the forecast has rows for, in order of their names.

    Raises DataError when it has a queue the site does not know, or intervals of another length.
    """
    codes, names = pd.factorize(forecast.frame["queue"])
    unknown = sorted(set(names) - set(site.queues))
    if unknown:
        known = list(site.queues)
        raise DataError(
            Problem(
                forecast.place(int((names[codes] == name).argmax()), "queue"),
                f"{name!r} is not a queue of the site",
                nearest(name, known),
            )
            for name in unknown
        )
    starts = instants(forecast)
    _check_interval(starts, site.calendar.interval_minutes, forecast.source)
    offered = forecast.frame["offered"].to_numpy(dtype=np.float64)
    aht = forecast.frame["aht_seconds"].to_numpy(dtype=np.float64)
    row_of = {name: np.flatnonzero(codes == code) for code, name in enumerate(names)}
    for group, queues in site.groups().items():
        there = tuple(queue for queue in queues if queue.name in row_of)
        if there:
            yield _pool(group, there, [row_of[queue.name] for queue in there], starts, offered, aht)


def instants(table: VolumeForecast) -> NDArray[np.int64]:
    """interval_start of every row, (rows,), in nanoseconds UTC."""
    return table.frame["interval_start"].to_numpy(dtype="datetime64[ns]").astype(np.int64)


def _pool(
    name: str,
    queues: tuple[Queue, ...],
    rows: list[NDArray[np.int64]],
    starts: NDArray[np.int64],
    offered: Array,
    aht: Array,
) -> Pool:
    grid = np.unique(np.concatenate([starts[own] for own in rows]))
    shape = (len(queues), len(grid))
    is_open, volumes, handling = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape)
    for number, own in enumerate(rows):
        at = np.searchsorted(grid, starts[own])
        is_open[number, at], volumes[number, at], handling[number, at] = True, offered[own], aht[own]
    return Pool(name, queues, grid, is_open, volumes, handling)


def _check_interval(starts: NDArray[np.int64], interval_minutes: int, source: str) -> None:
    """The rows must lie on a grid of the site's interval: half-hours read as hours would halve the load."""
    grid = np.unique(starts)
    if len(grid) < 2:
        return
    apart = int(np.gcd.reduce(np.diff(grid))) / NANOSECONDS_PER_MINUTE
    longest = 60
    if apart % interval_minutes or (
        apart > interval_minutes and np.diff(grid).min() <= longest * NANOSECONDS_PER_MINUTE
    ):
        hint = f"set interval_minutes (--interval) to the forecast's own length; it is {interval_minutes} now"
        raise DataError(Problem(f"{source}:interval_start", f"rows are {apart:g} minutes apart", hint))
