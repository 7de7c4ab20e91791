"""The tables behind the roster's pictures: one day by agent and time, the weeks by agent and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import midnight
from staffplan.report import summaries
from staffplan.report.data import ReportData
from staffplan.report.handoff import Handoff
from staffplan.tables.roster import SPLIT
from staffplan.words import mark, tr

MOST_DAYS = 28
"""Days drawn in one grid; longer plans are complete in the workbook and the files."""
DAY_OFF = "·"
CLOSED = mark("closed")
TIME_OFF = "time off: "
"""In a grid, before the kind of time off."""
ON_CALL, ON_CALL_MARK = mark("on call"), "*"
"""In a grid, what is said of standby, after a shift too; and its mark after the shift's code."""


def agent_names(data: ReportData) -> dict[str, str]:
    """Name of each rostered agent; where two share one, or it is blank, the identifier helps."""
    shifts = data.roster.shifts.frame
    first = shifts.groupby("agent_id", sort=True)["name"].first()
    doubled = first.duplicated(keep=False)
    return {
        str(agent): str(agent) if not name else f"{name} ({agent})" if twice else str(name)
        for agent, name, twice in zip(first.index, first, doubled, strict=True)
    }


def handoff_of(data: ReportData) -> Handoff:
    """The roster with what is known of its people, over the plan's days."""
    days = summaries.planned_days(data)
    people = data.workforce
    return Handoff(
        data.roster,
        data.site.calendar.timezone,
        agents=people.agents if people else None,
        time_off=people.time_off if people else None,
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        standby=data.standby,
    )


def people_names(handoff: Handoff) -> dict[str, str]:
    """Name of each agent, those without a shift too; where two share one, or it is blank, the identifier helps."""
    known = handoff.people["name"]
    doubled = known.duplicated(keep=False)
    return {
        str(agent): str(agent) if not name else f"{name} ({agent})" if twice else str(name)
        for agent, name, twice in zip(known.index, known, doubled, strict=True)
    }


def shift_codes(data: ReportData) -> dict[str, str]:
    """The code of each shift name, as on the sheet that is handed off."""
    return Handoff(data.roster, data.site.calendar.timezone).codes


def roster_grid(data: ReportData, days: Sequence[date]) -> pd.DataFrame:
    """Shift names, (agents, days): "" on a day off; the index is the agent's identifier."""
    shifts = data.roster.shifts.frame
    agents = sorted(str(agent) for agent in shifts["agent_id"].unique())
    grid = pd.DataFrame("", index=pd.Index(agents, name="agent_id"), columns=list(days), dtype=object)
    wide = shifts.assign(day=shifts["schedule_date"].dt.date).pivot(index="agent_id", columns="day", values="shift")
    known = [day for day in days if day in wide.columns]
    grid[known] = wide.reindex(agents)[known].fillna("")
    return grid


def shift_words(shift: str) -> str:
    """What the grid says: a shift, a kind of time off, standby beside it, in the language spoken."""
    if shift == ON_CALL or shift.endswith(f", {ON_CALL}"):
        rest = shift.removesuffix(ON_CALL).removesuffix(", ")
        return ", ".join(filter(None, [rest and shift_words(rest), tr(ON_CALL)]))
    if not shift.startswith(TIME_OFF[:-2]):
        return shift
    kind = shift.removeprefix(TIME_OFF[:-2]).removeprefix(": ")
    return tr("time off") + (f": {tr(kind)}" if kind else "")


def grid_with_time_off(data: ReportData, days: Sequence[date]) -> tuple[pd.DataFrame, dict[str, str]]:
    """`roster_grid` with TIME_OFF and its kind where an agent without a shift is off on a whole day, ON_CALL on days
    with standby, and the codes of all that stands in it."""
    handoff, grid = handoff_of(data), roster_grid(data, days)
    kinds = {kind: f"{TIME_OFF}{kind}" if kind else TIME_OFF.rstrip(": ") for kind in handoff.day_off_codes}
    for (agent, when), kind in handoff.days_off.items():
        if agent in grid.index and when in grid.columns and not grid.at[agent, when]:
            grid.at[agent, when] = kinds[kind]
    there = set(grid.to_numpy().ravel())
    off = {kinds[kind]: code for kind, code in handoff.day_off_codes.items() if kinds[kind] in there}
    return grid, handoff.codes | off | _with_standby(grid, handoff)


def _with_standby(grid: pd.DataFrame, handoff: Handoff) -> dict[str, str]:
    """Mark the grid's cells in which somebody stands by; gives the codes of what they say then."""
    codes: dict[str, str] = {}
    for agent, when in dict.fromkeys((one.agent_id, one.day) for one in handoff.on_call):
        if agent in grid.index and when in grid.columns:
            shift = str(grid.at[agent, when])
            said = f"{shift}, {ON_CALL}" if shift else ON_CALL
            codes[said] = f"{handoff.codes.get(shift, '')}{ON_CALL_MARK}"
            grid.at[agent, when] = said
    return codes


def agent_totals(data: ReportData) -> pd.DataFrame:
    """Days worked and paid hours of each agent over the whole plan."""
    grouped = data.roster.shifts.frame.groupby("agent_id", sort=True)["paid_hours"]
    return pd.DataFrame({"days": grouped.size(), "paid_hours": grouped.sum()})


def busiest_day(data: ReportData) -> date | None:
    """The day on which most people work; the first of several."""
    at_work = data.roster.shifts.frame.groupby("schedule_date", sort=True).size()
    return pd.Timestamp(str(at_work.idxmax())).date() if len(at_work) else None


def roster_day(data: ReportData, day: date) -> pd.DataFrame:
    """Activities of one schedule day, without the free time of a split shift: agent_id, activity, planning_group,
    `from_hour` and `to_hour` since midnight.

    Hours are elapsed, not read off the clock, so that a day of 23 or 25 hours keeps its lengths. Agents are in
    order of their start.
    """
    frame = data.roster.activities.frame
    rows = frame[(frame["schedule_date"] == pd.Timestamp(day)) & (frame["activity"] != SPLIT)]
    zone = data.site.calendar.timezone
    zero = midnight(day, zone)
    out = pd.DataFrame(
        {
            "agent_id": rows["agent_id"],
            "activity": rows["activity"],
            "planning_group": rows["planning_group"],
            "from_hour": (rows["start"] - zero).dt.total_seconds() / 3600,
            "to_hour": (rows["end"] - zero).dt.total_seconds() / 3600,
            "start_local": rows["start"].dt.tz_convert(zone),
            "end_local": rows["end"].dt.tz_convert(zone),
        }
    )
    begins = out.groupby("agent_id")["from_hour"].transform("min")
    order = pd.DataFrame({"begins": begins, "agent": out["agent_id"], "from": out["from_hour"]})
    return out.loc[order.sort_values(["begins", "agent", "from"], kind="stable").index].reset_index(drop=True)


def grid_days(days: Sequence[date]) -> list[date]:
    """The days a grid draws: the first four weeks at most."""
    return [day for day in days if day < days[0] + timedelta(days=MOST_DAYS)]
