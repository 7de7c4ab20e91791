"""Rest in one piece and work in more than one: single days off, single days of work, weekends that are split."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.roster.rules.runs import worked_or_off
from staffplan.settings.priced_rules import IsolatedDaysSetting, SplitRestSetting, SplitWeekendsSetting

REST, WORK, ONE = 0, 1, 2
"""States of the day before: part of a longer rest, a day of work, a single day (off, or of work)."""


@dataclass(frozen=True)
class SplitRest:
    """The amount is the single days off between two days of work, counted on the day of return.

    Days before the period are known where the person has a past.
    """

    weight: float = 1.0
    name: str = "single days off"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = {shift.schedule_date for shift in worked}
        for day in sorted(days):
            off, before = day - timedelta(days=1), day - timedelta(days=2)
            if _inside(day, agreed) and off not in days and before in days:
                yield Violation(day, "back at work after a single day off")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        step = np.array([[REST, WORK], [ONE, WORK], [REST, WORK]])
        price = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, self.weight]])
        before, yesterday = _days_known(problem, person)
        start = WORK if yesterday else ONE if before else REST
        return _every_day(problem, step, price, start)


@priced_rule_for(SplitRestSetting)
def _split_rest(setting: SplitRestSetting, _concern: Concern) -> SplitRest:
    return SplitRest(setting.weight)


@dataclass(frozen=True)
class IsolatedDays:
    """The amount is the single days of work between two days off, counted on the day after it.

    Days before the period are known where the person has a past.
    """

    weight: float = 1.0
    name: str = "single days of work"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = {shift.schedule_date for shift in worked}
        unknown = _unknown_before(days, agreed)
        for day in sorted(days):
            off, before = day + timedelta(days=1), day - timedelta(days=1)
            if _inside(off, agreed) and off not in days and before not in days and before >= unknown:
                yield Violation(off, f"off again after a single day of work, {day:%a} {day.day} {day:%b}")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """The states with the roles of work and rest exchanged: WORK stands for a day off."""
        step = np.array([[WORK, REST], [WORK, ONE], [WORK, REST]])
        price = np.array([[0.0, 0.0], [0.0, 0.0], [self.weight, 0.0]])
        before, yesterday = _days_known(problem, person)
        start = REST
        if yesterday is False:
            start = WORK
        elif yesterday and before is False:
            start = ONE
        return _every_day(problem, step, price, start)


@priced_rule_for(IsolatedDaysSetting)
def _isolated_days(setting: IsolatedDaysSetting, _concern: Concern) -> IsolatedDays:
    return IsolatedDays(setting.weight)


@dataclass(frozen=True)
class SplitWeekends:
    """The amount is the weekends of which one day is worked and the other is not, counted on the Sunday."""

    weight: float = 1.0
    name: str = "split weekends"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = {shift.schedule_date for shift in worked}
        unknown = _unknown_before(days, agreed)
        for number in range(agreed.period_days):
            sunday = agreed.period_first + timedelta(days=number)
            saturday = sunday - timedelta(days=1)
            if sunday.weekday() == 6 and saturday >= unknown and (sunday in days) != (saturday in days):
                yield Violation(sunday, f"only {'Sunday' if sunday in days else 'Saturday'} of the weekend is worked")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state says whether the day before was worked."""
        step = np.broadcast_to(np.array([0, 1]), (problem.period.days, 2, 2))
        price = np.zeros(step.shape)
        for d in range(problem.period.days):
            if problem.period.day(d).weekday() == 6 and (d > 0 or _days_known(problem, person)[1] is not None):
                price[d] = self.weight * np.array([[0.0, 1.0], [1.0, 0.0]])
        return Machine(worked_or_off(problem), step, price, start=int(bool(_days_known(problem, person)[1])))


@priced_rule_for(SplitWeekendsSetting)
def _split_weekends(setting: SplitWeekendsSetting, _concern: Concern) -> SplitWeekends:
    return SplitWeekends(setting.weight)


def _inside(day: date, agreed: Agreed) -> bool:
    return 0 <= (day - agreed.period_first).days < agreed.period_days


def _unknown_before(days: Collection[date], agreed: Agreed) -> date:
    """The day before which nothing is known of the person."""
    return date.min if any(day < agreed.period_first for day in days) else agreed.period_first


def _every_day(problem: RosterProblem, step: np.ndarray, price: np.ndarray, start: int) -> Machine:
    shape = (problem.period.days, *step.shape)
    return Machine(worked_or_off(problem), np.broadcast_to(step, shape), np.broadcast_to(price, shape), start=start)


def _days_known(problem: RosterProblem, person: Person) -> tuple[bool | None, bool | None]:
    """Whether the person worked two days before the period and on the day before; None: not known."""
    if not person.past:
        return None, None
    days = {shift.schedule_date for shift in person.past}
    return problem.period.day(-2) in days, problem.period.day(-1) in days
