"""The plan's own settings, and the files it reads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from staffplan.clock import public_holidays
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays, between
from staffplan.settings.base import Currency, Day, Section
from staffplan.tables.units import DurationUnit


def known_zone(name: str) -> str:
    """The name of a time zone; ValueError, in words, where there is none of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is not a time zone; write a name from the IANA list, for example Europe/Madrid"
        ) from None
    return name


MOST_DAYS = 18 * 31
"""As many days as a period may have."""


def _refuse_length(first: date, last: date) -> None:
    if last < first:
        raise ValueError(f"end is {last}, before the first day planned, {first}; write a later day")
    if (last - first).days >= MOST_DAYS:
        raise ValueError(f"end is {last}, more than 18 months after the first day planned, {first}; correct the year")


Zone = Annotated[str, AfterValidator(known_zone)]
"""A name of the IANA list."""


class AssumptionSettings(Section):
    """What is taken for granted, and who stands for it: it is on the candour sheet of the report and the budget."""

    text: str = Field(min_length=1)
    """What is assumed, in a sentence."""
    owner: str = Field(min_length=1)
    """Who stands for it."""
    date: Day
    """Since when."""
    about: str = ""
    """The setting or file that it is about, as the plan's notes call it: "staffing.shrinkage.sickness"."""


class PlanSettings(Section):
    """What is planned, where and for when."""

    name: str = "plan"
    """Title of the plan in reports."""
    start: Day | None = None
    """First day planned (default: the day after the last day of the history)."""
    weeks: int = Field(default=4, ge=1, le=78)
    """Number of weeks planned. The roster covers all their days, closed days too. For single files without a start
    day: whole weeks from the first day that has a row."""
    months: int | None = Field(default=None, ge=1, le=18)
    """Months planned, in place of weeks: from plan.start to the day before the same day of a later month, so that a
    month from its first day is the calendar's."""
    end: Day | None = None
    """Last day planned, in place of weeks."""
    interval_minutes: Literal[15, 30, 60] = 30
    """Length of an interval, minutes."""
    timezone: Zone = "UTC"
    """Time zone of the site, for example Europe/Madrid. Local times in files are read in this zone."""
    country: str | None = None
    """Country whose public holidays apply, ISO 3166 code, for example ES (default: no public holidays)."""
    subdivision: str | None = None
    """Region of the country with its own public holidays, for example MD (default: none)."""
    currency: Currency = "EUR"
    """Currency of all amounts that name no other, ISO 4217 code. Amounts of others are turned into it by
    [cost.rates]."""
    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    """Seed of the random numbers. The same seed gives the same plan."""
    assumptions: tuple[AssumptionSettings, ...] = ()
    """What is taken for granted, one entry each."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        given = [name for name in ("weeks", "months", "end") if name in self.model_fields_set]
        given = [name for name in given if getattr(self, name) is not None]
        if len(given) > 1:
            named = " and ".join(given)
            raise ValueError(f"{named} are given, and each says how long the period is; keep one of them")
        if self.end is not None and self.start is not None:
            _refuse_length(self.start, self.end)
        return self

    @property
    def has_length(self) -> bool:
        """Whether the settings say how long the period is, and not the default."""
        return "weeks" in self.model_fields_set or self.months is not None or self.end is not None

    def days_from(self, first: date) -> PlannedDays:
        """The days planned, where the first one is known. Raises ValueError where plan.end is before it, or years
        after it."""
        if self.end is not None:
            _refuse_length(first, self.end)
            return between(first, self.end)
        if self.months is not None:
            after = pd.Timestamp(first) + pd.DateOffset(months=self.months)
            return between(first, after.date() - timedelta(days=1))
        return PlannedDays(first, DAYS_OF_A_WEEK * self.weeks)

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
    """Agents who can be rostered."""
    time_off: str | None = None
    """Time off of agents (optional)."""
    availability: str | None = None
    """Times when agents can work (default: always)."""
    skills: str | None = None
    """Levels of skills and the days on which they hold (optional): agent_id, skill, level, valid_from, valid_until.
    A skill of agents.csv without a row here always holds."""
    meetings: str | None = None
    """Meetings and training that agents must attend (optional): meeting, activity, minutes, first_day, last_day,
    hours, agents, staffing_group, together."""
    wishes: str | None = None
    """Wishes of agents (optional): agent_id, first_day, last_day, wish (off, shift, not), shift, weight. The rule
    "wishes" sets the price of a wish that is not granted."""
    past_fairness: str | None = None
    """The fairness.csv of the previous period (optional). Unfair shares of that period are compensated, and balances
    of hours go on (rule average_hours)."""
    published: str | None = None
    """Published roster: the roster_shifts.csv that agents have received (optional). The rule "stability" prices
    each day that differs from it, by its default where roster.rules do not name it."""
    locks: str | None = None
    """Fixed shifts and days off (optional): agent_id, day, shift ("early 08:00", "early" or "off")."""
    past_roster: str | None = None
    """Roster of the days just before the plan (optional): a folder, or its roster_shifts.csv. Rest times, consecutive
    days and consecutive nights are counted from it, and the hours and days of a week or month that began before the
    plan."""
    past_standby: str | None = None
    """Standby of the days before the plan (optional): the standby.csv of the period before. It counts for fair turns
    and for the days between two turns."""
    published_standby: str | None = None
    """Published standby: the standby.csv that people have received (optional). Its turns are kept where they can
    be."""
    call_outs: str | None = None
    """Call-outs of people who stood by (optional): standby, agent_id, start, end. They are paid and need their
    rest."""
    special_days: str | None = None
    """Special days in addition to public holidays (optional): day, name, kind (holiday, closed, event,
    ordinary)."""
    drivers: str | None = None
    """Daily drivers of contacts that are known in advance, for example letters sent (optional): day, driver, value,
    queue."""
    overrides: str | None = None
    """Overrides: the planner's changes to the forecast (optional): first_day, last_day, hours, queue, one of
    change_share, offered, offered_total, aht_change_share and aht_seconds, who, why."""
    data: str | None = None
    """Folder that replaces `{data}` in the paths above. The option --data sets it."""
    source: str | None = None
    """Source of the data, shown when a file is missing."""
    preset: str | None = None
    """Preset of the history file, as `staffplan ingest --list` has them (default: recognised by its columns)."""
    timezone: Zone | None = None
    """Time zone of times without an offset in the history file, where it is not the center's: "UTC" for many exports
    (default: plan.timezone, or what the system is known to write)."""
    aht_unit: DurationUnit | None = None
    """Unit of the handling times in the history file, for numbers, or for cells such as 3:40 ("m:ss", "h:mm")
    (default: seconds, or what the file shows)."""
    date_order: Literal["day/month/year", "month/day/year"] | None = None
    """Order of days such as 3/4/2026 in the history file, where the file itself does not show it."""
    totals: bool = True
    """Rows that are a day or more apart are totals, and no intervals: they are refused. false: each row is one
    interval, as of a center that is open for one interval a day."""
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """Column names of the history file: staffplan's name = the file's name, for example interval_start =
    "timestamp". A date and a time in two columns: interval_start = ["Date", "Time"]."""
    until: Day | None = None
    """Last day of the history that is used. Later rows are ignored (default: all rows are used)."""
    ignore_queues: tuple[str, ...] = ()
    """Queues in the history that are not planned."""
    queue: str | None = None
    """Queue name for a history file that has no queue column."""
