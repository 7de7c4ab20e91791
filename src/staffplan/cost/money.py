"""Wages, premiums, on-costs and other costs in whole cents, by month and planning group."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from staffplan.cost.exact import Ints, exact, half_up, share_out
from staffplan.cost.exchange import HOME, Amounts, Exchange
from staffplan.cost.ledger import QueueWork
from staffplan.cost.people import PaidTime, Wage
from staffplan.cost.standby import StandbyPay
from staffplan.settings.cost import CostSettings, OnCostSettings, OtherCostSettings, PremiumSettings

BASE = "base pay"


@dataclass(frozen=True)
class Money:
    """(periods, groups) cents of the plan's currency by line; the lines add up to `loaded`."""

    base: Ints
    premiums: dict[str, Ints]
    premium_minutes: dict[str, Ints]
    standby: dict[str, Ints]
    standby_minutes: dict[str, Ints]
    on_costs: dict[str, Ints]
    others: dict[str, Ints]
    of_queues: Ints
    """(periods, queues) cents that belong to one queue's contacts, among `others`."""
    amounts: dict[str, Amounts]
    """Every line by currency."""

    @property
    def lines(self) -> dict[str, Ints]:
        """Cents by line, (periods, groups) each: base pay, premiums, standby, on-costs, other costs."""
        return {BASE: self.base, **self.premiums, **self.standby, **self.on_costs, **self.others}

    @property
    def loaded(self) -> Ints:
        """Cents of all lines together, (periods, groups)."""
        return np.asarray(sum(self.lines.values()), dtype=np.int64)


def make_money(
    paid: PaidTime,
    wages: Sequence[Wage],
    settings: CostSettings,
    days: Sequence[date],
    queues: Sequence[QueueWork] = (),
    standby: StandbyPay | None = None,
) -> Money:
    """What the paid time, standby and the contacts of the queues cost. Every agent's pay of a month, and every other
    cost of a month, is rounded to the cent of its currency once, a half up; and once more when it is turned into the
    plan's.
    """
    exchange = Exchange.of(settings)
    base = _people(paid, base_cents(paid, wages), [wage.currency for wage in wages], exchange)
    premiums, premium_minutes = {}, {}
    for number, premium in enumerate(settings.premiums):
        name = f"premium: {premium.name}"
        premium_minutes[name] = _to_groups(paid, paid.premium[number])
        own = premium_cents(paid, wages, premium, number)
        premiums[name] = _people(paid, own, premium_currencies(premium, wages, exchange), exchange)
    on_call, on_call_minutes = _standby(paid, standby or StandbyPay(), exchange)
    pay = Amounts.joined([base, *premiums.values(), *on_call.values()])
    on_costs = {f"on-cost: {cost.name}": _on_cost(cost, paid, pay, days, exchange) for cost in settings.on_costs}
    minutes = _to_groups(paid, paid.by_agent)
    of_queues = np.zeros((len(paid.frame.periods), len(queues)), dtype=np.int64)
    others = {}
    for other in settings.others:
        if other.per_contact is None:
            amounts = _shared(other, paid, minutes, days, exchange)
        else:
            own = contact_cents(other, queues, len(paid.frame.periods))
            home = exchange.converted(own, exchange.known(other.currency))
            of_queues += home
            amounts = Amounts(*({exchange.known(other.currency): _by_owner(v, queues, minutes)} for v in (own, home)))
        others[f"other: {other.name}"] = amounts
    return Money(
        base.total,
        _totals(premiums),
        premium_minutes,
        _totals(on_call),
        on_call_minutes,
        _totals(on_costs),
        _totals(others),
        of_queues,
        {BASE: base, **premiums, **on_call, **on_costs, **others},
    )


def _totals(lines: Mapping[str, Amounts]) -> dict[str, Ints]:
    return {name: amounts.total for name, amounts in lines.items()}


def _standby(paid: PaidTime, pay: StandbyPay, exchange: Exchange) -> tuple[dict[str, Amounts], dict[str, Ints]]:
    """Amounts and minutes, (periods, groups), of each line of standby."""
    amounts, minutes = {}, {}
    for line in pay.lines:
        minutes[line] = _to_groups(paid, pay.summed(line, paid.frame, "minutes"))
        cents = pay.summed(line, paid.frame, "cents")
        amounts[line] = _people(paid, cents, pay.currencies(line, paid.frame), exchange)
    return amounts, minutes


