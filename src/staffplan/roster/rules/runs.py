"""Rules on days worked and days off in a row.

A least holds for runs that both begin and end in what is known: days before the period are known where the person
has a past, days after it never are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from staffplan.roster.problem.machine import FORBIDDEN, Ints, Machine
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import ConsecutiveDaysMinSetting, ConsecutiveDaysSetting, DaysOffInARowSetting


def days_before(person: Person, problem: RosterProblem) -> int:
    """Days in a row that the person has worked right up to the period."""
    busy = {worked.schedule_date for worked in person.past}
    count = 0
    while problem.period.first_day - timedelta(days=count + 1) in busy:
        count += 1
    return count


def worked_or_off(problem: RosterProblem) -> Ints:
    """(days, options + 1) kinds of a machine that sees only whether somebody works: 1 or 0."""
    kind = np.ones((problem.period.days, len(problem.options) + 1), dtype=np.int64)
    kind[:, -1] = 0
    return kind


@dataclass(frozen=True)
class ConsecutiveDays:
    """Days worked in a row, at most; days right before the period count where they are known."""

    days: int
    name: str = "days in a row"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        run, previous = 0, None
        for day in sorted({w.schedule_date for w in worked}):
            run = run + 1 if previous is not None and (day - previous).days == 1 else 1
            previous = day
            if run > self.days and day >= agreed.period_first:
                yield Violation(day, f"day {run} of work in a row, {self.days} are allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of days in a row so far."""
        run = np.arange(self.days + 1)
        step = np.stack([np.zeros_like(run), np.where(run < self.days, run + 1, FORBIDDEN)], axis=1)
        start = min(days_before(person, problem), self.days)
        return Machine(worked_or_off(problem), np.broadcast_to(step, (problem.period.days, *step.shape)), start=start)


@rule_for(ConsecutiveDaysSetting, Relaxable("days", 1, 8, "at most {:g} days in a row"))
def _consecutive_days(setting: ConsecutiveDaysSetting, _holder: Holder) -> ConsecutiveDays:
    return ConsecutiveDays(setting.days)


@dataclass(frozen=True)
class ConsecutiveDaysMin:
    """Days worked in a row, at least, in runs of which both ends are known."""

    days: int
    name: str = "days in a row, minimum"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        busy = sorted({w.schedule_date for w in worked})
        past_known = bool(busy) and busy[0] < agreed.period_first
        for first, last in _runs(busy):
            ends = last + timedelta(days=1)
            known = ends <= agreed.period_last and (first > agreed.period_first or past_known)
            length = (ends - first).days
            if known and ends >= agreed.period_first and length < self.days:
                said = f"{length} days" if length > 1 else "1 day"
                yield Violation(max(last, agreed.period_first), f"{said} of work in a row, {self.days} are due")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of days in a row so far, at most those due; a run of unknown beginning has them."""
        run = np.arange(self.days + 1)
        off = np.where((run == 0) | (run == self.days), 0, FORBIDDEN)
        step = np.stack([off, np.minimum(run + 1, self.days)], axis=1)
        start = min(days_before(person, problem), self.days) if person.past else self.days
        return Machine(worked_or_off(problem), np.broadcast_to(step, (problem.period.days, *step.shape)), start=start)


@rule_for(ConsecutiveDaysMinSetting, Relaxable("days", -1, 8, "at least {:g} days in a row", least=1))
def _consecutive_days_min(setting: ConsecutiveDaysMinSetting, _holder: Holder) -> ConsecutiveDaysMin:
    return ConsecutiveDaysMin(setting.days)


@dataclass(frozen=True)
class DaysOffInARow:
    """Days off in a row, at least, between two days of work that are known."""

    days: int
    name: str = "days off in a row"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for before, after in pairwise(sorted({w.schedule_date for w in worked})):
            free = (after - before).days - 1
            if 0 < free < self.days and agreed.period_first <= after <= agreed.period_last:
                said = f"{free} days" if free > 1 else "1 day"
                yield Violation(after, f"{said} off before this one, {self.days} in a row are due")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of days off in a row so far, at most those due; an unknown past has them."""
        free = np.arange(self.days + 1)
        work = np.where((free == 0) | (free == self.days), 0, FORBIDDEN)
        step = np.stack([np.minimum(free + 1, self.days), work], axis=1)
        last = max((worked.schedule_date for worked in person.past), default=None)
        gap = self.days if last is None else (problem.period.first_day - last).days - 1
        start = min(gap, self.days)
        return Machine(worked_or_off(problem), np.broadcast_to(step, (problem.period.days, *step.shape)), start=start)


@rule_for(DaysOffInARowSetting, Relaxable("days", -1, 8, "at least {:g} days off in a row", least=1))
def _days_off_in_a_row(setting: DaysOffInARowSetting, _holder: Holder) -> DaysOffInARow:
    return DaysOffInARow(setting.days)


def _runs(busy: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last of the days that follow one another without a gap."""
    breaks = [n for n in range(1, len(busy)) if (busy[n] - busy[n - 1]).days > 1]
    for begin, end in pairwise([0, *breaks, len(busy)] if busy else []):
        yield busy[begin], busy[end - 1]
