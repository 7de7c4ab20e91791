"""The shifts of every plan: 4, 6 and 8.5 hours, starts each half hour, an unpaid half hour inside the longer two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from real_calls.calls import MINUTES
from staffplan.settings.roster import BreakSettings, ShiftSettings

MEAL = BreakSettings(activity="meal", minutes=30, paid=False, earliest_minutes=120, latest_minutes=270)
SHIFTS = {
    "four": ShiftSettings(hours=4, first_start="07:00", last_start="20:00", every_minutes=30),
    "six": ShiftSettings(hours=6, first_start="07:00", last_start="18:00", every_minutes=30, breaks=(MEAL,)),
    "long": ShiftSettings(hours=8.5, first_start="07:00", last_start="15:30", every_minutes=30, breaks=(MEAL,)),
}
SLOTS = 24 * 60 // MINUTES


class Worked(NamedTuple):
    """One way to work a day: paid minutes, and stretches on the line in minutes after midnight."""

    paid_minutes: int
    stretches: tuple[tuple[int, int], ...]

    def covers(self) -> np.ndarray:
        """(slots of a day,): 1 on the line."""
        there = np.zeros(SLOTS, dtype=int)
        for start, end in self.stretches:
            there[start // MINUTES : end // MINUTES] = 1
        return there


def every_way() -> Iterator[Worked]:
    """Each shift at each start with its pause at each half hour of the window."""
    for shift in SHIFTS.values():
        for start in shift.start_minutes:
            end = start + round(60 * shift.hours)
            if not shift.breaks:
                yield Worked(shift.paid_minutes, ((start, end),))
            for pause in shift.breaks:
                for at in range(start + pause.earliest_minutes, start + pause.latest_minutes + 1, MINUTES):
                    yield Worked(shift.paid_minutes, ((start, at), (at + pause.minutes, end)))
