"""Contacts of a day in worlds of other volumes: the same people call at the same seconds as far as they call at all.

Every interval has contacts in a fixed order. A world takes the first of them: as many as came, or, where their number
is chance, those whose mark lies below the mean, which makes it a Poisson number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.draws import stream_of, work_factors
from staffplan.site import Queue

Floats = NDArray[np.float64]
SPARE = 6.0
"""Standard deviations above the mean up to which contacts are held ready."""


@dataclass(frozen=True)
class QueueDay:
    """A queue's day as planned and as it was, (intervals,) each; handling times are never nan. in_time: contacts that
    were answered in time, nan where that was not measured."""

    queue: Queue
    planned: Floats
    came: Floats
    planned_aht_seconds: Floats
    came_aht_seconds: Floats
    in_time: Floats

    def mean(self, *, level: bool, shape: bool) -> Floats:
        """(intervals,): contacts with the day's total, and its shape, as they were (True) or as planned."""
        total = (self.came if level else self.planned).sum()
        first, other = (self.came, self.planned) if shape else (self.planned, self.came)
        form = first if first.sum() > 0 else other
        return np.asarray(total * form / form.sum()) if form.sum() > 0 else np.zeros_like(form)


@dataclass(frozen=True)
class Ready:
    """(intervals, contacts) of one repetition, in the order in which they are taken: mark, arrival in seconds,
    handling time as a multiple of its mean, patience in seconds. rounding: (intervals,) numbers between 0 and 1."""

    mark: Floats
    arrival: Floats
    work: Floats
    patience: Floats
    rounding: Floats

    def taken(self, day: QueueDay, *, level: bool, shape: bool) -> NDArray[np.bool_]:
        """(intervals, contacts): whether each is there; a number that came is no chance any more."""
        mean = day.mean(level=level, shape=shape)
        if not shape:
            return np.asarray(self.mark < mean[:, None])
        count = np.floor(mean + self.rounding + 1e-9)
        return np.asarray(np.arange(self.mark.shape[1])[None, :] < count[:, None])


def ready(day: QueueDay, settings: SimulateSettings, interval_seconds: float, *, seed: int, repetition: int) -> Ready:
    """Enough contacts for every world."""
    means = [day.mean(level=level, shape=shape) for level in (False, True) for shape in (False, True)]
    most = np.max(means)
    size = (len(day.planned), int(np.ceil(most + SPARE * np.sqrt(most))) + 10)
    rng = stream_of(seed, f"day of {day.queue.name}", repetition)
    mark = np.cumsum(rng.exponential(1.0, size), axis=1)
    arrival = (np.arange(size[0])[:, None] + rng.random(size)) * interval_seconds
    work = work_factors(size[0] * size[1], settings, rng).reshape(size)
    patience = day.queue.patience_seconds
    waits = np.full(size, np.inf) if patience is None else rng.exponential(patience, size)
    return Ready(mark, arrival, work, waits, rng.random(size[0]))
