"""Whose days a change of the log touched, and which changes came after a state of the roster."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from staffplan.files.change_log import ChangeLog, LoggedChange
from staffplan.tables.roster import RosterActivities, RosterShifts
from staffplan.tables.roster_book import DayOf, RosterState

DAY_COLUMN = {RosterShifts.file_name: 2, RosterActivities.file_name: 1}
"""The column, from 0, of the schedule date in a line of each file; the id stands first."""


def changes_since(log: ChangeLog, state: RosterState, key: DayOf | None = None) -> tuple[LoggedChange, ...] | None:
    """The changes after a state of the roster, of one person's day alone where it is given; None where the log does
    not know the state, as the roster was made anew or the state is of a copy of the plan."""
    known = {0: "", **{one.number: one.hash for one in log.changes}}
    if known.get(state.change) != state.change_hash:
        return None
    later = [one for one in log.changes if one.number > state.change]
    if later and _first_shifts(later) not in (None, state.shifts_sha256):
        return None
    return tuple(one for one in later if key is None or key in days_of_change(one))


def _first_shifts(changes: list[LoggedChange]) -> str | None:
    """The hash of the file of shifts before the first of these changes that wrote it."""
    for one in changes:
        if RosterShifts.file_name in one.files:
            return one.files[RosterShifts.file_name].before
    return None


def last_changes(log: ChangeLog) -> dict[DayOf, LoggedChange]:
    """The last change in force of each day of a person."""
    return {key: one for one in log.in_force for key in days_of_change(one)}


def days_of_change(change: LoggedChange) -> frozenset[DayOf]:
    """The days of people whose rows a change of the log replaced."""
    return frozenset(_days(change))


def _days(change: LoggedChange) -> Iterator[DayOf]:
    for name, column in DAY_COLUMN.items():
        file = change.files.get(name)
        lines = [line for _, *sides in file.pieces for side in sides for line in side] if file else []
        for row in csv.reader(lines):
            if len(row) > column:
                day = _date(row[column])
                if day is not None:
                    yield row[0], day


@lru_cache(maxsize=1000)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
