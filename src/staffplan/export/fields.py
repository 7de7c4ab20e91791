"""What a row of a template may hold, and the headers under which systems ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from staffplan.export.source import Source
from staffplan.export.text import rows_of
from staffplan.export.work import Activity, Shift, first_and_last_name, shifts_of
from staffplan.tables.names import HISTORY_NAMES

Cell = str | int | float | date | datetime | time
Row = Mapping[str, Cell]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "agent_id": (
        *("agent id", "agentid", "employee id", "employeeid", "employee number", "employee no", "emp id", "id"),
        *("user id", "userid", "external id", "staff id", "badge", "personnel number", "personalnummer"),
    ),
    "email": ("email", "e mail", "email address", "employee email", "agent email", "user email", "work email"),
    "name": (
        *("name", "agent", "employee", "agent name", "employee name", "full name", "user", "user name", "staff"),
        *("staff name", "team member", "worker", "person", "mitarbeiter", "сотрудник", "empleado"),
    ),
    "first_name": ("first name", "firstname", "given name", "vorname", "имя", "nombre"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname", "фамилия", "apellido"),
    "date": ("date", "shift date", "work date", "schedule date", "day date", "datum", "дата", "fecha"),
    "weekday": ("weekday", "day of week", "day", "wochentag", "день недели"),
    "start": (
        *("start", "start time", "shift start", "shift start time", "starts", "from", "time in", "begin"),
        *("begin time", "beginn", "interval", "interval start", "interval start time", "начало", "inicio"),
    ),
    "end": (
        *("end", "end time", "shift end", "shift end time", "ends", "to", "time out", "finish", "finish time"),
        *("stop", "stop time", "ende", "interval end", "interval end time", "конец", "fin"),
    ),
    "start_date": ("start date", "date start", "from date", "shift start date"),
    "end_date": ("end date", "date end", "to date", "shift end date"),
    "start_datetime": ("start datetime", "start date time", "start at", "starts at", "start timestamp"),
    "end_datetime": ("end datetime", "end date time", "end at", "ends at", "end timestamp"),
    "break_minutes": (
        *("break", "breaks", "break minutes", "break mins", "total break", "break length", "break duration"),
        *("pause", "перерыв"),
    ),
    "unpaid_break_minutes": ("unpaid break", "unpaid break minutes", "unpaid breaks", "meal minutes", "meal break"),
    "paid_hours": ("paid hours", "hours", "total hours", "shift hours", "stunden", "часы", "horas"),
    "minutes": ("minutes", "length", "length minutes", "duration", "duration minutes"),
    "position": (
        *("position", "role", "planning group", "queue", "queues", "queue name", "skill", "skills", "skill name"),
        *("job", "job title", "work area", "area", "schedule"),
    ),
    "team": ("team", "group", "department", "staffing group", "team name", "abteilung"),
    "contract": ("contract", "work plan", "work rule"),
    "shift": ("shift", "shift name", "shift type", "shift label", "label", "title", "schicht", "смена"),
    "activity": ("activity", "activity name", "activity type", "activity code", "task", "task name", "event"),
    "paid": ("paid", "is paid"),
    "time_zone": ("time zone", "timezone", "tz"),
    "channel": ("channel", "channel type", "media type"),
    "offered": (
        *HISTORY_NAMES["offered"],
        *("contact volume", "forecast", "forecast volume", "forecasted volume", "tickets"),
    ),
    "aht_seconds": (
        *HISTORY_NAMES["aht"],
        *("aht s", "aht sec", "handle time"),
    ),
}
"""One table for all templates; volumes and handling times have the names that exports give them.

