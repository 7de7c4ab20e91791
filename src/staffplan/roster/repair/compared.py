"""Two rosters compared: the days of people that differ, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from staffplan.roster.repair.absences import PAUSES, AgentDay, each, is_among
from staffplan.tables.roster import ABSENCE, SPLIT, Roster

OFF = "off"
INSIDE = "work inside"


@dataclass(frozen=True)
class Changed:
    """One day of one person, before and after, in words."""

    agent_id: str
    name: str
    day: date
    change: str
    before: str
    after: str


def compared(
    before: Roster, after: Roster, zone: str, absent: frozenset[AgentDay] = frozenset()
) -> Iterator[Changed]:
    """Days that differ, by agent and day."""
    keys = _differing(before.shifts.frame, after.shifts.frame)
    keys |= _differing(before.activities.frame, after.activities.frame)
    old, new = _by_day(before, keys), _by_day(after, keys)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if (was and (was.span, was.inside)) == (now and (now.span, now.inside)):
            continue
        kind = _kind(was, now, key in absent)
        say = _work_words if kind == INSIDE else _words
        yield Changed(key[0], (was or now or _Day()).name, key[1], kind, say(was, zone), say(now, zone))


@dataclass(frozen=True)
class _Day:
    name: str = ""
    shift: str = ""
    span: tuple[Any, ...] = ()
    inside: tuple[tuple[Any, ...], ...] = ()


def _differing(before: pd.DataFrame, after: pd.DataFrame) -> set[AgentDay]:
    """The agents' days of which one table has a row that the other has not."""
    rows = pd.concat([before, after], ignore_index=True)
    own = rows[~rows.duplicated(keep=False)]
    return set(zip(own["agent_id"], own["schedule_date"].dt.date, strict=True))


def _by_day(roster: Roster, keys: Collection[AgentDay]) -> dict[AgentDay, _Day]:
    """These of the days on which somebody works."""
    inside: dict[AgentDay, list[tuple[Any, ...]]] = {}
    doing, shifts = roster.activities.frame, roster.shifts.frame
    for row in each(doing[is_among(doing, keys)].sort_values("start")):
        what = (row.start, row.end, row.activity, row.planning_group)
        inside.setdefault((row.agent_id, row.schedule_date.date()), []).append(what)
    found = {}
    for row in each(shifts[is_among(shifts, keys)]):
        key = (row.agent_id, row.schedule_date.date())
        found[key] = _Day(row.name, row.shift, (row.start, row.end), tuple(inside.get(key, ())))
    return found


def _kind(was: _Day | None, now: _Day | None, absent: bool) -> str:
    if absent:
        return "absent"
    if was is None or now is None:
        return "shift gone" if now is None else "shift new"
    return "shift moved" if was.span != now.span else INSIDE


def _words(day: _Day | None, zone: str) -> str:
    """ "day 12:00-20:00", a split shift by its parts, with "absent from 15:00" where somebody goes home."""
    if day is None:
        return OFF
    edges = [day.span[0], *(at for span in day.inside if span[2] == SPLIT for at in span[:2]), day.span[1]]
    times = [clock_time(at, zone) for at in edges]
    parts = ", ".join(f"{start}-{end}" for start, end in zip(times[::2], times[1::2], strict=True))
    family = day.shift.rsplit(" ", 1)[0] if day.shift[-3:-2] == ":" else day.shift
    gone = [span[0] for span in day.inside if span[2] == ABSENCE]
    rest = f", absent from {clock_time(gone[0], zone)}" if gone else ""
    return f"{family} {parts}{rest}"


def _work_words(day: _Day | None, zone: str) -> str:
    """When the pauses begin, and each queue that is not the one before: "break 10:30, meal 13:00; sales 09:00"."""
    spans = [] if day is None else day.inside
    pauses = [f"{what} {clock_time(start, zone)}" for start, _, what, _ in spans if what in PAUSES]
    others = [(start, group or what) for start, _, what, group in spans if what not in PAUSES]
    stretches = [
        f"{name} {clock_time(start, zone)}"
        for n, (start, name) in enumerate(others)
        if not n or others[n - 1][1] != name
    ]
    return "; ".join(filter(None, [", ".join(pauses), ", ".join(stretches)]))


def clock_time(at: pd.Timestamp, zone: str) -> str:
    """Hours and minutes on the clock of a zone."""
    return f"{at.tz_convert(zone):%H:%M}"
