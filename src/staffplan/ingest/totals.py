"""Rows that are totals of a day, a week or a month: what they are, and how a profile spreads them over intervals."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem
from staffplan.tables.history import ContactHistory

Period = Literal["day", "week", "month"]
SHORTEST_DAY_HOURS, DAYS_OF_A_WEEK, SHORTEST_MONTH_DAYS = 23, 7, 28
FEW_ROWS, ROWS_OF_A_WEEK = 3, 7
"""Rows that can show a distance; and distances that show it where the rows are not at midnight."""


def period_of(frame: pd.DataFrame, timezone: str) -> Period | None:
    """What each row is a total of, where no two rows of a queue are less than a day apart; None for intervals.

    A queue that has rows all at one time of the day, and no others, is taken for one of totals: an hour that is open
    alone on each day would look the same.
    """
    distances = frame.sort_values(["queue", "interval_start"]).groupby("queue")["interval_start"].diff().dropna()
    if len(distances) < FEW_ROWS - 1 or distances.min() < pd.Timedelta(hours=SHORTEST_DAY_HOURS):
        return None
    local = pd.DatetimeIndex(frame["interval_start"]).tz_convert(timezone)
    times = [
        set((index.hour * 60 + index.minute).tolist()) for index in (local, pd.DatetimeIndex(frame["interval_start"]))
    ]
    if min(len(found) for found in times) > 1 or ({0} not in times and len(distances) < ROWS_OF_A_WEEK):
        return None
    days = np.rint(distances.dt.total_seconds().to_numpy(dtype=float) / 86400)
    if days.min() >= SHORTEST_MONTH_DAYS:
        return "month"
    return "week" if (days % DAYS_OF_A_WEEK == 0).all() else "day"


def refuse_totals(history: ContactHistory, timezone: str) -> None:
    """Raise DataError where the rows are totals of days or longer: none of them is one interval's contacts."""
    period = period_of(history.frame, timezone)
    if period is not None:
        first = history.frame["interval_start"].min().tz_convert(timezone)
        message = (
            f"the rows are totals by {period} (one a {period}, each at {first:%H:%M}), not contacts of intervals"
        )
        hint = "export by 15, 30 or 60 minutes; or spread the totals: staffplan ingest FILE --profile "
        hint += "typical_week.xlsx; of a center open for one interval a day: input.totals = false"
        raise DataError(Problem(f"{history.source}:interval_start", message, hint))
