"""A mix of shifts as a roster of positions, so that it can be played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from staffplan.clock import local_dates
from staffplan.roster.shifts.step import MixOfShifts
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

SHIFT = ["day", "planning_group", "shift"]
Span = tuple[pd.Timestamp, pd.Timestamp, str]
"""Start, end and activity."""


def roster_of_positions(mix: MixOfShifts, timezone: str) -> Roster:
    """Each position's shifts on queue, less its pauses: the first position of a shift has the first of each pause.

    What is paid is counted by the mix; here every activity is.
    """
    positions, paid = mix.positions.frame, mix.shifts.frame[[*SHIFT, "work_plan", "paid_hours"]]
    shifts = positions.merge(paid, on=[*SHIFT, "work_plan"], how="left").rename(columns={"position": "agent_id"})
    shifts = shifts.rename(columns={"day": "schedule_date"})
    rows = [row for key, own in positions.groupby(SHIFT) for row in _of_shift(own, _pauses(mix, key))]
    if not rows:
        return Roster(RosterShifts.empty(), RosterActivities.empty())
    frame = pd.DataFrame(rows)
    dates = pd.to_datetime(pd.Series(local_dates(pd.DatetimeIndex(frame["start"]), timezone)))
    activities = RosterActivities.of(frame.assign(activity_date=dates, paid="yes"))
    named = shifts[["agent_id", "schedule_date", "shift", "start", "end", "paid_hours"]]
    return Roster(RosterShifts.of(named), activities)


def _pauses(mix: MixOfShifts, key: Any) -> list[list[Span]]:
    """The pauses of one shift in their order, each with the spans of its heads, the earliest first."""
    frame = mix.pauses.frame
    own = frame[(frame[SHIFT] == list(key)).all(axis=1)].sort_values(["pause", "start"])
    each = own.loc[own.index.repeat(own["heads"].astype(int))]
    spans = ["start", "end", "activity"]
    return [list(zip(*(rows[name] for name in spans), strict=True)) for _, rows in each.groupby("pause")]


def _of_shift(positions: pd.DataFrame, pauses: list[list[Span]]) -> Iterator[dict[str, object]]:
    """The activities of all positions of one shift of one day."""
    for place, row in enumerate(positions.to_dict("records")):
        named = {"agent_id": row["position"], "schedule_date": row["day"]}
        on_queue = {**named, "activity": "queue", "planning_group": row["planning_group"]}
        begun = row["start"]
        for start, end, activity in (spans[place] for spans in pauses if place < len(spans)):
            if start > begun:
                yield {**on_queue, "start": begun, "end": start}
            yield {**named, "start": start, "end": end, "activity": activity, "planning_group": ""}
            begun = end
        if row["end"] > begun:
            yield {**on_queue, "start": begun, "end": row["end"]}
