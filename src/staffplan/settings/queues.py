"""Settings of opening hours and queues: channel, goal, hours."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from staffplan.clock import OpeningHours, Spans, parse_spans, parse_weekdays
from staffplan.settings.base import Day, Factor, NotNegative, Patience, Positive, Section, ShareBelowOne

Channel = Literal["voice", "chat", "email", "social", "callback", "counter"]
Definition = Literal["offered", "answered", "excluding_short_abandons", "short_abandons_good", "virtual"]


class HoursSettings(Section):
    """Opening hours: weekdays = times, for example `mon-fri = "08:00-20:00"`. Days that are not listed are closed."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)
    holidays: str | None = None
    """Opening hours on public holidays, for example "closed" or "09:00-14:00" (default: as on any other day)."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self.opening_hours()
        return self

    def opening_hours(self) -> OpeningHours:
        days: list[Spans] = [()] * 7
        for names, spans in (self.model_extra or {}).items():
            for day in parse_weekdays(names):
                days[day] = parse_spans(str(spans))
        return OpeningHours(tuple(days), None if self.holidays is None else parse_spans(self.holidays))


class Goal(Section):
    """Service goal of a queue. Every limit that is given must be met at the same time."""

    service_level: ShareBelowOne | None = None
    """Service level: share of contacts answered in time (deferred work: finished in time)."""
    within_seconds: NotNegative | None = None
    """Time limit of the service level, seconds. For deferred work use within_hours."""
    within_hours: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """Deferred work: time limit of the service level, hours, counted as `clock` says."""
    clock: Literal["opening", "elapsed"] = "opening"
    """Deferred work: hours that count towards within_hours. opening: opening hours only. elapsed: all hours."""
    definition: Definition = "excluding_short_abandons"
    """Definition of the service level. Contacts answered in time are divided by: all offered (offered); all answered
    (answered); all offered except those abandoned within the time limit (excluding_short_abandons).
    short_abandons_good: contacts abandoned within the time limit count as answered in time. virtual: the service
    level without abandonment."""
    asa_seconds: Positive | None = None
    """Highest average wait of answered contacts (ASA), seconds."""
    max_occupancy: Annotated[float, Field(gt=0, le=1)] | None = None
    """Highest occupancy: share of time on queue spent handling contacts."""
    max_abandon_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Highest share of abandoned contacts. It applies only where the model includes abandonment (patience_seconds,
    Erlang A)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        within = self.within_seconds is not None or self.within_hours is not None
        if (self.service_level is not None) != within:
            raise ValueError("service_level and within_seconds (or within_hours) belong together")
        if self.within_seconds is not None and self.within_hours is not None:
            raise ValueError("give within_seconds or within_hours, not both")
        limits = (self.service_level, self.asa_seconds, self.max_occupancy, self.max_abandon_rate)
        if all(limit is None for limit in limits):
            raise ValueError("no goal is given; for example service_level = 0.8, within_seconds = 20")
        return self

    @property
    def threshold_seconds(self) -> float | None:
        """The time allowed, in seconds; None where the goal has no service level."""
        return self.within_hours * 3600 if self.within_hours is not None else self.within_seconds


_GOAL = re.compile(r"(\d+(?:\.\d+)?)\s*%?\s*/\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?")
_SECONDS = {None: 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def parse_goal(text: str) -> Goal:
    """A goal as planners write it: "80/20" (percent / seconds), "90/4h", "95/30min".

    Times in hours or days become `within_hours`. Raises ValueError, in words, on anything else.
    """
    match = _GOAL.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is not a goal; write 80/20 (80 % within 20 seconds) or 90/4h")
    percent, amount, unit = float(match[1]), float(match[2]), match[3]
    if not 0 < percent < 100:
        raise ValueError(f"{percent:g} % is not possible; the goal must be above 0 and below 100")
    seconds = amount * _SECONDS[unit]
    if unit in ("h", "d"):
        return Goal(service_level=percent / 100, within_hours=seconds / 3600)
    return Goal(service_level=percent / 100, within_seconds=seconds)


def _goal_from_text(value: object) -> object:
    return parse_goal(value) if isinstance(value, str) else value


def parse_risk(text: str) -> tuple[Literal["mean", "day", "week"], float]:
    """Kind and safe share of a risk: "mean", "p80" (of days), "8/10" (weeks). ValueError on others."""
    wanted = text.strip().lower()
    if wanted == "mean":
        return "mean", 0.5
    percentile, weeks = re.fullmatch(r"p(\d+(?:\.\d+)?)", wanted), re.fullmatch(r"(\d+)/(\d+)", wanted)
    kind: Literal["day", "week"] = "day" if percentile else "week"
    share = float(percentile[1]) / 100 if percentile else int(weeks[1]) / max(1, int(weeks[2])) if weeks else 0.0
    if not 0 < share < 1:
        raise ValueError(f"{text!r} is not a risk; write mean, p80 or 8/10 (8 of 10 weeks)")
    return kind, share


def _known_risk(text: str) -> str:
    parse_risk(text)
    return text


def _names_from_text(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class QueueSettings(Section):
    """One queue: channel, opening hours, service goal, and how its contacts behave."""

    channel: Channel = "voice"
    """Kind of contact. It decides the work type: voice and counter are immediate, chat is concurrent, the others are
    deferred."""
    planning_group: str | None = None
    """Planning group: queues with the same name here are served by one pool of agents (default: the queue alone)."""
    hours: str | None = None
    """Name of the opening hours under [hours] (default: learned from the history)."""
    arrival_hours: str | None = None
    """Name of the hours, under [hours], in which contacts can arrive (default: the opening hours; for deferred work
    around the clock)."""
    goal: Annotated[Goal, BeforeValidator(_goal_from_text)] | None = None
    """Service goal: a table, or text such as "80/20" or "90/4h" (default: 80/20 for voice and counter, 80/60 for
    chat, 90/24h for deferred work)."""
    aht_seconds: Positive | None = None
    """Average handling time (AHT), seconds, used where the history has none."""
    patience_seconds: Patience | None = None
    """Average time a customer waits before hanging up, seconds; used by the simulation and Erlang A (default:
    customers never hang up)."""
    concurrency: int = Field(default=1, ge=1, le=10)
    """Chat: number of contacts that one agent handles at the same time."""
    concurrency_slowdown: Factor = 0.0
    """Chat: added share of handling time for each further contact at the same time. With 0.2, three at the same time
    take 1.4 times as long."""
    minimum_agents: int = Field(default=1, ge=0, le=100_000)
    """Minimum number of agents on queue in every open interval, even with few contacts."""
    shortfall_weight: Positive = 1.0
    """With roster.objective = "service", where agents are too few: weight of this queue's shortfall. Queues with
    equal weights miss their goals by about as much; a queue with a higher weight misses its goal by less."""
    risk: Annotated[str, AfterValidator(_known_risk)] | None = None
    """Volume to staff for: mean, p80 or 8/10 (default: staffing.risk). All queues of a planning group must have the
    same."""
    like: str | None = None
    """For a new queue: the existing queue whose weekly pattern, special days and variation it uses. The new queue's
    own history gets more weight as its contacts grow."""
    expected_per_week: Annotated[float, Field(gt=0, le=1e8)] | None = None
    """With `like`: contacts in an ordinary week. Required while the queue has no history of its own."""
    opens: Day | None = None
    """First day on which the queue takes contacts. Nothing is forecast before this day."""
    ended: Day | bool | None = None
    """First day on which the queue no longer takes contacts. Nothing is forecast from this day on. true: the queue
    has ended. false: the queue is still in use, even after a long time without contacts. (Default: found from the
    history.)"""
    was: Annotated[tuple[str, ...], BeforeValidator(_names_from_text)] = ()
    """Older queues whose history this queue takes over; they are no longer planned. After a change of name: "sales".
    After a merger: ["sales", "orders"]. After a split, two queues name the same older queue; the share of each is
    learned from the time since the split."""


DEFAULT_GOALS = {
    "immediate": Goal(service_level=0.8, within_seconds=20),
    "concurrent": Goal(service_level=0.8, within_seconds=60),
    "deferred": Goal(service_level=0.9, within_hours=24, clock="elapsed"),
}
"""Service goals of queues without a goal: common in the field. A note in the report names the queues."""
