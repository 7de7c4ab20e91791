"""Currencies that the settings name: each beside the plan's needs a rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from staffplan.errors import Problem
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.standby import StandbySettings

RATE = '{ rate = "0.92", of = 2026-11-01, source = "treasury" }'
"""A rate as the settings have it."""


def currency_problems(
    home: str,
    cost: CostSettings,
    work_plans: Mapping[str, WorkPlanSettings],
    standby: Sequence[StandbySettings],
    source: str,
) -> Iterator[Problem]:
    """Currencies without a rate, each where it is named, and a rate for the plan's own (`home`)."""
    for place, currency in named_currencies(cost, work_plans, standby):
        if currency != home and currency not in cost.rates:
            said = f"no rate from {currency} to {home} is stated"
            yield Problem(f"{source}:{place}", said, f"write {currency} = {RATE} under [cost.rates], with your rate")
    if home in cost.rates:
        said = f"{home} is the plan's currency, and has no rate"
        yield Problem(f"{source}:cost.rates.{home}", said, "leave it out, or change plan.currency")


def named_currencies(
    cost: CostSettings, work_plans: Mapping[str, WorkPlanSettings], standby: Sequence[StandbySettings]
) -> Iterator[tuple[str, str]]:
    """Setting and currency of every amount that names one."""
    for name, plan in work_plans.items():
        if plan.currency is not None:
            yield f"work_plans.{name}.currency", plan.currency
    entries = (
        ("cost.premiums", cost.premiums),
        ("cost.on_costs", cost.on_costs),
        ("cost.others", cost.others),
        ("standby", standby),
    )
    for section, given in entries:
        for number, currency in enumerate(entry.currency for entry in given):
            if currency is not None:
                yield f"{section}.{number}.currency", currency
