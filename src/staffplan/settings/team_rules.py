"""Settings of the rules between people: what a group of them keeps together, whoever works."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.settings.base import Positive, Section


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


class TieSection(Section):
    """A rule between named people, or people of a kind: mandatory, or a preference where it has a weight."""

    weight: Positive | None = None
    """Price of one unit where the rule is a preference (default: it is mandatory)."""


class MinimumOnDutySetting(TieSection):
    """People of a team, or with a skill, in a shift at any moment of some hours, at least; a break counts as there.
    With a weight it is the price of each hour of a person who is missing."""

    rule: Literal["minimum_on_duty"] = "minimum_on_duty"
    """Which rule it is."""
    people: int = Field(default=1, ge=1, le=100_000)
    """People in a shift, at least."""
    staffing_group: str = ""
    """Only people of this team count (column staffing_group of agents.csv)."""
    skill: str = ""
    """Only people with this skill count on its days: a planning group, or any other such as first_aid."""
    level: int = Field(default=1, ge=1, le=100)
    """Least level of the skill."""
    agents: tuple[str, ...] = ()
    """Only these agents count."""
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
        if not (self.staffing_group or self.skill or self.agents):
            raise ValueError("it does not say who counts; give staffing_group, skill or agents")
        if self.level > 1 and not self.skill:
            raise ValueError(f"level {self.level} of no skill; name the skill, or leave level out")
        return self


class PairSection(TieSection):
    """A rule for each two of some agents."""

    agents: tuple[str, ...]
    """Agents (agent_id), two or more; it holds for each two of them."""

    @model_validator(mode="after")
    def _two(self) -> Self:
        if len(set(self.agents)) < 2:
            raise ValueError("fewer than two agents are named")
        return self


class TogetherSetting(PairSection):
    """Two people begin together on each day on which both work. With a weight it is the price of each other day."""

    rule: Literal["together"] = "together"
    """Which rule it is."""
    start_minutes: int = Field(default=0, ge=0, le=1440)
    """Minutes by which the starts may differ."""
    end_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    """Minutes by which the ends may differ; for a shared car give both (default: the ends may differ)."""


class ApartSetting(PairSection):
    """Two people never work at the same time. With a weight it is the price of each pair of shifts that do."""

    rule: Literal["apart"] = "apart"
    """Which rule it is."""
    per: Literal["hours", "day"] = "hours"
    """hours: their shifts have no moment in common; day: their shifts do not begin on the same day."""


class MentorSetting(TieSection):
    """Each shift of a trainee lies within a shift of one of the mentors. With a weight it is the price of each other
    shift."""

    rule: Literal["mentor"] = "mentor"
    """Which rule it is."""
    trainee: str
    """The agent who learns (agent_id)."""
    mentors: Annotated[tuple[str, ...], Field(min_length=1)]
    """Agents (agent_id), one of whom is there during each shift of the trainee."""

    @model_validator(mode="after")
    def _somebody_else(self) -> Self:
        if self.trainee in self.mentors:
            raise ValueError("the trainee is among the mentors")
        return self


TieSetting = MinimumOnDutySetting | TogetherSetting | ApartSetting | MentorSetting
TeamRuleSetting = MinimumStaffSetting | SeatsSetting | ConcurrentBreaksSetting | TieSetting


def other_skills(rules: Iterable[object]) -> tuple[str, ...]:
    """Skills that rules ask for, beside the planning groups."""
    named = (rule.skill for rule in rules if isinstance(rule, MinimumOnDutySetting))
    return tuple(dict.fromkeys(skill for skill in named if skill))
