"""What people must be told of their days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from staffplan.roster.repair.absences import AgentDay
from staffplan.roster.repair.compared import INSIDE, OFF, Changed, clock_time, compared
from staffplan.tables.ledger import STANDBY, RosterMessages, RosterTold
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby

NO_STANDBY = "no standby"


def told(
    before: Roster,
    after: Roster,
    timezone: str,
    off: Mapping[AgentDay, str] | None = None,
    standby: tuple[Standby, Standby] | None = None,
) -> tuple[RosterTold, RosterMessages]:
    """What people must be told: the days that differ, and a text for each person. Whoever has no shift or standby in
    `before` is told of theirs, all others of changes. off: the kind of a day off, where it is time off. standby:
    before and after."""
    stood, stands = standby or (Standby.empty(), Standby.empty())
    known = set(before.shifts.frame["agent_id"]) | set(stood.frame["agent_id"])
    changes = [_with_kind(change, off or {}) for change in compared(before, after, timezone)]
    changes += standby_compared(stood, stands, timezone)
    changes.sort(key=lambda change: (change.agent_id, change.day, change.change == STANDBY))
    rows = [
        (c.agent_id, c.name, pd.Timestamp(c.day), c.change, c.before or "nothing", c.after or "nothing")
        for c in changes
    ]
    columns = ["agent_id", "name", "schedule_date", "change", "before", "after"]
    messages = [_message(own, is_new=own[0].agent_id not in known) for own in _by_person(changes)]
    return (
        RosterTold.of(pd.DataFrame(rows, columns=columns)) if rows else RosterTold.empty(),
        RosterMessages.of(pd.DataFrame(messages)) if rows else RosterMessages.empty(),
    )


def standby_compared(before: Standby, after: Standby, timezone: str) -> Iterator[Changed]:
    """Days of people whose standby differs, "standby evening 18:00-22:00" in words."""
    was, now = _standby_by_day(before, timezone), _standby_by_day(after, timezone)
    for agent, day in sorted(was.keys() | now.keys()):
        (old_name, old), (name, new) = was.get((agent, day), ("", "")), now.get((agent, day), ("", ""))
        if old != new:
            yield Changed(agent, name or old_name, day, STANDBY, old or NO_STANDBY, new or NO_STANDBY)


def _standby_by_day(table: Standby, timezone: str) -> dict[AgentDay, tuple[str, str]]:
    """Name and words of each day of a person's standby."""
    found: dict[AgentDay, tuple[str, str]] = {}
    rows = table.frame.sort_values(["start", "standby"])
    for row in rows.to_dict("records"):
        key = (str(row["agent_id"]), row["schedule_date"].date())
        times = f"{clock_time(row['start'], timezone)}-{clock_time(row['end'], timezone)}"
        said = f"standby {row['standby']} {times}"
        found[key] = (str(row["name"]), f"{found[key][1]}, {said}" if key in found else said)
    return found


def _with_kind(change: Changed, off: Mapping[AgentDay, str]) -> Changed:
    """A day that became time off, "off (vacation)"."""
    kind = off.get((change.agent_id, change.day))
    return replace(change, after=f"{OFF} ({kind})") if kind and change.after == OFF else change


def _by_person(changes: Iterable[Changed]) -> Iterator[list[Changed]]:
    people: dict[str, list[Changed]] = {}
    for change in changes:
        people.setdefault(change.agent_id, []).append(change)
    yield from people.values()


def _message(changes: list[Changed], *, is_new: bool) -> dict[str, object]:
    first = changes[0]
    kinds = {"standby" if change.change == STANDBY else "shifts" for change in changes}
    whose = " and ".join(sorted(kinds))
    are, have = ("is", "has") if kinds == {"standby"} else ("are", "have")
    what = f"{'This' if are == 'is' else 'These'} {are} your {whose}" if is_new else f"Your {whose} {have} changed"
    days = [f"{_day(change.day)}: {change.after if is_new else _words(change)}" for change in changes]
    lines = [f"{first.name or first.agent_id}: {what}.", *days]
    return {
        "agent_id": first.agent_id,
        "name": first.name,
        "days": len({change.day for change in changes}),
        "message": "\n".join(lines),
    }


def _day(day: date) -> str:
    return f"{day:%a %d %b %Y}"


def _words(change: Changed) -> str:
    inside = "same shift, " if change.change == INSIDE else ""
    return f"{inside}{change.after or 'nothing'}; before: {change.before or 'nothing'}"
