"""Rosters in the shapes of other systems: who works from when to when.

shifts.csv, the schedule of Genesys Cloud, the activities of Assembled and the shifts of Deputy. What happens inside a
shift is used for its paid hours alone: what these shapes leave out could not be checked.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import DataError, Problem, place_of
from staffplan.files.read import bytes_of, column_names, read_table
from staffplan.tables.exchange import ExternalIds, PlainShifts
from staffplan.tables.roster import SPLIT, Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import Table

MINUTE = pd.Timedelta(minutes=1)
MOST_BYTES = 500_000_000
"""Of a compressed file."""
UNPAID = ("meal",)
"""Activities that are not paid, in a shape that does not say so."""
Shift = tuple[str, pd.Timestamp, pd.Timestamp, float]
"""The other system's id of the agent, start, end, paid minutes."""
KNOWN = "shifts.csv, or the JSON of a Genesys Cloud schedule, of Assembled activities or of Deputy shifts"


def read_foreign_roster(path: Path, timezone: str, ids: ExternalIds | None = None) -> Roster:
    """A roster of which the shifts alone are known. ids: how the other system calls agents and activities.

    Raises DataError where the file has no such shape.
    """
    place = place_of(path)
    data = _unpacked(bytes_of(path, place), place)
    if data.lstrip()[:1] in (b"{", b"["):
        found = list(_shifts_of(_document(data, place), our_names(ids, "activity"), place))
        agents = our_names(ids, "agent")
        rows = [(agents.get(agent, agent), start, end, paid) for agent, start, end, paid in found]
        frame = pd.DataFrame(rows, columns=["agent_id", "start", "end", "paid"])
        return shifts_alone(frame.assign(shift=""), timezone, place)
    if _has(path, RosterShifts):
        return Roster(read_table(path, RosterShifts, timezone=timezone), RosterActivities.empty())
    plain = read_table(path, PlainShifts, timezone=timezone).frame
    length = (plain["end"] - plain["start"]).dt.total_seconds() / 60 - plain["unpaid_break_minutes"].fillna(0.0)
    paid = (plain["paid_hours"] * 60).fillna(length)
    return shifts_alone(plain.assign(paid=paid, schedule_date=plain["date"]), timezone, place)


def _unpacked(data: bytes, place: str) -> bytes:
    """The content of a compressed file; of any other the file itself."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise DataError(Problem(place, "the compressed file is damaged", "export it again")) from error
    if unpacking.unconsumed_tail:
        raise DataError(Problem(place, f"holds more than {MOST_BYTES:,} bytes", "give the roster of fewer weeks"))
    return found


def is_other_table(data: bytes, path: Path) -> bool:
    """Whether a file is a workbook, or a table without the columns of shifts.csv."""
    if data.startswith(b"PK\x03\x04"):
        return True
    if data.lstrip()[:1] in (b"{", b"[", b"\x1f"):
        return False
    return not (_has(path, PlainShifts) or _has(path, RosterShifts))


def _has(path: Path, table: type[Table]) -> bool:
    """Whether a file has the columns that a table needs."""
    return {column.name for column in table.columns if column.required} <= set(column_names(path))


def our_names(ids: ExternalIds | None, kind: str) -> dict[str, str]:
    """Our names by the other system's ids."""
    if ids is None:
        return {}
    rows = ids.frame[ids.frame["kind"] == kind]
    return dict(zip(rows["id"], rows["name"], strict=True))


def _document(data: bytes, place: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise DataError(Problem(place, f"is not JSON: {error}", "export it again")) from error


def _shifts_of(document: Any, activities: Mapping[str, str], place: str) -> Iterator[Shift]:
    try:
        match document:
            case {"agentSchedules": list(schedules)}:
                yield from _genesys(schedules)
            case {"activities": list(rows)}:
                yield from _assembled(rows, activities)
            case [{"intRosterEmployee": _}, *_]:
                yield from (_deputy(body) for body in document)
            case _:
                raise KeyError("agentSchedules, activities or intRosterEmployee")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        said = f"is not a roster that is known: {error}"
        raise DataError(Problem(place, said, f"give a folder with roster_shifts.csv, {KNOWN}")) from error


def _genesys(schedules: list[Any]) -> Iterator[Shift]:
    for schedule in schedules:
        for shift in schedule["shifts"]:
            start = pd.Timestamp(shift["startDate"])
            paid = sum(one["payableMinutes"] for one in shift["activities"])
            yield schedule["userId"], start, start + shift["lengthMinutes"] * MINUTE, float(paid)


def _assembled(rows: list[Any], activities: Mapping[str, str]) -> Iterator[Shift]:
    """Activities of a person that touch are one shift."""
    spans = [(row["agent_id"], pd.Timestamp(row["start_time"]), pd.Timestamp(row["end_time"]), row) for row in rows]
    open_shift: Shift | None = None
    for agent, start, end, row in sorted(spans, key=lambda span: span[:2]):
        name = activities.get(row["activity_type_id"], row["activity_type_id"])
        paid = 0.0 if name in UNPAID else (end - start) / MINUTE
        if open_shift is not None and open_shift[0] == agent and open_shift[2] == start:
            open_shift = (agent, open_shift[1], end, open_shift[3] + paid)
        else:
            if open_shift is not None:
                yield open_shift
            open_shift = (agent, start, end, paid)
    if open_shift is not None:
        yield open_shift


def _deputy(body: Mapping[str, Any]) -> Shift:
    start, end = (pd.Timestamp(body[name], unit="s", tz="UTC") for name in ("intStartTimestamp", "intEndTimestamp"))
    return str(body["intRosterEmployee"]), start, end, (end - start) / MINUTE - body["intMealbreakMinute"]


def shifts_alone(frame: pd.DataFrame, timezone: str, place: str) -> Roster:
    """A roster of shifts. Two on a day, one after the other, are the parts of a split shift.

    frame: agent_id, start, end, paid minutes, the shift's name, and the day where it is not that of the start.
    """
    days = frame.get("schedule_date", _local_days(frame["start"], timezone))
    shifts = frame.assign(
        schedule_date=days, paid_hours=frame["paid"] / 60, shift=frame["shift"].where(frame["shift"] != "", "shift")
    )
    joined, free = _with_parts_joined(shifts, timezone)
    return Roster(RosterShifts.of(joined, place), free)


def _local_days(instants: pd.Series, timezone: str) -> pd.Series:
    return pd.to_datetime(pd.Series(local_dates(pd.DatetimeIndex(instants), timezone), index=instants.index))


def _with_parts_joined(shifts: pd.DataFrame, timezone: str) -> tuple[pd.DataFrame, RosterActivities]:
    """One row for each agent and day, and the free time between the parts; parts that overlap stay as they are."""
    keys = ["agent_id", "schedule_date"]
    ordered = shifts.sort_values([*keys, "start"], kind="stable")
    before = ordered.groupby(keys)["end"].shift()
    overlaps = (ordered["start"] < before).groupby([ordered[key] for key in keys]).transform("any")
    follows = before.notna() & ~overlaps
    if not follows.any():
        return shifts, RosterActivities.empty()
    free = ordered[follows].assign(end=ordered["start"], start=before, activity=SPLIT, planning_group="", paid="no")
    free = free[free["start"] < free["end"]]
    run = (~follows).cumsum()
    sums = ordered.assign(
        end=ordered.groupby(run)["end"].transform("last"),
        paid_hours=ordered.groupby(run)["paid_hours"].transform("sum"),
    )
    free["activity_date"] = _local_days(free["start"], timezone)
    return sums[~follows].sort_index(), RosterActivities.of(free)
