"""Tours to the tables of a roster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.space import Tours
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

Span = tuple[int, int, str, str, bool]
"""First slot, end slot, activity, planning group, paid."""


def make_roster(problem: RosterProblem, tours: Tours) -> Roster:
    """The tables: one row a shift, one row for every activity in it."""
    shifts: list[dict[str, object]] = []
    activities: list[dict[str, object]] = []
    for number, day in np.argwhere(tours.choice != NOTHING).tolist():
        person, option = problem.people[number], int(tours.choice[number, day])
        shifts.append(_shift_row(problem, person, day, option))
        pauses = tours.pauses[number, day].tolist()
        spans = shift_spans(problem, day, option, pauses, tours.group[number])
        activities += [_activity_row(person, day, span) for span in spans]
    if not shifts:
        return Roster(RosterShifts.empty(), RosterActivities.empty())
    doing = _timed(problem, activities)
    local = doing["start"].dt.tz_convert(problem.period.timezone)
    doing["activity_date"] = local.dt.tz_localize(None).dt.normalize()
    return Roster(RosterShifts.of(_timed(problem, shifts)), RosterActivities.of(doing))


def _timed(problem: RosterProblem, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The rows with dates in place of numbers of days, and instants in place of slots."""
    frame, period = pd.DataFrame(rows), problem.period
    days = pd.to_datetime([period.day(day) for day in range(period.days)])
    frame["schedule_date"] = days[frame["schedule_date"].to_numpy()]
    for name in ("start", "end"):
        frame[name] = period.start + pd.to_timedelta(frame[name] * period.slot_minutes, unit="min")
    return frame


def _shift_row(problem: RosterProblem, person: Person, day: int, number: int) -> dict[str, object]:
    option, first = problem.options[number], int(problem.option_slot[number, day])
    return {
        "agent_id": person.agent_id,
        "name": person.name,
        "schedule_date": day,
        "shift": option.name,
        "start": first,
        "end": first + option.slots,
        "paid_hours": option.paid_minutes / 60,
        "premium_hours": "",
    }


def _activity_row(person: Person, day: int, span: Span) -> dict[str, object]:
    first, end, activity, group, paid = span
    return {
        "agent_id": person.agent_id,
        "schedule_date": day,
        "start": first,
        "end": end,
        "activity": activity,
        "planning_group": group,
        "paid": "yes" if paid else "no",
    }


def shift_spans(
    problem: RosterProblem, day: int, number: int, pauses: list[int], serving: NDArray[np.int8]
) -> Iterator[Span]:
    """What happens in a shift, without gaps: pauses, and between them time on queue split where the group changes.
    `serving`: (intervals,), the group served."""
    option, first = problem.options[number], int(problem.option_slot[number, day])
    at = first
    for pause, offset in zip(option.pauses, pauses, strict=False):
        yield from _queue_spans(problem, at, first + offset, serving)
        at = first + offset + pause.slots
        yield first + offset, at, pause.activity, "", pause.paid
    yield from _queue_spans(problem, at, first + option.slots, serving)


def _queue_spans(problem: RosterProblem, first: int, end: int, serving: NDArray[np.int8]) -> Iterator[Span]:
    step = problem.period.slots_per_interval
    begin = first
    for slot in range(first, end):
        if slot + 1 == end or serving[(slot + 1) // step] != serving[slot // step]:
            yield begin, slot + 1, "queue", problem.groups[serving[slot // step]], True
            begin = slot + 1
