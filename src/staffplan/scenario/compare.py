"""All scenarios of a folder side by side: differences, who gains, whether it pays, by when to decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.plan.directory import open_existing
from staffplan.scenario.deltas import Delta, delta_table, deltas
from staffplan.scenario.frozen import frozen_hash, scenario_folders
from staffplan.scenario.measures import Measures, measured
from staffplan.scenario.run import RECORD, record_of
from staffplan.scenario.value import net_present_value, payback_years
from staffplan.scenario.words import gains, in_words
from staffplan.settings.scenarios import BASE, ScenarioSettings
from staffplan.tables.scenario import ScenarioCases, ScenarioDeltas

COST_A_YEAR = "loaded cost a year"


@dataclass(frozen=True)
class Comparison:
    """The base, and of each scenario its definition, its sums and its differences; the tables made of them."""

    base: Measures
    scenarios: Mapping[str, ScenarioSettings]
    tests: Mapping[str, Measures]
    found: Mapping[str, Sequence[Delta]]
    deltas: ScenarioDeltas
    cases: ScenarioCases

    @property
    def year(self) -> str:
        """How an amount of a year was made."""
        days = self.base.days
        like = f"the {days} days of the plan x {self.base.per_year:.4g}, as if all days of it were like these"
        return f"a year: {like}; what is paid once is not in it"


def compare(output: Path) -> Comparison:
    """Read a folder of scenarios. Raises UsageError where it has none, or some were made from another base."""
    base_hash, folders = frozen_hash(output), list(scenario_folders(output))
    if base_hash is None or not folders:
        hint = f"run some first: staffplan scenario run scenarios.toml PLAN -o {place_of(output)}"
        raise UsageError(Problem(place_of(output), "has no finished scenario", hint))
    records = {folder: record_of(folder) for folder in folders}
    others = [folder for folder, record in records.items() if record.get("base") != base_hash]
    if others:
        said = "was made from another base, so that its differences would be those of two changes"
        hint = "run it again, or delete the folder"
        raise UsageError(Problem(place_of(folder), said, hint) for folder in others)
    ordered = sorted(folders, key=lambda folder: (records[folder].get("number", 0), folder.name))
    scenarios = {one.name: one for one in (_scenario(folder, records[folder]) for folder in ordered)}
    rate = float(next(iter(records.values())).get("discount_rate", 0.0))
    base = measured(open_existing(output / BASE))
    tests = {one.name: measured(open_existing(output / one.folder)) for one in scenarios.values()}
    found = {name: deltas(base, test) for name, test in tests.items()}
    cut_short = _cut_short(base, tests)
    cases = _cases(base, scenarios, found, rate, cut_short)
    return Comparison(base, scenarios, tests, found, delta_table(found), cases)


def _cut_short(base: Measures, tests: Mapping[str, Measures]) -> list[str]:
    """Scenarios whose difference depends on the clock: their search, or the base's, ended by its time limit."""
    return [name for name, one in tests.items() if one.roster != base.roster and (one.cut_short or base.cut_short)]


def _scenario(folder: Path, record: Mapping[str, object]) -> ScenarioSettings:
    try:
        return ScenarioSettings.model_validate(record.get("scenario"))
    except ValidationError as error:
        problem = Problem(place_of(folder / RECORD), "is damaged", "delete it, and run the scenario again")
        raise DataError(problem) from error


def _cases(
    base: Measures,
    scenarios: Mapping[str, ScenarioSettings],
    found: Mapping[str, Sequence[Delta]],
    rate: float,
    cut_short: Sequence[str],
) -> ScenarioCases:
    """One row for each scenario; those that must be decided first come first."""
    rows = []
    for name, one in scenarios.items():
        (cost,) = (delta for delta in found[name] if delta.measure == COST_A_YEAR)
        rows.append(
            {
                "scenario": name,
                "set": one.set or "",
                "level": one.level or "",
                "owner": one.owner,
                "made": pd.Timestamp(one.date),
                "decide_by": pd.NaT if one.decide_by is None else pd.Timestamp(one.decide_by),
                "reason": one.reason,
                "cost_per_year": cost.delta,
                "cost_per_year_low": cost.low,
                "cost_per_year_high": cost.high,
                "one_off_cost": one.one_off_cost,
                "lasts_years": one.lasts_years,
                "payback_years": payback_years(one.one_off_cost, -cost.delta),
                "net_present_value": net_present_value(one.one_off_cost, -cost.delta, one.lasts_years, rate)
                if one.one_off_cost
                else math.nan,
                **gains(found[name], base.currency),
                "in_words": in_words(name, found[name]),
                "cut_short": "yes" if name in cut_short else "no",
                "folder": one.folder,
            }
        )
    return ScenarioCases.of(pd.DataFrame(rows))
