"""StaffingRequirement to the cheapest mix of shifts and contracts: heads, before anybody has a name.

Exact: every head found has a tour that keeps the hard rules of one person (mix_program.py), pauses are placed, the
rules between people are kept. What is left between the mix and the solver's bound is told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from staffplan.errors import InfeasibleError, NoSolutionError, Note, Problem
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.search.integer_program import Values
from staffplan.roster.shifts.crews import Demand, make_demand
from staffplan.roster.shifts.money import Goal, Pay, crew_costs, make_prices
from staffplan.roster.shifts.notes import mix_notes
from staffplan.roster.shifts.positions import Staffed, staffed
from staffplan.roster.shifts.program import (
    Prices,
    idle_hours,
    make_program,
    seek_fewer_heads,
    seek_fewer_hours,
    seek_fewer_idle_hours,
)
from staffplan.roster.shifts.reach import out_of_reach
from staffplan.roster.shifts.tables import contract_heads, coverage_of, pause_counts, position_shifts, shift_counts
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.shifts import ContractHeads, PauseCounts, PositionShifts, ShiftCounts
from staffplan.tables.waits import Coverage

FIRST_OF_HEADS = 2
"""Heads, then the hours that they work, are sought for the same time."""


@dataclass(frozen=True)
class MixOfShifts:
    """How many people of which contract work what. gap: share of what was minimised that might still be saved."""

    shifts: ShiftCounts
    contracts: ContractHeads
    pauses: PauseCounts
    positions: PositionShifts
    coverage: Coverage
    gap: float
    facts: dict[str, Any]
    notes: tuple[Note, ...]


def mix_of_shifts(
    requirement: StaffingRequirement,
    settings: RosterSettings,
    pay: Pay,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    minimise: Goal = "cost",
    allow_short: bool = False,
    gap: float = 0.001,
    time_off_share: float = 0.0,
    on_progress: OnProgress = silent,
) -> MixOfShifts:
    """The cheapest mix that covers the requirement; with `allow_short` an hour missing has its price instead.

    Ends within the share `gap` of the bound, or after settings.time_limit_seconds. Raises InfeasibleError with the
    intervals that no shift covers, NoSolutionError where there is no mix by then.
    """
    demand = make_demand(requirement, settings, shifts=shifts, work_plans=work_plans, site=site)
    problems = [] if allow_short else out_of_reach(demand)
    if problems:
        raise InfeasibleError(problems)
    weight = settings.understaffing_weight if allow_short else None
    prices = make_prices(minimise, pay, demand, work_plans, weight)
    limits = _Limits(minimise, time.monotonic() + settings.time_limit_seconds, gap)
    result, objective, bound = _solve(demand, prices, limits, on_progress)
    share = max(0.0, (objective - bound) / objective) if objective > 0 else 0.0
    costs = crew_costs(result, demand, pay)
    contracts = contract_heads(result, demand, costs, time_off_share)
    missing = float(result.missing.sum()) * demand.period.slot_hours
    required = float(demand.need.sum()) * demand.period.slot_hours
    return MixOfShifts(
        shifts=shift_counts(result, demand),
        contracts=contracts,
        pauses=pause_counts(result, demand),
        positions=position_shifts(result, demand),
        coverage=coverage_of(result, demand, requirement),
        gap=share,
        facts={
            "minimised": minimise,
            "heads": int(contracts.frame["heads"].sum()),
            "paid_hours": float(contracts.frame["paid_hours"].sum()),
            "cost": round(float(contracts.frame["cost"].sum()), 2),
            "required_hours": required,
            "missing_hours": round(missing, 6),
            "gap": share,
        },
        notes=mix_notes(result, demand, settings, gap=share, sought=gap, time_off_share=time_off_share),
    )


@dataclass(frozen=True)
class _Limits:
    """What is sought: an end within the share `gap` of the bound, or at the deadline of the monotonic clock."""

    minimise: Goal
    deadline: float
    gap: float

    def seconds(self, parts: float) -> float:
        """What is left of the time, of which there are so many equal parts to come."""
        return max(1.0, (self.deadline - time.monotonic()) / parts)


def _solve(demand: Demand, prices: Prices, limits: _Limits, on_progress: OnProgress) -> tuple[Staffed, float, float]:
    """All planning groups, each by itself where no rule between people joins them; objective and bound."""
    everybody = range(len(demand.problem.groups))
    apart = [list(everybody)] if demand.joined else [[group] for group in everybody]
    whole = Staffed({}, [], np.zeros(demand.need.shape))
    objective = bound = 0.0
    for done, groups in enumerate(apart):
        on_progress(Progress("shifts", done, len(apart), _names(demand, groups)))
        part, cost, least = _solve_groups(demand, groups, prices, limits, len(apart) - done)
        objective, bound = objective + cost, bound + least
        whole = Staffed(whole.tours | part.tours, whole.pauses + part.pauses, whole.missing + part.missing)
    on_progress(Progress("shifts", len(apart), len(apart)))
    return whole, objective, bound


def _solve_groups(
    demand: Demand, groups: Sequence[int], prices: Prices, limits: _Limits, to_come: int
) -> tuple[Staffed, float, float]:
    """First what is minimised; then, without losing of it, fewer people by the same shifts, or fewer hours; at last
    fewer of the hours in which nobody is needed."""
    program, columns = make_program(demand, groups, prices)
    if not program.price:
        return staffed(np.zeros(0), columns, demand), 0.0, 0.0
    price = np.array(program.price)
    parts = to_come * (FIRST_OF_HEADS if limits.minimise == "heads" else 1)
    first = program.solve(seconds=limits.seconds(parts), gap=limits.gap)
    if not len(first.values):
        raise _no_mix(_names(demand, groups), infeasible=first.infeasible)
    if limits.minimise == "heads":
        seek_fewer_hours(program, columns, first.values, demand)
    else:
        seek_fewer_heads(program, columns, first.values)
    then = program.solve(seconds=limits.seconds(to_come), gap=limits.gap)
    values = then.values if len(then.values) else first.values
    values = _fewer_idle(values, demand, groups, prices, limits, to_come)
    return staffed(values, columns, demand), float(price @ values), first.bound


def _fewer_idle(
    values: Values, demand: Demand, groups: Sequence[int], prices: Prices, limits: _Limits, to_come: int
) -> Values:
    """Of mixes as good the one with the fewest hours in which nobody is needed; the given one if none is found."""
    program, columns = make_program(demand, groups, prices)
    if not sum(hours * float(values[column]) for column, hours in idle_hours(columns, demand)):
        return values
    seek_fewer_idle_hours(program, columns, values, demand)
    found = program.solve(seconds=limits.seconds(to_come), gap=limits.gap).values
    return found if len(found) else values


def _names(demand: Demand, groups: Sequence[int]) -> str:
    return ", ".join(demand.problem.groups[group] for group in groups)


def _no_mix(names: str, *, infeasible: bool) -> InfeasibleError | NoSolutionError:
    if infeasible:
        message = f"no number of people covers {names} within the rules between people (seats, concurrent breaks)"
        return InfeasibleError(
            Problem("roster.rules", message, "relax them, or accept understaffed hours: --allow-short")
        )
    hint = "raise roster.time_limit_seconds, plan a typical week, or fewer starts of shifts"
    return NoSolutionError(Problem(names, "no shift mix was found within the time limit", hint))
