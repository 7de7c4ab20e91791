"""Settings of the roster: shifts, breaks, contracts, the search."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import clock_minute, parse_weekdays
from staffplan.settings.base import NotNegative, Positive, Section
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting, RuleSettings


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
    """From start to end, meals included: hours worked. In a night in which the clocks change the clock shows another
    end, an hour earlier when they go back, an hour later when they go forward."""
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
    groups: tuple[str, ...] = ()
    """Planning groups that it serves; left out: all that the agent can."""

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

    def names(self, family: str) -> list[str]:
        """The family, and each of its starts, "early 08:00"."""
        return [family, *(f"{family} {m // 60:02d}:{m % 60:02d}" for m in self.start_minutes)]

    @property
    def paid_minutes(self) -> int:
        """Length without unpaid breaks."""
        return round(self.hours * 60) - sum(pause.minutes for pause in self.breaks if not pause.paid)


class WorkPlanSettings(Section):
    """A contract: what a person may and must work."""

    shifts: tuple[str, ...]
    """Names under [shifts] this contract allows."""
    weekly_hours_min: NotNegative = 0.0
    """Fewest paid hours a week. A day of paid time off counts as a fifth of it."""
    weekly_hours_max: Positive = 40.0
    """Most paid hours a week."""
    weekly_hours_norm: Positive | None = None
    """Paid hours a week above which the rule "overtime" prices each hour; left out: the contract has no overtime."""
    days_per_week_max: int = Field(default=5, ge=1, le=7)
    """Most days worked in a week."""
    hourly_rate: NotNegative | None = None
    """Base pay by the hour where the agent's own is not given."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.weekly_hours_max < self.weekly_hours_min:
            raise ValueError("weekly_hours_max is below weekly_hours_min")
        if not self.weekly_hours_min <= self.normal_hours <= self.weekly_hours_max:
            raise ValueError("weekly_hours_norm is not between weekly_hours_min and weekly_hours_max")
        return self

    @property
    def normal_hours(self) -> float:
        """Paid hours of a week without overtime, at most."""
        return self.weekly_hours_max if self.weekly_hours_norm is None else self.weekly_hours_norm


class RosterSettings(Section):
    """How the roster is made. The rules are the site's agreement, one entry each."""

    rules: tuple[RuleSettings, ...] = (DailyRestSetting(), ConsecutiveDaysSetting())
    """Rules beside those of the contract, availability, time off and skills, which always hold; those with a weight
    are priced, the others hard."""
    objective: Literal["cover", "service"] = "cover"
    """What is sought: "cover", people in every interval as required; "service", the promise of every day, kept where
    people bring most (work that may wait is covered)."""
    understaffing_weight: Positive = 10.0
    """Price of an hour missing on queue."""
    overstaffing_weight: NotNegative = 1.0
    """Price of an hour too many on queue."""
    effort: Positive = 1.0
    """Search effort; 2 searches twice as long. Deterministic work, not seconds, so that results repeat."""
    time_limit_seconds: Positive = 90.0
    """Give up, with the best roster so far, so long after the step began: reading and building count."""
