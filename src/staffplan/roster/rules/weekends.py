"""Rules on Saturdays and Sundays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from staffplan.roster.machines import FORBIDDEN, Machine
from staffplan.roster.problem import Person, RosterProblem
from staffplan.roster.rules.base import Agreed, Posted, Violation, Worked, Works, variables
from staffplan.roster.rules.runs import worked_or_off

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True)
class WeekendsOff:
    """Weekends (Saturday and Sunday, both in the period) on which no shift begins, at least this many."""

    weekends: int
    name: str = "weekends off"
    weight: None = None

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Posted]:
        free = []
        for saturday, _ in problem.period.weekends():
            off = model.new_bool_var(f"{person.agent_id} weekend {saturday}")
            both = variables(works, person, range(saturday, saturday + 2), problem)
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

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is twice the weekends worked, and one more on a Sunday after a worked Saturday."""
        pairs = problem.period.weekends()
        most = len(pairs) - min(self.weekends, len(pairs))
        if most == len(pairs):
            return None
        count = np.arange(2 * most + 3)
        step = np.empty((problem.period.days, len(count), 2), dtype=np.int64)
        step[:] = count[:, None]
        for saturday, sunday in pairs:
            step[saturday, :, 1] = np.where(count + 3 <= 2 * most + 1, count + 3, FORBIDDEN)
            odd = count % 2 == 1
            step[sunday, :, 0] = np.where(odd, count - 1, count)
            step[sunday, :, 1] = np.where(odd, count - 1, np.where(count + 2 <= 2 * most, count + 2, FORBIDDEN))
        return Machine(worked_or_off(problem), step)
