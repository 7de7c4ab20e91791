"""What a user may decide: plan.toml to frozen settings, all errors at once.

Every field carries its unit in its name and its meaning in the text below it; docs/settings.md is made from them.
Shares are 0-1. Paths are relative to the file that names them; `{data}` stands for the folder given by --data.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from staffplan.clock import (
    OpeningHours,
    SiteCalendar,
    Spans,
    SpecialDay,
    parse_spans,
    parse_weekdays,
    public_holidays,
)
from staffplan.errors import ConfigError, Problem, nearest
from staffplan.tables import WORK_TYPE

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


class BreakSettings(Section):
    """A meal or a break inside a shift."""

    activity: Literal["break", "meal"] = "break"
    """What it is called in the roster."""
    minutes: int = Field(gt=0, le=180)
    """How long it lasts."""
    paid: bool = True
    """Whether it counts as working time."""
    earliest_minutes: int = Field(ge=0)
    """It starts at the earliest this long after the shift's start."""
    latest_minutes: int = Field(ge=0)
    """It starts at the latest this long after the shift's start."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.latest_minutes < self.earliest_minutes:
            raise ValueError("latest_minutes is before earliest_minutes")
        return self


class ShiftSettings(Section):
    """A family of shifts: one length, several starts."""

    hours: Annotated[float, Field(gt=0, le=16)]
    """From start to end, meals included."""
    first_start: str = "08:00"
    """Earliest start, local time."""
    last_start: str = "08:00"
    """Latest start, local time; a shift may end after midnight."""
    every_minutes: int = Field(default=60, gt=0)
    """Starts lie this far apart."""
    weekdays: str = "daily"
    """Days on which the shift may start."""
    breaks: tuple[BreakSettings, ...] = ()
    """Its meal and breaks, in order."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        first, last = self.start_minutes[0], clock_minute(self.last_start)
        if last < first:
            raise ValueError("last_start is before first_start")
        for pause in self.breaks:
            if pause.latest_minutes + pause.minutes > self.hours * 60:
                raise ValueError(f"a {pause.activity} may end after the shift; lower its latest_minutes")
        return self

    @property
    def start_minutes(self) -> tuple[int, ...]:
        """Minutes after midnight of every start."""
        first, last = clock_minute(self.first_start), clock_minute(self.last_start)
        return tuple(range(first, max(last, first) + 1, self.every_minutes))

    @property
    def paid_minutes(self) -> int:
        """Length without unpaid breaks."""
        return round(self.hours * 60) - sum(pause.minutes for pause in self.breaks if not pause.paid)


def clock_minute(text: str) -> int:
    """Minutes after midnight of "08:30"; ValueError, in words, on anything else."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time of day; write 08:30")
    return int(match[1]) * 60 + int(match[2])


class WorkPlanSettings(Section):
    """A contract: what a person may and must work."""

    shifts: tuple[str, ...]
    """Names under [shifts] this contract allows."""
    weekly_hours_min: NotNegative = 0.0
    """Fewest paid hours a week. A day of paid time off counts as a fifth of it."""
    weekly_hours_max: Positive = 40.0
    """Most paid hours a week."""
    days_per_week_max: int = Field(default=5, ge=1, le=7)
    """Most days worked in a week."""
    hourly_rate: NotNegative | None = None
    """Base pay by the hour where the agent's own is not given."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.weekly_hours_max < self.weekly_hours_min:
            raise ValueError("weekly_hours_max is below weekly_hours_min")
        return self


class DailyRest(Section):
    """Hours between the end of a shift and the start of the next."""

    rule: Literal["daily_rest"] = "daily_rest"
    """Which rule it is."""
    hours: Annotated[float, Field(gt=0, le=48)] = 11.0
    """Rest, at least."""
    work_plans: tuple[str, ...] = ()
    """Contracts it holds for; left out: all."""


class ConsecutiveDays(Section):
    """Days worked in a row, at most."""

    rule: Literal["consecutive_days"] = "consecutive_days"
    """Which rule it is."""
    days: int = Field(default=6, ge=1)
    """Days, at most."""
    work_plans: tuple[str, ...] = ()
    """Contracts it holds for; left out: all."""


