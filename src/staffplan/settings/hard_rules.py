"""Settings of the rules of a person's work: the site's agreement, one entry of [roster] rules each.

Limits that law sets are settings; where a default comes from a law, the text below it names the article.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from staffplan.errors import Problem, nearest
from staffplan.settings.base import Day, NotNegative, Positive, Section
from staffplan.settings.priced_rules import SoftRuleSettings
from staffplan.settings.rule_sections import NightSection, RuleSection
from staffplan.settings.team_rules import TeamRuleSetting


class DailyRestSetting(RuleSection):
    """Hours between the end of a shift and the start of the next."""

    rule: Literal["daily_rest"] = "daily_rest"
    """Which rule it is."""
    hours: Annotated[float, Field(gt=0, le=168)] = 11.0
    """Rest, at least. 11 hours: Directive 2003/88/EC, article 3."""


class WeeklyRestSetting(RuleSection):
    """A rest without a break in every block of seven days from the first day planned on, wherever in it."""

    rule: Literal["weekly_rest"] = "weekly_rest"
    """Which rule it is."""
    hours: Annotated[float, Field(gt=0, le=120)] = 35.0
    """Rest, at least, all of it inside the block. 24 hours and the 11 of daily rest: Directive 2003/88/EC, article 5;
    it may lie anywhere in the seven days: Court of Justice of the EU, C-306/16."""


class ConsecutiveDaysSetting(RuleSection):
    """Days worked in a row, at most."""

    rule: Literal["consecutive_days"] = "consecutive_days"
    """Which rule it is."""
    days: int = Field(default=6, ge=1, le=1000)
    """Days, at most."""


class ConsecutiveDaysMinSetting(RuleSection):
    """Days worked in a row, at least; a run that may go on beyond what is known is let off."""

    rule: Literal["consecutive_days_min"] = "consecutive_days_min"
    """Which rule it is."""
    days: int = Field(default=2, ge=1, le=1000)
    """Days, at least."""


class DaysOffInARowSetting(RuleSection):
    """Days off in a row, at least; days off that may go on beyond what is known are let off."""

    rule: Literal["days_off_in_a_row"] = "days_off_in_a_row"
    """Which rule it is."""
    days: int = Field(default=2, ge=1, le=1000)
    """Days, at least."""


class WeekendsOffSetting(RuleSection):
    """Weekends free of work, at least this many in the period: no shift has a minute on the Saturday or Sunday, so
    that a night from Friday takes the weekend."""

    rule: Literal["weekends_off"] = "weekends_off"
    """Which rule it is."""
    weekends: int = Field(default=1, ge=0, le=1000)
    """Weekends free of work, at least."""


class WeekendsInARowSetting(RuleSection):
    """Weekends with work (a shift begins on the Saturday or Sunday) in a row, at most; 1: no two in a row."""

    rule: Literal["weekends_in_a_row"] = "weekends_in_a_row"
    """Which rule it is."""
    weekends: int = Field(default=1, ge=1, le=1000)
    """Weekends, at most."""


class WeekendsWorkedSetting(RuleSection):
    """Weekends with work (a shift begins on the Saturday or Sunday) in the period, at most."""

    rule: Literal["weekends_worked"] = "weekends_worked"
    """Which rule it is."""
    weekends: int = Field(ge=0, le=1000)
    """Weekends, at most."""


class WholeWeekendsSetting(RuleSection):
    """Saturday and Sunday are both worked or both off."""

    rule: Literal["whole_weekends"] = "whole_weekends"
    """Which rule it is."""


class NightsInARowSetting(NightSection):
    """Night shifts on days in a row, at most."""

    rule: Literal["nights_in_a_row"] = "nights_in_a_row"
    """Which rule it is."""
    nights: int = Field(ge=0, le=1000)
    """Night shifts, at most."""


class NightsSetting(NightSection):
    """Night shifts in the period or in each week, at most."""

    rule: Literal["nights"] = "nights"
    """Which rule it is."""
    most: int = Field(ge=0, le=1000)
    """Night shifts, at most."""
    per: Literal["period", "week"] = "period"
    """In the whole period, or in each block of seven days."""


class RestAfterNightsSetting(NightSection):
    """What follows the last of several night shifts in a row: longer rest, days off, or both."""

    rule: Literal["rest_after_nights"] = "rest_after_nights"
    """Which rule it is."""
    nights: int = Field(default=1, ge=1, le=1000)
    """It holds after so many night shifts in a row, or more."""
    hours: NotNegative = 0.0
    """Rest until the next shift, at least."""
    days_off: int = Field(default=0, ge=0, le=1000)
    """Days without a shift before the next one, at least."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.hours and not self.days_off:
            raise ValueError("neither hours nor days_off is given; give one of them, or both")
        return self


class RestAfterSetting(RuleSection):
    """Longer rest after certain shifts, whatever comes next: 48 hours after a duty of 24 hours."""

    rule: Literal["rest_after"] = "rest_after"
    """Which rule it is."""
    shift: str
    """Name under [shifts] of the shift that it follows."""
    hours: Annotated[float, Field(gt=0, le=168)]
    """Rest from its end to the start of the next shift, at least."""

    @property
    def families(self) -> tuple[str, ...]:
        return (self.shift,)


class StartVariationSetting(RuleSection):
    """Starts of the shifts in each block of seven days differ by so much at most, on the clock of the shift's day."""

    rule: Literal["start_variation"] = "start_variation"
    """Which rule it is."""
    minutes: int = Field(ge=0, le=1440)
    """Between the earliest and the latest start of the week, at most."""


