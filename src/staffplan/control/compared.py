"""Two rosters of the same days side by side: who works otherwise, hours and service by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from staffplan.control.told import told
from staffplan.tables.control import DaysCompared
from staffplan.tables.cost import CostReport
from staffplan.tables.ledger import RosterTold
from staffplan.tables.roster import Roster
from staffplan.tables.waits import DayService

LOADED = "loaded cost"
HALVES = ("before", "after")


@dataclass(frozen=True)
class PlanTables:
    """What is compared of a plan; waits and cost are None where there are none."""

    roster: Roster
    waits: DayService | None
    cost: CostReport | None


@dataclass(frozen=True)
class PlansCompared:
    """`told`: days of people that differ; `days`: each day that one of the rosters has; `cost`: cost of the whole
    plan before and after by line, the loaded cost last, for lines that one of them has."""

    told: RosterTold
    days: DaysCompared
    cost: Mapping[str, tuple[float, float]]


def compare_plans(before: PlanTables, after: PlanTables, timezone: str) -> PlansCompared:
    """What is otherwise in `after`."""
    changes, _ = told(before.roster, after.roster, timezone)
    return PlansCompared(changes, _days(before, after, changes), _cost(before.cost, after.cost))


def _days(before: PlanTables, after: PlanTables, changes: RosterTold) -> DaysCompared:
    columns: dict[str, pd.Series] = {"people_otherwise": changes.frame.groupby("schedule_date")["agent_id"].nunique()}
    for half, plan in zip(HALVES, (before, after), strict=True):
        shifts = plan.roster.shifts.frame.groupby("schedule_date")
        columns[f"people_{half}"] = shifts["agent_id"].nunique()
        columns[f"paid_hours_{half}"] = shifts["paid_hours"].sum()
        if plan.waits is not None:
            columns |= _service(plan.waits.frame, half)
    frame = pd.DataFrame(columns).rename_axis("day").sort_index().reset_index()
    frame = frame.astype({"day": "datetime64[ns]"})
    counts = [str(name) for name in frame if str(name).startswith(("people", "paid"))]
    return DaysCompared.of(frame.fillna(dict.fromkeys(counts, 0.0))) if len(frame) else DaysCompared.empty()


def _service(waits: pd.DataFrame, half: str) -> dict[str, pd.Series]:
    """Understaffed hours of a day, the share of its contacts in time, and the groups that miss their goal."""
    by_day = waits.groupby("day")
    known = waits.dropna(subset=["service_level"])
    in_time = (known["service_level"] * known["offered"]).groupby(known["day"]).sum()
    return {
        f"understaffed_hours_{half}": by_day["understaffed_hours"].sum(),
        f"service_level_{half}": in_time / known.groupby("day")["offered"].sum(),
        f"goals_missed_{half}": (waits["kept"] == "no").groupby(waits["day"]).sum().astype(float),
    }


def _cost(before: CostReport | None, after: CostReport | None) -> dict[str, tuple[float, float]]:
    if before is None or after is None:
        return {}
    one, other = (_amounts(report) for report in (before, after))
    lines = sorted({*one, *other}, key=lambda line: (line == LOADED, line))
    return {line: (one.get(line, 0.0), other.get(line, 0.0)) for line in lines}


def _amounts(report: CostReport) -> dict[str, float]:
    """Of the whole site and all its months, by line."""
    frame = report.frame
    is_total = (frame["period"] == "total") & (frame["ledger"] == "cost") & (frame["planning_group"] == "")
    mine = frame[is_total & ~frame["line"].str.startswith("memo:") & frame["amount"].notna()]
    return dict(zip(mine["line"], mine["amount"].astype(float), strict=True))
