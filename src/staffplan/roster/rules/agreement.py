"""The site's agreement: from the settings of the rules to the rules that hold for a person."""

from __future__ import annotations

from collections.abc import Sequence

from staffplan.roster.problem.problem import Person, Rule
from staffplan.roster.rules.fixed import Locked
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.known import Concern
from staffplan.roster.rules.registry import Holder, hard_rules, priced_rules
from staffplan.roster.rules.rest import DailyRest, OneShiftADay
from staffplan.settings.hard_rules import RuleSettings
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.roster import RosterSettings
from staffplan.settings.rule_sections import RuleSection


def agreed_rules(holder: Holder, settings: Sequence[RuleSettings]) -> tuple[Rule, ...]:
    """The site's hard rules for a person; shifts never overlap, whatever the agreement says."""
    hard = [one for one in settings if isinstance(one, RuleSection) and not isinstance(one, SoftSection)]
    found = [rule_of(one, holder) for one in hard if one.holds_for(holder.agent_id, holder.plan_name)]
    overlap = [] if any(isinstance(rule, DailyRest) for rule in found) else [DailyRest(0)]
    locked = [Locked(holder.locks)] if holder.locks else []
    return (*found, *overlap, *locked)


def rule_of(setting: RuleSection, holder: Holder) -> Rule:
    """One entry of the agreement as the rule that the person has to keep."""
    return hard_rules()[type(setting)].make(setting, holder)


def soft_settings(roster: RosterSettings) -> list[SoftSection]:
    return [setting for setting in roster.rules if isinstance(setting, SoftSection)]


def soft_rules(concern: Concern, plan_name: str, settings: Sequence[SoftSection]) -> tuple[Rule, ...]:
    """The priced rules that hold for a person and say something of them."""
    mine = [setting for setting in settings if setting.holds_for(concern.agent_id, plan_name)]
    made = [priced_rules()[type(setting)](setting, concern) for setting in mine]
    return tuple(rule for rule in made if rule is not None)


def rules_of(person: Person) -> tuple[Rule, ...]:
    """Every rule between a person's shifts. What a single shift must keep (skills, time off) is in `allowed`."""
    return (OneShiftADay(), DaysPerWeek(), WeeklyHoursMin(), WeeklyHoursMax(), *person.rules)
