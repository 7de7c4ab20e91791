"""The people of a problem under the site's agreement: their rules, what is locked, what they worked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Period, Person, ShiftOption
from staffplan.roster.rules import Locked, accounts_of, agreed_rules, holders, locked_options, worked_by_agent
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import Workforce


def under_agreement(
    people: Sequence[Person],
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    period: Period,
    credited: NDArray[np.float64],
    calendar: SiteCalendar,
) -> tuple[Person, ...]:
    """The people with their rules and their past; who has no shift in the past roster was not there yet.

    credited, (people, 2): hours that their time off counts, and their paid time off alone.
    """
    known = holders(workforce, work_plans, period.first_day, period.week_first)
    rows = workforce.past_roster.frame
    earlier = rows[(rows["schedule_date"].dt.date < period.first_day).to_numpy()]
    past = worked_by_agent(earlier, shifts, period.timezone)
    known_hours = accounts_of(workforce, past, period.first_day, period.day(period.days - 1), calendar, work_plans)
    found = []
    for person, (hours, paid_hours) in zip(people, credited.tolist(), strict=True):
        mine = known_hours[person.agent_id]
        counted = {"credited_hours": hours, "credited_paid_hours": paid_hours}
        holder = replace(known[person.agent_id], account=mine, **counted)
        rules = agreed_rules(holder, settings.rules)
        found.append(replace(person, rules=rules, past=mine.past, past_from=mine.past_from))
    return tuple(found)


def locked_in(person: Person, options: tuple[ShiftOption, ...], period: Period) -> NDArray[np.bool_]:
    """(days, options): locked for the person, so that it may be worked even where nobody is needed."""
    found = np.zeros((period.days, len(options)), dtype=bool)
    for rule in person.rules:
        for day, what in rule.days if isinstance(rule, Locked) else ():
            number = (day - period.first_day).days
            if 0 <= number < period.days:
                found[number] = locked_options(options, what)
    return found
