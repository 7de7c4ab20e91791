"""The roster as JSON, for another program: agent by agent, with the period, the totals and the coverage."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from staffplan.errors import visible
from staffplan.report.handoff import Handoff, agent_totals, rows_of
from staffplan.tables.schema import names_in

VERSION = 1
"""Raised when a name or a meaning changes, so that a reader can tell."""
_DECIMALS = 6
_SHIFT = ("schedule_date", "shift", "code", "start", "end", "paid_hours", "premium_hours")
_ACTIVITY = ("start", "end", "activity", "planning_group", "paid")
_TIME_OFF = ("first_day", "last_day", "start", "end", "kind", "paid")
_STANDBY = ("standby", "schedule_date", "start", "end", "hours", "amount")
_CALL_OUT = ("standby", "start", "end", "paid_hours", "amount")
_CALLED = ("agent_id", *_CALL_OUT)
_COVERAGE = ("interval_start", "planning_group", "required", "scheduled", "net")


def build_roster_json(handoff: Handoff) -> bytes:
    """UTF-8 text that is the same for the same roster; no character in it turns the direction of the text."""
    text = json.dumps(roster_document(handoff), ensure_ascii=False, indent=1, allow_nan=False)
    return (visible(text) + "\n").encode()


def roster_document(handoff: Handoff) -> dict[str, Any]:
    """Plain values: instants as local ISO 8601 with their offset, days as such, what is not known as null."""
    days, coverage = handoff.days, handoff.coverage
    return {
        "format": "staffplan roster",
        "version": VERSION,
        "title": handoff.title,
        "timezone": handoff.timezone,
        "first_day": days[0].isoformat() if days else None,
        "last_day": days[-1].isoformat() if days else None,
        "agents": _agents(handoff),
        "coverage": None if coverage is None else _plain_rows(coverage.frame, _COVERAGE, handoff.timezone),
    }


def _agents(handoff: Handoff) -> list[dict[str, Any]]:
    zone, people = handoff.timezone, handoff.people
    totals = agent_totals(handoff.worked, people.index.tolist())
    shifts, off = _by_agent(handoff.worked), _by_agent(None if handoff.time_off is None else handoff.time_off.frame)
    activities = _by_agent(handoff.roster.activities.frame)
    duties, calls = (
        _by_agent(_duties(handoff)),
        _by_agent(pd.DataFrame(map(vars, handoff.call_outs), columns=_CALLED)),
    )
    return [
        {
            "agent_id": person.Index,
            "name": person.name,
            "staffing_group": person.team,
            "work_plan": person.contract,
            "skills": list(names_in(person.skills)),
            "totals": {name: _plain(getattr(person, name), zone) for name in totals.columns},
            "shifts": _shifts(shifts.get(person.Index), activities.get(person.Index), zone),
            "time_off": _plain_rows(off.get(person.Index), _TIME_OFF, zone),
            "standby": _plain_rows(duties.get(person.Index), _STANDBY, zone),
            "call_outs": _plain_rows(calls.get(person.Index), _CALL_OUT, zone),
        }
        for person in rows_of(people.join(totals))
    ]


def _duties(handoff: Handoff) -> pd.DataFrame | None:
    """Standby of the period."""
    frame = None if handoff.standby is None else handoff.standby.frame
    if frame is None or not handoff.days:
        return None
    first, last = (pd.Timestamp(handoff.days[end]) for end in (0, -1))
    return frame[frame["schedule_date"].between(first, last)]


def _by_agent(frame: pd.DataFrame | None) -> dict[Any, pd.DataFrame]:
    return {} if frame is None else dict(iter(frame.groupby("agent_id")))


def _shifts(shifts: pd.DataFrame | None, activities: pd.DataFrame | None, zone: str) -> list[dict[str, Any]]:
    """Each shift with what happens inside it."""
    rows = _plain_rows(shifts, _SHIFT, zone)
    inside: dict[Any, list[dict[str, Any]]] = {}
    for row in _plain_rows(activities, ("schedule_date", *_ACTIVITY), zone):
        inside.setdefault(row.pop("schedule_date"), []).append(row)
    return [{**row, "activities": inside.get(row["schedule_date"], [])} for row in rows]


def _plain_rows(frame: pd.DataFrame | None, names: Sequence[str], zone: str) -> list[dict[str, Any]]:
    if frame is None:
        return []
    columns = [frame[name] for name in names]
    return [
        {name: _plain(value, zone) for name, value in zip(names, values, strict=True)}
        for values in zip(*columns, strict=True)
    ]


def _plain(value: Any, zone: str) -> object:
    match value:
        case pd.Timestamp() if value.tz is not None:
            return value.tz_convert(zone).isoformat(timespec="seconds")
        case pd.Timestamp():
            return value.date().isoformat()
        case float():
            return round(value, _DECIMALS) if math.isfinite(value) else None
        case "":
            return None
        case _:
            return value
