"""The sections of plan.toml on what is planned, promised, predicted and simulated; each frozen and checked.

Every field carries its unit in its name and its meaning in the text below it; docs/settings.md is made from them.
Shares are 0-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from staffplan.clock import (
    MINUTES_PER_DAY,
    OpeningHours,
    Spans,
    minute_of_day,
    parse_spans,
    parse_weekdays,
    public_holidays,
    weekday_of,
)

Share = Annotated[float, Field(ge=0, le=1)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Channel = Literal["voice", "chat", "email", "social", "callback", "counter"]
Cleaning = Literal["outages", "spikes", "odd_days", "partial_days", "stuck", "level_shifts"]
CLEANED: tuple[Cleaning, ...] = get_args(Cleaning)
"""All that `forecast.clean` can name."""
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
    meetings: str | None = None
    """Meetings and training they have to attend, if any: meeting, activity, minutes, first_day, last_day, hours,
    agents, staffing_group, together."""
    wishes: str | None = None
    """What they wish for, if anything: agent_id, first_day, last_day, wish (off, shift, not), shift, weight. The rule
    "wishes" prices what is not granted."""
    past_fairness: str | None = None
    """The fairness.csv of the period before, so that what was unfair then is made up for."""
    published: str | None = None
    """The roster_shifts.csv that people have been told, for the rule "stability"."""
    locks: str | None = None
    """What is settled beforehand, if anything: agent_id, day, shift ("early 08:00", "early" or "off")."""
    past_roster: str | None = None
    """The roster of the days right before those planned: a folder, or its roster_shifts.csv. Rest, days and nights in
    a row go on from it."""
    special_days: str | None = None
    """Special days beside public holidays: day, name, kind (holiday, closed, event)."""
    drivers: str | None = None
    """Numbers of a day that drive the contacts and are known beforehand: day, driver, value, queue."""
    overrides: str | None = None
    """Planner's edits of the forecast: first_day, last_day, hours, queue, change_share or offered or offered_total,
    who, why."""
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


DEFAULT_GOALS = {
    "immediate": Goal(service_level=0.8, within_seconds=20),
    "concurrent": Goal(service_level=0.8, within_seconds=60),
    "deferred": Goal(service_level=0.9, within_hours=24, clock="elapsed"),
}
"""What is promised where nothing is said: habits of the trade, hence settings; a note says so in the report."""


class DriverSettings(Section):
    """How one driver of input.drivers enters the forecast; drivers without a section enter with the defaults."""

    kind: Literal["auto", "event", "level"] = "auto"
    """What a day without a row is. event: zero (letters sent). level: as on the last day that has one (customers).
    auto: a level when most days of the history have a row."""
    lags: tuple[Annotated[int, Field(ge=0, le=28)], ...] = Field(default=(0,), min_length=1)
    """Days after which it is felt, each learnt on its own: [0, 1, 2] is the same day and the two after it."""
    logarithm: bool = True
    """Take logarithms where it is never negative, so that twice as much never means more than a fixed factor."""


class ForecastSettings(Section):
    """How the future is predicted."""

    methods: tuple[Literal["recent_average", "day_model", "holt_winters", "day_shapes", "seasonal_naive"], ...] = (
        "recent_average",
        "day_model",
        "holt_winters",
        "day_shapes",
    )
    """Methods that are combined, with weights from each queue's own backtest; one alone is used as it is."""
    recent_weeks: int = Field(default=6, ge=1, le=52)
    """Weeks in the average of recent weeks and in the intraday profile."""
    backtest_origins: int = Field(default=8, ge=1, le=26)
    """Weekly origins in the backtest, as far as the history reaches."""
    backtest_weeks: int = Field(default=4, ge=1, le=12)
    """Weeks ahead that an origin forecasts, as far as they are known."""
    missing_rows: Literal["auto", "zero", "gap"] = "auto"
    """What an open interval without a row is. auto: zero on a day that has rows, unless too many contacts were
    expected there for that to be believed; a gap on a day without any."""
    clean: bool | tuple[Cleaning, ...] = True
    """What is left out of what is learnt: all that is found, nothing (false), or a list of kinds: outages, spikes,
    odd_days, partial_days, stuck, level_shifts. What is found is listed in data_quality.csv all the same."""
    growth_and_season: bool = True
    """Let months ahead differ from today's level by growth and season of the year, where past forecasts earned it."""
    drivers: dict[str, DriverSettings] = Field(default_factory=dict)
    """Drivers by their name in the file of input.drivers."""


