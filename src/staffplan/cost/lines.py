"""From counted minutes and cents to the rows of cost.csv: bridge, hours, cost, unit costs.

Arrays are (periods, groups). Every figure is written for each month and the total (the sum of the months), for
each planning group and the site (blank group, the sum of the groups).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.cost.exact import Floats, Ints, half_up, share_out
from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.ledger import Demand, Hours, QueueWork
from staffplan.cost.money import Money
from staffplan.cost.people import NO_GROUP, Frame
from staffplan.cost.standby import STANDBY
from staffplan.tables.cost import CostReport, foreign_line

TOTAL = "total"
Numbers = NDArray[np.number]

HOUR_SOURCES = {
    "handling contacts": "forecast.csv:offered x aht_seconds, where roster_activities.csv has people",
    "idle by design": "requirement.csv:agents_required minus the workload",
    "rounding to whole people": "requirement.csv:agents_on_queue x (1 - shrinkage) minus agents_required",
    "overstaffing": "roster_activities.csv over requirement.csv:agents_on_queue, x (1 - shrinkage)",
    "beyond the forecast's days": "roster_activities.csv:queue after the forecast's last day",
    "breaks": "roster_activities.csv:break",
    "meals": "roster_activities.csv:meal",
    "meetings": "roster_activities.csv:meeting",
    "training": "roster_activities.csv:training",
    "paid time off": "time_off.csv:hours, or one fifth of plan.toml:work_plans.weekly_hours_min per day",
}
SHRINKAGE_SOURCE = "plan.toml:staffing.shrinkage x roster_activities.csv:queue"
PAID_SOURCE = "roster_activities.csv:paid, time_off.csv"


@dataclass(frozen=True)
class Line:
    """One line for all months and groups; hours in minutes, amounts in cents, where it has them."""

    ledger: str
    name: str
    source: str
    minutes: Ints | None = None
    cents: Ints | None = None
    quantity: Numbers | None = None
    unit: str = ""


def bridge_lines(demand: Demand, hours: Hours, money: Money, frame: Frame) -> list[Line]:
    """From contacts to money; each step adds to the one before, down to the hours paid and the loaded cost."""
    periods = len(frame.periods)

    def month(values: Floats | Ints) -> Ints:
        return np.asarray(np.rint(demand.by_period(values, periods)), dtype=np.int64)

    contact, agent = month(demand.contact_minutes), month(demand.agent_minutes)
    required, needed, present = month(demand.required), month(demand.on_queue_required), month(demand.on_queue)
    over = month(np.maximum(demand.on_queue - demand.on_queue_required, 0))
    contacts = demand.by_period(demand.contacts, periods)
    required_at, needed_at = "requirement.csv:agents_required", "requirement.csv:agents_on_queue"
    fit = "roster_activities.csv:queue against requirement.csv:agents_on_queue"
    shared = [hours.lines[name] for name in ("breaks", "meals", "meetings", "training")]
    return [
        Line("bridge", "contacts", "forecast.csv:offered", quantity=contacts, unit="contacts"),
        Line("bridge", "workload", "forecast.csv:offered x aht_seconds", contact),
        Line("bridge", "served several at once", "plan.toml:queues.concurrency", agent - contact),
        Line("bridge", "queueing buffer and minimum staff", f"{required_at} minus the workload", required - agent),
        Line("bridge", "base staff", required_at, required),
        Line("bridge", "cover for shrinkage, whole people", f"{needed_at} minus agents_required", needed - required),
        Line("bridge", "roster fit: too few", fit, present - over - needed),
        Line("bridge", "roster fit: too many", fit, over),
        Line("bridge", "on queue", "roster_activities.csv:queue", present),
        Line("bridge", "breaks and meals", "roster_activities.csv:break, meal", shared[0] + shared[1]),
        Line("bridge", "meetings and training", "roster_activities.csv:meeting, training", shared[2] + shared[3]),
        Line("bridge", "paid time off", HOUR_SOURCES["paid time off"], hours.lines["paid time off"]),
        Line("bridge", "paid hours", "cost.csv:hours, paid hours", hours.paid),
        *_money_steps(hours, money),
    ]


def _money_steps(hours: Hours, money: Money) -> list[Line]:
    rates = "agents.csv:hourly_rate, else plan.toml:work_plans.hourly_rate, else cost.default_hourly_rate"
    base = money.base
    premiums = np.asarray(sum(money.premiums.values(), start=np.zeros_like(base)))
    on_costs = np.asarray(sum(money.on_costs.values(), start=np.zeros_like(base)))
    standby = np.asarray(sum(money.standby.values(), start=np.zeros_like(base)))
    others = np.asarray(sum(money.others.values(), start=np.zeros_like(base)))
    return [
        Line("bridge", "base pay", rates, hours.paid, base),
        Line("bridge", "premiums", "cost.csv:cost, premium lines", cents=premiums),
        *([Line("bridge", "standby", "cost.csv:cost, standby lines", cents=standby)] if money.standby else []),
        Line("bridge", "on-costs", "cost.csv:cost, on-cost lines", cents=on_costs),
        *([Line("bridge", "other costs", "cost.csv:cost, other lines", cents=others)] if money.others else []),
        Line("bridge", "loaded cost", "cost.csv:cost, loaded cost", cents=money.loaded),
    ]


def hour_lines(hours: Hours) -> list[Line]:
    """The hours ledger; the memo lines stand beside the sum."""
    found = [
        Line("hours", name, HOUR_SOURCES.get(name, SHRINKAGE_SOURCE), minutes)
        for name, minutes in hours.lines.items()
        if name in HOUR_SOURCES or minutes.any()
    ]
    memo = "requirement.csv:agents_on_queue over roster_activities.csv, x (1 - shrinkage)"
    found.append(Line("hours", "paid hours", PAID_SOURCE, hours.paid))
    return found + [Line("hours", name, memo, minutes) for name, minutes in hours.memo.items()]


def cost_lines(hours: Hours, money: Money) -> list[Line]:
    """The cost ledger."""
    wages = "cost.csv:hours, paid hours x agents.csv:hourly_rate"
    found = [Line("cost", "base pay", wages, hours.paid, money.base)]
    for name, cents in money.premiums.items():
        minutes = money.premium_minutes[name]
        found.append(Line("cost", name, "roster_activities.csv x plan.toml:cost.premiums", minutes, cents))
    for name, cents in money.standby.items():
        source = "standby.csv:amount" if name.startswith(STANDBY) else "call_outs.csv x agents.csv:hourly_rate"
        found.append(Line("cost", name, source, money.standby_minutes[name], cents))
    for name, cents in money.on_costs.items():
        found.append(Line("cost", name, "plan.toml:cost.on_costs", cents=cents))
    for name, cents in money.others.items():
        found.append(Line("cost", name, "plan.toml:cost.others", cents=cents))
    return [*found, Line("cost", "loaded cost", "cost.csv:cost, sum of the lines above", hours.paid, money.loaded)]


def currency_lines(money: Money, exchange: Exchange, home: str) -> list[Line]:
    """The cost by the currency it is paid in: what it is there as quantity, in the plan's as amount; none where all
    is paid in the plan's."""
    found, rest = [], money.loaded.copy()
    for name, amounts in money.amounts.items():
        for currency in amounts.own:
            if currency != HOME and amounts.own[currency].any():
                rate, cents = exchange.rates[currency], amounts.home[currency]
                source = f"plan.toml:cost.rates.{currency}, of {rate.of} ({rate.source})"
                line, own = foreign_line(name, currency, rate.words), amounts.own[currency] / 100
                found.append(Line("currency", line, source, cents=cents, quantity=own, unit=currency))
                rest -= cents
    if not found:
        return []
    sums = "cost.csv:cost, loaded cost"
    return [
        *found,
        Line("currency", f"all else, {home}", sums, cents=rest, quantity=rest / 100, unit=home),
        Line("currency", "loaded cost", sums, cents=money.loaded),
    ]


