"""Settings of the rules between people: what a group of them keeps together, whoever works."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.settings.base import Section


class MinimumStaffSetting(Section):
    """People on queue for a planning group, at least, whatever the requirement says."""

    rule: Literal["minimum_staff"] = "minimum_staff"
    """Which rule it is."""
    planning_group: str
    """The group they serve."""
    people: int = Field(default=2, ge=1, le=100_000)
    """People on queue for it, at least, at any moment."""
    hours: str = "24h"
    """Spans of local time, "08:00-20:00"."""
    weekdays: str = "daily"
    """Days on which the span of hours begins; one that passes midnight stays with its first day."""
    holidays: bool = True
    """Whether it holds on public holidays too. On days closed by special_days.csv it never holds."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        if not parse_spans(self.hours):
            raise ValueError("hours names no time of day; leave the rule out instead")
        return self


class SeatsSetting(Section):
    """People on site, at most: everybody in a shift, pauses and meetings included."""

    rule: Literal["seats"] = "seats"
    """Which rule it is."""
    most: int = Field(ge=1, le=100_000)
    """Seats there are."""


class ConcurrentBreaksSetting(Section):
    """People on a break or meal at the same time, at most."""

    rule: Literal["concurrent_breaks"] = "concurrent_breaks"
    """Which rule it is."""
    most: int | None = Field(default=None, ge=1, le=100_000)
    """People, at most; left out: no fixed number."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Part of those on duty then, at most, rounded down; one is always allowed. Left out: no share."""
    planning_group: str = ""
    """Only those with the skill for it count, on duty and on break; left out: all."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.most is None and self.share is None:
            raise ValueError("neither most nor share is given; give one of them, or both")
        return self


TeamRuleSetting = MinimumStaffSetting | SeatsSetting | ConcurrentBreaksSetting
