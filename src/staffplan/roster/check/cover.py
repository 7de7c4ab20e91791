"""How a roster covers its requirement. Works on any roster, whoever made it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage


def coverage(roster: Roster, requirement: StaffingRequirement, site: Site) -> Coverage:
    """Required (agents_on_queue) against scheduled for every interval and group, from any roster.

    Somebody on queue for a part of an interval counts as that part. Simulated columns stay blank.
    """
    needed = requirement.frame[["interval_start", "planning_group", "agents_on_queue", "offered"]]
    grid = needed["interval_start"].min() if len(needed) else pd.Timestamp(0, tz="UTC")
    activities = roster.activities.frame
    queue = activities[activities["activity"] == "queue"]
    there = scheduled(queue, grid, pd.Timedelta(minutes=site.calendar.interval_minutes))
    both = needed.merge(there, how="outer", on=["interval_start", "planning_group"])
    both["required"] = both["agents_on_queue"].fillna(0.0)
    both["scheduled"] = both["scheduled"].fillna(0.0)
    both["net"] = both["scheduled"] - both["required"]
    both = both[(both["required"] > 0) | (both["scheduled"] > 0)]
    return Coverage.of(both[["interval_start", "planning_group", "required", "scheduled", "net", "offered"]])


def scheduled(spans: pd.DataFrame, grid: pd.Timestamp, length: pd.Timedelta) -> pd.DataFrame:
    """interval_start, planning_group, scheduled (parts of an interval as parts); `grid` is any interval's start."""
    step = length.as_unit("ns").value
    zero = grid.as_unit("ns").value
    start = spans["start"].to_numpy(dtype="datetime64[ns]").astype(np.int64) - zero
    end = spans["end"].to_numpy(dtype="datetime64[ns]").astype(np.int64) - zero
    counts = np.maximum(-(-end // step) - start // step, 0)
    row = np.repeat(np.arange(len(spans)), counts)
    since = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = (start[row] // step + since) * step
    part = (np.minimum(end[row], at + step) - np.maximum(start[row], at)) / step
    frame = pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(at + zero, tz="UTC").as_unit("ns"),
            "planning_group": spans["planning_group"].to_numpy(dtype=object)[row],
            "scheduled": part,
        }
    )
    summed = frame.groupby(["interval_start", "planning_group"], as_index=False)["scheduled"].sum()
    summed["scheduled"] = summed["scheduled"].round(9)
    return pd.DataFrame(summed)
