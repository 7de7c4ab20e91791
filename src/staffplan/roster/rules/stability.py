"""What people have been told stays, as far as it can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import StabilitySetting


@dataclass(frozen=True)
class Stability:
    """The amount is the number of days on which the person's work differs from the published roster.

    It differs where a shift begins or ends at another time, is new, or is gone. Days not published are free.
    """

    published: tuple[Worked, ...]
    first_day: date
    last_day: date
    weight: float = 5.0
    name: str = "published roster"

    def _same(self, problem: RosterProblem) -> dict[int, set[int]]:
        """By day of the period that was published: the options that are what was told, the last one a day off."""
        period, told = problem.period, {shift.schedule_date: shift for shift in self.published}
        slots = np.array([option.slots for option in problem.options])
        found: dict[int, set[int]] = {}
        for d in range(period.days):
            if not self.first_day <= period.day(d) <= self.last_day:
                continue
            shift = told.get(period.day(d))
            if shift is None:
                found[d] = {len(problem.options)}
                continue
            alike = (problem.option_slot[:, d] == _slots(shift.start - period.start, period)) & (
                slots == _slots(shift.end - shift.start, period)
            )
            found[d] = set(np.flatnonzero(alike).tolist())
        return found

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for number in range(agreed.period_days):
            day = agreed.period_first + timedelta(days=number)
            if not self.first_day <= day <= self.last_day:
                continue
            told, now = (
                sorted((s.start, s.end) for s in shifts if s.schedule_date == day)
                for shifts in (self.published, worked)
            )
            if told != now:
                names = [shift.shift for shift in self.published if shift.schedule_date == day]
                yield Violation(day, f"{names[0] or 'another shift' if names else 'a day off'} was published")

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """One state; what was published is one kind, all else the other."""
        same = self._same(problem)
        if not same:
            return None
        kind = np.zeros((problem.period.days, len(problem.options) + 1), dtype=np.int64)
        for d, options in same.items():
            kind[d] = 1
            kind[d, list(options)] = 0
        shape = (problem.period.days, 1, 2)
        price = np.broadcast_to(np.array([0.0, self.weight]), shape)
        return Machine(kind, np.zeros(shape, dtype=np.int64), price)


@priced_rule_for(StabilitySetting)
def _stability(setting: StabilitySetting, concern: Concern) -> Stability | None:
    published = concern.known.published
    if published is None:
        return None
    shifts = published.shifts.get(concern.agent_id, ())
    return Stability(shifts, published.first_day, published.last_day, setting.weight)


def _slots(time: pd.Timedelta, period: Period) -> float:
    return time / pd.Timedelta(minutes=period.slot_minutes)
