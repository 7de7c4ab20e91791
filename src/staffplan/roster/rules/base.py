"""Days and weeks as the rules count them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Worked


def past_midnight(problem: RosterProblem) -> NDArray[np.bool_]:
    """(days, options): the shift runs into the next day."""
    slots = np.array([option.slots for option in problem.options], dtype=np.int64)
    return np.asarray((problem.option_slot + slots[:, None] > problem.period.day_slot[1:]).T)


def runs_in(problem: RosterProblem, person: Person) -> bool:
    """Whether a shift from before the period runs into its first day."""
    return any(shift.end > problem.period.start for shift in person.past)


def last_day(shift: Worked, timezone: str) -> date:
    """The local day of its last moment."""
    last: date = (shift.end - pd.Timedelta(1, unit="ns")).tz_convert(timezone).date()
    return last


def weeks(period: Period) -> Iterator[tuple[int, range]]:
    for week in range(period.weeks):
        yield week, period.week_days(week)


def last_of_week(period: Period) -> NDArray[np.bool_]:
    """(days,): the day is the last of its week, or of the period."""
    week = [period.week_of(day) for day in range(period.days)]
    return np.append(np.diff(week) > 0, True)


def week_of(day: date, agreed: Agreed) -> int:
    return (day - agreed.first_week).days // 7


def begin_of(week: int, agreed: Agreed) -> date:
    """First day of a week that lies in the period."""
    return max(agreed.first_week + timedelta(weeks=week), agreed.period_first)


def in_period(worked: Sequence[Worked], agreed: Agreed) -> list[Worked]:
    return [w for w in worked if 0 <= (w.schedule_date - agreed.period_first).days < agreed.period_days]


def in_weeks(worked: Sequence[Worked], agreed: Agreed) -> list[Worked]:
    """Shifts of the period, and those before it in the calendar week in which it begins."""
    return [w for w in worked if agreed.first_week <= w.schedule_date <= agreed.period_last]


def of_first_week(person: Person, period: Period) -> list[Worked]:
    """Shifts before the period in the calendar week in which it begins."""
    return [w for w in person.past if period.week_first is not None and w.schedule_date >= period.week_first]


def span(first: date, last: date) -> str:
    """Days in words: "2-8 Nov 2026"."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{begin}-{last.day} {last:%b %Y}"
