"""What somebody does in a shift, as spans without gaps; changed one span at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from staffplan.tables.roster import BREAKS, Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import Column, Table

TableType = TypeVar("TableType", bound=Table)

KEY = ["agent_id", "schedule_date"]
QUEUE = "queue"
MEETINGS = ("meeting", "training")
MOVED = (*BREAKS, *MEETINGS)
"""Activities that may be moved within the shift."""


@dataclass(frozen=True)
class Span:
    """From `start` to `end`; `group` is served on queue."""

    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    group: str
    paid: str

    @property
    def length(self) -> pd.Timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class Shift:
    """A person's shift of a day, and what happens inside it; of somebody who is off it has no spans.

    shift: its name in the roster, "early 07:00".
    """

    agent_id: str
    name: str
    schedule_date: pd.Timestamp
    spans: tuple[Span, ...]
    shift: str = ""

    @property
    def start(self) -> pd.Timestamp:
        return self.spans[0].start

    @property
    def end(self) -> pd.Timestamp:
        return self.spans[-1].end

    @property
    def paid_hours(self) -> float:
        return sum(span.length / pd.Timedelta(hours=1) for span in self.spans if span.paid == "yes")


def worked_between(roster: Roster, begin: pd.Timestamp, end: pd.Timestamp) -> Roster:
    """The shifts that somebody works between two instants, those that began on the day before too; whole."""
    shifts, doing = roster.shifts, roster.activities
    rows = doing.frame
    there = rows[(rows["start"] < end) & (rows["end"] > begin)]
    keys = pd.MultiIndex.from_frame(there[KEY])
    return Roster(
        shifts.only(pd.MultiIndex.from_frame(shifts.frame[KEY]).isin(keys)),
        doing.only(pd.MultiIndex.from_frame(rows[KEY]).isin(keys)),
    )


def since(roster: Roster, begin: pd.Timestamp) -> Roster:
    """What is left of a roster from an instant on; its shifts stay whole."""
    doing = roster.activities.only((roster.activities.frame["end"] > begin).to_numpy())
    start = doing.frame["start"].where(doing.frame["start"] >= begin, begin)
    return Roster(roster.shifts, replace(doing, frame=doing.frame.assign(start=start)))


def shifts_of(roster: Roster) -> Iterator[Shift]:
    """Everybody's shifts, by person and day."""
    rows = roster.activities.frame.sort_values(["agent_id", "start"])
    frame = roster.shifts.frame
    told = zip(frame["agent_id"], frame["schedule_date"], frame["name"], frame["shift"], strict=True)
    known = {(agent_id, day): (str(name), str(shift)) for agent_id, day, name, shift in told}
    columns = ["start", "end", "activity", "planning_group", "paid"]
    for key, own in rows.groupby(KEY, sort=False):
        agent_id, day = key
        name, shift = known.get((agent_id, day), ("", ""))
        spans = tuple(Span(*row) for row in own[columns].itertuples(index=False, name=None))
        yield Shift(str(agent_id), name, pd.Timestamp(str(day)), spans, shift)


def held_together(shifts: Iterable[Shift]) -> frozenset[Span]:
    """Meetings and training that more than one person has at the same time: nobody can be moved out of one alone."""
    counted = Counter(span for shift in shifts for span in shift.spans if span.activity in MEETINGS)
    return frozenset(span for span, people in counted.items() if people > 1)


def moved(shift: Shift, number: int, start: pd.Timestamp) -> Shift | None:
    """The shift with one of its spans at another time, where it is on queue throughout; None where it is not."""
    span = shift.spans[number]
    before = shift.spans[number - 1] if number else None
    after = shift.spans[number + 1] if number + 1 < len(shift.spans) else None
    queue = next((one for one in (before, after) if one is not None and one.activity == QUEUE), None)
    if queue is None:
        return None
    freed = replace(queue, start=span.start, end=span.end)
    rest = _merged([*shift.spans[:number], freed, *shift.spans[number + 1 :]])
    return put(replace(shift, spans=rest), replace(span, start=start, end=start + span.length))


