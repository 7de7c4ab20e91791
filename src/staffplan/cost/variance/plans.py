"""Two plans' cost reports as causes: from contacts over hours to money, step by step as the bridge of the report."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.cost.exact import Floats, Ints
from staffplan.cost.lines import TOTAL
from staffplan.cost.variance.chain import Factor, Term
from staffplan.cost.variance.currencies import at_budget_rates, effects, exchange_terms
from staffplan.cost.variance.step import Compared, with_rest
from staffplan.errors import DataError, Note, Problem, listed
from staffplan.tables.cost import CostReport

STEPS = (
    ("aht", "workload"),
    ("queueing buffer", "base staff"),
    ("shrinkage", "needed on queue"),
    ("roster fit", "on queue"),
    ("off the queue", "paid hours"),
)
"""Causes that lead from contacts to paid hours, each with the hours that it leads to."""
BESIDE_CONTACTS = ("standby", "call-outs")
"""Kinds of lines that people are paid for whatever the contacts."""


def compare_plans(budget: CostReport, actual: CostReport) -> Compared:
    """Volume, mix, AHT, queueing buffer, shrinkage, roster fit, time off the queue, rate, each premium, on-cost,
    standby (its share of the on-costs included) and other cost; and the exchange rate of each currency, with all else
    at the budget's rates.

    Leaves are planning groups by month; where the months of the two differ, each plan as a whole. Costs without
    contacts behind them are a cause of their own. Raises DataError where the currencies differ.
    """
    currencies = [set(report.frame["currency"]) - {""} for report in (budget, actual)]
    if currencies[0] != currencies[1]:
        said = " and ".join(listed(sorted(names)) for names in currencies)
        raise DataError(Problem("cost.csv:currency", f"the plans have different currencies: {said}", "use one"))
    months = [sorted(set(report.frame["period"]) - {TOTAL}) for report in (budget, actual)]
    same = months[0] == months[1]
    first, last = (_leaves(report, same=same) for report in (budget, actual))
    keys = first.index.union(last.index)
    sides = tuple(side.reindex(keys) for side in (first, last))
    notes: tuple[Note, ...] = () if same else (_different(months),)
    exchanged, told = effects(budget, actual, same=same)
    at_budget = (sides[0], at_budget_rates(sides[1], exchanged))
    apart = [_standby_with_its_on_costs(side) for side in at_budget]
    factors, terms = _factors(*apart), (*_beside_pay(*apart), *exchange_terms(keys, exchanged))
    leaves = keys.set_names(["period", "queue"]).to_frame(index=False)
    cents, notes = [_cents(side) for side in sides], (*notes, *told)
    return with_rest(Compared(leaves, cents[0], cents[1], factors, terms, notes, "planning group"))


def _different(months: list[list[str]]) -> Note:
    said = f"the months differ ({listed(months[0])}; {listed(months[1])}): each plan is compared as a whole"
    return Note("variance", "assumption", "cost.csv:period", said)


def _leaves(report: CostReport, *, same: bool) -> pd.DataFrame:
    """Contacts, hours and money of each month and planning group, (leaves, quantities)."""
    frame = report.frame[(report.frame["period"] != TOTAL) == same]
    frame = frame[(frame["planning_group"] != "") & frame["ledger"].isin(["bridge", "cost"])]
    bridge, cost = frame[frame["ledger"] == "bridge"], frame[frame["ledger"] == "cost"]
    keys = ["period", "planning_group"]
    hours = bridge.pivot_table(index=keys, columns="line", values="hours", aggfunc="sum")
    contacts = bridge[bridge["line"] == "contacts"].set_index(keys)["quantity"]
    money = cost.pivot_table(index=keys, columns="line", values="amount", aggfunc="sum")
    several = hours["workload"] + hours["served several at once"]
    needed = hours["base staff"] + hours["cover for shrinkage, whole people"]
    found = hours.assign(**{"contacts": contacts, "workload": several, "needed on queue": needed})
    return found[["contacts", *(name for _, name in STEPS)]].join(money)


def _cents(side: pd.DataFrame) -> Ints:
    """(leaves,): the loaded cost; 0 where the plan does not have the leaf."""
    return np.asarray(np.rint(side["loaded cost"].fillna(0.0).to_numpy(dtype=float) * 100), dtype=np.int64)


def _factors(first: pd.DataFrame, last: pd.DataFrame) -> tuple[Factor, ...]:
    """The bridge as a product: each step's quantity over that of the step before."""
    sides = (first, last)
    volume = [side.groupby(level=0)["contacts"].transform("sum").to_numpy(dtype=float) for side in sides]
    mix = [_ratio(side["contacts"].fillna(0.0), whole) for side, whole in zip(sides, volume, strict=True)]
    found = [Factor.of("volume", volume), Factor.of("mix", mix)]
    before = "contacts"
    for cause, name in STEPS:
        found.append(Factor.of(cause, (_ratio(side[name], side[before]) for side in sides)))
        before = name
    found.append(Factor.of("rate", (_ratio(side["base pay"], side["paid hours"]) for side in sides)))
    pay = [side["base pay"] for side in sides]
    for kind in ("premium", "on-cost"):
        names = _lines_of(kind, *sides)
        if names:
            lines = [side.reindex(columns=names).fillna(0.0) for side in sides]
            found.append(_raised(kind, lines, pay, names))
            pay = [own + more.sum(axis=1) for own, more in zip(pay, lines, strict=True)]
    return tuple(found)


