"""A queue's forecast beside what came of it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.series import ZERO_DAY_TOTAL, DayGrid, Flags, Floats, Whole, raw_series
from staffplan.forecast.intraday.model import Days
from staffplan.settings.forecast import ForecastSettings


@dataclass(frozen=True)
class Moment:
    """What is the same for every queue: settings, the forecast's days, the instant until which contacts are known."""

    settings: ForecastSettings
    grid: DayGrid
    known_until: pd.Timestamp

    @property
    def calendar(self) -> SiteCalendar:
        return self.grid.calendar

    @property
    def minutes(self) -> int:
        return self.grid.calendar.interval_minutes

    @property
    def today(self) -> date:
        """Local day of the last known interval."""
        last = self.known_until - pd.Timedelta(minutes=self.minutes)
        return last.tz_convert(self.calendar.timezone).date()

    @property
    def hour(self) -> float:
        """Wall-clock hours of today that are over; 24 at its end."""
        local = self.known_until.tz_convert(self.calendar.timezone)
        return 24.0 if local.date() > self.today else local.hour + local.minute / 60


@dataclass(frozen=True)
class Seen:
    """What came beside the forecast's rows, (rows,) in their order."""

    grid: DayGrid
    place: Whole
    """Interval of the grid that each row is."""
    over: Flags
    known: Flags
    """Over, and not missing."""
    came: Floats
    aht_seconds: Floats
    zeros: Flags
    """Known to be without contacts only because there is no row."""
    outside: float
    """Contacts where the forecast has no row."""

    @property
    def cell(self) -> tuple[Whole, Whole]:
        """Numbers of day and slot of the rows, (rows,) each."""
        return self.grid.day[self.place], self.grid.slot[self.place]

    def matrix(self, values: Floats) -> Floats:
        """(days, slots) of values (rows,); NaN elsewhere."""
        whole = np.full(len(self.grid.instants), np.nan)
        whole[self.place] = values
        return self.grid.matrix(whole)


def lay_beside(planned: pd.DataFrame, rows: pd.DataFrame, moment: Moment) -> Seen:
    """`planned` are the queue's rows of the forecast, `rows` its contacts before the moment (one at least)."""
    grid = moment.grid
    starts = pd.DatetimeIndex(planned["interval_start"])
    place = np.asarray(grid.instants.get_indexer(starts), dtype=np.int64)
    over = np.asarray(starts < moment.known_until)
    inside = rows[rows["interval_start"] >= grid.instants[0]].reset_index(drop=True)
    came, aht = np.full(len(grid.instants), np.nan), np.full(len(grid.instants), np.nan)
    if len(inside):
        raw = raw_series(inside, grid, grid.instants[-1])
        came, aht = raw.offered, raw.aht_seconds
    outside = float(np.nansum(came)) - float(np.nansum(came[place[over]]))
    zeros = over & ~np.isfinite(came[place]) & _zero_rows(planned, rows, place, came, moment)
    known = over & (np.isfinite(came[place]) | zeros)
    return Seen(grid, place, over, known, np.where(zeros, 0.0, came[place]), aht[place], zeros, outside)


def _zero_rows(planned: pd.DataFrame, rows: pd.DataFrame, place: Whole, came: Floats, moment: Moment) -> Flags:
    """(rows,): where a row that is not there means that no contact came.

    Today it does, as other queues have rows; on a day before too, unless it has none although contacts were expected.
    """
    if moment.settings.missing_rows == "gap":
        return np.zeros(len(place), dtype=bool)
    recorded = np.asarray(planned["interval_start"] >= rows["interval_start"].min())
    if moment.settings.missing_rows == "zero":
        return recorded
    grid, day = moment.grid, moment.grid.day[place]
    with_rows = np.bincount(day, np.isfinite(came[place]), minlength=grid.days) > 0
    quiet = np.bincount(day, planned["offered"], minlength=grid.days) < ZERO_DAY_TOTAL
    today = np.arange(grid.days) == (moment.today - grid.first).days
    return np.asarray(recorded & (with_rows | quiet | today)[day])


def live_days(planned: pd.DataFrame, seen: Seen) -> tuple[Days, Days]:
    """Contacts, and seconds of handling, of all days of the forecast; nothing is known where it is not over."""
    expected = planned["offered"].to_numpy()
    known = seen.known & (expected > 0)
    came = np.where(known, seen.came, 0.0)
    contacts = _days(seen, np.where(expected > 0, expected, 0.0), came, np.where(known, expected, 0.0))
    handled = np.where(seen.known & np.isfinite(seen.aht_seconds), np.nan_to_num(seen.came), 0.0)
    planned_aht = planned["aht_seconds"].to_numpy()
    seconds = np.where(planned_aht > 0, handled * np.nan_to_num(seen.aht_seconds), 0.0)
    weight = np.where(planned_aht > 0, handled, 0.0)
    return contacts, _days(seen, weight * planned_aht, seconds, weight)


def _days(seen: Seen, expected: Floats, came: Floats, weight: Floats) -> Days:
    noise = np.divide(1.0, weight, out=np.full(len(weight), np.inf), where=weight > 0)
    laid_out = seen.matrix(np.where(np.isfinite(noise), noise, 0.0))
    number = np.arange(seen.grid.days)
    return Days(
        np.nan_to_num(seen.matrix(expected)),
        np.nan_to_num(seen.matrix(came)),
        np.where(np.nan_to_num(laid_out) > 0, laid_out, np.inf),
        np.zeros(seen.grid.days, dtype=np.int64),
        number,
        seen.grid.weekday,
    )
