"""One week that stands for all weeks of a requirement: by weekday and time of day their mean or their maximum."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, midnight, minute_of_day, wall_instant, weekday_of
from staffplan.errors import DataError, Problem
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement


def typical_week(
    requirement: StaffingRequirement, site: Site, how: Literal["mean", "maximum"]
) -> tuple[StaffingRequirement, Site]:
    """The week from the first day on whose days all have 24 hours, with the need of all weeks; the site in that week.

    The mean is of the days on which the group is staffed at that time: a closed holiday does not thin it out. Raises
    DataError where there is not a whole week.
    """
    frame, timezone = requirement.frame, site.calendar.timezone
    starts = pd.DatetimeIndex(frame["interval_start"])
    planned = site.days_of(starts)
    if planned.number < DAYS_OF_A_WEEK:
        message = "has less than a week, so it has no typical week"
        raise DataError(Problem(requirement.source, message, "plan it unchanged: --week each"))
    first = planned.first
    while _changes_the_clock(first, timezone):
        first += timedelta(days=DAYS_OF_A_WEEK)
    by_time = frame.assign(
        day=(weekday_of(starts, timezone) - first.weekday()) % DAYS_OF_A_WEEK, minute=minute_of_day(starts, timezone)
    )
    heads = ["agents_required", "agents_on_queue", "agents_scheduled", "offered", "aht_seconds", "load_erlangs"]
    wanted = "mean" if how == "mean" else "max"
    grouped = by_time.groupby(["planning_group", "day", "minute"], as_index=False)
    week = grouped.agg({"channel": "first", **dict.fromkeys(heads, wanted)})
    times = [
        int(day) * MINUTES_PER_DAY + int(minute) for day, minute in zip(week["day"], week["minute"], strict=True)
    ]
    week["interval_start"] = [wall_instant(first, minute, timezone) for minute in times]
    blank = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    made = type(requirement).of(week.assign(model=f"{how} of the weeks", **blank), requirement.source)
    usual = replace(site.calendar, special_days={})
    return made, replace(site, calendar=usual, planned=PlannedDays(first, DAYS_OF_A_WEEK))


def _changes_the_clock(first: date, timezone: str) -> bool:
    begin, end = (midnight(first + timedelta(days=d), timezone) for d in (0, DAYS_OF_A_WEEK))
    return bool(end - begin != pd.Timedelta(days=DAYS_OF_A_WEEK))
