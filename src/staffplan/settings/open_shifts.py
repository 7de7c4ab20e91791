"""Settings of open shifts: how many may be offered, what one must save, and who gets one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from staffplan.settings.base import Money, NotNegative, Section

BidOrder = Literal["fairness", "seniority", "first_come"]


class OpenShiftsSettings(Section):
    """Open shifts: shifts without a name that would cover what a roster leaves understaffed. Agents bid for them."""

    most: int | None = Field(default=None, ge=1, le=1000)
    """Open shifts, at most (default: every one that saves enough)."""
    hours_saved_min: NotNegative = 1.0
    """Understaffed hours that an open shift must save, overstaffed hours priced against them."""
    premium: Money | None = None
    """Amount for working an open shift, offered in open_shifts.csv. What is paid is an entry of cost.premiums."""
    order: BidOrder = "fairness"
    """Who gets a shift for which several bid. fairness: who has been given the fewest open shifts, then who has the
    fewest paid hours. seniority: who was hired first (hired_on of the agents). first_come: whose bid came first."""
