"""What other exchange rates than the budget's cost: the actual amounts less the same at the budget's rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from staffplan.cost.exact import half_up
from staffplan.cost.variance.chain import Term
from staffplan.errors import Note
from staffplan.tables.cost import CostReport, read_foreign
from staffplan.tables.variance import TOTAL

KEYS = ["period", "planning_group"]
CAUSE = "exchange rate: "


def effects(budget: CostReport, actual: CostReport, *, same: bool) -> tuple[pd.DataFrame, list[Note]]:
    """Of each leaf, line and currency of the actual cost that part which the change of its rate makes, in `effect`.

    same: leaves are months; else the whole plans. A currency that the budget does not have is taken at its own rate,
    and told.
    """
    paid = _foreign(actual, same=same)
    rates = _rates(_foreign(budget, same=same))
    notes = list(_unknown(sorted(set(paid["currency"]) - set(rates))))
    change = [_effect(row, rates) for row in paid.to_dict("records")]
    return paid.assign(effect=np.array(change, dtype=float)), notes


def _foreign(report: CostReport, *, same: bool) -> pd.DataFrame:
    """Rows of the ledger "currency" with what they are paid in: `line`, `currency`, `rate`, `quantity`, `amount`."""
    frame = report.frame[(report.frame["period"] != TOTAL) == same]
    frame = frame[(frame["planning_group"] != "") & (frame["ledger"] == "currency")]
    read = [read_foreign(name) for name in frame["line"]]
    named = frame[np.array([found is not None for found in read], dtype=bool)]
    told = pd.DataFrame([found for found in read if found], columns=["line", "currency", "rate"], index=named.index)
    return named[[*KEYS, "quantity", "amount"]].join(told)


def _rates(paid: pd.DataFrame) -> dict[str, Fraction]:
    """The rate of each currency; where there were several the mean, weighted by what was paid."""
    found = {}
    for currency, own in paid.groupby("currency"):
        rates = set(own["rate"])
        weighted = Fraction(float(own["amount"].sum())) / Fraction(float(own["quantity"].sum()) or 1.0)
        found[str(currency)] = rates.pop() if len(rates) == 1 else weighted
    return found


def _effect(row: Mapping[Any, Any], rates: Mapping[str, Fraction]) -> float:
    """What the row's amount is above the same at the budget's rate, to the cent; 0 where the rate is the same."""
    rate = rates.get(row["currency"], row["rate"])
    if rate == row["rate"]:
        return 0.0
    cents, own = round(float(row["amount"]) * 100), round(float(row["quantity"]) * 100)
    return (cents - half_up(own * rate)) / 100


def _unknown(currencies: list[str]) -> Iterator[Note]:
    for currency in currencies:
        said = f"the budget has nothing in {currency}: its rate is taken as budgeted"
        yield Note("variance", "assumption", "cost.csv:currency", said)


def at_budget_rates(side: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The actual amounts of each leaf (rows) and line (columns) at the budget's rates."""
    if not found["effect"].any():
        return side
    change = found.pivot_table(index=KEYS, columns="line", values="effect", aggfunc="sum")
    return side.assign(**{name: side[name] - change[name].reindex(side.index).fillna(0.0) for name in change.columns})


def exchange_terms(leaves: pd.Index, found: pd.DataFrame) -> tuple[Term, ...]:
    """A cause for each currency whose rate is another one."""
    zero = np.zeros(len(leaves))
    return tuple(
        Term(f"{CAUSE}{currency}", zero, own.groupby(KEYS)["effect"].sum().reindex(leaves).fillna(0.0).to_numpy())
        for currency, own in found.groupby("currency")
        if own["effect"].any()
    )
