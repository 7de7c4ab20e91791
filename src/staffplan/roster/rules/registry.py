"""Rules by the setting that asks for them: the file of a rule registers it, and is found by walking the package.

An entry holds how the rule of one person is made from its setting, and what of the setting can be relaxed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Rule
from staffplan.roster.problem.worked import Worked
from staffplan.roster.rules.known import Concern
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.rule_sections import RuleSection

PACKAGE = "staffplan.roster.rules"


@dataclass(frozen=True)
class Account:
    """The days planned, the calendar, and what is known of one person: time off, and shifts before the period."""

    last_day: date
    calendar: SiteCalendar
    off: tuple[tuple[date, float | None], ...] = ()
    """Days of time off, before the period too, with the hours that each counts; None: those of a usual day. A day of
    which a part is off has the hours of that part."""
    past: tuple[Worked, ...] = ()
    past_from: date | None = None
    """First day from which the past is known; None: not at all."""
    balance_hours: float | None = None
    """As the agents table has it."""


@dataclass(frozen=True)
class Holder:
    """Whom the agreement is read for, and when."""

    agent_id: str
    plan_name: str
    first_day: date
    """First day of the period."""
    place: int = 0
    """How many of the contract stand before the agent in the agents table."""
    rotation_week: int | None = None
    """As the agents table has it, from 1; None: by `place`."""
    rotation_day: int | None = None
    """The same for cycles of days."""
    locks: tuple[tuple[date, str], ...] = ()
    week_first: date | None = None
    """First day of the calendar week in which the period begins; None: weeks begin with the period."""
    credited_hours: float = 0.0
    """What the days of time off in the period count, each a fifth of the contract's least."""
    credited_paid_hours: float = 0.0
    """The same of paid time off alone."""
    account: Account | None = None
    """What hours over months and reference periods are counted from; None: nothing is known."""

    @property
    def first_week(self) -> date:
        """First day of the first week."""
        return self.first_day if self.week_first is None else self.week_first


@dataclass(frozen=True)
class Relaxable:
    """A number of a setting that can be relaxed step by step, and at last left out."""

    field: str
    step: float
    """Change of the number by one step; the sign says which way is looser."""
    cost_hours: float
    """Cost of a step, for ranking: hours by which the plan of the person may change."""
    words: str
    """The number in words, "{:g} h of rest"; {shift}, {per}, {after} and {never} stand for those settings."""
    least: float = 0.0
    """Where the steps end."""


@dataclass(frozen=True)
class LeftOut:
    """A rule without numbers: it can only be left out. `words`: the rule, as in `Relaxable`."""

    words: str


@dataclass(frozen=True)
class Binding:
    """A rule that a site cannot relax, and the reason."""

    reason: str


Relaxation = tuple[Relaxable, ...] | LeftOut | Binding
SettingT = TypeVar("SettingT", bound=RuleSection)
SoftT = TypeVar("SoftT", bound=SoftSection)


@dataclass(frozen=True)
class HardEntry:
    make: Callable[[Any, Holder], Rule]
    relaxation: Relaxation


Make = Callable[[SettingT, Holder], Rule]
MakePriced = Callable[[SoftT, Concern], Rule | None]
_HARD: dict[type[RuleSection], HardEntry] = {}
_PRICED: dict[type[SoftSection], Callable[[Any, Concern], Rule | None]] = {}


def rule_for(
    setting: type[SettingT], *relaxable: Relaxable, relaxation: LeftOut | Binding | None = None
) -> Callable[[Make[SettingT]], Make[SettingT]]:
    """Register the function that makes a hard rule from its setting, with the numbers that can be relaxed, or in
    their stead the `relaxation` as a whole."""
    if bool(relaxable) == bool(relaxation):
        raise TypeError(f"{setting.__name__}: give the numbers that can be relaxed, or LeftOut or Binding")

    def register(make: Make[SettingT]) -> Make[SettingT]:
        _HARD[setting] = HardEntry(make, relaxation or relaxable)
        return make

    return register


def priced_rule_for(setting: type[SoftT]) -> Callable[[MakePriced[SoftT]], MakePriced[SoftT]]:
    """Register the function that makes a priced rule from its setting; it gives None where the rule says nothing of
    the person."""

    def register(make: MakePriced[SoftT]) -> MakePriced[SoftT]:
        _PRICED[setting] = make
        return make

    return register


def hard_rules() -> Mapping[type[RuleSection], HardEntry]:
    """Every registered hard rule by the class of its setting."""
    _find_rule_files()
    return _HARD


def priced_rules() -> Mapping[type[SoftSection], Callable[[Any, Concern], Rule | None]]:
    """Every registered priced rule by the class of its setting."""
    _find_rule_files()
    return _PRICED


@cache
def _find_rule_files() -> None:
    """Import each module of the package once, so that its rules are registered."""
    for module in iter_modules(import_module(PACKAGE).__path__):
        import_module(f"{PACKAGE}.{module.name}")
