"""Meetings and training that a roster has to hold: the table a planner writes, and who is meant by its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from staffplan.clock import Spans, parse_spans
from staffplan.errors import Problem, nearest
from staffplan.tables.schema import Column, Table, names_in, text

GRID_MINUTES = 5
"""The finest grid on which a roster is made."""
LONGEST_MINUTES = 16 * 60
"""No shift is longer."""


def _some_hours(text: str) -> Spans:
    spans = parse_spans(text)
    if not spans:
        raise ValueError(f"{text!r} names no hours; leave the cell blank for any time of day")
    return spans


def _on_the_grid(minutes: str) -> None:
    if float(minutes) % GRID_MINUTES:
        raise ValueError(f"{float(minutes):g} is not a multiple of {GRID_MINUTES} minutes")


@dataclass(frozen=True)
class Meetings(Table):
    """What people attend beside their work on queue, always paid: one row for each time that it is due.

    It takes place from `first_day` to `last_day`, both included, within `hours` ("09:00-16:00"; blank: any time), and
    belongs to the roster whose period holds its last day. Who attends: those named in `agents` (";" between) and
    everybody of the `staffing_group`s (";" between); both blank: everybody. `together`: all at once ("yes"), or each
    singly, whenever it costs least ("no"). A coaching of every week is a row for every week.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("meeting"),
        text("activity", choices=("meeting", "training")),
        Column("minutes", "count", minimum=GRID_MINUTES, maximum=LONGEST_MINUTES, reader=_on_the_grid),
        Column("first_day", "date"),
        Column("last_day", "date"),
        Column("hours", "text", required=False, blank=True, reader=_some_hours),
        text("agents", blank=True),
        text("staffing_group", required=False, blank=True),
        text("together", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("meeting", "first_day")
    file_name: ClassVar[str] = "meetings.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + _too_long(data, rows, source)


def _too_long(data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
    """Meetings that no span of their hours can hold."""
    problems = []
    for i, (minutes, hours) in enumerate(zip(data["minutes"], data["hours"], strict=True)):
        try:
            longest = max((end - start for start, end in parse_spans(hours)), default=minutes)
        except ValueError:
            continue
        if longest < minutes:
            message = f"{hours!r} is shorter than the {minutes:g} minutes of the meeting"
            problems.append(Problem(f"{source}:{rows[i]}:hours", message, "give it longer hours, or fewer minutes"))
    return problems


def attendees(meetings: Meetings, agents: pd.DataFrame) -> list[tuple[str, ...]]:
    """For each row the ids of those who attend, in the order of the agents table."""
    ids, groups = agents["agent_id"].tolist(), agents["staffing_group"].tolist()
    found = []
    for row in _rows(meetings.frame):
        named, teams = set(names_in(row.agents)), set(names_in(row.staffing_group))
        everybody = not named and not teams
        pairs = zip(ids, groups, strict=True)
        found.append(tuple(agent for agent, team in pairs if everybody or agent in named or team in teams))
    return found


def unknown_people(meetings: Meetings, agents: pd.DataFrame) -> Iterator[Problem]:
    """Agents and staffing groups of the meetings that the agents table does not have."""
    for column, known_as in (("agents", "agent_id"), ("staffing_group", "staffing_group")):
        known = sorted({name for name in agents[known_as] if name})
        for row in _rows(meetings.frame):
            for name in names_in(getattr(row, column)):
                if name not in known:
                    place = meetings.place(row.Index, column)
                    yield Problem(place, f"{name!r} is not in the agents table", nearest(name, known))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
