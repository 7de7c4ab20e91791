"""The sections of plan.toml on what is planned, promised, predicted and simulated; each frozen and checked.

Every field carries its unit in its name and its meaning in the text below it; docs/settings.md is made from them.
Shares are 0-1.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from staffplan.clock import OpeningHours, Spans, parse_spans, parse_weekdays, public_holidays

Share = Annotated[float, Field(ge=0, le=1)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Channel = Literal["voice", "chat", "email", "social", "callback", "counter"]
Definition = Literal["offered", "answered", "excluding_short_abandons", "short_abandons_good", "virtual"]


class Section(BaseModel):
    """A group of settings: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class PlanSettings(Section):
    """What is planned, where and for when."""

    name: str = "plan"
    """Title of the plan in reports."""
    start: date | None = None
    """First day planned; left out: the day after the last day of the history."""
    weeks: int = Field(default=4, ge=1, le=78)
    """Weeks planned."""
    interval_minutes: Literal[15, 30, 60] = 30
    """Length of an interval."""
    timezone: str = "UTC"
    """Zone of the site's clock, for example Europe/Madrid. Local times in files are read in it."""
    country: str | None = None
    """Country whose public holidays count, ISO 3166 code, for example ES."""
    subdivision: str | None = None
    """Region of that country with holidays of its own, for example MD."""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    """ISO 4217 code of all amounts."""
    seed: int = Field(default=1, ge=0)
    """Seed of everything random; the same seed gives the same plan."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is not a time zone; write one of the IANA list, Europe/Madrid") from None
        return name

    @model_validator(mode="after")
    def _known_country(self) -> Self:
        if self.country is not None:
            try:
                public_holidays(self.country, [2025], self.subdivision)
            except ValueError:
                place = self.country + (f"-{self.subdivision}" if self.subdivision else "")
                raise ValueError(f"no holidays are known for country {place}; write an ISO 3166 code") from None
        return self


class InputSettings(Section):
    """Which files are read and how."""

    history: str | None = None
    """Contact history: interval_start, queue, offered and more."""
    agents: str | None = None
    """People who can be rostered."""
    time_off: str | None = None
    """Their days off, if any."""
    availability: str | None = None
    """When they can work, if restricted."""
    special_days: str | None = None
    """Special days beside public holidays: day, name, kind (holiday, closed, event)."""
    data: str | None = None
    """Folder that stands for `{data}` in the paths above; --data sets it."""
    source: str | None = None
    """Where anyone can get the data, said when a file is not there."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our column name = the history file's column name, for example interval_start = "timestamp"."""
    until: date | None = None
    """Last day of the history that is used; later rows are left out. Left out: all."""
    ignore_queues: tuple[str, ...] = ()
    """Queues of the history that are not planned."""
    queue: str | None = None
    """Queue name for a history file that has no queue column."""


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

    @model_validator(mode="after")
    def _complete(self) -> Self:
        within = self.within_seconds is not None or self.within_hours is not None
        if (self.service_level is not None) != within:
            raise ValueError("service_level and within_seconds (or within_hours) belong together")
        if self.within_seconds is not None and self.within_hours is not None:
            raise ValueError("give within_seconds or within_hours, not both")
        if self.service_level is None and self.asa_seconds is None and self.max_occupancy is None:
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


DEFAULT_GOALS = {
    "immediate": Goal(service_level=0.8, within_seconds=20),
    "concurrent": Goal(service_level=0.8, within_seconds=60),
    "deferred": Goal(service_level=0.9, within_hours=24, clock="elapsed"),
}
"""What is promised where nothing is said: habits of the trade, hence settings; a note says so in the report."""


class ForecastSettings(Section):
    """How the future is predicted."""

    methods: tuple[Literal["seasonal_naive", "recent_average", "holt_winters"], ...] = (
        "seasonal_naive",
        "recent_average",
        "holt_winters",
    )
    """Methods that compete; the best in each queue's own backtest is used."""
    recent_weeks: int = Field(default=6, ge=1, le=52)
    """Weeks in the average of recent weeks and in the intraday profile."""
    backtest_origins: int = Field(default=6, ge=1, le=26)
    """Weekly origins in the backtest, as far as the history reaches."""
    backtest_weeks: int = Field(default=4, ge=1, le=12)
    """Weeks ahead that each origin forecasts."""
    missing_rows: Literal["auto", "zero", "gap"] = "auto"
    """What an open interval without a row is. auto: zero on a day that has rows, a gap on a day without any."""
    clean: bool = True
    """Leave outages and spikes out of what is learnt; each is listed."""


class ShrinkageSettings(Section):
    """One reason why paid time is not available for contacts."""

    share: ShareBelowOne
    """Share of paid time."""
    planned: bool = True
    """Known before the roster is made (vacation, training) or not (sickness, lateness)."""
    in_office: bool = True
    """The person is at work (break, coaching) or not (vacation, sickness)."""
    paid: bool = True
    """The time is paid."""
    in_roster: bool = False
    """The roster itself places it (breaks, meals, listed time off), so that it is not grossed up a second time."""


class StaffingSettings(Section):
    """How workload becomes people."""

    model: Literal["erlang-c", "erlang-a"] = "erlang-c"
    """Queueing model for work that waits seconds. erlang-a: customers hang up after patience_seconds."""
    shrinkage: dict[str, ShrinkageSettings] = Field(default_factory=dict)
    """Categories by name. They add up (shares of the same paid time), and are applied once."""

    @model_validator(mode="after")
    def _below_one(self) -> Self:
        total = sum(category.share for category in self.shrinkage.values())
        if total >= 1:
            raise ValueError(f"the shares add up to {total:.2f}; nobody would be left to work")
        return self

    @property
    def shrinkage_all(self) -> float:
        """Share of paid time not available for contacts, all categories."""
        return sum(category.share for category in self.shrinkage.values())

    @property
    def shrinkage_not_in_roster(self) -> float:
        """Share lost among the people whom the roster shows on queue.

        What the roster places is taken off first: 5 % sickness of paid time, with 10 % placed, is 5/90 of the rest.
        """
        placed = sum(c.share for c in self.shrinkage.values() if c.in_roster)
        return (self.shrinkage_all - placed) / (1 - placed)


class SimulateSettings(Section):
    """How the roster's waits are simulated."""

    replications: int = Field(default=20, ge=1, le=10_000)
    """Independent repetitions of the whole period."""
    service_time: Literal["exponential", "lognormal"] = "lognormal"
    """Distribution of handling time."""
    service_time_cv: Positive = 1.0
    """Standard deviation of handling time as a share of its mean (lognormal)."""
    volume_uncertainty: bool = True
    """Draw each day's volume from the forecast's bands; otherwise the forecast is taken as the true mean."""
    absence_minutes: int = Field(default=15, ge=1, le=240)
    """Length of a short absence at work (in-office shrinkage that the roster does not place)."""
