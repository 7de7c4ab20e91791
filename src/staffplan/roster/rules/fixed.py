"""What is settled beforehand: assignments that are locked, and weeks that take turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Machine, filtered
from staffplan.roster.problem.problem import OFF, Person, RosterProblem, ShiftOption
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period, week_of, weeks
from staffplan.roster.rules.options import of_families
from staffplan.roster.rules.registry import Holder, LeftOut, rule_for
from staffplan.settings.hard_rules import RotationSetting


@dataclass(frozen=True)
class Locked:
    """What is worked on some days: a shift by its name, "early 08:00", any of a family, or nothing, "off"."""

    days: tuple[tuple[date, str], ...]
    name: str = "locked"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for day, what in self.days:
            if not agreed.period_first <= day <= agreed.period_last:
                continue
            todays = [w for w in worked if w.schedule_date == day]
            done = " and ".join(w.shift or "a shift" for w in todays) or OFF
            if not any(what in (w.shift, w.family) for w in todays) and not (what == OFF and not todays):
                yield Violation(day, f"{what} is locked, {done} is written")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        bad = np.zeros((problem.period.days, len(problem.options) + 1), dtype=bool)
        for day, what in self.days:
            d = (day - problem.period.first_day).days
            if 0 <= d < problem.period.days:
                bad[d] = ~np.append(locked_options(problem.options, what), what == OFF)
        return filtered(bad)


@dataclass(frozen=True)
class Rotation:
    """In each week only the shifts of its turn; the period's first week has turn `first` of the cycle, from 0."""

    cycle: tuple[tuple[str, ...], ...]
    first: int = 0
    name: str = "rotation"
    weight: None = None

    def turn(self, week: int) -> tuple[str, ...]:
        return self.cycle[(self.first + week) % len(self.cycle)]

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for w in in_period(worked, agreed):
            turn = self.cycle[(self.first + week_of(w.schedule_date, agreed)) % len(self.cycle)]
            if w.family not in turn:
                message = f"{w.family or 'a shift'} is worked, the week's turn is {_said(turn)}"
                yield Violation(w.schedule_date, message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        bad = np.zeros((problem.period.days, len(problem.options) + 1), dtype=bool)
        for week, days in weeks(problem.period):
            bad[days.start : days.stop, :-1] = ~of_families(problem, self.turn(week))
        return filtered(bad)


@rule_for(RotationSetting, relaxation=LeftOut("the rotation"))
def _rotation(setting: RotationSetting, holder: Holder) -> Rotation:
    """People begin with the cycle one week apart, or at the week that the agents table names for them."""
    begin = holder.place if holder.rotation_week is None else holder.rotation_week - 1
    weeks_before = 0 if setting.first_day is None else -((setting.first_day - holder.first_day).days // 7)
    return Rotation(setting.cycle, (begin + weeks_before) % len(setting.cycle))


def locked_options(options: Sequence[ShiftOption], what: str) -> NDArray[np.bool_]:
    """(options,): those that a lock allows."""
    return np.array([what in (option.name, option.family) for option in options], dtype=bool)


def _said(turn: tuple[str, ...]) -> str:
    return " or ".join(turn) or OFF
