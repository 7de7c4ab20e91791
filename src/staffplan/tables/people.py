"""The people: agents, when they are available and when away, and what is fixed for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Self

import pandas as pd

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.tables.meetings import Meetings
from staffplan.tables.roster import RosterShifts
from staffplan.tables.schema import LARGEST_RATE, Column, Table, names_in, number, text
from staffplan.tables.skills import LOWEST_LEVEL, AgentSkills
from staffplan.tables.wishes import Fairness, Wishes


@dataclass(frozen=True)
class Agents(Table):
    """Who can be rostered. `skills` and `work_plan` name planning groups (";" between) and a config section. Where
    there is one planning group, blank skills mean it. A file may give a skill's level: "phone_en:3".

    `rotation_week`: the week of a rotation's cycle, 1 for its first, in which the agent is when the rotation begins.
    `rotation_day`: the same where the cycle is one of days.
    `hours_balance`: hours worked above (below: negative) the average of the current reference period, for the rule
    average_hours, before the first day planned.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", required=False, blank=True),
        text("staffing_group", required=False, blank=True),
        Column("skills", "text", required=False, blank=True, several=True),
        text("work_plan", required=False, blank=True),
        number("hourly_rate", 0, LARGEST_RATE, required=False, blank=True),
        Column("rotation_week", "count", required=False, blank=True, minimum=1, maximum=1000),
        Column("rotation_day", "count", required=False, blank=True, minimum=1, maximum=1000),
        number("hours_balance", -10000, 10000, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "agents.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class TimeOff(Table):
    """Whole days on which an agent does not work, first and last day included.

    `hours`: paid hours that each of the days counts; blank: a fifth of the contract's weekly minimum.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        text("kind", required=False, blank=True),
        text("paid", required=False, blank=True, choices=("yes", "no")),
        Column("hours", "number", required=False, blank=True, minimum=0, maximum=24),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "first_day")
    file_name: ClassVar[str] = "time_off.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")
    longest: ClassVar[pd.Timedelta] = pd.Timedelta(days=130 * 366)
    """Time off without an end is often written as one until 2099-12-31."""

    def within(self, first: date, last: date) -> Self:
        """What of it lies on these days, both included: rows may reach a century ahead, and are worked on by day."""
        earliest, latest = pd.Timestamp(first), pd.Timestamp(last)
        begins, ends = self.frame["first_day"], self.frame["last_day"]
        begins, ends = begins.where(begins >= earliest, earliest), ends.where(ends <= latest, latest)
        cut = replace(self, frame=self.frame.assign(first_day=begins, last_day=ends))
        return cut.only((begins <= ends).to_numpy())


@dataclass(frozen=True)
class Absences(TimeOff):
    """Days off that a repair took note of, beside the time off that was known before."""

    file_name: ClassVar[str] = "absences.csv"


@dataclass(frozen=True)
class Availability(Table):
    """When an agent can work, by weekday ("mon-fri", "daily") and hours ("08:00-16:00", "closed").

    An agent without a row is always available; an agent with rows only as they say.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("weekdays", "text", reader=parse_weekdays),
        Column("hours", "text", reader=parse_spans),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "weekdays")
    file_name: ClassVar[str] = "availability.csv"


@dataclass(frozen=True)
class Locks(Table):
    """What an agent does on a day, settled beforehand.

    `shift`: a shift with its start, "early 08:00", any of a name under [shifts], "early", or "off".
    """

    columns: ClassVar[tuple[Column, ...]] = (text("agent_id"), Column("day", "date"), text("shift"))
    key: ClassVar[tuple[str, ...]] = ("agent_id", "day")
    file_name: ClassVar[str] = "locks.csv"


@dataclass(frozen=True)
class Workforce:
    """The people: agents, their time off, availability, meetings; what is locked, what they worked just before.

    Their wishes; how what is unpopular fell on them before; the roster that they have been told, if any; and levels
    and days of their skills.
    """

    agents: Agents
    time_off: TimeOff
    availability: Availability
    meetings: Meetings = field(default_factory=Meetings.empty)
    locks: Locks = field(default_factory=Locks.empty)
    past_roster: RosterShifts = field(default_factory=RosterShifts.empty)
    wishes: Wishes = field(default_factory=Wishes.empty)
    past_fairness: Fairness = field(default_factory=Fairness.empty)
    published: RosterShifts = field(default_factory=RosterShifts.empty)
    skills: AgentSkills = field(default_factory=AgentSkills.empty)

    def serving(self, groups: Collection[str]) -> Workforce:
        """The people, those without a skill in the only planning group there is; as they are where there are more."""
        skills = self.agents.frame["skills"]
        if len(groups) != 1 or not (skills == "").any():
            return self
        frame = self.agents.frame.assign(skills=skills.where(skills != "", next(iter(groups))))
        return replace(self, agents=replace(self.agents, frame=frame))

    def knowing(self, least: Mapping[str, int], first: date, last: date) -> Workforce:
        """The people with the skills alone that they have, on the least level of each, on some day of a period."""
        if not len(self.skills) and not least:
            return self
        frame = self.agents.frame
        cells = [
            ";".join(name for name in names_in(cell) if self._knows(agent_id, name, least, first, last))
            for agent_id, cell in zip(frame["agent_id"], frame["skills"], strict=True)
        ]
        return replace(self, agents=replace(self.agents, frame=frame.assign(skills=cells)))

    def _knows(self, agent_id: str, skill: str, least: Mapping[str, int], first: date, last: date) -> bool:
        due = least.get(skill, LOWEST_LEVEL)
        held = self.skills.held(agent_id, skill, due, first, last)
        return due <= LOWEST_LEVEL if held is None else held
