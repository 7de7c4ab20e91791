"""A whole plan on one's own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import MOST_AGENTS, Column, Table, instant, number, text

STACKS = ("staffplan", "usual", "staffed")


@dataclass(frozen=True)
class PlanBacktest(Table):
    """What each stack would have come to in each period, had it planned the period from what was known before it.

    `staffplan`: the settings' own plan. `usual`: the average of the last six weeks, Erlang C and shrinkage, the
    same roster step (its objective is always `cover`). `staffed`: the people who were really there, where the
    history has a column agents; what they cost is not known. Each is simulated with the contacts and handling times
    that came. `days_promised` counts the days of planning groups with contacts, `days_kept` those that keep the
    goal; `service_level` is weighted by contacts, over groups with such a goal. `asa_seconds` and `abandon_rate`
    leave deferred work out. `on_queue_hours`: hours of people on queue as rostered.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("period_start", "date"),
        text("stack", choices=STACKS),
        number("offered"),
        number("forecast_offered", blank=True),
        number("days_promised"),
        number("days_kept"),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("on_queue_hours"),
        number("paid_hours", blank=True),
        number("cost", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("period_start", "stack")
    file_name: ClassVar[str] = "backtest.csv"


@dataclass(frozen=True)
class StackDifference(Table):
    """How far another stack is from staffplan, on average over the periods; positive where staffplan has more.

    `standard_error` is that of the mean of the periods' differences; blank with fewer than two periods.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("stack", choices=STACKS),
        text("measure"),
        Column("periods", "count"),
        number("difference", None),
        number("standard_error", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("stack", "measure")
    file_name: ClassVar[str] = "backtest_differences.csv"


@dataclass(frozen=True)
class StaffedAgents(Table):
    """People who were really on queue, beside the contacts of a history."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        number("agents", 0, MOST_AGENTS, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "history.csv"
