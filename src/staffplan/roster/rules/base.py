"""What a rule is. `add` says it to the solver, `violations` reads it off finished work, `machine` tells the search.

The three share no code. `works[agent_id, day, option]` is the solver's yes-or-no for a shift on a day (day number,
option name). `violations` sees one person's shifts as instants, wherever they come from, those before the period too;
it knows nothing of options, slots or the solver. A rule with a `weight` is a wish of the site: its amount is priced,
not forbidden; a rule without one is hard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Worked, Works

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


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
