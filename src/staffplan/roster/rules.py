"""One class per hard rule: `add` says it to the solver, `violations` reads it off finished work. They share no code.

`works[agent_id, day, option]` is the solver's yes-or-no for a shift on a day (day number, option name). `violations`
sees one person's shifts as instants, wherever they come from; it knows nothing of options, slots or the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from staffplan.roster.problem import Period, Person, RosterProblem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Works = Mapping[tuple[str, int, str], Any]


@dataclass(frozen=True)
class Posted:
    """One constraint in the model, and what it is about in a manager's words."""

    rule: str
    about: str
    constraint: Any


@dataclass(frozen=True)
class Worked:
    """One shift of a finished roster."""

    schedule_date: date
    start: pd.Timestamp
    end: pd.Timestamp
    paid_hours: float


@dataclass(frozen=True)
class Agreed:
    """What one person's finished work is measured against."""

    period_first: date
    period_days: int
    weekly_hours_min: tuple[float, ...]
    """For each week of the period, time off credited."""
    weekly_hours_max: tuple[float, ...]
    days_per_week_max: int


@dataclass(frozen=True)
class Violation:
    day: date
    message: str


class Rule(Protocol):
    @property
    def name(self) -> str: ...

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]: ...

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]: ...


def _of(works: Works, person: Person, days: range, problem: RosterProblem) -> list[Any]:
    """The person's variables on some days."""
    names = [option.name for option in problem.options]
    return [works[key] for d in days for o in names if (key := (person.agent_id, d, o)) in works]


def _weeks(period: Period) -> Iterator[tuple[int, range]]:
    for week in range(period.weeks):
        yield week, period.week_days(week)


def _week_of(day: date, agreed: Agreed) -> int:
    return (day - agreed.period_first).days // 7


def _in_period(worked: Sequence[Worked], agreed: Agreed) -> list[Worked]:
    return [w for w in worked if 0 <= (w.schedule_date - agreed.period_first).days < agreed.period_days]


