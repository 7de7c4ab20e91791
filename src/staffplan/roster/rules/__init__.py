"""The rules of a person's work: each file registers its own (registry.py), agreement.py makes them from settings."""

from staffplan.roster.problem.problem import Rule
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.agreement import agreed_rules, rule_of, rules_of
from staffplan.roster.rules.base import span
from staffplan.roster.rules.fixed import Locked, locked_options
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.reading import forms_of, free_of, holders, worked_by_agent
from staffplan.roster.rules.registry import Holder, hard_rules, priced_rule_for, priced_rules, rule_for
from staffplan.roster.rules.rest import DailyRest, OneShiftADay

__all__ = [
    "Agreed",
    "DailyRest",
    "DaysPerWeek",
    "Holder",
    "Locked",
    "OneShiftADay",
    "Rule",
    "Violation",
    "WeeklyHoursMax",
    "WeeklyHoursMin",
    "Worked",
    "agreed_rules",
    "forms_of",
    "free_of",
    "hard_rules",
    "holders",
    "locked_options",
    "priced_rule_for",
    "priced_rules",
    "rule_for",
    "rule_of",
    "rules_of",
    "span",
    "worked_by_agent",
]
