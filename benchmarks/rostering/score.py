"""What any roster of a center covers, counted from its activities and the requirement alone.

Time is counted in quarter hours, on which every start, end and pause of these centers lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rostering.centers import Center
from staffplan.tables.roster import Roster

SLOT = pd.Timedelta(minutes=15)
SLOT_HOURS = 0.25


@dataclass(frozen=True)
class Worth:
    """Hours missing and too many on queue, and what they cost by the center's weights."""

    required_hours: float
    understaffed_hours: float
    overstaffed_hours: float
    cost: float


def worth(center: Center, roster: Roster) -> Worth:
    """Hours after the period's last day count for nothing; before it, those on queue while closed are too many."""
    need = center.requirement.frame
    local = need["interval_start"].dt.tz_convert(center.site.calendar.timezone)
    first, end = local.min().normalize(), local.max().normalize() + pd.DateOffset(days=1)
    zero, slots = first.tz_convert("UTC"), int((end - first) / SLOT)
    groups = sorted(need["planning_group"].unique())
    required = np.zeros((len(groups), slots))
    interval = pd.Timedelta(minutes=center.site.calendar.interval_minutes)
    starts = _slots(need["interval_start"], zero)
    for step in range(int(interval / SLOT)):
        required[need["planning_group"].map(groups.index).to_numpy(), starts + step] = need["agents_on_queue"]
    there = _on_queue(roster, groups, zero, slots)
    short = float(np.maximum(required - there, 0).sum()) * SLOT_HOURS
    surplus = float(np.maximum(there - required, 0).sum()) * SLOT_HOURS
    weights = center.settings.understaffing_weight, center.settings.overstaffing_weight
    return Worth(float(required.sum()) * SLOT_HOURS, short, surplus, weights[0] * short + weights[1] * surplus)


def _on_queue(roster: Roster, groups: list[str], zero: pd.Timestamp, slots: int) -> np.ndarray:
    """(groups, slots): people on queue."""
    rows = roster.activities.frame
    rows = rows[rows["activity"] == "queue"]
    change = np.zeros((len(groups), slots + 1))
    group = rows["planning_group"].map(groups.index).to_numpy(dtype=int)
    for sign, column in ((1, "start"), (-1, "end")):
        np.add.at(change, (group, np.minimum(_slots(rows[column], zero), slots)), sign)
    return change.cumsum(axis=1)[:, :-1]


def _slots(instants: pd.Series, zero: pd.Timestamp) -> np.ndarray:
    since = instants - zero
    if (since % SLOT != pd.Timedelta(0)).any():
        raise ValueError("a time of the roster does not lie on a quarter of an hour")
    return (since // SLOT).to_numpy(dtype=np.int64)
