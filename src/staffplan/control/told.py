"""What people must be told of their days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from staffplan.roster.repair.absences import AgentDay
from staffplan.roster.repair.compared import INSIDE, OFF, Changed, compared
from staffplan.tables.ledger import RosterMessages, RosterTold
from staffplan.tables.roster import Roster


def told(
    before: Roster, after: Roster, timezone: str, off: Mapping[AgentDay, str] | None = None
) -> tuple[RosterTold, RosterMessages]:
    """What people must be told: the days that differ, and a text for each person. Whoever has no shift in `before` is
    told of shifts, all others of changes. off: the kind of a day off, where it is time off."""
    known = set(before.shifts.frame["agent_id"])
    changes = [_with_kind(change, off or {}) for change in compared(before, after, timezone)]
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
    what = "These are your shifts" if is_new else "Your shifts have changed"
    days = [f"{_day(change.day)}: {change.after if is_new else _words(change)}" for change in changes]
    lines = [f"{first.name or first.agent_id}: {what}.", *days]
    return {"agent_id": first.agent_id, "name": first.name, "days": len(changes), "message": "\n".join(lines)}


def _day(day: date) -> str:
    return f"{day:%a %d %b %Y}"


def _words(change: Changed) -> str:
    inside = "same shift, " if change.change == INSIDE else ""
    return f"{inside}{change.after or 'nothing'}; before: {change.before or 'nothing'}"