def put(shift: Shift, span: Span) -> Shift | None:
    """The shift with the span in place of time on queue; None where it does not lie in one stretch of that."""
    for number, there in enumerate(shift.spans):
        if there.activity == QUEUE and there.start <= span.start and span.end <= there.end:
            pieces = (replace(there, end=span.start), span, replace(there, start=span.end))
            spans = [*shift.spans[:number], *pieces, *shift.spans[number + 1 :]]
            return replace(shift, spans=_merged([one for one in spans if one.start < one.end]))
    return None


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbours on queue for one group made one."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if last and last.activity == span.activity == QUEUE and last.group == span.group:
            found[-1] = replace(last, end=span.end)
        else:
            found.append(span)
    return tuple(found)


def with_shifts(roster: Roster, shifts: Sequence[Shift], timezone: str) -> Roster:
    """The roster with these shifts in place of those that the people have on the days, or beside them where they have
    none. Nothing is checked, as hundreds are tried: see `checked`."""
    order = {agent_id: number for number, agent_id in enumerate(dict.fromkeys(roster.shifts.frame["agent_id"]))}
    order |= {who: len(order) + more for more, who in enumerate(sorted({one.agent_id for one in shifts} - {*order}))}
    days = [_shift_row(shift) for shift in shifts]
    doing = [row for shift in shifts for row in _rows(shift, timezone)]
    return Roster(_joined(roster.shifts, days, shifts, order), _joined(roster.activities, doing, shifts, order))


def checked(roster: Roster) -> Roster:
    """Raises DataError where its rows are none of a roster."""
    return Roster(RosterShifts.of(roster.shifts.frame), RosterActivities.of(roster.activities.frame))


def _joined(
    table: TableType, rows: Sequence[Mapping[str, object]], shifts: Sequence[Shift], order: Mapping[str, int]
) -> TableType:
    """A table with rows in place of those of these shifts, by agent in this order, then by time."""
    frame = table.frame
    replaced = np.zeros(len(frame), dtype=bool)
    for shift in shifts:
        replaced |= (frame["agent_id"] == shift.agent_id) & (frame["schedule_date"] == shift.schedule_date)
    columns = {column.name: _column([row[column.name] for row in rows], column) for column in table.columns}
    both = pd.concat([frame[~replaced], pd.DataFrame(columns)], ignore_index=True)
    place = both["agent_id"].map(order).fillna(len(order)).to_numpy()
    ordered = np.lexsort((both["start"].astype("int64").to_numpy(), place))
    return replace(table, frame=both.take(ordered).reset_index(drop=True), rows=np.arange(len(both), dtype=np.int64))


def _column(values: list[object], column: Column) -> pd.Series:
    """As a table holds it."""
    if column.kind == "instant":
        return pd.to_datetime(pd.Series(values, dtype=object), utc=True).dt.as_unit("ns")
    return pd.Series(values, dtype={"date": "datetime64[ns]", "text": "object"}.get(column.kind, "float64"))


def _shift_row(shift: Shift) -> dict[str, object]:
    return {
        "agent_id": shift.agent_id,
        "name": shift.name,
        "schedule_date": shift.schedule_date,
        "shift": shift.shift,
        "start": shift.start,
        "end": shift.end,
        "paid_hours": shift.paid_hours,
        "premium_hours": "",
    }


def _rows(shift: Shift, timezone: str) -> Iterator[dict[str, object]]:
    for span in shift.spans:
        yield {
            "agent_id": shift.agent_id,
            "schedule_date": shift.schedule_date,
            "activity_date": span.start.tz_convert(timezone).tz_localize(None).normalize(),
            "start": span.start,
            "end": span.end,
            "activity": span.activity,
            "planning_group": span.group,
            "paid": span.paid,
        }
