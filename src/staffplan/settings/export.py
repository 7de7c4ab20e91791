"""Settings of what goes to other systems: forecasts, schedules, pay hours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from staffplan.settings.base import Section, Share, Weekday
from staffplan.settings.plan import known_zone


class ExportSettings(Section):
    """Settings of `staffplan export`. The payroll files have their own section, [payroll]."""

    maps: dict[str, str] = Field(default_factory=dict)
    """File of ids (kind, name, id) for each preset that needs them: "genesys-schedule" = "genesys_ids.csv". The
    option --map goes before it."""
    timezone: Annotated[str, AfterValidator(known_zone)] | None = None
    """Time zone of files that have local times without an offset: Calabrio and templates (default: that of the
    plan)."""
    after_work_share: Share = 0.0
    """Calabrio: share of the handling time that is work after the contact."""
    week_starts: Weekday = "mon"
    """Genesys: first day of the week in the business unit."""
    date_format: str = "%Y-%m-%d"
    """Templates that are CSV files: how a date is written, for example %m/%d/%Y."""
    time_format: str = "%H:%M"
    """Templates that are CSV files: how a time of day is written, for example %I:%M %p."""


class PayrollSettings(Section):
    """Settings of the pay hours, and of the payroll systems that they go to."""

    codes: dict[str, str] = Field(default_factory=dict)
    """Pay code of the payroll system for each kind of hours: regular, overtime, absence, the kinds of paid time off
    (vacation), the names of premiums, and the cost's lines of standby ("standby: evening", "call-outs: evening").
    Hours of a kind with the code "" are not exported."""
    period: Literal["plan", "week", "two weeks", "month"] = "plan"
    """Pay period. Weeks are counted from the first day of the plan; months are those of the calendar."""
    company_code: str = Field(default="", pattern=r"^[!-~]*$")
    """ADP: company code. Paychex: client ID."""
    cost_center: str = Field(default="", pattern=r"^[0-9]*$")
    """DATEV LODAS: cost center (Kostenstelle) of all lines (optional)."""
    consultant_number: str = Field(default="", pattern=r"^[0-9]*$")
    """DATEV LODAS: BeraterNr."""
    client_number: str = Field(default="", pattern=r"^[0-9]*$")
    """DATEV LODAS: MandantenNr."""
    calendar_id: str = ""
    """Xero in the UK and New Zealand: payrollCalendarID."""
