"""The compiled judge of a requirement: one line, so many agents in each interval, customer after customer.

Agents of a line are alike, so that no event loop is needed: a heap tells when each agent is free next, customers are
taken in order of arrival, and each starts when the first agent is free (J. Kiefer, J. Wolfowitz, On the theory of
queues with many servers, Transactions of the American Mathematical Society 78, 1955). When the number of agents
drops, those who are free leave at once, then whoever is free first, after the contact in hand. Customers who hang up
keep their place until their turn comes, which gives the wait of one who would never have hung up.

Chance is counted, not drawn in order: a contact's fortune is a hash of seed, repetition, interval and number, so that
the same contacts meet every requirement. Of each hash, 16 bits choose one of 65,536 equally likely gaps, handling
times and patiences from a table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.simulate.outcomes import ANSWERS, IN_TIME, LEFT, LEFT_IN_TIME, OFFERED, VIRTUAL_IN_TIME, WAITED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TABLE_SIZE = 65_536
MEASURES = 8
"""Columns of a count: those of simulate.outcomes up to the seconds waited, then the seconds of agents busy."""
BUSY = 7

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BITS = np.uint64(0xFFFF)
_16, _27, _30, _31, _32, _48 = (np.uint64(shift) for shift in (16, 27, 30, 31, 32, 48))


class Span(NamedTuple):
    """An interval as the judge sees it: when, whether those still waiting at its end are turned away, and for each
    queue contacts a second (queues, repetitions), mean handling time and patience, and seconds allowed (queues,)."""

    number: int
    start: float
    end: float
    closes: bool
    rates: Floats
    work: Floats
    patience: Floats
    allowed: Floats


class Crowd(NamedTuple):
    """Contacts of all repetitions in order of arrival; those of one are from `first[r]` on, up to `first[r + 1]`."""

    first: Ints
    arrival: Floats
    work: Floats
    patience: Floats
    queue: Ints


@njit(cache=True, inline="always")
def _mixed(state: np.uint64) -> np.uint64:
    """The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators,
    OOPSLA 2014)."""
    state = (state ^ (state >> _30)) * _FIRST
    state = (state ^ (state >> _27)) * _SECOND
    mixed: np.uint64 = state ^ (state >> _31)
    return mixed


@njit(cache=True, inline="always")
def _start_of(seed: np.uint64, repetition: int, interval: int) -> np.uint64:
    start: np.uint64 = _mixed(_mixed(seed + np.uint64(repetition) * _GOLDEN) + np.uint64(interval) * _GOLDEN)
    return start


@njit(cache=True)
def _count_new(seed: np.uint64, span: Span, gaps: Floats) -> Ints:
    """(repetitions,): contacts that arrive in the interval."""
    counts = np.zeros(span.rates.shape[1], dtype=np.int64)
    for r in range(len(counts)):
        rate = span.rates[:, r].sum()
        if rate <= 0.0:
            continue
        state, time = _start_of(seed, r, span.number), span.start
        while True:
            state += _GOLDEN
            time += gaps[np.int64(_mixed(state) & _BITS)] / rate
            if time >= span.end:
                break
            counts[r] += 1
    return counts


@njit(cache=True)
def draw(seed: np.uint64, span: Span, waiting: Crowd, gaps: Floats, handling: Floats) -> Crowd:
    """Those who wait from before, and behind them those who arrive in the interval.

    `gaps` and `handling`: tables of quantiles with mean 1; patience is exponential as the gaps are. Both are
    (TABLE_SIZE,).
    """
    counts = _count_new(seed, span, gaps)
    repetitions = len(counts)
    first = np.zeros(repetitions + 1, dtype=np.int64)
    for r in range(repetitions):
        first[r + 1] = first[r] + counts[r] + waiting.first[r + 1] - waiting.first[r]
    size = first[repetitions]
    made = Crowd(first, np.empty(size), np.empty(size), np.empty(size), np.empty(size, dtype=np.int64))
    for r in range(repetitions):
        place = first[r]
        for old in range(waiting.first[r], waiting.first[r + 1]):
            made.arrival[place], made.work[place] = waiting.arrival[old], waiting.work[old]
            made.patience[place], made.queue[place] = waiting.patience[old], waiting.queue[old]
            place += 1
        rate = span.rates[:, r].sum()
        state, time = _start_of(seed, r, span.number), span.start
        for new in range(place, first[r + 1]):
            state += _GOLDEN
            chance = _mixed(state)
            time += gaps[np.int64(chance & _BITS)] / rate
            queue, share = 0, np.float64(chance >> _48) / TABLE_SIZE * rate - span.rates[0, r]
            while share >= 0.0 and queue < len(span.work) - 1:
                queue += 1
                share -= span.rates[queue, r]
            made.arrival[new], made.queue[new] = time, queue
            made.work[new] = span.work[queue] * handling[np.int64((chance >> _16) & _BITS)]
            made.patience[new] = span.patience[queue] * gaps[np.int64((chance >> _32) & _BITS)]
    return made


@njit(cache=True, inline="always")
def _rise(heap: Floats, place: int, time: float) -> None:
    """Put a time in at a free place, and let it rise to where it belongs."""
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent] <= time:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = time


@njit(cache=True, inline="always")
def _sift_down(heap: Floats, size: int, time: float) -> None:
    """Put a time in place of the first. The hole goes all the way down, without a branch to guess, as a time just
    begun belongs near the bottom; then the time rises to its place."""
    place, last = 0, (size - 2) >> 1
    while place <= last:
        child = 2 * place + 1
        child += int(heap[min(child + 1, size - 1)] < heap[child])
        heap[place] = heap[child]
        place = child
    _rise(heap, place, time)


@njit(cache=True, inline="always")
def _change_agents(heap: Floats, before: int, agents: int, now: float) -> None:
    for size in range(before, agents):
        _rise(heap, size, now)
    for size in range(before - 1, agents - 1, -1):
        _sift_down(heap, size, heap[size])


@njit(cache=True, inline="always")
def _busy_from_before(heap: Floats, agents: int, start: float, end: float) -> float:
    """Seconds in the interval for which agents handle what they began before it."""
    seconds = 0.0
    for place in range(agents):
        seconds += max(0.0, min(heap[place], end) - start)
    return seconds


@njit(cache=True, inline="always")
def count_contact(row: Floats, wait: float, patience: float, allowed: float) -> None:
    """Add one contact to the counts `row`, (MEASURES,). `wait`, in seconds, is that of a customer who never hangs
    up."""
    row[OFFERED] += 1.0
    if wait <= allowed:
        row[VIRTUAL_IN_TIME] += 1.0
    if wait <= patience:
        row[ANSWERS] += 1.0
        row[WAITED] += wait
        if wait <= allowed:
            row[IN_TIME] += 1.0
    else:
        row[LEFT] += 1.0
        if patience <= allowed:
            row[LEFT_IN_TIME] += 1.0


@njit(cache=True, inline="always")
def count_turned_away(row: Floats, waited: float, patience: float, allowed: float) -> None:
    """Add one contact that is turned away at closing to the counts `row`, (MEASURES,); times in seconds."""
    row[OFFERED] += 1.0
    row[LEFT] += 1.0
    if min(waited, patience) <= allowed:
        row[LEFT_IN_TIME] += 1.0


@njit(cache=True)
def trial(span: Span, crowd: Crowd, heaps: Floats, before: int, agents: int, first: int, last: int) -> Floats:
    """(last - first, MEASURES): what becomes of the interval's own contacts in these repetitions, with so many agents
    from its start on; nothing is changed. Who waits beyond its end meets the same number of agents there."""
    counts, heap = np.zeros((last - first, MEASURES)), np.empty(max(before, agents) + 1)
    for r in range(first, last):
        heap[:before] = heaps[r, :before]
        _change_agents(heap, before, agents, span.start)
        row = counts[r - first]
        row[BUSY] = _busy_from_before(heap, agents, span.start, span.end)
        for place in range(crowd.first[r], crowd.first[r + 1]):
            arrival, patience = crowd.arrival[place], crowd.patience[place]
            allowed, own = span.allowed[crowd.queue[place]], arrival >= span.start
            start = max(arrival, span.start, heap[0]) if agents > 0 else np.inf
            if start >= span.end and span.closes:
                if own:
                    count_turned_away(row, span.end - arrival, patience, allowed)
                continue
            if own:
                count_contact(row, start - arrival, patience, allowed)
            if agents > 0 and start - arrival <= patience:
                row[BUSY] += max(0.0, min(start + crowd.work[place], span.end) - start)
                _sift_down(heap, agents, start + crowd.work[place])
    return counts


@njit(cache=True)
def play(
    span: Span, crowd: Crowd, heaps: Floats, before: int, agents: int, length: float, numbers: Ints, counts: Floats
) -> Crowd:
    """Let the interval pass with so many agents; gives those who wait at its end.

    `heaps` (repetitions, room) is brought up to its end; what becomes of each contact is added to `counts`
    (intervals, repetitions, MEASURES) where it arrived: `numbers` gives the row of each interval of `length` seconds.
    """
    repetitions = len(crowd.first) - 1
    stay = np.zeros(repetitions + 1, dtype=np.int64)
    now = numbers[np.int64(span.start / length + 0.5)]
    for r in range(repetitions):
        heap = heaps[r]
        _change_agents(heap, before, agents, span.start)
        counts[now, r, BUSY] += _busy_from_before(heap, agents, span.start, span.end)
        stay[r] = crowd.first[r + 1]
        for place in range(crowd.first[r], crowd.first[r + 1]):
            arrival, patience = crowd.arrival[place], crowd.patience[place]
            start = max(arrival, span.start, heap[0]) if agents > 0 else np.inf
            row = counts[numbers[np.int64(arrival / length)], r]
            if start >= span.end:
                if not span.closes:
                    stay[r] = place
                    break
                count_turned_away(row, span.end - arrival, patience, span.allowed[crowd.queue[place]])
                continue
            count_contact(row, start - arrival, patience, span.allowed[crowd.queue[place]])
            if start - arrival <= patience:
                finish = start + crowd.work[place]
                counts[now, r, BUSY] += min(finish, span.end) - start
                _sift_down(heap, agents, finish)
    left: Crowd = those_from(crowd, stay)
    return left


@njit(cache=True)
def those_from(crowd: Crowd, stay: Ints) -> Crowd:
    """Contacts of each repetition from the place `stay`, (repetitions + 1,), on."""
    repetitions = len(crowd.first) - 1
    first = np.zeros(repetitions + 1, dtype=np.int64)
    for r in range(repetitions):
        first[r + 1] = first[r] + crowd.first[r + 1] - stay[r]
    size = first[repetitions]
    left = Crowd(first, np.empty(size), np.empty(size), np.empty(size), np.empty(size, dtype=np.int64))
    for r in range(repetitions):
        place = first[r]
        for old in range(stay[r], crowd.first[r + 1]):
            left.arrival[place], left.work[place] = crowd.arrival[old], crowd.work[old]
            left.patience[place], left.queue[place] = crowd.patience[old], crowd.queue[old]
            place += 1
    return left
