"""A file of scenarios: named changes of a plan, each with who wants it, since when, why, and until when to decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from staffplan.errors import ConfigError, Problem
from staffplan.settings.base import Day, Factor, Money, NotNegative, Positive, Section, Share
from staffplan.settings.queues import Channel, Goal, QueueSettings, parse_goal
from staffplan.settings.toml_words import read_toml
from staffplan.settings.value_words import value_problems

BASE = "base"
"""The folder of the frozen plan beside those of the scenarios."""
Level = Literal["low", "expected", "high"]
People = Annotated[int, Field(ge=1, le=10_000)]


class InScope(Section):
    """Which contacts a change is about; all of them where nothing is given."""

    queues: tuple[str, ...] = ()
    """Queues (default: all)."""
    channels: tuple[Channel, ...] = ()
    """Channels (default: all)."""
    first_day: Day | None = None
    """First day (default: the first of the plan)."""
    last_day: Day | None = None
    """Last day (default: the last of the plan)."""


class VolumeChange(InScope):
    """More or fewer contacts."""

    change: Literal["volume"] = "volume"
    """Which change it is."""
    factor: Factor
    """Contacts as a multiple of the forecast: 1.1 is 10 % more."""


class AhtChange(InScope):
    """Longer or shorter handling times."""

    change: Literal["aht"] = "aht"
    """Which change it is."""
    factor: Annotated[float, Field(gt=0, le=100)] | None = None
    """Handling times as a multiple of the forecast."""
    added_seconds: Annotated[float, Field(ge=-1e5, le=1e5)] | None = None
    """Seconds on top of the mean handling time of each queue; below 0: less."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.factor is None) == (self.added_seconds is None):
            raise ValueError("give one of factor and added_seconds")
        return self


class DeflectionChange(InScope):
    """Contacts that no longer come, as customers help themselves: the easy ones go first."""

    change: Literal["deflection"] = "deflection"
    """Which change it is."""
    share: Share
    """Share of the contacts that no longer come."""
    residual_aht_factor: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Mean handling time of those that still come, as a multiple of today's."""


class GoalChange(Section):
    """Another service goal."""

    change: Literal["goal"] = "goal"
    """Which change it is."""
    queues: tuple[str, ...] = ()
    """Queues (default: all of `channels`)."""
    channels: tuple[Channel, ...] = ()
    """Channels (default: all)."""
    goal: Annotated[Goal, BeforeValidator(lambda raw: parse_goal(raw) if isinstance(raw, str) else raw)]
    """The goal, as a table or as text: "90/20"."""


class HoursChange(Section):
    """Other opening hours. Contacts of hours that close are lost but for those that come at other times."""

    change: Literal["opening_hours"] = "opening_hours"
    """Which change it is."""
    name: str
    """Which hours under [hours]."""
    times: dict[str, str]
    """All their weekdays and times, as under [hours]: { mon-fri = "09:00-17:00", holidays = "closed" }."""
    moved_share: Share = 0.0
    """Share of the contacts of hours that close that come in the open hours of the same day."""
    new_hours_factor: Factor | None = None
    """Contacts of an interval that opens, as a share of the queue's mean interval. Required where hours open that
    were closed: the history says nothing of them."""


class QueueAddedChange(Section):
    """A client won, or a queue more."""

    change: Literal["queue_added"] = "queue_added"
    """Which change it is."""
    name: str = Field(min_length=1)
    """The new queue."""
    file: str | None = None
    """Its forecast, relative to the file of scenarios: interval_start, queue, offered and aht_seconds."""
    like: str | None = None
    """In place of a file: the queue whose forecast it resembles ..."""
    factor: Factor = 1.0
    """... with this multiple of that queue's contacts."""
    settings: QueueSettings = Field(default_factory=QueueSettings)
    """Channel, opening hours, goal and the rest, as under [queues]."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.file is None) == (self.like is None):
            raise ValueError("give one of file and like")
        return self


class QueueLostChange(Section):
    """A client lost, or a queue that ends."""

    change: Literal["queue_lost"] = "queue_lost"
    """Which change it is."""
    queues: tuple[str, ...] = Field(min_length=1)
    """Queues that end."""
    first_day: Day | None = None
    """First day without them (default: the first of the plan)."""


class ShrinkageChange(Section):
    """Another share of a category of shrinkage, at all times of the week."""

    change: Literal["shrinkage"] = "shrinkage"
    """Which change it is."""
    category: str
    """Which one under [staffing.shrinkage]."""
    share: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Its share of paid time from now on."""
    points: Annotated[float, Field(gt=-1, lt=1)] | None = None
    """In place of it: what is added, 0.03 for three points more."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.share is None) == (self.points is None):
            raise ValueError("give one of share and points")
        return self


class WagesChange(Section):
    """Higher or lower rates of base pay: those of contracts, of agents and the default one."""

    change: Literal["wages"] = "wages"
    """Which change it is."""
    factor: Factor
    """Rates as a multiple of today's."""
    work_plans: tuple[str, ...] = ()
    """Contracts that it concerns (default: all, and the default rate)."""


class CrossTrainingChange(Section):
    """Agents who learn a skill."""

    change: Literal["cross_training"] = "cross_training"
    """Which change it is."""
    skill: str
    """The planning group that they can serve afterwards."""
    agents: tuple[str, ...] = ()
    """Who: agent_id."""
    people: People | None = None
    """In place of names: how many, the first in the file who do not have the skill."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.agents) == (self.people is not None):
            raise ValueError("give one of agents and people")
        return self


class PartTimeChange(Section):
    """Agents who change to another contract, with as many more as keep the hours of the contracts."""

    change: Literal["part_time"] = "part_time"
    """Which change it is."""
    from_contract: str
    """Contract of those who change, under [work_plans]."""
    to_contract: str
    """Their contract afterwards."""
    people: People
    """How many change, the first in the file."""
    keep_hours: bool = True
    """true: people are added until the contracts' weekly hours are those of before. false: nobody is added."""


