"""What became of the contacts, counted by group, interval or day, and the measures made of the counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.settings.queues import Definition
from staffplan.simulate.draws import Drawn
from staffplan.simulate.engine import Fate, Played
from staffplan.simulate.records import ABANDONED, ANSWERED, NOBODY, TURNED_AWAY, WAITING, Floats, Ints
from staffplan.simulate.scene import Grid, Scene

OFFERED, IN_TIME, ANSWERS, LEFT, LEFT_IN_TIME, VIRTUAL_IN_TIME, WAITED, SENT_OFF, OPEN, LATE, HELPED = range(11)
COUNTS = 11
"""Rows of a count: contacts judged; answered (deferred: finished) in time; answered at all; abandoned, those turned
away at closing included; abandoned within the time allowed; whose virtual wait is in time; seconds waited by those
answered (deferred: until finished); turned away at closing; not judged, because the horizon ended first; abandoned or
waiting longer than the scene's wait_seconds; answered by people of another group."""

WAIT_EDGES = np.concatenate([[0.0], np.geomspace(1.0, 864_000.0, 62)])
"""Seconds at which waits are told apart: none, up to one second, then by a quarter more each time, up to ten days."""


@dataclass(frozen=True)
class Tally:
    """One repetition, or the sum of several: (counts, groups, intervals), and (groups, intervals) seconds."""

    counts: Floats
    busy_seconds: Floats
    line_seconds: Floats
    waiting_seconds: Floats
    """(groups, intervals): seconds that contacts spent waiting."""
    waits: Floats
    """(bins, groups, intervals): contacts by how long they waited; see WAIT_EDGES."""
    events: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.counts + other.counts,
            self.busy_seconds + other.busy_seconds,
            self.line_seconds + other.line_seconds,
            self.waiting_seconds + other.waiting_seconds,
            self.waits + other.waits,
            self.events + other.events,
        )

    def by_day(self, grid: Grid) -> Tally:
        """The same with local days in place of intervals."""
        fold = grid.sum_by_day
        busy, line, waiting = fold(self.busy_seconds), fold(self.line_seconds), fold(self.waiting_seconds)
        return Tally(fold(self.counts), busy, line, waiting, fold(self.waits), self.events)


