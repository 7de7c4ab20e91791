"""A capacity plan beside the one before it: what changed in people and money, by causes that add up.

over/under = effective x (1 - shrinkage) - required. The change of the product is shared by the two factors half and
half, as Shapley's value of two causes does. effective are the people there, less those in training and what new
people cannot do yet; the people there are those at the first common period, and since then hires and transfers less
leavers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.capacity.cohorts import Floats
from staffplan.errors import DataError, Problem
from staffplan.tables.capacity import CapacityPlan
from staffplan.tables.capacity_changes import CapacityChanges

MONEY = {"wages": "wages", "hiring_cost": "hiring", "shortfall_cost": "price of missing people"}
SMALLEST = 1e-9


@dataclass(frozen=True)
class Compared:
    """The changes, and the periods of only one of the plans, "site period" each."""

    changes: CapacityChanges
    hires: pd.DataFrame
    """Where other people start: site, period, before, after."""
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare_plans(before: CapacityPlan, after: CapacityPlan) -> Compared:
    """Raises DataError where the plans have no period in common."""
    keys = ["site", "period"]
    both = before.frame.merge(after.frame[keys], on=keys)[keys]
    if both.empty:
        hint = "compare plans of the same sites whose months overlap"
        raise DataError(Problem(before.source, "no site and period is in both plans", hint))
    rows = [row for site in both["site"].unique() for row in _site(site, before.frame, after.frame, both)]
    table = pd.DataFrame(rows).assign(position=np.arange(1.0, len(rows) + 1))
    columns = [column.name for column in CapacityChanges.columns]
    changes = CapacityChanges.of(table.reindex(columns=columns) if table.empty else table)
    return Compared(changes, _hires(before, after), _only(before, both), _only(after, both))


def _hires(before: CapacityPlan, after: CapacityPlan) -> pd.DataFrame:
    keys = ["site", "period"]
    old, new = (plan.frame[[*keys, "new_hires"]] for plan in (before, after))
    both = old.merge(new, on=keys).set_axis([*keys, "before", "after"], axis=1)
    return both[(both["after"] - both["before"]).abs() > SMALLEST].reset_index(drop=True)


def _only(plan: CapacityPlan, both: pd.DataFrame) -> tuple[str, ...]:
    common = set(zip(both["site"], both["period"], strict=True))
    pairs = zip(plan.frame["site"], plan.frame["period"], strict=True)
    return tuple(f"{site} {period}".strip() for site, period in pairs if (site, period) not in common)


def _site(
    site: object, before: pd.DataFrame, after: pd.DataFrame, both: pd.DataFrame
) -> Iterator[dict[str, float | str]]:
    """A row for each cause that changed, period by period."""
    periods = both.loc[both["site"] == site, "period"].tolist()
    old, new = (_columns(frame[frame["site"] == site].set_index("period").loc[periods]) for frame in (before, after))
    causes = {**_people(old, new), **_money(old, new)}
    for place, period in enumerate(periods):
        for cause, (was, now, people, cost) in causes.items():
            if max(abs(now[place] - was[place]), abs(people[place]), abs(cost[place])) > SMALLEST:
                yield {
                    "site": str(site),
                    "period": str(period),
                    "cause": cause,
                    "before": float(was[place]),
                    "after": float(now[place]),
                    "people": float(people[place]),
                    "cost": float(cost[place]),
                }


def _columns(rows: pd.DataFrame) -> dict[str, Floats]:
    """(periods,) each: the plan's numbers, and sums since the first common period."""
    found = {str(name): rows[name].to_numpy(dtype=float) for name in rows.columns if rows[name].dtype.kind == "f"}
    sums = {f"all {name}": np.cumsum(found[name]) for name in ("attrition", "new_hires", "transfers")}
    effective = (found["over_under"] + found["required"]) / (1 - found["shrinkage"])
    first = np.full(len(rows), found["starting"][0])
    return {
        **found,
        **sums,
        "effective": effective,
        "extra": found["extra_time"] - found["under_time"],
        "first": first,
    }


Change = tuple[Floats, Floats, Floats, Floats]


def _people(old: dict[str, Floats], new: dict[str, Floats]) -> dict[str, Change]:
    """(before, after, people, cost) of each cause of over/under."""
    kept = 1 - (old["shrinkage"] + new["shrinkage"]) / 2
    nothing = np.zeros(len(kept))
    signs = {"first": 1, "all attrition": -1, "all new_hires": 1, "all transfers": 1, "extra": 1}
    names = ("people at the start", "leavers so far", "new hires so far", "transfers so far", "extra and under time")
    parts = {
        name: (old[key], new[key], sign * (new[key] - old[key]))
        for name, (key, sign) in zip(names, signs.items(), strict=True)
    }
    rest = new["effective"] - old["effective"] - sum(part for _, _, part in parts.values())
    there = [plan["heads"] + plan["extra"] - plan["effective"] for plan in (old, new)]
    parts["training and learning"] = (there[0], there[1], rest)
    found = {name: (was, now, part * kept, nothing) for name, (was, now, part) in parts.items()}
    lost = -(new["shrinkage"] - old["shrinkage"]) * (old["effective"] + new["effective"]) / 2
    found["shrinkage"] = (old["shrinkage"], new["shrinkage"], lost, nothing)
    found["required"] = (old["required"], new["required"], old["required"] - new["required"], nothing)
    return found


def _money(old: dict[str, Floats], new: dict[str, Floats]) -> dict[str, Change]:
    nothing = np.zeros(len(old["cost"]))
    return {word: (old[name], new[name], nothing, new[name] - old[name]) for name, word in MONEY.items()}
