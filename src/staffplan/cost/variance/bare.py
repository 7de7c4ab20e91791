"""Bare tables of budget and actual as causes: workload by queue, or hours by grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from staffplan.cost.exact import Floats, Ints, exact, half_up
from staffplan.cost.variance.chain import Factor, Term
from staffplan.cost.variance.step import Compared, with_rest
from staffplan.errors import DataError, Note, Problem, listed
from staffplan.tables.schema import Table, capped
from staffplan.tables.variance import LabourCost, WorkloadCost

OPTIONAL = ("occupancy", "shrinkage", "paid_hours", "premiums", "one_off")
Row = dict[Any, Any]


def compare_workload(budget: WorkloadCost, actual: WorkloadCost) -> Compared:
    """Volume, mix, AHT, occupancy, shrinkage, roster fit, rate, premiums, one-off costs.

    Volume is that of all queues of a period, mix each queue's share of it. A queue that is in one table alone is
    volume and mix; its other values are taken as equal on both sides. Raises DataError where no period is in both
    tables, or contacts have no handling time.
    """
    problems = [p for table in (budget, actual) for p in _untimed(table)]
    if problems:
        raise DataError(problems)
    notes = tuple(_notes(budget, actual))
    first, last = _aligned(budget.frame, actual.frame, "queue")
    given = {name for name in OPTIONAL if budget.frame[name].notna().any() or actual.frame[name].notna().any()}
    factors = _workload_factors(first, last, given)
    terms = [
        Term(words, np.nan_to_num(first[name].to_numpy()), np.nan_to_num(last[name].to_numpy()))
        for name, words in (("premiums", "premiums"), ("one_off", "one-off"))
        if name in given
    ]
    budgeted, paid = _cents(first, _workload_cost), _cents(last, _workload_cost)
    return with_rest(Compared(first[["period", "queue"]], budgeted, paid, tuple(factors), tuple(terms), notes))


def compare_labour(standard: LabourCost, actual: LabourCost) -> Compared:
    """Volume, yield, mix and rate of the hours of grades; in that order they are those of standard costing.

    Volume is the units of a period, yield the hours of all grades for a unit, mix each grade's share of the hours.
    Efficiency is mix and yield together. Raises DataError where units differ within a period.
    """
    problems = [p for table in (standard, actual) for p in _different_units(table)]
    if problems:
        raise DataError(problems)
    notes = tuple(_notes(standard, actual))
    first, last = _aligned(standard.frame, actual.frame, "grade")
    hours = [side.groupby("period")["hours"].transform("sum").to_numpy() for side in (first, last)]
    units = [side.groupby("period")["units"].transform("max").to_numpy() for side in (first, last)]
    pairs = {
        "volume": units,
        "yield": [_ratio(h, u) for h, u in zip(hours, units, strict=True)],
        "mix": [_ratio(s["hours"].fillna(0), h) for s, h in zip((first, last), hours, strict=True)],
        "rate": [side["rate"].to_numpy() for side in (first, last)],
    }
    budgeted, paid = _cents(first, _labour_cost), _cents(last, _labour_cost)
    leaves = first[["period", "grade"]].rename(columns={"grade": "queue"})
    factors = tuple(Factor.of(name, pair) for name, pair in pairs.items())
    return with_rest(Compared(leaves, budgeted, paid, factors, notes=notes, part="grade"))


def _workload_factors(first: pd.DataFrame, last: pd.DataFrame, given: set[str]) -> Iterable[Factor]:
    sides = (first, last)
    volume = [side.groupby("period")["contacts"].transform("sum").to_numpy() for side in sides]
    several = first.groupby("period")["queue"].transform("size").max() > 1
    yield Factor.of("volume", volume)
    if several:
        yield Factor.of("mix", (_ratio(s["contacts"].fillna(0), v) for s, v in zip(sides, volume, strict=True)))
    yield Factor.of("aht", (_used(side, "aht_seconds") / 3600 for side in sides))
    if "occupancy" in given:
        yield Factor.of("occupancy", (1 / _used(side, "occupancy", 1.0) for side in sides))
    if "shrinkage" in given:
        yield Factor.of("shrinkage", (1 / (1 - _used(side, "shrinkage", 0.0)) for side in sides))
    if "paid_hours" in given:
        yield Factor.of("roster fit", map(_fit, sides))
    yield Factor.of("rate", (side["rate"].to_numpy() for side in sides))


def _used(side: pd.DataFrame, name: str, blank: float = np.nan) -> Floats:
    """A column of a side, (leaves,): nan where the row is not there or has no contacts and is blank."""
    values = side[name].to_numpy(dtype=float)
    there = side["contacts"].notna().to_numpy()
    return np.where(np.isnan(values) & there, blank, values)


def _fit(side: pd.DataFrame) -> Floats:
    """Hours paid for each hour needed, (leaves,); 1 where the table says nothing of hours."""
    needed = [float(_needed_hours(row)) if row["contacts"] > 0 else np.nan for row in side.to_dict("records")]
    unsaid = np.where(side["contacts"].notna(), 1.0, np.nan)
    return np.where(side["paid_hours"].notna(), _ratio(side["paid_hours"], np.array(needed)), unsaid)


def _ratio(part: pd.Series | Floats, whole: Floats) -> Floats:
    """(leaves,): part / whole, nan where there is no whole."""
    return np.asarray(part, dtype=float) / np.where(np.asarray(whole) > 0, whole, np.nan)


def _needed_hours(row: Row) -> Fraction:
    """Paid hours that the contacts of a row need."""
    if not row["contacts"] > 0:
        return Fraction(0)
    occupancy = exact(row["occupancy"]) if row["occupancy"] == row["occupancy"] else Fraction(1)
    shrinkage = exact(row["shrinkage"]) if row["shrinkage"] == row["shrinkage"] else Fraction(0)
    return exact(row["contacts"]) * exact(row["aht_seconds"]) / 3600 / occupancy / (1 - shrinkage)


def _workload_cost(row: Row) -> Fraction:
    hours = exact(row["paid_hours"]) if row["paid_hours"] == row["paid_hours"] else _needed_hours(row)
    beside = [exact(row[name]) for name in ("premiums", "one_off") if row[name] == row[name]]
    return hours * exact(row["rate"]) + sum(beside, start=Fraction(0))


def _labour_cost(row: Row) -> Fraction:
    return exact(row["hours"]) * exact(row["rate"])


def _cents(side: pd.DataFrame, cost: Callable[[Row], Fraction]) -> Ints:
    """(leaves,): each row's cost, rounded once, a half up; 0 where the row is not there."""
    rows = side.to_dict("records")
    cents = [half_up(100 * cost(row)) if row["rate"] == row["rate"] else 0 for row in rows]
    return np.array(cents, dtype=np.int64)


