"""The cost step: what the roster costs, and where every minute and cent goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.ledger import (
    Demand,
    Hours,
    QueueWork,
    known_queue,
    make_demand,
    make_hours,
    queue_channels,
    queue_work,
)
from staffplan.cost.lines import bridge_lines, cost_lines, currency_lines, hour_lines, make_report, unit_rows
from staffplan.cost.money import Money, make_money
from staffplan.cost.norms import Norms
from staffplan.cost.people import Frame, PaidTime, Wage, hourly_wages, make_frame, norms_of, paid_time
from staffplan.cost.standby import StandbyBook, StandbyPay, left_out_notes, standby_pay
from staffplan.errors import Note, nearest, zeros_lost
from staffplan.settings.agreements import known_of
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Site
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage


@dataclass(frozen=True)
class CostResult:
    """The cost report, and what to know beside it."""

    report: CostReport
    notes: tuple[Note, ...]
    facts: dict[str, float]


@dataclass(frozen=True)
class Books:
    """All that is counted for a cost report, before it is laid out in lines."""

    days: list[date]
    frame: Frame
    norms: Norms
    paid: PaidTime
    wages: list[Wage]
    demand: Demand
    hours: Hours
    queues: list[QueueWork]
    on_call: StandbyBook
    standby: StandbyPay
    money: Money


def make_books(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster,
    coverage: Coverage,
    workforce: Workforce,
    settings: CostSettings,
    *,
    work_plans: Mapping[str, WorkPlanSettings],
    staffing: StaffingSettings,
    site: Site,
    week_starts: str | None = None,
    standby: StandbyBook | None = None,
) -> Books:
    """Paid minutes, hours by use and money, counted as `cost` reports them."""
    days = plan_days(forecast, site)
    owners = {known_queue(site, *pair).planning_group for pair in queue_channels(forecast).items()}
    groups = sorted(owners | set(requirement.frame["planning_group"]))
    frame = make_frame(roster, workforce, groups, days, site)
    norms = norms_of(workforce, days, work_plans, week_starts, timezone=site.calendar.timezone)
    paid = paid_time(roster, workforce, frame, days, work_plans=work_plans, settings=settings, site=site, norms=norms)
    wages = hourly_wages(workforce, frame, settings, work_plans)
    demand = make_demand(forecast, requirement, paid.spans, frame, site)
    hours = make_hours(paid, demand, staffing, site)
    queues = queue_work(forecast, coverage, frame, site)
    book = standby or StandbyBook()
    on_call = standby_pay(book, paid, wages, days, site, exchange=Exchange.of(settings))
    money = make_money(paid, wages, settings, days, queues, on_call)
    return Books(days, frame, norms, paid, wages, demand, hours, queues, book, on_call, money)


def cost(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster,
    coverage: Coverage,
    workforce: Workforce,
    settings: CostSettings,
    *,
    work_plans: Mapping[str, WorkPlanSettings],
    staffing: StaffingSettings,
    site: Site,
    currency: str,
    week_starts: str | None = None,
    standby: StandbyBook | None = None,
) -> CostResult:
    """Hours that balance to the minute, money that adds up to the cent, and the way from contacts to both.

    Paid are the roster's paid activities, as rostered (absence is not taken off), and paid time off on the plan's
    days. A minute belongs to the local month in which it lies. `coverage` tells who hung up, once simulated. Weeks of
    premiums over a norm begin on `week_starts` ("mon"), else with the plan.
    """
    books = make_books(
        forecast,
        requirement,
        roster,
        coverage,
        workforce,
        settings,
        work_plans=work_plans,
        staffing=staffing,
        site=site,
        week_starts=week_starts,
        standby=standby,
    )
    frame, hours, money = books.frame, books.hours, books.money
    lines = [*bridge_lines(books.demand, hours, money, frame), *hour_lines(hours), *cost_lines(hours, money)]
    lines += currency_lines(money, Exchange.of(settings), currency)
    report = make_report(lines, unit_rows(books.queues, hours, money, frame), frame, currency)
    told = (
        *_rate_notes(books.wages, frame),
        *_currency_notes(settings, money, currency),
        *_law_notes(settings),
        *_norm_notes(settings, books.norms),
        *left_out_notes(books.standby),
        *_other_notes(settings, books.days, books.queues),
        *_notes(roster, workforce, books.paid, staffing, work_plans),
    )
    return CostResult(report, told, _facts(books.paid, money))


def plan_days(forecast: VolumeForecast, site: Site) -> list[date]:
    """The local days planned, closed ones too."""
    return list(site.days_of(pd.DatetimeIndex(forecast.frame["interval_start"])).days)


def _facts(paid: PaidTime, money: Money) -> dict[str, float]:
    return {
        "paid hours": int(paid.by_agent.sum()) / 60,
        "base pay": int(money.base.sum()) / 100,
        "premiums": sum(int(cents.sum()) for cents in money.premiums.values()) / 100,
        **({"standby": sum(int(cents.sum()) for cents in money.standby.values()) / 100} if money.standby else {}),
        "on-costs": sum(int(cents.sum()) for cents in money.on_costs.values()) / 100,
        **({"other costs": sum(int(cents.sum()) for cents in money.others.values()) / 100} if money.others else {}),
        "loaded cost": int(money.loaded.sum()) / 100,
    }


def _rate_notes(wages: list[Wage], frame: Frame) -> Iterable[Note]:
    free = [agent for agent, wage in zip(frame.agents, wages, strict=True) if wage.rate == 0]
    if len(free) == len(wages):
        said = "no hourly rate is given: hours are counted, wages are 0"
        yield Note("cost", "assumption", "cost.default_hourly_rate", said)
    elif free:
        said = f"{len(free)} agents have no hourly rate and cost nothing: {_some(free)}"
        yield Note("cost", "warning", "agents.csv:hourly_rate", said)


def _currency_notes(settings: CostSettings, money: Money, home: str) -> Iterable[Note]:
    """The rate of each currency that something is paid in."""
    for currency in sorted({name for amounts in money.amounts.values() for name in amounts.own} - {HOME}):
        rate = settings.rates[currency]
        said = (
            f"1 {currency} is {rate.words} {home}, as of {rate.of} ({rate.source}); each amount is rounded by itself"
        )
        yield Note("cost", "assumption", f"cost.rates.{currency}", said)


def _law_notes(settings: CostSettings) -> Iterable[Note]:
    for agreement in known_of(settings.agreements):
        articles = "; ".join(premium.article for premium in agreement.premiums) or "no premium"
        said = f"{agreement.title}, looked up on {agreement.looked_up}: {articles}; no legal advice"
        yield Note("cost", "assumption", "cost.agreements", said)
        for fact in agreement.not_reckoned:
            yield Note("cost", "left out", "cost.agreements", f"{agreement.title}, {fact.article}: {fact.text}")


def _norm_notes(settings: CostSettings, norms: Norms) -> Iterable[Note]:
    """What hours over a norm take for granted."""
    over = [premium for premium in settings.premiums if premium.over_hours is not None]
    for premium in over:
        without = [agent for agent in norms.contracts if norms.minutes_of(premium, agent) is None]
        if without:
            said = f"no {premium.name} for {_some(without)}: their contract has no weekly_hours_norm"
            yield Note("cost", "assumption", "cost.premiums", said)
    cut = sorted({p.per for p in over if norms.blocks.before(p.per)})
    if cut and not norms.worked_before:
        said = (
            f"hours worked before {norms.blocks.days[0]} in its {' and '.join(cut)} are not known and count as none"
        )
        yield Note("cost", "assumption", "input.past_roster", f"{said}: overtime may be too low")
    after = norms.blocks.days[-1] + timedelta(days=1)
    going = sorted({p.per for p in over if p.per in ("week", "month") and norms.blocks.goes_on(after, p.per)})
    if going:
        said = f"the last {' and '.join(going)} goes on after the plan: overtime of its other days is not in it"
        yield Note("cost", "assumption", "cost.premiums", said)


def _other_notes(settings: CostSettings, days: list[date], queues: list[QueueWork]) -> Iterable[Note]:
    known = [queue.name for queue in queues]
    for number, other in enumerate(settings.others):
        place = f"cost.others.{number}"
        if other.date is not None and other.date not in days:
            said = f"{other.name} is due on {other.date}, which is not planned ({days[0]} to {days[-1]})"
            yield Note("cost", "left out", f"{place}.date", said)
        for name in (name for name in other.queues if name not in known):
            said = f"{other.name}: the forecast has no queue {name!r}; {nearest(name, known)}"
            yield Note("cost", "warning", f"{place}.queues", said)


def _notes(
    roster: Roster,
    workforce: Workforce,
    paid: PaidTime,
    staffing: StaffingSettings,
    work_plans: Mapping[str, WorkPlanSettings],
) -> Iterable[Note]:
    known = workforce.agents.frame["agent_id"].tolist()
    strangers = [agent for agent in paid.frame.agents if agent not in known]
    if strangers:
        lost = [f"{agent} -> {meant}" for agent in strangers if (meant := zeros_lost(agent, known))]
        asked = f"; did a spreadsheet drop the leading zeros: {_some(lost)}?" if lost else ""
        said = f"{_some(strangers)}: on the roster, but not in agents.csv; costed at the default rate{asked}"
        yield Note("cost", "warning", "agents.csv", said)
    yield from _shift_notes(roster, paid)
    yield from _time_off_notes(workforce, work_plans)
    unpaid = [name for name, c in staffing.shrinkage.items() if not c.paid and not c.in_roster and c.share > 0]
    if unpaid:
        said = "unpaid absence is not known in advance: all rostered hours are costed, so the cost may be too high"
        yield Note("cost", "assumption", f"staffing.shrinkage.{_some(unpaid)}", said)
    said = (
        "not costed: overtime of contacts that end after a shift, attrition, and what [[cost.others]] does not name"
    )
    yield Note("cost", "left out", "", said)


def _shift_notes(roster: Roster, paid: PaidTime) -> Iterable[Note]:
    """Where the shifts' paid hours and the activities differ, the activities count."""
    said_minutes = round(float(roster.shifts.frame["paid_hours"].sum()) * 60)
    rostered = int(paid.spans.minutes.sum())
    if abs(said_minutes - rostered) > len(roster.shifts):
        said = (
            f"the shifts give {said_minutes / 60:.2f} paid hours, their activities "
            f"{rostered / 60:.2f}; the cost uses the activities"
        )
        yield Note("cost", "warning", "roster_shifts.csv:paid_hours", said)


def _time_off_notes(workforce: Workforce, work_plans: Mapping[str, WorkPlanSettings]) -> Iterable[Note]:
    rows = workforce.time_off.frame
    blank = int((rows["paid"] == "").sum())
    if blank:
        said = f"{blank} absences are not marked paid or unpaid; they are treated as paid"
        yield Note("cost", "assumption", "time_off.csv:paid", said)
    contract = dict(zip(workforce.agents.frame["agent_id"], workforce.agents.frame["work_plan"], strict=True))
    plans = {contract.get(agent, "") for agent in rows.loc[rows["paid"] != "no", "agent_id"]}
    idle = sorted(p for p in plans if p not in work_plans or work_plans[p].weekly_hours_min == 0)
    if idle:
        contracts = _some([name or "no contract" for name in idle])
        said = f"paid time off counts as 0 hours under {contracts}: weekly_hours_min is not given"
        yield Note("cost", "assumption", "time_off.csv:paid", said)


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
