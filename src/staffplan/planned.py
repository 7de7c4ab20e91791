"""Which local days are planned: those of the plan, closed ones too; of a file alone whole weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_OF_A_WEEK = 7
MOST_DAYS_OFF = 2
"""Days of a week on which a center known by less than a week of rows is taken to be closed: a weekend."""


@dataclass(frozen=True)
class PlannedDays:
    """Local days in a row, whether anything is open on them or not."""

    first: date
    number: int

    @property
    def last(self) -> date:
        return self.day(self.number - 1)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.day(number) for number in range(self.number))

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last


def between(first: date, last: date) -> PlannedDays:
    """The days from the first to the last, both among them."""
    return PlannedDays(first, (last - first).days + 1)


def whole_weeks(days: Iterable[date]) -> PlannedDays:
    """Whole weeks from the first of the days on, so that a center closed on Sundays keeps its last Sunday.

    The last week is made whole only by weekdays that have no row anywhere: where they have some, the file ends inside
    a week on purpose. Of less than a week no more than two days are missing, or it is a part of a week.
    """
    found = set(days)
    known = between(min(found), max(found))
    missing = -known.number % DAYS_OF_A_WEEK
    weekdays = {day.weekday() for day in found}
    added = [known.last + timedelta(days=number + 1) for number in range(missing)]
    cut = known.number < DAYS_OF_A_WEEK and missing > MOST_DAYS_OFF
    if cut or any(day.weekday() in weekdays for day in added):
        return known
    return PlannedDays(known.first, known.number + missing)


def days_planned(rows: Iterable[date], given: PlannedDays | None) -> PlannedDays:
    """The plan's days where they are given and hold every row; else whole weeks of the rows."""
    found = set(rows)
    if given is not None and all(given.contains(day) for day in found):
        return given
    return whole_weeks(found)