A header is compared without case, punctuation and what stands in brackets.
"""
FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in (*aliases, field.replace("_", " "))}
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOT_WORD = re.compile(r"[\W_]+")


def field_named(header: object) -> str:
    """The field that a header asks for; "" where none is known."""
    words = _NOT_WORD.sub(" ", _BRACKETS.sub(" ", str(header or "")).lower()).strip()
    return FIELD_OF.get(words, "")


@dataclass(frozen=True)
class Rows:
    """Rows of one kind, and the fields that a template of this kind must ask for (one of each set)."""

    kind: str
    needs: tuple[frozenset[str], ...]

    def fits(self, fields: set[str]) -> bool:
        """Whether a header with these fields asks for rows of this kind."""
        return all(fields & wanted for wanted in self.needs)


_WHO = frozenset({"agent_id", "email", "name", "last_name"})
_FROM = frozenset({"start", "start_datetime"})
KINDS = (
    Rows("forecast", (frozenset({"offered"}), _FROM | {"date"})),
    Rows("activities", (_WHO, _FROM, frozenset({"activity"}))),
    Rows("shifts", (_WHO, _FROM)),
)
"""Kinds of rows, the first that fits a header counts."""


def filled_rows(kind: str, source: Source) -> list[Row]:
    """All rows of a kind, each a value for every field that it knows."""
    if kind == "forecast":
        return list(_forecast_rows(source))
    known = source.agents.frame.set_index("agent_id").to_dict("index")
    rows: list[Row] = []
    for shift in shifts_of(source):
        person = _person(shift, known.get(shift.agent_id, {}), source)
        inside = [_activity(one, source) for one in shift.activities]
        rows += [{**person, **part} for part in (inside if kind == "activities" else [_shift(shift, source)])]
    return rows


def _person(shift: Shift, known: Mapping[Any, Any], source: Source) -> dict[str, Cell]:
    """known: the person's row in the file of agents."""
    identifier = source.ids.get("agent", shift.agent_id, shift.agent_id)
    name = shift.name
    first_name, last_name = first_and_last_name(name)
    return {
        "agent_id": identifier,
        "email": identifier if "@" in identifier else "",
        "name": name or shift.agent_id,
        "first_name": first_name,
        "last_name": last_name,
        "team": str(known.get("staffing_group", "")),
        "contract": str(known.get("work_plan", "")),
        "shift": shift.shift,
        "date": shift.day,
        "weekday": f"{shift.day:%A}",
        "time_zone": source.local_timezone,
    }


def _shift(shift: Shift, source: Source) -> dict[str, Cell]:
    groups = [source.ids.get("planning_group", group, group) for group in shift.groups]
    return {
        **_span(shift.start, shift.end, source),
        "minutes": shift.minutes,
        "break_minutes": shift.break_minutes(),
        "unpaid_break_minutes": shift.break_minutes(unpaid_only=True),
        "paid_hours": round(shift.paid_hours, 2),
        "position": "; ".join(groups),
    }


def _activity(one: Activity, source: Source) -> dict[str, Cell]:
    span = _span(one.start, one.end, source)
    return {
        **span,
        "date": span["start_date"],
        "minutes": one.minutes,
        "activity": source.ids.get("activity", one.kind, one.kind),
        "paid": "yes" if one.paid else "no",
        "paid_hours": round(one.minutes / 60, 2) if one.paid else 0.0,
        "position": source.ids.get("planning_group", one.group, one.group),
    }


def _span(start: pd.Timestamp, end: pd.Timestamp, source: Source) -> dict[str, Cell]:
    """Start and end as local dates and times of day."""
    first, last = (
        instant.tz_convert(source.local_timezone).tz_localize(None).to_pydatetime() for instant in (start, end)
    )
    return {
        "start": first.time(),
        "end": last.time(),
        "start_date": first.date(),
        "end_date": last.date(),
        "start_datetime": first,
        "end_datetime": last,
    }


def _forecast_rows(source: Source) -> Iterator[Row]:
    for row in rows_of(source.forecast.frame):
        values: Any = row
        span = _span(values.interval_start, values.interval_start + source.interval, source)
        yield {
            **span,
            "date": span["start_date"],
            "weekday": f"{span['start_date']:%A}",
            "position": source.ids.get("queue", str(values.queue), str(values.queue)),
            "channel": str(values.channel),
            "offered": round(float(values.offered), 2),
            "aht_seconds": round(float(values.aht_seconds), 1),
            "minutes": source.interval_minutes,
            "time_zone": source.local_timezone,
        }
