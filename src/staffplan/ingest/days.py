"""Contacts and missing days of a history by day: as data, and as a small calendar of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import WEEKDAYS, local_dates
from staffplan.tables.history import ContactHistory

USUAL_SHARE = 0.5
"""A weekday with rows in this share of its weeks is one on which rows are missed."""
DAYS_OF_A_WEEK, WEEKS_OF_A_LINE, TENTHS = 7, 53, 9
SPACE_OF_A_MONTH = 4
MISSING, NO_ROWS, OUTSIDE = "!", ".", " "
ALL = "all queues"


def days_of(history: ContactHistory, timezone: str) -> list[dict[str, Any]]:
    """By queue, and for all together where there are several: contacts of each day from the history's first to its
    last (None: no row), and whether rows are missing: that weekday has some in at least half of its weeks."""
    frame = history.frame
    days = pd.Series(local_dates(pd.DatetimeIndex(frame["interval_start"]), timezone), index=frame.index)
    whole = pd.date_range(days.min(), days.max(), freq="D").date
    found = frame.groupby([frame["queue"], days])["offered"].sum()
    queues = list(found.index.get_level_values(0).unique())
    rows = {str(queue): found[queue] for queue in queues}
    if len(rows) > 1:
        rows = {ALL: found.groupby(level=1).sum(), **rows}
    return [{"queue": queue, "days": _days(contacts.reindex(whole))} for queue, contacts in rows.items()]


def _days(contacts: pd.Series) -> list[dict[str, Any]]:
    weekday = np.array([day.weekday() for day in contacts.index])
    there = contacts.notna().to_numpy()
    usual = [
        bool(there[weekday == day].mean() >= USUAL_SHARE) if (weekday == day).any() else False for day in range(7)
    ]
    return [
        {"day": f"{day}", "offered": float(value) if known else None, "missing": bool(not known and usual[number])}
        for day, value, known, number in zip(contacts.index, contacts, there, weekday, strict=True)
    ]


def calendar_text(days: Sequence[dict[str, Any]]) -> list[str]:
    """Lines of a calendar, Monday to Sunday below each other and weeks side by side: 0 to 9 for the contacts of a
    day, 9 for the most; "!" where rows are missing, "." where there are none on other days."""
    first = date.fromisoformat(days[0]["day"])
    monday = first - timedelta(days=first.weekday())
    most = max((day["offered"] or 0.0 for day in days), default=0.0)
    marks = OUTSIDE * first.weekday() + "".join(_mark(day, most) for day in days)
    weeks = -(-len(marks) // DAYS_OF_A_WEEK)
    marks = marks.ljust(weeks * DAYS_OF_A_WEEK)
    lines: list[str] = []
    for start in range(0, weeks, WEEKS_OF_A_LINE):
        some = range(start, min(start + WEEKS_OF_A_LINE, weeks))
        lines.append(OUTSIDE * SPACE_OF_A_MONTH + _months([monday + timedelta(weeks=week) for week in some]))
        for number, name in enumerate(WEEKDAYS):
            row = "".join(marks[week * DAYS_OF_A_WEEK + number] for week in some)
            lines.append(f"{name} {row}".rstrip())
    return lines


def _mark(day: dict[str, Any], most: float) -> str:
    if day["offered"] is None:
        return MISSING if day["missing"] else NO_ROWS
    return f"{int(np.ceil(TENTHS * day['offered'] / most)) if most > 0 else 0}"


def _months(mondays: Sequence[date]) -> str:
    """The month's name over the first week that lies mostly in it, where there is room."""
    months = [monday + timedelta(days=DAYS_OF_A_WEEK // 2) for monday in mondays]
    text = ""
    for place, day in enumerate(months):
        begins = place == 0 or months[place - 1].month != day.month
        if begins and place >= len(text) + (1 if text else 0):
            text = f"{text.ljust(place)}{day:%b}"
    return text


def missing_days(calendar: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The days whose rows are missing, by queue; days that all queues lack stand with all queues alone."""
    found = [(queue["queue"], [day["day"] for day in queue["days"] if day["missing"]]) for queue in calendar]
    everywhere = set(found[0][1]) if len(found) > 1 else set()
    own = [(name, [day for day in days if day not in everywhere]) for name, days in found[1:]]
    return [(name, days) for name, days in [found[0], *own] if days]
