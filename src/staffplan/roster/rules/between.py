"""What rules between people are asked with: a finished roster, and sums over a model's variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Period
from staffplan.tables.roster import on_site


@dataclass(frozen=True)
class Known:
    """One agent as the tables have them: the team, and of each skill its levels, each with first and last day."""

    team: str
    skills: Mapping[str, tuple[tuple[int, date, date], ...]]


Parts = Mapping[str, Mapping[date, tuple[tuple[pd.Timestamp, pd.Timestamp], ...]]]
"""By agent and date the start and end of each part of the shift."""


@dataclass(frozen=True)
class Finished:
    """A finished roster, what its people can do, and the days it is for."""

    shifts: pd.DataFrame
    activities: pd.DataFrame
    skills: Mapping[str, frozenset[str]]
    calendar: SiteCalendar
    first_day: date
    days: int
    agents: Mapping[str, Known] = field(default_factory=dict)
    before: Parts = field(default_factory=dict)
    """Shifts that began before the first day and end on it."""

    @cached_property
    def parts_of(self) -> Parts:
        return parts_by_agent(on_site(self.shifts, self.activities))

    def holds(self, day: date) -> bool:
        """Whether the day is one of those it is for."""
        return 0 <= (day - self.first_day).days < self.days

    def can(self, agents: pd.Series, group: str) -> NDArray[np.bool_]:
        """(agents,): whether each agent has the skill for a group; any will do for ""."""
        return np.array([not group or group in self.skills.get(agent_id, ()) for agent_id in agents], dtype=bool)


def parts_by_agent(frame: pd.DataFrame) -> Parts:
    """Of a table with agent_id, schedule_date, start and end of each part."""
    found: dict[str, dict[date, tuple[tuple[pd.Timestamp, pd.Timestamp], ...]]] = {}
    columns = (frame[name].tolist() for name in ("agent_id", "schedule_date", "start", "end"))
    for agent, day, start, end in zip(*columns, strict=True):
        mine = found.setdefault(agent, {})
        mine[day.date()] = tuple(sorted([*mine.get(day.date(), ()), (start, end)]))
    return found


@dataclass(frozen=True)
class TeamViolation:
    """`lacks`: too little is worked, which a further shift never makes worse."""

    day: date
    rule: str
    message: str
    lacks: bool = False


@dataclass(frozen=True)
class SlotSums:
    """Sums over a model's variables for every slot. People who can serve a group are under its name, all under ""."""

    in_house: Mapping[str, Sequence[Any]]
    on_break: Mapping[str, Sequence[Any]]
    on_queue: Mapping[str, Sequence[Any]]
    """By the group that is served."""


@dataclass(frozen=True)
class SlotLimit:
    """Linear inequalities of a model for one slot, of which one at least holds."""

    slot: int
    either: tuple[Any, ...]


class TeamRule(Protocol):
    @property
    def name(self) -> str: ...

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]: ...

    def violations(self, done: Finished) -> Iterator[TeamViolation]: ...
