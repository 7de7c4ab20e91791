"""From crews with tours and pauses to the tables of a mix of shifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil

import numpy as np
import pandas as pd

from staffplan.roster.shifts.crews import DAYS_OF_A_WEEK, ROTATION, Crew, Demand
from staffplan.roster.shifts.positions import OFF, Staffed, on_queue, worked
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.schema import Table
from staffplan.tables.shifts import ContractHeads, PauseCounts, PositionShifts, ShiftCounts
from staffplan.tables.waits import Coverage


def shift_counts(result: Staffed, demand: Demand) -> ShiftCounts:
    counted: Counter[tuple[int, int, int, str]] = Counter()
    for number, tours in result.tours.items():
        crew = demand.crews[number]
        counted.update((day, crew.group, option, crew.work_plan) for day, option in worked(tours))
    rows = [
        {
            **_shift(demand, day, option),
            "planning_group": demand.problem.groups[group],
            "work_plan": plan,
            "paid_hours": demand.problem.options[option].paid_minutes / 60,
            "heads": heads,
        }
        for (day, group, option, plan), heads in counted.items()
    ]
    return ShiftCounts.of(_frame(rows, ShiftCounts))


def pause_counts(result: Staffed, demand: Demand) -> PauseCounts:
    counted: Counter[tuple[int, int, int, int, int]] = Counter()
    for pool, pauses in result.pauses:
        for number, begun in enumerate(pauses):
            for offset, heads in begun:
                counted[pool.day, pool.group, pool.option, number, offset] += heads
    rows = []
    for (day, group, option, number, offset), heads in counted.items():
        pause, period = demand.problem.options[option].pauses[number], demand.period
        start = int(demand.problem.option_slot[option, day]) + offset
        rows.append(
            {
                **_shift(demand, day, option),
                "planning_group": demand.problem.groups[group],
                "pause": number + 1,
                "activity": pause.activity,
                "start": period.instant(start),
                "end": period.instant(start + pause.slots),
                "heads": heads,
            }
        )
    return PauseCounts.of(_frame(rows, PauseCounts))


def contract_heads(
    result: Staffed, demand: Demand, costs: Mapping[int, float], time_off_share: float
) -> ContractHeads:
    """A row for every crew, those without people too."""
    rows = []
    for number, crew in enumerate(demand.crews):
        tours = result.tours.get(number, np.empty((0, demand.period.days), dtype=np.int64))
        minutes = sum(demand.problem.options[option].paid_minutes for _, option in worked(tours))
        heads, hours = len(tours), minutes / 60
        weeks = max(1.0, demand.period.days / DAYS_OF_A_WEEK)
        rows.append(
            {
                "planning_group": demand.problem.groups[crew.group],
                "work_plan": crew.work_plan,
                **{name: crew.rotation.get(name, np.nan) for name in ROTATION},
                "heads": heads,
                "heads_with_time_off": ceil(heads / (1 - time_off_share) - 1e-9),
                "paid_hours": hours,
                "hours_per_week": round(hours / heads / weeks, 2) if heads else 0.0,
                "cost": round(costs.get(number, 0.0), 2),
            }
        )
    return ContractHeads.of(pd.DataFrame(rows))


def position_shifts(result: Staffed, demand: Demand) -> PositionShifts:
    rows = []
    for number, tours in result.tours.items():
        crew = demand.crews[number]
        width = len(str(len(tours)))
        for head, day in np.argwhere(tours != OFF).tolist():
            rows.append(
                {
                    "position": f"{_name(crew, demand)} {head + 1:0{width}d}",
                    "planning_group": demand.problem.groups[crew.group],
                    "work_plan": crew.work_plan,
                    **_shift(demand, day, int(tours[head, day])),
                }
            )
    return PositionShifts.of(_frame(rows, PositionShifts))


def coverage_of(result: Staffed, demand: Demand, requirement: StaffingRequirement) -> Coverage:
    """Required against scheduled in every interval; a part of an interval counts as that part."""
    period, groups = demand.period, demand.problem.groups
    step = period.slots_per_interval
    there = on_queue(result, demand)
    intervals = there.shape[1] // step
    scheduled = there[:, : intervals * step].reshape(len(groups), intervals, step).mean(axis=2)
    frame = pd.DataFrame(
        {
            "interval_start": [period.instant(n * step) for n in range(intervals)] * len(groups),
            "planning_group": np.repeat(np.array(groups, dtype=object), intervals),
            "scheduled": scheduled.ravel(),
        }
    )
    needed = requirement.frame[["interval_start", "planning_group", "agents_on_queue", "offered"]]
    both = frame.merge(needed, how="left", on=["interval_start", "planning_group"])
    both["required"] = both["agents_on_queue"].fillna(0.0)
    both["net"] = both["scheduled"] - both["required"]
    both = both[(both["required"] > 0) | (both["scheduled"] > 0)]
    return Coverage.of(both[["interval_start", "planning_group", "required", "scheduled", "net", "offered"]])


def _name(crew: Crew, demand: Demand) -> str:
    turn = "".join(f" {ROTATION[name]} {number}" for name, number in crew.rotation.items())
    return f"{demand.problem.groups[crew.group]} {crew.work_plan}{turn}"


def _shift(demand: Demand, day: int, option: int) -> dict[str, object]:
    period, shift = demand.period, demand.problem.options[option]
    start = int(demand.problem.option_slot[option, day])
    return {
        "day": pd.Timestamp(period.day(day)),
        "shift": shift.name,
        "start": period.instant(start),
        "end": period.instant(start + shift.slots),
    }


def _frame(rows: list[dict[str, object]], table: type[Table]) -> pd.DataFrame:
    """The rows; without any, the table's columns."""
    return pd.DataFrame(rows) if rows else table.empty().frame
