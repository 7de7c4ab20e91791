"""The site's agreement: from the settings of a rule to the rules that hold for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from staffplan.clock import parse_spans
from staffplan.roster.problem.problem import Person, Rule
from staffplan.roster.rules.counts import Bounds, DayHours, PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.fixed import Locked, Rotation
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.nights import Nights, NightsInARow, RestAfterNights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.rest import DailyRest, OneShiftADay
from staffplan.roster.rules.runs import ConsecutiveDays, ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import StartVariation, Succession
from staffplan.roster.rules.weekends import WeekendsInARow, WeekendsOff, WeekendsWorked, WholeWeekends
from staffplan.roster.rules.weekly_rest import WeeklyRest
from staffplan.settings import hard_rules as settings
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.rule_sections import RuleSection


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
    locks: tuple[tuple[date, str], ...] = ()
    credited_hours: float = 0.0
    """What the days of time off in the period count, each a fifth of the contract's least."""
    credited_paid_hours: float = 0.0
    """The same of paid time off alone."""


def agreed_rules(holder: Holder, rules: Sequence[settings.RuleSettings]) -> tuple[Rule, ...]:
    """The site's hard rules for a person; shifts never overlap, whatever the agreement says."""
    hard = [rule for rule in rules if isinstance(rule, RuleSection) and not isinstance(rule, SoftSection)]
    found = [rule_of(rule, holder) for rule in hard if rule.holds_for(holder.agent_id, holder.plan_name)]
    overlap = [] if any(isinstance(rule, DailyRest) for rule in found) else [DailyRest(0)]
    locked = [Locked(holder.locks)] if holder.locks else []
    return (*found, *overlap, *locked)


def rule_of(rule: settings.HardRuleSettings, holder: Holder) -> Rule:
    """One entry of the agreement as the rule that the person has to keep."""
    match rule:
        case settings.DailyRestSetting(hours=hours):
            return DailyRest(round(hours * 60))
        case settings.WeeklyRestSetting(hours=hours):
            return WeeklyRest(round(hours * 60))
        case settings.ConsecutiveDaysSetting(days=days):
            return ConsecutiveDays(days)
        case settings.ConsecutiveDaysMinSetting(days=days):
            return ConsecutiveDaysMin(days)
        case settings.DaysOffInARowSetting(days=days):
            return DaysOffInARow(days)
        case settings.WeekendsOffSetting(weekends=weekends):
            return WeekendsOff(weekends)
        case settings.WeekendsInARowSetting(weekends=weekends):
            return WeekendsInARow(weekends)
        case settings.WeekendsWorkedSetting(weekends=weekends):
            return WeekendsWorked(weekends)
        case settings.WholeWeekendsSetting():
            return WholeWeekends()
        case settings.NightsInARowSetting() | settings.NightsSetting() | settings.RestAfterNightsSetting():
            return _night_rule(rule)
        case settings.StartVariationSetting(minutes=minutes):
            return StartVariation(minutes)
        case settings.SuccessionSetting(after=after, never=never):
            return Succession(after, never)
        case settings.DayHoursSetting(most=most):
            return DayHours(floor(most * 60))
        case settings.PeriodHoursSetting():
            return PeriodHours(_hours_of_work(rule, holder))
        case settings.PeriodDaysSetting(least=least, most=most):
            return PeriodDays(Bounds(least, most))
        case settings.ShiftsOfSetting(shift=shift, least=least, most=most, per=per):
            return ShiftsOf(shift, Bounds(least, most, per))
        case settings.RotationSetting():
            return Rotation(rule.cycle, _first_turn(rule, holder))


def _night_rule(
    rule: settings.NightsInARowSetting | settings.NightsSetting | settings.RestAfterNightsSetting,
) -> Rule:
    ((begin, end),) = parse_spans(rule.night)
    night = Night(begin, end, ceil(rule.night_hours * 60))
    match rule:
        case settings.NightsInARowSetting(nights=nights):
            return NightsInARow(nights, night)
        case settings.NightsSetting(most=most, per=per):
            return Nights(most, night, per)
        case settings.RestAfterNightsSetting(hours=hours, nights=nights, days_off=days_off):
            return RestAfterNights(ceil(hours * 60), night, nights, days_off)


def _hours_of_work(rule: settings.PeriodHoursSetting, holder: Holder) -> Bounds:
    """Bounds on minutes of work, what time off counts already taken away."""
    least = None if rule.least is None else ceil((rule.least - holder.credited_hours) * 60 - 1e-6)
    most = None if rule.most is None else floor((rule.most - holder.credited_paid_hours) * 60 + 1e-6)
    return Bounds(least and max(least, 0), most and max(most, 0))


def _first_turn(rule: settings.RotationSetting, holder: Holder) -> int:
    """Place in the cycle of the person's first week of the period, from 0."""
    begin = holder.place if holder.rotation_week is None else holder.rotation_week - 1
    weeks_before = 0 if rule.first_day is None else -((rule.first_day - holder.first_day).days // 7)
    return (begin + weeks_before) % len(rule.cycle)


def rules_of(person: Person) -> tuple[Rule, ...]:
    """Every rule between a person's shifts. What a single shift must keep (skills, time off) is in `allowed`."""
    return (OneShiftADay(), DaysPerWeek(), WeeklyHoursMin(), WeeklyHoursMax(), *person.rules)