def _aligned(first: pd.DataFrame, last: pd.DataFrame, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with the same rows: periods that are in both, and queues that are in either; nan elsewhere."""
    common = set(first["period"]) & set(last["period"])
    keys = pd.concat([side.loc[side["period"].isin(common), ["period", name]] for side in (first, last)])
    keys = keys.drop_duplicates().sort_values(["period", name], ignore_index=True)
    before, after = (keys.merge(side, on=["period", name], how="left") for side in (first, last))
    return before, after


def _notes(budget: Table, actual: Table) -> Iterable[Note]:
    """What is not compared; DataError where nothing is."""
    sides = [set(table.frame["period"]) for table in (budget, actual)]
    if not sides[0] & sides[1]:
        have = [
            f"{table.source} has {listed(sorted(own))}" for table, own in zip((budget, actual), sides, strict=True)
        ]
        raise DataError(Problem("period", f"no period is in both tables: {'; '.join(have)}", "write them alike"))
    for table, own, other in ((budget, sides[0], sides[1]), (actual, sides[1], sides[0])):
        if own - other:
            said = f"periods of this table alone are not compared: {listed(sorted(own - other))}"
            yield Note("variance", "left out", table.source, said)
    name = "queue" if "queue" in budget.frame else "grade"
    common = sides[0] & sides[1]
    rows = [table.frame[table.frame["period"].isin(common)] for table in (budget, actual)]
    names = [set(own[name]) for own in rows]
    for table, own, other in ((budget, names[0], names[1]), (actual, names[1], names[0])):
        if alone := sorted(own - other):
            said = f"in this table alone, and so volume and mix: {listed(alone)}"
            yield Note("variance", "assumption", table.source, said)


def _untimed(table: WorkloadCost) -> list[Problem]:
    """Rows with contacts and without a handling time."""
    wrong = np.flatnonzero((table.frame["contacts"] > 0) & table.frame["aht_seconds"].isna()).tolist()
    said = "contacts have no handling time"
    return capped(
        [Problem(table.place(i, "aht_seconds"), said, "fill it in, in seconds") for i in wrong], table.source
    )


def _different_units(table: LabourCost) -> list[Problem]:
    """Periods whose rows do not have the same units."""
    most = table.frame.groupby("period")["units"].transform("max")
    wrong = np.flatnonzero(table.frame["units"] != most).tolist()
    hint = "units are those of the whole period, the same in each of its rows"
    return capped(
        [
            Problem(
                table.place(i, "units"), f"{table.frame['units'][i]:g} differ from {most[i]:g} of the period", hint
            )
            for i in wrong
        ],
        table.source,
    )
