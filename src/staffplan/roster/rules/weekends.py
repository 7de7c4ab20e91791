"""Rules on Saturdays and Sundays.

A weekend is worked where a shift begins on one of them. It is off, as a day off that is wished for or granted is,
only where no shift has a minute on them: a night from Friday into Saturday takes it. Agreements let it begin at
midnight (nurses': "commencing at 2400 hours Friday", lawinsider.com/clause/weekend-duty) or with the end of Friday's
day shift.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period, last_day, past_midnight, runs_in
from staffplan.roster.rules.registry import Holder, LeftOut, Relaxable, rule_for
from staffplan.roster.rules.runs import worked_or_off
from staffplan.settings.hard_rules import (
    WeekendsInARowSetting,
    WeekendsOffSetting,
    WeekendsWorkedSetting,
    WholeWeekendsSetting,
)


@dataclass(frozen=True)
class WeekendsOff:
    """Weekends (Saturday and Sunday, both in the period) on which no shift has a minute, at least this many."""

    weekends: int
    name: str = "weekends off"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        busy = {day for w in worked for day in (w.schedule_date, last_day(w, agreed.timezone))}
        saturday = agreed.period_first + timedelta(days=(5 - agreed.period_first.weekday()) % 7)
        free = total = 0
        while saturday < agreed.period_last:
            total += 1
            free += saturday not in busy and saturday + timedelta(days=1) not in busy
            saturday += timedelta(days=7)
        due = min(self.weekends, total)
        if free < due:
            yield Violation(agreed.period_first, f"{free} weekends off in the period, {due} are due")

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is the weekends taken before this one, and whether this one is taken so far."""
        saturdays = [saturday for saturday, _ in problem.period.weekends()]
        most = len(saturdays) - min(self.weekends, len(saturdays))
        if most == len(saturdays):
            return None
        fridays = np.isin(np.arange(problem.period.days) + 1, saturdays)
        tail = with_day_off((past_midnight(problem) & fridays[:, None]).astype(np.int64), 0)

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            count, taken = states[..., 0], np.maximum(states[..., 1], what[..., 1])
            if day in saturdays or day - 1 in saturdays:
                taken = np.maximum(taken, what[..., 0])
            good = count + taken <= most
            if day - 1 in saturdays:
                count, taken = count + taken, 0 * taken
            return rows_of(count, taken), good

        start = int(0 in saturdays and runs_in(problem, person))
        return unrolled([worked_or_off(problem), tail], (0, start), follow)


@rule_for(WeekendsOffSetting, Relaxable("weekends", -1, 16, "at least {:g} weekends off"))
def _weekends_off(setting: WeekendsOffSetting, _holder: Holder) -> WeekendsOff:
    return WeekendsOff(setting.weekends)


