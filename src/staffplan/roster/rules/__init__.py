"""The rules of a person's work, one class each."""

from staffplan.roster.rules.agreement import agreed_rules, rule_of, rules_of
from staffplan.roster.rules.base import Agreed, Penalty, Posted, Rule, Violation, Worked, span
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.rest import DailyRest, OneShiftADay
from staffplan.roster.rules.runs import ConsecutiveDays
from staffplan.roster.rules.weekends import WeekendsOff

__all__ = [
    "Agreed",
    "ConsecutiveDays",
    "DailyRest",
    "DaysPerWeek",
    "OneShiftADay",
    "Penalty",
    "Posted",
    "Rule",
    "Violation",
    "WeekendsOff",
    "WeeklyHoursMax",
    "WeeklyHoursMin",
    "Worked",
    "agreed_rules",
    "rule_of",
    "rules_of",
    "span",
]
