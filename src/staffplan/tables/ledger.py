"""What a ledger holds of a published plan beside the plan's own tables, and what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.forecast import BANDS
from staffplan.tables.history import CHANNELS
from staffplan.tables.schema import MOST_CONTACTS, Column, Table, handling_time, instant, number, text

STATISTICAL, OVERRIDE = "statistical", "override"
STANDBY = "standby"
TOLD = ("shift new", "shift gone", "shift moved", "work inside", STANDBY)
"""What may change in a person's day: the shift, breaks and queues inside it, or standby."""


@dataclass(frozen=True)
class PublishedForecast(Table):
    """A forecast as it was published: what the statistics said, and what each override made of it, apart.

    The row with override 0 has the statistical forecast. Where a planner changed an interval there is a row for each
    override, with who and why; the last one is what counted. Bounds of a value that an override replaced are moved
    with the mean, as the overrides move them.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        text("channel", choices=CHANNELS),
        text("source", choices=(STATISTICAL, OVERRIDE)),
        Column("override", "count", minimum=0),
        number("offered", 0, 100 * MOST_CONTACTS),
        handling_time(),
        *(number(band) for band in BANDS),
        text("method"),
        text("who", blank=True),
        text("why", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start", "override")
    file_name: ClassVar[str] = "published_forecast.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)


@dataclass(frozen=True)
class RosterTold(Table):
    """Days of people that differ from what was published last. `before` and `after` are in words, local times.

    `who` and `why` are of the last change by hand of the day, where the log of the plan has one.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True),
        Column("schedule_date", "date"),
        text("change", choices=TOLD),
        text("before"),
        text("after"),
        text("who", required=False, blank=True),
        text("why", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date", "change")
    file_name: ClassVar[str] = "roster_told.csv"


@dataclass(frozen=True)
class RosterMessages(Table):
    """A message for each person whose days differ: `days` of them, as text."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True),
        Column("days", "count", minimum=1),
        text("message"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "roster_messages.csv"