class SuccessionSetting(RuleSection):
    """Shifts that may not be worked on the day after certain others, or for some days after them."""

    rule: Literal["succession"] = "succession"
    """Which rule it is."""
    after: str
    """Name under [shifts] of the shift worked on a day."""
    never: tuple[str, ...] = Field(min_length=1)
    """Names under [shifts] of those not allowed after it. Whatever else is worked in between does not matter."""
    days: int = Field(default=1, ge=1, le=1000)
    """They are not allowed on so many days after it: 1 is the next day. With after = "night", never = ["night"] it is
    the distance between two nights."""
    from_day: int = Field(default=1, ge=1, le=1000)
    """The first of these days. 2 allows the next day: nights in a row are one run, and the distance begins with its
    last."""

    @property
    def families(self) -> tuple[str, ...]:
        return (self.after, *self.never)

    @model_validator(mode="after")
    def _ordered_days(self) -> Self:
        if self.from_day > self.days:
            raise ValueError("from_day is above days, so that no day is left; make days larger")
        return self


class DayHoursSetting(RuleSection):
    """Paid hours on a day, at most."""

    rule: Literal["day_hours"] = "day_hours"
    """Which rule it is."""
    most: Positive
    """Hours, at most."""


class BoundedSection(RuleSection):
    """A rule with a least and a most, one of which may be left out."""

    least: Any
    most: Any

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("neither least nor most is given; give one of them, or both")
        if self.least is not None and self.most is not None and self.most < self.least:
            raise ValueError("most is below least")
        return self


class PeriodHoursSetting(BoundedSection):
    """Paid hours in the whole period; a day of time off counts as a fifth of the contract's weekly_hours_min."""

    rule: Literal["period_hours"] = "period_hours"
    """Which rule it is."""
    least: NotNegative | None = None
    """Hours, at least."""
    most: NotNegative | None = None
    """Hours, at most; only paid time off counts here."""


class PeriodDaysSetting(BoundedSection):
    """Days worked in the whole period."""

    rule: Literal["period_days"] = "period_days"
    """Which rule it is."""
    least: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Days, at least."""
    most: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Days, at most."""


class ShiftsOfSetting(BoundedSection):
    """How often a shift is worked in the period or in each week."""

    rule: Literal["shifts_of"] = "shifts_of"
    """Which rule it is."""
    shift: str
    """Name under [shifts]."""
    least: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Times, at least."""
    most: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Times, at most."""
    per: Literal["period", "week"] = "period"
    """In the whole period, or in each block of seven days; a last block of fewer than five days has no least."""

    @property
    def families(self) -> tuple[str, ...]:
        return (self.shift,)


class RotationSetting(RuleSection):
    """Weeks or days that take turns: in each block of seven days, or on each day, only the shifts that the cycle
    names for it. "MMEENN.." (2-2-2-2), 4-on-4-off, DuPont and Panama are cycles of days.

    People of a contract start one turn of the cycle apart, in the order of agents.csv, or as its column
    rotation_week says, or rotation_day (1: the cycle's first week or day). A team that works together has the same
    number there.
    """

    rule: Literal["rotation"] = "rotation"
    """Which rule it is."""
    cycle: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """For each turn of the cycle the names under [shifts] that may be worked; an empty list is a turn off."""
    per: Literal["week", "day"] = "week"
    """How long a turn is: a block of seven days, or a day."""
    first_day: Day | None = None
    """The day on which the cycle begins, or one of the week in which it does, so that later periods go on with it;
    left out: the first day planned."""

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for week in self.cycle for name in week))


HardRuleSettings = (
    DailyRestSetting
    | WeeklyRestSetting
    | ConsecutiveDaysSetting
    | ConsecutiveDaysMinSetting
    | DaysOffInARowSetting
    | WeekendsOffSetting
    | WeekendsInARowSetting
    | WeekendsWorkedSetting
    | WholeWeekendsSetting
    | NightsInARowSetting
    | NightsSetting
    | RestAfterNightsSetting
    | RestAfterSetting
    | StartVariationSetting
    | SuccessionSetting
    | DayHoursSetting
    | PeriodHoursSetting
    | PeriodDaysSetting
    | ShiftsOfSetting
    | RotationSetting
)
RuleSettings = Annotated[HardRuleSettings | SoftRuleSettings | TeamRuleSetting, Field(discriminator="rule")]
RULES: Mapping[str, type[Section]] = {
    str(rule.model_fields["rule"].default): rule
    for rule in (*get_args(HardRuleSettings), *get_args(SoftRuleSettings), *get_args(TeamRuleSetting))
}


def unknown_names(
    rules: Sequence[Section | None],
    shifts: Mapping[str, object],
    work_plans: Mapping[str, object],
    groups: Collection[str],
    place: str,
) -> Iterator[Problem]:
    """Shifts, contracts and planning groups that a rule names and the settings do not have, each at
    `place`.number.key. None: a rule that could not be read. Settings without any queue leave the groups to the
    data."""
    for number, rule in enumerate(rules):
        group = getattr(rule, "planning_group", "")
        if groups and group and group not in groups:
            message = f"{group!r} is no planning group"
            yield Problem(f"{place}.{number}.planning_group", message, nearest(group, sorted(groups)))
        if not isinstance(rule, RuleSection):
            continue
        for name in rule.work_plans:
            if name not in work_plans:
                message = f"no [work_plans.{name}] is defined"
                yield Problem(f"{place}.{number}.work_plans", message, nearest(name, list(work_plans)))
        for name in rule.families:
            if name not in shifts:
                yield Problem(f"{place}.{number}", f"no [shifts.{name}] is defined", nearest(name, list(shifts)))
