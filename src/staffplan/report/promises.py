"""Where a promise is not kept: by day, by the hours it comes from, and where nobody is there at all."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates
from staffplan.report import summaries
from staffplan.report.data import ReportData
from staffplan.report.formats import span
from staffplan.site import Site


def broken_promises(data: ReportData) -> pd.DataFrame:
    """Days on which a promise is not kept: how far, how many hours are missing, and at which times.

    `hours` names the spans whose own service is below the goal, in order of time.
    """
    missed = data.waits.frame[data.waits.frame["kept"] == "no"]
    columns = ["day", "planning_group", "offered", "service_level", "goal", "asa_seconds", "understaffed_hours"]
    table = missed[columns].sort_values(["day", "planning_group"], ignore_index=True)
    spans = {group: _missed_spans(data, str(group)) for group in table["planning_group"].unique()}
    table["hours"] = [
        ", ".join(spans[group].get(day.date(), []))
        for day, group in zip(table["day"], table["planning_group"], strict=True)
    ]
    return table


def _missed_spans(data: ReportData, group: str) -> dict[date, list[str]]:
    """Spans "10:00-12:30" of each day in which service is below the goal or nobody is there."""
    frame = summaries.coverage_of(data, group)
    nobody = (frame["required"] > 0) & (frame["scheduled"] == 0)
    return spans_by_day(frame[(frame["service_level"] < summaries.goal_of(data, group)) | nobody], data.site)


def spans_by_day(rows: pd.DataFrame, site: Site) -> dict[date, list[str]]:
    """Neighbouring intervals of `rows` (interval_start) joined to spans of local time, by the day they begin."""
    instants = pd.DatetimeIndex(rows["interval_start"]).as_unit("ns")
    if not len(instants):
        return {}
    length = pd.Timedelta(minutes=site.calendar.interval_minutes)
    run = np.cumsum(np.r_[0, (np.diff(instants.asi8) != length.value).astype(np.int64)])
    day_of = local_dates(instants, site.calendar.timezone)
    found: dict[date, list[str]] = {}
    local = instants.tz_convert(site.calendar.timezone)
    for rows_of_run in np.split(np.arange(len(instants)), _breaks(run, day_of)):
        start, end = local[rows_of_run[0]], local[rows_of_run[-1]] + length
        found.setdefault(day_of[rows_of_run[0]], []).append(span(start, end))
    return found


def _breaks(run: NDArray[np.int64], day: NDArray[np.object_]) -> NDArray[np.intp]:
    """Positions at which a new run or a new day begins."""
    return np.flatnonzero((np.diff(run) != 0) | (day[1:] != day[:-1])) + 1


def unstaffed(data: ReportData) -> pd.DataFrame:
    """Times when somebody is needed and nobody is rostered: day, planning_group, hours (spans), intervals."""
    rows = []
    for group in summaries.groups_of(data):
        frame = summaries.coverage_of(data, group)
        empty = frame[(frame["required"] > 0) & (frame["scheduled"] == 0)]
        number = empty.groupby("day").size()
        rows += [
            {"day": day, "planning_group": group, "hours": ", ".join(spans), "intervals": int(number[day])}
            for day, spans in spans_by_day(empty, data.site).items()
        ]
    table = pd.DataFrame(rows, columns=["day", "planning_group", "hours", "intervals"])
    return table.sort_values(["day", "planning_group"], ignore_index=True)