class WeekendsOff(Section):
    """Weekends free of work (Saturday and Sunday), at least this many in the period."""

    rule: Literal["weekends_off"] = "weekends_off"
    """Which rule it is."""
    weekends: int = Field(default=1, ge=0)
    """Weekends free of work, at least."""
    work_plans: tuple[str, ...] = ()
    """Contracts it holds for; left out: all."""


RuleSettings = Annotated[DailyRest | ConsecutiveDays | WeekendsOff, Field(discriminator="rule")]
_RULES: Mapping[str, type[Section]] = {
    str(rule.model_fields["rule"].default): rule for rule in (DailyRest, ConsecutiveDays, WeekendsOff)
}


class RosterSettings(Section):
    """How the roster is made. The rules are the site's agreement, one entry each."""

    rules: tuple[RuleSettings, ...] = (DailyRest(), ConsecutiveDays())
    """Hard rules beside those of the contract, availability, time off and skills, which always hold."""
    understaffing_weight: Positive = 10.0
    """Price of an hour missing on queue."""
    overstaffing_weight: NotNegative = 1.0
    """Price of an hour too many on queue."""
    effort: Positive = 1.0
    """Search effort; 2 searches twice as long. Deterministic work, not seconds, so that results repeat."""
    time_limit_seconds: Positive = 90.0
    """Give up, with the best roster so far, after this long."""


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


class PremiumSettings(Section):
    """Extra pay: when it applies and how much. Data, not law; a preset says where it was looked up."""

    name: str
    """What it is called in the cost report."""
    share: NotNegative
    """Part of the base rate paid on top, 0.25 is +25 %."""
    weekdays: str = "daily"
    """Days on which the span of hours begins; one that passes midnight stays with its first day."""
    hours: str = "24h"
    """Spans of local time, "22:00-06:00"."""
    holidays_only: bool = False
    """Only where the span begins on a public holiday."""
    excludes: tuple[str, ...] = ()
    """Premiums (by name) that are not paid in the same hour as this one."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        return self


class OnCostSettings(Section):
    """What an employer pays beside wages."""

    name: str
    """What it is called in the cost report."""
    share: NotNegative = 0.0
    """Part of wages and premiums."""
    monthly_per_agent: NotNegative = 0.0
    """Amount for each agent and month, by days of the month planned: seat, licences, telephony."""


class CostSettings(Section):
    """What an hour costs."""

    default_hourly_rate: NotNegative = 0.0
    """Base pay where neither the agent nor the contract has one."""
    premiums: tuple[PremiumSettings, ...] = ()
    """Extra pay, one entry each."""
    on_costs: tuple[OnCostSettings, ...] = ()
    """What is paid beside wages, one entry each."""


class Config(Section):
    """All of plan.toml."""

    plan: PlanSettings = PlanSettings()
    input: InputSettings = InputSettings()
    hours: dict[str, HoursSettings] = Field(default_factory=dict)
    queues: dict[str, QueueSettings] = Field(default_factory=dict)
    forecast: ForecastSettings = ForecastSettings()
    staffing: StaffingSettings = StaffingSettings()
    shifts: dict[str, ShiftSettings] = Field(default_factory=dict)
    work_plans: dict[str, WorkPlanSettings] = Field(default_factory=dict)
    roster: RosterSettings = RosterSettings()
    simulate: SimulateSettings = SimulateSettings()
    cost: CostSettings = CostSettings()


def load_config(text: str, source: str, overrides: Mapping[str, object] | None = None) -> Config:
    """Settings from the text of a plan.toml; `overrides` ("plan.weeks": 2) come last.

    Raises ConfigError with every problem found, each at `source:section.key`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_toml_problem(error, source)) from error
    for dotted, value in (overrides or {}).items():
        _set(raw, dotted.split("."), value, source)
    return make_config(raw, source)


def make_config(raw: Mapping[str, object], source: str) -> Config:
    """Settings from nested plain values, checked as load_config checks a file."""
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(_problem(detail, source) for detail in error.errors()) from error
    problems = list(_cross_problems(config, source))
    if problems:
        raise ConfigError(problems)
    return config


