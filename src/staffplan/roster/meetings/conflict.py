"""Why not: who of a meeting's people are never free together, and what would give it a place in this roster.

Shifts, meals, breaks and the other meetings stay as they are. The smallest group of attendees of whom at every start
somebody is not free is a smallest cover of the starts, found as an integer program. A way out is told with the place
that it was found to give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.meetings.queue_time import Ints, QueueTime
from staffplan.roster.search.integer_program import IntegerProgram

SECONDS, NODES = 5.0, 10_000
MOST_SPANS, MOST_WAYS = 3, 4
LEFT_OUT, ANOTHER_DAY = 2.0, 8.0
"""What an hour costs in the ranking of ways out that somebody misses, and a day earlier or later; an hour outside the
meeting's hours and one less for everybody cost 1."""


@dataclass(frozen=True)
class Gathering:
    """People who are to meet: their names and rows in the time on queue, the starts allowed, the length in ticks.

    `absent`: those for whom there is no place with the others. `fits(length)`: starts for another length.
    """

    names: tuple[str, ...]
    people: Ints
    starts: Ints
    length: int
    absent: tuple[str, ...]
    fits: Callable[[int], Ints]


@dataclass(frozen=True)
class MeetingWay:
    """A change, and the place it gives: of everybody who attends then the first tick, and the length."""

    words: str
    cost: float
    length: int
    starts: Mapping[str, int]


def never_together(free: NDArray[np.bool_]) -> list[int]:
    """Rows, as few as there can be, of which in every column one is False; free, (people, starts), has columns."""
    program, columns = IntegerProgram(), np.unique(~free, axis=1)
    people = [program.column(1.0, 1.0) for _ in range(len(free))]
    for busy in columns.T:
        program.row([(people[n], 1.0) for n in np.flatnonzero(busy).tolist()], low=1.0)
    solved = program.solve(seconds=SECONDS, gap=0.0, nodes=NODES)
    chosen = np.flatnonzero(solved.values > 0.5).tolist() if len(solved.values) else list(range(len(free)))
    return _without_any_more(~free, chosen)


def _without_any_more(busy: NDArray[np.bool_], rows: list[int]) -> list[int]:
    """Rows that are not needed for the cover left out, where the program ended before its proof."""
    for row in list(rows):
        rest = [other for other in rows if other != row]
        if rest and busy[rest].any(axis=0).all():
            rows = rest
    return rows


def conflict_words(time: QueueTime, meeting: Gathering) -> str:
    """Who are never free together, when each is, and what would help, the cheapest first."""
    minutes = meeting.length * time.period.slot_minutes
    if not len(meeting.starts):
        said = f"its days and hours have no {minutes} minutes in a row"
    else:
        free = time.free(meeting.people, meeting.starts, meeting.length)
        core = never_together(free)
        who = ", ".join(meeting.names[n] for n in core)
        together = "are never" if len(core) > 1 else "is never"
        times = "; ".join(f"{meeting.names[n]} {_when_free(time, meeting, free[n])}" for n in core)
        said = f"{who} {together} on queue for {minutes} minutes {'together ' if len(core) > 1 else ''}then ({times})"
    ways = sorted(ways_out(time, meeting), key=lambda way: way.cost)[:MOST_WAYS]
    told = "; or: ".join(way.words for way in ways)
    return f"{said}. " + (f"Cheapest: {told}" if ways else "No change of its time helps in this roster")


def _when_free(time: QueueTime, meeting: Gathering, free: NDArray[np.bool_]) -> str:
    """Spans in which one of them could meet: "Mon 2 Nov 08:00-10:00"."""
    inside = np.zeros(len(time.hours) + 1, dtype=bool)
    for start in meeting.starts[free].tolist():
        inside[start : start + meeting.length] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside]).astype(np.int64))).tolist()
    spans = [_span(time, first, end) for first, end in zip(edges[::2], edges[1::2], strict=True)]
    more = f" and {len(spans) - MOST_SPANS} times more" if len(spans) > MOST_SPANS else ""
    return ", ".join(spans[:MOST_SPANS]) + more if spans else "at no time"


