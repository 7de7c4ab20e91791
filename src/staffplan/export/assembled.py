"""Assembled: the body of POST /v0/activities/bulk.

Source: a third-party description of the interface (api-evangelist/assembled), not the vendor's own: try it on a few
people first.
"""

from __future__ import annotations

from staffplan.export.source import Exported, Source, note
from staffplan.export.text import json_bytes, utc_text
from staffplan.export.work import Activity, Shift, shifts_of


def make(source: Source) -> Exported:
    """All activities of all shifts, with instants in UTC."""
    shifts = shifts_of(source)
    inside = [one for shift in shifts for one in shift.activities]
    wanted = {
        "agent": {shift.agent_id for shift in shifts},
        "activity": {one.kind for one in inside},
        "planning_group": {one.group for one in inside if one.group},
    }
    source.ids.require(wanted, "assembled")
    activities = [_row(source, shift, n, one) for shift in shifts for n, one in enumerate(shift.activities)]
    said = "the shape follows a third-party description of the interface: try it on a few people first"
    return Exported({"activities.json": json_bytes({"activities": activities})}, (note("assembled", said),))


def _row(source: Source, shift: Shift, number: int, one: Activity) -> dict[str, object]:
    place = f"{number}" if shift.part == 1 else f"{shift.part}-{number}"
    queues = {"queue_ids": [source.ids.get("planning_group", one.group)]} if one.group else {}
    return {
        "agent_id": source.ids.get("agent", shift.agent_id),
        "activity_type_id": source.ids.get("activity", one.kind),
        "start_time": utc_text(one.start),
        "end_time": utc_text(one.end),
        **queues,
        "external_id": f"staffplan:{shift.agent_id}:{shift.day}:{place}",
    }