class ShrinkageTime(Section):
    """A time of the week at which a category's share differs."""

    weekdays: str = "daily"
    """Local weekdays: "mon-fri", "sat,sun", "daily"."""
    hours: str = "24h"
    """Local hours in which intervals begin: "10:00-12:00", "22:00-06:00", "24h"."""
    share: ShareBelowOne
    """Share of paid time then."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        return self

    def covers(self, weekday: NDArray[np.int64], minute: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether moments lie in it, by local weekday (Monday 0) and minutes after midnight."""
        days, inside = parse_weekdays(self.weekdays), np.zeros(len(weekday), dtype=bool)
        for start, end in parse_spans(self.hours):
            inside |= np.isin(weekday, days) & (minute >= start) & (minute < end)
            inside |= np.isin((weekday - 1) % 7, days) & (minute + MINUTES_PER_DAY < end)
        return inside


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
    times: tuple[ShrinkageTime, ...] = ()
    """Times of the week with another share; of several the first that covers an interval's start holds."""

    def share_at(self, weekday: NDArray[np.int64], minute: NDArray[np.int64]) -> NDArray[np.float64]:
        """Share at moments, given as in `ShrinkageTime.covers`."""
        shares = np.full(len(weekday), self.share)
        for part in reversed(self.times):
            shares = np.where(part.covers(weekday, minute), part.share, shares)
        return shares


@dataclass(frozen=True)
class Shrinkage:
    """Shares of paid time not available for contacts, at some moments: (categories, moments)."""

    categories: tuple[tuple[str, ShrinkageSettings], ...]
    shares: NDArray[np.float64]

    @property
    def everything(self) -> NDArray[np.float64]:
        """(moments,): the shares of all categories add up, as they are shares of the same time."""
        return np.asarray(self.shares.sum(axis=0))

    @property
    def on_queue(self) -> dict[str, NDArray[np.float64]]:
        """(moments,) for each category that the roster does not place: share lost of the people it shows on queue.

        What the roster places is taken off first: 5 % sickness of paid time, with 10 % placed, is 5/90 of the rest.
        """
        rest = 1.0 - self.shares[[own.in_roster for _, own in self.categories]].sum(axis=0)
        rows = zip(self.categories, self.shares, strict=True)
        return {name: share / rest for (name, own), share in rows if not own.in_roster}

    @property
    def not_in_roster(self) -> NDArray[np.float64]:
        """(moments,): what `on_queue` adds up to."""
        return sum(self.on_queue.values(), start=np.zeros(self.shares.shape[1]))


class StaffingSettings(Section):
    """How workload becomes people."""

    method: Literal["erlang-c", "erlang-a", "offered-load", "verified"] = "erlang-c"
    """How work that waits seconds is sized. erlang-c, erlang-a (customers hang up after patience_seconds): each
    interval by itself, as if it lasted for ever. offered-load: the same for the load as it trails behind the calls.
    verified: the fewest agents whose simulated waits keep the goal, confirmed with other random numbers; chats and
    mail too. `model`, as it was called before, is understood too."""
    goal_scope: Literal["interval", "day", "week"] = "interval"
    """verified: the goal is kept in every interval, over every day, or over every seven days from the first."""
    interval_floor: Share = 0.5
    """verified, with a goal for the day or the week: lowest service level of any interval."""
    risk: Annotated[str, AfterValidator(_known_risk)] = "mean"
    """Volume that is staffed for. mean: the forecast, its uncertain days included in what is simulated. p80: a volume
    that 80 % of the days do not exceed. 8/10: one that 8 of 10 weeks do not exceed. From the forecast's bands."""
    shrinkage: dict[str, ShrinkageSettings] = Field(default_factory=dict)
    """Categories by name. They add up (shares of the same paid time), and are applied once."""

    @model_validator(mode="before")
    @classmethod
    def _older_name(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "model" not in raw:
            return raw
        rest = {key: value for key, value in raw.items() if key != "model"}
        if rest.setdefault("method", raw["model"]) != raw["model"]:
            raise ValueError("model is the older name of method, and they differ; keep method alone")
        return rest

    @property
    def model(self) -> Literal["erlang-c", "erlang-a"]:
        """The queueing model behind the method: with customers who hang up unless Erlang C is asked for."""
        return "erlang-c" if self.method == "erlang-c" else "erlang-a"

    @model_validator(mode="after")
    def _below_one(self) -> Self:
        week = pd.date_range("1970-01-05", periods=7 * MINUTES_PER_DAY, freq="min", tz="UTC")
        most = float(self.shrinkage_at(week, "UTC").everything.max())
        if most >= 1:
            raise ValueError(f"the shares add up to {most:.2f}; nobody would be left to work")
        return self

    def shrinkage_at(self, instants: pd.DatetimeIndex, timezone: str) -> Shrinkage:
        """Shares in intervals that begin at these instants; the categories' times are local."""
        categories, local = tuple(sorted(self.shrinkage.items())), (instants, timezone)
        shares = np.array([own.share_at(weekday_of(*local), minute_of_day(*local)) for _, own in categories])
        return Shrinkage(categories, shares.reshape(len(categories), len(instants)))


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
