"""Shifts of a week that start at the same time of day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from staffplan.roster.problem.machine import Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Penalty, Violation, Worked, Works
from staffplan.roster.rules.base import in_period, variables, week_of, weeks
from staffplan.roster.rules.hours import last_of_week
from staffplan.roster.rules.options import DAY_OFF, chosen, clock_starts

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True)
class StartsAlike:
    """The amount is the days of a week that start more than `minutes` from the start of its first day worked."""

    minutes: int = 0
    weight: float = 0.5
    name: str = "equal starts"

    def add(self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> list[Penalty]:
        starts, every = clock_starts(problem), np.ones(len(problem.options), dtype=bool)
        other = []
        for _, days in weeks(problem.period):
            for first in days:
                for later in range(first + 1, days[-1] + 1):
                    between = variables(works, person, range(days[0], first), problem)
                    for o, one in chosen(works, person, first, problem, every):
                        for p, two in chosen(works, person, later, problem, every):
                            if abs(starts[first, o] - starts[later, p]) > self.minutes:
                                other.append(_all_of(model, [one, two], between))
        return [Penalty(self.name, self.weight, sum(other))] if other else []

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        first: dict[int, int] = {}
        for w in sorted(in_period(worked, agreed), key=lambda shift: shift.start):
            local = w.start.tz_convert(agreed.timezone)
            minute = local.hour * 60 + local.minute
            due = first.setdefault(week_of(w.schedule_date, agreed), minute)
            if abs(minute - due) > self.minutes:
                message = f"starts at {local:%H:%M}, the week began with {due // 60:02d}:{due % 60:02d}"
                yield Violation(w.schedule_date, message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the start of the week's first day worked, or none yet."""
        kind, what = kinds_of(with_day_off(clock_starts(problem), DAY_OFF))
        starts = what[:, 0]
        worked = starts != DAY_OFF
        states = np.arange(len(starts))
        begins = np.where(worked, states, 0)
        none_yet = starts == DAY_OFF
        step = np.where(none_yet[:, None], begins[None, :], states[:, None])
        differs = (np.abs(starts[:, None] - starts[None, :]) > self.minutes) & worked[:, None] & worked[None, :]
        shape = (problem.period.days, *step.shape)
        by_day = np.where(last_of_week(problem.period)[:, None, None], 0, step[None, :, :])
        return Machine(kind, by_day, np.broadcast_to(self.weight * differs, shape))


def _all_of(model: cp_model.CpModel, true: Sequence[Any], false: Sequence[Any]) -> Any:
    """A variable that is 1 where each of `true` is 1 and each of `false` is 0."""
    both = model.new_bool_var("")
    literals = [*true, *(variable.negated() for variable in false)]
    model.add_bool_and(literals).only_enforce_if(both)
    model.add_bool_or([both, *(literal.negated() for literal in literals)])
    return both
