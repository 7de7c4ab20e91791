"""The plan's own settings, and the files it reads."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from staffplan.clock import public_holidays
from staffplan.settings.base import Section


class PlanSettings(Section):
    """What is planned, where and for when."""

    name: str = "plan"
    """Title of the plan in reports."""
    start: date | None = None
    """First day planned; left out: the day after the last day of the history."""
    weeks: int = Field(default=4, ge=1, le=78)
    """Weeks planned. A roster's period is all their days, closed ones too; of files alone, without a start, whole
    weeks from the first day that has a row."""
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
    """Planner's edits of the forecast: first_day, last_day, hours, queue, one of change_share, offered,
    offered_total, aht_change_share and aht_seconds, who, why."""
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
