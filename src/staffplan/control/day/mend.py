"""What would have kept a day's goal: people for an hour here and there, the most useful first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.control.day.people import MINUTE
from staffplan.control.day.worlds import EVERYTHING, GroupDay, Repetition

MINUTES_OF_AN_HOUR = 60
REPETITIONS = 10
MOST_HOURS = 150


@dataclass(frozen=True)
class Mending:
    """hours: people more in each hour of the day, (hours,), counted from its first minute; level: the service level
    with them; is_enough: whether that keeps the goal; cost: of their hours, in the currency of the rate."""

    hours: tuple[int, ...]
    level: float
    is_enough: bool
    cost: float


def mending(day: GroupDay, goal: float, rate: float) -> Mending:
    """An hour of one more person after the other, each in the hour with the most contacts too late, until the day as
    it was would have kept its goal on average. Not the best set of hours, but a short one."""
    minutes = len(day.people.required)
    extra = np.zeros(minutes, dtype=np.int64)
    added = np.zeros(-(-minutes // MINUTES_OF_AN_HOUR), dtype=np.int64)
    while True:
        level, late = _played(day, extra, len(added))
        if level >= goal or added.sum() >= MOST_HOURS or not late.any():
            break
        hour = int(np.argmax(late))
        added[hour] += 1
        extra[hour * MINUTES_OF_AN_HOUR : (hour + 1) * MINUTES_OF_AN_HOUR] += 1
    return Mending(tuple(added.tolist()), level, level >= goal, float(added.sum()) * rate)


def _played(day: GroupDay, extra: np.ndarray, hours: int) -> tuple[float, np.ndarray]:
    """The service level, and (hours,) contacts too late by the hour of their arrival."""
    levels, late = [], np.zeros(hours)
    for number in range(REPETITIONS):
        played = Repetition(day, number, extra)
        contacts, _ = played.contacts(EVERYTHING)
        in_time = played.in_time(EVERYTHING)
        levels.append(in_time.mean() if len(in_time) else 1.0)
        hour = (contacts.arrival[~in_time] // (MINUTES_OF_AN_HOUR * MINUTE)).astype(np.int64)
        late += np.bincount(hour, minlength=hours)[:hours]
    return float(np.mean(levels)), late
