"""Settings of the wishes of the site: rules that are priced, not forbidden, each with a weight.

A weight is a price in the unit of the roster's cost, in which an hour missing on queue costs
roster.understaffing_weight (10) and an hour too many roster.overstaffing_weight (1). A weight of 2 says: keep it
unless that leaves more than 12 minutes of work undone, or takes more than two hours that nobody needs.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import clock_minute
from staffplan.settings.base import NotNegative, Positive
from staffplan.settings.rule_sections import NightSection, RuleSection

FairKind = Literal["nights", "weekends", "early_starts", "late_ends", "holidays", "shifts", "hours"]


class SoftSection(RuleSection):
    """A rule that is priced: the roster may break it where keeping it costs more."""

    weight: Positive = 2.0
    """Price of one unit, in the unit of the roster's cost: an hour missing on queue is understaffing_weight."""


class WishesSetting(SoftSection):
    """What people wish for, from input.wishes; each day on which a wish is not granted is priced."""

    rule: Literal["wishes"] = "wishes"
    """Which rule it is."""
    weight: Positive = 2.0
    """Price of a day's wish of weight 1 that is not granted; with 2 and an hour missing at 10, it is granted
    unless that leaves more than 12 minutes of work undone."""
    catch_up: NotNegative = 0.25
    """For every wish by which a person came away short of the fair share before (input.past_fairness), the price of
    theirs rises by this part."""


class FairShareSetting(SoftSection, NightSection):
    """Nobody gets more than a fair share, which comes from the requirement, divided over all who can work then by
    their hours and days, less what they had too much of before (input.past_fairness); nor fewer, where `sides` says
    so.

    The first one off costs the weight, the second twice, the third and each further one three times. Of hours eight
    count as one, and half of that on both sides of the share costs nothing.
    """

    rule: Literal["fair_share"] = "fair_share"
    """Which rule it is."""
    of: FairKind
    """What is shared: night shifts, weekends with work, early starts, late ends, public holidays with work,
    all shifts or paid hours."""
    sides: Literal["above", "both"] | None = None
    """above: only more than the share is priced; both: fewer too. Left out: both for shifts and hours, above for what
    is unpopular."""
    before: str = "07:00"
    """early_starts: shifts that start before this time."""
    after: str = "21:00"
    """late_ends: shifts that end after this time, or after midnight."""

    @model_validator(mode="after")
    def _clock_times(self) -> Self:
        for text in (self.before, self.after):
            clock_minute(text)
        return self


class OvertimeSetting(SoftSection):
    """Paid hours of a week above the contract's weekly_hours_norm; contracts without one have no overtime."""

    rule: Literal["overtime"] = "overtime"
    """Which rule it is."""
    weight: Positive = 2.0
    """Price of an hour."""


class HoursBalanceSetting(SoftSection):
    """Hours by which a person's balance lies above or below zero where a reference period of the rule average_hours
    ends, or the plan inside one. What average_hours forbids stays forbidden."""

    rule: Literal["hours_balance"] = "hours_balance"
    """Which rule it is."""
    weight: Positive = 0.5
    """Price of an hour, above or below."""
    free_hours: NotNegative = 0.0
    """Hours on both sides of zero that cost nothing."""


class StabilitySetting(SoftSection):
    """Days on which a person's shift differs from the roster published before (input.published). It holds without
    being written wherever a published roster is named."""

    rule: Literal["stability"] = "stability"
    """Which rule it is."""
    weight: Positive = 5.0
    """Price of a day changed."""


class StartsAlikeSetting(SoftSection):
    """In each block of seven days, days whose shift starts at another time than that of the first day worked."""

    rule: Literal["starts_alike"] = "starts_alike"
    """Which rule it is."""
    weight: Positive = 0.5
    """Price of a day with another start."""
    minutes: int = Field(default=0, ge=0, le=1440)
    """Starts this far apart count as the same."""


class SplitRestSetting(SoftSection):
    """Single days off between two days of work."""

    rule: Literal["split_rest"] = "split_rest"
    """Which rule it is."""
    weight: Positive = 1.0
    """Price of a single day off."""


class IsolatedDaysSetting(SoftSection):
    """Single days of work between two days off."""

    rule: Literal["isolated_days"] = "isolated_days"
    """Which rule it is."""
    weight: Positive = 1.0
    """Price of a single day of work."""


class SplitWeekendsSetting(SoftSection):
    """Weekends of which one day is worked and the other is not."""

    rule: Literal["split_weekends"] = "split_weekends"
    """Which rule it is."""
    weight: Positive = 1.0
    """Price of such a weekend."""


SoftRuleSettings = (
    WishesSetting
    | FairShareSetting
    | OvertimeSetting
    | HoursBalanceSetting
    | StabilitySetting
    | StartsAlikeSetting
    | SplitRestSetting
    | IsolatedDaysSetting
    | SplitWeekendsSetting
)