@dataclass(frozen=True)
class WeekendsInARow:
    """Weekends worked in a row, at most; those before the period count where they are known."""

    weekends: int
    name: str = "weekends in a row"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        busy = {_saturday(w.schedule_date) for w in worked if w.schedule_date.weekday() >= 5}
        mine = {w.schedule_date for w in in_period(worked, agreed) if w.schedule_date.weekday() >= 5}
        for saturday in sorted({_saturday(day) for day in mine}):
            run = 1
            while saturday - timedelta(weeks=run) in busy:
                run += 1
            if run > self.weekends:
                day = min(d for d in mine if _saturday(d) == saturday)
                yield Violation(day, f"weekend {run} of work in a row, {self.weekends} allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the weekends worked in a row before this one, and whether this one is worked so far."""
        past = {_saturday(w.schedule_date) for w in person.past if w.schedule_date.weekday() >= 5}
        this, run = _saturday(problem.period.first_day), 0
        while run < self.weekends and this - timedelta(weeks=run + 1) in past:
            run += 1

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            weekday = problem.period.day(day).weekday()
            before, busy, works = states[..., 0], states[..., 1], what[..., 0] * (weekday >= 5)
            good = (works == 0) | (before < self.weekends)
            busy = np.maximum(busy, works)
            if weekday == 6:
                before, busy = np.where(busy == 1, np.minimum(before + 1, self.weekends), 0), 0 * busy
            return rows_of(before, busy), good

        return unrolled([worked_or_off(problem)], (run, int(this in past)), follow)


@rule_for(WeekendsInARowSetting, Relaxable("weekends", 1, 16, "at most {:g} weekends in a row"))
def _weekends_in_a_row(setting: WeekendsInARowSetting, _holder: Holder) -> WeekendsInARow:
    return WeekendsInARow(setting.weekends)


@dataclass(frozen=True)
class WeekendsWorked:
    """Weekends worked in the period, at most; half a weekend at either end of it is one."""

    weekends: int
    name: str = "weekends worked"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        days = sorted(w.schedule_date for w in in_period(worked, agreed) if w.schedule_date.weekday() >= 5)
        first_days = {_saturday(day): day for day in reversed(days)}
        for number, saturday in enumerate(sorted(first_days), start=1):
            if number > self.weekends:
                message = f"weekend {number} of work in the period, {self.weekends} allowed"
                yield Violation(first_days[saturday], message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is the weekends worked so far, this one too, and whether this one is."""
        if len(list(_weekends(problem.period))) <= self.weekends:
            return None

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            weekday = problem.period.day(day).weekday()
            count, busy, works = states[..., 0], states[..., 1], what[..., 0] * (weekday >= 5)
            more = count + ((works == 1) & (busy == 0))
            busy = np.maximum(busy, works) * (weekday == 5)
            return rows_of(more, busy), more <= self.weekends

        return unrolled([worked_or_off(problem)], (0, 0), follow)


@rule_for(WeekendsWorkedSetting, Relaxable("weekends", 1, 16, "at most {:g} weekends"))
def _weekends_worked(setting: WeekendsWorkedSetting, _holder: Holder) -> WeekendsWorked:
    return WeekendsWorked(setting.weekends)


@dataclass(frozen=True)
class WholeWeekends:
    """Saturday and Sunday both worked or both off, where both are known."""

    name: str = "whole weekends"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        busy = {w.schedule_date for w in worked}
        past_known = any(day < agreed.period_first for day in busy)
        sunday = agreed.period_first + timedelta(days=(6 - agreed.period_first.weekday()) % 7)
        while sunday <= agreed.period_last:
            saturday = sunday - timedelta(days=1)
            if (saturday >= agreed.period_first or past_known) and (saturday in busy) != (sunday in busy):
                worked_day, free_day = (saturday, sunday) if saturday in busy else (sunday, saturday)
                message = f"{worked_day:%A} is worked and {free_day:%A} is not"
                yield Violation(max(worked_day, agreed.period_first), message)
            sunday += timedelta(weeks=1)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state on a Sunday is whether Saturday was worked, 2 where that is not known."""
        yesterday = problem.period.first_day - timedelta(days=1)
        start = int(yesterday in {w.schedule_date for w in person.past}) if person.past else 2

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            weekday, saturday, works = problem.period.day(day).weekday(), states[..., 0], what[..., 0]
            good = (saturday == 2) | (saturday == works) if weekday == 6 else np.ones_like(saturday + works, bool)
            return rows_of(works * (weekday == 5) + 0 * saturday), good

        return unrolled([worked_or_off(problem)], (start,), follow)


@rule_for(WholeWeekendsSetting, relaxation=LeftOut("Saturday and Sunday both worked or both off"))
def _whole_weekends(setting: WholeWeekendsSetting, _holder: Holder) -> WholeWeekends:
    return WholeWeekends()


def _saturday(day: date) -> date:
    """The Saturday of the day's week; weeks begin on Monday."""
    return day + timedelta(days=5 - day.weekday())


def _weekends(period: Period) -> Iterator[tuple[date, range]]:
    """Every Saturday, in the period or the day before it, and the day numbers of its weekend inside the period."""
    ends = {_saturday(period.day(d)) for d in range(period.days) if period.day(d).weekday() >= 5}
    for saturday in sorted(ends):
        first = (saturday - period.first_day).days
        yield saturday, range(max(first, 0), min(first + 2, period.days))
