"""Shifts of a week that start at the same time of day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.roster.problem.machine import Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_weeks, last_of_week, of_first_week, week_of
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.options import DAY_OFF, clock_starts
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import StartsAlikeSetting


@dataclass(frozen=True)
class StartsAlike:
    """The amount is the days of a week that start more than `minutes` from the start of its first day worked."""

    minutes: int = 0
    weight: float = 0.5
    name: str = "equal starts"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        first: dict[int, int] = {}
        for w in sorted(in_weeks(worked, agreed), key=lambda shift: shift.start):
            local = w.start.tz_convert(agreed.timezone)
            minute = local.hour * 60 + local.minute
            due = first.setdefault(week_of(w.schedule_date, agreed), minute)
            if w.schedule_date >= agreed.period_first and abs(minute - due) > self.minutes:
                message = f"starts at {local:%H:%M}, the week began with {due // 60:02d}:{due % 60:02d}"
                yield Violation(w.schedule_date, message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the start of the week's first day worked, or none yet."""
        kind, what = kinds_of(with_day_off(clock_starts(problem), DAY_OFF))
        before = [w.start.tz_convert(problem.period.timezone) for w in of_first_week(person, problem.period)]
        known = [local.hour * 60 + local.minute for local in sorted(before)[:1]]
        starts = np.append(what[:, 0], np.array(known, dtype=np.int64))
        worked = what[:, 0] != DAY_OFF
        states = np.arange(len(starts))
        begins = np.where(worked, np.arange(len(what)), 0)
        none_yet = starts == DAY_OFF
        step = np.where(none_yet[:, None], begins[None, :], states[:, None])
        differs = (
            (np.abs(starts[:, None] - what[:, 0][None, :]) > self.minutes) & ~none_yet[:, None] & worked[None, :]
        )
        shape = (problem.period.days, *step.shape)
        by_day = np.where(last_of_week(problem.period)[:, None, None], 0, step[None, :, :])
        return Machine(kind, by_day, np.broadcast_to(self.weight * differs, shape), start=len(what) * len(known))


@priced_rule_for(StartsAlikeSetting)
def _starts_alike(setting: StartsAlikeSetting, _concern: Concern) -> StartsAlike:
    return StartsAlike(setting.minutes, setting.weight)
