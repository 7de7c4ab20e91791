"""Paid hours of a week above what the contract calls normal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.roster.problem.machine import Ints, Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import begin_of, in_period, last_of_week, week_of
from staffplan.roster.rules.hours import paid_unit
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import OvertimeSetting


@dataclass(frozen=True)
class Overtime:
    """The amount is the paid hours of each week above the normal ones, time off credited as for the maximum."""

    allowance_minutes: int
    """How far the contract's maximum of a week lies above the normal hours."""
    weight: float = 2.0
    name: str = "overtime"

    def _normal(self, problem: RosterProblem, person: Person) -> Ints:
        """(weeks,): paid minutes up to which there is no overtime."""
        most = problem.paid_minutes_max[problem.people.index(person)]
        return np.asarray(np.maximum(most - self.allowance_minutes, 0))

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        hours = [0.0] * len(agreed.weekly_hours_max)
        for w in in_period(worked, agreed):
            hours[week_of(w.schedule_date, agreed)] += w.paid_hours
        for week, paid in enumerate(hours):
            most = int(agreed.weekly_hours_max[week] * 60 + 1e-6) / 60
            normal = max(most - self.allowance_minutes / 60, 0.0)
            if paid > normal + 1e-6:
                message = f"{paid:g} paid hours in the week, {normal:g} are normal"
                yield Violation(begin_of(week, agreed), message, paid - normal)

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is the paid time of the week so far in the contract's unit, up to the normal hours."""
        normal, unit = self._normal(problem, person), paid_unit(problem, person)
        paid = np.arange(-(-int(normal.max()) // unit) + 1)
        units = np.array([option.paid_minutes for option in problem.options], dtype=np.int64) // unit
        amount = with_day_off(np.broadcast_to(units, (problem.period.days, len(units))), 0)
        kind, what = kinds_of(amount)
        reached = paid[:, None] + what[:, 0][None, :]
        week = np.array([problem.period.week_of(day) for day in range(problem.period.days)])
        above = [np.maximum(unit * at - normal[week][:, None, None], 0) for at in (paid[:, None], reached)]
        step = np.where(last_of_week(problem.period)[:, None, None], 0, np.minimum(reached, paid[-1])[None, :, :])
        return Machine(kind, step, self.weight * (above[1] - above[0]) / 60)


@priced_rule_for(OvertimeSetting)
def _overtime(setting: OvertimeSetting, concern: Concern) -> Overtime | None:
    contract = concern.contract
    if contract.weekly_hours_norm is None:
        return None
    return Overtime(round((contract.weekly_hours_max - contract.normal_hours) * 60), setting.weight)
