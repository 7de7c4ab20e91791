"""A break of somebody's shift at another time; the work around it closes up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from staffplan.clock import wall_instant
from staffplan.errors import Problem, UsageError
from staffplan.roster.edits.rows import in_order
from staffplan.roster.repair.absences import each, is_among
from staffplan.roster.repair.compared import clock_time
from staffplan.tables.roster import BREAKS, Roster, RosterActivities

QUEUE = "queue"


def with_break_moved(roster: Roster, agent_id: str, day: date, span: tuple[int | None, int], zone: str) -> Roster:
    """The roster with a break of a day's shift at another time.

    span: when it begins now (None: the only one), and then, minutes of the clock after midnight. Where it was, the
    work before it goes on, or else what comes after begins earlier. Raises UsageError where that cannot be: it must
    lie within one stretch on a queue, or border on its old place.
    """
    frame = roster.activities.frame
    mine = is_among(frame, [(agent_id, day)])
    if not mine.any():
        said = f"{agent_id} has no shift on {day:%a %d %b %Y}"
        raise UsageError(Problem("break", said, "name a day on which the person works"))
    rows = list(each(frame[mine].sort_values("start")))
    pause = _pause(rows, day, span[0], zone)
    length = pause.end - pause.start
    begin = _at(rows, day, span[1], zone)
    without = list(_closed_up(rows, pause))
    made = pd.DataFrame(list(_cut(without, pause, begin, length, zone)), columns=frame.columns)
    made["activity_date"] = made["start"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    activities = pd.concat([frame[~mine], made.astype(frame.dtypes.to_dict())], ignore_index=True)
    return in_order(Roster(roster.shifts, RosterActivities.of(activities, roster.activities.source)), roster)


def _at(rows: list[Any], day: date, minute: int, zone: str) -> pd.Timestamp:
    """An instant of the shift; a time before its beginning is one of the next day."""
    at = wall_instant(day, minute, zone)
    return wall_instant(day + timedelta(days=1), minute, zone) if at < rows[0].start else at


def _pause(rows: list[Any], day: date, minute: int | None, zone: str) -> Any:
    pauses = [row for row in rows if row.activity in BREAKS]
    known = ", ".join(f"{row.activity} {clock_time(row.start, zone)}" for row in pauses) or "none"
    if minute is None:
        if len(pauses) != 1:
            said = f"the shift has {len(pauses)} breaks: {known}"
            raise UsageError(Problem("break", said, "say which one with --at" if pauses else "there is none to move"))
        return pauses[0]
    found = [row for row in pauses if row.start == _at(rows, day, minute, zone)]
    if not found:
        said = f"no break begins at {minute // 60:02d}:{minute % 60:02d}"
        raise UsageError(Problem("--at", said, f"the breaks of the shift: {known}"))
    return found[0]


def _closed_up(rows: list[Any], pause: Any) -> Iterator[dict[str, Any]]:
    """The rows without the pause: the queue before it goes on, or the one after begins earlier."""
    place = [row.start for row in rows].index(pause.start)
    before, after = rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None
    fills = next((one for one in (before, after) if one is not None and one.activity == QUEUE), None)
    if fills is None:
        raise UsageError(Problem("break", "the break has no work on a queue beside it", "edit the roster's files"))
    fields = [{name: value for name, value in row._asdict().items() if name != "Index"} for row in rows]
    for row, named in zip(rows, fields, strict=True):
        if row is pause:
            continue
        if row is fills:
            named |= {"end": pause.end} if fills is before else {"start": pause.start}
        yield named


def _cut(
    rows: list[dict[str, Any]], pause: Any, begin: pd.Timestamp, length: pd.Timedelta, zone: str
) -> Iterator[dict[str, Any]]:
    """The rows with the pause cut into one of them, on a queue throughout; neighbours that say the same are one."""
    end, merged = begin + length, _merged(rows)
    hit = [row for row in merged if row["start"] <= begin and end <= row["end"] and row["activity"] == QUEUE]
    if not hit:
        said = f"{clock_time(begin, zone)} to {clock_time(end, zone)} is not one stretch of work on a queue"
        raise UsageError(Problem("--to", said, "give a time at which the person is on a queue all that while"))
    for row in merged:
        if row is not hit[0]:
            yield row
            continue
        what = {"activity": pause.activity, "planning_group": pause.planning_group, "paid": pause.paid}
        pieces = (row | {"end": begin}, row | {"start": begin, "end": end} | what, row | {"start": end})
        yield from (piece for piece in pieces if piece["start"] < piece["end"])


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows:
        last = found[-1] if found else None
        same = ("activity", "planning_group", "paid")
        if last and last["end"] == row["start"] and row["activity"] == QUEUE and all(last[k] == row[k] for k in same):
            last["end"] = row["end"]
        else:
            found.append(dict(row))
    return found
