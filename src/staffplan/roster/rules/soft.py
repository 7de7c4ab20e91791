"""The site's wishes: from the settings of a priced rule to the rules that hold for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from staffplan.clock import clock_minute, parse_spans
from staffplan.roster.problem.problem import Rule
from staffplan.roster.problem.worked import Worked
from staffplan.roster.rules.fairness import Burden, FairShare
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.overtime import Overtime
from staffplan.roster.rules.split_rest import IsolatedDays, SplitRest, SplitWeekends
from staffplan.roster.rules.stability import Stability
from staffplan.roster.rules.starts_alike import StartsAlike
from staffplan.roster.rules.wishes import Wish, WishesGranted
from staffplan.settings import priced_rules as settings
from staffplan.settings.roster import RosterSettings, WorkPlanSettings


@dataclass(frozen=True)
class Published:
    """A roster that people were told: its days, and everybody's shifts."""

    first_day: date
    last_day: date
    shifts: Mapping[str, tuple[Worked, ...]]


@dataclass(frozen=True)
class Known:
    """What is known of people beside their contracts, by agent_id."""

    wishes: Mapping[str, tuple[Wish, ...]] = field(default_factory=dict)
    carried: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By agent_id and what is shared: how many more than the fair share the person had before."""
    published: Published | None = None


Shares = Mapping[tuple[Burden, str], float]
"""By what is shared and agent_id: what the requirement implies for the person."""


def burden_of(setting: settings.FairShareSetting) -> Burden:
    ((begin, end),) = parse_spans(setting.night)
    night = Night(begin, end, round(setting.night_hours * 60))
    return Burden(setting.of, night, clock_minute(setting.before), clock_minute(setting.after))


def soft_settings(roster: RosterSettings) -> list[settings.SoftSection]:
    return [setting for setting in roster.rules if isinstance(setting, settings.SoftSection)]


def soft_rules(
    agent_id: str, plan_name: str, contract: WorkPlanSettings, roster: RosterSettings, known: Known, shares: Shares
) -> tuple[Rule, ...]:
    """The priced rules that hold for a person and say something of them."""
    rules = []
    for setting in soft_settings(roster):
        if setting.holds_for(agent_id, plan_name):
            rule = _rule_of(setting, agent_id, contract, known, shares)
            rules += [rule] if rule is not None else []
    return tuple(rules)


def _rule_of(
    setting: settings.SoftSection, agent_id: str, contract: WorkPlanSettings, known: Known, shares: Shares
) -> Rule | None:
    match setting:
        case settings.WishesSetting():
            return _wishes(setting, agent_id, known)
        case settings.FairShareSetting():
            burden = burden_of(setting)
            share, carried = shares.get((burden, agent_id), 0.0), known.carried.get((agent_id, setting.of), 0.0)
            return FairShare(burden, max(ceil(share - carried - 1e-6), 0), share, carried, setting.weight)
        case settings.OvertimeSetting(weight=weight):
            above = contract.weekly_hours_max - contract.normal_hours
            return Overtime(round(above * 60), weight) if contract.weekly_hours_norm is not None else None
        case settings.StabilitySetting(weight=weight):
            return _stability(known.published, agent_id, weight)
        case settings.StartsAlikeSetting(minutes=minutes, weight=weight):
            return StartsAlike(minutes, weight)
        case settings.SplitRestSetting(weight=weight):
            return SplitRest(weight)
        case settings.IsolatedDaysSetting(weight=weight):
            return IsolatedDays(weight)
        case settings.SplitWeekendsSetting(weight=weight):
            return SplitWeekends(weight)
        case _:
            raise NotImplementedError(setting.rule)


def _stability(told: Published | None, agent_id: str, weight: float) -> Stability | None:
    if told is None:
        return None
    return Stability(told.shifts.get(agent_id, ()), told.first_day, told.last_day, weight)


def _wishes(setting: settings.WishesSetting, agent_id: str, known: Known) -> WishesGranted | None:
    """Their worth rises by what the person was granted less than the fair share before."""
    short = max(-known.carried.get((agent_id, "wishes"), 0.0), 0.0)
    wishes = known.wishes.get(agent_id, ())
    return WishesGranted(wishes, setting.weight * (1 + setting.catch_up * short)) if wishes else None
