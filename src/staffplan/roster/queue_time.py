"""Who is on queue when, tick by tick, read from a roster's tables; and what it costs to take people off it.

A tick is the longest step on which the roster, the intervals and what is to be placed all begin and end. Tick 0 is
local midnight of the requirement's first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates, midnight
from staffplan.site import Site
from staffplan.tables import Roster, StaffingRequirement

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOBODY = -1
START_MINUTES = 15
"""Meetings start at a quarter of an hour."""
MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True)
class Prices:
    """What an hour missing and an hour too many on queue cost."""

    understaffing: float
    overstaffing: float

    def of(self, surplus: Floats) -> Floats:
        """Cost an hour of people beyond those required (below zero: missing)."""
        too_many, missing = np.maximum(surplus, 0), np.maximum(-surplus, 0)
        return np.asarray(self.overstaffing * too_many + self.understaffing * missing)


@dataclass(frozen=True)
class QueueTime:
    """The arrays change as people are taken off queue and given back."""

    zero: pd.Timestamp
    tick_minutes: int
    hours: Floats
    """(ticks,): hours each tick counts in the cost; zero after the end of the period."""
    prices: Prices
    surplus: Floats
    """(groups, ticks): people on queue, less those required."""
    one_less: Floats
    """(groups, ticks): what is added to the cost when one person leaves the queue."""
    served: Ints
    """(people, ticks): group that the person serves by the roster, or NOBODY."""
    serving: Ints
    """(people, ticks): the same, without those taken off queue."""
    day: Ints
    """(people, ticks): number of the shift's day where the person is on queue."""

    @property
    def step(self) -> int:
        """Ticks between two starts."""
        return START_MINUTES // self.tick_minutes

    def instant(self, tick: int) -> pd.Timestamp:
        return self.zero + int(tick) * self.tick_minutes * MINUTE

    def ticks(self, instant: pd.Timestamp) -> float:
        return float((instant - self.zero) / (self.tick_minutes * MINUTE))

    def cost(self) -> float:
        return float((self.prices.of(self.surplus) * self.hours).sum())

    def understaffed_hours(self) -> float:
        return float((np.maximum(-self.surplus, 0) * self.hours).sum())

    def free(self, people: Ints, starts: Ints, length: int) -> NDArray[np.bool_]:
        """(people, starts): on queue from the start to `length` ticks later, within one shift."""
        if not len(starts):
            return np.zeros((len(people), 0), dtype=bool)
        first, end = int(starts[0]), int(starts[-1]) + length
        away = np.zeros((len(people), end - first + 1), dtype=np.int64)
        np.cumsum(self.serving[people, first:end] == NOBODY, axis=1, out=away[:, 1:])
        begin = starts - first
        same_shift = self.day[people][:, starts] == self.day[people][:, starts + length - 1]
        return np.asarray((away[:, begin + length] == away[:, begin]) & same_shift)

    def cost_without_one(self, person: int, starts: Ints, length: int) -> Floats:
        """(starts,): what is added to the cost while the person, on queue then, is away."""
        first, end = int(starts[0]), int(starts[-1]) + length
        groups = self.serving[person, first:end]
        added = np.where(groups == NOBODY, 0.0, self.one_less[groups, np.arange(first, end)])
        summed = np.concatenate([[0.0], np.cumsum(added)])
        return np.asarray(summed[starts - first + length] - summed[starts - first])

    def cost_without(self, people: Ints, start: int, length: int) -> float:
        """What is added to the cost while all of them, on queue then, are away."""
        span = slice(start, start + length)
        surplus = self.surplus[:, span]
        added = self.prices.of(surplus - self._heads(people, span)) - self.prices.of(surplus)
        return float((added * self.hours[span]).sum())

    def take(self, people: Ints, start: int, length: int) -> None:
        """Take them off queue."""
        span = slice(start, start + length)
        self.surplus[:, span] -= self._heads(people, span)
        self.serving[people, span] = NOBODY
        self._renew(span)

    def give_back(self, people: Ints, start: int, length: int) -> None:
        span = slice(start, start + length)
        self.serving[people, span] = self.served[people, span]
        self.surplus[:, span] += self._heads(people, span)
        self._renew(span)

    def _heads(self, people: Ints, span: slice) -> Ints:
        """(groups, ticks of the span): how many of them serve each group."""
        groups = np.arange(len(self.surplus))[:, None, None]
        return np.asarray((self.serving[people, span][None] == groups).sum(axis=1))

    def _renew(self, span: slice) -> None:
        surplus = self.surplus[:, span]
        self.one_less[:, span] = (self.prices.of(surplus - 1) - self.prices.of(surplus)) * self.hours[span]


