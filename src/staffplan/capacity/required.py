"""A requirement by interval to people required by month or week."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import local_dates
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.settings.capacity import CapacitySettings
from staffplan.site import Queue
from staffplan.tables.requirement import StaffingRequirement


@dataclass(frozen=True)
class Span:
    """Days that are planned, and the periods that they are cut into."""

    planned: PlannedDays
    periods: int
    """How many are wanted; of one too many the first or the last is left out, the one with fewer days."""
    weekly: bool

    @property
    def name_of(self) -> Callable[[date], str]:
        """The period of a day: "2027-07", or the Monday of its week, "2027-07-05"."""
        return _week if self.weekly else _month

    def days(self) -> pd.Series:
        """Days planned of each period, by its name."""
        days = pd.Series([self.name_of(day) for day in self.planned.days]).value_counts().sort_index()
        if len(days) > self.periods:
            days = days.iloc[1:] if days.iloc[0] <= days.iloc[-1] else days.iloc[:-1]
        return days


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _week(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def required_people(
    requirement: StaffingRequirement,
    settings: CapacitySettings,
    *,
    timezone: str,
    interval_minutes: int,
    span: Span,
) -> pd.DataFrame:
    """Full-time people of each planning group and period: site, period, required, shrinkage.

    Agent-hours on the line over the hours that one person is paid in the planned days of the period. Shrinkage is the
    share of agents on duty who are not on the line; blank where nobody is on duty.
    """
    frame = requirement.frame
    hours = interval_minutes / 60
    rows = pd.DataFrame(
        {
            "site": frame["planning_group"],
            "period": _periods(pd.DatetimeIndex(frame["interval_start"]), timezone, span),
            "needed": frame["agents_required"] * hours,
            "on_duty": frame["agents_scheduled"] * hours,
        }
    )
    sums = rows.groupby(["site", "period"])[["needed", "on_duty"]].sum()
    days = span.days()
    every = pd.MultiIndex.from_product([sorted(set(rows["site"])), days.index], names=["site", "period"])
    sums = sums.reindex(every, fill_value=0.0).reset_index()
    person = sums["period"].map(days) / DAYS_OF_A_WEEK * settings.weekly_hours
    lost = (1 - sums["needed"] / sums["on_duty"].where(sums["on_duty"] > 0)).clip(0.0, 0.99)
    return sums[["site", "period"]].assign(required=sums["needed"] / person, shrinkage=lost)


def _periods(starts: pd.DatetimeIndex, timezone: str, span: Span) -> list[str]:
    days = local_dates(starts, timezone)
    names = {day: span.name_of(day) for day in set(days)}
    return [names[day] for day in days]


def events_of(queues: Iterable[Queue], span: Span) -> Mapping[tuple[str, str], str]:
    """By site and period: which queues open or end then."""
    found: dict[tuple[str, str], list[str]] = {}
    for queue in queues:
        for day, word in ((queue.opens, "opens"), (queue.ended, "ends")):
            if isinstance(day, date) and span.planned.contains(day):
                key = (queue.planning_group or queue.name, span.name_of(day))
                found.setdefault(key, []).append(f"{queue.name} {word} on {day}")
    return {key: "; ".join(sorted(words)) for key, words in found.items()}
