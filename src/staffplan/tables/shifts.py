"""Tables of a mix of shifts and contracts: how many people of which contract work what, before anybody has a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, instant, number, text


@dataclass(frozen=True)
class ShiftCounts(Table):
    """How many people of a contract start which shift on which day, for one planning group."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("planning_group"),
        text("shift"),
        text("work_plan"),
        instant("start"),
        instant("end"),
        number("paid_hours"),
        Column("heads", "count", minimum=1),
    )
    key: ClassVar[tuple[str, ...]] = ("day", "planning_group", "shift", "work_plan")
    file_name: ClassVar[str] = "shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


@dataclass(frozen=True)
class PauseCounts(Table):
    """How many people of a shift begin which of its meals and breaks when; `pause` numbers them in their order."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("planning_group"),
        text("shift"),
        Column("pause", "count", minimum=1),
        text("activity"),
        instant("start"),
        instant("end"),
        Column("heads", "count", minimum=1),
    )
    key: ClassVar[tuple[str, ...]] = ("day", "planning_group", "shift", "pause", "start")
    file_name: ClassVar[str] = "shifts_pauses.csv"


@dataclass(frozen=True)
class ContractHeads(Table):
    """How many people of each contract, for one planning group, what they are paid for in the period, its cost.

    `heads`: people at work in the period. `heads_with_time_off`: people to employ, so that as many are left when the
    share of time off that the roster is to place is away. `rotation_week`, `rotation_day`: where people take turns,
    the week or day of the cycle that they begin with.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("planning_group"),
        text("work_plan"),
        Column("rotation_week", "count", blank=True, minimum=1),
        Column("rotation_day", "count", required=False, blank=True, minimum=1),
        Column("heads", "count", minimum=0),
        Column("heads_with_time_off", "count", minimum=0),
        number("paid_hours"),
        number("hours_per_week"),
        number("cost"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "work_plan", "rotation_week", "rotation_day")
    file_name: ClassVar[str] = "shifts_contracts.csv"


@dataclass(frozen=True)
class PositionShifts(Table):
    """The same shifts given to positions, one for each head: tours that keep every rule of a person's work."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("position"),
        Column("day", "date"),
        text("planning_group"),
        text("work_plan"),
        text("shift"),
        instant("start"),
        instant("end"),
    )
    key: ClassVar[tuple[str, ...]] = ("position", "day")
    file_name: ClassVar[str] = "shifts_positions.csv"
