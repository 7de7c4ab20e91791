"""Minutes to pay, person by person and day by day: the ledger's paid time in the kinds that a payroll knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from staffplan.cost.exact import exact
from staffplan.cost.people import paid_days_off
from staffplan.cost.premiums import minutes_of, premium_minutes
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster

REGULAR, OVERTIME, ABSENCE, TIME_OFF = "regular", "overtime", "absence", "time off"
Minutes = Counter[tuple[str, date, str]]
"""Minutes by agent, day and kind."""


def pay_minutes(
    roster: Roster,
    workforce: Workforce,
    days: Sequence[date],
    *,
    work_plans: Mapping[str, WorkPlanSettings],
    settings: CostSettings,
    site: Site,
) -> Minutes:
    """Paid minutes of the roster and paid time off on `days`; without premiums they add up to the cost's paid hours.

    A shift over midnight counts on its first day. Overtime is work beyond the contract's weekly_hours_norm in a week
    counted from the first of `days`, paid time off credited, as the rule "overtime" counts. Minutes with a premium,
    under its name, are among the regular or overtime ones already.
    """
    off = _time_off(workforce, days, work_plans)
    worked = _with_overtime(_worked(roster), off, workforce, days, work_plans)
    return worked + off + _with_premium(roster, settings, site)


def _worked(roster: Roster) -> Minutes:
    rows = roster.activities.frame
    rows = rows[rows["paid"] == "yes"]
    found: Minutes = Counter()
    lengths = minutes_of(rows["end"]) - minutes_of(rows["start"])
    columns = (rows["agent_id"], rows["schedule_date"].dt.date, rows["activity"], lengths.tolist())
    for agent, day, activity, minutes in zip(*columns, strict=True):
        found[str(agent), day, ABSENCE if activity == "absence" else REGULAR] += minutes
    return found


def _time_off(workforce: Workforce, days: Sequence[date], work_plans: Mapping[str, WorkPlanSettings]) -> Minutes:
    kinds = _kinds_of_days_off(workforce)
    found: Minutes = Counter()
    for agent, day, minutes in paid_days_off(workforce, days, work_plans):
        found[agent, day, next(kind for first, last, kind in kinds[agent] if first <= day <= last)] += minutes
    return found


def _kinds_of_days_off(workforce: Workforce) -> dict[str, list[tuple[date, date, str]]]:
    """By agent the first and last day and the kind of each paid absence, the last in the table first."""
    rows = workforce.time_off.frame
    rows = rows[rows["paid"] == "yes"]
    columns = (rows["agent_id"], rows["first_day"].dt.date, rows["last_day"].dt.date, rows["kind"])
    found: dict[str, list[tuple[date, date, str]]] = {}
    for agent, first, last, kind in zip(*columns, strict=True):
        found.setdefault(agent, []).insert(0, (first, last, kind or TIME_OFF))
    return found


def _with_overtime(
    worked: Minutes,
    off: Minutes,
    workforce: Workforce,
    days: Sequence[date],
    work_plans: Mapping[str, WorkPlanSettings],
) -> Minutes:
    """The minutes worked, what lies beyond a contract's normal week as overtime."""
    frame = workforce.agents.frame
    contracts = dict(zip(frame["agent_id"], frame["work_plan"], strict=True))
    norms = {name: plan.weekly_hours_norm for name, plan in work_plans.items() if plan.weekly_hours_norm is not None}
    used: Counter[tuple[str, date]] = Counter()
    for (agent, day, _), minutes in off.items():
        used[agent, _week(day, days)] += minutes
    found: Minutes = Counter()
    for (agent, day, kind), minutes in sorted(worked.items()):
        norm = norms.get(contracts.get(agent, ""))
        week = (agent, _week(day, days))
        left = minutes if norm is None else max(0, round(exact(norm) * 60) - used[week])
        used[week] += minutes
        beyond = max(0, minutes - left) if kind == REGULAR else 0
        found[agent, day, kind] += minutes - beyond
        found[agent, day, OVERTIME] += beyond
    return found


def _week(day: date, days: Sequence[date]) -> date:
    """First day of the week, counted from the first of the days planned."""
    return day - timedelta(days=(day - days[0]).days % DAYS_OF_A_WEEK)


def _with_premium(roster: Roster, settings: CostSettings, site: Site) -> Minutes:
    shifts = roster.shifts.frame
    found: Minutes = Counter()
    for name, column in premium_minutes(roster, settings, site).items():
        for agent, day, minutes in zip(shifts["agent_id"], shifts["schedule_date"].dt.date, column, strict=True):
            found[str(agent), day, str(name)] += int(minutes)
    return found
