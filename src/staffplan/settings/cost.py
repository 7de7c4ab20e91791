"""Settings of the cost step: premiums, on-costs."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.settings.base import Factor, Money, Section


class PremiumSettings(Section):
    """Premium: extra pay at certain times, or for certain shifts. The amounts are inputs, not legal advice. A preset
    names its source."""

    name: str
    """Name in the cost report."""
    share: Factor = 0.0
    """Share of the base rate paid in addition: 0.25 is +25 %."""
    per_shift: Money = 0.0
    """Amount paid for each shift instead of a share, such as for a split shift. The day is that on which the shift
    begins. The shift mix leaves it out."""
    shifts: tuple[str, ...] = ()
    """Names under [shifts] of the shifts that per_shift is paid for (default: all shifts)."""
    weekdays: str = "daily"
    """Weekdays on which the hours begin. Hours that pass midnight belong to their first day."""
    hours: str = "24h"
    """Local times at which the premium is paid, for example "22:00-06:00"."""
    holidays_only: bool = False
    """Limit to hours that begin on a public holiday."""
    excludes: tuple[str, ...] = ()
    """Names of premiums that are not paid in the same hour as this one."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        given = self.model_fields_set & {"share", "per_shift"}
        if len(given) != 1:
            raise ValueError("give one of share and per_shift")
        by_time = sorted(self.model_fields_set & ({"shifts"} if "share" in given else {"hours", "excludes"}))
        if by_time:
            raise ValueError(f"{', '.join(by_time)} cannot be given with {' '.join(given)}")
        return self


class OnCostSettings(Section):
    """On-cost: employer cost in addition to wages."""

    name: str
    """Name in the cost report."""
    share: Factor = 0.0
    """Share of wages and premiums."""
    monthly_per_agent: Money = 0.0
    """Amount per agent and month, for example seat, licences, telephony. It is charged for the planned share of the
    month's days."""


class CostSettings(Section):
    """Settings of the cost step."""

    default_hourly_rate: Money = 0.0
    """Base pay per hour, where neither the agent nor the contract has one."""
    premiums: tuple[PremiumSettings, ...] = ()
    """Premiums, one entry each."""
    on_costs: tuple[OnCostSettings, ...] = ()
    """On-costs, one entry each."""
