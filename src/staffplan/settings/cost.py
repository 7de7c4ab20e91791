"""Settings of the cost step: premiums, on-costs."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.settings.base import NotNegative, Section


class PremiumSettings(Section):
    """Extra pay: when it applies and how much. Data, not law; a preset says where it was looked up."""

    name: str
    """What it is called in the cost report."""
    share: NotNegative
    """Part of the base rate paid on top, 0.25 is +25 %."""
    weekdays: str = "daily"
    """Days on which the span of hours begins; one that passes midnight stays with its first day."""
    hours: str = "24h"
    """Spans of local time, "22:00-06:00"."""
    holidays_only: bool = False
    """Only where the span begins on a public holiday."""
    excludes: tuple[str, ...] = ()
    """Premiums (by name) that are not paid in the same hour as this one."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        return self


class OnCostSettings(Section):
    """What an employer pays beside wages."""

    name: str
    """What it is called in the cost report."""
    share: NotNegative = 0.0
    """Part of wages and premiums."""
    monthly_per_agent: NotNegative = 0.0
    """Amount for each agent and month, by days of the month planned: seat, licences, telephony."""


class CostSettings(Section):
    """What an hour costs."""

    default_hourly_rate: NotNegative = 0.0
    """Base pay where neither the agent nor the contract has one."""
    premiums: tuple[PremiumSettings, ...] = ()
    """Extra pay, one entry each."""
    on_costs: tuple[OnCostSettings, ...] = ()
    """What is paid beside wages, one entry each."""
