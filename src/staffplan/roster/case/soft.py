"""The people of a problem with the site's wishes: what is priced for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.roster.case.averaged import balances_of
from staffplan.roster.case.shares import fair_shares
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import worked_by_agent
from staffplan.roster.rules.agreement import soft_rules, soft_settings
from staffplan.roster.rules.fairness import burden_of
from staffplan.roster.rules.known import Concern, Known, Published, Shares
from staffplan.roster.rules.reading import wishes_by_agent
from staffplan.settings.priced_rules import FairShareSetting, HoursBalanceSetting
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import Workforce


def with_soft_rules(
    problem: RosterProblem,
    workforce: Workforce,
    settings: RosterSettings,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    calendar: SiteCalendar,
) -> RosterProblem:
    """The same problem, its people under the priced rules too."""
    soft = soft_settings(settings)
    if not soft:
        return problem
    known = replace(known_of(workforce, shifts, problem.period.timezone), holidays=calendar.holidays)
    shares = shares_of(problem, settings, calendar.holidays)
    priced = any(isinstance(setting, HoursBalanceSetting) for setting in soft)
    balances = balances_of(problem, workforce, settings, work_plans, calendar) if priced else {}
    people = []
    for person in problem.people:
        concern = Concern(person.agent_id, person.contract, known, shares, balances)
        people.append(replace(person, rules=(*person.rules, *soft_rules(concern, person.plan_name, soft))))
    return replace(problem, people=tuple(people))


def shares_of(problem: RosterProblem, settings: RosterSettings, holidays: frozenset[date]) -> Shares:
    """The fair shares that the rules ask for."""
    rules = [setting for setting in soft_settings(settings) if isinstance(setting, FairShareSetting)]
    burdens = {burden_of(rule, holidays) for rule in rules}
    return {
        (burden, person.agent_id): share
        for burden in burdens
        for person, share in zip(problem.people, fair_shares(problem, burden).tolist(), strict=True)
    }


def known_of(workforce: Workforce, shifts: Mapping[str, ShiftSettings], timezone: str) -> Known:
    """What the tables say of people beside their contracts."""
    return Known(wishes_by_agent(workforce.wishes), carried_over(workforce), _published(workforce, shifts, timezone))


def carried_over(workforce: Workforce) -> dict[tuple[str, str], float]:
    """By agent_id and what is shared: how many more than the fair share there were before the period."""
    past = workforce.past_fairness.frame
    return dict(zip(zip(past["agent_id"], past["what"], strict=True), past["carried_out"], strict=True))


def _published(workforce: Workforce, shifts: Mapping[str, ShiftSettings], timezone: str) -> Published | None:
    told: pd.DataFrame = workforce.published.frame
    if told.empty:
        return None
    days = told["schedule_date"].dt.date
    by_agent = worked_by_agent(told, shifts, timezone)
    return Published(days.min(), days.max(), {agent_id: tuple(mine) for agent_id, mine in by_agent.items()})
