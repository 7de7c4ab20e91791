"""Genesys Cloud: the JSON document of a short-term forecast import.

Source: Genesys Cloud platform SDK, BuImportShortTermForecastSchema: contacts and handling time of each planning group
"per 15 minute interval for this week", from the start day of the business unit on, in its time zone. The document is
uploaded compressed (gzip). How long the arrays are in a week in which the clocks change is not documented: here they
have the quarters of an hour that pass, 668 or 676 in place of 672.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.clock import first_of_week, horizon_intervals, local_dates
from staffplan.errors import Note
from staffplan.export.source import Exported, Source, note
from staffplan.export.text import json_bytes
from staffplan.export.volumes import split, weighted_aht
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays, between

QUARTER = 15
MOST_WEEKS = 6
"""Source: Genesys Cloud resource center, "How does the new short-term forecasting creation method work?"."""
PER_WEEK = 7 * 24 * 4


def make(source: Source) -> Exported:
    """Whole weeks of quarters of an hour; what is not planned has no contacts."""
    frame = source.forecast.frame
    groups = frame["queue"].map(source.group_of)
    source.ids.require({"planning_group": groups.unique()}, "genesys-forecast")
    days = source.planned or between(*_ends(frame, source.timezone))
    first, weeks = _weeks(days.first, days.last, source.settings.week_starts)
    grid = horizon_intervals(first, weeks * DAYS_OF_A_WEEK, source.timezone, QUARTER)
    quarters = split(frame.assign(planning_group=groups), source.interval_minutes, QUARTER)
    totals = weighted_aht(quarters, ["planning_group", "interval_start"])
    document = {
        "description": f"staffplan {first}",
        "weekCount": weeks,
        "canUseForScheduling": True,
        "planningGroups": [
            _group(source.ids.get("planning_group", str(name)), own, grid)
            for name, own in totals.groupby("planning_group", sort=True)
        ],
    }
    told = tuple(_notes(first, weeks, len(grid), days))
    return Exported({f"short_term_forecast_{first}.json": json_bytes(document)}, told)


def _ends(frame: pd.DataFrame, timezone: str) -> tuple[date, date]:
    """The first and the last local day that has a row."""
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), timezone)
    return min(days), max(days)


def _weeks(first: date, last: date, starts: str) -> tuple[date, int]:
    """First day of the business unit's week that holds the first day, and the weeks up to the last day."""
    begin = first_of_week(first, starts)
    return begin, (last - begin).days // DAYS_OF_A_WEEK + 1


def _group(identifier: str, rows: pd.DataFrame, grid: pd.DatetimeIndex) -> dict[str, object]:
    values = np.zeros((2, len(grid)))
    at = grid.get_indexer(pd.DatetimeIndex(rows["interval_start"]))
    values[:, at] = rows[["offered", "aht_seconds"]].to_numpy(dtype=float).T
    offered, aht = np.round(values, 4).tolist()
    arrays = {"offeredPerInterval": offered, "averageHandleTimeSecondsPerInterval": aht}
    return {"planningGroupId": identifier, **arrays}


def _notes(first: date, weeks: int, quarters: int, days: PlannedDays) -> Iterator[Note]:
    last = first + timedelta(days=weeks * DAYS_OF_A_WEEK - 1)
    if days.first > first or days.last < last:
        said = (
            f"the document has whole weeks, {first} to {last}; the forecast is for {days.first} to {days.last}, and "
            "the other days are written without contacts"
        )
        yield note("genesys-forecast", said, "warning")
    if quarters != weeks * PER_WEEK:
        said = f"the clocks change in these weeks: {quarters} quarters of an hour, not {weeks * PER_WEEK}"
        yield note("genesys-forecast", f"{said}; check the day of the change after the import", "warning")
    if weeks > MOST_WEEKS:
        yield note("genesys-forecast", f"{weeks} weeks; Genesys Cloud imports at most {MOST_WEEKS}", "warning")
