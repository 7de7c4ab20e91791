"""Whether each promise to be there is honest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import MOST_AGENTS, Column, Table, instant, number, text

VERDICTS = ("honest", "thin", "broken")
"""From the best to the worst."""
REASONS = (
    "",
    "nobody there",
    "cannot resolve",
    "long waits",
    "answered late",
    "lone agent",
    "one absence",
    "one break",
    "busy days",
)


@dataclass(frozen=True)
class AccessVerdicts(Table):
    """Each promised interval of each queue; for deferred work each day on which contacts arrive.

    `people`: fewest on queue who have the skill, at any moment of the interval. `people_needed`: with so many the
    interval is honest. `wait_p90_seconds`: the wait that the share [access] answered_share of contacts does not
    exceed, simulated; `within_seconds`: the time that the goal allows, for deferred work the width of the promise.
    `kept_share`: of deferred work, share of the simulated days that keep the promise.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period", choices=("interval", "day")),
        instant("period_start"),
        text("queue"),
        text("planning_group"),
        text("verdict", choices=VERDICTS),
        text("reason", blank=True, choices=REASONS),
        text("detail", blank=True),
        number("offered"),
        number("people", 0, MOST_AGENTS, blank=True),
        number("people_needed", 0, MOST_AGENTS, blank=True),
        number("goal_share", 0, 1, blank=True),
        number("within_seconds", blank=True),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("wait_p90_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("kept_share", 0, 1, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "period_start")
    file_name: ClassVar[str] = "access.csv"
    calendar: ClassVar[tuple[str, ...]] = ("period_start",)


@dataclass(frozen=True)
class AccessHours(Table):
    """By queue, weekday and hour: promised intervals of all weeks, how many of them are honest, thin and broken.

    `reason`: the one that most of the thin and broken ones have. Deferred work counts its days; its hour is blank.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        Column("weekday", "count", minimum=0, maximum=6),
        Column("hour", "count", blank=True, minimum=0, maximum=23),
        Column("promised", "count"),
        *(Column(verdict, "count") for verdict in VERDICTS),
        text("reason", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "weekday", "hour")
    file_name: ClassVar[str] = "access_hours.csv"


@dataclass(frozen=True)
class HonestHours(Table):
    """By queue and weekday: the hours promised, and the longest part of each span of them that the roster keeps on
    all such days.

    `honest`: all intervals honest. `answered`: honest or thin. Local times, "09:00-13:00, 14:00-18:00"; blank: none.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        Column("weekday", "count", minimum=0, maximum=6),
        text("promised", blank=True),
        text("honest", blank=True),
        text("answered", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "weekday")
    file_name: ClassVar[str] = "access_promise.csv"
