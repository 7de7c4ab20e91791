"""Wages, premiums, on-costs and other costs in whole cents, by month and planning group."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from staffplan.cost.exact import Ints, exact, half_up, share_out
from staffplan.cost.ledger import QueueWork
from staffplan.cost.people import PaidTime
from staffplan.cost.standby import StandbyPay
from staffplan.settings.cost import CostSettings, OtherCostSettings, PremiumSettings


@dataclass(frozen=True)
class Money:
    """(periods, groups) cents by line; the lines add up to `loaded`."""

    base: Ints
    premiums: dict[str, Ints]
    premium_minutes: dict[str, Ints]
    standby: dict[str, Ints]
    standby_minutes: dict[str, Ints]
    on_costs: dict[str, Ints]
    others: dict[str, Ints]
    of_queues: Ints
    """(periods, queues) cents that belong to one queue's contacts, among `others`."""

    @property
    def lines(self) -> dict[str, Ints]:
        """Cents by line, (periods, groups) each: base pay, premiums, standby, on-costs, other costs."""
        return {"base pay": self.base, **self.premiums, **self.standby, **self.on_costs, **self.others}

    @property
    def wages(self) -> Ints:
        """Cents of all that people are paid, (periods, groups)."""
        return np.asarray(self.base + sum((self.premiums | self.standby).values()), dtype=np.int64)

    @property
    def loaded(self) -> Ints:
        """Cents of all lines together, (periods, groups)."""
        return np.asarray(sum(self.lines.values()), dtype=np.int64)


def make_money(
    paid: PaidTime,
    rates: Sequence[Fraction],
    settings: CostSettings,
    days: Sequence[date],
    queues: Sequence[QueueWork] = (),
    standby: StandbyPay | None = None,
) -> Money:
    """What the paid time, standby and the contacts of the queues cost. Every agent's pay of a month, and every other
    cost of a month, is rounded to the cent once, a half up."""
    base = _to_groups(paid, base_cents(paid, rates))
    premiums, premium_minutes = {}, {}
    for number, premium in enumerate(settings.premiums):
        premium_minutes[f"premium: {premium.name}"] = _to_groups(paid, paid.premium[number])
        premiums[f"premium: {premium.name}"] = _to_groups(paid, premium_cents(paid, rates, premium, number))
    on_call = standby or StandbyPay()
    by_line = {line: _to_groups(paid, on_call.summed(line, paid.frame, "cents")) for line in on_call.lines}
    on_call_minutes = {line: _to_groups(paid, on_call.summed(line, paid.frame, "minutes")) for line in on_call.lines}
    wages = np.asarray(base + sum((premiums | by_line).values()), dtype=np.int64)
    on_costs = {}
    for cost in settings.on_costs:
        by_share = wage_share_cents(wages, exact(cost.share))
        by_head = _to_groups(paid, head_cents(paid, exact(cost.monthly_per_agent), days))
        on_costs[f"on-cost: {cost.name}"] = by_share + by_head
    minutes, of_queues = (
        _to_groups(paid, paid.by_agent),
        np.zeros((len(paid.frame.periods), len(queues)), dtype=np.int64),
    )
    others = {}
    for other in settings.others:
        own = contact_cents(other, queues, len(paid.frame.periods))
        of_queues += own
        shared = np.zeros_like(minutes) if other.per_contact is not None else _shared(other, paid, minutes, days)
        for place, queue in enumerate(queues):
            shared[:, queue.group] += own[:, place]
        others[f"other: {other.name}"] = shared
    return Money(base, premiums, premium_minutes, by_line, on_call_minutes, on_costs, others, of_queues)


