"""The rest of every week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from staffplan.clock import midnight
from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import span
from staffplan.roster.rules.options import DAY_OFF, day_minutes, length_minutes, minutes_from_start, start_minutes
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import WeeklyRestSetting


@dataclass(frozen=True)
class WeeklyRest:
    """A rest without a break inside every block of seven days from the first day on.

    The directive asks for one "per each seven-day period", wherever in it (2003/88/EC, article 5; Court of Justice,
    C-306/16 Maio Marques da Rosa, 2017): so blocks, as the contract's weeks are, and not every seven days in a row.
    Rest that goes on over the end of a block counts in each for the part inside. A last block of fewer days, the rest
    of which nobody knows, has none due.
    """

    minutes: int
    name: str = "weekly rest"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        by_start = sorted(worked, key=lambda w: w.start)
        for week in range(agreed.period_days // 7):
            first = agreed.period_first + timedelta(weeks=week)
            free, end = (midnight(first + timedelta(days=d), agreed.timezone) for d in (0, 7))
            longest = timedelta(0)
            for w in by_start:
                if w.start < end:
                    longest, free = max(longest, w.start - free), max(free, w.end)
            longest = max(longest, end - free)
            if longest < timedelta(minutes=self.minutes):
                hours = longest.total_seconds() / 3600
                days = span(first, first + timedelta(days=6))
                yield Violation(first, f"{hours:g} h of rest at a stretch in {days}, {self.minutes / 60:g} h are due")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is whether the week has its rest, and since when the person is free, seen from the day's start."""
        period = problem.period
        lengths, starts = day_minutes(period), start_minutes(problem)
        labels = (with_day_off(starts, DAY_OFF), with_day_off(starts + length_minutes(problem), DAY_OFF))

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            has, since, start, end = states[..., 0], states[..., 1], what[..., 0], what[..., 1]
            has = (has == 1) | ((start != DAY_OFF) & (start - since >= self.minutes))
            since = np.maximum(since, end) - lengths[day]
            has |= -since >= self.minutes
            good = np.ones(has.shape, dtype=bool)
            if day >= period.days // 7 * 7:
                return rows_of(good, 0 * since), good
            if day % 7 == 6:
                return rows_of(0 * has, np.maximum(since, 0)), has
            return rows_of(has, np.where(has, 0, since)), good

        since = max((minutes_from_start(worked.end, period) for worked in person.past), default=0)
        return unrolled(labels, (0, max(since, 0)), follow)


@rule_for(WeeklyRestSetting, Relaxable("hours", -1.0, 1.5, "{:g} h of rest in a week", least=1.0))
def _weekly_rest(setting: WeeklyRestSetting, _holder: Holder) -> WeeklyRest:
    return WeeklyRest(round(setting.hours * 60))