def _span(time: QueueTime, first: int, end: int) -> str:
    begin, until = _local(time, first), _local(time, end)
    return f"{begin:%a} {begin.day} {begin:%b} {begin:%H:%M}-{until:%H:%M}"


def _local(time: QueueTime, tick: int) -> pd.Timestamp:
    return time.period.instant(tick).tz_convert(time.period.timezone)


def ways_out(time: QueueTime, meeting: Gathering) -> Iterator[MeetingWay]:
    """Without some of them, each by themselves, shorter, at another time."""
    free = time.free(meeting.people, meeting.starts, meeting.length)
    missed = LEFT_OUT * meeting.length * time.period.slot_minutes / 60 * len(meeting.absent)
    there = [name for name in meeting.names if name not in meeting.absent]
    if there:
        rows = [meeting.names.index(name) for name in there]
        starts = dict.fromkeys(there, int(meeting.starts[free[rows].all(axis=0).argmax()]))
        yield MeetingWay(f"without {', '.join(meeting.absent)}", missed, meeting.length, starts)
    if len(meeting.names) > 1 and free.size and free.any(axis=1).all():
        first = meeting.starts[free.argmax(axis=1)].tolist()
        starts = dict(zip(meeting.names, first, strict=True))
        yield MeetingWay("each by themselves (together = no)", missed, meeting.length, starts)
    yield from _shorter(time, meeting)
    yield from _elsewhere(time, meeting)


def _shorter(time: QueueTime, meeting: Gathering) -> Iterator[MeetingWay]:
    """The longest for which all are free within its days and hours."""
    tick = time.period.slot_minutes
    for length in range(meeting.length - time.step, 0, -time.step):
        starts = meeting.fits(length)
        good = starts[time.free(meeting.people, starts, length).all(axis=0)]
        if len(good):
            words = f"{length * tick} minutes instead of {meeting.length * tick}"
            cost = (meeting.length - length) * tick / 60 * len(meeting.names)
            yield _at(time, meeting, int(good[0]), length, words, cost)
            return


def _elsewhere(time: QueueTime, meeting: Gathering) -> Iterator[MeetingWay]:
    """The start nearest to those allowed at which all are free: on the meeting's days, and on any other day."""
    every = np.arange(0, len(time.hours) - meeting.length + 1, time.step, dtype=np.int64)
    good = every[time.free(meeting.people, every, meeting.length).all(axis=0)]
    days = {_local(time, start).date() for start in meeting.starts.tolist()}
    away = _distance(good, meeting.starts) * time.period.slot_minutes / 60
    same = np.array([_local(time, start).date() in days for start in good.tolist()], dtype=bool)
    for mine, words in ((same, "outside its hours"), (~same, "on another day")):
        if mine.any():
            n = int(np.flatnonzero(mine)[away[mine].argmin()])
            cost = float(away[n]) if same[n] else ANOTHER_DAY * float(np.ceil(away[n] / 24))
            yield _at(time, meeting, int(good[n]), meeting.length, words, cost)


def _at(time: QueueTime, meeting: Gathering, start: int, length: int, words: str, cost: float) -> MeetingWay:
    place = f"{words}: {_span(time, start, start + length)}"
    return MeetingWay(place, cost, length, dict.fromkeys(meeting.names, start))


def _distance(starts: Ints, allowed: Ints) -> NDArray[np.int64]:
    """Ticks from each start to the nearest of those allowed."""
    if not len(allowed):
        return np.zeros(len(starts), dtype=np.int64)
    after = np.searchsorted(allowed, starts).clip(0, len(allowed) - 1)
    before = (after - 1).clip(0)
    return np.asarray(np.minimum(abs(allowed[after] - starts), abs(starts - allowed[before])), dtype=np.int64)
