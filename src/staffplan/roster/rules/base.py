"""What a rule is. `add` says it to the solver, `violations` reads it off finished work, `machine` tells the search.

The three share no code. `works[agent_id, day, option]` is the solver's yes-or-no for a shift on a day (day number,
option name). `violations` sees one person's shifts as instants, wherever they come from, those before the period too;
it knows nothing of options, slots or the solver. A rule with a `weight` is a wish of the site: its amount is priced,
not forbidden; a rule without one is hard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import Period, Person, RosterProblem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Works = Mapping[tuple[str, int, str], Any]


@dataclass(frozen=True)
class Posted:
    """One constraint in the model, and what it is about in a manager's words."""

    rule: str
    about: str
    constraint: Any
    slot: int = -1
    """Of a rule between people: when it holds."""


@dataclass(frozen=True)
class Penalty:
    """What a soft rule adds to the cost: price x amount, a linear expression of the model."""

    rule: str
    price: float
    amount: Any


@dataclass(frozen=True)
class Worked:
    """One shift of a finished roster. `shift` is its name, "early 08:00", where the settings know it."""

    schedule_date: date
    start: pd.Timestamp
    end: pd.Timestamp
    paid_hours: float
    shift: str = ""

    @property
    def family(self) -> str:
        return self.shift.rsplit(" ", 1)[0]


@dataclass(frozen=True)
class Agreed:
    """What one person's finished work is measured against."""

    period_first: date
    period_days: int
    weekly_hours_min: tuple[float, ...]
    """For each week of the period, time off credited."""
    weekly_hours_max: tuple[float, ...]
    days_per_week_max: int
    timezone: str = "UTC"

    @property
    def period_last(self) -> date:
        return self.period_first + timedelta(days=self.period_days - 1)


@dataclass(frozen=True)
class Violation:
    """Where a rule is not kept. `amount`: how much of it, for a soft rule that is priced."""

    day: date
    message: str
    amount: float = 1.0


class Rule(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> float | None:
        """Price of one unit of the amount in cost; None: hard."""

    def add(
        self, model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person
    ) -> Sequence[Posted | Penalty]: ...

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]: ...

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """None where every tour keeps the rule, as it gives one choice a day."""


def variables(works: Works, person: Person, days: range, problem: RosterProblem) -> list[Any]:
    """The person's variables on some days."""
    names = [option.name for option in problem.options]
    return [works[key] for d in days for o in names if (key := (person.agent_id, d, o)) in works]


def past_midnight(problem: RosterProblem) -> NDArray[np.bool_]:
    """(days, options): the shift runs into the next day."""
    slots = np.array([option.slots for option in problem.options], dtype=np.int64)
    return np.asarray((problem.option_slot + slots[:, None] > problem.period.day_slot[1:]).T)


def runs_in(problem: RosterProblem, person: Person) -> bool:
    """Whether a shift from before the period runs into its first day."""
    return any(shift.end > problem.period.start for shift in person.past)


def touching(model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person, days: range) -> list[Any]:
    """What is one where a shift has a minute on some days: the person's variables on them, and those of the day
    before that run into the first."""
    there = variables(works, person, days, problem)
    if days.start == 0:
        return [*there, model.new_constant(1)] if runs_in(problem, person) else there
    before = days.start - 1
    late = [problem.options[o].name for o in np.flatnonzero(past_midnight(problem)[before])]
    return there + [works[key] for name in late if (key := (person.agent_id, before, name)) in works]


def last_day(shift: Worked, timezone: str) -> date:
    """The local day of its last moment."""
    last: date = (shift.end - pd.Timedelta(1, unit="ns")).tz_convert(timezone).date()
    return last


def weeks(period: Period) -> Iterator[tuple[int, range]]:
    for week in range(period.weeks):
        yield week, period.week_days(week)


def week_of(day: date, agreed: Agreed) -> int:
    return (day - agreed.period_first).days // 7


def in_period(worked: Sequence[Worked], agreed: Agreed) -> list[Worked]:
    return [w for w in worked if 0 <= (w.schedule_date - agreed.period_first).days < agreed.period_days]


def span(first: date, last: date) -> str:
    """Days in words: "2-8 Nov 2026"."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{begin}-{last.day} {last:%b %Y}"
