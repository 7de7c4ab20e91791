"""What a person on queue is worth in each coming interval: a first look at what levers may bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.control.today.levers import Lever
from staffplan.control.today.spans import QUEUE, Shift
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.waits import Coverage

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Marginal:
    """By planning group the contacts in time that a person on queue adds until an instant, (edges,) each."""

    edges: NDArray[np.int64]
    """Nanoseconds since 1970."""
    added: Mapping[str, Floats]

    def gain(self, lever: Lever) -> float:
        """Contacts in time, about, that a lever adds."""
        return sum(self._of(after) - self._of(before) for before, after in lever.changes)

    def between(self, group: str, start: pd.Timestamp, end: pd.Timestamp) -> float:
        """Contacts in time, about, that a person on queue for a group adds between two instants."""
        if group not in self.added:
            return 0.0
        first, last = np.interp([start.value, end.value], self.edges, self.added[group])
        return float(last - first)

    def best(self, groups: Sequence[str], start: pd.Timestamp, end: pd.Timestamp) -> str:
        """The group in which a person is worth most between two instants."""
        return max(groups, key=lambda group: self.between(group, start, end))

    def _of(self, shift: Shift) -> float:
        return sum(self.between(span.group, span.start, span.end) for span in shift.spans if span.activity == QUEUE)


def marginal_of(worth: ServiceWorth, cover: Coverage, since: pd.Timestamp, minutes: int) -> Marginal:
    """From the share in time by the number of people, beside the people there are; before `since` nothing counts.

    The worth of a person is the most that any number more brings, a person, beside half a person fewer. So a person
    is worth something too where one more alone serves nobody in time, and several together do.
    """
    frame = worth.frame[worth.frame["interval_start"] >= since]
    starts = np.unique(frame["interval_start"].astype("int64").to_numpy())
    length = pd.Timedelta(minutes=minutes).value
    edges = np.append(starts, starts[-1] + length) if len(starts) else np.zeros(1, dtype=np.int64)
    there = cover.frame.set_index(["planning_group", "interval_start"])["scheduled"]
    steps: dict[str, Floats] = {}
    for (group, begin), rows in frame.groupby(["planning_group", "interval_start"]):
        start = pd.Timestamp(str(begin))
        people = float(there.get((group, start), 0.0))
        steepest = _steepest(rows["agents"].to_numpy(), rows["in_time"].to_numpy(), max(people - 0.5, 0.0))
        own = steps.setdefault(str(group), np.zeros(len(edges)))
        own[np.searchsorted(starts, start.value) + 1] = float(rows["offered"].iloc[0]) * steepest
    return Marginal(edges, {group: np.cumsum(own) for group, own in steps.items()})


def _steepest(agents: Floats, in_time: Floats, people: float) -> float:
    """The most that the share in time rises from so many people on, a person."""
    more = agents > people
    rise = in_time[more] - np.interp(people, agents, in_time)
    return float((rise / (agents[more] - people)).max(initial=0.0))
