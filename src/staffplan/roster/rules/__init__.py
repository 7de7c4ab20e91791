"""The rules of a person's work, one class each."""

from staffplan.roster.problem.problem import Rule
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.agreement import Holder, agreed_rules, rule_of, rules_of
from staffplan.roster.rules.base import span
from staffplan.roster.rules.counts import Bounds, DayHours, PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.fixed import Locked, Rotation, locked_options
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.nights import Nights, NightsInARow, RestAfterNights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.reading import holders, names_of, worked_by_agent
from staffplan.roster.rules.rest import DailyRest, OneShiftADay
from staffplan.roster.rules.runs import ConsecutiveDays, ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import StartVariation, Succession
from staffplan.roster.rules.weekends import WeekendsInARow, WeekendsOff, WeekendsWorked, WholeWeekends
from staffplan.roster.rules.weekly_rest import WeeklyRest

__all__ = [
    "Agreed",
    "Bounds",
    "ConsecutiveDays",
    "ConsecutiveDaysMin",
    "DailyRest",
    "DayHours",
    "DaysOffInARow",
    "DaysPerWeek",
    "Holder",
    "Locked",
    "Night",
    "Nights",
    "NightsInARow",
    "OneShiftADay",
    "PeriodDays",
    "PeriodHours",
    "RestAfterNights",
    "Rotation",
    "Rule",
    "ShiftsOf",
    "StartVariation",
    "Succession",
    "Violation",
    "WeekendsInARow",
    "WeekendsOff",
    "WeekendsWorked",
    "WeeklyHoursMax",
    "WeeklyHoursMin",
    "WeeklyRest",
    "WholeWeekends",
    "Worked",
    "agreed_rules",
    "holders",
    "locked_options",
    "names_of",
    "rule_of",
    "rules_of",
    "span",
    "worked_by_agent",
]
