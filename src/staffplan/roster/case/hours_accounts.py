"""Who has hours over months or reference periods, and what a reader should know of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from staffplan.errors import Note
from staffplan.roster.case.averaged import Averaged, averaged_people
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules.accounts import balance_known, norm_hours
from staffplan.settings.hard_rules import MonthlyHoursSetting


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


def _months(problem: RosterProblem) -> list[date]:
    """First days of the months of the period."""
    first, last = problem.period.first_day, problem.period.day(problem.period.days - 1)
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last:
        months.append(following)
    return months
