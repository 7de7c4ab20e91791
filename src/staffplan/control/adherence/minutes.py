"""Minutes of one person's shift and of a log of states: scheduled, in the right activity, worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from staffplan.tables.roster import ABSENCE, SPLIT

WORK = ("queue", "meeting", "training")
NOT_SCHEDULED = (ABSENCE, SPLIT)
MINUTE = pd.Timedelta(minutes=1)
REACH = pd.Timedelta(hours=6)
"""Work so long before a shift or after it still belongs to it."""


@dataclass(frozen=True)
class Stretch:
    """One activity from a start to an end."""

    start: pd.Timestamp
    end: pd.Timestamp
    activity: str

    def within(self, begin: pd.Timestamp, end: pd.Timestamp) -> Stretch | None:
        """The part between two instants."""
        first, last = max(self.start, begin), min(self.end, end)
        return Stretch(first, last, self.activity) if first < last else None


@dataclass(frozen=True)
class Minutes:
    """Of one shift. late: None where the person never came."""

    scheduled: float
    right: float
    work_scheduled: float
    worked: float
    late: float | None


def minutes_of(rostered: Sequence[Stretch], logged: Sequence[Stretch]) -> Minutes:
    """rostered: a shift, as far as the log goes; logged: what belongs to it. Both in order, without overlaps.

    Adherence is about the right thing at the right time, conformance about time at work at whatever time.
    Source: https://thereportingengine.com/blog/calculate-schedule-adherence-in-call-centers/
    """
    due = [one for one in rostered if one.activity not in NOT_SCHEDULED]
    came = [one for one in logged if one.activity not in NOT_SCHEDULED]
    late = None
    if came and due:
        late = max((came[0].start - due[0].start) / MINUTE, 0.0)
    return Minutes(
        _length(due),
        sum(_shared(one, logged) for one in due),
        _length([one for one in due if one.activity in WORK]),
        _length([one for one in logged if one.activity in WORK]),
        late,
    )


def _length(stretches: Sequence[Stretch]) -> float:
    return float(sum((one.end - one.start) / MINUTE for one in stretches))


def _shared(due: Stretch, logged: Sequence[Stretch]) -> float:
    """Minutes in which the log has the same activity."""
    same = (one.within(due.start, due.end) for one in logged if one.activity == due.activity)
    return _length([one for one in same if one is not None])


def windows(shifts: Sequence[tuple[pd.Timestamp, pd.Timestamp]]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Of each shift of a person, in order: the time in which logged work belongs to it, halfway to the next one."""
    found = []
    for number, (start, end) in enumerate(shifts):
        begin, until = start - REACH, end + REACH
        if number:
            last = shifts[number - 1][1]
            begin = max(begin, last + (start - last) / 2)
        if number + 1 < len(shifts):
            after = shifts[number + 1][0]
            until = min(until, end + (after - end) / 2)
        found.append((begin, until))
    return found
