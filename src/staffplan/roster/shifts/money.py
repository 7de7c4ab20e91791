"""What a mix of shifts costs, in money and in the unit that is minimised."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import ConfigError, Problem
from staffplan.roster.problem.problem import Period
from staffplan.roster.shifts.crews import Demand
from staffplan.roster.shifts.positions import Staffed, worked
from staffplan.roster.shifts.program import Prices
from staffplan.settings.roster import WorkPlanSettings

Goal = Literal["cost", "heads", "hours"]
Surcharges = Callable[[pd.Timestamp, int], NDArray[np.float64]]
"""From a first instant and a number of minutes to the share that is paid on top in each minute, (minutes,)."""


@dataclass(frozen=True)
class Pay:
    """What people cost. hourly: by contract, what is paid beside wages included. monthly: a head's, beside hours."""

    hourly: Mapping[str, float]
    monthly: float = 0.0
    surcharges: Surcharges = lambda _first, minutes: np.zeros(minutes)


def make_prices(
    minimise: Goal,
    pay: Pay,
    demand: Demand,
    work_plans: Mapping[str, WorkPlanSettings],
    missing_weight: float | None,
) -> Prices:
    """Prices in cost, hours or heads. missing_weight: paid hours that an hour missing is worth; None: no price."""
    plain = np.full(demand.period.slots, demand.period.slot_hours)
    crews = demand.crews
    match minimise:
        case "hours":
            return Prices(tuple(1.0 for _ in crews), plain, 0.0, missing_weight)
        case "heads":
            hours = max(plan.normal_hours for plan in work_plans.values()) * demand.period.days / 7
            missing = None if missing_weight is None else missing_weight / hours
            return Prices(tuple(0.0 for _ in crews), plain, 1.0, missing)
        case "cost":
            rates = tuple(pay.hourly[crew.work_plan] for crew in crews)
            if not all(rates):
                free = sorted({crew.work_plan for crew, rate in zip(crews, rates, strict=True) if not rate})
                hint = "set hourly_rate there, or cost.default_hourly_rate; or --minimise hours, --minimise heads"
                raise ConfigError(
                    Problem(f"work_plans.{plan}.hourly_rate", "is not known, so the cost is not known", hint)
                    for plan in free
                )
            missing = None if missing_weight is None else missing_weight * max(rates)
            return Prices(rates, paid_slots(pay, demand.period), pay.monthly * months(demand.period), missing)


def paid_slots(pay: Pay, period: Period) -> NDArray[np.float64]:
    """(slots,): hours that each slot is paid for, surcharges included."""
    minutes = 1.0 + pay.surcharges(period.start, period.slots * period.slot_minutes)
    return np.asarray(minutes.reshape(period.slots, period.slot_minutes).sum(axis=1) / 60)


def months(period: Period) -> float:
    """Months that the period lasts, each day as its part of its month."""
    days = [period.day(number) for number in range(period.days)]
    return float(sum(Fraction(1, monthrange(day.year, day.month)[1]) for day in days))


def crew_costs(result: Staffed, demand: Demand, pay: Pay) -> dict[int, float]:
    """Cost of each crew. Who goes on an unpaid pause when is not told apart within a shift: all save the same."""
    paid, options = paid_slots(pay, demand.period), demand.problem.options
    saved = _saved(result, demand, paid)
    found = {}
    for number, tours in result.tours.items():
        hours = 0.0
        for day, option in worked(tours):
            start = int(demand.problem.option_slot[option, day])
            hours += float(paid[start : start + options[option].slots].sum())
            hours -= saved[demand.crews[number].group, day, option]
        by_head = len(tours) * pay.monthly * months(demand.period)
        found[number] = hours * pay.hourly[demand.crews[number].work_plan] + by_head
    return found


def _saved(result: Staffed, demand: Demand, paid: NDArray[np.float64]) -> dict[tuple[int, int, int], float]:
    """Paid hours that a head's unpaid pauses save on average, by group, day and option."""
    total: dict[tuple[int, int, int], float] = {}
    heads: dict[tuple[int, int, int], int] = {}
    for number, tours in result.tours.items():
        for day, option in worked(tours):
            key = (demand.crews[number].group, day, option)
            heads[key] = heads.get(key, 0) + 1
            total.setdefault(key, 0.0)
    for pool, pauses in result.pauses:
        start, shift = int(demand.problem.option_slot[pool.option, pool.day]), demand.problem.options[pool.option]
        for pause, begun in zip(shift.pauses, pauses, strict=True):
            for offset, people in () if pause.paid else begun:
                first = start + offset
                total[pool.group, pool.day, pool.option] += people * float(paid[first : first + pause.slots].sum())
    return {key: total[key] / heads[key] for key in heads}
