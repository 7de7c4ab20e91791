"""Deferred work (mail, cases): what must be finished by when, and the levellest staffing that finishes it.

Work is a fluid, done first come, first served. What arrives in an interval can be worked on from its end, and only
while the group is open. Deadlines put a floor under the cumulative work done, arrivals a ceiling over it; any
staffing between the two keeps the promise. The taut string between floor and ceiling has the lowest peak and the
least variation of all of them (J. D. Salehi, Z.-L. Zhang, J. Kurose, D. Towsley, Supporting stored video: reducing
rate variability and end-to-end resource requirements through optimal smoothing, IEEE/ACM Transactions on Networking
6, 1998, where the floor is what a player consumes and the ceiling what its buffer holds). Heads are whole, so the
string is followed from above, by its slope rounded up at most, and what is done early is taken off later that day.

Everywhere below, work and capacity are counted in agent-intervals, and time in intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.taut import taut_string

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]
TIE = 1e-9
"""Heads round up only beyond this: 30.000000001 is 30."""


@dataclass(frozen=True)
class DeferredWork:
    """Work of each interval of a grid: how much, from which interval on it can be done, by whose end it is due.

    Arrays (intervals,). `due` may lie beyond the grid (not due in it); ready <= due; `ready` never falls.
    """

    work: Array
    ready: Indices
    due: Indices
    is_open: Flags


def whole_heads(heads: float) -> float:
    """Whole heads, rounded up, a tie kept a tie: 21 / 0.7 is 30."""
    return math.ceil(heads - TIE * max(1.0, abs(heads)))


def constant_agents(deferred: DeferredWork) -> int:
    """Fewest agents, the same in every open interval, that finish everything in time.

    Of all stretches from one arrival to one deadline, the one whose work fills most of its open time decides.
    Raises ValueError where something is due before the group opens.
    """
    opened = np.concatenate([[0], np.cumsum(deferred.is_open)])
    # First come, first served: what came before must be done by then as well.
    soonest = np.minimum.accumulate(np.where(deferred.work > 0, deferred.due, deferred.due.max())[::-1])[::-1]
    inside = (soonest < len(deferred.is_open)) & (deferred.work > 0)
    start, end = opened[deferred.ready[inside]], opened[soonest[inside] + 1]
    total = np.concatenate([[0.0], np.cumsum(deferred.work[inside])])
    most = 0.0
    for first in range(len(start)):
        length = end[first:] - start[first]
        if length[0] <= 0:
            raise ValueError("work is due before anyone is there to do it")
        most = max(most, float(np.max((total[first + 1 :] - total[first]) / length)))
    return int(whole_heads(most))


def corridor(deferred: DeferredWork, share: float) -> tuple[Array, Array]:
    """Floor and ceiling of the cumulative work done, (open intervals + 1,) each, at the ends of open intervals.

    `share` of the work of every interval must be done by its deadline, and all that came before it: the rest of an
    interval may be late, but no hour's customers are given up for another's.
    """
    opened = np.concatenate([[0], np.cumsum(deferred.is_open)])
    count, grid = int(opened[-1]), len(deferred.is_open)
    arrived = np.cumsum(deferred.work)
    floor, ceiling = np.zeros(count + 1), np.zeros(count + 2)
    due = (deferred.due < grid) & (deferred.work > 0)
    owed = arrived - (1.0 - share) * deferred.work
    np.maximum.at(floor, opened[deferred.due[due] + 1], owed[due])
    ready = deferred.ready < grid
    np.maximum.at(ceiling, opened[deferred.ready[ready]] + 1, arrived[ready])
    ceiling = np.maximum.accumulate(ceiling)[: count + 1]
    return np.minimum(np.maximum.accumulate(floor), ceiling), ceiling


def level_agents(
    deferred: DeferredWork, *, share: float, minimum: int, stretch: Indices, available: Array | float = 1.0
) -> Array:
    """Agents in every open interval, (open intervals,): levelled, whole, never below `minimum` who are available.

    `available`, (open intervals,) or one number, is the share of an agent who is there: then heads are rounded once,
    with shrinkage in them, and what that gives too much is taken off the next intervals.
    `stretch` numbers the local day of each open interval: within a day and a straight piece of the string the higher
    number of heads comes first, so that the work done never falls below the string, and so keeps every deadline.
    """
    floor, ceiling = corridor(deferred, share)
    if len(floor) == 1:
        return np.zeros(0)
    points, heights = taut_string(floor, ceiling)
    path = np.interp(np.arange(len(floor)), points, heights)
    ends = _ends_of_stretches(points, stretch)
    agents, done = np.zeros(len(floor) - 1), 0.0
    for position, (end, part) in enumerate(zip(ends.tolist(), np.broadcast_to(available, len(ends)), strict=True)):
        even, there = (path[end] - done) / (end - position), ceiling[position + 1] - done
        agents[position] = whole_heads(max(minimum, even if even < there else there) / part)
        done = min(done + agents[position] * part, ceiling[position + 1])
    return agents


def _ends_of_stretches(points: Indices, stretch: Indices) -> Indices:
    """(open intervals,): for each, where its piece of the string or its day ends, whichever comes first."""
    breaks = np.union1d(points[1:], np.flatnonzero(np.diff(stretch)) + 1)
    return np.asarray(breaks[np.searchsorted(breaks, np.arange(len(stretch)), side="right")], dtype=np.int64)


@dataclass(frozen=True)
class Finished:
    """What a staffing does with deferred work; `done` is cumulative, (open intervals + 1,)."""

    done: Array
    agents: Array
    position: Indices
    """Place in the grid of each open interval."""

    def when(self, amount: Array) -> Array:
        """Time at which this much work is done, (amounts,), in intervals from the grid's start; inf if never."""
        number = np.searchsorted(self.done[1:], amount - TIE, side="left")
        there = number < len(self.agents)
        times = np.full(amount.shape, np.inf)
        at = number[there]
        rest = np.maximum(0.0, amount[there] - self.done[at])
        times[there] = self.position[at] + np.minimum(1.0, rest / np.maximum(self.agents[at], TIE))
        return times


def work_off(deferred: DeferredWork, agents: Array) -> Finished:
    """Let `agents` (open intervals,) work first come, first served, as far as there is work."""
    _, ceiling = corridor(deferred, 1.0)
    done = np.zeros(len(ceiling))
    for position, heads in enumerate(agents.tolist()):
        done[position + 1] = min(done[position] + heads, ceiling[position + 1])
    return Finished(done, agents, np.flatnonzero(deferred.is_open).astype(np.int64))
