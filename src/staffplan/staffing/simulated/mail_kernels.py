# mypy: disallow-untyped-decorators=False
"""The compiled judges of work that waits hours: customer after customer, and as a fluid for the search.

Times are counted in intervals from the start of a grid without gaps; closed intervals have no agents. Work is done
first come, first served; what is in hand when an agent goes home is set aside and goes on, as in `simulate`, with
the next who is free. The fluid forgets that a contact is one agent's: what is done by the end of an interval is what
the agents can do, or all there is. It tells in milliseconds what an agent more or fewer changes.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from staffplan.process.compiler import njit
from staffplan.staffing.simulated.kernels import Floats, Ints

SAMPLES = np.array([0.25, 0.75])
"""Moments of an interval, as shares of it, at which the fluid's contacts are followed."""
TIE = 1e-9


class Fluid(NamedTuple):
    """All repetitions: work that came before each interval (repetitions, intervals + 1), in agent-intervals; contacts
    of each queue (repetitions, queues, intervals); and by when what comes at each of SAMPLES must be done, interval
    and share of it, (queues, samples, intervals) each: an interval beyond the grid where that is later."""

    came: Floats
    counts: Floats
    due: Ints
    due_part: Floats


@njit(cache=True)
def finish_times(first: Ints, arrival: Floats, work: Floats, agents: Ints) -> Floats:
    """(contacts,): when each is done; infinite where the grid ends before. `first[r]` begins repetition r, whose
    contacts come by arrival; `agents` (intervals,)."""
    finish, left = np.full(len(arrival), np.inf), work.copy()
    for r in range(len(first) - 1):
        hand, aside = [(0.0, 0)], [0]
        hand.pop()
        aside.pop()
        waiting, end = first[r], first[r + 1]
        for interval in range(len(agents)):
            if waiting == end and not hand and not aside:
                break
            while len(hand) > agents[interval]:
                done, contact = heapq.heappop(hand)
                left[contact] = done - interval
                heapq.heappush(aside, contact)
            now, free = float(interval), agents[interval] - len(hand)
            while now < interval + 1:
                while free > 0 and (aside or (waiting < end and arrival[waiting] <= now)):
                    if aside:
                        contact = heapq.heappop(aside)
                    else:
                        contact, waiting = waiting, waiting + 1
                    heapq.heappush(hand, (now + left[contact], contact))
                    free -= 1
                comes = arrival[waiting] if free > 0 and waiting < end else np.inf
                over = hand[0][0] if hand else np.inf
                now = min(comes, over)
                if over <= comes and over < interval + 1:
                    done, contact = heapq.heappop(hand)
                    finish[contact] = done
                    free += 1
    return finish


@njit(cache=True)
def done_by(came: Floats, agents: Ints) -> Floats:
    """(repetitions, intervals + 1): fluid work done before each interval."""
    done = np.zeros(came.shape)
    for r in range(len(came)):
        for interval in range(len(agents)):
            done[r, interval + 1] = min(done[r, interval] + agents[interval], came[r, interval + 1])
    return done


@njit(cache=True, inline="always")
def _in_time(fluid: Fluid, done: Floats, r: int, queue: int, interval: int) -> float:
    """The share of an interval's contacts that is done when it is due."""
    share, samples = 0.0, fluid.due.shape[1]
    before, after = fluid.came[r, interval], fluid.came[r, interval + 1]
    for sample in range(samples):
        due = fluid.due[queue, sample, interval]
        if due >= len(done) - 1:
            share += 1.0
            continue
        by_then = done[due] + fluid.due_part[queue, sample, interval] * (done[due + 1] - done[due])
        if by_then + TIE >= before + (sample + 0.5) / samples * (after - before):
            share += 1.0
    return float(share / samples)


@njit(cache=True)
def contacts_in_time(fluid: Fluid, done: Floats) -> Floats:
    """(intervals,): contacts that came in each and are in time, over all repetitions and queues."""
    good = np.zeros(fluid.counts.shape[2])
    for r in range(fluid.counts.shape[0]):
        for queue in range(fluid.counts.shape[1]):
            for interval in range(fluid.counts.shape[2]):
                if fluid.counts[r, queue, interval] > 0.0:
                    own = _in_time(fluid, done[r], r, queue, interval)
                    good[interval] += own * fluid.counts[r, queue, interval]
    return good


@njit(cache=True)
def _follow(before: Floats, after: Floats, came: Floats, agents: Ints, places: Ints, more: int, until: Ints) -> None:
    """Fill `after`, which is as `before`, with the work done when there are `more` agents at some places, and `until`
    with where nothing differs any more after each; places passed on the way to another's end share it."""
    place = 0
    while place < len(places):
        interval, first = places[place], place
        while interval < len(agents):
            there = agents[interval]
            if place < len(places) and places[place] == interval:
                there, place = there + more, place + 1
            after[interval + 1] = min(after[interval] + there, came[interval + 1])
            interval += 1
            if after[interval] == before[interval]:
                break
        until[first:place] = interval


@njit(cache=True)
def change(fluid: Fluid, done: Floats, agents: Ints, places: Ints, more: int, keep: bool) -> Floats:
    """(intervals,): by how many more contacts of each are in time with `more` agents at some places, in order; `done`
    is only brought up to that where it is to be kept."""
    gained, until = np.zeros(fluid.counts.shape[2]), np.zeros(len(places), dtype=np.int64)
    queues = fluid.counts.shape[1]
    first = np.zeros((queues, len(places)), dtype=np.int64)
    for queue in range(queues):
        first[queue] = np.searchsorted(fluid.due[queue, -1], places)
    for r in range(len(done)):
        before, after = done[r], done[r].copy()
        _follow(before, after, fluid.came[r], agents, places, more, until)
        for queue in range(queues):
            came = 0
            for place in range(len(places)):
                came = max(came, first[queue, place])
                while came < len(gained) and fluid.due[queue, 0, came] <= until[place]:
                    if fluid.counts[r, queue, came] > 0.0:
                        shift = _in_time(fluid, after, r, queue, came) - _in_time(fluid, before, r, queue, came)
                        gained[came] += shift * fluid.counts[r, queue, came]
                    came += 1
        if keep:
            before[:] = after
    return gained
