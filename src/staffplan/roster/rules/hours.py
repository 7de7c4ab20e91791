"""Rules on the days and paid hours of a week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import gcd

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import FORBIDDEN, Machine, kinds_of, with_day_off, within_weeks
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import begin_of, in_period, in_weeks, last_of_week, of_first_week, span, week_of
from staffplan.roster.rules.runs import worked_or_off


@dataclass(frozen=True)
class DaysPerWeek:
    """Days worked in each week of the period, at most as the contract says."""

    name: str = "days per week"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        count: dict[int, set[date]] = {}
        for w in in_weeks(worked, agreed):
            count.setdefault(week_of(w.schedule_date, agreed), set()).add(w.schedule_date)
        for _, days in sorted(count.items()):
            mine = [day for day in days if day >= agreed.period_first]
            if mine and len(days) > agreed.days_per_week_max:
                message = f"{len(days)} days worked in the week, {agreed.days_per_week_max} are allowed"
                yield Violation(min(mine), message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of days worked in the week so far."""
        limit = person.contract.days_per_week_max
        count = np.arange(limit + 1)
        step = np.stack([count, np.where(count < limit, count + 1, FORBIDDEN)], axis=1)
        every_day = Machine(worked_or_off(problem), np.broadcast_to(step, (problem.period.days, *step.shape)))
        weeks = np.ones((problem.period.weeks, limit + 1), bool)
        before = {w.schedule_date for w in of_first_week(person, problem.period)}
        return replace(within_weeks(every_day, last_of_week(problem.period), weeks), start=min(len(before), limit))


@dataclass(frozen=True)
class WeeklyHoursMin:
    """Paid hours of work in each week, at least as the contract says, time off credited."""

    name: str = "weekly hours, minimum"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for week, hours in enumerate(_hours_by_week(worked, agreed)):
            if hours < agreed.weekly_hours_min[week] - 1e-6:
                message = f"{hours:g} paid hours in {_words(week, agreed)}, {agreed.weekly_hours_min[week]:g} are due"
                yield Violation(begin_of(week, agreed), message, lacks=True)

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is the paid time of the week so far in the contract's unit; enough is enough."""
        due = problem.paid_minutes_min[problem.people.index(person)]
        if not due.any():
            return None
        unit = paid_unit(problem, person)
        enough = -(-due // unit)
        paid = np.arange(int(enough.max()) + 1)
        return _paid_machine(problem, unit, paid, enough[:, None] <= paid[None, :], keeps_the_top=True)


@dataclass(frozen=True)
class WeeklyHoursMax:
    """Paid hours of work in each week, at most as the contract says, paid time off credited."""

    name: str = "weekly hours, maximum"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for week, hours in enumerate(_hours_by_week(worked, agreed)):
            if hours > agreed.weekly_hours_max[week] + 1e-6:
                limit = agreed.weekly_hours_max[week]
                message = f"{hours:g} paid hours in {_words(week, agreed)}, {limit:g} are allowed"
                yield Violation(begin_of(week, agreed), message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the paid time of the week so far in the contract's unit."""
        unit = paid_unit(problem, person)
        allowed = problem.paid_minutes_max[problem.people.index(person)] // unit
        paid = np.arange(int(allowed.max()) + 1)
        return _paid_machine(problem, unit, paid, allowed[:, None] >= paid[None, :], keeps_the_top=False)


def paid_unit(problem: RosterProblem, person: Person) -> int:
    """Largest unit (minutes) of which every shift of the contract is a multiple."""
    paid = [option.paid_minutes for option in problem.options if option.family in person.contract.shifts]
    return max(gcd(*paid), 1)


def _paid_machine(
    problem: RosterProblem,
    unit: int,
    paid: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    *,
    keeps_the_top: bool,
) -> Machine:
    """Paid time adds up; above the highest state it stays there or is forbidden. allowed: (weeks, states)."""
    units = np.array([option.paid_minutes // unit for option in problem.options], dtype=np.int64)
    amount = with_day_off(np.broadcast_to(units, (problem.period.days, len(units))), 0)
    kind, what = kinds_of(amount)
    reached = paid[:, None] + what[:, 0][None, :]
    top = len(paid) - 1
    step = np.where(reached <= top, reached, top if keeps_the_top else FORBIDDEN)
    machine = Machine(kind, np.broadcast_to(step, (problem.period.days, *step.shape)))
    return within_weeks(machine, last_of_week(problem.period), allowed)


def _words(week: int, agreed: Agreed) -> str:
    """The week, or the part of it in the period, for which the hours are counted."""
    first, last = begin_of(week, agreed), min(begin_of(week + 1, agreed) - timedelta(days=1), agreed.period_last)
    if agreed.week_first is None or (last - first).days == 6:
        return "the week"
    return f"the part of the week in the period ({span(first, last)})"


def _hours_by_week(worked: Sequence[Worked], agreed: Agreed) -> list[float]:
    hours = [0.0] * len(agreed.weekly_hours_min)
    for w in in_period(worked, agreed):
        hours[week_of(w.schedule_date, agreed)] += w.paid_hours
    return hours
