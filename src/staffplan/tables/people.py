"""The people: agents, when they are available and when away, and what is fixed for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, day_minute, parse_spans, parse_weekdays, wall_instant
from staffplan.errors import Problem
from staffplan.tables.meetings import Meetings
from staffplan.tables.roster import RosterShifts
from staffplan.tables.schema import LARGEST_RATE, Column, Table, names_in, number, text
from staffplan.tables.skills import LOWEST_LEVEL, AgentSkills, without_level
from staffplan.tables.wishes import Fairness, Wishes


@dataclass(frozen=True)
class Agents(Table):
    """Who can be rostered. `skills` and `work_plan` name planning groups (";" between) and a config section. Where
    there is one planning group, blank skills mean it. A file may give a skill's level: "phone_en:3".

    `rotation_week`: the week of a rotation's cycle, 1 for its first, in which the agent is when the rotation begins.
    `rotation_day`: the same where the cycle is one of days.
    `hours_balance`: hours worked above (below: negative) the average of the current reference period, for the rule
    average_hours, before the first day planned.
    `hired_on`: day from which seniority counts, where open shifts are given by it.
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
        Column("hired_on", "date", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "agents.csv"
    needs_rows: ClassVar[bool] = True

    @classmethod
    def named(cls, cell: str, known: Sequence[str]) -> list[str]:
        return [without_level(name, known)[0] for name in names_in(cell)]


@dataclass(frozen=True)
class PartOff:
    """Hours of one day in which an agent does not work: from `begin` to `end`, minutes of the wall clock after
    midnight; paid unless it is marked as not. `hours`: paid hours that it counts, None where they are not given."""

    agent_id: str
    day: date
    begin: int
    end: int
    kind: str = ""
    paid: bool = True
    hours: float | None = None

    def span(self, timezone: str) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Its two instants (UTC)."""
        return wall_instant(self.day, self.begin, timezone), wall_instant(self.day, self.end, timezone)

    def length_hours(self, timezone: str) -> float:
        """Hours that pass from its start to its end, an hour more or less where the clock changes."""
        start, end = self.span(timezone)
        return max((end - start) / pd.Timedelta(hours=1), 0.0)

    @property
    def words(self) -> str:
        """ "08:00-11:00"."""
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.begin, self.end))


@dataclass(frozen=True)
class TimeOff(Table):
    """Days on which an agent does not work, first and last day included, or a part of each of these days.

    `start`, `end`: local times between which the agent does not work on each of the days, "08:00" and "11:00"; one
    left blank: from the beginning, or to the end of the day; both: whole days. Over midnight it is two rows.
    `hours`: paid hours that each of the days counts; blank: a fifth of the contract's weekly minimum, for a part of
    a day its length, at most that fifth.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        text("kind", required=False, blank=True),
        text("paid", required=False, blank=True, choices=("yes", "no")),
        Column("hours", "number", required=False, blank=True, minimum=0, maximum=24),
        Column("start", "text", required=False, blank=True, reader=day_minute),
        Column("end", "text", required=False, blank=True, reader=day_minute),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "first_day", "start")
    file_name: ClassVar[str] = "time_off.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")
    longest: ClassVar[pd.Timedelta] = pd.Timedelta(days=130 * 366)
    """Time off without an end is often written as one until 2099-12-31."""

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + _backward_parts(data, rows, source)

    def within(self, first: date, last: date) -> Self:
        """What of it lies on these days, both included: rows may reach a century ahead, and are worked on by day."""
        earliest, latest = pd.Timestamp(first), pd.Timestamp(last)
        begins, ends = self.frame["first_day"], self.frame["last_day"]
        begins, ends = begins.where(begins >= earliest, earliest), ends.where(ends <= latest, latest)
        cut = replace(self, frame=self.frame.assign(first_day=begins, last_day=ends))
        return cut.only((begins <= ends).to_numpy())

    @cached_property
    def whole(self) -> Self:
        """Its whole days."""
        return self.only(~self._is_part)

    @cached_property
    def parts(self) -> tuple[PartOff, ...]:
        """Its parts of days, day by day; none of a day that is off as a whole. To be asked of what `within` gives."""
        return tuple(self._parts())

    @property
    def _is_part(self) -> np.ndarray:
        return np.asarray((self.frame["start"] != "") | (self.frame["end"] != ""), dtype=bool)

    def _parts(self) -> Iterator[PartOff]:
        columns = ["agent_id", "first_day", "last_day", "kind", "paid", "hours", "start", "end"]
        off: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
        for agent_id, first, last in self.whole.frame[columns[:3]].itertuples(index=False):
            off.setdefault(agent_id, []).append((first, last))
        own = self.frame[self._is_part]
        for agent_id, first, last, kind, paid, hours, *cells in zip(*(own[name] for name in columns), strict=True):
            begin, end = part_minutes(*cells)
            given = None if pd.isna(hours) else float(hours)
            for day in pd.date_range(first, last):
                if not any(begins <= day <= ends for begins, ends in off.get(agent_id, ())):
                    yield PartOff(agent_id, day.date(), begin, end, kind, paid != "no", given)


