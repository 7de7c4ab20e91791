"""Wages, premiums and on-costs in whole cents, by month and planning group."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from staffplan.cost.exact import Ints, exact, half_up, share_out
from staffplan.cost.people import PaidTime
from staffplan.settings.cost import CostSettings


@dataclass(frozen=True)
class Money:
    """(periods, groups) cents by line; the lines add up to `loaded`."""

    base: Ints
    premiums: dict[str, Ints]
    premium_minutes: dict[str, Ints]
    on_costs: dict[str, Ints]

    @property
    def lines(self) -> dict[str, Ints]:
        """Cents by line, (periods, groups) each: base pay, premiums, on-costs."""
        return {"base pay": self.base, **self.premiums, **self.on_costs}

    @property
    def loaded(self) -> Ints:
        """Cents of all lines together, (periods, groups)."""
        return np.asarray(sum(self.lines.values()), dtype=np.int64)


def make_money(paid: PaidTime, rates: Sequence[Fraction], settings: CostSettings, days: Sequence[date]) -> Money:
    """What the paid time costs. Every agent's pay of a month is rounded to the cent once, a half up."""
    base = _to_groups(paid, _pay(paid.by_agent, rates))
    premiums, premium_minutes = {}, {}
    for number, premium in enumerate(settings.premiums):
        minutes = paid.premium[number]
        premium_minutes[f"premium: {premium.name}"] = _to_groups(paid, minutes)
        share = exact(premium.share)
        cents = _pay(minutes, [rate * share + exact(premium.per_hour) for rate in rates])
        cents += half_up(exact(premium.per_shift) * 100) * paid.premium_shifts[number]
        premiums[f"premium: {premium.name}"] = _to_groups(paid, cents)
    wages = np.asarray(base + sum(premiums.values()), dtype=np.int64)
    on_costs = {}
    for cost in settings.on_costs:
        by_share = _share_of(wages, exact(cost.share))
        by_head = _to_groups(paid, _by_head(paid, exact(cost.monthly_per_agent), days))
        on_costs[f"on-cost: {cost.name}"] = by_share + by_head
    return Money(base, premiums, premium_minutes, on_costs)


def _pay(minutes: Ints, rates: Sequence[Fraction]) -> Ints:
    """(agents, periods) minutes at hourly rates, in cents."""
    cents = np.zeros(minutes.shape, dtype=np.int64)
    for agent, period in np.argwhere(minutes > 0).tolist():
        cents[agent, period] = half_up(int(minutes[agent, period]) * rates[agent] * 100 / 60)
    return cents


def _to_groups(paid: PaidTime, values: Ints) -> Ints:
    """(agents, periods) to (periods, groups), each agent's by the agent's minutes on queue."""
    return np.asarray(paid.attributed(values).sum(axis=0), dtype=np.int64)


def _share_of(wages: Ints, share: Fraction) -> Ints:
    """(periods, groups): the share of each month's wages, rounded once a month."""
    whole = np.array([half_up(int(month) * share) for month in wages.sum(axis=1)], dtype=np.int64)
    parts = share_out(whole, wages)
    return np.asarray(np.where(wages.sum(axis=1, keepdims=True) > 0, parts, 0), dtype=np.int64)


def _by_head(paid: PaidTime, monthly: Fraction, days: Sequence[date]) -> Ints:
    """(agents, periods): the monthly amount by the share of the month's days that is planned."""
    cents = np.zeros((len(paid.frame.agents), len(paid.frame.periods)), dtype=np.int64)
    for number, period in enumerate(paid.frame.periods):
        year, month = int(period[:4]), int(period[5:])
        planned = sum(1 for day in days if (day.year, day.month) == (year, month))
        cents[:, number] = half_up(monthly * 100 * planned / monthrange(year, month)[1])
    return cents
