"""The typed tables that flow between steps. Each is checked once, when it is made, and trusted afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.errors import Problem
from staffplan.meeting_tables import Meetings
from staffplan.schema import MOST_CONTACTS, Column, Table, contacts, handling_time, instant, number, text
from staffplan.wish_tables import Fairness, Wishes

CHANNELS = ("voice", "chat", "email", "social", "callback", "counter")
WORK_TYPE = {
    "voice": "immediate",
    "counter": "immediate",
    "chat": "concurrent",
    "email": "deferred",
    "social": "deferred",
    "callback": "deferred",
}
"""How a channel's contacts wait: seconds (immediate), several at once (concurrent), or hours (deferred)."""


DAYS_PER_YEAR = 365.25
LONGEST_GAP = pd.Timedelta(days=5 * DAYS_PER_YEAR)
"""Between rows of a queue that are next to each other in time."""
STRAY_GAP, MOST_STRAYS, ROWS_OF_A_LONG_FILE = pd.Timedelta(days=180), 2, 100
"""So few rows, so far from all others in a file so long, have a date that was mistyped."""


@dataclass(frozen=True)
class ContactHistory(Table):
    """What arrived, by arrival time. A row that is not there is not a zero; the forecast decides what it is."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        contacts("offered"),
        handling_time(optional=True),
        contacts("handled", optional=True),
        contacts("abandoned", optional=True),
        contacts("answered_within_threshold", optional=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "history.csv"
    needs_rows: ClassVar[bool] = True
    mapped: ClassVar[bool] = True

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + _gap_problems(data.assign(row=rows), source)


def _gap_problems(frame: pd.DataFrame, source: str) -> list[Problem]:
    """Rows far from all others in time: a date that was mistyped."""
    ordered = frame.dropna(subset=["interval_start"]).sort_values("interval_start", kind="stable")
    starts = ordered["interval_start"]
    if not len(starts) or starts.iloc[-1] - starts.iloc[0] <= STRAY_GAP:
        return []
    found = _years_apart(ordered) | _alone(ordered)
    return [Problem(f"{source}:{row}:interval_start", *why) for row, why in found.items()]


def _years_apart(ordered: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """By row: those that come years after the one before them, in the file or in their queue."""
    found: dict[int, tuple[str, str]] = {}
    for own in (ordered, *(own for _, own in ordered.groupby("queue"))):
        for place in np.flatnonzero(own["interval_start"].diff() > LONGEST_GAP).tolist():
            (before, first), (after, then) = own[["row", "interval_start"]].iloc[place - 1 : place + 1].to_numpy()
            years = (then - first).days / DAYS_PER_YEAR
            message = f"{then:%Y-%m-%d} comes {years:.0f} years after the row before it in time, "
            message += f"{first:%Y-%m-%d} in row {before}"
            found[after] = (
                message,
                "correct the year that is wrong; after so long a pause, give the rows since alone",
            )
    return found


def _alone(ordered: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """By row: a first or a last one or two of a long file with nothing near them."""
    count, found = len(ordered), {}
    if count < ROWS_OF_A_LONG_FILE:
        return {}
    for place in np.flatnonzero(ordered["interval_start"].diff() > STRAY_GAP).tolist():
        days = (ordered["interval_start"].iloc[place] - ordered["interval_start"].iloc[place - 1]).days
        lone = ordered.iloc[place:] if count - place <= MOST_STRAYS else ordered.iloc[:place]
        if len(lone) <= MOST_STRAYS:
            for row, start in zip(lone["row"].tolist(), lone["interval_start"], strict=True):
                message = f"{start:%Y-%m-%d} lies {days} days from every other row"
                found[row] = (
                    message,
                    "correct the date; if it is right, leave the row out: it says nothing of today",
                )
    return found


@dataclass(frozen=True)
class SpecialDays(Table):
    """Days the calendar should know beside public holidays; see clock.SpecialDay for the kinds."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("name"),
        text("kind", choices=("holiday", "closed", "event")),
    )
    key: ClassVar[tuple[str, ...]] = ("day",)
    file_name: ClassVar[str] = "special_days.csv"


