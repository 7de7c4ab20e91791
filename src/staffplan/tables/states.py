"""What people really did, as the telephone system logs it, and how that fits what they were rostered for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.errors import Problem
from staffplan.tables.roster import ABSENCE
from staffplan.tables.schema import Column, Table, instant, number, text
from staffplan.tables.spread import LONGEST_SHIFT

WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("queue", "available", "ready", "on queue", "idle"), "queue"),
        **dict.fromkeys(("talking", "talk", "on call", "hold", "busy", "wrap-up", "acw", "after-call work"), "queue"),
        **dict.fromkeys(("break",), "break"),
        **dict.fromkeys(("meal", "lunch"), "meal"),
        **dict.fromkeys(("meeting",), "meeting"),
        **dict.fromkeys(("training",), "training"),
        **dict.fromkeys((ABSENCE, "absent", "late", "sick", "offline", "logged out"), ABSENCE),
    }
)
"""States that a log may have, by the activity that each is."""


@dataclass(frozen=True)
class AgentStates(Table):
    """What people did, from when until when; of one person one thing at a time. Where there is no row the person was
    not there. A row of the time to come says that somebody will be absent until then.

    `state`: an activity of the roster, or a word of the telephone system for one.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        instant("start"),
        instant("end"),
        text("state"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "start")
    file_name: ClassVar[str] = "states.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
    longest: ClassVar[pd.Timedelta] = LONGEST_SHIFT
    calendar: ClassVar[tuple[str, ...]] = ("start",)
    needs_rows: ClassVar[bool] = True

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        """Those of every table, and rows of one person that overlap."""
        return [*super()._problems(data, rows, source), *_overlaps(data.assign(_row=rows), source)]


def _overlaps(data: pd.DataFrame, source: str) -> list[Problem]:
    usable = data[data["start"] < data["end"]].drop_duplicates(["agent_id", "start"])
    hint = "a person is in one state at a time: end the earlier row where the later one starts"
    found = []
    last: tuple[str, pd.Timestamp, int] | None = None
    for who, start, end, row in usable.sort_values(["agent_id", "start"])[
        ["agent_id", "start", "end", "_row"]
    ].values:
        if last is not None and last[0] == who and start < last[1]:
            found.append(Problem(f"{source}:{row}:start", f"it begins before row {last[2]} of {who} ends", hint))
        if last is None or last[0] != who or end > last[1]:
            last = who, end, row
    return found


MEASURES: tuple[Column, ...] = (
    number("scheduled_minutes"),
    number("right_minutes"),
    number("adherence", 0, 1, blank=True),
    number("work_scheduled_minutes"),
    number("worked_minutes"),
    number("conformance", 0, blank=True),
)


@dataclass(frozen=True)
class Adherence(Table):
    """How people kept to their shifts, a row for each shift as far as the log of states goes.

    `scheduled_minutes`: of the shift, with breaks and meals, without absence and the free time of a split shift;
    `right_minutes`: of them in the activity rostered; `adherence` is their share. `work_scheduled_minutes`: on queue,
    in meetings and training; `worked_minutes`: so many were worked, also beside the times rostered; `conformance` is
    the second over the first, above 1 where more was worked. `late_minutes`: from the start of the shift until the
    person came; blank: never.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("schedule_date", "date"),
        text("agent_id"),
        text("name", blank=True),
        text("staffing_group", blank=True),
        *MEASURES,
        number("late_minutes", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("schedule_date", "agent_id")
    file_name: ClassVar[str] = "adherence.csv"
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date",)


@dataclass(frozen=True)
class TeamAdherence(Table):
    """The same sums by day and team, and their ratios; `people`: with a shift. A team without a name is those who
    have none."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("schedule_date", "date"),
        text("staffing_group", blank=True),
        Column("people", "count"),
        *MEASURES,
    )
    key: ClassVar[tuple[str, ...]] = ("schedule_date", "staffing_group")
    file_name: ClassVar[str] = "adherence_teams.csv"
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date",)
