"""A requirement by interval to people required by month."""

from __future__ import annotations

import pandas as pd

from staffplan.clock import local_dates
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import RequiredPeople
from staffplan.tables.requirement import StaffingRequirement


def required_people(
    requirement: StaffingRequirement,
    settings: CapacitySettings,
    *,
    timezone: str,
    interval_minutes: int,
    planned: PlannedDays,
    months: int,
) -> RequiredPeople:
    """Full-time people of each planning group and month: agent-hours on the line over a person's paid hours.

    The share of paid time that is shrinkage is what the requirement adds for people on duty. Shifts are not looked
    at: people are taken to be where the requirement is. A month that is planned in part counts
    its planned days; of one month too many the first or the last is left out, the one with fewer days.
    """
    frame = requirement.frame
    hours = interval_minutes / 60
    rows = pd.DataFrame(
        {
            "site": frame["planning_group"],
            "period": [f"{day:%Y-%m}" for day in local_dates(pd.DatetimeIndex(frame["interval_start"]), timezone)],
            "needed": frame["agents_required"] * hours,
            "on_duty": frame["agents_scheduled"] * hours,
        }
    )
    sums = rows.groupby(["site", "period"])[["needed", "on_duty"]].sum()
    days = pd.Series([f"{day:%Y-%m}" for day in planned.days]).value_counts().sort_index()
    if len(days) > months:
        days = days.iloc[1:] if days.iloc[0] <= days.iloc[-1] else days.iloc[:-1]
    every = pd.MultiIndex.from_product([sorted(set(rows["site"])), days.index], names=["site", "period"])
    sums = sums.reindex(every, fill_value=0.0).reset_index()
    person = sums["period"].map(days) / DAYS_OF_A_WEEK * settings.weekly_hours
    lost = (1 - sums["needed"] / sums["on_duty"].where(sums["on_duty"] > 0)).clip(0.0, 0.99)
    required = sums["needed"] / person
    return RequiredPeople.of(sums[["site", "period"]].assign(required=required, shrinkage=lost), "requirement")
