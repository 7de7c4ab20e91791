"""Capacity plans beside the periods of a budget: people, hires and cost of the months, and of the years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from staffplan.report.formats import listed, money, plural
from staffplan.report.sheets import ONE, PERCENT, TWO, Sheet
from staffplan.tables.capacity import CapacityPlan

LIKELY_SHORT = 0.5
"""Chance of too few people from which on the first page names a month."""
AMOUNTS = ("wages", "hiring_cost", "shortfall_cost", "cost")
BY_MONTH: tuple[Sheet, ...] = (
    ("folder", "capacity plan", ""),
    ("site", "site", ""),
    ("period", "period", ""),
    ("required_planned", "people required", ONE),
    ("heads", "people", ONE),
    ("in_training", "of them in training", ONE),
    ("new_hires", "new hires", ONE),
    ("attrition", "leave", ONE),
    ("over_under", "over (+) or under (-)", ONE),
    ("chance_short", "chance of too few", PERCENT),
    ("wages", "wages", TWO),
    ("hiring_cost", "hiring", TWO),
    ("shortfall_cost", "price of missing people", TWO),
    ("cost", "cost", TWO),
    ("plan_cost", "cost in the plans of these days", TWO),
)
BY_YEAR: tuple[Sheet, ...] = (
    ("folder", "capacity plan", ""),
    ("year", "year", ""),
    ("periods", "periods", ""),
    ("new_hires", "new hires", ONE),
    ("wages", "wages", TWO),
    ("hiring_cost", "hiring", TWO),
    ("shortfall_cost", "price of missing people", TWO),
    ("cost", "cost", TWO),
)


@dataclass(frozen=True)
class BudgetCapacity:
    """A finished capacity plan, and the folder it stands in."""

    folder: str
    plan: CapacityPlan

    @property
    def months(self) -> pd.DataFrame:
        """Its rows, amounts in whole cents."""
        frame = self.plan.frame.assign(folder=self.folder)
        return frame.assign(**{name: frame[name].round(2) for name in AMOUNTS})


def by_month(capacities: Sequence[BudgetCapacity], plan_costs: dict[str, float]) -> pd.DataFrame:
    """Every period of every site; beside it what the plans cost in that month, on each month's first row.

    plan_costs: loaded cost by month ("2027-01") of the plans' periods.
    """
    frame = pd.concat([one.months for one in capacities], ignore_index=True)
    return frame.assign(plan_cost=frame["period"].map(plan_costs).mask(frame.duplicated("period")))


def by_year(capacities: Sequence[BudgetCapacity]) -> pd.DataFrame:
    """Sums of the calendar years that the periods begin with, and of all together."""
    frame = pd.concat([one.months for one in capacities], ignore_index=True)
    frame = frame.assign(year=frame["period"].str[:4])
    sums = ["new_hires", *AMOUNTS]
    found = []
    for folder, own in frame.groupby("folder", sort=False):
        years = [*own.groupby("year"), ("all years", own)]
        for year, rows in years:
            told = {"folder": folder, "year": year, "periods": rows["period"].nunique()}
            found.append({**told, **rows[sums].sum().round(2).to_dict()})
    return pd.DataFrame(found)


def capacity_lines(capacities: Sequence[BudgetCapacity], currency: str) -> Iterator[str]:
    """Sentences for the first page, some for each capacity plan."""
    for one in capacities:
        frame = one.months
        first, last = frame["period"].iloc[0], frame["period"].iloc[-1]
        hires, cost = float(frame["new_hires"].sum()), float(frame["cost"].sum())
        yield (
            f"{one.folder}, {first} to {last}: {plural(hires, 'new hire')}, {money(cost, currency)}, of it "
            f"{money(float(frame['hiring_cost'].sum()), currency)} for hiring"
        )
        short = list(dict.fromkeys(frame.loc[frame["chance_short"] > LIKELY_SHORT, "period"]))
        if short:
            yield f"too few people are more likely than not in {listed(short)}"
