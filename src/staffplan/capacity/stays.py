"""Stays of people, and the time they spent in each band of tenure in each month of the year.

Stays that go on are known to be longer only; people who left before everybody was written down are not known at all,
so those who stayed count from that day on alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.capacity.cohorts import Floats
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.workforce_history import WorkforceHistory

DAYS_OF_A_MONTH = 365.25 / 12
Days = NDArray[np.int64]


@dataclass(frozen=True)
class Stays:
    """(stays,) each: numbers of days since 1970."""

    start: Days
    entered: Days
    """First day on which a leaver would be known."""
    end: Days
    """First day on which the person is not there, or is not known to be."""
    left: NDArray[np.bool_]
    known_until: int
    """The last day that is known."""

    @classmethod
    def of(cls, history: WorkforceHistory, settings: CapacitySettings) -> Self:
        """The stays that the settings' days leave; later starts are left out, later leavers are still there."""
        start, leave = (_numbers(history.frame[name]) for name in ("start", "leave"))
        gone = history.frame["leave"].notna().to_numpy()
        latest = int(max(start.max(), leave[gone].max(initial=0)))
        until = latest if settings.known_until is None else number_of(settings.known_until)
        since = int(start.min()) if settings.known_from is None else number_of(settings.known_from)
        end = np.where(gone, leave, until) + 1
        left = gone & (end - 1 <= until)
        entered, end = np.maximum(start, since), np.minimum(end, until + 1)
        known = (start <= until) & (end > entered)
        return cls(start[known], entered[known], end[known], left[known], until)

    def before(self, day: int) -> Stays:
        """What was known at the end of the day before."""
        known = (self.start < day) & (self.entered < day)
        end = np.minimum(self.end, day)
        left = self.left & (self.end <= day)
        return Stays(self.start[known], self.entered[known], end[known], left[known], day - 1)

    def since(self, day: int) -> Stays:
        """What happened from the day on."""
        later = self.end > day
        entered = np.maximum(self.entered, day)
        return Stays(self.start[later], entered[later], self.end[later], self.left[later], self.known_until)

    @property
    def present(self) -> NDArray[np.bool_]:
        """(stays,): who is still there."""
        return np.asarray(~self.left & (self.end == self.known_until + 1))

    def tenure_days(self) -> Floats:
        """(people present,): days since their start."""
        return np.asarray(self.known_until + 1 - self.start[self.present], dtype=float)


@dataclass(frozen=True)
class Exposure:
    """(bands, 12) each: days spent in a band of tenure in January, ..., and people who left there and then."""

    days: Floats
    left: Floats


def exposure_of(stays: Stays, edges: Floats) -> Exposure:
    """edges: (bands - 1,) ends of the bands of tenure but the last, in days."""
    lower, upper = np.concatenate([[0.0], edges]), np.concatenate([edges, [np.inf]])
    days, left = np.zeros((len(lower), 12)), np.zeros((len(lower), 12))
    if not len(stays.start):
        return Exposure(days, left)
    first, last = (day_of(int(day)) for day in (stays.entered.min(), stays.end.max()))
    for month in pd.period_range(first, last, freq="M"):
        begin, after = (number_of(day.date()) for day in (month.start_time, (month + 1).start_time))
        low = np.maximum(stays.entered, begin) - stays.start
        high = np.minimum(stays.end, after) - stays.start
        inside = high > low
        spent = np.minimum(high[inside], upper[:, None]) - np.maximum(low[inside], lower[:, None])
        days[:, month.month - 1] += np.maximum(spent, 0.0).sum(axis=1)
    gone = stays.left
    months = pd.to_datetime(stays.end[gone] - 1, unit="D").month.to_numpy() - 1
    bands = np.searchsorted(edges, stays.end[gone] - 1 - stays.start[gone], side="right")
    np.add.at(left, (bands, months), 1.0)
    return Exposure(days, left)


def _numbers(days: pd.Series) -> Days:
    """(rows,): days since 1970; 0 for none."""
    return np.asarray(days.fillna(pd.Timestamp(0)).to_numpy().astype("datetime64[D]").astype(np.int64))


def number_of(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def day_of(number: int) -> date:
    """The day so many days after the first one of 1970."""
    return date(1970, 1, 1) + timedelta(days=number)
