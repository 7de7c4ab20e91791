"""A day as it was planned, as it was, and what made the difference; who is there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.roster import ACTIVITIES
from staffplan.tables.schema import MOST_AGENTS, Column, Table, contacts, handling_time, instant, number, text

CAUSE_NAMES = (
    "volume",
    "shape",
    "handling time",
    "people",
    "roster fit",
    "changes",
    "absence",
    "lateness",
    "chance",
)


@dataclass(frozen=True)
class DayOfQueue(Table):
    """Contacts, handling time and agents of a queue in each interval of a day, planned or as they were.

    `service_level`: what was measured, share; only of what was.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        contacts("offered"),
        handling_time(optional=True),
        number("agents", 0, MOST_AGENTS),
        number("service_level", 0, 1, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "day.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class DayCauses(Table):
    """What each cause did to the service level of a queue's day, as a share of its contacts.

    `contribution` of all causes adds up to the service level that was less the one planned. `repaired`: how much
    better with this cause alone as planned. `alone`: how much this cause alone would have changed. `chance`, only
    where the service level was measured: what the model does not explain. `error`: standard error of the
    contribution, where it is simulated; `queue` is then a planning group.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("queue"),
        text("cause", choices=CAUSE_NAMES),
        number("contribution", -1, 1),
        number("repaired", -1, 1, blank=True),
        number("alone", -1, 1, blank=True),
        number("error", 0, 1, required=False, blank=True),
        number("service_planned", 0, 1),
        number("service_actual", 0, 1),
    )
    key: ClassVar[tuple[str, ...]] = ("day", "queue", "cause")
    file_name: ClassVar[str] = "causes.csv"


@dataclass(frozen=True)
class DaysCompared(Table):
    """Two plans day by day. `people_otherwise`: people whose day differs; `people_`: people with a shift;
    `service_level_`: share of the day's contacts in time, all groups together; `goals_missed_`: groups below their
    goal. Blank where a plan has no waits."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        Column("people_otherwise", "count", minimum=0),
        Column("people_before", "count", minimum=0),
        Column("people_after", "count", minimum=0),
        number("paid_hours_before"),
        number("paid_hours_after"),
        number("understaffed_hours_before", required=False, blank=True),
        number("understaffed_hours_after", required=False, blank=True),
        number("service_level_before", 0, 1, required=False, blank=True),
        number("service_level_after", 0, 1, required=False, blank=True),
        Column("goals_missed_before", "count", required=False, blank=True, minimum=0),
        Column("goals_missed_after", "count", required=False, blank=True, minimum=0),
    )
    key: ClassVar[tuple[str, ...]] = ("day",)
    file_name: ClassVar[str] = "days_compared.csv"
    calendar: ClassVar[tuple[str, ...]] = ("day",)


@dataclass(frozen=True)
class PeopleNow(Table):
    """Everybody in a shift at a moment: what they do, since when and until when, what comes then (blank: the shift
    ends), and when the shift ends."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True),
        text("activity", choices=ACTIVITIES),
        text("planning_group", blank=True),
        instant("since"),
        instant("until"),
        text("then", blank=True),
        instant("shift_end"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "people_now.csv"


@dataclass(frozen=True)
class NetStaffing(Table):
    """People required and on queue in each interval, on average over it, and the difference."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        number("required", 0, MOST_AGENTS),
        number("scheduled", 0, MOST_AGENTS),
        number("net", None),
    )
    key: ClassVar[tuple[str, ...]] = ("interval_start", "planning_group")
    file_name: ClassVar[str] = "net_staffing.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)


@dataclass(frozen=True)
class DaySoFar(Table):
    """Contacts of each queue until a moment of the day, expected and come, and what is expected of the rest.

    `came` is blank where nothing is known of the queue; the rest begins where what is known ends.
    `rest_p10`, `rest_p90` are the sums of the intervals' bounds, wider than the bounds of the sum.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        contacts("expected"),
        contacts("came", optional=True),
        contacts("rest_planned"),
        contacts("rest"),
        contacts("rest_p10"),
        contacts("rest_p90"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue",)
    file_name: ClassVar[str] = "day_so_far.csv"


@dataclass(frozen=True)
class ComingIntervals(Table):
    """Contacts and people of each interval to come, and the service level that is projected for it, share."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        contacts("planned"),
        contacts("offered"),
        number("required", 0, MOST_AGENTS),
        number("scheduled", 0, MOST_AGENTS),
        number("service_level", 0, 1, blank=True),
        number("goal", 0, 1, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("interval_start", "planning_group")
    file_name: ClassVar[str] = "coming.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)


@dataclass(frozen=True)
class Levers(Table):
    """What could be changed today, the change that brings most first.

    `gain_points`: points of service level over the contacts of the rest of the day; `error_points`: its standard
    error. `cost`: base pay of the time paid more, negative where less. `deadline`: until when people must be told.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count"),
        text("kind"),
        text("agent_id"),
        text("name", blank=True),
        text("change"),
        text("planning_group", blank=True),
        number("gain_points", None),
        number("error_points", 0),
        number("cost", None),
        Column("people", "count"),
        instant("deadline"),
    )
    key: ClassVar[tuple[str, ...]] = ("number",)
    file_name: ClassVar[str] = "levers.csv"


@dataclass(frozen=True)
class ToTell(Table):
    """Who must be told what, and by when, the first deadline first. `number`: of the change in levers.csv; `begins`:
    the first instant that changes; `before`, `after`: the person's day."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count"),
        text("agent_id"),
        text("name", blank=True),
        Column("schedule_date", "date"),
        instant("tell_by"),
        instant("begins"),
        text("change"),
        text("before"),
        text("after"),
    )
    key: ClassVar[tuple[str, ...]] = ("tell_by", "agent_id")
    file_name: ClassVar[str] = "to_tell.csv"
    calendar: ClassVar[tuple[str, ...]] = ("schedule_date",)
