"""The roster as other systems list it: shifts with what happens inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from staffplan.export.source import Source
from staffplan.export.text import rows_of
from staffplan.tables.roster import BREAKS, SPLIT

NAMES = {"queue": "on queue"}
"""Activities whose name is not plain English by itself."""


DayOff = tuple[str, date, str, bool]
"""Agent, day, kind and whether it is paid."""


@dataclass(frozen=True)
class Activity:
    """Part of a shift; instants are UTC. `group` only where it is on queue."""

    start: pd.Timestamp
    end: pd.Timestamp
    kind: str
    paid: bool
    group: str = ""

    @property
    def minutes(self) -> int:
        return round((self.end - self.start) / pd.Timedelta(minutes=1))

    @property
    def is_break(self) -> bool:
        return self.kind in BREAKS


@dataclass(frozen=True)
class Shift:
    """One person's day of work, or one part of it where the shift is split."""

    agent_id: str
    name: str
    day: date
    shift: str
    start: pd.Timestamp
    end: pd.Timestamp
    paid_hours: float
    activities: tuple[Activity, ...]
    part: int = 1

    @property
    def minutes(self) -> int:
        return round((self.end - self.start) / pd.Timedelta(minutes=1))

    def break_minutes(self, *, unpaid_only: bool = False) -> int:
        """Minutes of breaks and meals."""
        return sum(a.minutes for a in self.activities if a.is_break and not (unpaid_only and a.paid))

    @property
    def groups(self) -> tuple[str, ...]:
        """Planning groups served, in the order in which they are."""
        return tuple(dict.fromkeys(a.group for a in self.activities if a.group))


def shifts_of(source: Source, *, joined: bool = False) -> list[Shift]:
    """All shifts, by agent and day; a split one is two of them. joined: time on queue for one group after
    another counts as one activity."""
    inside: dict[tuple[str, date], list[Activity]] = {}
    rows = source.roster.activities.frame.sort_values(["agent_id", "start"], kind="stable")
    for row in rows_of(rows):
        one = Activity(row.start, row.end, str(row.activity), row.paid == "yes", str(row.planning_group))
        inside.setdefault((str(row.agent_id), row.schedule_date.date()), []).append(one)
    names = names_of(source)
    frame = source.roster.shifts.frame.sort_values(["agent_id", "schedule_date"], kind="stable")
    found = []
    for row in rows_of(frame):
        agent, day = str(row.agent_id), row.schedule_date.date()
        activities = _joined(inside.get((agent, day), [])) if joined else inside.get((agent, day), [])
        name = str(row.name) or names.get(agent, "")
        times = (row.start, row.end, float(row.paid_hours))
        found += _parts(Shift(agent, name, day, str(row.shift), *times, tuple(activities)))
    return found


def _parts(shift: Shift) -> list[Shift]:
    """The shift, or both parts of a split one."""
    free = next((one for one in shift.activities if one.kind == SPLIT), None)
    if free is None:
        return [shift]
    before = tuple(one for one in shift.activities if one.end <= free.start)
    after = tuple(one for one in shift.activities if one.start >= free.end)
    hours = [sum(one.minutes for one in part if one.paid) / 60 for part in (before, after)]
    return [
        replace(shift, end=free.start, paid_hours=hours[0], activities=before),
        replace(shift, start=free.end, paid_hours=hours[1], activities=after, part=2),
    ]


def _joined(activities: list[Activity]) -> list[Activity]:
    found: list[Activity] = []
    for one in activities:
        last = found[-1] if found else None
        if last is not None and last.kind == one.kind == "queue" and (last.end, last.paid) == (one.start, one.paid):
            group = last.group if last.group == one.group else ""
            found[-1] = Activity(last.start, one.end, "queue", one.paid, group)
        else:
            found.append(one)
    return found


def names_of(source: Source) -> dict[str, str]:
    """The name of each agent in the file of agents."""
    frame = source.agents.frame
    return dict(zip(frame["agent_id"], frame["name"], strict=True))


def first_and_last_name(name: str) -> tuple[str, str]:
    """ "Ines Gallego" and "Gallego, Ines" to Ines and Gallego; a name of one word is the last name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last


def days_off(source: Source) -> Iterator[DayOff]:
    """Agent, day, kind and whether it is paid, of each whole day of time off among the days planned."""
    if source.planned is None:
        return
    first, last, seen = source.planned.first, source.planned.last, set()
    for row in rows_of(source.time_off.whole.frame):
        begin, end = max(first, row.first_day.date()), min(last, row.last_day.date())
        for number in range((end - begin).days + 1):
            key = (str(row.agent_id), begin + timedelta(days=number))
            if key not in seen:
                seen.add(key)
                yield *key, str(row.kind) or "time off", row.paid != "no"
