"""How many people are needed in each interval, and what one more is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from staffplan.tables.history import CHANNELS
from staffplan.tables.schema import (
    CLOSED,
    MOST_AGENTS,
    MOST_CONTACTS,
    Column,
    Table,
    handling_time,
    instant,
    number,
    text,
)

PEOPLE = ("load_erlangs", "agents_required", "agents_on_queue", "agents_scheduled")


@dataclass(frozen=True)
class StaffingRequirement(Table):
    """People needed in every staffed interval of every planning group.

    `agents_required`: on the line. `agents_on_queue`: people the roster must show on queue, grossed up by
    the shrinkage a roster does not place itself (sickness, lateness). `agents_scheduled`: on duty, grossed
    up by all shrinkage. `service_level` to `abandon_rate` are what `model` predicts for agents_required.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        text("channel", choices=CHANNELS),
        number("offered", 0, 1000 * MOST_CONTACTS),
        handling_time(),
        *(number(name, 0, MOST_AGENTS) for name in PEOPLE),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("occupancy", 0, 1, blank=True),
        number("abandon_rate", 0, 1, blank=True),
        text("model"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "requirement.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
    needs_rows: ClassVar[bool] = True
    without_rows: ClassVar[str] = CLOSED


@dataclass(frozen=True)
class PeopleNeeded(StaffingRequirement):
    """A requirement of which a roster alone is made, by hand or by another tool: what else there is may be blank.

    Where it has `agents_required` and no `agents_on_queue`, these are taken from the former.
    """

    columns: ClassVar[tuple[Column, ...]] = tuple(
        replace(column, required=column.name in ("interval_start", "planning_group", "agents_on_queue"))
        for column in StaffingRequirement.columns
    )


@dataclass(frozen=True)
class LineNeeded(StaffingRequirement):
    """A requirement made elsewhere that tells the people on the line and not those on queue."""

    columns: ClassVar[tuple[Column, ...]] = tuple(
        replace(column, required=column.name in ("interval_start", "planning_group", "agents_required"))
        for column in StaffingRequirement.columns
    )
    file_name: ClassVar[str] = ""


@dataclass(frozen=True)
class ServiceWorth(Table):
    """What each further person on queue is worth to the promise, in every interval.

    One row for each number of `agents` on queue (as `agents_on_queue` counts them), from 0 up to where nothing more
    is gained. `in_time`: share of the `offered` contacts that is served as promised with so many, where `goal_share`
    is promised; where there is no work it is 1. `floor`: the fewest who must be there. Of groups whose work waits
    hours the last row has the people who keep the promise together: `offered` is then in people, all of them due.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        Column("agents", "count", minimum=0, maximum=MOST_AGENTS),
        number("offered", 0, 1000 * MOST_CONTACTS),
        number("in_time", 0, 1),
        number("goal_share", 0, 1),
        Column("floor", "count", minimum=0, maximum=MOST_AGENTS),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start", "agents")
    file_name: ClassVar[str] = "service_worth.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
