"""Calls played against agents: an event loop of its own, which shares nothing with the product's simulation.

Calls are answered in order of arrival by the agent who has been free longest. Who has been waiting longer than their
patience hangs up. An agent answers from the start to the end of a stretch and finishes the call that is going on
when it ends; the next stretch then begins late. As no call overtakes another, each can be settled in turn: it takes
the earliest moment at which an agent is free, or is gone by then.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from real_calls.calls import DAY_SECONDS, MINUTES, Calls, Floats

Duty = Sequence[Sequence[tuple[float, float]]]
"""Of each agent the stretches on the line, start and end in seconds, in order."""
WITHIN_SECONDS = 20.0
LEAST_OF_A_DAY = 0.75


class Played(NamedTuple):
    """What happened to each call, (calls,): whether it was answered, and the wait until then or until it hung up."""

    answered: np.ndarray
    wait_seconds: Floats


class _Agents:
    """Agents by the moment at which each is free next, the longest free first."""

    def __init__(self, duty: Duty) -> None:
        self._later = [list(reversed(stretches)) for stretches in duty]
        self._free: list[tuple[float, float, int]] = []
        """Free from, until, agent."""
        for agent in range(len(duty)):
            self.free(agent, -np.inf, -np.inf)

    def free(self, agent: int, since: float, until: float) -> None:
        """Free from `since` on, in the stretch that lasts `until` or in the first that lasts longer."""
        while since >= until:
            if not self._later[agent]:
                return
            start, until = self._later[agent].pop()
            since = max(since, start)
        heapq.heappush(self._free, (since, until, agent))

    def next_from(self, second: float) -> tuple[float, float, int] | None:
        """The first who is free at this second or after it: since when, until when, who."""
        while self._free and self._free[0][1] <= second:
            _, until, agent = heapq.heappop(self._free)
            self.free(agent, until, until)
        return self._free[0] if self._free else None

    def busy(self, until_second: float) -> None:
        """The first of them works until this second."""
        _, until, agent = heapq.heappop(self._free)
        self.free(agent, until_second, until)


def play(calls: Calls, duty: Duty) -> Played:
    agents = _Agents(duty)
    answered, waits = np.zeros(len(calls.second), dtype=bool), calls.patience.copy()
    for number, (second, patience, handling) in enumerate(zip(*(part.tolist() for part in calls), strict=True)):
        found = agents.next_from(second)
        if found is not None and (wait := max(0.0, found[0] - second)) <= patience:
            answered[number], waits[number] = True, wait
            agents.busy(second + wait + handling)
    return Played(answered, waits)


@dataclass(frozen=True)
class Service:
    """What callers met, of one replay or the mean of several."""

    level: float
    """Answered within 20 s / (offered less abandoned within 20 s)."""
    asa_seconds: float
    abandoned: float
    intervals_below: float
    """Half-hours below the goal, as a share of those with calls."""
    days_kept: float
    days_below_75: float
    lowest_day: float


def service_of(calls: Calls, played: Played, goal: float) -> Service:
    days, halves = (_levels(calls.second // length, played) for length in (DAY_SECONDS, 60.0 * MINUTES))
    return Service(
        level=float(_levels(np.zeros(len(calls.second)), played)[0]),
        asa_seconds=float(played.wait_seconds[played.answered].mean()),
        abandoned=float(1 - played.answered.mean()),
        intervals_below=float((halves < goal).mean()),
        days_kept=float((days >= goal).sum()),
        days_below_75=float((days < LEAST_OF_A_DAY).sum()),
        lowest_day=float(days.min()),
    )


def _levels(period: Floats, played: Played) -> Floats:
    """(periods with calls,): service levels; `period`, (calls,): the number of each call's."""
    soon = played.wait_seconds <= WITHIN_SECONDS
    places = np.unique(period, return_inverse=True)[1]
    good, counted = (np.bincount(places, weights=each) for each in (soon & played.answered, played.answered | ~soon))
    return good[counted > 0] / counted[counted > 0]


def mean_of(services: Iterable[Service]) -> Service:
    found = list(services)
    return Service(*(float(np.mean([getattr(one, field.name) for one in found])) for field in fields(Service)))


def duty_of_heads(heads: np.ndarray, starts: Floats) -> Duty:
    """Agent k is on the line in every half-hour with more than k heads. `heads`, `starts` seconds: (half-hours,)."""
    duty = []
    for agent in range(int(heads.max(initial=0))):
        at = starts[heads > agent]
        edge = np.flatnonzero(np.diff(at) > 60.0 * MINUTES)
        first, last = at[np.append(0, edge + 1)], at[np.append(edge, len(at) - 1)] + 60.0 * MINUTES
        duty.append(list(zip(first.tolist(), last.tolist(), strict=True)))
    return duty
