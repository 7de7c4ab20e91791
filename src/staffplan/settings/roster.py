"""Settings of the roster: shifts, breaks, contracts, the search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import clock_minute, first_of_week, parse_weekdays
from staffplan.errors import nearest
from staffplan.settings.agreements import agreed_settings, all_agreements, articles_of
from staffplan.settings.base import Currency, Money, NotNegative, Positive, Section, Weekday
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting, RuleSettings
from staffplan.tables.roster import SPLIT

WeeklyHours = Annotated[float, Field(ge=0, le=168)]
Level = Annotated[int, Field(ge=1, le=100)]
"""Of a skill; a higher one includes the lower."""
DAY_MINUTES = 24 * 60
"""Longest time from the start of a shift to its end."""


class BreakSettings(Section):
    """A break or a meal inside a shift."""

    activity: Literal["break", "meal"] = "break"
    """Name of the activity in the roster."""
    minutes: int = Field(gt=0, le=180)
    """Length, minutes."""
    paid: bool = True
    """Paid break: it counts as working time."""
    earliest_minutes: int = Field(ge=0, le=1440)
    """Earliest start, minutes after the start of the shift."""
    latest_minutes: int = Field(ge=0, le=1440)
    """Latest start, minutes after the start of the shift."""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.latest_minutes < self.earliest_minutes:
            raise ValueError("latest_minutes is before earliest_minutes")
        return self


class SecondPartSettings(Section):
    """Second part of a split shift, on the same day. The free time between the parts is not paid; the agent is not on
    site."""

    hours: Annotated[float, Field(gt=0, le=16)]
    """Length of the second part, hours, breaks and meals included."""
    free_hours_min: Annotated[float, Field(gt=0, le=16)]
    """Free time between the parts, hours, at least."""
    free_hours_max: Annotated[float, Field(gt=0, le=16)]
    """Free time between the parts, hours, at most."""
    every_minutes: int = Field(default=60, gt=0, le=1440)
    """Step between lengths of the free time, minutes."""
    breaks: tuple[BreakSettings, ...] = ()
    """Breaks and meals of the second part, in order; their windows are minutes after its start."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.free_hours_max < self.free_hours_min:
            raise ValueError("free_hours_max is below free_hours_min")
        _refuse_late_breaks(self.breaks, self.hours, "part")
        return self

    @property
    def free_minutes(self) -> tuple[int, ...]:
        """Every length of the free time."""
        first, last = round(self.free_hours_min * 60), round(self.free_hours_max * 60)
        return tuple(range(first, last + 1, self.every_minutes))


@dataclass(frozen=True)
class DueBreak:
    """A break, a meal or the free time of a split shift, its window in minutes after the start of the shift."""

    activity: str
    minutes: int
    earliest: int
    latest: int
    paid: bool


@dataclass(frozen=True)
class ShiftForm:
    """One start of a family of shifts: with the second part's start, if it is split."""

    name: str
    start: int
    """Minutes after midnight, local time."""
    minutes: int
    """From the start to the end, the free time between the parts included."""
    breaks: tuple[DueBreak, ...]
    """In order; the free time of a split shift is one of them."""

    @property
    def family(self) -> str:
        return self.name.rsplit(" ", 1)[0]

    @property
    def free(self) -> DueBreak | None:
        """The free time between the parts of a split shift."""
        return next((due for due in self.breaks if due.activity == SPLIT), None)


