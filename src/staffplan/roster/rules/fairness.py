"""Nobody gets more of what is unpopular than a fair share.

What is fair between people is made a rule of each person alone, so that the tour search can price it: the share is
worked out before the search (shares.py) from what the requirement implies and who can do it, less what the person had
too much of before. The price grows with each one above the share, so of two people with as much to give, the one with
less so far gets the next; that balances where a plain price of each one would not care who has them. What is below
the share is not priced: somebody else's count above it says the same, and where there is less to do than expected,
nobody should do more for the sake of fairness. Counts are whole and shares are not, so the share is rounded up; the
rest is carried over to the next period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import clock_minute, parse_spans, wall_instant
from staffplan.roster.problem.machine import Ints, Machine, with_day_off
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period
from staffplan.roster.rules.fair_hours import STEEPEST, FairHours
from staffplan.roster.rules.fair_words import in_words
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.nights import is_night
from staffplan.roster.rules.options import Night, length_minutes, night_options
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import FairKind, FairShareSetting

USUAL_NIGHT = Night(23 * 60, 30 * 60, 180)
"""As the settings have it by default."""
MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True)
class Burden:
    """What is shared, and what counts as one of it; times are minutes after midnight."""

    of: FairKind
    night: Night = USUAL_NIGHT
    before: int = 7 * 60
    after: int = 21 * 60
    holidays: frozenset[date] = frozenset()

    def amount(self, problem: RosterProblem) -> NDArray[np.float64]:
        """(days, options): how much of it a shift is: its paid hours, or 1 where it is one of it."""
        if self.of == "hours":
            hours = np.array([option.paid_minutes for option in problem.options], dtype=np.float64) / 60
            return np.broadcast_to(hours, (problem.period.days, len(hours)))
        return self.marked(problem).astype(np.float64)

    def marked(self, problem: RosterProblem) -> NDArray[np.bool_]:
        """(days, options): which shifts are one of it; for weekends those that begin on a Saturday or Sunday."""
        period = problem.period
        starts = problem.option_slot.T * period.slot_minutes
        ends = starts + length_minutes(problem)
        match self.of:
            case "weekends":
                weekend = [period.day(d).weekday() >= 5 for d in range(period.days)]
                return np.repeat(np.array(weekend, dtype=bool)[:, None], len(problem.options), axis=1)
            case "holidays":
                holiday = [period.day(d) in self.holidays for d in range(period.days)]
                return np.repeat(np.array(holiday, dtype=bool)[:, None], len(problem.options), axis=1)
            case "early_starts":
                return np.asarray(starts < _minutes(period, self.before)[:, None])
            case "late_ends":
                return np.asarray(ends > _minutes(period, self.after)[:, None])
            case "nights":
                return night_options(problem, self.night)
            case "shifts" | "hours":
                return np.ones((period.days, len(problem.options)), dtype=bool)

    def counts(self, shift: Worked, timezone: str) -> bool:
        """For the reader: whether a finished shift is one of it."""
        day = shift.schedule_date
        match self.of:
            case "weekends":
                return day.isoweekday() > 5
            case "holidays":
                return day in self.holidays
            case "early_starts":
                return shift.start < wall_instant(day, self.before, timezone)
            case "late_ends":
                return shift.end > wall_instant(day, self.after, timezone)
            case "nights":
                return is_night(shift.parts, self.night, timezone)
            case "shifts" | "hours":
                return True


def _minutes(period: Period, minute: int) -> Ints:
    """(days,): minutes from the period's start to a time of each day."""
    instants = [wall_instant(period.day(d), minute, period.timezone) for d in range(period.days)]
    return np.array([(instant - period.start) // MINUTE for instant in instants], dtype=np.int64)


@dataclass(frozen=True)
class FairShare:
    """The amount grows with the count above `allowed`: 1 for the first, 2 for the second, 3 for each further one; and
    so below `least`."""

    burden: Burden
    allowed: int
    """The share, rounded up."""
    share: float
    """What the requirement implies for the person."""
    carried: float
    """What the person had above the fair share before, positive, or below it."""
    weight: float = 2.0
    least: int = 0
    """The share, rounded down, where fewer are priced too."""

    @property
    def name(self) -> str:
        return f"fair share of {self.burden.of.replace('_', ' ')}"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        found = [w.schedule_date for w in in_period(worked, agreed) if self.burden.counts(w, agreed.timezone)]
        if self.burden.of == "weekends":
            found = one_a_weekend(found)
        over = sorted(found)[self.allowed :]
        if over:
            yield Violation(over[0], self._words(len(found)), _grown(len(over)))
        if len(found) < self.least:
            yield Violation(agreed.period_first, self._words(len(found)), _grown(self.least - len(found)))

    def _words(self, count: int) -> str:
        return in_words(count, self.burden.of, self.share, self.carried)

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state is the count so far, up to where each further one costs the same; for weekends twice that, and one
        more on a Sunday after a worked Saturday."""
        marked = self.burden.marked(problem)
        if self.burden.of == "weekends":
            return self._weekend_machine(problem)
        if not marked.any():
            return None
        step, price = self._counted()
        shape = (len(marked), *step.shape)
        kind = with_day_off(marked.astype(np.int64), 0)
        every_day = np.broadcast_to(step, shape), np.broadcast_to(self.weight * price, shape)
        return Machine(kind, *every_day, end=self._too_few(np.arange(len(step))))

    def _too_few(self, count: Ints) -> NDArray[np.float64] | None:
        """(states,): what ending the period with so many costs."""
        if not self.least:
            return None
        return np.array([self.weight * _grown(max(self.least - n, 0)) for n in count.tolist()])

    def _counted(self) -> tuple[Ints, NDArray[np.float64]]:
        """Next state and price, (states, 2), without and with one more."""
        count = np.arange(self.allowed + STEEPEST)
        more = np.minimum(count + 1, count[-1])
        price = np.clip(count + 1.0 - self.allowed, 0, STEEPEST)
        return np.stack([count, more], axis=1), np.stack([np.zeros(len(count)), price], axis=1)

    def _weekend_machine(self, problem: RosterProblem) -> Machine:
        step, price = self._counted()
        period, states = problem.period, 2 * len(step)
        count, busy = np.divmod(np.arange(states), 2)
        kind = np.ones((period.days, len(problem.options) + 1), dtype=np.int64)
        kind[:, -1] = 0
        to = np.repeat(np.arange(states)[None, :, None], period.days, axis=0).repeat(2, axis=2)
        cost = np.zeros((period.days, states, 2))
        for d in range(period.days):
            weekday = period.day(d).weekday()
            if weekday >= 5:
                new = (busy == 0) | (weekday == 5)
                to[d, :, 0] = 2 * count
                to[d, :, 1] = 2 * np.where(new, step[count, 1], count) + (weekday == 5)
                cost[d, :, 1] = np.where(new, price[count, 1], 0.0)
        return Machine(kind, to, self.weight * cost, end=self._too_few(count))


def _grown(number: int) -> int:
    """What so many off the share amount to."""
    return sum(min(n + 1, STEEPEST) for n in range(number))


@priced_rule_for(FairShareSetting)
def _fair_share(setting: FairShareSetting, concern: Concern) -> FairShare | FairHours:
    burden, who = burden_of(setting, concern.known.holidays), concern.agent_id
    share, carried = concern.shares.get((burden, who), 0.0), concern.known.carried.get((who, setting.of), 0.0)
    both = setting.sides == "both" or (setting.sides is None and setting.of in ("shifts", "hours"))
    if setting.of == "hours":
        return FairHours(share, carried, setting.weight, both_sides=both)
    least = max(floor(share - carried + 1e-6), 0) if both else 0
    return FairShare(burden, max(ceil(share - carried - 1e-6), 0), share, carried, setting.weight, least)


def burden_of(setting: FairShareSetting, holidays: frozenset[date]) -> Burden:
    """What the rule shares; `holidays`: public holidays of the site."""
    ((begin, end),) = parse_spans(setting.night)
    night = Night(begin, end, round(setting.night_hours * 60))
    days = holidays if setting.of == "holidays" else frozenset[date]()
    return Burden(setting.of, night, clock_minute(setting.before), clock_minute(setting.after), days)


def _weekends(period: Period) -> list[range]:
    """Numbers of the days of each weekend, as far as they lie in the period."""
    found: list[range] = []
    for d in range(period.days):
        if period.day(d).weekday() == 5:
            found.append(range(d, min(d + 2, period.days)))
        elif period.day(d).weekday() == 6 and d == 0:
            found.append(range(1))
    return found


def one_a_weekend(days: Sequence[date]) -> list[date]:
    """The first day of each weekend among Saturdays and Sundays."""
    first: dict[date, date] = {}
    for day in sorted(days):
        first.setdefault(day - timedelta(days=day.weekday()), day)
    return list(first.values())