class HeadcountChange(Section):
    """People who come or go."""

    change: Literal["headcount"] = "headcount"
    """Which change it is."""
    people: Annotated[int, Field(ge=-10_000, le=10_000)]
    """How many more; below 0: how many fewer, the last in the file."""
    work_plan: str | None = None
    """Only agents of this contract (default: any)."""
    skill: str | None = None
    """Only agents with this skill (default: any)."""


class AttritionChange(Section):
    """More or fewer people who leave. A plan of weeks does not show it; staffplan capacity does."""

    change: Literal["attrition"] = "attrition"
    """Which change it is."""
    share_per_year: Share
    """Share of people who leave in a year."""


class SettingChange(Section):
    """Any other setting of the plan: rules, contracts, shifts, the search."""

    change: Literal["setting"] = "setting"
    """Which change it is."""
    key: str
    """Its name with dots: "work_plans.full_time.days_per_week_max"."""
    value: Any
    """Its value, as in plan.toml."""


ChangeSettings = Annotated[
    VolumeChange
    | AhtChange
    | DeflectionChange
    | GoalChange
    | HoursChange
    | QueueAddedChange
    | QueueLostChange
    | ShrinkageChange
    | WagesChange
    | CrossTrainingChange
    | PartTimeChange
    | HeadcountChange
    | AttritionChange
    | SettingChange,
    Field(discriminator="change"),
]


class ScenarioSettings(Section):
    """One scenario: a name, who is behind it, and what is different."""

    name: str = Field(min_length=1, max_length=80)
    """Name in tables and pictures; its folder is named after it."""
    owner: str = Field(min_length=1)
    """Who stands for it."""
    date: Day
    """When it was written."""
    reason: str = Field(min_length=1)
    """Why it is looked at."""
    decide_by: Day | None = None
    """Last day on which the decision can be made."""
    set: str | None = None
    """Name of a set of scenarios that belong together as low, expected and high ..."""
    level: Level | None = None
    """... and which of the three it is."""
    one_off_cost: Money = 0.0
    """What it costs once, in the plan's currency: a project, a training, a machine."""
    lasts_years: Positive = 3.0
    """Years over which its savings are counted against the one-off cost."""
    harm: NotNegative = 0.0
    """For staffplan savings: points of harm a year that no plan measures, as its owner judges them."""
    changes: tuple[ChangeSettings, ...] = Field(min_length=1)
    """What is different, one entry of [[scenario.changes]] each, made one after the other."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.set is None) != (self.level is None):
            raise ValueError("set and level belong together; give both or neither")
        if self.decide_by is not None and self.decide_by < self.date:
            raise ValueError(f"decide_by is {self.decide_by}, before date, {self.date}; write a later day")
        return self

    @property
    def folder(self) -> str:
        """The name of its folder: small letters, digits and hyphens."""
        signed = self.name.replace("+", " plus ").replace("%", " percent ")
        return re.sub(r"[\W_]+", "-", re.sub(r"(?<!\w)-(?=\d)", " minus ", signed).casefold()).strip("-")


class HarmSettings(Section):
    """For staffplan savings: how much harm is what customers and people lose, in points. The numbers are a judgement,
    and yours to make."""

    late_contact: NotNegative = 1.0
    """A contact that is no longer answered in time."""
    lost_contact: NotNegative = 5.0
    """A contact that hangs up, or that nobody takes as its hours close or its queue ends."""
    person: NotNegative = 2000.0
    """A person fewer."""
    broken_rule: NotNegative = 50.0
    """A rule that the roster breaks."""
    refused_wish: NotNegative = 5.0
    """A wish of a person that is not granted."""


class ScenarioFile(Section):
    """All of scenarios.toml."""

    discount_rate: Share = 0.0
    """Interest a year at which later savings count for less: 0.08 is 8 %."""
    harm: HarmSettings = Field(default_factory=HarmSettings)
    """For staffplan savings: what harm is."""
    scenario: tuple[ScenarioSettings, ...] = Field(min_length=1)
    """The scenarios, one entry of [[scenario]] each."""


def load_scenarios(text: str, source: str) -> ScenarioFile:
    """The scenarios of a file's text. Raises ConfigError with every problem found, each at `source:key`."""
    try:
        found = ScenarioFile.model_validate(read_toml(text, source))
    except ValidationError as error:
        raise ConfigError(value_problems(error.errors(), source, ScenarioFile)) from error
    problems = list(_name_problems(found, source))
    if problems:
        raise ConfigError(problems)
    return found


def _name_problems(found: ScenarioFile, source: str) -> Iterator[Problem]:
    """Names and places in a set that are given twice."""
    folders: dict[str, str] = {BASE: "the plan itself"}
    levels: dict[tuple[str | None, str | None], str] = {}
    for number, one in enumerate(found.scenario):
        place = f"{source}:scenario.{number}"
        if not one.folder:
            yield Problem(f"{place}.name", f"{one.name!r} has no letter or digit", "write a name with letters")
        elif one.folder in folders:
            said = f"{one.name!r} would have the folder of {folders[one.folder]!r}, {one.folder}"
            yield Problem(f"{place}.name", said, "write another name")
        folders.setdefault(one.folder, one.name)
        if one.set is not None and (one.set, one.level) in levels:
            said = f"{levels[one.set, one.level]!r} is the {one.level} scenario of {one.set!r} already"
            yield Problem(f"{place}.level", said, "write low, expected and high once each")
        levels.setdefault((one.set, one.level), one.name)
