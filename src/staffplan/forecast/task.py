"""What is asked of the forecast of every queue alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.series import DayGrid, QueueSeries
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.forecast import Drivers


@dataclass(frozen=True)
class Task:
    """What is asked of every queue alike."""

    settings: ForecastSettings
    calendar: SiteCalendar
    last_instant: pd.Timestamp
    """Start of the last interval that the history of any queue has."""
    first_day: date
    days: int
    drivers: Drivers | None = None
    """Numbers of days that may explain the contacts."""
    lenders: tuple[str, ...] = ()
    """Queues with history enough to lend some."""

    @property
    def last_day(self) -> date:
        """Last day of the history."""
        return local_date(self.last_instant, self.calendar)

    def grid_ahead(self, series: QueueSeries) -> DayGrid:
        """From the day after the history to the last day planned; days between are forecast, and not given out."""
        after = series.grid.date_of(series.days)
        return DayGrid(after, (self.first_day - after).days + self.days, self.calendar)


def local_date(instant: pd.Timestamp, calendar: SiteCalendar) -> date:
    return instant.tz_convert(calendar.timezone).date()
