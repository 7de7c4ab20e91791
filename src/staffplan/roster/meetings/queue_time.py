"""Who is on queue when, tick by tick, read from a roster's tables; and what it costs to take people off it.

A tick is the longest step on which the roster, the intervals and what is to be placed all begin and end. Tick 0 is
local midnight of the requirement's first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import midnight
from staffplan.planned import PlannedDays
from staffplan.roster.problem.problem import NO_LIMIT, Period
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import minimum_people
from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOBODY = -1
START_MINUTES = 15
"""Meetings start at a quarter of an hour."""
MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True)
class Prices:
    """What an hour costs: missing on queue, too many on queue, and missing at a minimum that a rule sets."""

    understaffing: float
    overstaffing: float
    below_minimum: float

    def of(self, surplus: Floats) -> Floats:
        """Cost per hour of people beyond those required (below zero: missing). `surplus`: of any shape, for example
        (groups, ticks)."""
        too_many, missing = np.maximum(surplus, 0), np.maximum(-surplus, 0)
        return np.asarray(self.overstaffing * too_many + self.understaffing * missing)


@dataclass(frozen=True)
class QueueTime:
    """The arrays change as people are taken off queue and given back."""

    period: Period
    """Its slots are the ticks."""
    hours: Floats
    """(ticks,): hours each tick counts in the cost; zero after the end of the period."""
    prices: Prices
    surplus: Floats
    """(groups, ticks): people on queue, less those required."""
    lowest: Floats
    """(groups, ticks): the surplus that a rule's minimum asks for, far below zero where there is none."""
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
        return START_MINUTES // self.period.slot_minutes

    def ticks(self, instant: pd.Timestamp) -> float:
        """From the start of the period."""
        return float((instant - self.period.start) / (self.period.slot_minutes * MINUTE))

    def cost(self) -> float:
        """Of the cover alone."""
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
        """Cost added while people, (people,) numbers, are away from the queue from tick `start` for `length`
        ticks."""
        span = slice(start, start + length)
        return float(self._added(self._heads(people, span), span).sum())

    def take(self, people: Ints, start: int, length: int) -> None:
        """Take people, (people,) numbers, off the queue from tick `start` for `length` ticks."""
        span = slice(start, start + length)
        self.surplus[:, span] -= self._heads(people, span)
        self.serving[people, span] = NOBODY
        self.renew(span)

    def give_back(self, people: Ints, start: int, length: int) -> None:
        """Put people, (people,) numbers, back on the queue from tick `start` for `length` ticks."""
        span = slice(start, start + length)
        self.serving[people, span] = self.served[people, span]
        self.surplus[:, span] += self._heads(people, span)
        self.renew(span)

    def _heads(self, people: Ints, span: slice) -> Ints:
        """(groups, ticks of the span): how many of them serve each group."""
        groups = np.arange(len(self.surplus))[:, None, None]
        return np.asarray((self.serving[people, span][None] == groups).sum(axis=1))

    def _added(self, fewer: Ints, span: slice) -> Floats:
        """(groups, ticks of the span): what is added to the cost with so many fewer people on queue."""
        surplus, lowest = self.surplus[:, span], self.lowest[:, span]
        below = np.maximum(lowest - surplus + fewer, 0) - np.maximum(lowest - surplus, 0)
        cover = self.prices.of(surplus - fewer) - self.prices.of(surplus)
        return np.asarray((cover + self.prices.below_minimum * below) * self.hours[span])

    def renew(self, span: slice) -> None:
        self.one_less[:, span] = self._added(np.ones((1, 1), dtype=np.int64), span)


def queue_time(
    roster: Roster,
    requirement: StaffingRequirement,
    people: Sequence[str],
    *,
    site: Site,
    prices: Prices,
    minutes: Iterable[int],
    rules: Sequence[TeamRule] = (),
) -> QueueTime:
    """The roster's time on queue; of `people` (agent ids), who serves what. `minutes`: lengths of what is placed."""
    need, zone = requirement.frame, site.calendar.timezone
    queue = roster.activities.frame[roster.activities.frame["activity"] == "queue"]
    planned = site.days_of(pd.DatetimeIndex(need["interval_start"]))
    zero = midnight(planned.first, zone)
    bounds = np.stack([_minutes(queue["start"], zero), _minutes(queue["end"], zero)])
    ticks_at = {START_MINUTES, site.calendar.interval_minutes, *minutes, *(bounds % START_MINUTES).ravel().tolist()}
    period = _period(planned, gcd(*ticks_at), int(bounds.max(initial=0)), site)
    tick = period.slot_minutes
    spans = np.maximum(np.stack([-(-bounds[0] // tick), bounds[1] // tick]), 0)
    groups = sorted({*need["planning_group"], *queue["planning_group"]})
    required, surplus = np.zeros((len(groups), period.slots)), np.zeros((len(groups), period.slots))
    first = _minutes(need["interval_start"], zero) // tick
    needed = np.stack([first, first + period.slots_per_interval])
    _add(required, np.searchsorted(groups, need["planning_group"]), needed, need["agents_on_queue"].to_numpy(float))
    _add(surplus, np.searchsorted(groups, queue["planning_group"]), spans, np.ones(len(queue)))
    least = minimum_people(rules, groups, period, site.calendar)
    lowest = np.where(least > 0, least - required, -float(NO_LIMIT))
    hours = np.where(np.arange(period.slots) < period.day_slot[-1], period.slot_hours, 0.0)
    served, day = _serving(queue, spans, groups, people, period.slots)
    surplus -= required
    time = QueueTime(period, hours, prices, surplus, lowest, 0 * surplus, served, served.copy(), day)
    time.renew(slice(None))
    return time


def _period(planned: PlannedDays, tick: int, end: int, site: Site) -> Period:
    """The days planned in ticks, and as many after them as the roster needs. end: minutes from the start."""
    zone, days = site.calendar.timezone, planned.number
    midnights = [midnight(planned.day(number), zone) for number in range(days + 1)]
    day_slot = np.array([round((at - midnights[0]) / MINUTE) // tick for at in midnights], dtype=np.int64)
    slots = max(-(-end // tick), int(day_slot[-1]))
    interval = site.calendar.interval_minutes
    return Period(planned.first, days, zone, interval, tick, midnights[0], day_slot, slots)


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
    for agent_id, group, today, first, end in zip(queue["agent_id"], codes, dates, *spans, strict=True):
        if agent_id in numbers:
            served[numbers[agent_id], first:end] = group
            day[numbers[agent_id], first:end] = today
    return served, day
