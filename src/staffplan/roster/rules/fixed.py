"""What is settled beforehand: assignments that are locked, and weeks or days that take turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Machine, filtered
from staffplan.roster.problem.problem import OFF, Person, RosterProblem, ShiftOption
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period, week_of
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


TURN_DAYS = {"week": 7, "day": 1}
"""Days of a turn."""


@dataclass(frozen=True)
class Rotation:
    """In each week, or on each day, only the shifts of its turn; the period begins with turn `first`, from 0."""

    cycle: tuple[tuple[str, ...], ...]
    first: int = 0
    per: Literal["week", "day"] = "week"
    name: str = "rotation"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for w in in_period(worked, agreed):
            number = (
                (w.schedule_date - agreed.period_first).days
                if self.per == "day"
                else week_of(w.schedule_date, agreed)
            )
            turn = self.cycle[(self.first + number) % len(self.cycle)]
            if w.family not in turn:
                message = f"{w.family or 'a shift'} is worked, the {self.per}'s turn is {_said(turn)}"
                yield Violation(w.schedule_date, message)

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        days = range(problem.period.days)
        turn = np.array([problem.period.week_of(day) if self.per == "week" else day for day in days]) + self.first
        bad = np.array([np.append(~of_families(problem, names), False) for names in self.cycle], dtype=bool)
        return filtered(bad[turn % len(self.cycle)])


@rule_for(RotationSetting, relaxation=LeftOut("the rotation"))
def _rotation(setting: RotationSetting, holder: Holder) -> Rotation:
    """People begin with the cycle one turn apart, or at the turn that the agents table names for them."""
    named = holder.rotation_week if setting.per == "week" else holder.rotation_day
    begin = holder.place if named is None else named - 1
    begins = holder.first_day if setting.per == "day" else holder.first_week
    days_until = 0 if setting.first_day is None else (setting.first_day - begins).days
    turns_before = -(days_until // TURN_DAYS[setting.per])
    return Rotation(setting.cycle, (begin + turns_before) % len(setting.cycle), setting.per)


def locked_options(options: Sequence[ShiftOption], what: str) -> NDArray[np.bool_]:
    """(options,): those that a lock allows."""
    return np.array([what in (option.name, option.family) for option in options], dtype=bool)


def _said(turn: tuple[str, ...]) -> str:
    return " or ".join(turn) or OFF
