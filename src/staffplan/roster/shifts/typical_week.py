"""One week that stands for all weeks of a requirement: by weekday and time of day their mean or their maximum."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, local_dates, midnight, minute_of_day, wall_instant, weekday_of
from staffplan.errors import DataError, Problem
from staffplan.tables.requirement import StaffingRequirement

DAYS_OF_A_WEEK = 7


def typical_week(
    requirement: StaffingRequirement, timezone: str, how: Literal["mean", "maximum"]
) -> StaffingRequirement:
    """The week from the first day on whose days all have 24 hours, with the need of all weeks.

    The mean is of the days on which the group is staffed at that time: a closed holiday does not thin it out. Raises
    DataError where there is not a whole week.
    """
    frame = requirement.frame
    starts = pd.DatetimeIndex(frame["interval_start"])
    days = local_dates(starts, timezone)
    if len(days) == 0 or (max(days) - min(days)).days + 1 < DAYS_OF_A_WEEK:
        message = "has less than a week, so that no typical week can be made of it"
        raise DataError(Problem(requirement.source, message, "plan it as it is: --weeks each"))
    first = min(days)
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
    return type(requirement).of(week.assign(model=f"{how} of the weeks", **blank), requirement.source)


def _changes_the_clock(first: date, timezone: str) -> bool:
    begin, end = (midnight(first + timedelta(days=d), timezone) for d in (0, DAYS_OF_A_WEEK))
    return bool(end - begin != pd.Timedelta(days=DAYS_OF_A_WEEK))