def part_hours(parts: Sequence[PartOff], a_day: float, timezone: str, *, rest_of_shift: bool) -> tuple[float, float]:
    """Hours that the parts off of one day count: of all, which lower what is due, and of the paid ones alone.

    a_day: hours of a whole day off. Where the rest of a shift is worked, it holds the paid hours off, and those that
    are not paid alone count.
    """
    counted = [part for part in parts if not (rest_of_shift and part.paid)]
    paid = [part for part in counted if part.paid]
    return _hours(counted, a_day, timezone), _hours(paid, a_day, timezone)


def _hours(parts: Sequence[PartOff], a_day: float, timezone: str) -> float:
    given = sum(part.hours for part in parts if part.hours is not None)
    return given + min(sum(part.length_hours(timezone) for part in parts if part.hours is None), a_day)


def part_minutes(start: str, end: str) -> tuple[int, int]:
    """Minutes after midnight between which a part of a day lies, from the cells of its row."""
    return day_minute(start) if start else 0, day_minute(end) if end else MINUTES_PER_DAY


def _backward_parts(data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
    """Parts of days that end before they begin."""
    problems = []
    for i, (start, end) in enumerate(zip(data["start"], data["end"], strict=True)):
        try:
            begin, until = part_minutes(start, end)
        except ValueError:
            continue
        if begin >= until:
            message = f"{end or '24:00'} is not after the start, {start or '00:00'}"
            hint = "over midnight it is two rows: one to 24:00, and one from 00:00 on the next day"
            problems.append(Problem(f"{source}:{rows[i]}:end", message, hint))
    return problems


def overlapping_parts(time_off: TimeOff, rows: Sequence[int]) -> Iterator[Problem]:
    """Parts of days off of one agent that have minutes of a day in common. rows: of the table in its file."""
    columns = [time_off.frame[name] for name in ("agent_id", "first_day", "last_day", "start", "end")]
    known: dict[str, list[tuple[int, pd.Timestamp, pd.Timestamp, int, int]]] = {}
    for row, agent_id, first, last, *cells in zip(rows, *columns, strict=True):
        if not any(cells):
            continue
        mine, (begin, end) = known.setdefault(agent_id, []), part_minutes(*cells)
        for other, earliest, latest, since, until in mine:
            if first <= latest and earliest <= last and begin < until and since < end:
                message = f"the same hours of a day are off for {agent_id} in two rows (the other is row {other})"
                yield Problem(f"{time_off.source}:{row}:start", message, "let one end before the other begins")
                break
        mine.append((row, first, last, begin, end))


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
class LockedDays(Locks):
    """Days of a plan's roster that a manager locked, beside the locks that were given before."""

    file_name: ClassVar[str] = "locked_days.csv"


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
