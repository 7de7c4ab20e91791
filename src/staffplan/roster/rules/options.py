"""What a rule's solver and search forms see of the candidate shifts: clock times, nights, families, as arrays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import wall_instant
from staffplan.roster.problem.machine import Ints
from staffplan.roster.problem.problem import Period, RosterProblem

DAY_OFF = -(2**40)
"""Label of a day off beside labels that are times."""
MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True)
class Night:
    """What makes a night shift: `minutes` or more between `begin` and `end`, minutes after a midnight."""

    begin: int
    end: int
    minutes: int


def start_minutes(problem: RosterProblem) -> Ints:
    """(days, options): elapsed minutes from the day's first slot to the start."""
    period = problem.period
    return ((problem.option_slot - period.day_slot[:-1]) * period.slot_minutes).T


def length_minutes(problem: RosterProblem) -> Ints:
    """(options,)"""
    return np.array([option.slots * problem.period.slot_minutes for option in problem.options], dtype=np.int64)


def day_minutes(period: Period) -> Ints:
    """(days,): length of each local day, 1380, 1440 or 1500."""
    return np.diff(period.day_slot) * period.slot_minutes


def clock_starts(problem: RosterProblem) -> Ints:
    """(days, options): start on the wall clock, minutes after midnight."""
    period = problem.period
    slots = problem.option_slot.ravel()
    instants = period.start + pd.to_timedelta(slots * period.slot_minutes, unit="min")
    local = pd.DatetimeIndex(instants).tz_convert(period.timezone)
    return np.asarray(local.hour * 60 + local.minute, dtype=np.int64).reshape(problem.option_slot.shape).T


def of_families(problem: RosterProblem, families: Collection[str]) -> NDArray[np.bool_]:
    """(options,)"""
    return np.array([option.family in families for option in problem.options], dtype=bool)


def night_options(problem: RosterProblem, night: Night) -> NDArray[np.bool_]:
    """(days, options): the option is a night shift on the day; of a split one both parts count together."""
    period = problem.period
    start = problem.option_slot.T * period.slot_minutes
    gone = [next((p for p in option.pauses if p.splits), None) for option in problem.options]
    free = np.array([(0, 0) if one is None else (one.earliest, one.earliest + one.slots) for one in gone]).T
    away, back = start + free[0] * period.slot_minutes, start + free[1] * period.slot_minutes
    inside = _night_minutes(start, start + length_minutes(problem), period, night)
    return np.asarray(inside - _night_minutes(away, back, period, night) >= night.minutes, dtype=bool)


def _night_minutes(first: Ints, last: Ints, period: Period, night: Night) -> Ints:
    """(days, options): minutes of the night from `first` to `last`, minutes from the period's start."""
    inside = np.zeros(first.shape, dtype=np.int64)
    for d in range(-1, period.days + 2):
        day = period.first_day + timedelta(days=d)
        edges = [wall_instant(day, minute, period.timezone) for minute in (night.begin, night.end)]
        begin, end = ((edge - period.start) // pd.Timedelta(minutes=1) for edge in edges)
        inside += np.maximum(np.minimum(last, end) - np.maximum(first, begin), 0)
    return inside


def minutes_from_start(instant: pd.Timestamp, period: Period) -> int:
    """Whole minutes from the period's first instant, rounded up."""
    return int(-((period.start - instant) // pd.Timedelta(minutes=1)))
