"""Minutes to pay, person by person and day by day: the ledger's paid time in the kinds that a payroll knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from staffplan.cost.exact import exact
from staffplan.cost.norms import Norms, Used
from staffplan.cost.people import norms_of, paid_time_off
from staffplan.cost.premiums import minutes_of, premium_minutes
from staffplan.settings.cost import PAY_KINDS, CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster

REGULAR, OVERTIME, ABSENCE, TIME_OFF = PAY_KINDS
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
    week_starts: str | None = None,
) -> Minutes:
    """Paid minutes of the roster and paid time off on `days`; without premiums they add up to the cost's paid hours.

    A shift over midnight counts on its first day. Overtime is work beyond the contract's weekly_hours_norm in a week
    counted from the first of `days`, or in calendar weeks (week_starts: "mon"), the first of which is joined with the
    past roster; paid time off is credited, as the rule "overtime" counts. Minutes with a premium, under its name, are
    among the regular or overtime ones already.
    """
    zone = site.calendar.timezone
    off = _time_off(workforce, days, work_plans, zone)
    norms = norms_of(workforce, days, work_plans, week_starts, timezone=zone)
    used = norms.used("week", with_time_off=True)
    worked = _with_overtime(_worked(roster), used, norms)
    return worked + off + _with_premium(roster, settings, site, norms)


def _worked(roster: Roster) -> Minutes:
    rows = roster.activities.frame
    rows = rows[rows["paid"] == "yes"]
    found: Minutes = Counter()
    lengths = minutes_of(rows["end"]) - minutes_of(rows["start"])
    columns = (rows["agent_id"], rows["schedule_date"].dt.date, rows["activity"], lengths.tolist())
    for agent, day, activity, minutes in zip(*columns, strict=True):
        found[str(agent), day, ABSENCE if activity == "absence" else REGULAR] += minutes
    return found


def _time_off(
    workforce: Workforce, days: Sequence[date], work_plans: Mapping[str, WorkPlanSettings], timezone: str
) -> Minutes:
    found: Minutes = Counter()
    for agent, day, minutes, kind in paid_time_off(workforce, days, work_plans, timezone):
        found[agent, day, kind or TIME_OFF] += minutes
    return found


def _with_overtime(worked: Minutes, used: Used, norms: Norms) -> Minutes:
    """The minutes worked, what lies beyond a contract's normal week as overtime. used: minutes that count before."""
    plans = norms.work_plans.items()
    normal = {name: plan.weekly_hours_norm for name, plan in plans if plan.weekly_hours_norm is not None}
    found: Minutes = Counter()
    for (agent, day, kind), minutes in sorted(worked.items()):
        norm = normal.get(norms.contracts.get(agent, ""))
        week = (agent, norms.blocks.of(day))
        left = minutes if norm is None else max(0, round(exact(norm) * 60) - used[week])
        used[week] += minutes
        beyond = max(0, minutes - left) if kind == REGULAR else 0
        found[agent, day, kind] += minutes - beyond
        found[agent, day, OVERTIME] += beyond
    return found


def _with_premium(roster: Roster, settings: CostSettings, site: Site, norms: Norms) -> Minutes:
    shifts = roster.shifts.frame
    found: Minutes = Counter()
    for name, column in premium_minutes(roster, settings, site, norms).items():
        for agent, day, minutes in zip(shifts["agent_id"], shifts["schedule_date"].dt.date, column, strict=True):
            found[str(agent), day, str(name)] += int(minutes)
    return found
