"""The rest of every week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from staffplan.clock import midnight
from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import last_of_week, span
from staffplan.roster.rules.options import DAY_OFF, day_minutes, length_minutes, minutes_from_start, start_minutes
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import WeeklyRestSetting


@dataclass(frozen=True)
class WeeklyRest:
    """A rest without a break inside every calendar week, or block of seven days from the first day on.

    The directive asks for one "per each seven-day period", wherever in it (2003/88/EC, article 5; Court of Justice,
    C-306/16 Maio Marques da Rosa, 2017): so blocks, as the contract's weeks are, and not every seven days in a row.
    Rest that goes on over the end of a block counts in each for the part inside. A last block of fewer days, the rest
    of which nobody knows, has none due. Of a calendar week that goes on outside the period the days that nobody knows
    are taken to be free, so that the rest must still be possible; where the days before the period have made it
    impossible, none is due.
    """

    minutes: int
    name: str = "weekly rest"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        before = [w for w in worked if w.schedule_date < agreed.period_first]
        first, due = agreed.first_week, timedelta(minutes=self.minutes)
        while first <= agreed.period_last:
            last = first + timedelta(days=6)
            if last <= agreed.period_last or agreed.week_first is not None:
                longest = _longest(worked, first, agreed.timezone)
                if longest < due <= _longest(before, first, agreed.timezone):
                    hours, day = longest.total_seconds() / 3600, max(first, agreed.period_first)
                    said = f"{hours:g} h of rest at a stretch in {span(first, last)}"
                    yield Violation(day, f"{said}, {self.minutes / 60:g} h are due")
            first = last + timedelta(days=1)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is whether the week has its rest, and since when the person is free, seen from the day's start."""
        period, last = problem.period, last_of_week(problem.period)
        after = _minutes_after(period)
        lengths, starts = day_minutes(period), start_minutes(problem)
        labels = (with_day_off(starts, DAY_OFF), with_day_off(starts + length_minutes(problem), DAY_OFF))

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            has, since, start, end = states[..., 0], states[..., 1], what[..., 0], what[..., 1]
            has = (has == 1) | ((start != DAY_OFF) & (start - since >= self.minutes))
            since = np.maximum(since, end) - lengths[day]
            has |= -since >= self.minutes
            good = np.ones(has.shape, dtype=bool)
            if after is None and period.week_of(day) + 1 == period.weeks:
                return rows_of(good, 0 * since), good
            if after is not None and day + 1 == period.days:
                has |= after - since >= self.minutes
            if last[day]:
                return rows_of(0 * has, np.maximum(since, 0)), has
            return rows_of(has, np.where(has, 0, since)), good

        return unrolled(labels, self._start(person, period), follow)

    def _start(self, person: Person, period: Period) -> tuple[int, int]:
        """The state after the week's days before the period; a rest that they make impossible is let off."""
        first = period.day(-period.days_before)
        has, since = False, minutes_from_start(midnight(first, period.timezone), period)
        for w in sorted(person.past, key=lambda w: w.start):
            has |= minutes_from_start(w.start, period) - since >= self.minutes
            since = max(since, minutes_from_start(w.end, period))
        has |= _longest(person.past, first, period.timezone) < timedelta(minutes=self.minutes)
        return int(has), 0 if has else since


def _longest(worked: Sequence[Worked], first: date, timezone: str) -> timedelta:
    """The longest rest in the seven days from the first on, where nothing else is worked."""
    free, end = (midnight(first + timedelta(days=d), timezone) for d in (0, 7))
    longest = timedelta(0)
    for w in sorted(worked, key=lambda w: w.start):
        if w.start < end:
            longest, free = max(longest, w.start - free), max(free, w.end)
    return max(longest, end - free)


def _minutes_after(period: Period) -> int | None:
    """Minutes from the end of the period to that of its last week; None: a block that ends with it, of fewer days."""
    if period.week_first is None:
        return 0 if period.days % 7 == 0 else None
    week_ends = midnight(period.week_first + timedelta(weeks=period.weeks), period.timezone)
    return minutes_from_start(week_ends, period) - int(day_minutes(period).sum())


@rule_for(WeeklyRestSetting, Relaxable("hours", -1.0, 1.5, "{:g} h of rest in a week", least=1.0))
def _weekly_rest(setting: WeeklyRestSetting, _holder: Holder) -> WeeklyRest:
    return WeeklyRest(round(setting.hours * 60))
