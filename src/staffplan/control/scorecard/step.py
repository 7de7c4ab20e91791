"""Everything observed to a scorecard: actual against target, what is not measured first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from staffplan.control.scorecard.catalogue import MEASURES, Measure
from staffplan.control.scorecard.kpi import Target
from staffplan.control.scorecard.observed import ALL, GRAINS, Figure, Observed, figures
from staffplan.tables.scorecard import STATES, Scorecard, ScorecardWeeks

Targets = Mapping[tuple[str, str], Target]
"""By measure and queue."""


@dataclass(frozen=True)
class Scored:
    """The scorecard and its measures by week."""

    card: Scorecard
    weeks: ScorecardWeeks


def scorecard(observed: Iterable[Observed], targets: Targets) -> Scored:
    """Of a measure that was observed twice the first counts."""
    first: dict[str, Observed] = {}
    for one in observed:
        if one.frame["whole"].gt(0).any():
            first.setdefault(one.measure, one)
    rows: list[dict[str, Any]] = []
    weeks: list[dict[str, Any]] = []
    for measure in MEASURES:
        seen = first.get(measure.name)
        if seen is None:
            rows.append(_unmeasured(measure))
            continue
        found = figures(seen)
        for queue, figure in found.items():
            target = targets.get((measure.name, queue))
            if target is None and len(found) == 1:  # the only one is all of them
                target = targets.get((measure.name, ALL))
            rows.append(_row(measure, queue, figure, seen.source, target))
            weeks += [
                {"measure": measure.name, "queue": queue, "week": week, "value": value}
                for week, value in figure.weeks.items()
            ]
    rows.sort(key=lambda row: row["state"] != STATES[0])
    numbered = pd.DataFrame([{"position": float(number), **row} for number, row in enumerate(rows, start=1)])
    by_week = ScorecardWeeks.of(pd.DataFrame(weeks)) if weeks else ScorecardWeeks.empty()
    return Scored(Scorecard.of(numbered), by_week)


def _unmeasured(measure: Measure) -> dict[str, Any]:
    nothing = dict.fromkeys(("target", "actual", "trend", *(f"spread_{grain}s" for grain in GRAINS)), np.nan)
    return {**_named(measure, ALL), "state": STATES[0], "weeks": 0.0, **nothing, "target_from": "", "trend_is": "",
            "source": measure.how}  # fmt: skip


def _named(measure: Measure, queue: str) -> dict[str, Any]:
    return {
        "principle": measure.principle,
        "measure": measure.name,
        "queue": queue,
        "unit": measure.unit,
        "better": measure.better,
    }


def _row(measure: Measure, queue: str, figure: Figure, source: str, target: Target | None) -> dict[str, Any]:
    wanted, where = target or (np.nan, "")
    return {
        **_named(measure, queue),
        "state": _state(measure, figure.mean, wanted),
        "target": wanted,
        "target_from": where,
        "actual": figure.mean,
        "trend": figure.trend,
        "trend_is": _trend_words(measure, figure),
        "weeks": float(len(figure.weeks)),
        **{f"spread_{grain}s": figure.spreads.get(grain, np.nan) for grain in GRAINS},
        "source": source,
    }


def _state(measure: Measure, actual: float, target: float) -> str:
    if np.isnan(target):
        return "no target"
    good = {"higher": actual >= target, "lower": actual <= target, "zero": abs(actual) <= target}
    return "met" if good[measure.better] else "missed"


def _trend_words(measure: Measure, figure: Figure) -> str:
    if np.isnan(figure.trend):
        return ""
    if not figure.is_sure:
        return "no trend"
    if measure.better == "":
        return "rising" if figure.trend > 0 else "falling"
    towards = {"higher": figure.trend, "lower": -figure.trend, "zero": -figure.trend * np.sign(figure.mean)}
    return "better" if towards[measure.better] > 0 else "worse"


def unmeasured_principles(card: pd.DataFrame) -> Iterator[str]:
    """Those of which nothing is measured."""
    for principle, own in card.groupby("principle", sort=False):
        if (own["state"] == STATES[0]).all():
            yield str(principle)
