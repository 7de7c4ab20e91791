"""What is measured of a contact center, principle by principle, and what customers and agents say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text

PRINCIPLES = (
    "workload forecast",
    "resources",
    "wait",
    "quality",
    "engagement",
    "cross-functional insight",
    "satisfaction and loyalty",
    "access: who",
    "access: which channel",
    "access: which hours",
    "access: which agents",
    "access: which information",
)
"""The seven principles, then the five questions of the access strategy."""
UNITS = ("share", "points", "score", "seconds")
STATES = ("not measured", "missed", "met", "no target")
"""In the order in which a reader should see them."""
TRENDS = ("better", "worse", "rising", "falling", "no trend", "")
KPI_LIMITS = {
    "csat": (0.0, 1.0),
    "nps": (-100.0, 100.0),
    "ces": (1.0, 7.0),
    "fcr": (0.0, 1.0),
    "quality": (0.0, 1.0),
    "attrition": (0.0, 1.0),
    "absenteeism": (0.0, 1.0),
    "engagement": (0.0, 1.0),
    "avoidable": (0.0, 1.0),
    "transferred": (0.0, 1.0),
    "reached": (0.0, 1.0),
    "informed": (0.0, 1.0),
}
"""Columns of the KPI file, with the least and the most that they may hold."""


def target_column(name: str) -> str:
    """The column that holds the target of another."""
    return f"{name}_target"


def _kpi(name: str) -> Column:
    least, most = KPI_LIMITS.get(name.removesuffix("_target"), (None, None))
    return number(name, least, most, required=False, blank=True)


@dataclass(frozen=True)
class KpiWeeks(Table):
    """What is measured outside of staffplan, by week and queue, for `scorecard`. A blank queue: the whole center.

    `week`: any day of a week from Monday to Sunday. Shares, 0 to 1: `csat` satisfied of those asked; `fcr` contacts
    resolved at the first; `quality` score of the contacts that were listened to or read; `attrition` people who left
    in the week, of those there; `absenteeism` unplanned absence, of the hours rostered; `engagement` score of the
    survey of agents; `avoidable` contacts whose cause lies in another department; `transferred` contacts passed on to
    somebody else; `reached` customers who got through at the first try; `informed` contacts for which the agent had
    the information needed. `nps`: promoters less detractors, -100 to 100. `ces`: mean answer to "it was easy", from 1
    (disagree) to 7 (agree). Beside each there may be its target, such as `csat_target`.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("week", "date"),
        text("queue", required=False, blank=True),
        *(_kpi(name) for name in KPI_LIMITS),
        *(_kpi(target_column(name)) for name in KPI_LIMITS),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "week")
    file_name: ClassVar[str] = "kpi.csv"
    calendar: ClassVar[tuple[str, ...]] = ("week",)
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class Scorecard(Table):
    """What is measured of each principle, and what is not, which stands first.

    Queue "*": all together; a planning group where waits are concerned. `better`: whether higher or lower is,
    "zero": the nearer to 0. `trend`: change a week by a straight line through the weeks, `trend_is`: its sense, where
    it is beyond chance (95 %). `spread_` columns: standard deviation over intervals, days, weeks and agents, weighted
    as the mean is: the consistency. `source`: where the actual comes from; of what is not measured, how to measure
    it.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("principle", choices=PRINCIPLES),
        text("measure"),
        text("queue"),
        text("state", choices=STATES),
        text("unit", choices=UNITS),
        text("better", blank=True, choices=("higher", "lower", "zero", "")),
        number("target", None, blank=True),
        text("target_from", blank=True),
        number("actual", None, blank=True),
        number("trend", None, blank=True),
        text("trend_is", blank=True, choices=TRENDS),
        number("weeks"),
        number("spread_intervals", blank=True),
        number("spread_days", blank=True),
        number("spread_weeks", blank=True),
        number("spread_agents", blank=True),
        text("source"),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "scorecard.csv"


@dataclass(frozen=True)
class ScorecardWeeks(Table):
    """Each measure of the scorecard by week, which begins on Monday."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("measure"),
        text("queue"),
        Column("week", "date"),
        number("value", None),
    )
    key: ClassVar[tuple[str, ...]] = ("measure", "queue", "week")
    file_name: ClassVar[str] = "scorecard_weeks.csv"
