"""Rows far from all others in time, and ranges without end: dates that were mistyped.

A table that spans a calendar is worked on as a grid of all days between its first and its last row, so one wrong year
would make millions of rows of a small file.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from staffplan.errors import Problem

DAYS_PER_YEAR = 365.25
LONGEST_GAP = pd.Timedelta(days=5 * DAYS_PER_YEAR)
"""Between rows of a queue that are next to each other in time."""
STRAY_GAP, MOST_STRAYS, ROWS_OF_A_LONG_FILE = pd.Timedelta(days=180), 2, 100
"""So few rows, so far from all others in a file so long, have a date that was mistyped."""
REACH_OF_A_PLAN, REACH_OF_A_HISTORY = pd.Timedelta(days=2 * DAYS_PER_YEAR), pd.Timedelta(days=15 * DAYS_PER_YEAR)
"""How far a row may lie from the middle one: a plan has 78 weeks at most, a history some years."""
LONGEST_RANGE, LONGEST_SHIFT = pd.Timedelta(days=10 * DAYS_PER_YEAR), pd.Timedelta(days=2)
"""From the first day of a range of days to its last one; from the start of a shift to its end."""
Why = dict[int, tuple[str, str]]
"""By row: what is so, what to do."""


def stray_problems(
    data: pd.DataFrame, columns: Sequence[str], reach: pd.Timedelta, rows: np.ndarray, source: str
) -> list[Problem]:
    """Rows whose day or time lies far from all others. rows, (rows,): the number of each in its file."""
    return [
        Problem(f"{source}:{row}:{name}", *why)
        for name in columns
        for row, why in _strays(data.assign(row=rows), name, reach).items()
    ]


def _strays(frame: pd.DataFrame, name: str, reach: pd.Timedelta) -> Why:
    ordered = frame.dropna(subset=[name]).sort_values(name, kind="stable")
    times = ordered[name]
    if not len(times) or times.iloc[-1] - times.iloc[0] <= STRAY_GAP:
        return {}
    return _beyond_reach(ordered, name, reach) | _alone(ordered, name) | _years_apart(ordered, name)


def _years_apart(ordered: pd.DataFrame, name: str) -> Why:
    """Those that come years after the one before them, in the file or in their queue."""
    found: Why = {}
    queues = [own for _, own in ordered.groupby("queue")] if "queue" in ordered else []
    for own in (ordered, *queues):
        for place in np.flatnonzero(own[name].diff() > LONGEST_GAP).tolist():
            (before, first), (after, then) = own[["row", name]].iloc[place - 1 : place + 1].to_numpy()
            years = (then - first).days / DAYS_PER_YEAR
            message = f"{then:%Y-%m-%d} is {years:.0f} years after the previous date, "
            message += f"{first:%Y-%m-%d} in row {before}"
            found[after] = (message, "correct the wrong year; if both are right, give only the rows after the gap")
    return found


def _alone(ordered: pd.DataFrame, name: str) -> Why:
    """A first or a last one or two of a long file with nothing near them."""
    count, found = len(ordered), {}
    if count < ROWS_OF_A_LONG_FILE:
        return {}
    for place in np.flatnonzero(ordered[name].diff() > STRAY_GAP).tolist():
        days = (ordered[name].iloc[place] - ordered[name].iloc[place - 1]).days
        lone = ordered.iloc[place:] if count - place <= MOST_STRAYS else ordered.iloc[:place]
        if len(lone) <= MOST_STRAYS:
            for row, at in zip(lone["row"].tolist(), lone[name], strict=True):
                message = f"{at:%Y-%m-%d} is {days} days away from every other row"
                found[row] = (
                    message,
                    "correct the date; if it is right, remove the row: it is too far away to be useful",
                )
    return found


def _beyond_reach(ordered: pd.DataFrame, name: str, reach: pd.Timedelta) -> Why:
    """Those further from the middle row than a table of this kind reaches."""
    middle = ordered[name].iloc[(len(ordered) - 1) // 2]
    far = ordered[(ordered[name] - middle).abs() > reach]
    found: Why = {}
    for row, at in zip(far["row"].tolist(), far[name], strict=True):
        years = abs(at - middle).days / DAYS_PER_YEAR
        message = f"{at:%Y-%m-%d} is {years:.0f} years away from most rows ({middle:%Y-%m-%d})"
        found[row] = (message, "correct the date; if it is right, remove the rows that are years away")
    return found


def long_problems(
    data: pd.DataFrame, ends: tuple[str, str], longest: pd.Timedelta, rows: np.ndarray, source: str
) -> list[Problem]:
    """Ranges and shifts, by the columns of their ends, that last longer than any does."""
    first, last = ends
    lasting = data[last] - data[first]
    return [
        Problem(
            f"{source}:{rows[i]}:{last}",
            f"{data[last][i]:%Y-%m-%d} is {lasting[i].days:,} days after {first}",
            f"correct the date; at most {longest.days:,} days are possible",
        )
        for i in np.flatnonzero((lasting > longest).to_numpy()).tolist()
    ]
