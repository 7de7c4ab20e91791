"""The site's agreement: from the settings of a rule to the rules that hold for a person."""

from __future__ import annotations

from staffplan import rule_settings as settings
from staffplan.people_settings import RosterSettings
from staffplan.roster.problem import Person
from staffplan.roster.rules.base import Rule
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.rest import DailyRest, OneShiftADay
from staffplan.roster.rules.runs import ConsecutiveDays
from staffplan.roster.rules.weekends import WeekendsOff


def rule_of(setting: settings.RuleSettings) -> Rule:
    match setting:
        case settings.DailyRest(hours=hours):
            return DailyRest(round(hours * 60))
        case settings.ConsecutiveDays(days=days):
            return ConsecutiveDays(days)
        case settings.WeekendsOff(weekends=weekends):
            return WeekendsOff(weekends)
    raise NotImplementedError(setting.rule)


def agreed_rules(plan_name: str, settings: RosterSettings) -> tuple[Rule, ...]:
    """The site's rules for a contract; shifts never overlap, whatever the agreement says."""
    holds = [rule for rule in settings.rules if not rule.work_plans or plan_name in rule.work_plans]
    rules = [rule_of(setting) for setting in holds]
    overlap = [] if any(isinstance(rule, DailyRest) for rule in rules) else [DailyRest(0)]
    return (*rules, *overlap)


def rules_of(person: Person) -> tuple[Rule, ...]:
    """Every rule between a person's shifts. What a single shift must keep (skills, time off) is in `allowed`."""
    return (OneShiftADay(), DaysPerWeek(), WeeklyHoursMin(), WeeklyHoursMax(), *person.rules)
