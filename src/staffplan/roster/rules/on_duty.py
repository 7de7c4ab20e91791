"""Enough people of a kind on duty at any moment of some hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, wall_instant
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.ties import Kind, Row
from staffplan.roster.rules.between import Finished, TeamViolation
from staffplan.roster.rules.tie import Choice, Tie, clock_of, slots_there


@dataclass(frozen=True, kw_only=True)
class MinimumOnDuty(Tie):
    """People of a team, or with a skill, in a shift in spans of hours on some days, at least."""

    people: int
    team: str
    skill: str
    level: int
    agents: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    weekdays: tuple[int, ...]
    holidays: bool
    name = "minimum on duty"
    kind = Kind.MINIMUM

    @property
    def who(self) -> str:
        """Whom it counts, in words."""
        level = f" on level {self.level}" if self.level > 1 else ""
        parts = [f"of the team {self.team}"] if self.team else []
        parts += [f"with the skill {self.skill}{level}"] if self.skill else []
        parts += [f"among {', '.join(self.agents)}"] if self.agents else []
        return " ".join(parts)

    @property
    def words(self) -> str:
        return f"at least {_people(self.people)} {self.who} on duty"

    @property
    def steps(self) -> int:
        return self.people

    def eased(self, by: int) -> Tie:
        return replace(self, people=self.people - by)

    def about(self, person: Person) -> bool:
        named = not self.agents or person.agent_id in self.agents
        skilled = not self.skill or any(row.skill == self.skill for row in person.held)
        return named and skilled and self.team in ("", person.team)

    def counts(self, person: Person, day: date) -> bool:
        """Whether the person counts in shifts that begin on the day."""
        due = (self.skill, self.level, day, day)
        return self.about(person) and (not self.skill or any(row.is_for(*due) for row in person.held))

    def holds_on(self, day: date, calendar: SiteCalendar) -> bool:
        special = calendar.special_days.get(day)
        kind = "" if special is None else special.kind
        return day.weekday() in self.weekdays and kind != "closed" and (self.holidays or kind != "holiday")

    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]:
        period, covering, before = problem.period, _covering(problem), self._there_before(problem)
        members: dict[Choice, list[int]] = defaultdict(list)
        for number, person in enumerate(problem.people):
            for d in range(period.days) if self.about(person) else ():
                if self.counts(person, period.day(d)):
                    for o in np.flatnonzero(problem.allowed[number, d]).tolist():
                        members[d, o].append(number)
        alike: dict[tuple[int, frozenset[Choice]], list[int]] = defaultdict(list)
        for slot in np.flatnonzero(self.due_slots(period, calendar) & (before < self.people)).tolist():
            choices = frozenset(choice for choice in covering[slot] if choice in members)
            alike[self.people - int(before[slot]), choices].append(slot)
        for (least, choices), slots in alike.items():
            terms = tuple((n, d, o, 1) for d, o in sorted(choices) for n in members[d, o])
            yield Row(terms, least, len(slots) * period.slot_hours, slots[0])

    def _there_before(self, problem: RosterProblem) -> NDArray[np.int64]:
        """(slots,): people whom it counts throughout the slot in shifts that began before the period."""
        period = problem.period
        found = np.zeros(period.slots, dtype=np.int64)
        length = pd.Timedelta(minutes=period.slot_minutes)
        for person in problem.people:
            for shift in (one for one in person.past if one.end > period.start):
                if self.counts(person, shift.schedule_date):
                    begin, end = (shift.start - period.start) / length, (shift.end - period.start) / length
                    found[max(int(np.ceil(begin)), 0) : int(end)] += 1
        return found

    def due_slots(self, period: Period, calendar: SiteCalendar) -> NDArray[np.bool_]:
        """(slots,): a part of the slot is due."""
        due = np.zeros(period.slots, dtype=bool)
        for day in filter(lambda day: self.holds_on(day, calendar), map(period.day, range(period.days))):
            for begin, end in self.spans:
                times = [wall_instant(day, minute, period.timezone) for minute in (begin, end)]
                first, last = ((t - period.start) / pd.Timedelta(minutes=period.slot_minutes) for t in times)
                due[int(np.floor(first)) : int(np.ceil(last))] = True
        due[period.day_slot[-1] :] = False
        return due

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        spans = [
            (agent, start, end)
            for table in (done.before, done.parts_of)
            for agent, days in table.items()
            for day, parts in days.items()
            for start, end in (parts if self._counted(agent, day, done) else ())
        ]
        zone = done.calendar.timezone
        over = wall_instant(done.first_day + timedelta(days=done.days), 0, zone)
        for day in (done.first_day + timedelta(days=number) for number in range(done.days)):
            for begin, end in self.spans if self.holds_on(day, done.calendar) else ():
                first, last = wall_instant(day, begin, zone), min(wall_instant(day, end, zone), over)
                yield from self._gaps(day, first, last, spans, zone)

    def _gaps(
        self, day: date, first: pd.Timestamp, last: pd.Timestamp, spans: Sequence[tuple[str, Any, Any]], zone: str
    ) -> Iterator[TeamViolation]:
        """Where too few are there, a run of times at once."""
        edges = sorted({first, *(t for _, a, b in spans for t in (a, b) if first < t < last)})
        short: list[tuple[pd.Timestamp, pd.Timestamp, list[str]]] = []
        for at, until in zip(edges, [*edges[1:], last], strict=True):
            names = sorted(who for who, a, b in spans if a <= at < b)
            if at < until and len(names) < self.people:
                if short and short[-1][1] == at and len(short[-1][2]) == len(names):
                    short[-1] = (short[-1][0], until, short[-1][2])
                else:
                    short.append((at, until, names))
        for at, until, names in short:
            said = f"{_people(len(names))} {self.who} on duty from {clock_of(at, zone)} to {clock_of(until, zone)}, "
            said += f"{self.people} {'is' if self.people == 1 else 'are'} due"
            yield TeamViolation(day, self.name, f"{said}: {', '.join(names)}" if names else said, lacks=True)

    def _counted(self, agent_id: str, day: date, done: Finished) -> bool:
        """For the reader: whether the agent counts in a shift of the day."""
        agent = done.agents.get(agent_id)
        if agent is None or self.team not in ("", agent.team) or (self.agents and agent_id not in self.agents):
            return False
        spans = agent.skills.get(self.skill, ())
        return not self.skill or any(f <= day <= u and level >= self.level for level, f, u in spans)


def _covering(problem: RosterProblem) -> list[list[Choice]]:
    """By slot the shifts that have somebody on site in it."""
    found: list[list[Choice]] = [[] for _ in range(problem.period.slots)]
    for o in range(len(problem.options)):
        for d in range(problem.period.days):
            for begin, end in slots_there(problem, (d, o)):
                for slot in range(begin, end):
                    found[slot].append((d, o))
    return found


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people" if number else "nobody"
