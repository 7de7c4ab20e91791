"""Genesys Cloud: the JSON document of a schedule import.

Source: Genesys Cloud platform SDK, ImportScheduleUploadSchema: shifts and activities with instants in UTC, days off
as full-day markers. The document is uploaded compressed (gzip). Ids of users, contracts and activity codes are
those of the business unit.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from staffplan.clock import first_of_week
from staffplan.export.source import Exported, Source, note
from staffplan.export.text import json_bytes
from staffplan.export.work import NAMES, Activity, DayOff, Shift, days_off, shifts_of
from staffplan.planned import DAYS_OF_A_WEEK


def make(source: Source) -> Exported:
    """An unpublished schedule of all shifts and days off."""
    shifts, off = shifts_of(source, joined=True), list(days_off(source))
    agents = {shift.agent_id for shift in shifts} | {agent for agent, *_ in off}
    activities = {a.kind for shift in shifts for a in shift.activities} | {kind for *_, kind, _ in off}
    source.ids.require({"agent": agents, "activity": activities}, "genesys-schedule")
    first = min(shift.day for shift in shifts)
    begin = first_of_week(first, source.settings.week_starts)
    last = max(shift.day for shift in shifts)
    own: dict[str, list[Shift]] = {agent: [] for agent in agents}
    for shift in shifts:
        own[shift.agent_id].append(shift)
    free: dict[str, list[DayOff]] = {agent: [] for agent in agents}
    for day_off in off:
        free[day_off[0]].append(day_off)
    document = {
        "description": f"staffplan {begin}",
        "weekCount": (last - begin).days // DAYS_OF_A_WEEK + 1,
        "published": False,
        "agentSchedules": [_agent(source, agent, own[agent], free[agent]) for agent in sorted(agents)],
    }
    said = "the schedule is not published: look at it in Genesys Cloud first"
    return Exported({f"schedule_{begin}.json": json_bytes(document)}, (note("genesys-schedule", said),))


def _agent(source: Source, agent: str, shifts: list[Shift], off: list[DayOff]) -> dict[str, object]:
    contracts = dict(zip(source.agents.frame["agent_id"], source.agents.frame["work_plan"], strict=True))
    contract = source.ids.get("work_plan", contracts.get(agent, ""))
    own = [_shift(source, shift) for shift in shifts]
    markers = [_marker(source, *day_off) for day_off in off]
    plan = {"workPlanId": {"value": contract}} if contract else {}
    return {"userId": source.ids.get("agent", agent), **plan, "shifts": own, "fullDayTimeOffMarkers": markers}


def _shift(source: Source, shift: Shift) -> dict[str, object]:
    activities = [_activity(source, one) for one in shift.activities]
    span = {"startDate": _instant(shift.start), "lengthMinutes": shift.minutes}
    return {**span, "manuallyEdited": False, "activities": activities}


def _activity(source: Source, one: Activity) -> dict[str, object]:
    return {
        "startDate": _instant(one.start),
        "lengthMinutes": one.minutes,
        "activityCodeId": source.ids.get("activity", one.kind),
        "paid": one.paid,
        "payableMinutes": one.minutes if one.paid else 0,
        "description": NAMES.get(one.kind, one.kind),
    }


def _marker(source: Source, agent: str, day: date, kind: str, paid: bool) -> dict[str, object]:
    minutes = source.time_off_minutes.get((agent, day), 0)
    return {
        "businessUnitDate": day.isoformat(),
        "lengthMinutes": minutes or source.day_minutes.get(agent, 0),
        "description": kind,
        "activityCodeId": source.ids.get("activity", kind),
        "paid": paid,
        "payableMinutes": minutes if paid else 0,
    }


def _instant(instant: pd.Timestamp) -> str:
    return instant.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S.000Z")
