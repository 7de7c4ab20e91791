"""What customers would wait with so many agents in each interval: all repetitions of the period, played together."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from staffplan.simulate.outcomes import service_level
from staffplan.verify.kernels import MEASURES, Crowd, Floats, Ints, Span, draw, play, trial
from staffplan.verify.line import GAPS, Line

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
class Playing:
    """Repetitions under way: where each interval begins, who is busy until when, and who waits."""

    line: Line
    seed: int
    repetitions: int
    factors: Floats = field(init=False)
    heaps: Floats = field(init=False)
    waiting: Crowd = field(init=False)
    counts: Floats = field(init=False)
    agents: Ints = field(init=False)
    _rows: Ints = field(init=False)
    _before: int = 0

    def __post_init__(self) -> None:
        size, numbers = self.repetitions, self.line.numbers
        self.factors = self.line.day_factors(size, self.seed)
        self.heaps = np.zeros((size, 64))
        none = np.zeros(0)
        self.waiting = Crowd(np.zeros(size + 1, dtype=np.int64), none, none, none, np.zeros(0, dtype=np.int64))
        self.counts = np.zeros((len(numbers) + 1, size, MEASURES))
        self.agents = np.zeros(len(numbers), dtype=np.int64)
        self._rows = np.full(int(numbers[-1]) + 2, len(numbers), dtype=np.int64)
        self._rows[numbers] = np.arange(len(numbers))

    def intervals(self) -> Iterator[tuple[int, Span, Crowd]]:
        """Each open interval in turn: its place, its span and its contacts; call `go_on` before the next."""
        entropy = [self.seed, zlib.crc32(self.line.name.encode())]
        seed = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
        for place in range(len(self.line)):
            span = self.line.span(place, self.factors)
            yield place, span, draw(seed, span, self.waiting, GAPS, self.line.handling)
            if place + 1 < len(self.line) and self.line.numbers[place + 1] > self.line.numbers[place] + 1:
                self._before = 0
        self._to_the_end()

    def would_give(self, span: Span, crowd: Crowd, agents: int, first: int, last: int) -> Floats:
        """(last - first, MEASURES): the interval's own contacts with so many agents, in these repetitions."""
        counts: Floats = trial(span, crowd, self.heaps, self._before, agents, first, last)
        return counts

    def go_on(self, place: int, span: Span, crowd: Crowd, agents: int) -> None:
        """Let the interval pass with so many agents."""
        if agents >= self.heaps.shape[1]:
            self.heaps = np.hstack([self.heaps, np.zeros((self.repetitions, 2 * agents - self.heaps.shape[1]))])
        length = self.line.interval_seconds
        self.waiting = play(span, crowd, self.heaps, self._before, agents, length, self._rows, self.counts)
        self._before = self.agents[place] = agents

    def _to_the_end(self) -> None:
        """Who still waits at the end of an open period meets the agents of its last interval there."""
        if len(self.waiting.arrival):
            last = self.line.span(len(self.line) - 1, self.factors)
            beyond = last._replace(start=last.end, end=last.end + 1e9, closes=True)
            length, agents = self.line.interval_seconds, int(self.agents[-1])
            play(beyond, self.waiting, self.heaps, self._before, agents, length, self._rows, self.counts)

    def judged(self) -> Judged:
        return Judged(self.line, self.agents.copy(), self.counts[:-1])


def judge(line: Line, agents: Ints, *, seed: int, repetitions: int) -> Judged:
    """Play a requirement, (open intervals,) agents on the line."""
    playing = Playing(line, seed, repetitions)
    for place, span, crowd in playing.intervals():
        playing.go_on(place, span, crowd, int(agents[place]))
    return playing.judged()
