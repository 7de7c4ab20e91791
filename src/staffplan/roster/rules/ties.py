"""Rules between named people, or people of a kind: enough of them there, together, apart, a trainee with a mentor.

`rows` are inequalities over who works which shift, for the search and for conflicts; `violations` reads a finished
roster and shares no code with them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, parse_spans, parse_weekdays, wall_instant
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.ties import Kind, Row, Term, merged
from staffplan.roster.rules.between import Finished, SlotLimit, SlotSums, TeamViolation
from staffplan.settings import team_rules as settings

MINUTE = pd.Timedelta(minutes=1)
NEIGHBOURS = (-1, 0, 1)
"""Days on which a shift may begin that has a moment in common with one of a day: none lasts more than a day."""
Choice = tuple[int, int]
"""A day and an option."""
Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Tie(ABC):
    """What all of these rules have. `weight`: price of a unit; None: mandatory. `relaxed`: given up, in a remedy."""

    weight: float | None
    relaxed: bool = False
    name = "tie"
    kind = Kind.PAIR

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]:
        """Nothing: these rules are rows."""
        return iter(())

    def rows(self, problem: RosterProblem, calendar: SiteCalendar) -> list[Row]:
        """Inequalities over the problem's people; none where the rule is given up."""
        return [] if self.relaxed else list(self._rows(problem, calendar))

    def eased(self, by: int) -> Tie:
        """The rule a step looser."""
        return replace(self, relaxed=True)

    @property
    def steps(self) -> int:
        """Steps by which it may be eased."""
        return 1

    @property
    @abstractmethod
    def words(self) -> str:
        """The rule in words."""

    @abstractmethod
    def about(self, person: Person) -> bool:
        """Whether the rule speaks of the person."""

    @abstractmethod
    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        """Every breach in a finished roster."""

    @abstractmethod
    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]: ...


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
            said = f"{_people(len(names))} {self.who} on duty from {_clock(at, zone)} to {_clock(until, zone)}, "
            said += f"{self.people} {'is' if self.people == 1 else 'are'} due"
            yield TeamViolation(day, self.name, f"{said}: {', '.join(names)}" if names else said, lacks=True)

    def _counted(self, agent_id: str, day: date, done: Finished) -> bool:
        """For the reader: whether the agent counts in a shift of the day."""
        agent = done.agents.get(agent_id)
        if agent is None or self.team not in ("", agent.team) or (self.agents and agent_id not in self.agents):
            return False
        spans = agent.skills.get(self.skill, ())
        return not self.skill or any(f <= day <= u and level >= self.level for level, f, u in spans)


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
                clash = _remembered(lambda one, other: self.clash(problem, one, other))
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
        mine, theirs = _slots(problem, one), _slots(problem, other)
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
            return f"begin at {_clock(starts[0], zone)} and {_clock(starts[1], zone)}{allowed}"
        if self.end_minutes is not None and abs(ends[0] - ends[1]) > self.end_minutes * MINUTE:
            allowed = f", {self.end_minutes} minutes apart are allowed" if self.end_minutes else ""
            return f"end at {_clock(ends[0], zone)} and {_clock(ends[1], zone)}{allowed}"
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
        mine, theirs = _slots(problem, one), _slots(problem, other)
        if self.per == "day":
            return one[0] == other[0] and bool(mine and theirs)
        return any(a < y and x < b for a, b in mine for x, y in theirs)

    def said(self, one: tuple[date, tuple[Span, ...]], other: tuple[date, tuple[Span, ...]], zone: str) -> str:
        if self.per == "day":
            return "both work on this day" if one[0] == other[0] else ""
        both = [(max(a, x), min(b, y)) for a, b in one[1] for x, y in other[1] if max(a, x) < min(b, y)]
        return "" if not both else f"are both at work from {_clock(both[0][0], zone)} to {_clock(both[0][1], zone)}"


