"""What customers wait with the roster that exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import MOST_AGENTS, Column, Table, instant, number, text


@dataclass(frozen=True)
class Coverage(Table):
    """Required against scheduled on queue; `service_level` and the rest are simulated, blank until then.

    `required` is the requirement's agents_on_queue, `scheduled` the people on queue on average over the interval (who
    is there for half of it is a half); a group has rows wherever either number is not zero.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        number("required", 0, MOST_AGENTS),
        number("scheduled", 0, MOST_AGENTS),
        number("net", None),
        number("offered", required=False, blank=True),
        number("service_level", 0, 1, required=False, blank=True),
        number("asa_seconds", required=False, blank=True),
        number("occupancy", 0, 1, required=False, blank=True),
        number("abandon_rate", 0, 1, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "coverage.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)


@dataclass(frozen=True)
class DayService(Table):
    """What customers wait on each local day, weighted by contacts, from the simulated roster.

    `low` and `high` bound the day's service level in nine of ten replications; `kept` compares it with its goal.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("planning_group"),
        number("offered"),
        number("service_level", 0, 1, blank=True),
        number("service_level_low", 0, 1, blank=True),
        number("service_level_high", 0, 1, blank=True),
        number("goal", 0, 1, blank=True),
        text("kept", choices=("yes", "no", "no contacts")),
        number("asa_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("occupancy", 0, 1, blank=True),
        number("understaffed_hours"),
        number("overstaffed_hours"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "day")
    file_name: ClassVar[str] = "waits.csv"
    calendar: ClassVar[tuple[str, ...]] = ("day",)


LEVELS = ("offered", "answered", "excluding_short_abandons", "short_abandons_good", "virtual")
"""The five definitions of the service level, as settings call them."""


@dataclass(frozen=True)
class WaitDetails(Table):
    """What customers wait in every interval and on every local day, all that the simulation knows of it.

    `period_start` is the interval's or the day's. `level_` columns: the service level by each of the five
    definitions. `_low` and `_high` bound the mean with 90 % confidence, from the scatter of the replications.
    `queue_length`: people waiting, on average over the time. `wait_p50` to `wait_p95`: waits that so many of all
    contacts do not exceed, those who hang up included. Days alone say how many contacts in time the goal lacks,
    `short`, and why: forecast error, people missing, people there at the wrong time, a requirement that would not
    have kept it either.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period", choices=("interval", "day")),
        instant("period_start"),
        text("planning_group"),
        number("offered"),
        *(number(f"level_{name}", 0, 1, blank=True) for name in LEVELS),
        number("service_level_low", 0, 1, blank=True),
        number("service_level_high", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("asa_seconds_low", blank=True),
        number("asa_seconds_high", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("abandon_rate_low", 0, 1, blank=True),
        number("abandon_rate_high", 0, 1, blank=True),
        number("occupancy", 0, 1, blank=True),
        number("occupancy_low", 0, 1, blank=True),
        number("occupancy_high", 0, 1, blank=True),
        number("queue_length"),
        number("queue_length_low"),
        number("queue_length_high"),
        number("wait_p50", blank=True),
        number("wait_p90", blank=True),
        number("wait_p95", blank=True),
        number("short", blank=True),
        number("short_forecast_error", blank=True),
        number("short_missing_people", blank=True),
        number("short_roster_shape", blank=True),
        number("short_requirement", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "planning_group", "period_start")
    file_name: ClassVar[str] = "waits_detail.csv"
    calendar: ClassVar[tuple[str, ...]] = ("period_start",)