class ShiftSettings(Section):
    """A family of shifts: one length, several starts."""

    hours: Annotated[float, Field(gt=0, le=24)]
    """Length from start to end, hours, breaks and meals included; of a split shift that of its first part. The length
    is the same on nights when the clocks change, so the local end is an hour earlier when they go back and an hour
    later when they go forward."""
    first_start: str = "08:00"
    """Earliest start, local time."""
    last_start: str = "08:00"
    """Latest start, local time. A shift may end after midnight."""
    every_minutes: int = Field(default=60, gt=0, le=1440)
    """Step between starts, minutes."""
    weekdays: str = "daily"
    """Weekdays on which the shift may start."""
    breaks: tuple[BreakSettings, ...] = ()
    """Breaks and meals of the shift, in order."""
    groups: tuple[str, ...] = ()
    """Planning groups that the shift serves (default: all that the agent has the skill for)."""
    second_part: SecondPartSettings | None = None
    """Second part of a split shift (default: the shift is not split)."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        first, last = self.start_minutes[0], clock_minute(self.last_start)
        if last < first:
            raise ValueError("last_start is before first_start")
        _refuse_late_breaks(self.breaks, self.hours, "shift" if self.second_part is None else "part")
        longest = max(self.lengths)
        if longest > DAY_MINUTES:
            raise ValueError(f"it can last {longest / 60:g} hours from start to end, at most 24 are possible")
        return self

    @property
    def start_minutes(self) -> tuple[int, ...]:
        """Minutes after midnight of every start."""
        first, last = clock_minute(self.first_start), clock_minute(self.last_start)
        return tuple(range(first, max(last, first) + 1, self.every_minutes))

    def names(self, family: str) -> list[str]:
        """The family, and each of its starts, "early 08:00"; "split 08:00/16:00" with the second part's."""
        return [family, *(form.name for form in self.forms(family))]

    def forms(self, family: str) -> list[ShiftForm]:
        """Every start, of a split shift with every length of the free time."""
        return [form for start in self.start_minutes for form in self.forms_at(family, start)]

    def forms_at(self, family: str, start: int) -> list[ShiftForm]:
        """The forms of one start, minutes after midnight."""
        return [self._form(family, start, free) for free in self._free_minutes]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Minutes from the start to the end, one for each length of a split shift's free time."""
        first, second = round(self.hours * 60), self.second_part
        return tuple(first + (free + round(second.hours * 60) if second else 0) for free in self._free_minutes)

    @property
    def times_minutes(self) -> tuple[int, ...]:
        """Starts, lengths and breaks: every time that the grid of the search has to fit."""
        pauses = [*self.breaks, *(self.second_part.breaks if self.second_part else ())]
        lengths = (round(self.hours * 60), *self._free_minutes, *self.lengths)
        return (*self.start_minutes, *lengths, *(pause.minutes for pause in pauses))

    @property
    def paid_minutes(self) -> int:
        """Length without unpaid breaks and the free time of a split shift."""
        second = self.second_part
        parts = [(self.hours, self.breaks), *([(second.hours, second.breaks)] if second else [])]
        return sum(round(hours * 60) - sum(b.minutes for b in breaks if not b.paid) for hours, breaks in parts)

    @property
    def _free_minutes(self) -> tuple[int, ...]:
        return (0,) if self.second_part is None else self.second_part.free_minutes

    def _form(self, family: str, start: int, free: int) -> ShiftForm:
        first, second = round(self.hours * 60), self.second_part
        name, breaks = f"{family} {_clock(start)}", tuple(_due(self.breaks, 0))
        if second is None:
            return ShiftForm(name, start, first, breaks)
        away, then = DueBreak(SPLIT, free, first, first, paid=False), first + free
        name = f"{name}/{_clock((start + then) % DAY_MINUTES)}"
        return ShiftForm(name, start, then + round(second.hours * 60), (*breaks, away, *_due(second.breaks, then)))


def _due(breaks: tuple[BreakSettings, ...], after: int) -> Iterator[DueBreak]:
    """The breaks of a part that begins so many minutes after the shift."""
    for one in breaks:
        window = (after + one.earliest_minutes, after + one.latest_minutes)
        yield DueBreak(one.activity, one.minutes, *window, one.paid)


def _refuse_late_breaks(breaks: tuple[BreakSettings, ...], hours: float, whole: str) -> None:
    for pause in breaks:
        if pause.latest_minutes + pause.minutes > hours * 60:
            raise ValueError(f"a {pause.activity} can end after the {whole}; reduce its latest_minutes")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