def queue_time(
    roster: Roster,
    requirement: StaffingRequirement,
    people: Sequence[str],
    *,
    site: Site,
    prices: Prices,
    minutes: Iterable[int],
) -> QueueTime:
    """The roster's time on queue; of `people` (agent ids), who serves what. `minutes`: lengths of what is placed."""
    zero, end = _period(requirement, site)
    queue = roster.activities.frame[roster.activities.frame["activity"] == "queue"]
    bounds = np.stack([_minutes(queue["start"], zero), _minutes(queue["end"], zero)])
    ticks_at = {START_MINUTES, site.calendar.interval_minutes, *minutes, *(bounds % START_MINUTES).ravel().tolist()}
    tick = gcd(*ticks_at)
    last = max(int(bounds.max(initial=0)), end)
    spans = np.maximum(np.stack([-(-bounds[0] // tick), bounds[1] // tick]), 0)
    groups = sorted({*requirement.frame["planning_group"], *queue["planning_group"]})
    surplus = np.zeros((len(groups), -(-last // tick)))
    _add(surplus, np.searchsorted(groups, queue["planning_group"]), spans, np.ones(len(queue)))
    need = requirement.frame
    first = _minutes(need["interval_start"], zero) // tick
    needed = np.stack([first, first + site.calendar.interval_minutes // tick])
    _add(surplus, np.searchsorted(groups, need["planning_group"]), needed, -need["agents_on_queue"].to_numpy(float))
    hours = np.where(np.arange(surplus.shape[1]) * tick < end, tick / 60, 0.0)
    served, day = _serving(queue, spans, groups, people, surplus.shape[1])
    one_less = (prices.of(surplus - 1) - prices.of(surplus)) * hours
    return QueueTime(zero, tick, hours, prices, surplus, one_less, served, served.copy(), day)


def _period(requirement: StaffingRequirement, site: Site) -> tuple[pd.Timestamp, int]:
    """First instant of the requirement's days, and the minutes from there to their end."""
    zone = site.calendar.timezone
    days = local_dates(pd.DatetimeIndex(requirement.frame["interval_start"]), zone)
    zero, end = midnight(min(days), zone), midnight(max(days) + timedelta(days=1), zone)
    return zero, round((end - zero) / MINUTE)


def _minutes(instants: pd.Series, zero: pd.Timestamp) -> Ints:
    return np.asarray((instants - zero) // MINUTE, dtype=np.int64)


def _add(total: Floats, rows: Ints, spans: Ints, amounts: Floats) -> None:
    """Add each amount to its row of the total over its span of ticks, (first, end)."""
    steps = np.zeros((total.shape[0], total.shape[1] + 1))
    np.add.at(steps, (rows, spans[0]), amounts)
    np.add.at(steps, (rows, np.maximum(spans[1], spans[0])), -amounts)
    total += np.round(np.cumsum(steps, axis=1)[:, :-1], 9)


def _serving(
    queue: pd.DataFrame, spans: Ints, groups: Sequence[str], people: Sequence[str], ticks: int
) -> tuple[Ints, Ints]:
    """Group and day of each of the people at every tick."""
    served = np.full((len(people), ticks), NOBODY, dtype=np.int64)
    day = np.full((len(people), ticks), NOBODY, dtype=np.int64)
    numbers = {agent_id: number for number, agent_id in enumerate(people)}
    dates = queue["schedule_date"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    codes = np.searchsorted(groups, queue["planning_group"])
    for agent_id, group, date, first, end in zip(queue["agent_id"], codes, dates, *spans, strict=True):
        if agent_id in numbers:
            served[numbers[agent_id], first:end] = group
            day[numbers[agent_id], first:end] = date
    return served, day
