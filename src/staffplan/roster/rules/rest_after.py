"""Longer rest after certain shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.options import (
    DAY_OFF,
    day_minutes,
    length_minutes,
    minutes_from_start,
    of_families,
    start_minutes,
)
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import RestAfterSetting


@dataclass(frozen=True)
class RestAfter:
    """Time free between the end of a shift of the family and the start of the next shift, of whatever family."""

    family: str
    minutes: int
    weight: None = None

    @property
    def name(self) -> str:
        return f"rest after {self.family}"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for before, after in pairwise(sorted(worked, key=lambda w: w.start)):
            free = (after.start - before.end).total_seconds() / 60
            if before.family == self.family and after.schedule_date >= agreed.period_first and free < self.minutes:
                message = f"{free / 60:g} h after {self.family}, {self.minutes / 60:g} h are due"
                yield Violation(after.schedule_date, message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the first minute, from the day's start on, at which the next shift may start."""
        lengths, starts = day_minutes(problem.period), start_minutes(problem)
        ends = np.where(of_families(problem, (self.family,)), starts + length_minutes(problem), DAY_OFF)
        anything = int(starts.min())

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            ready, start, end = states[..., 0], what[..., 0], what[..., 1]
            off = start == DAY_OFF
            then = np.where(off, ready, np.where(end == DAY_OFF, DAY_OFF, end + self.minutes)) - lengths[day]
            return rows_of(np.maximum(then, anything)), off | (start >= ready)

        begin = max(self._ready(problem, person), anything)
        return unrolled([with_day_off(starts, DAY_OFF), with_day_off(ends, DAY_OFF)], (begin,), follow)

    def _ready(self, problem: RosterProblem, person: Person) -> int:
        """First minute of the period at which the person may start, from the last shift before it."""
        last = max(person.past, key=lambda w: w.start, default=None)
        if last is None or last.family != self.family:
            return DAY_OFF
        return minutes_from_start(last.end, problem.period) + self.minutes


@rule_for(RestAfterSetting, Relaxable("hours", -1.0, 2.0, "{:g} h of rest after {shift}"))
def _rest_after(setting: RestAfterSetting, _holder: Holder) -> RestAfter:
    return RestAfter(setting.shift, ceil(setting.hours * 60))
