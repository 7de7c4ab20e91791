"""Two people together, or apart."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.ties import Row
from staffplan.roster.rules.between import Finished, TeamViolation
from staffplan.roster.rules.tie import NEIGHBOURS, Choice, Span, Tie, clock_of, remembered, slots_there

MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class PairTie(Tie):
    """A rule for each two of some agents."""

    agents: tuple[str, ...]

    @property
    def nearby(self) -> tuple[int, ...]:
        """Days after the one of a shift on which a shift may begin that it forbids."""
        return NEIGHBOURS

    def about(self, person: Person) -> bool:
        return person.agent_id in self.agents

    @abstractmethod
    def clash(self, problem: RosterProblem, one: Choice, other: Choice) -> bool:
        """Whether the rule forbids two people these shifts."""

    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]:
        known = {person.agent_id: n for n, person in enumerate(problem.people)}
        named = [known[agent] for agent in dict.fromkeys(self.agents) if agent in known]
        for d in range(problem.period.days):
            for e in (d + step for step in self.nearby if 0 <= d + step < problem.period.days):
                clash = remembered(lambda one, other: self.clash(problem, one, other))
                for p, q in combinations(named, 2):
                    yield from _forbidden(problem, (p, d), (q, e), clash)

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        shifts = {agent: done.parts_of.get(agent, {}) for agent in dict.fromkeys(self.agents)}
        for one, other in combinations(shifts, 2):
            for (day, parts), (next_day, next_parts) in _near(shifts[one], shifts[other]):
                said = self.said((day, parts), (next_day, next_parts), done.calendar.timezone)
                if said and done.holds(max(day, next_day)):
                    yield TeamViolation(max(day, next_day), self.name, f"{one} and {other} {said}")

    @abstractmethod
    def said(self, one: tuple[date, tuple[Span, ...]], other: tuple[date, tuple[Span, ...]], zone: str) -> str:
        """For the reader: what two shifts break; "" where they keep the rule."""


@dataclass(frozen=True, kw_only=True)
class Together(PairTie):
    """Two people begin together, and end together where that is asked, on each day on which both work."""

    start_minutes: int
    end_minutes: int | None
    name = "together"

    @property
    def nearby(self) -> tuple[int, ...]:
        return (0,)

    @property
    def words(self) -> str:
        return f"the same start for {' and '.join(self.agents)}"

    def clash(self, problem: RosterProblem, one: Choice, other: Choice) -> bool:
        mine, theirs = slots_there(problem, one), slots_there(problem, other)
        if one[0] != other[0] or not mine or not theirs:
            return False
        begins, ends = abs(mine[0][0] - theirs[0][0]), abs(mine[-1][1] - theirs[-1][1])
        late = self.end_minutes is not None and ends * problem.period.slot_minutes > self.end_minutes
        return begins * problem.period.slot_minutes > self.start_minutes or late

    def said(self, one: tuple[date, tuple[Span, ...]], other: tuple[date, tuple[Span, ...]], zone: str) -> str:
        (day, mine), (next_day, theirs) = one, other
        starts, ends = (mine[0][0], theirs[0][0]), (mine[-1][1], theirs[-1][1])
        if day != next_day:
            return ""
        if abs(starts[0] - starts[1]) > self.start_minutes * MINUTE:
            allowed = f", {self.start_minutes} minutes apart are allowed" if self.start_minutes else ""
            return f"begin at {clock_of(starts[0], zone)} and {clock_of(starts[1], zone)}{allowed}"
        if self.end_minutes is not None and abs(ends[0] - ends[1]) > self.end_minutes * MINUTE:
            allowed = f", {self.end_minutes} minutes apart are allowed" if self.end_minutes else ""
            return f"end at {clock_of(ends[0], zone)} and {clock_of(ends[1], zone)}{allowed}"
        return ""


@dataclass(frozen=True, kw_only=True)
class Apart(PairTie):
    """Two people never work at the same time, or never on the same day."""

    per: str
    name = "apart"

    @property
    def nearby(self) -> tuple[int, ...]:
        return (0,) if self.per == "day" else NEIGHBOURS

    @property
    def words(self) -> str:
        return f"separate {'days' if self.per == 'day' else 'hours'} for {' and '.join(self.agents)}"

    def clash(self, problem: RosterProblem, one: Choice, other: Choice) -> bool:
        mine, theirs = slots_there(problem, one), slots_there(problem, other)
        if self.per == "day":
            return one[0] == other[0] and bool(mine and theirs)
        return any(a < y and x < b for a, b in mine for x, y in theirs)

    def said(self, one: tuple[date, tuple[Span, ...]], other: tuple[date, tuple[Span, ...]], zone: str) -> str:
        if self.per == "day":
            return "both work on this day" if one[0] == other[0] else ""
        both = [(max(a, x), min(b, y)) for a, b in one[1] for x, y in other[1] if max(a, x) < min(b, y)]
        return (
            "" if not both else f"are both at work from {clock_of(both[0][0], zone)} to {clock_of(both[0][1], zone)}"
        )


def _forbidden(
    problem: RosterProblem, one: tuple[int, int], other: tuple[int, int], clash: Callable[[Choice, Choice], bool]
) -> Iterator[Row]:
    """Rows of two people on a day each: those of whose shifts clash with the same ones share a row."""
    (p, d), (q, e) = one, other
    theirs = np.flatnonzero(problem.allowed[q, e]).tolist()
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for o in np.flatnonzero(problem.allowed[p, d]).tolist():
        alike[tuple(x for x in theirs if clash((d, o), (e, x)))].append(o)
    for against, mine in alike.items():
        if against:
            terms = (*((p, d, o, -1) for o in mine), *((q, e, x, -1) for x in against))
            yield Row(terms, -1, 1.0, int(problem.period.day_slot[max(d, e)]))


def _near(
    one: Mapping[date, tuple[Span, ...]], other: Mapping[date, tuple[Span, ...]]
) -> Iterator[tuple[tuple[date, tuple[Span, ...]], tuple[date, tuple[Span, ...]]]]:
    """Shifts of two people that begin on the same day or on neighbouring days."""
    for day, parts in one.items():
        for step in NEIGHBOURS:
            there = day + timedelta(days=step)
            if there in other:
                yield (day, parts), (there, other[there])