def _toml_problem(error: tomllib.TOMLDecodeError, source: str) -> Problem:
    match = re.search(r"(.*) \(at line (\d+), column (\d+)\)", str(error))
    if match is None:
        return Problem(source, f"not a TOML file: {error}")
    return Problem(f"{source}:{match[2]}:{match[3]}", f"not a TOML file: {match[1]}")


def _set(raw: dict[str, Any], keys: Sequence[str], value: object, source: str) -> None:
    group: Any = raw
    for depth, key in enumerate(keys[:-1], start=1):
        group = group.setdefault(key, {})
        if not isinstance(group, dict):
            hint = f"it is a value or a list; set {'.'.join(keys[:depth])} as a whole"
            raise ConfigError(Problem(f"{source}:{'.'.join(keys)}", f"{key} has no settings inside it", hint))
    group[keys[-1]] = value


def _problem(detail: Any, source: str) -> Problem:
    """One of pydantic's errors in our words."""
    path = [str(part) for part in detail["loc"]]
    place = f"{source}:{'.'.join(part for part in path if part not in _RULES)}"
    value = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            return Problem(place, "unknown setting", nearest(path[-1], _known_keys(path[:-1])))
        case "missing":
            return Problem(place, "the setting is missing")
        case "union_tag_invalid":
            name = str(value["rule"])
            return Problem(f"{place}.rule", f"{name!r} is not a rule", nearest(name, list(_RULES)))
        case "union_tag_not_found":
            return Problem(f"{place}.rule", "the setting is missing", nearest("", list(_RULES)))
        case "model_type":
            return Problem(place, f"{value!r} is not a group of settings", f"write [{'.'.join(path)}]")
    said, _, hint = re.sub(r"^Value error, ", "", detail["msg"]).partition("; ")
    said_already = isinstance(value, str) and repr(value) in said
    shown = f"{value!r}: " if isinstance(value, str | int | float) and not said_already else ""
    return Problem(place, f"{shown}{said[0].lower()}{said[1:]}", hint)


def _known_keys(path: Sequence[str]) -> list[str]:
    """Keys allowed at a place of the file, found by walking the models along `path`."""
    model: Any = Config
    for part in path:
        fields = getattr(model, "model_fields", {})
        if part in _RULES:
            model = _RULES[part]
        elif part in fields:
            model = _model_inside(fields[part].annotation) or model
    return list(getattr(model, "model_fields", {}))


