"""What customers would wait with so many agents in each interval: all repetitions of the period, played together."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from staffplan.simulate.outcomes import service_level
from staffplan.staffing.simulated.chats import IN_HAND, STAYS, empty_desks, play_chats, trial_chats
from staffplan.staffing.simulated.kernels import MEASURES, Crowd, Floats, Ints, Span, draw, play, trial
from staffplan.staffing.simulated.line import GAPS, Line

FRESH = 1_000_003
"""Seeds of confirmations lie this far from the plan's own."""
CONTACTS_AT_ONCE = 200_000
"""Contacts of one interval over all repetitions: 500 repetitions of 400 contacts."""
MOST, FEWEST = 4_000, 400
"""Repetitions: from so many on, an interval's service level is known within half a point."""


@dataclass(frozen=True)
class Judged:
    """Counts by interval and repetition of a requirement that was played: (open intervals, repetitions, MEASURES)."""

    line: Line
    agents: Ints
    counts: Floats

    @property
    def by_interval(self) -> Floats:
        """(MEASURES, open intervals): sums over the repetitions."""
        return np.asarray(self.counts.sum(axis=1).T)

    def by(self, period: Ints) -> Floats:
        """(MEASURES, periods): sums over repetitions and intervals; `period` numbers each interval's, rising."""
        return np.asarray(np.add.reduceat(self.by_interval, np.flatnonzero(np.diff(period, prepend=-1)), axis=1))

    @property
    def service_level(self) -> Floats:
        """(open intervals,): by the promise's own definition; NaN where nobody calls."""
        return service_level(self.by_interval, self.line.promise.definition)

    @property
    def promises(self) -> bool:
        """Whether a service level is promised."""
        return self.line.promise.service_level is not None

    @property
    def repetitions(self) -> int:
        return int(self.counts.shape[1])

    @property
    def worst_level(self) -> float:
        """The lowest service level of any interval."""
        return float(np.nanmin(self.service_level, initial=1.0))

    @property
    def overall_level(self) -> float:
        return float(service_level(self.by_interval.sum(axis=1), self.line.promise.definition))

    @property
    def agent_hours(self) -> float:
        return float(self.agents.sum()) * self.line.interval_seconds / 3600


def repetitions_for(line: Line) -> int:
    """As many as tell the service level of an interval; few contacts need more repetitions."""
    busiest = max(1.0, float(line.offered_total.max()))
    return int(np.clip(CONTACTS_AT_ONCE / busiest, FEWEST, MOST))


@dataclass
class Phones:
    """Agents who serve one customer at a time, in every repetition: until when each is busy."""

    line: Line
    repetitions: int
    heaps: Floats = field(init=False)
    _before: int = 0

    def __post_init__(self) -> None:
        self.heaps = np.zeros((self.repetitions, 64))

    def trial(self, span: Span, crowd: Crowd, agents: int, first: int, last: int) -> Floats:
        """(last - first, MEASURES): what becomes of the interval's own contacts in these repetitions; nothing is
        changed."""
        counts: Floats = trial(span, crowd, self.heaps, self._before, agents, first, last)
        return counts

    def play(self, span: Span, crowd: Crowd, agents: int, rows: Ints, counts: Floats) -> Crowd:
        """Play an interval with so many agents and give the contacts that still wait. `rows`: (intervals,) row of
        `counts`; `counts`, (rows, repetitions, MEASURES), is added to."""
        if agents >= self.heaps.shape[1]:
            self.heaps = np.hstack([self.heaps, np.zeros((self.repetitions, 2 * agents - self.heaps.shape[1]))])
        left: Crowd = play(span, crowd, self.heaps, self._before, agents, self.line.interval_seconds, rows, counts)
        self._before = agents
        return left

    def go_home(self) -> None:
        self._before = 0


