"""What arrived, and the days the calendar knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from staffplan.tables.schema import Column, Table, contacts, handling_time, instant, text
from staffplan.tables.spread import REACH_OF_A_HISTORY

CHANNELS = ("voice", "chat", "email", "social", "callback", "counter")
WORK_TYPE = {
    "voice": "immediate",
    "counter": "immediate",
    "chat": "concurrent",
    "email": "deferred",
    "social": "deferred",
    "callback": "deferred",
}
"""How a channel's contacts wait: seconds (immediate), several at once (concurrent), or hours (deferred)."""


@dataclass(frozen=True)
class ContactHistory(Table):
    """What arrived, by arrival time. A row that is not there is not a zero; the forecast decides what it is."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        contacts("offered"),
        handling_time(optional=True),
        contacts("handled", optional=True),
        contacts("abandoned", optional=True),
        contacts("answered_within_threshold", optional=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "history.csv"
    needs_rows: ClassVar[bool] = True
    mapped: ClassVar[bool] = True
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
    reach: ClassVar[pd.Timedelta] = REACH_OF_A_HISTORY
    work: ClassVar[bool] = True
    decisive: ClassVar[str | None] = "offered"


@dataclass(frozen=True)
class SpecialDays(Table):
    """Days that the calendar should know beside public holidays.

    `kind`: "holiday" (opening hours of holidays apply), "closed" (nothing is open), "event" (open as usual) or
    "ordinary" (a day like any other: it is not asked about, and a public holiday on it does not count).
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("name"),
        text("kind", choices=("holiday", "closed", "event", "ordinary")),
    )
    key: ClassVar[tuple[str, ...]] = ("day",)
    file_name: ClassVar[str] = "special_days.csv"
