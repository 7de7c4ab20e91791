"""Where a finished roster has fewer people on queue than required; nothing here knows how it was made."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster


def uncovered(roster: Roster, requirement: StaffingRequirement, site: Site) -> pd.DataFrame:
    """Intervals with fewer people on queue than required, counted to the second."""
    need = requirement.frame
    length = site.calendar.interval_minutes * 60
    zero = need["interval_start"].min()
    begin = _seconds(need["interval_start"], zero)
    queue = roster.activities.frame[roster.activities.frame["activity"] == "queue"]
    present = np.zeros(len(need), dtype=np.int64)
    for group in need["planning_group"].unique():
        rows = np.flatnonzero((need["planning_group"] == group).to_numpy())
        mine = queue[queue["planning_group"] == group]
        starts, ends = _seconds(mine["start"], zero), _seconds(mine["end"], zero)
        for sign, at in ((1, begin[rows] + length), (-1, begin[rows])):
            present[rows] += sign * (_elapsed(at, starts) - _elapsed(at, ends))
    found = need[["interval_start", "planning_group"]].assign(
        required=need["agents_on_queue"],
        scheduled=present / length,
        missing=need["agents_on_queue"] - present / length,
    )
    return found[found["missing"] > 1e-9].reset_index(drop=True)


def _seconds(instants: pd.Series, zero: pd.Timestamp) -> np.ndarray:
    return ((instants - zero) // pd.Timedelta(seconds=1)).to_numpy(dtype=np.int64)


def _elapsed(at: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """(instants,): seconds from each mark to the instant, for the marks before it, added up."""
    marks = np.sort(marks)
    before = np.searchsorted(marks, at)
    summed = np.concatenate([[0], np.cumsum(marks)])
    return np.asarray(before * at - summed[before], dtype=np.int64)