def span(first: date, last: date) -> str:
    """Days in words: "2-8 Nov 2026"."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{begin}-{last.day} {last:%b %Y}"


@dataclass(frozen=True)
class OneShiftADay:
    """A person works one shift a day at most."""

    name: str = "one shift a day"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        posted = []
        for d in range(problem.period.days):
            todays = _of(works, person, range(d, d + 1), problem)
            if len(todays) > 1:
                day = problem.period.day(d)
                posted.append(Posted(self.name, f"on {span(day, day)}", model.add(sum(todays) <= 1)))
        return posted

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        dates = sorted(w.schedule_date for w in worked)
        for one, other in pairwise(dates):
            if one == other:
                yield Violation(one, "two shifts on one day")


@dataclass(frozen=True)
class DailyRest:
    """Time free between the end of a shift and the start of the next; zero hours forbid only the overlap."""

    minutes: int
    name: str = "daily rest"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        rest = -(-self.minutes // problem.period.slot_minutes)
        posted = []
        for d in range(problem.period.days):
            for o, option in enumerate(problem.options):
                mine = works.get((person.agent_id, d, option.name))
                ready = int(problem.option_slot[o, d]) + option.slots + rest
                if mine is None:
                    continue
                soon = self._too_soon(works, problem, person, d, ready)
                if soon:
                    day = problem.period.day(d)
                    about = f"after {option.name} on {span(day, day)}"
                    posted.append(Posted(self.name, about, model.add(sum(soon) == 0).only_enforce_if(mine)))
        return posted

    @staticmethod
    def _too_soon(works: Works, problem: RosterProblem, person: Person, day: int, ready: int) -> list[Any]:
        found = []
        for later in range(day + 1, problem.period.days):
            if int(problem.period.day_slot[later]) >= ready:
                break
            for o, option in enumerate(problem.options):
                key = (person.agent_id, later, option.name)
                if key in works and problem.option_slot[o, later] < ready:
                    found.append(works[key])
        return found

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for before, after in pairwise(sorted(worked, key=lambda w: w.start)):
            free = (after.start - before.end).total_seconds() / 60
            if free < 0:
                yield Violation(after.schedule_date, "the shift begins before the one before it has ended")
            elif free < self.minutes:
                yield Violation(
                    after.schedule_date, f"{free / 60:g} h between two shifts, {self.minutes / 60:g} h are due"
                )


@dataclass(frozen=True)
class ConsecutiveDays:
    """Days worked in a row, at most. What was worked before the period is not known and does not count."""

    days: int
    name: str = "days in a row"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        posted = []
        for d in range(problem.period.days - self.days):
            window = _of(works, person, range(d, d + self.days + 1), problem)
            about = f"in {span(problem.period.day(d), problem.period.day(d + self.days))}"
            posted.append(Posted(self.name, about, model.add(sum(window) <= self.days)))
        return posted

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        run, previous = 0, None
        for day in sorted({w.schedule_date for w in worked}):
            run = run + 1 if previous is not None and (day - previous).days == 1 else 1
            previous = day
            if run > self.days:
                yield Violation(day, f"day {run} of work in a row, {self.days} are allowed")


@dataclass(frozen=True)
class WeekendsOff:
    """Weekends (Saturday and Sunday, both in the period) on which no shift begins, at least this many."""

    weekends: int
    name: str = "weekends off"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        free = []
        for saturday, sunday in problem.period.weekends():
            off = model.new_bool_var(f"{person.agent_id} weekend {saturday}")
            both = _of(works, person, range(saturday, sunday + 1), problem)
            model.add(sum(both) == 0).only_enforce_if(off)
            free.append(off)
        due = min(self.weekends, len(free))
        if not due:
            return []
        return [Posted(self.name, f"{due} of {len(free)}", model.add(sum(free) >= due))]

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        last = agreed.period_first + timedelta(days=agreed.period_days - 1)
        busy = {w.schedule_date for w in worked}
        saturday = agreed.period_first + timedelta(days=(5 - agreed.period_first.weekday()) % 7)
        free = total = 0
        while saturday < last:
            total += 1
            free += saturday not in busy and saturday + timedelta(days=1) not in busy
            saturday += timedelta(days=7)
        due = min(self.weekends, total)
        if free < due:
            yield Violation(agreed.period_first, f"{free} weekends off in the period, {due} are due")


@dataclass(frozen=True)
class DaysPerWeek:
    """Days worked in each week of the period, at most as the contract says."""

    name: str = "days per week"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        limit = person.contract.days_per_week_max
        posted = []
        for _, days in _weeks(problem.period):
            about = f"{limit} in {span(problem.period.day(days[0]), problem.period.day(days[-1]))}"
            constraint = model.add(sum(_of(works, person, days, problem)) <= limit)
            posted.append(Posted(self.name, about, constraint))
        return posted

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        count: dict[int, set[date]] = {}
        for w in _in_period(worked, agreed):
            count.setdefault(_week_of(w.schedule_date, agreed), set()).add(w.schedule_date)
        for _, days in sorted(count.items()):
            if len(days) > agreed.days_per_week_max:
                message = f"{len(days)} days worked in the week, {agreed.days_per_week_max} are allowed"
                yield Violation(min(days), message)


@dataclass(frozen=True)
class WeeklyHoursMin:
    """Paid hours of work in each week, at least as the contract says, time off credited."""

    name: str = "weekly hours, minimum"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        number = problem.people.index(person)
        return _bound_hours(
            self.name,
            works,
            problem,
            person,
            lambda paid, week: model.add(paid >= int(problem.paid_minutes_min[number, week])),
            lambda week: f"{problem.paid_minutes_min[number, week] / 60:g} h",
        )

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for week, hours in enumerate(_hours_by_week(worked, agreed)):
            if hours < agreed.weekly_hours_min[week] - 1e-6:
                day = agreed.period_first + timedelta(days=7 * week)
                yield Violation(day, f"{hours:g} paid hours in the week, {agreed.weekly_hours_min[week]:g} are due")


@dataclass(frozen=True)
class WeeklyHoursMax:
    """Paid hours of work in each week, at most as the contract says, paid time off credited."""

    name: str = "weekly hours, maximum"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        number = problem.people.index(person)
        return _bound_hours(
            self.name,
            works,
            problem,
            person,
            lambda paid, week: model.add(paid <= int(problem.paid_minutes_max[number, week])),
            lambda week: f"{problem.paid_minutes_max[number, week] / 60:g} h",
        )

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for week, hours in enumerate(_hours_by_week(worked, agreed)):
            if hours > agreed.weekly_hours_max[week] + 1e-6:
                day = agreed.period_first + timedelta(days=7 * week)
                limit = agreed.weekly_hours_max[week]
                yield Violation(day, f"{hours:g} paid hours in the week, {limit:g} are allowed")


def _bound_hours(
    name: str,
    works: Works,
    problem: RosterProblem,
    person: Person,
    bound: Callable[[Any, int], Any],
    said: Callable[[int], str],
) -> list[Posted]:
    """Post a bound on the paid minutes of every week."""
    posted = []
    for week, days in _weeks(problem.period):
        paid = sum(
            works[key] * option.paid_minutes
            for d in days
            for option in problem.options
            if (key := (person.agent_id, d, option.name)) in works
        )
        about = f"{said(week)} in {span(problem.period.day(days[0]), problem.period.day(days[-1]))}"
        posted.append(Posted(name, about, bound(paid, week)))
    return posted


def _hours_by_week(worked: Sequence[Worked], agreed: Agreed) -> list[float]:
    hours = [0.0] * len(agreed.weekly_hours_min)
    for w in _in_period(worked, agreed):
        hours[_week_of(w.schedule_date, agreed)] += w.paid_hours
    return hours


def rules_of(person: Person) -> tuple[Rule, ...]:
    """Every rule between a person's shifts. What a single shift must keep (skills, time off) is in `allowed`."""
    rules: list[Rule] = [OneShiftADay(), DailyRest(person.rest_minutes), DaysPerWeek()]
    rules += [WeeklyHoursMin(), WeeklyHoursMax()]
    if person.days_in_a_row is not None:
        rules.append(ConsecutiveDays(person.days_in_a_row))
    if person.weekends_off:
        rules.append(WeekendsOff(person.weekends_off))
    return tuple(rules)
