"""What each of some people is paid and costs in a plan, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from staffplan.cost.money import make_money
from staffplan.cost.people import hourly_wages, make_frame, norms_of, paid_time
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster


@dataclass(frozen=True)
class PersonCost:
    """Paid hours, paid time off among them, and loaded cost in cents."""

    paid_hours: float
    cents: int


def cost_of_people(
    agents: Sequence[str],
    roster: Roster,
    workforce: Workforce,
    settings: CostSettings,
    days: Sequence[date],
    *,
    groups: Sequence[str],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    week_starts: str | None = None,
) -> dict[str, PersonCost]:
    """Base pay, premiums and on-costs of each agent on these days; other costs of the plan are nobody's alone.

    Each is reckoned as if the agent were alone, so cents that the cost report shares out may differ by a few.
    """
    alone = settings.model_copy(update={"others": ()})
    norms = norms_of(workforce, days, work_plans, week_starts, timezone=site.calendar.timezone)
    found = {}
    for agent_id in agents:
        own = _rows_of(agent_id, roster)
        people = replace(
            workforce,
            agents=workforce.agents.only((workforce.agents.frame["agent_id"] == agent_id).to_numpy()),
            time_off=workforce.time_off.only((workforce.time_off.frame["agent_id"] == agent_id).to_numpy()),
        )
        frame = make_frame(own, people, groups, days, site)
        paid = paid_time(own, people, frame, days, work_plans=work_plans, settings=alone, site=site, norms=norms)
        money = make_money(paid, hourly_wages(people, frame, alone, work_plans), alone, days)
        found[agent_id] = PersonCost(int(paid.by_agent.sum()) / 60, int(money.loaded.sum()))
    return found


def loaded_cents(
    roster: Roster,
    workforce: Workforce,
    settings: CostSettings,
    days: Sequence[date],
    *,
    groups: Sequence[str],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    week_starts: str | None = None,
) -> int:
    """The loaded cost of everybody together, rounded as the cost report rounds it; costs of queues aside."""
    norms = norms_of(workforce, days, work_plans, week_starts, timezone=site.calendar.timezone)
    frame = make_frame(roster, workforce, groups, days, site)
    paid = paid_time(roster, workforce, frame, days, work_plans=work_plans, settings=settings, site=site, norms=norms)
    alone = settings.model_copy(update={"others": ()})
    return int(make_money(paid, hourly_wages(workforce, frame, alone, work_plans), alone, days).loaded.sum())


def _rows_of(agent_id: str, roster: Roster) -> Roster:
    shifts, doing = roster.shifts, roster.activities
    return Roster(
        shifts.only((shifts.frame["agent_id"] == agent_id).to_numpy()),
        doing.only((doing.frame["agent_id"] == agent_id).to_numpy()),
    )
