"""Who has hours over months or reference periods, and what a reader should know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from staffplan.errors import Note
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.roster.case.averaged import Averaged, averaged_people
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.problem.worked import Agreed
from staffplan.roster.rules import worked_by_agent
from staffplan.roster.rules.accounts import balance_known, norm_hours
from staffplan.roster.rules.hours_balance import HoursBalance
from staffplan.settings.hard_rules import MonthlyHoursSetting
from staffplan.settings.roster import ShiftSettings
from staffplan.tables.roster import Roster

SMALLEST, MOST_NAMED = 0.005, 3


def averaged(case: Case, problem: RosterProblem) -> Iterator[Averaged]:
    """Everybody with hours on the average of a reference period: the first rule of that kind that holds for them."""
    return averaged_people(problem, case.workforce, case.settings, case.work_plans, case.site.calendar)


def account_notes(case: Case, problem: RosterProblem) -> Iterator[Note]:
    """The norm hours of each month, and balances that nothing tells."""
    for number, rule in enumerate(case.settings.rules):
        if isinstance(rule, MonthlyHoursSetting):
            norms = [norm_hours(rule, month, case.site.calendar) for month in _months(problem)]
            said = [
                f"{min(norm):%b %Y} {sum(norm.values()):g} h ({len(norm)} working days)" for norm in norms if norm
            ]
            message = f"norm hours of the months: {', '.join(said)}"
            yield Note("roster", "assumption", f"roster.rules.{number}", message)
    unknown = [person.agent_id for person, rule, held, _ in averaged(case, problem) if not balance_known(rule, held)]
    if unknown:
        message = (
            f"no balance of hours is known for {len(unknown)} agents, the first {unknown[0]}: it begins with 0; "
            "set input.past_fairness, or hours_balance in agents.csv"
        )
        yield Note("roster", "assumption", "average hours", message)


def balance_notes(problem: RosterProblem, roster: Roster, shifts: Mapping[str, ShiftSettings]) -> Iterator[Note]:
    """Whose balance has a price and does not end at zero, and what that costs in the unit of the roster's cost."""
    period = problem.period
    agreed = Agreed(period.first_day, period.days, (), (), DAYS_OF_A_WEEK, period.timezone)
    worked = worked_by_agent(roster.shifts.frame, shifts, period.timezone)
    off, price = dict[str, float](), 0.0
    for person in problem.people:
        for rule in (rule for rule in person.rules if isinstance(rule, HoursBalance)):
            mine = worked.get(person.agent_id, ())
            price += rule.weight * sum(one.amount for one in rule.violations(mine, agreed))
            off[person.agent_id] = rule.balances(mine)[-1]
    lying = {agent: hours for agent, hours in off.items() if abs(hours) > SMALLEST}
    if lying:
        far = sorted(lying.items(), key=lambda one: -abs(one[1]))
        said = ", ".join(f"{agent} {hours:+.4g} h" for agent, hours in far[:MOST_NAMED])
        more = f" and {len(far) - MOST_NAMED} more" if len(far) > MOST_NAMED else ""
        message = f"{len(lying)} of {len(off)} balances of hours do not end at zero: {said}{more}; price {price:,.1f}"
        yield Note("roster", "assumption", "hours balance", message)


def _months(problem: RosterProblem) -> list[date]:
    """First days of the months of the period."""
    first, last = problem.period.first_day, problem.period.day(problem.period.days - 1)
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last:
        months.append(following)
    return months
