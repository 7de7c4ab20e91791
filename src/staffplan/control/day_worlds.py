"""The service level of a day in which some things happened as planned and others as they did.

The service level of a day is that of its intervals by a queueing model, weighted by their contacts. Where nobody
hangs up (Erlang C) and fewer agents are there than the load, nobody is answered in time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.staffing.models.erlang import erlang_a, erlang_c

Floats = NDArray[np.float64]
CAUSES = ("volume", "shape", "handling time", "people")
"""How many contacts came in all, how they were spread over the day, how long each took, who was there."""
VOLUME, SHAPE, HANDLING, PEOPLE = range(len(CAUSES))
SHORTEST_SECONDS = 1e-9
"""In place of a handling time of zero, which no line has."""


@dataclass(frozen=True)
class Line:
    """How the wait is told: answered within so many seconds; patience in seconds, infinite where nobody hangs up."""

    within_seconds: float
    interval_seconds: float
    patience_seconds: float = np.inf

    def service_level(self, offered: Floats, aht_seconds: Floats, agents: Floats) -> Floats:
        """(intervals,): share answered in time of those who did not hang up before; 0 where nobody is there."""
        load = offered * aht_seconds / self.interval_seconds
        aht, within = np.maximum(aht_seconds, SHORTEST_SECONDS), self.within_seconds
        if np.isfinite(self.patience_seconds):
            patience = self.patience_seconds
            line = erlang_a(load, agents, aht_seconds=aht, answer_within_seconds=within, patience_seconds=patience)
            return np.where(agents > 0, np.nan_to_num(line.service_level()), 0.0)
        stable = agents > load
        shown = np.where(stable, load, 0.0), np.where(stable, agents, 1.0)
        line = erlang_c(*shown, aht_seconds=aht, answer_within_seconds=within)
        return np.where(stable, line.service_level(), 0.0)


@dataclass(frozen=True)
class Day:
    """A queue's day: contacts, handling time in seconds and agents, (intervals,) each. Where no contact came the
    handling time may be nan."""

    offered: Floats
    aht_seconds: Floats
    agents: Floats


@dataclass(frozen=True)
class TwoDays:
    """A day as planned and as it was, over the same intervals."""

    planned: Day
    actual: Day
    line: Line

    def service_level(self, happened: Collection[int]) -> float:
        """Of the world in which these of CAUSES are as they were, all others as planned."""
        level = (self.actual if VOLUME in happened else self.planned).offered.sum()
        offered = level * self._shape(actual=SHAPE in happened)
        aht = self._handling(actual=HANDLING in happened)
        agents = (self.actual if PEOPLE in happened else self.planned).agents
        served = self.line.service_level(offered, aht, agents)
        return float((offered * served).sum() / offered.sum())

    def _shape(self, *, actual: bool) -> Floats:
        """(intervals,): the part of the day's contacts; that of the other day where one has none."""
        first, second = (self.actual, self.planned) if actual else (self.planned, self.actual)
        offered = first.offered if first.offered.sum() > 0 else second.offered
        return np.asarray(offered / offered.sum())

    def _handling(self, *, actual: bool) -> Floats:
        """(intervals,): seconds; where one day has none, the other's, then its own mean."""
        first, second = (self.actual, self.planned) if actual else (self.planned, self.actual)
        own = np.where(np.isnan(first.aht_seconds), second.aht_seconds, first.aht_seconds)
        return np.where(np.isnan(own), np.nanmean(own), own)