@dataclass(frozen=True, kw_only=True)
class Mentor(Tie):
    """Each shift of a trainee lies within a shift of one of the mentors."""

    trainee: str
    mentors: tuple[str, ...]
    name = "mentor"
    kind = Kind.MENTOR

    @property
    def words(self) -> str:
        return f"a mentor for {self.trainee} ({' or '.join(self.mentors)})"

    def about(self, person: Person) -> bool:
        return person.agent_id in (self.trainee, *self.mentors)

    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]:
        known = {person.agent_id: n for n, person in enumerate(problem.people)}
        mentors = [known[agent] for agent in self.mentors if agent in known]
        for d in range(problem.period.days if self.trainee in known else 0):
            yield from self._rows_of_day(problem, known[self.trainee], mentors, d)

    def _rows_of_day(self, problem: RosterProblem, learns: int, mentors: Sequence[int], d: int) -> Iterator[Row]:
        """Of each shift of the trainee on the day with anybody on site: without it, or a mentor's around it."""
        lies_within = _remembered(lambda one, other: _within(_slots(problem, one), _slots(problem, other)))
        for o in np.flatnonzero(problem.allowed[learns, d]).tolist():
            if not _slots(problem, (d, o)):
                continue
            terms: list[Term] = [(learns, d, o, -1)]
            for e in (d + step for step in NEIGHBOURS if 0 <= d + step < problem.period.days):
                for m in mentors:
                    theirs = np.flatnonzero(problem.allowed[m, e]).tolist()
                    terms += [(m, e, p, 1) for p in theirs if lies_within((d, o), (e, p))]
            yield Row(tuple(terms), 0, 1.0, int(problem.period.day_slot[d]))

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        zone = done.calendar.timezone
        there = [parts for mentor in self.mentors for parts in done.parts_of.get(mentor, {}).values()]
        for day, mine in done.parts_of.get(self.trainee, {}).items():
            alone = not any(all(any(a <= x and y <= b for a, b in parts) for x, y in mine) for parts in there)
            if alone and done.holds(day):
                when = f"{_clock(mine[0][0], zone)}-{_clock(mine[-1][1], zone)}"
                said = f"{self.trainee} works {when}, and no shift of {' or '.join(self.mentors)} lasts as long"
                yield TeamViolation(day, self.name, said)


def tie_of(setting: settings.TieSetting) -> Tie:
    """The rule of a setting."""
    match setting:
        case settings.MinimumOnDutySetting():
            return MinimumOnDuty(
                setting.weight,
                people=setting.people,
                team=setting.staffing_group,
                skill=setting.skill,
                level=setting.level,
                agents=setting.agents,
                spans=parse_spans(setting.hours),
                weekdays=parse_weekdays(setting.weekdays),
                holidays=setting.holidays,
            )
        case settings.TogetherSetting(agents=agents, start_minutes=start, end_minutes=end):
            return Together(setting.weight, agents=agents, start_minutes=start, end_minutes=end)
        case settings.ApartSetting(agents=agents, per=per):
            return Apart(setting.weight, agents=agents, per=per)
        case settings.MentorSetting(trainee=trainee, mentors=mentors):
            return Mentor(setting.weight, trainee=trainee, mentors=mentors)


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


def _remembered(ask: Callable[[Choice, Choice], bool]) -> Callable[[Choice, Choice], bool]:
    """Each question is answered once."""
    known: dict[tuple[Choice, Choice], bool] = {}

    def answer(one: Choice, other: Choice) -> bool:
        if (one, other) not in known:
            known[one, other] = ask(one, other)
        return known[one, other]

    return answer


def _covering(problem: RosterProblem) -> list[list[Choice]]:
    """By slot the shifts that have somebody on site in it."""
    found: list[list[Choice]] = [[] for _ in range(problem.period.slots)]
    for o in range(len(problem.options)):
        for d in range(problem.period.days):
            for begin, end in _slots(problem, (d, o)):
                for slot in range(begin, end):
                    found[slot].append((d, o))
    return found


def _slots(problem: RosterProblem, choice: Choice) -> list[tuple[int, int]]:
    """First slot and end of each stretch of a shift on site."""
    d, o = choice
    first = int(problem.option_slot[o, d])
    return [(first + begin, first + end) for begin, end in problem.options[o].there]


def _within(inner: Sequence[tuple[int, int]], outer: Sequence[tuple[int, int]]) -> bool:
    return all(any(a <= x and y <= b for a, b in outer) for x, y in inner)


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people" if number else "nobody"


def _near(
    one: Mapping[date, tuple[Span, ...]], other: Mapping[date, tuple[Span, ...]]
) -> Iterator[tuple[tuple[date, tuple[Span, ...]], tuple[date, tuple[Span, ...]]]]:
    """Shifts of two people that begin on the same day or on neighbouring days."""
    for day, parts in one.items():
        for step in NEIGHBOURS:
            there = day + timedelta(days=step)
            if there in other:
                yield (day, parts), (there, other[there])


def _clock(at: pd.Timestamp, zone: str) -> str:
    return f"{at.tz_convert(zone):%H:%M}"


def rows_of(ties: Iterable[Tie], problem: RosterProblem, calendar: SiteCalendar) -> list[tuple[Tie, list[Row]]]:
    """The rows of each rule."""
    return [(tie, merged(tie.rows(problem, calendar))) for tie in ties]
