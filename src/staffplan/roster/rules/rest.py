"""Rules on the time between shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from staffplan.roster.problem.machine import FORBIDDEN, Ints, Machine, kinds_of, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import DailyRestSetting

NEVER_TOO_EARLY = -(2**40)


@dataclass(frozen=True)
class OneShiftADay:
    """A person works one shift a day at most."""

    name: str = "one shift a day"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        dates = sorted(w.schedule_date for w in worked)
        for one, other in pairwise(dates):
            if one == other and one >= agreed.period_first:
                yield Violation(one, "two shifts on one day")

    def machine(self, problem: RosterProblem, person: Person) -> None:
        return None


@dataclass(frozen=True)
class DailyRest:
    """Time free between the end of a shift and the start of the next; zero hours forbid only the overlap."""

    minutes: int
    name: str = "daily rest"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for before, after in pairwise(sorted(worked, key=lambda w: w.start)):
            free = (after.start - before.end).total_seconds() / 60
            if after.schedule_date < agreed.period_first:
                continue
            if free < 0:
                yield Violation(after.schedule_date, "the shift begins before the one before it has ended")
            elif free < self.minutes:
                yield Violation(
                    after.schedule_date, f"{free / 60:g} h between two shifts, {self.minutes / 60:g} h are due"
                )

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the first slot, seen from the day's own first, at which the person may start again."""
        day_slot = problem.period.day_slot
        lengths = np.diff(day_slot)
        slots = np.array([option.slots for option in problem.options], dtype=np.int64)
        rest = -(-self.minutes // problem.period.slot_minutes)
        starts = (problem.option_slot - day_slot[:-1]).T
        ready = (problem.option_slot + slots[:, None] + rest - day_slot[1:]).T
        earliest = int(starts.min())
        states = _ready_states(ready, lengths, earliest, _ready_from_past(problem, person, self.minutes))
        kind, what = kinds_of(with_day_off(starts, earliest), with_day_off(ready, NEVER_TOO_EARLY))
        step = np.full((len(starts), len(states), len(what)), FORBIDDEN, dtype=np.int64)
        for day, length in enumerate(lengths.tolist()):
            off = what[:, 1] == NEVER_TOO_EARLY
            then = np.where(off[None, :], np.maximum(states[:, None] - length, earliest), what[None, :, 1])
            there = np.searchsorted(states, np.maximum(then, earliest))
            step[day] = np.where(off[None, :] | (what[None, :, 0] >= states[:, None]), there, FORBIDDEN)
        start = max(_ready_from_past(problem, person, self.minutes), earliest)
        return Machine(kind, step, start=int(np.searchsorted(states, start)))


@rule_for(DailyRestSetting, Relaxable("hours", -0.5, 1.0, "{:g} h of rest between shifts", least=0.5))
def _daily_rest(setting: DailyRestSetting, _holder: Holder) -> DailyRest:
    return DailyRest(round(setting.hours * 60))


def _ready_states(ready: Ints, lengths: Ints, earliest: int, first: int) -> Ints:
    """Every first slot at which somebody may be ready; those that forbid nothing are one state."""
    known = {earliest, *(v for v in (*np.unique(ready).tolist(), first) if v > earliest)}
    fresh = known
    while fresh:
        fresh = {v - length for v in fresh for length in set(lengths.tolist()) if v - length > earliest} - known
        known |= fresh
    return np.array(sorted(known), dtype=np.int64)


def _ready_from_past(problem: RosterProblem, person: Person, minutes: int) -> int:
    """First slot of the period at which the person may start, from the last shift before it."""
    if not person.past:
        return NEVER_TOO_EARLY
    latest = max(worked.end for worked in person.past)
    free = (latest - problem.period.start).total_seconds() / 60 + minutes
    return int(-(-free // problem.period.slot_minutes))
