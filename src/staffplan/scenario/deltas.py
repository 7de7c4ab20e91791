"""Differences between a scenario and its base, each with what makes it uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.scenario.measures import Measures, by_repetition, level_of
from staffplan.tables.scenario import CHANCE, NO_ERROR, SEARCH, ScenarioDeltas

ERRORS = 2.0
"""Standard errors within which a difference by chance lies in nineteen of twenty cases."""
TINY = 1e-9
WAITS = {"service_level": "share", "asa_seconds": "seconds", "abandon_rate": "share", "occupancy": "share"}


@dataclass(frozen=True)
class Delta:
    """One measure of a base and of a test; low and high bound the difference."""

    measure: str
    group: str
    unit: str
    base: float
    test: float
    low: float
    high: float
    error_from: str
    standard_error: float = float("nan")

    @property
    def delta(self) -> float:
        return self.test - self.base

    @property
    def is_distinct(self) -> bool:
        return abs(self.delta) > TINY and not self.low <= 0 <= self.high


def deltas(base: Measures, test: Measures) -> list[Delta]:
    """People, hours, money and waits, each with its error. A roster that is the base's own makes hours exact."""
    same = base.roster == test.roster
    found = [_exact("agents", "people", base.agents, test.agents)]
    found.append(_exact("contacts", "contacts", base.contacts, test.contacts))
    found.append(_exact("required hours", "hours on queue", base.required_hours, test.required_hours))
    spread = {
        "paid hours": ("hours", base.paid_hours, test.paid_hours, base.open_paid, test.open_paid),
        "understaffed hours": (
            "hours",
            base.understaffed_hours,
            test.understaffed_hours,
            base.open_understaffed,
            test.open_understaffed,
        ),
        "loaded cost": (base.currency, base.cost, test.cost, base.open_cost, test.open_cost),
        "loaded cost a year": (
            f"{base.currency} a year",
            base.cost_of_a_year,
            test.cost_of_a_year,
            base.open_cost * base.per_year,
            test.open_cost * test.per_year,
        ),
    }
    for name, (unit, before, after, open_before, open_after) in spread.items():
        if same:
            found.append(_exact(name, unit, before, after))
        else:
            less, more = after - before - open_after, after - before + open_before
            found.append(Delta(name, "", unit, before, after, less, more, SEARCH))
    found.append(_exact("broken rules", "rules", base.broken_rules, test.broken_rules))
    return [*found, *_waits(base, test)]


def _exact(name: str, unit: str, before: float, after: float) -> Delta:
    return Delta(name, "", unit, before, after, after - before, after - before, NO_ERROR)


def _waits(base: Measures, test: Measures) -> Iterator[Delta]:
    """Waits of each group that both have, and how far pairs of repetitions scatter."""
    theirs = set(test.waits["planning_group"])
    for group in (name for name in base.waits["planning_group"].unique() if name in theirs):
        for name, unit in WAITS.items():
            rows = [one.waits[one.waits["planning_group"] == group] for one in (base, test)]
            before, after = (level_of(own, name) for own in rows)
            if np.isnan(before) or np.isnan(after):
                continue
            error = paired_error(by_repetition(base.waits, name, group), by_repetition(test.waits, name, group))
            reach, delta = ERRORS * error, after - before
            yield Delta(name, str(group), unit, before, after, delta - reach, delta + reach, CHANCE, error)


def paired_error(base: np.ndarray, test: np.ndarray) -> float:
    """Standard error of the mean difference of repetitions in pairs; (repetitions,) each, NaN left out.

    The pairs share their random numbers, so that what is common to both drops out; infinite where there is one pair.
    Source: M. Rossetti, Simulation Modeling and Arena, section 4.4.2, https://rossetti.github.io/RossettiArenaBook
    """
    size = min(len(base), len(test))
    pairs = test[:size] - base[:size]
    pairs = pairs[~np.isnan(pairs)]
    return float(pairs.std(ddof=1) / np.sqrt(len(pairs))) if len(pairs) > 1 else float("inf")


def delta_table(found: dict[str, list[Delta]]) -> ScenarioDeltas:
    """The differences of all scenarios as a table, in the order in which they stand."""
    rows = [
        {
            "position": float(number),
            "scenario": scenario,
            "measure": one.measure,
            "planning_group": one.group,
            "unit": one.unit,
            "base": one.base,
            "test": one.test,
            "delta": one.delta,
            "standard_error": one.standard_error,
            "low": one.low,
            "high": one.high,
            "error_from": one.error_from,
            "distinct": "yes" if one.is_distinct else "no",
        }
        for scenario, own in found.items()
        for number, one in enumerate(own, start=1)
    ]
    frame = pd.DataFrame(rows, columns=[column.name for column in ScenarioDeltas.columns])
    bounded = frame.replace([np.inf, -np.inf], np.nan)
    return ScenarioDeltas.of(bounded)
