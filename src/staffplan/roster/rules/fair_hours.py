"""Paid hours shared out evenly, from both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period
from staffplan.roster.rules.fair_words import in_words
from staffplan.roster.rules.hours import paid_unit

ONE = 8.0
"""Hours that count as one: a usual shift."""
FREE = 0.5
"""So many of them on both sides of the share cost nothing: hours come by whole shifts."""
STEEPEST = 3
"""The first one off costs the weight, the second twice, the third and each further one so often."""


@dataclass(frozen=True)
class FairHours:
    """The amount grows with the hours above the share, and below it where both sides are priced."""

    share: float
    """What the requirement implies for the person, hours."""
    carried: float
    """What the person had above the fair share before, positive, or below it, hours."""
    weight: float = 2.0
    both_sides: bool = True
    name: str = "fair share of hours"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        hours = sum(w.paid_hours for w in in_period(worked, agreed))
        amount = float(self._above(np.array(hours)) + self._below(np.array(hours)))
        if amount > 1e-9:
            yield Violation(agreed.period_first, in_words(hours, "hours", self.share, self.carried), amount)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the paid time so far in the contract's unit, up to where each further hour costs the same."""
        unit = paid_unit(problem, person)
        units = np.array([option.paid_minutes // unit for option in problem.options], dtype=np.int64)
        kind, what = kinds_of(with_day_off(np.broadcast_to(units, (problem.period.days, len(units))), 0))
        top = int(np.ceil(max(self._due + (STEEPEST + FREE) * ONE, 0) * 60 / unit)) + 1
        now, then = np.arange(top + 1)[:, None], np.arange(top + 1)[:, None] + what[:, 0][None, :]
        price = self._above(then * unit / 60) - self._above(now * unit / 60)
        shape = (problem.period.days, *then.shape)
        end = self.weight * self._below(np.arange(top + 1) * unit / 60) if self.both_sides else None
        steps = np.broadcast_to(np.minimum(then, top), shape), np.broadcast_to(self.weight * price, shape)
        return Machine(kind, *steps, end=end)

    @property
    def _due(self) -> float:
        return self.share - self.carried

    def _above(self, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        return _grown((hours - self._due) / ONE - FREE)

    def _below(self, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        return _grown((self._due - hours) / ONE - FREE) * self.both_sides


def _grown(off: NDArray[np.float64]) -> NDArray[np.float64]:
    """What so many off the share amount to: slope 1, then 2, then 3."""
    return np.asarray(sum(np.maximum(off - step, 0.0) for step in range(STEEPEST)), dtype=np.float64)
