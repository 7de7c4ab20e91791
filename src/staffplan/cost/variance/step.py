"""The step: two tables of costs to one table of causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from staffplan.cost.exact import Floats, Ints
from staffplan.cost.variance.chain import SEQUENTIAL, Factor, Method, Term, shares, whole_cents
from staffplan.errors import Note
from staffplan.tables.variance import TOTAL, CostVariance

BUDGET, ACTUAL = "budget", "actual"
REST = "without contacts"
"""The cause of what is paid where no contacts came."""
ROUNDED = 0.006
"""Money by which a cost may differ from the product of its causes: it is rounded to the cent."""


@dataclass(frozen=True)
class Compared:
    """Two costs, leaf by leaf, and the causes that lead from the one to the other."""

    leaves: pd.DataFrame
    """Period and queue of each leaf."""
    budget_cents: Ints
    """(leaves,)"""
    actual_cents: Ints
    """(leaves,)"""
    factors: tuple[Factor, ...]
    terms: tuple[Term, ...] = ()
    notes: tuple[Note, ...] = ()
    part: str = "queue"
    """What the queues of the leaves are called: queue, grade or planning group."""

    @property
    def causes(self) -> tuple[str, ...]:
        """Names in the usual order."""
        return (*(factor.name for factor in self.factors), *(term.name for term in self.terms))


def with_rest(compared: Compared) -> Compared:
    """The costs with one more cause where they hold amounts that no product of the factors gives.

    Hours paid where no contacts came are an example.
    """
    rests = []
    for side, cents in enumerate((compared.budget_cents, compared.actual_cents)):
        product = np.prod([factor.both()[side] for factor in compared.factors], axis=0)
        beside = sum((term.after if side else term.before) for term in compared.terms)
        rest = cents / 100 - product - beside
        rests.append(np.where(np.abs(rest) > ROUNDED + 1e-9 * np.abs(product), rest, 0.0))
    if not np.any(rests):
        return compared
    return replace(compared, terms=(*compared.terms, Term(REST, *rests)))


@dataclass(frozen=True)
class Variance:
    """The causes, by which method, and what to know of them."""

    table: CostVariance
    method: Method
    sequential: Method
    """What `sequential_amount` is by."""
    notes: tuple[Note, ...]
    part: str


def variance(compared: Compared, method: str = "shapley") -> Variance:
    """Share the difference among the causes, leaf by leaf; sums of leaves are those of queues, periods and all.

    Raises UsageError for a method that is not known.
    """
    chosen = Method.of(method, compared.causes)
    beside = chosen if chosen.name == SEQUENTIAL else Method.of(SEQUENTIAL, compared.causes)
    found, other = (shares(compared.factors, compared.terms, own) for own in (chosen, beside))
    exact = np.stack([compared.budget_cents / 100, *found.values(), compared.actual_cents / 100], axis=1)
    amounts = {"amount": _cents(compared, found), "sequential_amount": _cents(compared, other)}
    rows = _levels(compared.leaves, (BUDGET, *found, ACTUAL), {**amounts, "unrounded_amount": exact})
    return Variance(CostVariance.of(rows), chosen, beside, compared.notes, compared.part)


def _cents(compared: Compared, found: Mapping[str, Floats]) -> Ints:
    """(leaves, rows) cents: budget, causes, actual."""
    difference = compared.actual_cents - compared.budget_cents
    parts = whole_cents(np.stack(list(found.values()), axis=1), difference)
    return np.concatenate([compared.budget_cents[:, None], parts, compared.actual_cents[:, None]], axis=1)


def _levels(leaves: pd.DataFrame, names: Sequence[str], amounts: Mapping[str, Ints | Floats]) -> pd.DataFrame:
    """Every row of the table: leaves, periods, queues and the whole. amounts: (leaves, rows) by column."""
    values = pd.DataFrame(np.concatenate(list(amounts.values()), axis=1))
    period, queue = (leaves[name].to_numpy(dtype=object) for name in ("period", "queue"))
    every = np.full(len(leaves), TOTAL, dtype=object), np.full(len(leaves), "", dtype=object)
    pieces = [
        _rows(values.groupby([own_period, own_queue]).sum(), names, list(amounts))
        for own_period, own_queue in ((period, queue), (period, every[1]), (every[0], queue), every)
    ]
    rows = pd.concat(pieces, ignore_index=True).drop_duplicates(["period", "queue", "position"], ignore_index=True)
    is_cause = ~rows["cause"].isin((BUDGET, ACTUAL))
    over, under = is_cause & (rows["amount"] > 0), is_cause & (rows["amount"] < 0)
    in_money = {name: rows[name] / 100 for name in ("amount", "sequential_amount")}
    return rows.assign(direction=np.select([over, under], ["over budget", "under budget"], ""), **in_money)


def _rows(sums: pd.DataFrame, names: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """(groups, columns x names) sums as one row for each group and name."""
    groups, count = len(sums), len(names)
    cells = sums.to_numpy().reshape(groups, len(columns), count).transpose(0, 2, 1).reshape(groups * count, -1)
    keys = {name: np.repeat(sums.index.get_level_values(n), count) for n, name in enumerate(("period", "queue"))}
    places = {"position": np.tile(np.arange(float(count)), groups), "cause": np.tile(np.array(names, object), groups)}
    return pd.DataFrame({**keys, **places}).join(pd.DataFrame(cells, columns=list(columns)))
