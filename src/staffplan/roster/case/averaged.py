"""Everybody with hours on the average of a reference period, and the hours that are due of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.rules import accounts_of, holders
from staffplan.roster.rules.accounts import due_spans
from staffplan.roster.rules.known import DueSpan
from staffplan.roster.rules.registry import Account, Holder
from staffplan.settings.hard_rules import AverageHoursSetting
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.people import Workforce

Averaged = tuple[Person, AverageHoursSetting, Holder, Account]


def averaged_people(
    problem: RosterProblem,
    workforce: Workforce,
    settings: RosterSettings,
    work_plans: Mapping[str, WorkPlanSettings],
    calendar: SiteCalendar,
) -> Iterator[Averaged]:
    """Each of them with the first rule of that kind that holds for the person."""
    period = problem.period
    rules = [rule for rule in settings.rules if isinstance(rule, AverageHoursSetting)]
    if not rules:
        return
    past = {person.agent_id: person.past for person in problem.people}
    held = holders(workforce, work_plans, period.first_day, period.week_first)
    accounts = accounts_of(workforce, past, period.first_day, period.day(period.days - 1), calendar, work_plans)
    for person in problem.people:
        account = accounts[person.agent_id]
        mine = [rule for rule in rules if rule.holds_for(person.agent_id, person.plan_name)]
        for rule in mine[:1]:
            yield person, rule, replace(held[person.agent_id], account=account), account


def balances_of(
    problem: RosterProblem,
    workforce: Workforce,
    settings: RosterSettings,
    work_plans: Mapping[str, WorkPlanSettings],
    calendar: SiteCalendar,
) -> dict[str, tuple[DueSpan, ...]]:
    """By agent_id the hours due in each reference period of the days planned."""
    found = averaged_people(problem, workforce, settings, work_plans, calendar)
    return {person.agent_id: tuple(due_spans(rule, holder)) for person, rule, holder, _ in found}