def _model_inside(annotation: Any) -> Any:
    """The settings model that a (possibly nested) annotation holds, if exactly one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_inside(inner)
        if found is not None:
            return found
    return None


def _cross_problems(config: Config, source: str) -> Iterable[Problem]:
    """What no single section can see: names that must exist elsewhere, queues that share a group."""
    for name, queue in config.queues.items():
        for key in ("hours", "arrival_hours"):
            wanted = getattr(queue, key)
            if wanted is not None and wanted not in config.hours:
                place = f"{source}:queues.{name}.{key}"
                yield Problem(place, f"no [hours.{wanted}] is defined", nearest(wanted, list(config.hours)))
        yield from _goal_problems(name, queue, source)
    for name, plan in config.work_plans.items():
        for shift in plan.shifts:
            if shift not in config.shifts:
                place = f"{source}:work_plans.{name}.shifts"
                yield Problem(place, f"no [shifts.{shift}] is defined", nearest(shift, list(config.shifts)))
    for number, rule in enumerate(config.roster.rules):
        for plan_name in rule.work_plans:
            if plan_name not in config.work_plans:
                place = f"{source}:roster.rules.{number}.work_plans"
                hint = nearest(plan_name, list(config.work_plans))
                yield Problem(place, f"no [work_plans.{plan_name}] is defined", hint)
    yield from _group_problems(config, source)


def _goal_problems(name: str, queue: QueueSettings, source: str) -> Iterable[Problem]:
    if queue.goal is None:
        return
    place = f"{source}:queues.{name}.goal"
    deferred = WORK_TYPE[queue.channel] == "deferred"
    if deferred and queue.goal.within_hours is None:
        hint = f'{queue.channel} waits hours: write "90/4h", or within_hours = 4'
        yield Problem(place, "deferred work needs a goal in hours", hint)
    if not deferred and queue.goal.within_hours is not None:
        yield Problem(place, f"{queue.channel} waits seconds: a goal in hours does not fit", 'write "80/20"')


def _group_problems(config: Config, source: str) -> Iterable[Problem]:
    groups: dict[str, set[str]] = {}
    for name, queue in config.queues.items():
        groups.setdefault(queue.planning_group or name, set()).add(WORK_TYPE[queue.channel])
    for group, types in groups.items():
        if len(types) > 1:
            hint = "put them in separate groups and give the agents both skills"
            message = f"queues of different work types share it: {', '.join(sorted(types))}"
            yield Problem(f"{source}:queues:planning_group {group}", message, hint)


@dataclass(frozen=True)
class Queue:
    """A queue with everything resolved: what the steps work with."""

    name: str
    channel: str = "voice"
    planning_group: str = ""
    service_hours: OpeningHours | None = None
    """None: not given; the forecast learns them."""
    arrival_hours: OpeningHours | None = None
    """None: not given; for immediate work learnt, as the service hours."""
    goal: Goal = DEFAULT_GOALS["immediate"]
    goal_is_default: bool = True
    aht_seconds: float | None = None
    patience_seconds: float | None = None
    concurrency: int = 1
    concurrency_slowdown: float = 0.0
    minimum_agents: int = 1

    @property
    def work_type(self) -> str:
        return WORK_TYPE[self.channel]


@dataclass(frozen=True)
class Site:
    """Calendar and queues of the site: what every step may know beside its own section."""

    calendar: SiteCalendar
    queues: Mapping[str, Queue] = field(default_factory=dict)

    def groups(self) -> dict[str, tuple[Queue, ...]]:
        """Queues of each planning group, in order of their names."""
        found: dict[str, list[Queue]] = {}
        for name in sorted(self.queues):
            found.setdefault(self.queues[name].planning_group, []).append(self.queues[name])
        return {group: tuple(queues) for group, queues in sorted(found.items())}


def make_site(
    config: Config,
    *,
    queues: Iterable[str],
    first_day: date,
    last_day: date,
    special_days: Iterable[SpecialDay] = (),
) -> Site:
    """The site for `queues` (those of the data); queues without a section get the defaults.

    Public holidays of the years from `first_day` to `last_day` and their neighbours are looked up;
    `special_days` from a file replace a public holiday on the same day.
    """
    days: list[SpecialDay] = []
    if config.plan.country is not None:
        years = range(first_day.year - 1, last_day.year + 2)
        days += public_holidays(config.plan.country, years, config.plan.subdivision)
    days += special_days
    calendar = SiteCalendar(
        config.plan.timezone, config.plan.interval_minutes, {special.day: special for special in days}
    )
    return Site(calendar, {name: resolve_queue(name, config) for name in sorted(set(queues))})


def resolve_queue(name: str, config: Config) -> Queue:
    """One queue with its hours, goal and group resolved."""
    settings = config.queues.get(name, QueueSettings())
    work_type = WORK_TYPE[settings.channel]
    service = config.hours[settings.hours].opening_hours() if settings.hours else None
    if settings.arrival_hours:
        arrival: OpeningHours | None = config.hours[settings.arrival_hours].opening_hours()
    else:
        arrival = OpeningHours.always() if work_type == "deferred" else service
    return Queue(
        name=name,
        channel=settings.channel,
        planning_group=settings.planning_group or name,
        service_hours=service,
        arrival_hours=arrival,
        goal=settings.goal or DEFAULT_GOALS[work_type],
        goal_is_default=settings.goal is None,
        aht_seconds=settings.aht_seconds,
        patience_seconds=settings.patience_seconds,
        concurrency=settings.concurrency,
        concurrency_slowdown=settings.concurrency_slowdown,
        minimum_agents=settings.minimum_agents,
    )


def data_path(setting: str, config: Config, base: Path, place: str) -> Path:
    """A path setting made real: `{data}` replaced, relative to `base` (the config file's folder).

    Raises ConfigError when `{data}` is used and no folder was given.
    """
    if "{data}" in setting:
        if config.input.data is None:
            where = f" The data: {config.input.source}" if config.input.source else ""
            raise ConfigError(Problem(place, f"{setting} needs a data folder", f"give --data DIR.{where}"))
        return base / setting.replace("{data}", config.input.data)
    return base / setting