class WorkPlanSettings(Section):
    """Contract: the hours, days and shifts that an agent may and must work."""

    shifts: tuple[str, ...]
    """Shifts that this contract allows, by their names under [shifts]."""
    weekly_hours_min: WeeklyHours = 0.0
    """Minimum paid hours per week. A day of paid time off counts as one fifth of them."""
    weekly_hours_max: Annotated[WeeklyHours, Field(gt=0)] = 40.0
    """Maximum paid hours per week."""
    weekly_hours_norm: Annotated[WeeklyHours, Field(gt=0)] | None = None
    """Paid hours per week without overtime. The rule "overtime" sets the price of each further hour (default: no
    overtime in this contract)."""
    days_per_week_max: int = Field(default=5, ge=1, le=7)
    """Maximum number of days worked per week."""
    part_days_off: Literal["no_shift", "rest_of_shift"] = "no_shift"
    """What time off for a part of a day allows. no_shift: no shift that has a minute in it; paid hours off count
    beside the shifts. rest_of_shift: such a shift too, the agent being absent for that part; paid hours off are paid
    within the shift."""
    hourly_rate: Money | None = None
    """Base pay per hour, for agents without a rate of their own."""
    currency: Currency | None = None
    """Currency of hourly_rate, and of the rates in agents.csv of these people, ISO 4217 code (default:
    plan.currency)."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.weekly_hours_max < self.weekly_hours_min:
            raise ValueError("weekly_hours_max is below weekly_hours_min")
        if not self.weekly_hours_min <= self.normal_hours <= self.weekly_hours_max:
            raise ValueError("weekly_hours_norm is not between weekly_hours_min and weekly_hours_max")
        return self

    @property
    def works_rest_of_shift(self) -> bool:
        """Whether a shift over time off for a part of a day is worked for the rest of it."""
        return self.part_days_off == "rest_of_shift"

    @property
    def normal_hours(self) -> float:
        """Paid hours of a week without overtime, at most."""
        return self.weekly_hours_max if self.weekly_hours_norm is None else self.weekly_hours_norm


class RosterSettings(Section):
    """Settings of the roster. The rules of the site's agreement are listed here, one entry per rule."""

    rules: tuple[RuleSettings, ...] = (DailyRestSetting(), ConsecutiveDaysSetting())
    """Rules of the site. The rules of contract, availability, time off and skills always apply in addition. Rules
    with a weight are preferences; the others are mandatory."""
    agreements: tuple[str, ...] = ()
    """Statutory minimum rules of countries, in force beside `rules`: california, eu, france, germany, russia, spain,
    united_kingdom, united_states. Where rules are left out, only they are in force. staffplan rules prints each with
    its article and what it cannot hold a roster to. They are no legal advice."""
    skill_levels_min: dict[str, Level] = Field(default_factory=dict)
    """Least level of the skill for a planning group, for example { phone_en = 2 }. People with a lower level do not
    serve the group. A skill without a level has level 1 (default: any level will do)."""
    week_starts: Weekday | None = None
    """First day of the weeks in which contracts and rules count, for example mon: calendar weeks, whatever day the
    plan begins. A week that began before it is joined with the past roster (input.past_roster). Of a week that goes
    on after it the maximum holds, and of the minimum the share of its days in the plan is due. A shift belongs to
    the week in which it starts (default: blocks of seven days from the first day planned)."""
    objective: Literal["cover", "service"] = "cover"
    """Objective of the search. cover: the required agents in every interval. service: the service goal of every day,
    with agents placed where they improve it most; deferred work is covered as required."""
    understaffing_weight: Positive = 10.0
    """Price of an understaffed hour on queue."""
    overstaffing_weight: NotNegative = 1.0
    """Price of an overstaffed hour on queue."""
    effort: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Search effort: 2 searches twice as long as 1. It is measured in work, not in seconds, so that the same inputs
    give the same roster."""
    time_limit_seconds: Positive = 90.0
    """Time limit of the roster step, seconds, with reading and preparation. The best roster found by then is used."""

    @model_validator(mode="before")
    @classmethod
    def _with_agreements(cls, raw: Any) -> Any:
        """The rules of the agreements after those of the settings."""
        names = raw.get("agreements") if isinstance(raw, dict) else None
        own = raw.get("rules", ()) if isinstance(raw, dict) else ()
        if not isinstance(names, list | tuple) or not isinstance(own, list | tuple) or not names:
            return raw
        return {**raw, "rules": [*own, *agreed_settings([name for name in names if isinstance(name, str)])]}

    @model_validator(mode="after")
    def _known_agreements(self) -> Self:
        for name in self.agreements:
            if name not in all_agreements():
                raise ValueError(
                    f"{name!r} is no agreement that staffplan knows; {nearest(name, list(all_agreements()))}"
                )
        return self

    @property
    def articles(self) -> tuple[str, ...]:
        """The law behind each of `rules`; blank for the settings' own."""
        found = articles_of(self.agreements)
        return (*("" for _ in range(len(self.rules) - len(found))), *found)

    def week_of_first(self, first_day: date) -> date | None:
        """First day of the week in which a period begins; None: weeks begin with the period."""
        return None if self.week_starts is None else first_of_week(first_day, self.week_starts)