@dataclass
class Desks:
    """Agents who serve several customers at once, in every repetition; see chats."""

    line: Line
    repetitions: int
    desks: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.desks = empty_desks(self.repetitions, 8, self.line.slots)

    def trial(self, span: Span, crowd: Crowd, agents: int, first: int, last: int) -> Floats:
        """(last - first, MEASURES): what becomes of the interval's own chats in these repetitions; nothing is
        changed."""
        self._make_room(agents)
        counts: Floats = trial_chats(span, crowd, self.desks, agents, self.line.slowdown, first, last)
        return counts

    def play(self, span: Span, crowd: Crowd, agents: int, rows: Ints, counts: Floats) -> Crowd:
        """Play an interval with so many agents and give the chats that still wait. `rows`: (intervals,) row of
        `counts`; `counts`, (rows, repetitions, MEASURES), is added to."""
        self._make_room(agents)
        length, slowdown = self.line.interval_seconds, self.line.slowdown
        left: Crowd = play_chats(span, crowd, self.desks, agents, slowdown, length, rows, counts)
        return left

    def go_home(self) -> None:
        self.desks[:, :, STAYS] = 0.0

    def _make_room(self, agents: int) -> None:
        """Those who leave keep their desks until their chats are over."""
        stays = self.desks[:, :, STAYS] > 0
        leaving = ~stays & (self.desks[:, :, IN_HAND] > 0)
        room = int((np.maximum(agents, stays.sum(axis=1)) + leaving.sum(axis=1)).max())
        if room > self.desks.shape[1]:
            more = empty_desks(self.repetitions, room - self.desks.shape[1], self.line.slots)
            self.desks = np.ascontiguousarray(np.concatenate([self.desks, more], axis=1))


@dataclass
class Playing:
    """Repetitions under way: where each interval begins, what agents have in hand, and who waits."""

    line: Line
    seed: int
    repetitions: int
    agents: Ints = field(init=False)
    _floor: Phones | Desks = field(init=False)
    _factors: Floats = field(init=False)
    _waiting: Crowd = field(init=False)
    _counts: Floats = field(init=False)
    _rows: Ints = field(init=False)

    def __post_init__(self) -> None:
        size, numbers = self.repetitions, self.line.numbers
        self._floor = (Desks if self.line.slots > 1 else Phones)(self.line, size)
        self._factors = self.line.day_factors(size, self.seed)
        none = np.zeros(0)
        self._waiting = Crowd(np.zeros(size + 1, dtype=np.int64), none, none, none, np.zeros(0, dtype=np.int64))
        self._counts = np.zeros((len(numbers) + 1, size, MEASURES))
        self.agents = np.zeros(len(numbers), dtype=np.int64)
        self._rows = np.full(int(numbers[-1]) + 2, len(numbers), dtype=np.int64)
        self._rows[numbers] = np.arange(len(numbers))

    def intervals(self) -> Iterator[tuple[int, Span, Crowd]]:
        """Each open interval in turn: its place, its span and its contacts; call `go_on` before the next."""
        entropy = [self.seed, zlib.crc32(self.line.name.encode())]
        seed = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
        for place in range(len(self.line)):
            span = self.line.span(place, self._factors)
            yield place, span, draw(seed, span, self._waiting, GAPS, self.line.handling)
            if place + 1 < len(self.line) and self.line.numbers[place + 1] > self.line.numbers[place] + 1:
                self._floor.go_home()
        self._to_the_end()

    def would_give(self, span: Span, crowd: Crowd, agents: int, first: int, last: int) -> Floats:
        """(last - first, MEASURES): the interval's own contacts with so many agents, in these repetitions."""
        return self._floor.trial(span, crowd, agents, first, last)

    def go_on(self, place: int, span: Span, crowd: Crowd, agents: int) -> None:
        """Let the interval pass with so many agents."""
        self._waiting = self._floor.play(span, crowd, agents, self._rows, self._counts)
        self.agents[place] = agents

    def _to_the_end(self) -> None:
        """Who still waits at the end of an open period meets the agents of its last interval there."""
        if len(self._waiting.arrival):
            last = self.line.span(len(self.line) - 1, self._factors)
            beyond = last._replace(start=last.end, end=last.end + 1e9, closes=True)
            self._floor.play(beyond, self._waiting, int(self.agents[-1]), self._rows, self._counts)

    def judged(self) -> Judged:
        return Judged(self.line, self.agents.copy(), self._counts[:-1])


def judge(line: Line, agents: Ints, *, seed: int, repetitions: int) -> Judged:
    """Play a requirement, (open intervals,) agents on the line."""
    playing = Playing(line, seed, repetitions)
    for place, span, crowd in playing.intervals():
        playing.go_on(place, span, crowd, int(agents[place]))
    return playing.judged()
