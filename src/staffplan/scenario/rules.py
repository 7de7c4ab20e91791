"""What each rule costs a year: the hours that it keeps understaffed, in money."""

from __future__ import annotations

from staffplan.plan.directory import OpenPlan
from staffplan.progress import OnProgress, silent
from staffplan.roster.case.case import Case
from staffplan.roster.why.prices import price_rules
from staffplan.scenario.measures import total_of
from staffplan.tables.cost import CostReport
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.scenario import RuleCosts
from staffplan.tables.spread import DAYS_PER_YEAR


def rule_costs(plan: OpenPlan, on_progress: OnProgress = silent) -> RuleCosts:
    """Hours that each rule, contract, absence and skill costs (roster --prices), at the loaded cost of an hour, which
    is without what is paid by contact, by month or once."""
    workspace, config = plan.workspace, plan.workspace.config
    requirement, people = workspace.table(StaffingRequirement), workspace.workforce
    case = Case(requirement, people, config.roster, config.shifts, config.work_plans, workspace.site)
    prices = price_rules(case, seed=config.plan.seed, on_progress=on_progress).frame
    report = workspace.table(CostReport).frame
    fixed = [f"other: {other.name}" for other in config.cost.others if other.agents_per_person is None]
    loaded = total_of(report, "cost", "loaded cost", "amount")
    of_hours = loaded - sum(total_of(report, "cost", line, "amount") for line in fixed)
    hour = of_hours / total_of(report, "hours", "paid hours", "hours")
    factor = hour * DAYS_PER_YEAR / workspace.planned.number
    rows = prices[prices["place"] > 0]
    money = {"cost_per_year": "gained_found", "cost_low": "gained_least", "cost_high": "gained_most"}
    return RuleCosts.of(rows.assign(**{name: rows[column] * factor for name, column in money.items()}))
