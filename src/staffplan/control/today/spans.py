"""What somebody does in a shift, as spans without gaps; changed one span at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from staffplan.tables.roster import BREAKS, Roster, RosterActivities, RosterShifts

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
    """A person's shift of a day, and what happens inside it."""

    agent_id: str
    name: str
    schedule_date: pd.Timestamp
    spans: tuple[Span, ...]

    @property
    def start(self) -> pd.Timestamp:
        return self.spans[0].start

    @property
    def end(self) -> pd.Timestamp:
        return self.spans[-1].end

    @property
    def paid_hours(self) -> float:
        return sum(span.length / pd.Timedelta(hours=1) for span in self.spans if span.paid == "yes")


def shifts_of(roster: Roster, day: pd.Timestamp) -> Iterator[Shift]:
    """Everybody's shift that begins on a local day."""
    rows = roster.activities.frame
    rows = rows[rows["schedule_date"] == day].sort_values(["agent_id", "start"])
    frame = roster.shifts.frame
    names = dict(zip(frame["agent_id"], frame["name"], strict=True))
    columns = ["start", "end", "activity", "planning_group", "paid"]
    for agent_id, own in rows.groupby("agent_id", sort=False):
        spans = tuple(Span(*row) for row in own[columns].itertuples(index=False, name=None))
        yield Shift(str(agent_id), str(names.get(agent_id, "")), day, spans)


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
    """The roster with these shifts in place of those that the people have on the days; they alone are checked.

    Raises DataError where they are no rows of a roster.
    """
    doing, worked = roster.activities.frame, roster.shifts.frame
    keys = pd.MultiIndex.from_tuples([(shift.agent_id, shift.schedule_date) for shift in shifts])
    other = ~pd.MultiIndex.from_frame(doing[["agent_id", "schedule_date"]]).isin(keys)
    fresh = RosterActivities.of(pd.DataFrame([row for shift in shifts for row in _rows(shift, timezone)]))
    changed = worked.copy()
    place = dict(zip(zip(worked["agent_id"], worked["schedule_date"], strict=True), worked.index, strict=True))
    touched = [place[shift.agent_id, shift.schedule_date] for shift in shifts]
    for row, shift in zip(touched, shifts, strict=True):
        changed.loc[row, "start"], changed.loc[row, "end"] = shift.start, shift.end
        changed.loc[row, "paid_hours"] = shift.paid_hours
    RosterShifts.of(changed.loc[touched])
    both = pd.concat([doing[other], fresh.frame]).sort_values(["agent_id", "start"], ignore_index=True)
    numbers = np.arange(len(both), dtype=np.int64)
    return Roster(replace(roster.shifts, frame=changed), replace(roster.activities, frame=both, rows=numbers))


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