def service_level(counts: Floats, definition: Definition) -> Floats:
    """(counts, ...) to (...): the share in time by one of the five definitions, NaN where it has no denominator.

    The definitions are those of DOMAIN section 5; TURNED AWAY at closing counts as abandoned.
    """
    offered, short = counts[OFFERED], counts[LEFT_IN_TIME]
    match definition:
        case "offered":
            return ratio(counts[IN_TIME], offered)
        case "answered":
            return ratio(counts[IN_TIME], counts[ANSWERS])
        case "excluding_short_abandons":
            return ratio(counts[IN_TIME], offered - short)
        case "short_abandons_good":
            return ratio(counts[IN_TIME] + short, offered)
        case "virtual":
            return ratio(counts[VIRTUAL_IN_TIME], offered)


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where whole is 0; arrays of one shape."""
    shares: Floats = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=shares, where=np.asarray(whole) > 0)
    return shares


def tally(scene: Scene, drawn: Drawn, played: Played) -> Tally:
    """Count one repetition by group and interval of arrival; seconds by the interval in which they passed."""
    size = len(scene.group_names) * len(scene.grid)
    cell = drawn.contacts.group * len(scene.grid) + drawn.interval
    columns = _judge(scene, drawn, played.fate)
    counts = np.array([np.bincount(cell, weights=column, minlength=size) for column in columns], dtype=float)
    shape = (COUNTS, len(scene.group_names), len(scene.grid))
    waiting, waits = _waiting(scene, drawn, played.fate, cell)
    return Tally(counts.reshape(shape), played.busy_seconds, played.line_seconds, waiting, waits, played.events)


def _waiting(scene: Scene, drawn: Drawn, fate: Fate, cell: Ints) -> tuple[Floats, Floats]:
    """(groups, intervals) seconds waited in each interval, and (bins, groups, intervals) contacts by their wait."""
    outcome, wait = settle(scene, drawn, fate)
    arrival, groups, length = drawn.contacts.arrival, len(scene.group_names), len(scene.grid)
    until = np.where(outcome == WAITING, np.maximum(scene.grid.end_seconds, arrival), arrival + wait)
    edges = np.asarray(np.arange(length + 1) * scene.grid.interval_seconds, dtype=np.float64)
    seconds = np.zeros((groups, length))
    for group in range(groups):
        own = drawn.contacts.group == group
        seconds[group] = np.diff(_spent_by(edges, arrival[own]) - _spent_by(edges, until[own]))
    seconds = np.maximum(seconds, 0.0)
    place = np.searchsorted(WAIT_EDGES, until - arrival)
    size = groups * length
    waits = np.bincount(place * size + cell, minlength=(len(WAIT_EDGES) + 1) * size)
    return seconds, waits.reshape(-1, groups, length).astype(float)


def _spent_by(edges: Floats, moments: Floats) -> Floats:
    """(edges,): seconds since each of the moments that lie before an edge, added up."""
    ordered = np.sort(moments)
    before = np.searchsorted(ordered, edges)
    return np.asarray(before * edges - np.concatenate([[0.0], np.cumsum(ordered)])[before])


def wait_percentile(waits: Floats, share: float | Floats) -> Floats:
    """(bins, ...) to (...): the wait that this share of contacts does not exceed; NaN where there are none. `share`:
    one number, or (...)."""
    reached = np.cumsum(waits, axis=0)
    wanted = share * reached[-1]
    place = np.argmax(reached >= wanted, axis=0)
    edges = np.concatenate([WAIT_EDGES, [WAIT_EDGES[-1]]])
    high, low = edges[place], np.where(place > 0, edges[np.maximum(place - 1, 0)], 0.0)
    own = np.take_along_axis(waits, place[None], axis=0)[0]
    before = np.take_along_axis(reached, place[None], axis=0)[0] - own
    part = np.divide(wanted - before, own, out=np.zeros_like(own), where=own > 0)
    return np.asarray(np.where(reached[-1] > 0, low + part * (high - low), np.nan))


def _judge(scene: Scene, drawn: Drawn, fate: Fate) -> list[Floats]:
    """Each contact's part in every count, in the order of the count's rows."""
    allowed = _thresholds(scene)[drawn.stream]
    outcome, wait = settle(scene, drawn, fate)
    measured, elapsed = _response(scene, drawn, fate, outcome, wait)
    open_end = (outcome == WAITING) & ~(measured > allowed)
    judged = ~open_end
    answered = outcome == ANSWERED
    left = (outcome == ABANDONED) | (outcome == TURNED_AWAY)
    in_time = measured <= allowed
    deferred = scene.deferred[drawn.contacts.group]
    virtual = np.where(deferred, in_time & answered, fate.virtual_wait <= allowed)
    columns = [
        judged,
        answered & in_time,
        answered,
        left,
        left & in_time,
        virtual & judged,
        np.where(answered, elapsed, 0.0),
        outcome == TURNED_AWAY,
        open_end,
        judged & (left | (elapsed > scene.wait_seconds)),
        fate.lent_by != NOBODY,
    ]
    return [np.asarray(column, dtype=float) for column in columns]


def settle(scene: Scene, drawn: Drawn, fate: Fate) -> tuple[Ints, Floats]:
    """Outcomes and waits in seconds when the horizon is over, (contacts,) each. Contacts whose patience ended before
    it have hung up."""
    contacts = drawn.contacts
    gone = (fate.outcome == WAITING) & (contacts.arrival + contacts.patience_seconds <= scene.grid.end_seconds)
    return np.where(gone, ABANDONED, fate.outcome), np.where(gone, contacts.patience_seconds, fate.wait)


def _thresholds(scene: Scene) -> Floats:
    """(streams,): seconds allowed by each queue's own goal; where it has none, by the group's."""
    own = [stream.queue.goal.threshold_seconds for stream in scene.streams]
    group = [scene.promises[stream.group].threshold_seconds for stream in scene.streams]
    return np.array([next((t for t in pair if t is not None), np.inf) for pair in zip(own, group, strict=True)])


def _response(scene: Scene, drawn: Drawn, fate: Fate, outcome: Ints, wait: Floats) -> tuple[Floats, Floats]:
    """Time compared with the threshold, and time elapsed on the wall: to the answer, or to the end of deferred work.

    Who is still waiting when all is over has waited until the horizon's end.
    """
    arrival = drawn.contacts.arrival
    deferred = scene.deferred[drawn.contacts.group]
    until = np.where(outcome == WAITING, scene.grid.end_seconds, np.where(deferred, fate.finish, arrival + wait))
    elapsed = until - arrival
    measured = elapsed.copy()
    for number, stream in enumerate(scene.streams):
        if stream.queue.work_type == "deferred" and stream.queue.goal.clock == "opening":
            own = drawn.stream == number
            measured[own] = opening_seconds(scene, stream.group, arrival[own], until[own])
    return measured, elapsed


def opening_seconds(scene: Scene, group: int, start: Floats, end: Floats) -> Floats:
    """Seconds of each span, (spans,), from `start` to `end`, that lie in the group's service hours."""
    edges = np.arange(len(scene.grid) + 1) * scene.grid.interval_seconds
    worked = np.concatenate([[0.0], np.cumsum(scene.service_open[group] * scene.grid.interval_seconds)])
    return np.asarray(np.interp(end, edges, worked) - np.interp(start, edges, worked))


def waiting_measures(tallied: Tally) -> tuple[Floats, Floats, Floats]:
    """Mean wait in seconds of the answered, share abandoned, and occupancy of people on the line, (groups, periods)
    each."""
    asa = ratio(tallied.counts[WAITED], tallied.counts[ANSWERS])
    abandoned = ratio(tallied.counts[LEFT], tallied.counts[OFFERED])
    occupancy = np.minimum(1.0, ratio(tallied.busy_seconds, tallied.line_seconds))
    return asa, abandoned, occupancy
