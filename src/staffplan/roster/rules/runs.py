"""Rules on days worked in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from staffplan.roster.machines import FORBIDDEN, Ints, Machine
from staffplan.roster.problem import Person, RosterProblem
from staffplan.roster.rules.base import Agreed, Posted, Violation, Worked, Works, span, variables

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


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

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        posted, before = [], days_before(person, problem)
        for d in range(-before, problem.period.days - self.days):
            free = self.days + min(d, 0)
            window = variables(works, person, range(max(d, 0), d + self.days + 1), problem)
            if d + self.days < 0 or not window:
                continue
            about = f"in {span(problem.period.day(d), problem.period.day(d + self.days))}"
            posted.append(Posted(self.name, about, model.add(sum(window) <= max(free, 0))))
        return posted

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
