"""What arrived, and the days the calendar knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.errors import Problem
from staffplan.tables.schema import Column, Table, contacts, handling_time, instant, text

CHANNELS = ("voice", "chat", "email", "social", "callback", "counter")
WORK_TYPE = {
    "voice": "immediate",
    "counter": "immediate",
    "chat": "concurrent",
    "email": "deferred",
    "social": "deferred",
    "callback": "deferred",
}
"""How a channel's contacts wait: seconds (immediate), several at once (concurrent), or hours (deferred)."""
DAYS_PER_YEAR = 365.25
LONGEST_GAP = pd.Timedelta(days=5 * DAYS_PER_YEAR)
"""Between rows of a queue that are next to each other in time."""
STRAY_GAP, MOST_STRAYS, ROWS_OF_A_LONG_FILE = pd.Timedelta(days=180), 2, 100
"""So few rows, so far from all others in a file so long, have a date that was mistyped."""


@dataclass(frozen=True)
class ContactHistory(Table):
    """What arrived, by arrival time. A row that is not there is not a zero; the forecast decides what it is."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        contacts("offered"),
        handling_time(optional=True),
        contacts("handled", optional=True),
        contacts("abandoned", optional=True),
        contacts("answered_within_threshold", optional=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "history.csv"
    needs_rows: ClassVar[bool] = True
    mapped: ClassVar[bool] = True
    decisive: ClassVar[str | None] = "offered"

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + _gap_problems(data.assign(row=rows), source)


def _gap_problems(frame: pd.DataFrame, source: str) -> list[Problem]:
    """Rows far from all others in time: a date that was mistyped."""
    ordered = frame.dropna(subset=["interval_start"]).sort_values("interval_start", kind="stable")
    starts = ordered["interval_start"]
    if not len(starts) or starts.iloc[-1] - starts.iloc[0] <= STRAY_GAP:
        return []
    found = _years_apart(ordered) | _alone(ordered)
    return [Problem(f"{source}:{row}:interval_start", *why) for row, why in found.items()]


def _years_apart(ordered: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """By row: those that come years after the one before them, in the file or in their queue."""
    found: dict[int, tuple[str, str]] = {}
    for own in (ordered, *(own for _, own in ordered.groupby("queue"))):
        for place in np.flatnonzero(own["interval_start"].diff() > LONGEST_GAP).tolist():
            (before, first), (after, then) = own[["row", "interval_start"]].iloc[place - 1 : place + 1].to_numpy()
            years = (then - first).days / DAYS_PER_YEAR
            message = f"{then:%Y-%m-%d} is {years:.0f} years after the previous date, "
            message += f"{first:%Y-%m-%d} in row {before}"
            found[after] = (
                message,
                "correct the wrong year; if both are right, give only the rows after the gap",
            )
    return found


def _alone(ordered: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """By row: a first or a last one or two of a long file with nothing near them."""
    count, found = len(ordered), {}
    if count < ROWS_OF_A_LONG_FILE:
        return {}
    for place in np.flatnonzero(ordered["interval_start"].diff() > STRAY_GAP).tolist():
        days = (ordered["interval_start"].iloc[place] - ordered["interval_start"].iloc[place - 1]).days
        lone = ordered.iloc[place:] if count - place <= MOST_STRAYS else ordered.iloc[:place]
        if len(lone) <= MOST_STRAYS:
            for row, start in zip(lone["row"].tolist(), lone["interval_start"], strict=True):
                message = f"{start:%Y-%m-%d} is {days} days away from every other row"
                found[row] = (
                    message,
                    "correct the date; if it is right, remove the row: it is too far away to be useful",
                )
    return found


@dataclass(frozen=True)
class SpecialDays(Table):
    """Days that the calendar should know beside public holidays.

    `kind`: "holiday" (opening hours of holidays apply), "closed" (nothing is open) or "event" (open as usual).
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("name"),
        text("kind", choices=("holiday", "closed", "event")),
    )
    key: ClassVar[tuple[str, ...]] = ("day",)
    file_name: ClassVar[str] = "special_days.csv"
