"""Rules that count: how much of something in the period, or in each week of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Ints, Machine, filtered, rows_of, unrolled, with_day_off
from staffplan.roster.problem.part_weeks import days_elsewhere, part_due
from staffplan.roster.problem.problem import DAYS_OF_A_WHOLE_WEEK, Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period, in_weeks, of_first_week, weeks
from staffplan.roster.rules.options import of_families
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import DayHoursSetting, PeriodDaysSetting, PeriodHoursSetting, ShiftsOfSetting


@dataclass(frozen=True)
class Bounds:
    """At least and at most so much (None: no bound) in the "period" or in each "week" of it."""

    least: int | None
    most: int | None
    per: str = "period"


@dataclass(frozen=True)
class ShiftsOf:
    """How often shifts of a family are worked."""

    family: str
    bounds: Bounds
    weight: None = None

    @property
    def name(self) -> str:
        return f"{self.family} shifts"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = [w.schedule_date for w in in_weeks(worked, agreed) if w.family == self.family]
        yield from said_often(days, agreed, self.bounds, f"{self.family} shift")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        before = sum(w.family == self.family for w in of_first_week(person, problem.period))
        return counted(problem, person, self._amount(problem), self.bounds, before)

    def _amount(self, problem: RosterProblem) -> Ints:
        which = of_families(problem, (self.family,)).astype(np.int64)
        return np.broadcast_to(which, (problem.period.days, len(which)))


@rule_for(
    ShiftsOfSetting,
    Relaxable("least", -1, 4, "at least {:g} {shift} shifts in the {per}"),
    Relaxable("most", 1, 4, "at most {:g} {shift} shifts in the {per}"),
)
def _shifts_of(setting: ShiftsOfSetting, _holder: Holder) -> ShiftsOf:
    return ShiftsOf(setting.shift, Bounds(setting.least, setting.most, setting.per))


@dataclass(frozen=True)
class PeriodDays:
    """Days worked in the whole period."""

    bounds: Bounds
    name: str = "days in the period"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = {w.schedule_date for w in in_period(worked, agreed)}
        yield from said_often(days, agreed, self.bounds, "working day")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        every = np.ones((problem.period.days, len(problem.options)), dtype=np.int64)
        return counted(problem, person, every, self.bounds)


@rule_for(
    PeriodDaysSetting,
    Relaxable("least", -1, 8, "at least {:g} days in the period"),
    Relaxable("most", 1, 8, "at most {:g} days in the period"),
)
def _period_days(setting: PeriodDaysSetting, _holder: Holder) -> PeriodDays:
    return PeriodDays(Bounds(setting.least, setting.most))


@dataclass(frozen=True)
class PeriodHours:
    """Paid time in the whole period; both bounds are minutes of work, time off already credited."""

    bounds: Bounds
    name: str = "hours in the period"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        hours = sum(w.paid_hours for w in in_period(worked, agreed))
        least, most = self.bounds.least, self.bounds.most
        if least is not None and hours * 60 < least - 1e-4:
            yield Violation(
                agreed.period_first, f"{hours:g} paid hours in the period, {_hours(least)} are due", lacks=True
            )
        if most is not None and hours * 60 > most + 1e-4:
            yield Violation(agreed.period_first, f"{hours:g} paid hours in the period, {_hours(most)} are allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """Counted in the largest unit that every shift of the contract is a multiple of."""
        mine = of_families(problem, person.contract.shifts)
        paid = np.array([option.paid_minutes for option in problem.options], dtype=np.int64)
        unit = int(np.gcd.reduce(np.append(paid[mine], 0))) or 1
        least = None if self.bounds.least is None else -(-self.bounds.least // unit)
        most = None if self.bounds.most is None else self.bounds.most // unit
        amount = np.broadcast_to(paid // unit, (problem.period.days, len(paid)))
        return counted(problem, person, amount, Bounds(least, most))


@rule_for(
    PeriodHoursSetting,
    Relaxable("least", -1.0, 1.0, "at least {:g} paid hours in the period"),
    Relaxable("most", 1.0, 1.0, "at most {:g} paid hours in the period"),
)
def _period_hours(setting: PeriodHoursSetting, holder: Holder) -> PeriodHours:
    """Bounds on minutes of work, what time off counts already taken away."""
    least = None if setting.least is None else ceil((setting.least - holder.credited_hours) * 60 - 1e-6)
    most = None if setting.most is None else floor((setting.most - holder.credited_paid_hours) * 60 + 1e-6)
    return PeriodHours(Bounds(least and max(least, 0), most and max(most, 0)))


@dataclass(frozen=True)
class DayHours:
    """Paid time on a day, at most."""

    minutes: int
    name: str = "hours on a day"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        hours: dict[date, float] = {}
        for w in in_period(worked, agreed):
            hours[w.schedule_date] = hours.get(w.schedule_date, 0.0) + w.paid_hours
        for day, paid in sorted(hours.items()):
            if paid * 60 > self.minutes + 1e-4:
                yield Violation(day, f"{paid:g} paid hours on the day, {_hours(self.minutes)} are allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        long = np.array([*(option.paid_minutes > self.minutes for option in problem.options), False], dtype=bool)
        return filtered(np.broadcast_to(long, (problem.period.days, len(long))))


@rule_for(DayHoursSetting, Relaxable("most", 0.5, 0.5, "at most {:g} paid hours a day"))
def _day_hours(setting: DayHoursSetting, _holder: Holder) -> DayHours:
    return DayHours(floor(setting.most * 60))


def counted(problem: RosterProblem, person: Person, amount: Ints, bounds: Bounds, before: int = 0) -> Machine:
    """A state is the sum of amount, (days, options), in the block so far; without a most it stops at the least.

    before: how much of it there was in the week's days before the period.
    """
    start = before if bounds.per == "week" else 0
    ends = leasts(problem.period, person, bounds, start)
    least, most = bounds.least or 0, bounds.most

    def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        count = states[..., 0] + what[..., 0]
        good = np.ones(count.shape, dtype=bool) if most is None else count <= most
        count = np.minimum(count, least) if most is None else count
        if day in ends:
            good = good & (count >= ends[day])
            count = 0 * count
        return rows_of(count), good

    return unrolled([with_day_off(amount, 0)], (min(start, least if most is None else most),), follow)


def leasts(period: Period, person: Person, bounds: Bounds, before: int) -> dict[int, int]:
    """By the last day of each block the least that is due there. Of a calendar week that goes on outside the period
    it is the share of the days inside, or more where the days outside could not hold the rest."""
    if bounds.per == "period":
        return {period.days - 1: bounds.least or 0}
    found = {}
    for week, days in weeks(period):
        due = bounds.least or 0
        if period.is_part(week):
            done, outside = before if week == 0 else 0, days_elsewhere(person, period, week)
            due = min(done + part_due(due - done, len(days), outside), due)
        elif len(days) < DAYS_OF_A_WHOLE_WEEK:
            due = 0
        found[days[-1]] = due
    return found


def said_often(days: Iterable[date], agreed: Agreed, bounds: Bounds, what: str) -> Iterator[Violation]:
    """What of the bounds is broken where something happens once on each of the days."""
    for first, last in _spans(agreed, bounds.per):
        mine = sorted(day for day in days if first <= day <= last)
        inside = [day for day in mine if day >= agreed.period_first]
        many = f"{len(mine)} {what}{'' if len(mine) == 1 else 's'} in the {bounds.per}"
        due = _due(first, last, len(mine) - len(inside), agreed, bounds)
        if len(mine) < due:
            yield Violation(max(first, agreed.period_first), f"{many}, {due} due", lacks=True)
        if bounds.most is not None and inside and len(mine) > bounds.most:
            yield Violation(max(mine[bounds.most], inside[0]), f"{many}, {bounds.most} allowed")


def _spans(agreed: Agreed, per: str) -> Iterator[tuple[date, date]]:
    """First and last day of each block in which is counted; calendar weeks as a whole."""
    if per == "period":
        yield agreed.period_first, agreed.period_last
        return
    first = agreed.first_week
    while first <= agreed.period_last:
        last = first + timedelta(days=6)
        yield first, last if agreed.week_first is not None else min(last, agreed.period_last)
        first = last + timedelta(days=1)


def _due(first: date, last: date, before: int, agreed: Agreed, bounds: Bounds) -> int:
    """How many are due in the block by the end of the period. before: how many there were of it before the period."""
    length, least = (last - first).days + 1, bounds.least or 0
    inside = (min(last, agreed.period_last) - max(first, agreed.period_first)).days + 1
    if agreed.week_first is None or bounds.per == "period":
        return least if bounds.per == "period" or length >= DAYS_OF_A_WHOLE_WEEK else 0
    known = max((agreed.period_first - max(first, agreed.past_from)).days, 0) if agreed.past_from else 0
    unknown, left = length - inside - known, least - before
    share = left * inside // (inside + unknown)
    return min(before + max(0, min(max(share, left - unknown), inside)), least)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} h"
