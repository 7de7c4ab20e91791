"""Cells of a spreadsheet as the text that a CSV file would have.

Light to import: a process of its own reads with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

FIRST_DAYS = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1))
"""Days that a spreadsheet gives to times without a day."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 400


def filled_down(rows: list[list[str]], spans: Iterable[tuple[int, int, int]]) -> list[list[str]]:
    """The rows with a cell that is merged over several in each of them.

    spans: first row, last row and column, from 0.
    """
    for first, last, column in spans:
        for row in rows[first + 1 : last + 1]:
            if column < min(len(row), len(rows[first])):
                row[column] = rows[first][column]
    return rows


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """The rows without the blank cells at their ends, and without blank rows below."""
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def cell_text(value: object) -> str:
    """A value as text: days as 2026-12-31, times of day as 8:30, durations as h:mm:ss."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return _time(value.time()) if value.date() in FIRST_DAYS else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case time():
            return _time(value)
        case timedelta():
            return _duration(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()


def _time(value: time) -> str:
    return f"{value:%H:%M}" if value.second == 0 else f"{value:%H:%M:%S}"


def _duration(value: timedelta) -> str:
    """h:mm:ss, hours beyond a day too."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