def _shared(cost: OtherCostSettings, paid: PaidTime, minutes: Ints, days: Sequence[date]) -> Ints:
    """(periods, groups): one of the other costs that no queue is behind, shared by paid minutes."""
    if cost.agents_per_person is not None:
        hour = exact(cost.hourly_rate or 0.0) / exact(cost.agents_per_person)
        whole = [half_up(int(month) * hour * 100 / 60) for month in minutes.sum(axis=1)]
    elif cost.per_month is not None:
        whole = [half_up(exact(cost.per_month) * 100 * share) for share in planned_shares(paid, days)]
    else:
        month = f"{cost.date:%Y-%m}" if cost.date in days else ""
        whole = [half_up(exact(cost.amount or 0.0) * 100) * (period == month) for period in paid.frame.periods]
    return share_out(np.array(whole, dtype=np.int64), _shares_of_groups(minutes))


def _shares_of_groups(minutes: Ints) -> Ints:
    """(periods, groups): paid minutes of the month; of the whole plan where nobody is paid in it; else each planning
    group as any other, and nothing for people without one."""
    plan = minutes.sum(axis=0)
    anybody = np.append(np.ones(len(plan) - 1, dtype=np.int64), 0)
    fallback = plan if plan.any() else anybody
    return np.asarray(np.where(minutes.sum(axis=1, keepdims=True) > 0, minutes, fallback), dtype=np.int64)


def contact_cents(cost: OtherCostSettings, queues: Sequence[QueueWork], periods: int) -> Ints:
    """(periods, queues): an amount for each contact of the queues named, or of all."""
    cents, amount = np.zeros((periods, len(queues)), dtype=np.int64), exact(cost.per_contact or 0.0) * 100
    for place, queue in enumerate(queues):
        if not cost.queues or queue.name in cost.queues:
            cents[:, place] = [half_up(amount * exact(float(number))) for number in queue.contacts]
    return cents


def base_cents(paid: PaidTime, rates: Sequence[Fraction]) -> Ints:
    """(agents, periods): base pay in cents."""
    return _pay(paid.by_agent, rates)


def premium_cents(paid: PaidTime, rates: Sequence[Fraction], premium: PremiumSettings, number: int) -> Ints:
    """(agents, periods): what a premium, the one of that number in the settings, costs in cents."""
    share = exact(premium.share)
    cents = _pay(paid.premium[number], [rate * share + exact(premium.per_hour) for rate in rates])
    return np.asarray(cents + half_up(exact(premium.per_shift) * 100) * paid.premium_shifts[number], dtype=np.int64)


def _pay(minutes: Ints, rates: Sequence[Fraction]) -> Ints:
    """(agents, periods) minutes at hourly rates, in cents."""
    cents = np.zeros(minutes.shape, dtype=np.int64)
    for agent, period in np.argwhere(minutes > 0).tolist():
        cents[agent, period] = half_up(int(minutes[agent, period]) * rates[agent] * 100 / 60)
    return cents


def _to_groups(paid: PaidTime, values: Ints) -> Ints:
    """(agents, periods) to (periods, groups), each agent's by the agent's minutes on queue."""
    return np.asarray(paid.attributed(values).sum(axis=0), dtype=np.int64)


def wage_share_cents(wages: Ints, share: Fraction) -> Ints:
    """(periods, groups): the share of each month's wages, rounded once a month."""
    whole = np.array([half_up(int(month) * share) for month in wages.sum(axis=1)], dtype=np.int64)
    parts = share_out(whole, wages)
    return np.asarray(np.where(wages.sum(axis=1, keepdims=True) > 0, parts, 0), dtype=np.int64)


def head_cents(paid: PaidTime, monthly: Fraction, days: Sequence[date]) -> Ints:
    """(agents, periods): the monthly amount by the share of the month's days that is planned."""
    each = np.array([half_up(monthly * 100 * share) for share in planned_shares(paid, days)], dtype=np.int64)
    return np.repeat(each[None, :], len(paid.frame.agents), axis=0)


def planned_shares(paid: PaidTime, days: Sequence[date]) -> list[Fraction]:
    """Of each month the share of its days that is planned."""
    shares = []
    for period in paid.frame.periods:
        year, month = int(period[:4]), int(period[5:])
        planned = sum(1 for day in days if (day.year, day.month) == (year, month))
        shares.append(Fraction(planned, monthrange(year, month)[1]))
    return shares
