"""The walk from load to heads of one interval, as `staff --explain` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.plan.text import percent, text_table
from staffplan.staffing import explain

if TYPE_CHECKING:
    from staffplan.settings.staffing import StaffingSettings
    from staffplan.site import Site
    from staffplan.staffing import Step
    from staffplan.tables.forecast import VolumeForecast
    from staffplan.tables.requirement import StaffingRequirement


def moment_of(text: str, timezone: str) -> pd.Timestamp:
    """The instant of --explain; raises UsageError where it is none."""
    (at,), wrong = read_instants(pd.Series([text]), timezone)
    if wrong or pd.isna(at):
        said, hint = wrong.get(0, ("no time is given", "write a time such as 2026-12-01 10:30"))
        raise UsageError(Problem("--explain", said, hint))
    return pd.Timestamp(at)


def walk(
    text: str, requirement: StaffingRequirement, forecast: VolumeForecast, settings: StaffingSettings, site: Site
) -> tuple[Step, ...]:
    """Lines of the interval that `text` lies in; raises UsageError where nobody is staffed then."""
    zone = site.calendar.timezone
    steps = explain(requirement, forecast, settings, site=site, at=moment_of(text, zone))
    if not steps:
        starts = requirement.frame["interval_start"].dt.tz_convert(zone)
        hint = f"agents are required from {starts.min():%Y-%m-%d %H:%M} to {starts.max():%Y-%m-%d %H:%M}"
        raise UsageError(Problem("--explain", f"no agents are required at {text}", hint if len(starts) else ""))
    return steps


def walk_text(steps: tuple[Step, ...]) -> str:
    """One table for each planning group."""
    tables = []
    for group in dict.fromkeys(step.planning_group for step in steps):
        rows = [(step.line, *_value(step), step.how) for step in steps if step.planning_group == group]
        tables.append(text_table(rows, (group, "", "", ""), right=(1,)))
    return "\n\n".join(tables)


def _value(step: Step) -> tuple[str, str]:
    """A value as people read it, and its unit."""
    if step.value != step.value:
        return "", ""
    if step.unit == "share":
        return percent(step.value), ""
    if step.unit == "people":
        return f"{step.value:,.2f}".removesuffix(".00"), step.unit
    return f"{step.value:,.2f}", step.unit