def _people(paid: PaidTime, cents: Ints, currencies: Sequence[str], exchange: Exchange) -> Amounts:
    """(agents, periods) cents, each agent's in a currency, as amounts of the groups."""
    own, home = {}, {}
    for currency in sorted({HOME, *currencies}):
        mine = np.where(np.array([name == currency for name in currencies])[:, None], cents, 0)
        own[currency] = _to_groups(paid, mine)
        home[currency] = _to_groups(paid, exchange.converted(mine, currency))
    return Amounts(own, home)


def _on_cost(cost: OnCostSettings, paid: PaidTime, pay: Amounts, days: Sequence[date], exchange: Exchange) -> Amounts:
    """A share of the pay, in the currency of each, and an amount for every person."""
    parts = []
    for currency, wages in pay.own.items():
        whole = wage_share_cents(wages, exact(cost.share))
        home = exchange.converted(whole, currency)
        parts.append(Amounts({currency: shared_by(whole, wages)}, {currency: shared_by(home, wages)}))
    seats = head_cents(paid, exact(cost.monthly_per_agent), days)
    if cost.monthly_per_agent:
        parts.append(_people(paid, seats, [exchange.known(cost.currency)] * len(paid.frame.agents), exchange))
    return Amounts.joined(parts)


def _by_owner(cents: Ints, queues: Sequence[QueueWork], like: Ints) -> Ints:
    """(periods, queues) to (periods, groups), each queue's to its group."""
    found = np.zeros_like(like)
    for place, queue in enumerate(queues):
        found[:, queue.group] += cents[:, place]
    return found


def _shared(
    cost: OtherCostSettings, paid: PaidTime, minutes: Ints, days: Sequence[date], exchange: Exchange
) -> Amounts:
    """One of the other costs that no queue is behind, shared by paid minutes."""
    currency = exchange.known(cost.currency)
    whole, weights = whole_cents(cost, paid, minutes, days), _shares_of_groups(minutes)
    home = exchange.converted(whole, currency)
    return Amounts({currency: share_out(whole, weights)}, {currency: share_out(home, weights)})


def whole_cents(cost: OtherCostSettings, paid: PaidTime, minutes: Ints, days: Sequence[date]) -> Ints:
    """(periods,): cents of a cost that no queue is behind, in its own currency. minutes: paid, (periods, groups)."""
    if cost.agents_per_person is not None:
        hour = exact(cost.hourly_rate or 0.0) / exact(cost.agents_per_person)
        whole = [half_up(int(month) * hour * 100 / 60) for month in minutes.sum(axis=1)]
    elif cost.per_month is not None:
        whole = [half_up(exact(cost.per_month) * 100 * share) for share in planned_shares(paid, days)]
    else:
        month = f"{cost.date:%Y-%m}" if cost.date in days else ""
        whole = [half_up(exact(cost.amount or 0.0) * 100) * (period == month) for period in paid.frame.periods]
    return np.array(whole, dtype=np.int64)


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


def base_cents(paid: PaidTime, wages: Sequence[Wage]) -> Ints:
    """(agents, periods): base pay in cents, each agent's in the currency of the wage."""
    return _pay(paid.by_agent, [wage.rate for wage in wages])


def premium_cents(paid: PaidTime, wages: Sequence[Wage], premium: PremiumSettings, number: int) -> Ints:
    """(agents, periods): what a premium, the one of that number in the settings, costs in cents of its currency."""
    share = exact(premium.share)
    cents = _pay(paid.premium[number], [wage.rate * share + exact(premium.per_hour) for wage in wages])
    return np.asarray(cents + half_up(exact(premium.per_shift) * 100) * paid.premium_shifts[number], dtype=np.int64)


def premium_currencies(premium: PremiumSettings, wages: Sequence[Wage], exchange: Exchange) -> list[str]:
    """What each agent's premium is paid in: a share in the currency of the wage, an amount in its own."""
    of_wage = "share" in premium.model_fields_set
    return [wage.currency if of_wage else exchange.known(premium.currency) for wage in wages]


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
    """(periods,): the share of each month's wages, (periods, groups), rounded once a month."""
    return np.array([half_up(int(month) * share) for month in wages.sum(axis=1)], dtype=np.int64)


def shared_by(whole: Ints, wages: Ints) -> Ints:
    """(periods, groups): each month's cents by the wages of the groups; nothing where there are none."""
    return np.asarray(np.where(wages.sum(axis=1, keepdims=True) > 0, share_out(whole, wages), 0), dtype=np.int64)


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
