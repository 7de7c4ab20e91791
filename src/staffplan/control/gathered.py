"""Everything published of the intervals that have come, beside what came in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, local_dates
from staffplan.errors import DataError, Problem
from staffplan.forecast.history.series import DayGrid
from staffplan.forecast.methods.rates import last_known_weeks, mean_rates
from staffplan.forecast.methods.recent_average import PLAIN_WEEKS
from staffplan.forecast.scoring import CAME_BEFORE, actuals
from staffplan.tables.forecast import BANDS
from staffplan.tables.history import ContactHistory

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
KEY = ["queue", "interval_start"]
NONE = -1


@dataclass(frozen=True)
class PublishedEntry:
    """An entry of a ledger: when it was made, up to when it knew what had come, and its tables' rows.

    forecast: those of PublishedForecast; totals: of ForecastTotals; waits: of DayService. An entry without a roster
    has no rows of waits.
    """

    number: int
    made_at: pd.Timestamp
    known_until: pd.Timestamp
    forecast: pd.DataFrame
    totals: pd.DataFrame
    waits: pd.DataFrame


@dataclass(frozen=True)
class Gathered:
    """What came and what had been published of it.

    came: rows of queue, interval_start, offered, from the first row of the history on; `asked` tells those of which a
    forecast was published. rows: what each entry said of one of them: `cell` (its row in came), `entry` (position),
    `lead_days`, `statistical`, `offered` and its bands; in the order in which the entries were made.
    """

    entries: tuple[PublishedEntry, ...]
    grid: DayGrid
    came: pd.DataFrame
    rows: pd.DataFrame

    @cached_property
    def queue(self) -> Whole:
        """(came,): the number of each one's queue in `queues`."""
        return np.asarray(pd.Index(self.queues).get_indexer(pd.Index(self.came["queue"])), dtype=np.int64)

    @cached_property
    def queues(self) -> list[str]:
        """Their names, in order."""
        return sorted(map(str, self.came["queue"].unique()))

    @cached_property
    def place(self) -> Whole:
        """(came,): the position of each interval in the grid."""
        return np.asarray(self.grid.instants.searchsorted(pd.DatetimeIndex(self.came["interval_start"])))

    @cached_property
    def day(self) -> Whole:
        """(came,): the local day of each, from the grid's first."""
        return self.grid.day[self.place]

    def last_before(self, weeks: float) -> Whole:
        """(came,): the row of the last entry made at least so many weeks before each interval; NONE without one."""
        found = np.full(len(self.came), NONE)
        early = np.flatnonzero(self.rows["lead_days"].to_numpy() >= 7 * weeks)
        found[self.rows["cell"].to_numpy()[early]] = early
        return found

    @cached_property
    def first(self) -> Whole:
        """(came,): the row of the first entry that has each interval, made before it; NONE without one."""
        found = np.full(len(self.came), NONE)
        ahead = np.flatnonzero(self.rows["lead_days"].to_numpy() >= 0)[::-1]
        found[self.rows["cell"].to_numpy()[ahead]] = ahead
        return found

    @cached_property
    def plain(self) -> tuple[Floats, Floats]:
        """(came,) twice: the same interval of the last week known, and the mean of the last six, as the first entry
        that has each interval could have known them. NaN where it had no day of that weekday."""
        naive, average = (np.full(len(self.came), np.nan) for _ in range(2))
        cells = np.flatnonzero(self.first != NONE)
        entry = self.rows["entry"].to_numpy()[self.first[cells]]
        key = self.queue[cells] * len(self.entries) + entry
        order = np.argsort(key, kind="stable")
        matrices: dict[int, Floats] = {}
        for part in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else ():
            number, at = divmod(int(key[part[0]]), len(self.entries))
            if number not in matrices:
                matrices = {number: self.grid.matrix(self._series(self.queue == number))}
            until, own = self._days_known(self.entries[at].known_until, matrices[number]), cells[part]
            for weeks, values in ((1, naive), (PLAIN_WEEKS, average)):
                values[own] = self._repeated(matrices[number][:until], weeks, own)
        return naive, average

    def _series(self, rows: NDArray[np.bool_]) -> Floats:
        """(intervals,) of the grid: what came of one queue; NaN where not known."""
        values = np.full(len(self.grid.instants), np.nan)
        values[self.place[rows]] = self.came["offered"].to_numpy()[rows]
        return values

    def _days_known(self, until: pd.Timestamp, matrix: Floats) -> int:
        """Days of the grid that were over at an instant; also the day of which only hours are left in which no
        contact came on the days before. matrix: (days, slots) of one queue."""
        at = self.grid.instants.searchsorted(until)
        if at >= len(self.grid.day):
            return self.grid.days
        day, slot = int(self.grid.day[at]), int(self.grid.slot[at])
        return day + int(day > 0 and not np.nan_to_num(matrix[:day, slot:]).any())

    def _repeated(self, known: Floats, weeks: int, cells: Whole) -> Floats:
        """(cells,): the mean of the last weeks in the same interval; NaN without such a weekday."""
        weekday = self.grid.weekday[: len(known)]
        recent = last_known_weeks(known, weekday, weeks)
        there = np.isin(np.arange(7), weekday[recent])
        if not there.any():
            return np.full(len(cells), np.nan)
        rates = np.where(there[:, None], mean_rates(known[recent], weekday[recent]), np.nan)
        place = self.place[cells]
        return rates[self.grid.weekday[self.grid.day[place]], self.grid.slot[place]]


def gathered(entries: Sequence[PublishedEntry], history: ContactHistory, calendar: SiteCalendar) -> Gathered:
    """Bring the entries and what came together. Raises DataError where no published interval has come."""
    ordered = tuple(sorted(entries, key=lambda entry: (entry.made_at, entry.number)))
    said = pd.concat([_values(entry, position) for position, entry in enumerate(ordered)], ignore_index=True)
    starts = history.frame["interval_start"]
    ends = pd.DatetimeIndex([min(starts.min(), said["interval_start"].min()), said["interval_start"].max()])
    first, last = local_dates(ends, calendar.timezone)
    grid = DayGrid(first, (last - first).days + 1, calendar)
    came = actuals(history, sorted(said["queue"].unique()), grid)[[*KEY, "offered"]]
    rows = said.merge(came.assign(cell=np.arange(len(came)))[[*KEY, "cell"]], on=KEY)
    rows = rows.sort_values("entry", kind="stable", ignore_index=True)
    if rows.empty:
        known, asked = (f"{s.min():%Y-%m-%d} to {s.max():%Y-%m-%d}" for s in (starts, said["interval_start"]))
        message = f"no published interval has actual contacts: the file holds {known}, published is {asked}"
        raise DataError(
            Problem(history.source, message, "give the contacts of the days published, queues by the same names")
        )
    return Gathered(ordered, grid, came, rows)


def _values(entry: PublishedEntry, position: int) -> pd.DataFrame:
    """What counted in each interval that had not come yet, and what the statistics had said."""
    frame = entry.forecast[entry.forecast["method"] != CAME_BEFORE]
    final = frame[~frame.duplicated(KEY, keep="last")]
    statistical = frame.loc[~frame.duplicated(KEY, keep="first"), "offered"].to_numpy()
    lead = (final["interval_start"] - entry.made_at) / pd.Timedelta(days=1)
    kept = final[[*KEY, "offered", *BANDS]]
    return kept.assign(statistical=statistical, lead_days=lead, entry=position)
