"""A planning group's day, played in every world of causes with the same random numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from staffplan.control.day.contacts import QueueDay, Ready, ready
from staffplan.control.day.people import MINUTE, People, Whole
from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches, run
from staffplan.simulate.records import ANSWERED
from staffplan.simulate.scene import make_stretches

Floats = NDArray[np.float64]
CAUSES = ("volume", "shape", "handling time", "roster fit", "changes", "absence", "lateness")
VOLUME, SHAPE, HANDLING, FIT, CHANGES, ABSENCE, LATENESS = range(len(CAUSES))
EVERYTHING = frozenset(range(len(CAUSES)))
World = Collection[int]
"""The causes that are as they were; all others are as planned."""


@dataclass(frozen=True)
class GroupDay:
    """All that the day of a planning group is played with."""

    queues: tuple[QueueDay, ...]
    people: People
    groups: Groups
    closings: Closings
    interval_seconds: float
    settings: SimulateSettings
    seed: int

    @cached_property
    def active(self) -> tuple[int, ...]:
        """The causes that differ; with all others every world is the same."""
        people = self.people
        differs = {
            VOLUME: any(one.came.sum() != one.planned.sum() for one in self.queues),
            SHAPE: True,
            HANDLING: any((one.came_aht_seconds != one.planned_aht_seconds).any() for one in self.queues),
            FIT: bool((people.required != people.rostered).any()),
            CHANGES: bool((people.rostered != people.changed).any()),
            ABSENCE: people.absent is not None,
            LATENESS: people.late is not None,
        }
        return tuple(cause for cause, is_there in differs.items() if is_there)


@dataclass
class Repetition:
    """One repetition of a day: its contacts, drawn once, and the people whom the plan expected to be away."""

    day: GroupDay
    number: int
    extra: Whole | None = None
    """(minutes,): people beside those there."""
    _drawn: dict[tuple[bool, bool, bool], tuple[Contacts, Floats]] = field(default_factory=dict)
    _stretches: dict[tuple[bool, ...], Stretches] = field(default_factory=dict)

    @cached_property
    def _ready(self) -> list[Ready]:
        day = self.day
        return [
            ready(one, day.settings, day.interval_seconds, seed=day.seed, repetition=self.number)
            for one in day.queues
        ]

    @cached_property
    def _expected(self) -> tuple[Whole, Whole]:
        return self.day.people.expected(self.number)

    def service_level(self, world: World) -> float:
        """Contacts answered in time / contacts; 1 where nobody comes."""
        in_time = self.in_time(world)
        return float(in_time.mean()) if len(in_time) else 1.0

    def in_time(self, world: World) -> NDArray[np.bool_]:
        """(contacts,): whether each is answered in time."""
        contacts, within = self.contacts(world)
        stretches, day = self.stretches(world), self.day
        fate = run(
            contacts,
            stretches,
            day.groups,
            day.closings,
            agents=len(stretches.start),
            intervals=len(day.queues[0].planned),
            interval_seconds=day.interval_seconds,
        ).fate
        return np.asarray((fate.outcome == ANSWERED) & (fate.wait <= within))

    @cached_property
    def minutes_away(self) -> float:
        """Of everybody, as the settings made them in this repetition."""
        return float(sum(own.sum() for own in self._expected))

    def stretches(self, world: World) -> Stretches:
        """The people of a world, made once for all worlds with the same ones."""
        key = tuple(cause in world for cause in (FIT, CHANGES, ABSENCE, LATENESS))
        if key not in self._stretches:
            self._stretches[key] = stretches_of(self.heads(world))
        return self._stretches[key]

    def heads(self, world: World) -> Whole:
        """(minutes,): people on queue."""
        people = self.day.people
        away, elsewhere = self._expected
        there = people.required + (people.rostered - people.required if FIT in world else 0)
        there = there + (people.changed - people.rostered if CHANGES in world else 0)
        there = there - (people.absent if ABSENCE in world and people.absent is not None else away)
        there = there - (people.late if LATENESS in world and people.late is not None else elsewhere)
        return np.maximum(there + (0 if self.extra is None else self.extra), 0)

    def contacts(self, world: World) -> tuple[Contacts, Floats]:
        """The contacts by arrival, and (contacts,): the seconds within which each is in time."""
        key = (VOLUME in world, SHAPE in world, HANDLING in world)
        if key not in self._drawn:
            self._drawn[key] = self._contacts(*key)
        return self._drawn[key]

    def _contacts(self, level: bool, shape: bool, handling: bool) -> tuple[Contacts, Floats]:
        parts = []
        for one, made in zip(self.day.queues, self._ready, strict=True):
            interval, place = np.nonzero(made.taken(one, level=level, shape=shape))
            aht = one.came_aht_seconds if handling else one.planned_aht_seconds
            cells = (interval, place)
            within = np.full(len(interval), one.queue.goal.threshold_seconds)
            parts.append((made.arrival[cells], made.work[cells] * aht[interval], made.patience[cells], within))
        arrival, work, patience, within = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(arrival, kind="stable")
        group = np.zeros(len(order), dtype=np.int64)
        return Contacts(arrival[order], group, work[order], patience[order]), within[order]


def stretches_of(heads: Whole) -> Stretches:
    """People so that (minutes,) of them are there; who came first goes first."""
    steps = np.diff(heads, prepend=0, append=0)
    place = np.arange(len(steps)) * MINUTE
    starts, ends = np.repeat(place, np.maximum(steps, 0)), np.repeat(place, np.maximum(-steps, 0))
    agent = np.arange(len(starts), dtype=np.int64)
    return make_stretches(starts, ends, agent, np.zeros(len(starts), dtype=np.int64))
