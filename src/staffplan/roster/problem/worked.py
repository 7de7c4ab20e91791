"""A worked day, what it is measured against, and what a rule says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

Works = Mapping[tuple[str, int, str], Any]


@dataclass(frozen=True)
class Worked:
    """One shift of a finished roster. `shift` is its name, "early 08:00", where the settings know it."""

    schedule_date: date
    start: pd.Timestamp
    end: pd.Timestamp
    paid_hours: float
    shift: str = ""
    free: tuple[pd.Timestamp, pd.Timestamp] | None = None
    """Start and end of the free time between the parts of a split shift."""

    @property
    def parts(self) -> tuple[tuple[pd.Timestamp, pd.Timestamp], ...]:
        """Start and end of each part; one, where the shift is not split."""
        if self.free is None:
            return ((self.start, self.end),)
        return ((self.start, self.free[0]), (self.free[1], self.end))

    @property
    def family(self) -> str:
        return self.shift.rsplit(" ", 1)[0]


@dataclass(frozen=True)
class Agreed:
    """What one person's finished work is measured against."""

    period_first: date
    period_days: int
    weekly_hours_min: tuple[float, ...]
    """For each week of the period, time off credited."""
    weekly_hours_max: tuple[float, ...]
    days_per_week_max: int
    timezone: str = "UTC"
    week_first: date | None = None
    """First day of the calendar week in which the period begins; None: weeks are blocks from its first day on."""
    past_from: date | None = None
    """First day from which the person's shifts before the period are known; None: not at all."""

    @property
    def period_last(self) -> date:
        return self.period_first + timedelta(days=self.period_days - 1)

    @property
    def first_week(self) -> date:
        """First day of the first week."""
        return self.period_first if self.week_first is None else self.week_first


@dataclass(frozen=True)
class Violation:
    """Where a rule is not kept. `amount`: how much of it, for a soft rule that is priced. `lacks`: too little is
    worked, which a further shift never makes worse."""

    day: date
    message: str
    amount: float = 1.0
    lacks: bool = False
