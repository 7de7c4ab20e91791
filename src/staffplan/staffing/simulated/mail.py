"""A planning group whose work waits hours, as its judge plays it: contacts, deadlines, uncertain days.

The plan is taken as part of a longer life, as `staffing.deferred` takes it: before and after it weeks like its first
and its last, with the same people. So the first morning finds what came over night and was not done before.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from staffplan.clock import local_dates
from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.outcomes import ratio
from staffplan.simulate.scene import GroupPromise, group_promise
from staffplan.site import Site
from staffplan.staffing.deferred import Backlog
from staffplan.staffing.simulated.kernels import TABLE_SIZE, Floats, Ints
from staffplan.staffing.simulated.line import day_variations, handling_times
from staffplan.staffing.simulated.mail_kernels import SAMPLES, Fluid, done_by, finish_times
from staffplan.tables.forecast import VolumeForecast

CONTACTS_AT_ONCE = 2_500_000
CONTACTS_IN_ALL = 12_000_000
MOST, FEWEST = 2_000, 200
"""Repetitions: where whole days are late or are not, single contacts tell little."""


@dataclass(frozen=True)
class Mail:
    """Work of one group over the grid of its backlog; times are in intervals, work in agent-intervals."""

    name: str
    promise: GroupPromise
    backlog: Backlog
    minimum_agents: int
    allowed: Floats
    """(queues,): time until a contact is to be done, on the clock of its goal."""
    opening: tuple[bool, ...]
    """(queues,): whether that clock stands while the group is closed."""
    date: Ints
    """(intervals,): local days, counted from the plan's first."""
    row: Ints
    """(intervals,): the plan's open interval in which what came is first seen; -1 where there is none."""
    variation: Floats
    """(queues, intervals): squared coefficient of variation of the day's volume beyond chance."""
    handling: Floats

    @property
    def opened(self) -> Floats:
        """(intervals + 1,): intervals open before each."""
        return np.concatenate([[0.0], np.cumsum(self.backlog.is_open)])

    def period(self, scope: str) -> Ints:
        """(intervals,): what the promise is kept over, "interval", "day" or "week", numbered; -1 where it is not."""
        own = {"interval": self.row, "day": self.date, "week": self.date // 7}[scope]
        return np.where(self.row >= 0, own, -1)

    def everywhere(self, agents: Ints) -> Ints:
        """(open intervals of the plan,) to (intervals,): the same people in the weeks added on both sides."""
        grid = self.backlog.grid
        inside = np.zeros(grid.count, dtype=np.int64)
        inside[self.backlog.rows - grid.first] = agents
        return np.asarray(np.where(self.backlog.is_open, inside[grid.source], 0))

    def repetitions(self) -> int:
        return int(np.clip(CONTACTS_IN_ALL / max(1.0, self.backlog.offered.sum()), FEWEST, MOST))


def make_mail(backlog: Backlog, forecast: VolumeForecast, settings: SimulateSettings, site: Site) -> Mail:
    """The group of a backlog that is open at least once."""
    grid, queues, minutes = backlog.grid, backlog.pool.queues, backlog.interval_minutes
    instants = pd.DatetimeIndex(grid.starts.view("datetime64[ns]")).tz_localize("UTC")
    days = np.array([day.toordinal() for day in local_dates(instants, site.calendar.timezone)], dtype=np.int64)
    date = days - days[grid.first]
    row = np.full(len(date), -1, dtype=np.int64)
    seen = np.searchsorted(backlog.rows, np.arange(grid.first, grid.first + grid.count))
    row[grid.inside] = np.where(seen < len(backlog.rows), seen, -1)
    own = np.round((backlog.pool.starts - grid.starts[grid.first]) / (minutes * 60e9)).astype(np.int64)
    codes, found = pd.factorize(date[grid.inside][own])
    by_day = day_variations(backlog.pool, forecast, codes.astype(np.int64), settings)
    variation = np.zeros((len(queues), int(date[grid.inside][-1]) + 1))
    variation[:, found] = by_day
    return Mail(
        name=backlog.pool.name,
        promise=group_promise(list(queues)),
        backlog=backlog,
        minimum_agents=max(queue.minimum_agents for queue in queues),
        allowed=np.array([(queue.goal.threshold_seconds or np.inf) / 60 / minutes for queue in queues]),
        opening=tuple(queue.goal.clock == "opening" for queue in queues),
        date=date,
        row=row,
        variation=variation[:, date[grid.inside][grid.source]],
        handling=handling_times(settings),
    )


class Drawn(NamedTuple):
    """Contacts of some repetitions by arrival; those of one are from `first[r]` on."""

    first: Ints
    arrival: Floats
    work: Floats
    queue: Ints
    interval: Ints


def draws(mail: Mail, seed: int, repetitions: int) -> Iterator[Drawn]:
    """All repetitions, some at a time."""
    offered = mail.backlog.offered
    at_once = max(1, int(CONTACTS_AT_ONCE / max(1.0, offered.sum())))
    level = _day_levels(mail, seed, repetitions)
    for first in range(0, repetitions, at_once):
        rng = np.random.default_rng([seed, zlib.crc32(mail.name.encode()), first])
        mean = offered[:, None] * level[:, first : first + at_once][:, :, mail.date - mail.date[0]]
        yield _drawn(mail, mean, rng)


def _day_levels(mail: Mail, seed: int, repetitions: int) -> Floats:
    """(queues, repetitions, days): gamma factors with mean 1, one from each of equally likely strata."""
    day = mail.date - mail.date[0]
    levels = np.ones((len(mail.allowed), repetitions, int(day[-1]) + 1))
    starts = np.flatnonzero(np.diff(day, prepend=-1))
    for queue, place in np.argwhere(mail.variation[:, starts] > 0):
        rng = np.random.default_rng([seed, zlib.crc32(mail.name.encode()), int(queue), int(place), 1])
        shape = 1.0 / mail.variation[queue, starts[place]]
        drawn = special.gammaincinv(shape, (np.arange(repetitions) + 0.5) / repetitions) / shape
        levels[queue, :, place] = rng.permutation(drawn / drawn.mean())
    return levels


def _drawn(mail: Mail, mean: Floats, rng: np.random.Generator) -> Drawn:
    """Poisson numbers with these means, (queues, repetitions, intervals), spread over their intervals."""
    _, repetitions, length = mean.shape
    total = mean.sum(axis=0)
    cells = np.repeat(np.arange(repetitions * length), rng.poisson(total).ravel())
    moment = np.sort(cells + rng.random(len(cells)), kind="stable")
    cell = moment.astype(np.int64)
    interval = cell % length
    shares = np.cumsum(mean, axis=0) / np.where(total > 0, total, 1.0)
    queue = (rng.random(len(cell)) > shares[:-1].reshape(-1, repetitions * length)[:, cell]).sum(axis=0)
    seconds = mail.backlog.aht_seconds[queue, interval] * mail.handling[rng.integers(0, TABLE_SIZE, len(cell))]
    work = seconds / (mail.backlog.interval_minutes * 60 * mail.backlog.usable)
    first = np.searchsorted(cell, np.arange(repetitions + 1) * length)
    return Drawn(first.astype(np.int64), moment - cell + interval, work, queue, interval)


def make_fluid(mail: Mail, seed: int, repetitions: int) -> Fluid:
    """The same contacts as amounts of work."""
    length, came, counts = len(mail.date), [], []
    for drawn in draws(mail, seed, repetitions):
        size = len(drawn.first) - 1
        cell = np.repeat(np.arange(size), np.diff(drawn.first)) * length + drawn.interval
        work = np.bincount(cell, weights=drawn.work, minlength=size * length).reshape(size, length)
        came.append(np.pad(np.cumsum(work, axis=1), ((0, 0), (1, 0))))
        own = [np.bincount(cell[drawn.queue == q], minlength=size * length) for q in range(len(mail.allowed))]
        counts.append(np.stack(own, axis=0).reshape(-1, size, length).swapaxes(0, 1).astype(np.float64))
    due, part = zip(*(_due(mail, queue) for queue in range(len(mail.allowed))), strict=True)
    return Fluid(np.concatenate(came), np.concatenate(counts), np.array(due), np.array(part))


def _due(mail: Mail, queue: int) -> tuple[Ints, Floats]:
    """(samples, intervals) twice: when the fluid before a contact must be done so that the contact is in time."""
    backlog, edges = mail.backlog, np.arange(len(mail.date) + 1.0)
    arrival = np.arange(len(mail.date)) + SAMPLES[:, None]
    volume, handling = backlog.offered[queue], backlog.aht_seconds[queue] / (60 * backlog.interval_minutes)
    own = float((volume * handling).sum() / max(volume.sum(), 1e-12)) / backlog.usable
    ahead = max(0.0, float(mail.allowed[queue]) - own)
    if not mail.opening[queue]:
        moment = np.minimum(arrival + ahead, float(len(mail.date)))
        return moment.astype(np.int64), moment % 1.0
    opened = mail.opened
    wanted = np.interp(arrival, edges, opened) + ahead
    place = np.searchsorted(opened[1:], wanted - 1e-9)
    part = wanted - opened[np.minimum(place, len(opened) - 1)]
    return place.astype(np.int64), np.clip(part, 0.0, 1.0)


@dataclass(frozen=True)
class MailJudged:
    """A requirement of deferred work that was played; sums over the repetitions by interval of arrival."""

    mail: Mail
    agents: Ints
    """(open intervals of the plan,)."""
    offered: Floats
    good: Floats
    seconds: Floats
    """(intervals,): from the arrival to the end of the handling."""
    busy: Floats
    """(intervals,): agent-intervals of work done."""
    repetitions: int

    def by(self, period: Ints, values: Floats) -> Floats:
        """(periods,): sums of (intervals,); of what is judged."""
        return np.asarray(np.bincount(period[period >= 0], weights=values[period >= 0]), dtype=np.float64)

    @property
    def service_level(self) -> Floats:
        """(open intervals of the plan,): of what is first seen there; NaN where nothing came."""
        row = self.mail.row
        return ratio(self.by(row, self.good), self.by(row, self.offered))

    @property
    def response_seconds(self) -> Floats:
        """Mean seconds until the contacts are finished, (open intervals of the plan,). NaN where nothing came."""
        row = self.mail.row
        return ratio(self.by(row, self.seconds), self.by(row, self.offered))

    @property
    def occupancy(self) -> Floats:
        """Share of the agents' time spent on contacts, (open intervals of the plan,). NaN without agents."""
        done = self.busy[self.mail.backlog.rows] * self.mail.backlog.usable
        return np.minimum(1.0, ratio(done / self.repetitions, self.agents.astype(np.float64)))

    @property
    def worst_level(self) -> float:
        return float(np.nanmin(self.service_level, initial=1.0))

    @property
    def overall_level(self) -> float:
        judged = self.mail.row >= 0
        return float(ratio(self.good[judged].sum(), self.offered[judged].sum()))

    @property
    def agent_hours(self) -> float:
        return float(self.agents.sum()) * self.mail.backlog.interval_minutes / 60

    @property
    def promises(self) -> bool:
        return self.mail.promise.service_level is not None


def judge_mail(mail: Mail, agents: Ints, *, seed: int, repetitions: int) -> MailJudged:
    """Play a requirement, (open intervals of the plan,) agents, contact by contact."""
    length, people = len(mail.date), mail.everywhere(agents)
    offered, good, seconds, busy = (np.zeros(length) for _ in range(4))
    for drawn in draws(mail, seed, repetitions):
        finish = finish_times(drawn.first, drawn.arrival, drawn.work, people)
        taken = np.minimum(finish, float(length)) - drawn.arrival
        in_time = np.isfinite(finish) & (_on_clock(mail, drawn, finish) <= mail.allowed[drawn.queue] + 1e-9)
        offered += np.bincount(drawn.interval, minlength=length)
        good += np.bincount(drawn.interval, weights=in_time, minlength=length)
        seconds += np.bincount(drawn.interval, weights=taken, minlength=length) * mail.backlog.interval_minutes * 60
        size = len(drawn.first) - 1
        cell = np.repeat(np.arange(size), np.diff(drawn.first)) * length + drawn.interval
        work = np.bincount(cell, weights=drawn.work, minlength=size * length).reshape(size, length)
        came = np.pad(np.cumsum(work, axis=1), ((0, 0), (1, 0)))
        busy += np.diff(done_by(came, people), axis=1).sum(axis=0)
    return MailJudged(mail, agents, offered, good, seconds, busy, repetitions)


def _on_clock(mail: Mail, drawn: Drawn, finish: Floats) -> Floats:
    """(contacts,): time from arrival to finish on the clock of each one's goal."""
    taken, edges = finish - drawn.arrival, np.arange(len(mail.date) + 1.0)
    counted = np.array(mail.opening)[drawn.queue] & np.isfinite(finish)
    opened = mail.opened
    taken[counted] = np.interp(finish[counted], edges, opened) - np.interp(drawn.arrival[counted], edges, opened)
    return taken