@dataclass(frozen=True)
class VolumeForecast(Table):
    """Contacts and handling time expected in every interval in which a queue takes contacts.

    A closed interval has no row. Deferred queues (mail) take contacts around the clock unless told otherwise.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        text("channel", choices=CHANNELS),
        number("offered", 0, 100 * MOST_CONTACTS),
        handling_time(),
        number("offered_p10"),
        number("offered_p90"),
        number("offered_p025"),
        number("offered_p975"),
        text("method"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "forecast.csv"


@dataclass(frozen=True)
class Backtest(Table):
    """How each method would have done on this queue: rolling origins, errors pooled over the horizon."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("method"),
        text("chosen", choices=("yes", "no")),
        number("origins"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("coverage_80", 0, 1, required=False, blank=True),
        number("coverage_95", 0, 1, required=False, blank=True),
        number("coverage_day_80", 0, 1, required=False, blank=True),
        number("coverage_day_95", 0, 1, required=False, blank=True),
        number("pinball", required=False, blank=True),
        number("workload_wape", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "method")
    file_name: ClassVar[str] = "forecast_backtest.csv"


@dataclass(frozen=True)
class ForecastTotals(Table):
    """Contacts expected on each local day, in each week and in the whole horizon; a blank queue is all together.

    `offered` is the sum of the forecast's intervals. Bands are those of the sum, which are narrower than the sums of
    bands. A week is seven days counted from the first day planned, the last one may be shorter; `period_start` is its
    first day. What is closed has no row. `aht_seconds` is weighted by contacts.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period", choices=("day", "week", "horizon")),
        Column("period_start", "date"),
        text("queue", blank=True),
        number("offered"),
        number("offered_p10"),
        number("offered_p90"),
        number("offered_p025"),
        number("offered_p975"),
        number("aht_seconds"),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "queue", "period_start")
    file_name: ClassVar[str] = "forecast_totals.csv"


@dataclass(frozen=True)
class StaffingRequirement(Table):
    """People needed in every staffed interval of every planning group.

    `agents_required`: on the line. `agents_on_queue`: people the roster must show on queue, grossed up by
    the shrinkage a roster does not place itself (sickness, lateness). `agents_scheduled`: on duty, grossed
    up by all shrinkage. `service_level` to `abandon_rate` are what `model` predicts for agents_required.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        text("channel", choices=CHANNELS),
        number("offered"),
        number("aht_seconds"),
        number("load_erlangs"),
        number("agents_required"),
        number("agents_on_queue"),
        number("agents_scheduled"),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("occupancy", 0, 1, blank=True),
        number("abandon_rate", 0, 1, blank=True),
        text("model"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "requirement.csv"


@dataclass(frozen=True)
class PeopleNeeded(StaffingRequirement):
    """A requirement of which a roster alone is made, by hand or by another tool: what else there is may be blank."""

    columns: ClassVar[tuple[Column, ...]] = tuple(
        replace(column, required=column.name in ("interval_start", "planning_group", "agents_on_queue"))
        for column in StaffingRequirement.columns
    )


@dataclass(frozen=True)
class ServiceWorth(Table):
    """What each further person on queue is worth to the promise, in every interval.

    One row for each number of `agents` on queue (as `agents_on_queue` counts them), from 0 up to where nothing more
    is gained. `in_time`: share of the `offered` contacts that is served as promised with so many, where `goal_share`
    is promised; where there is no work it is 1. `floor`: the fewest who must be there. Of groups whose work waits
    hours the last row has the people who keep the promise together: `offered` is then in people, all of them due.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        Column("agents", "count", minimum=0),
        number("offered"),
        number("in_time", 0, 1),
        number("goal_share", 0, 1),
        Column("floor", "count", minimum=0),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start", "agents")
    file_name: ClassVar[str] = "service_worth.csv"


@dataclass(frozen=True)
class Agents(Table):
    """Who can be rostered. `skills` and `work_plan` name planning groups (";" between) and a config section.

    `rotation_week`: the week of a rotation's cycle, 1 for its first, in which the agent is when the rotation begins.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", required=False, blank=True),
        text("staffing_group", required=False, blank=True),
        Column("skills", "text", blank=True, several=True),
        text("work_plan", required=False, blank=True),
        number("hourly_rate", required=False, blank=True),
        Column("rotation_week", "count", required=False, blank=True, minimum=1),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "agents.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class TimeOff(Table):
    """Whole days on which an agent does not work, first and last day included.

    `hours`: paid hours that each of the days counts; blank: a fifth of the contract's weekly minimum.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        text("kind", required=False, blank=True),
        text("paid", required=False, blank=True, choices=("yes", "no")),
        Column("hours", "number", required=False, blank=True, minimum=0, maximum=24),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "first_day")
    file_name: ClassVar[str] = "time_off.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")


@dataclass(frozen=True)
class Absences(TimeOff):
    """Days off that a repair took note of, beside the time off that was known before."""

    file_name: ClassVar[str] = "absences.csv"


@dataclass(frozen=True)
class Availability(Table):
    """When an agent can work, by weekday ("mon-fri", "daily") and hours ("08:00-16:00", "closed").

    An agent without a row is always available; an agent with rows only as they say.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("weekdays", "text", reader=parse_weekdays),
        Column("hours", "text", reader=parse_spans),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "weekdays")
    file_name: ClassVar[str] = "availability.csv"


@dataclass(frozen=True)
class RosterShifts(Table):
    """One row for each agent and day worked. `paid_hours` excludes unpaid meals.

    `premium_hours` tells the hours by kind, "night:2.5;sunday:8"; a shift over midnight keeps its first day.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True, required=False),
        Column("schedule_date", "date"),
        text("shift"),
        instant("start"),
        instant("end"),
        number("paid_hours"),
        text("premium_hours", blank=True, required=False),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date")
    file_name: ClassVar[str] = "roster_shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


@dataclass(frozen=True)
class Locks(Table):
    """What an agent does on a day, settled beforehand.

    `shift`: a shift with its start, "early 08:00", any of a name under [shifts], "early", or "off".
    """

    columns: ClassVar[tuple[Column, ...]] = (text("agent_id"), Column("day", "date"), text("shift"))
    key: ClassVar[tuple[str, ...]] = ("agent_id", "day")
    file_name: ClassVar[str] = "locks.csv"


@dataclass(frozen=True)
class Workforce:
    """The people: agents, their time off, availability, meetings; what is locked, what they worked just before.

    Their wishes; how what is unpopular fell on them before; and the roster that they have been told, if any.
    """

    agents: Agents
    time_off: TimeOff
    availability: Availability
    meetings: Meetings = field(default_factory=Meetings.empty)
    locks: Locks = field(default_factory=Locks.empty)
    past_roster: RosterShifts = field(default_factory=RosterShifts.empty)
    wishes: Wishes = field(default_factory=Wishes.empty)
    past_fairness: Fairness = field(default_factory=Fairness.empty)
    published: RosterShifts = field(default_factory=RosterShifts.empty)


ACTIVITIES = ("queue", "break", "meal", "meeting", "training", "absence")


@dataclass(frozen=True)
class RosterActivities(Table):
    """What happens inside each shift, without gaps. On queue, `planning_group` says for whom."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("schedule_date", "date"),
        Column("activity_date", "date"),
        instant("start"),
        instant("end"),
        text("activity", choices=ACTIVITIES),
        text("planning_group", blank=True),
        text("paid", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "start")
    file_name: ClassVar[str] = "roster_activities.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


@dataclass(frozen=True)
class Roster:
    """A named roster: shifts and what happens inside them. The solver's bound travels on its result."""

    shifts: RosterShifts
    activities: RosterActivities


@dataclass(frozen=True)
class RosterChanges(Table):
    """What a repair makes different, person by person, the person whose changes bring most first.

    `number` counts the people: 0 for what an absence itself takes away. `before` and `after` tell the shift and its
    local times, or "off"; `missing_hours` those that are missing on queue from the repair's time on once all changes
    up to this person are made.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count"),
        text("agent_id"),
        text("name", blank=True),
        Column("schedule_date", "date"),
        text("change", choices=("absent", "shift gone", "shift new", "shift moved", "work inside")),
        text("before"),
        text("after"),
        text("reason"),
        number("missing_hours"),
    )
    key: ClassVar[tuple[str, ...]] = ("number", "agent_id", "schedule_date", "change")
    file_name: ClassVar[str] = "roster_changes.csv"


@dataclass(frozen=True)
class RosterBreaches(Table):
    """Every broken rule of a roster: who, when, which rule, and what is so."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id", blank=True),
        Column("schedule_date", "date", blank=True),
        text("rule"),
        text("message"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date", "rule", "message")
    file_name: ClassVar[str] = "check.csv"


@dataclass(frozen=True)
class RulePrices(Table):
    """What could be gained by changing one rule: hours missing on queue, now and then. `place` 0 is as it is.

    `hours_missing`: in the best roster found, which no roster beats by more than to `hours_missing_least`. Gains are
    the differences to place 0, of what was found and of what is proven at least; the true gain lies, proven, between
    `gained_least` and `gained_most`.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("place", "count", minimum=0),
        text("rule"),
        text("change"),
        number("hours_missing", 0),
        number("hours_missing_least", 0),
        number("gained_found", None),
        number("gained_bound", None),
        number("gained_least", 0),
        number("gained_most", 0),
    )
    key: ClassVar[tuple[str, ...]] = ("place",)
    file_name: ClassVar[str] = "rule_prices.csv"


@dataclass(frozen=True)
class Coverage(Table):
    """Required against scheduled on queue; `service_level` and the rest are simulated, blank until then.

    `required` is the requirement's agents_on_queue, `scheduled` the people on queue on average over the interval (who
    is there for half of it is a half); a group has rows wherever either number is not zero.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        number("required"),
        number("scheduled"),
        number("net", None),
        number("offered", required=False, blank=True),
        number("service_level", 0, 1, required=False, blank=True),
        number("asa_seconds", required=False, blank=True),
        number("occupancy", 0, 1, required=False, blank=True),
        number("abandon_rate", 0, 1, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "coverage.csv"


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


@dataclass(frozen=True)
class CostReport(Table):
    """Hours and money, line by line. `period` is a month ("2026-12") or "total"; a blank group is the whole site.

    `ledger` names the section: "bridge", "hours", "cost" or "unit"; `position` orders its lines. Within "hours" and
    "cost" the lines of a period and group add up exactly to its line "paid hours" / "loaded cost"; lines that
    begin with "memo:" stand beside the sum. In the bridge the hours before "base staff", "on queue" and "paid hours"
    lead up to them, the amounts to "loaded cost". `amount` is in currency units with two decimals; `source` is the
    table and column the figure comes from.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period"),
        text("ledger", choices=("bridge", "hours", "cost", "unit")),
        number("position", required=False, blank=True),
        text("line"),
        text("planning_group", blank=True),
        number("hours", None, blank=True),
        number("amount", None, blank=True),
        number("quantity", None, blank=True),
        text("unit", blank=True),
        text("currency", blank=True),
        text("source"),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "ledger", "planning_group", "position", "line")
    file_name: ClassVar[str] = "cost.csv"
