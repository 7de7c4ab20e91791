"""Head counts of a plan without people: the cheapest mix of shifts and contracts for an ordinary week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar
from staffplan.cost.exchange import Exchange
from staffplan.cost.premiums import minutes_of, premium_clock
from staffplan.errors import Note
from staffplan.files.write import table_bytes
from staffplan.plan.step import StepOutput, StepWork
from staffplan.roster.shifts.money import Pay
from staffplan.settings.config import Config
from staffplan.settings.cost import CostSettings
from staffplan.tables.requirement import StaffingRequirement

if TYPE_CHECKING:
    from staffplan.roster.shifts.step import MixOfShifts

GAP = 0.01
"""Distance from the best possible mix at which the search ends, share: these are first head counts."""


def heads(work: StepWork) -> StepOutput:
    """The mix that covers the mean of the plan's weeks; hours that no shift covers are told, not refused."""
    from staffplan.roster.shifts.step import mix_of_shifts
    from staffplan.roster.shifts.typical_week import typical_week

    workspace = work.workspace
    config, place = workspace.config, workspace.config_place
    if not config.work_plans:
        message = "no contracts are given, so no heads are counted; write [shifts] and [work_plans]"
        return StepOutput({}, (Note("heads", "left out", place, message),))
    requirement, site = typical_week(workspace.table(StaffingRequirement), workspace.site, "mean")
    pay = pay_of(config, site.calendar)
    has_wages = any(rate > 0 for rate in pay.hourly.values())
    mix: MixOfShifts = mix_of_shifts(
        requirement,
        config.roster,
        pay,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        minimise="cost" if has_wages else "hours",
        allow_short=True,
        gap=GAP,
        time_off_share=time_off_share(config),
        on_progress=work.on_progress,
    )
    tables = (mix.shifts, mix.contracts, mix.pauses, mix.positions)
    files = {table.file_name: table_bytes(table.frame, config.plan.timezone) for table in tables}
    with_time_off = float(mix.contracts.frame["heads_with_time_off"].sum())
    facts = {name: value for name, value in mix.facts.items() if isinstance(value, int | float)}
    return StepOutput(files, mix.notes, {**facts, "heads_with_time_off": with_time_off})


def pay_of(config: Config, calendar: SiteCalendar) -> Pay:
    """What people cost by the settings: wages by contract, premiums by the minute, on-costs."""
    beside = 1.0 + sum(on_cost.share for on_cost in config.cost.on_costs)
    exchange = Exchange.of(config.cost)
    rates = {name: contract_rate(name, config) for name in config.work_plans}
    monthly = sum(exchange.units(cost.monthly_per_agent, cost.currency) for cost in config.cost.on_costs)

    def surcharges(first: pd.Timestamp, minutes: int) -> NDArray[np.float64]:
        return premium_shares(config.cost, calendar, first, minutes)

    return Pay({name: rate * beside for name, rate in rates.items()}, monthly, surcharges)


def contract_rate(name: str, config: Config) -> float:
    """Base pay of an hour under a contract, in the plan's currency."""
    plan, exchange = config.work_plans[name], Exchange.of(config.cost)
    if plan.hourly_rate is None:
        return config.cost.default_hourly_rate
    return exchange.units(plan.hourly_rate, plan.currency)


def premium_shares(
    cost: CostSettings, calendar: SiteCalendar, first: pd.Timestamp, minutes: int
) -> NDArray[np.float64]:
    """(minutes,): share of the base rate that is paid on top in each minute from `first` on, whoever works it."""
    begin = int(minutes_of(pd.DatetimeIndex([first]))[0])
    by_clock = [premium for premium in cost.premiums if premium.over_hours is None and not premium.per_hour]
    clock = premium_clock(by_clock, calendar, begin, begin + minutes)
    shares = np.array([premium.share for premium in by_clock])
    return np.asarray(shares @ np.diff(clock.paid_before, axis=1) if len(shares) else np.zeros(minutes))


def time_off_share(config: Config) -> float:
    """Share of paid time away that the requirement leaves to the roster's time off."""
    shrinkage = config.staffing.shrinkage.values()
    return sum(own.share for own in shrinkage if own.in_roster and not own.in_office and own.paid)