def _raised(kind: str, lines: list[pd.DataFrame], pay: list[pd.Series], names: list[str]) -> Factor:
    """Premiums, or on-costs, as what they add to a unit of pay, each under its own name."""
    before, after = ([_ratio(own[name], base) for name in names] for own, base in zip(lines, pay, strict=True))
    parts = {name: _filled(first, last) for name, first, last in zip(names, before, after, strict=True)}
    return Factor(kind, 1 + np.sum(before, axis=0), 1 + np.sum(after, axis=0), parts)


def _filled(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Without nan: the other side's value, 0 where neither is known."""
    filled = np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)
    return np.nan_to_num(filled[0]), np.nan_to_num(filled[1])


def _lines_of(kind: str, first: pd.DataFrame, last: pd.DataFrame) -> list[str]:
    """The cost's lines of a kind that either side has."""
    return [name for name in first.columns.union(last.columns) if name.startswith(f"{kind}: ")]


def _standby_with_its_on_costs(side: pd.DataFrame) -> pd.DataFrame:
    """On-costs taken from their lines to those of standby, as far as they are paid on it: no contact is behind
    standby, so that it is no part of the pay that contacts lead to."""
    standby, premiums, on_costs = (
        [name for kind in kinds for name in _lines_of(kind, side, side)]
        for kinds in (BESIDE_CONTACTS, ("premium",), ("on-cost",))
    )
    if not standby:
        return side
    wages = side[["base pay", *premiums, *standby]].sum(axis=1)
    shares = side[standby].fillna(0.0).div(wages.where(wages > 0), axis=0).fillna(0.0)
    paid_on_it = side[on_costs].fillna(0.0)
    moved = {name: side[name].fillna(0.0) + shares[name] * paid_on_it.sum(axis=1) for name in standby}
    left = {name: paid_on_it[name] * (1 - shares.sum(axis=1)) for name in on_costs}
    return side.assign(**moved, **left)


def _beside_pay(*sides: pd.DataFrame) -> tuple[Term, ...]:
    """Standby and other costs: amounts by themselves, whatever the pay."""
    amounts = {
        name: [side.reindex(columns=[name])[name].fillna(0.0).to_numpy(dtype=float) for side in sides]
        for kind in (*BESIDE_CONTACTS, "other")
        for name in _lines_of(kind, sides[0], sides[1])
    }
    return tuple(Term(name, before, after) for name, (before, after) in amounts.items())


def _ratio(part: pd.Series, whole: pd.Series | Floats) -> Floats:
    """(leaves,): part / whole, nan where there is no whole."""
    base = np.asarray(whole, dtype=float)
    return np.asarray(part, dtype=float) / np.where(base > 0, base, np.nan)
