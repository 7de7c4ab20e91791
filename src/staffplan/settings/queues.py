"""Settings of opening hours and queues: channel, goal, hours."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from staffplan.clock import OpeningHours, Spans, parse_spans, parse_weekdays
from staffplan.settings.base import NotNegative, Positive, Section, ShareBelowOne

Channel = Literal["voice", "chat", "email", "social", "callback", "counter"]
Definition = Literal["offered", "answered", "excluding_short_abandons", "short_abandons_good", "virtual"]


class HoursSettings(Section):
    """Opening hours: weekdays = spans, for example `mon-fri = "08:00-20:00"`. Days not named are closed."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)
    holidays: str | None = None
    """Spans on public holidays ("closed", "09:00-14:00"); left out: as on any other day."""

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
    """What the customer was promised; every limit that is given must hold at once."""

    service_level: ShareBelowOne | None = None
    """Share answered (deferred work: finished) in time."""
    within_seconds: NotNegative | None = None
    """In time means within this many seconds. For deferred work give within_hours."""
    within_hours: Positive | None = None
    """Deferred work: finished within this many hours, counted by `clock`."""
    clock: Literal["opening", "elapsed"] = "opening"
    """Deferred work: whether only opening hours count towards within_hours."""
    definition: Definition = "excluding_short_abandons"
    """Answered in time divided by: all offered; all answered; all offered but those who hung up in time
    (excluding_short_abandons). short_abandons_good: those who hung up in time count as answered. virtual: what a
    customer who never hangs up would see."""
    asa_seconds: Positive | None = None
    """Highest average wait of answered contacts."""
    max_occupancy: Annotated[float, Field(gt=0, le=1)] | None = None
    """Highest share of time on the line spent handling contacts."""
    max_abandon_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Highest share of contacts that hang up, where the model knows of it (patience_seconds, Erlang A)."""

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
        raise ValueError(f"{percent:g} % cannot be promised; the goal must lie above 0 and below 100")
    seconds = amount * _SECONDS[unit]
    if unit in ("h", "d"):
        return Goal(service_level=percent / 100, within_hours=seconds / 3600)
    return Goal(service_level=percent / 100, within_seconds=seconds)


def _goal_from_text(value: object) -> object:
    return parse_goal(value) if isinstance(value, str) else value


def parse_risk(text: str) -> tuple[Literal["mean", "day", "week"], float]:
    """What is at risk and the share that is safe: "mean", "p80" (of days), "8/10" (weeks). ValueError on others."""
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
    """One queue: its channel, hours, promise and how its contacts behave."""

    channel: Channel = "voice"
    """What kind of contact it is; decides the work type."""
    planning_group: str | None = None
    """Queues served by one pool of agents share this name; left out: the queue alone."""
    hours: str | None = None
    """Name of its opening hours under [hours]; left out: learnt from the history."""
    arrival_hours: str | None = None
    """When contacts may arrive. Left out: the opening hours; for deferred work around the clock."""
    goal: Annotated[Goal, BeforeValidator(_goal_from_text)] | None = None
    """A table, or "80/20", "90/4h". Left out: 80/20 for voice and counter, 80/60 chat, 90/24h deferred."""
    aht_seconds: Positive | None = None
    """Handling time where the history has none."""
    patience_seconds: Positive | None = None
    """Average time a customer waits before hanging up, in simulation and Erlang A. Left out: never hangs up."""
    concurrency: int = Field(default=1, ge=1, le=10)
    """Chat: contacts one agent serves at once."""
    concurrency_slowdown: NotNegative = 0.0
    """Chat: each further contact at once makes every contact this share longer (0.2: three at once, 1.4 x)."""
    minimum_agents: int = Field(default=1, ge=0)
    """People on the line in every open interval, however few the contacts."""
    risk: Annotated[str, AfterValidator(_known_risk)] | None = None
    """Volume that is staffed for, where it is not that of staffing.risk; one for all queues of a planning group."""
    like: str | None = None
    """A new queue: the queue of the history whose week, special days and scatter it borrows. What it has of its own
    counts the more, the more contacts it has."""
    expected_per_week: Positive | None = None
    """With `like`: contacts of an ordinary week, needed as long as the queue has none of its own."""
    opens: date | None = None
    """First day on which the queue takes contacts; nothing is forecast before."""
    ended: date | bool | None = None
    """First day on which the queue takes no contacts any more; nothing is forecast from then on. false: it goes on,
    however long it has been silent. true: it has ended. Left out: found from the history."""
    was: Annotated[tuple[str, ...], BeforeValidator(_names_from_text)] = ()
    """Older queues whose history is this queue's too; they are not planned. "sales" after a change of name,
    ["sales", "orders"] after a merger. Where two queues name the same older one, it was split, and each has its
    share, learnt from the time since."""


DEFAULT_GOALS = {
    "immediate": Goal(service_level=0.8, within_seconds=20),
    "concurrent": Goal(service_level=0.8, within_seconds=60),
    "deferred": Goal(service_level=0.9, within_hours=24, clock="elapsed"),
}
"""What is promised where nothing is said: habits of the trade, hence settings; a note says so in the report."""