def unit_rows(queues: list[QueueWork], hours: Hours, money: Money, frame: Frame) -> Iterable[dict[str, object]]:
    """What one contact, one handled hour and one paid hour cost.

    What a queue's contacts cost by themselves is the queue's; the rest of a group's cost is split among its queues by
    their work. Where nothing was handled there is no price.
    """
    groups = len(frame.groups)
    owners = np.array([queue.group for queue in queues], dtype=np.int64)
    contacts, answered, work = (
        with_totals(np.stack([getattr(queue, name) for queue in queues], axis=1), site=False)
        for name in ("contacts", "answered", "agent_minutes")
    )
    of_queues = with_totals(money.of_queues, site=False)
    cost, handled, paid = (with_totals(v) for v in (money.loaded, hours.lines["handling contacts"], hours.paid))
    for number, period in enumerate((*frame.periods, TOTAL)):
        by_queue = _queue_cents(cost[number, :groups].astype(np.int64), owners, work[number], of_queues[number])
        for channel in sorted({queue.channel for queue in queues}):
            own = np.array([queue.channel == channel for queue in queues])
            values = by_queue[own].sum(), contacts[number, own].sum()
            yield _price(period, f"per contact: channel {channel}", "", *values, "contact")
        for place, queue in enumerate(queues):
            group = frame.groups[queue.group]
            values = by_queue[place], contacts[number, place]
            yield _price(period, f"per contact: queue {queue.name}", group, *values, "contact")
        for place, group in enumerate((*frame.groups, "")):
            own = owners == place if group else owners >= 0
            cents, minutes = cost[number, place], handled[number, place]
            yield _price(period, "per contact offered", group, cents, contacts[number, own].sum(), "contact")
            yield _price(period, "per contact answered", group, cents, answered[number, own].sum(), "contact")
            yield _price(period, "per handled hour", group, cents, minutes / 60, "hour")
            yield _price(period, "per paid hour", group, cents, paid[number, place] / 60, "hour")


