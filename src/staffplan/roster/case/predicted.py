"""Contacts in time on each day, by the curves of service and the people who are there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.tables.requirement import ServiceWorth

KEY = ["planning_group", "interval_start"]


def predicted_days(there: pd.Series, worth: ServiceWorth, timezone: str) -> pd.DataFrame:
    """group, day, and contacts: offered, in_time, due to be in time; of every group with curves, days with contacts.

    there: people on queue by planning group and start of interval; 0 where it has none. Between whole people the
    curves are straight.
    """
    rows = []
    for (group, start), curve in worth.frame.sort_values("agents").groupby(KEY):
        first = curve.iloc[0]
        in_time = np.interp(float(there.get((group, start), 0.0)), curve["agents"], curve["in_time"])
        offered = float(first["offered"])
        rows.append((group, start, offered, in_time * offered, float(first["goal_share"]) * offered))
    frame = pd.DataFrame(rows, columns=["group", "start", "offered", "in_time", "due"])
    frame["day"] = local_dates(pd.DatetimeIndex(frame["start"]), timezone)
    days = frame.groupby(["group", "day"], as_index=False)[["offered", "in_time", "due"]].sum()
    return days[days["offered"] > 0].reset_index(drop=True)
