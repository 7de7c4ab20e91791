"""Deputy: the bodies of POST /api/v1/supervise/roster, one for each shift.

Source: Deputy developer documentation, "Adding a shift": times in seconds since 1970; blnPublish would notify people.
"""

from __future__ import annotations

from staffplan.errors import DataError, Problem
from staffplan.export.source import Exported, Source
from staffplan.export.text import json_bytes
from staffplan.export.work import Shift, shifts_of


def make(source: Source) -> Exported:
    """A list of shifts, none of them published. A shift goes to the area of the group that it serves first."""
    shifts = shifts_of(source)
    wanted = {
        "agent": {shift.agent_id for shift in shifts},
        "planning_group": {group for shift in shifts for group in shift.groups[:1]},
    }
    source.ids.require(wanted, "deputy")
    _refuse_text(source, wanted)
    return Exported({"deputy_shifts.json": json_bytes([_body(source, shift) for shift in shifts])})


def _refuse_text(source: Source, wanted: dict[str, set[str]]) -> None:
    problems = [
        Problem(source.ids.place, f"{kind} {name!r}: the id {text!r} is not a whole number", "Deputy counts its ids")
        for kind, names in wanted.items()
        for name in sorted(names)
        if not (text := source.ids.get(kind, name)).isdigit()
    ]
    if problems:
        raise DataError(problems)


def _body(source: Source, shift: Shift) -> dict[str, object]:
    meal = sum(one.minutes for one in shift.activities if one.is_break and not one.paid)
    return {
        "intStartTimestamp": int(shift.start.timestamp()),
        "intEndTimestamp": int(shift.end.timestamp()),
        "intRosterEmployee": int(source.ids.get("agent", shift.agent_id)),
        "blnPublish": False,
        "intMealbreakMinute": meal,
        "intOpunitId": int(source.ids.get("planning_group", shift.groups[0])) if shift.groups else 0,
        "blnForceOverwrite": 0,
        "blnOpen": 0,
        "strComment": f"staffplan {shift.shift}",
        "intConfirmStatus": 1,
    }
