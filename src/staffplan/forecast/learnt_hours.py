"""Opening hours of every queue, learnt as the forecast learns them."""

from __future__ import annotations

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.hours_changes import Timetable, learn_timetable
from staffplan.forecast.history.series import DayGrid, raw_series
from staffplan.forecast.task import local_date
from staffplan.tables.history import ContactHistory


def learnt_hours(history: ContactHistory, calendar: SiteCalendar) -> dict[str, Timetable]:
    """By queue: the hours in which its contacts came, period by period where they changed."""
    last = history.frame["interval_start"].max()
    found = {}
    for name, rows in history.frame.groupby("queue", sort=True):
        first = local_date(rows["interval_start"].min(), calendar)
        grid = DayGrid(first, (local_date(last, calendar) - first).days + 1, calendar)
        found[str(name)] = learn_timetable(raw_series(rows, grid, last))[0]
    return found
