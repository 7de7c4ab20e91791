"""A price for each hour by which a balance of hours lies above or below zero where it is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.roster.problem.machine import Floats, Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import span
from staffplan.roster.rules.hours import paid_unit
from staffplan.roster.rules.known import Concern, DueSpan
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import HoursBalanceSetting


@dataclass(frozen=True)
class HoursBalance:
    """The amount is the hours worked above or below those due in each span; the spans, one after the other, cover
    the period, and what was worked before is in their hours already."""

    spans: tuple[DueSpan, ...]
    weight: float = 0.5
    free: float = 0.0
    """Hours on both sides that cost nothing."""
    name: str = "hours balance"

    def balances(self, worked: Sequence[Worked]) -> list[float]:
        """Hours above zero (below: negative) at the end of each span."""
        return [_hours(worked, one) - one.hours for one in self.spans]

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for one, balance in zip(self.spans, self.balances(worked), strict=True):
            amount = max(abs(balance) - self.free, 0.0)
            if amount > 1e-9:
                said = f"{_hours(worked, one):g} paid hours on {span(one.first, one.last)}"
                yield Violation(one.first, f"balance of {balance:+g} h at the end, after {said}", amount)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the paid time of the span so far in the contract's unit, up to where each further hour costs the
        same: hours above are priced as they come, what is left below on the span's last day."""
        unit, days = paid_unit(problem, person), problem.period.days
        units = np.array([option.paid_minutes // unit for option in problem.options], dtype=np.int64)
        kind, what = kinds_of(with_day_off(np.broadcast_to(units, (days, len(units))), 0))
        top = max(int(np.ceil(max(one.hours + self.free, 0.0) * 60 / unit)) for one in self.spans) + 1
        now = np.arange(top + 1)[:, None]
        then = np.broadcast_to(now + what[:, 0][None, :], (top + 1, len(what)))
        step, price = np.empty((days, *then.shape), dtype=np.int64), np.empty((days, *then.shape))
        for day in range(days):
            one = next(one for one in self.spans if one.last >= problem.period.day(day))
            price[day] = self._above(then * unit / 60, one.hours) - self._above(now * unit / 60, one.hours)
            ends = problem.period.day(day) == one.last
            step[day] = 0 if ends else np.minimum(then, top)
            if ends:
                price[day] += self._below(then * unit / 60, one.hours) + self._above(np.array(0.0), one.hours)
        return Machine(kind, step, self.weight * price)

    def _above(self, hours: Floats, due: float) -> Floats:
        return np.asarray(np.maximum(hours - due - self.free, 0.0))

    def _below(self, hours: Floats, due: float) -> Floats:
        return np.asarray(np.maximum(due - hours - self.free, 0.0))


def _hours(worked: Sequence[Worked], one: DueSpan) -> float:
    return sum(w.paid_hours for w in worked if one.first <= w.schedule_date <= one.last)


@priced_rule_for(HoursBalanceSetting)
def _hours_balance(setting: HoursBalanceSetting, concern: Concern) -> HoursBalance | None:
    spans = concern.balances.get(concern.agent_id, ())
    return HoursBalance(spans, setting.weight, setting.free_hours) if spans else None