def _queue_cents(group_cents: Ints, owners: Ints, work: Numbers, of_queues: Numbers) -> Ints:
    """(queues,): each group's cost split among its queues by their work, but for what is a queue's own."""
    cents = np.zeros(len(owners), dtype=np.int64)
    for group in np.unique(owners).tolist():
        own = owners == group
        mine = of_queues[own].astype(np.int64)
        cents[own] = mine + share_out(np.asarray(group_cents[group] - mine.sum()), work[own])
    return cents


def _price(period: str, line: str, group: str, cents: int, quantity: float, unit: str) -> dict[str, object]:
    amount = half_up(Fraction(int(cents)) / Fraction(float(quantity))) / 100 if quantity > 0 else np.nan
    return {
        "period": period,
        "ledger": "unit",
        "line": line,
        "planning_group": group,
        "amount": amount,
        "quantity": float(quantity),
        "unit": unit,
        "source": f"cost.csv:cost, loaded cost / {unit}s",
    }


def with_totals(values: Numbers, *, site: bool = True) -> Numbers:
    """(periods, parts) with the sum of the months as a last row and, for the site, that of the groups as a column."""
    values = np.concatenate([values, values.sum(axis=0, keepdims=True)], axis=0)
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1) if site else values


def _rows(line: Line, frame: Frame) -> Iterable[dict[str, object]]:
    minutes, cents, quantity = (
        None if v is None else with_totals(v) for v in (line.minutes, line.cents, line.quantity)
    )
    for number, period in enumerate((*frame.periods, TOTAL)):
        for place, group in enumerate((*frame.groups, "")):
            at = (number, place)
            yield {
                "period": period,
                "ledger": line.ledger,
                "line": line.name,
                "planning_group": group,
                "hours": np.nan if minutes is None else int(minutes[at]) / 60,
                "amount": np.nan if cents is None else int(cents[at]) / 100,
                "quantity": np.nan if quantity is None else float(quantity[at]),
                "unit": line.unit,
                "source": line.source,
            }


def make_report(lines: list[Line], units: Iterable[dict[str, object]], frame: Frame, currency: str) -> CostReport:
    """All rows as one table; the group that stands for nobody appears only where something was paid for it."""
    rows = [row for line in lines for row in _rows(line, frame)] + list(units)
    table = pd.DataFrame(rows)
    order = {
        pair: number for number, pair in enumerate(dict.fromkeys(zip(table["ledger"], table["line"], strict=True)))
    }
    table["position"] = [order[pair] + 1.0 for pair in zip(table["ledger"], table["line"], strict=True)]
    table["currency"] = np.where(table["amount"].notna(), currency, "")
    nobody = table["planning_group"] == NO_GROUP
    idle = table[["hours", "amount", "quantity"]].fillna(0.0).eq(0.0).all(axis=1)
    if idle[nobody].all():
        table = table[~nobody]
    return CostReport.of(table.reset_index(drop=True), CostReport.file_name)
