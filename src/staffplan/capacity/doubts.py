"""Whether a history of the workforce is what it seems: rows that may be missing, events, days it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.capacity.leaving import Leaving
from staffplan.capacity.stays import Stays, day_of, exposure_of, number_of
from staffplan.errors import Note
from staffplan.settings.capacity import CapacitySettings

PLACE = "workforce history"
SURELY_SOME = 3.0
"""So many leavers expected and none seen: one time in twenty by chance, e^-3."""
FEWEST_OF_AN_EVENT, TIMES_OF_AN_EVENT = 10, 4.0
"""Leavers of one month, and how many times as many as in the other months, that are no usual month any more."""
LONGEST_GAP = timedelta(days=31)
"""Between the last day known and the first one planned."""


def doubts(learnt: Leaving, stays: Stays, settings: CapacitySettings, first_day: date | None) -> Iterator[Note]:
    """Warnings with what to set; `first_day`: of the plan."""
    yield from _about_one_month(learnt, stays)
    yield from _about_the_first_day(stays, first_day)
    yield from _about_early_leavers(learnt, stays, settings)


def _about_one_month(learnt: Leaving, stays: Stays) -> Iterator[Note]:
    """A month in which so many left that it was an event: a lay-off, a site that closed."""
    gone = pd.PeriodIndex(pd.to_datetime(stays.end[stays.left] - 1, unit="D"), freq="M").value_counts()
    if len(gone) == 0 or gone.iloc[0] < FEWEST_OF_AN_EVENT:
        return
    month, left = gone.index[0], int(gone.iloc[0])
    begin, after = (number_of(day.date()) for day in (month.start_time, (month + 1).start_time))
    spent = float(exposure_of(stays.before(after).since(begin), learnt.edges).days.sum())
    others = float(learnt.exposure.days.sum()) - spent
    usual = spent * (len(stays.start[stays.left]) - left) / others if others > 0 else np.inf
    if left > TIMES_OF_AN_EVENT * usual:
        said = (
            f"{left:,} left in {month}, where {usual:.1f} would be usual: if that was a lay-off or a site that "
            f"closed, it is no attrition; set {_days_without(begin, after, stays)}"
        )
        yield Note("capacity", "warning", PLACE, said)


def _days_without(begin: int, after: int, stays: Stays) -> str:
    if after <= stays.known_until:
        return f"known_from = {day_of(after)}"
    return f"known_until = {day_of(begin - 1)}, and heads to those who are there now"


def _about_the_first_day(stays: Stays, first_day: date | None) -> Iterator[Note]:
    """Days that the file cannot know yet, or of which it tells nothing."""
    if first_day is None:
        return
    until = day_of(stays.known_until)
    if until >= first_day + LONGEST_GAP:
        said = (
            f"it counts as known until {until}, and the plan begins on {first_day}: set known_until to the day on "
            "which the file was made"
        )
        yield Note("capacity", "warning", PLACE, said)
    elif first_day > until + LONGEST_GAP:
        said = (
            f"nothing is known after {until}, and the plan begins on {first_day}: those who left since count as "
            "there; give a newer file"
        )
        yield Note("capacity", "warning", PLACE, said)


def _about_early_leavers(learnt: Leaving, stays: Stays, settings: CapacitySettings) -> Iterator[Note]:
    """Whether those who left long ago are missing in the file: only those who stayed are then seen of their time."""
    if settings.known_from is not None or not stays.left.any():
        return
    first_leaver = int(stays.end[stays.left].min()) - 1
    before = exposure_of(stays.before(first_leaver), learnt.edges)
    expected = float((learnt.rates() @ before.days).sum())
    if expected > SURELY_SOME:
        said = (
            f"nobody left before {day_of(first_leaver)}, though {expected:.0f} leavers would be usual by then: if "
            f"they are missing in the file, set known_from = {day_of(first_leaver)}"
        )
        yield Note("capacity", "warning", PLACE, said)
