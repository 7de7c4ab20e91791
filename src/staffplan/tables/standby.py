"""Who stands by when, and who was called in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import LARGEST_RATE, Column, Table, instant, number, text


@dataclass(frozen=True)
class Standby(Table):
    """One row for each person and day of a standby duty. `hours`: from its start to its end, as they pass. `amount`:
    what it pays, in the currency of its settings."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("standby"),
        text("agent_id"),
        text("name", blank=True, required=False),
        Column("schedule_date", "date"),
        instant("start"),
        instant("end"),
        number("hours", 0, 49, required=False, blank=True),
        number("amount", 0, LARGEST_RATE, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("standby", "agent_id", "schedule_date")
    file_name: ClassVar[str] = "standby.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date", "start")


@dataclass(frozen=True)
class CallOuts(Table):
    """One row for each time that somebody who stood by was called: work, from `start` to `end`, on the way too where
    it is paid. Where the roster has a shift of the person then, the shift pays the time."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("standby"),
        text("agent_id"),
        instant("start"),
        instant("end"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "start")
    file_name: ClassVar[str] = "call_outs.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
