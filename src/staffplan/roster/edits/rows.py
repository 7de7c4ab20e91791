"""The rows of a changed roster in the order that its files had."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from staffplan.tables.roster import Roster, RosterActivities, RosterShifts


def in_order(roster: Roster, before: Roster) -> Roster:
    """The rows by agent, in the order that the roster had, then by day and time."""
    order = {agent_id: n for n, agent_id in enumerate(dict.fromkeys(before.shifts.frame["agent_id"]))}
    shifts, activities = (_sorted(table.frame, order) for table in (roster.shifts, roster.activities))
    return Roster(
        RosterShifts.of(shifts, before.shifts.source), RosterActivities.of(activities, before.activities.source)
    )


def _sorted(frame: pd.DataFrame, order: Mapping[str, int]) -> pd.DataFrame:
    place = frame["agent_id"].map(order).fillna(len(order))
    by = frame.assign(_place=place).sort_values(["_place", "agent_id", "schedule_date", "start"], kind="stable")
    return by.drop(columns="_place").reset_index(drop=True)
