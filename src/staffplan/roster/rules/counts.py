"""Rules that count: how much of something in the period, or in each week of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Ints, Machine, filtered, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import DAYS_OF_A_WHOLE_WEEK, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period
from staffplan.roster.rules.options import blocks, of_families
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
        days = [w.schedule_date for w in in_period(worked, agreed) if w.family == self.family]
        yield from said_often(days, agreed, self.bounds, f"{self.family} shift")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        return counted(problem, self._amount(problem), self.bounds)

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
        return counted(problem, np.ones((problem.period.days, len(problem.options)), dtype=np.int64), self.bounds)


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
            yield Violation(agreed.period_first, f"{hours:g} paid hours in the period, {_hours(least)} are due")
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
        return counted(problem, amount, Bounds(least, most))


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


def counted(problem: RosterProblem, amount: Ints, bounds: Bounds) -> Machine:
    """A state is the sum of amount, (days, options), in the block so far; without a most it stops at the least."""
    ends = {days[-1]: whole for days, whole in blocks(problem.period, bounds.per)}
    least, most = bounds.least or 0, bounds.most

    def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        count = states[..., 0] + what[..., 0]
        good = np.ones(count.shape, dtype=bool) if most is None else count <= most
        count = np.minimum(count, least) if most is None else count
        if day in ends:
            good = good & (count >= least) if ends[day] else good
            count = 0 * count
        return rows_of(count), good

    return unrolled([with_day_off(amount, 0)], (0,), follow)


def said_often(days: Iterable[date], agreed: Agreed, bounds: Bounds, what: str) -> Iterator[Violation]:
    """What of the bounds is broken where something happens once on each of the days."""
    length = agreed.period_days if bounds.per == "period" else 7
    for begin in range(0, agreed.period_days, length):
        first = agreed.period_first + timedelta(days=begin)
        size = min(length, agreed.period_days - begin)
        mine = sorted(day for day in days if 0 <= (day - first).days < size)
        many = f"{len(mine)} {what}{'' if len(mine) == 1 else 's'} in the {bounds.per}"
        whole = bounds.per == "period" or size >= DAYS_OF_A_WHOLE_WEEK
        if bounds.least is not None and whole and len(mine) < bounds.least:
            yield Violation(first, f"{many}, {bounds.least} due")
        if bounds.most is not None and len(mine) > bounds.most:
            yield Violation(mine[bounds.most], f"{many}, {bounds.most} allowed")


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} h"
