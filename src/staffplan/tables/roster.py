"""Named shifts and what happens inside them; changes, broken rules and their prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from staffplan.tables.schema import Column, Table, instant, number, text
from staffplan.tables.spread import LONGEST_SHIFT


@dataclass(frozen=True)
class RosterShifts(Table):
    """One row for each agent and day worked. `paid_hours` excludes unpaid meals and the free time of a split shift,
    which lasts from the start of its first part to the end of its second.

    `premium_hours` tells the hours by kind, "night:2.5;sunday:8"; a shift over midnight keeps its first day.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True, required=False),
        Column("schedule_date", "date"),
        text("shift"),
        instant("start"),
        instant("end"),
        number("paid_hours", 0, LONGEST_SHIFT / pd.Timedelta(hours=1)),
        text("premium_hours", blank=True, required=False),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date")
    twice: ClassVar[str] = (
        "keep one of the two rows; a split shift is one row from the start of its first part to the end of its "
        "second, and its free time a row of roster_activities.csv with the activity split"
    )
    file_name: ClassVar[str] = "roster_shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
    longest: ClassVar[pd.Timedelta] = LONGEST_SHIFT
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date", "start")


BREAKS = ("break", "meal")
SPLIT = "split"
"""Free time between the parts of a split shift: not paid, and not on site."""
ABSENCE = "absence"
ACTIVITIES = ("queue", *BREAKS, "meeting", "training", ABSENCE, SPLIT)


@dataclass(frozen=True)
class RosterActivities(Table):
    """What happens inside each shift, without gaps. On queue, `planning_group` says for whom. `split`: the free time
    between the parts of a split shift."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("schedule_date", "date"),
        Column("activity_date", "date"),
        instant("start"),
        instant("end"),
        text("activity", choices=ACTIVITIES),
        text("planning_group", blank=True),
        text("paid", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "start")
    file_name: ClassVar[str] = "roster_activities.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
    longest: ClassVar[pd.Timedelta] = LONGEST_SHIFT
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date", "activity_date", "start")


@dataclass(frozen=True)
class Roster:
    """A named roster: shifts and what happens inside them. The solver's bound travels on its result."""

    shifts: RosterShifts
    activities: RosterActivities


def on_site(shifts: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """agent_id, schedule_date, start and end of everybody's time in a shift; a row for each part of a split one."""
    columns = ["agent_id", "schedule_date", "start", "end"]
    free = activities.loc[activities["activity"] == SPLIT, columns].sort_values("start")
    if free.empty:
        return shifts[columns]
    gaps = {key: list(zip(own["start"], own["end"], strict=True)) for key, own in free.groupby(columns[:2])}
    rows = []
    for *key, start, end in zip(*(shifts[name] for name in columns), strict=True):
        edges = [start, *(at for gap in gaps.get(tuple(key), ()) for at in gap), end]
        rows += [(*key, *part) for part in zip(edges[::2], edges[1::2], strict=True)]
    return pd.DataFrame(rows, columns=columns).astype(shifts[columns].dtypes.to_dict())


@dataclass(frozen=True)
class RosterChanges(Table):
    """What a repair makes different, person by person, the person whose changes bring most first.

    `number` counts the people: 0 for what an absence itself takes away. `before` and `after` tell the shift and its
    local times, or "off"; `missing_hours` those that are missing on queue from the repair's time on once all changes
    up to this person are made.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count"),
        text("agent_id"),
        text("name", blank=True),
        Column("schedule_date", "date"),
        text("change", choices=("absent", "shift gone", "shift new", "shift moved", "work inside")),
        text("before"),
        text("after"),
        text("reason"),
        number("missing_hours"),
    )
    key: ClassVar[tuple[str, ...]] = ("number", "agent_id", "schedule_date", "change")
    file_name: ClassVar[str] = "roster_changes.csv"


@dataclass(frozen=True)
class RosterBreaches(Table):
    """Every broken rule of a roster: who, when, which rule, and what is so."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id", blank=True),
        Column("schedule_date", "date", blank=True),
        text("rule"),
        text("message"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date", "rule", "message")
    file_name: ClassVar[str] = "check.csv"


@dataclass(frozen=True)
class RulePrices(Table):
    """What could be gained by changing one rule: hours missing on queue, now and then. `place` 0 is as it is.

    `hours_missing`: in the best roster found, which no roster beats by more than to `hours_missing_least`. Gains are
    the differences to place 0, of what was found and of what is proven at least; the true gain lies, proven, between
    `gained_least` and `gained_most`.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("place", "count", minimum=0),
        text("rule"),
        text("change"),
        number("hours_missing", 0),
        number("hours_missing_least", 0),
        number("gained_found", None),
        number("gained_bound", None),
        number("gained_least", 0),
        number("gained_most", 0),
    )
    key: ClassVar[tuple[str, ...]] = ("place",)
    file_name: ClassVar[str] = "rule_prices.csv"
