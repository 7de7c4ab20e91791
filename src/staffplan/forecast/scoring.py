"""A forecast and its edits against what came true, in the intervals that have come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from staffplan.clock import WEEKDAYS, SiteCalendar, local_dates, minute_of_day
from staffplan.errors import DataError, Note, Problem
from staffplan.forecast.accuracy import bias, coverage, totals, wape
from staffplan.forecast.history.series import DayGrid, Floats, Whole, date_ranges, interval_problems, raw_series
from staffplan.tables.forecast import ALL_QUEUES, OverrideLog, OverrideScores, Scores, VolumeForecast
from staffplan.tables.history import ContactHistory

By = Literal["queue", "day", "week", "weekday", "hour"]
KEY = ["queue", "interval_start"]
CAME_BEFORE = "actual"
"""Method of the intervals that were over when a forecast was updated: they hold what came, and score nothing."""
SMALLEST_GAIN = 0.05
"""Contacts; an edit that moved the error by less made no difference."""


@dataclass(frozen=True)
class ScoreResult:
    """How the forecast did, what each edit was worth, and what could not be compared."""

    scores: Scores
    overrides: OverrideScores
    notes: tuple[Note, ...]


def score(
    forecast: VolumeForecast,
    history: ContactHistory,
    *,
    calendar: SiteCalendar,
    log: OverrideLog | None = None,
    by: By = "queue",
) -> ScoreResult:
    """Compare a forecast, edits and all, with the history in the intervals that both know.

    An open interval without a row is a zero on a day on which its queue has rows, and not known on a day without
    any, nor before the history's first row or after its last. Intervals of an updated forecast that held what had
    come by then are left out. Raises DataError when nothing is left to compare, or the two come in intervals that
    do not fit.
    """
    grid = _grid(forecast, calendar)
    ahead = forecast.frame[forecast.frame["method"] != CAME_BEFORE]
    _refuse_other_intervals(forecast, history, grid)
    came = actuals(history, sorted(forecast.frame["queue"].unique()), grid)
    cells = ahead.merge(came, on=KEY, how="left", suffixes=("_forecast", ""))
    known = cells[cells["offered"].notna()].reset_index(drop=True)
    if known.empty:
        raise DataError(_no_overlap(forecast, history, calendar))
    written = (log or OverrideLog.empty()).frame
    of_aht = written["aht_seconds_after"].notna()
    edits = written[~of_aht].merge(came[[*KEY, "offered"]], on=KEY, how="left")
    notes = [
        *(replace(note, step="score") for note in (*forecast.notes, *history.notes)),
        *about_left_out(cells, history, calendar, "score"),
        *_about_others(forecast, history, came),
        *_about_edits(edits),
        *_about_aht_edits(written[of_aht]),
    ]
    return ScoreResult(_scores(known, by, grid), override_scores(edits, calendar), tuple(notes))


def _grid(forecast: VolumeForecast, calendar: SiteCalendar) -> DayGrid:
    """The local days that the forecast has rows on, from the first to the last."""
    if not len(forecast):
        raise DataError(Problem(forecast.source, "the forecast has no rows", "make it again"))
    ends = pd.DatetimeIndex([forecast.frame["interval_start"].min(), forecast.frame["interval_start"].max()])
    first, last = local_dates(ends, calendar.timezone)
    return DayGrid(first, (last - first).days + 1, calendar)


def _refuse_other_intervals(forecast: VolumeForecast, history: ContactHistory, grid: DayGrid) -> None:
    minutes = grid.calendar.interval_minutes
    problems = interval_problems(history, minutes)
    hint = f"make the forecast in the history's intervals, or export intervals of {minutes} minutes"
    problems = [replace(problem, hint=hint) for problem in problems]
    strange = ~forecast.frame["interval_start"].isin(grid.instants)
    if strange.any():
        first = forecast.frame["interval_start"][strange].min().tz_convert(grid.calendar.timezone)
        message = (
            f"{first:%Y-%m-%d %H:%M} does not begin an interval of {minutes} minutes in {grid.calendar.timezone}"
        )
        problems.append(
            Problem(forecast.source, message, "name the zone and the interval the forecast was made with")
        )
    if problems:
        raise DataError(problems)


def _no_overlap(forecast: VolumeForecast, history: ContactHistory, calendar: SiteCalendar) -> Problem:
    def span(frame: pd.DataFrame) -> str:
        ends = pd.DatetimeIndex([frame["interval_start"].min(), frame["interval_start"].max()])
        first, last = local_dates(ends, calendar.timezone)
        return f"{first} to {last} ({', '.join(sorted(frame['queue'].unique()))})"

    if not len(history):
        return Problem(history.source, "the history has no rows", "give the actual contacts")
    message = f"no interval of the forecast has actual contacts: the history holds {span(history.frame)}"
    return Problem(forecast.source, message, f"the forecast is for {span(forecast.frame)}; export a later history")


def actuals(history: ContactHistory, queues: list[str], grid: DayGrid) -> pd.DataFrame:
    """What came in every interval of a grid that is known: queue, interval_start, offered, and handling time with its
    weight (contacts handled).

    An interval without a row is a zero on a day on which its queue has rows, and not known on others."""
    frame = history.frame
    ends = frame["interval_start"].min(), frame["interval_start"].max()
    start, end = grid.instants[0], grid.instants[-1] + pd.Timedelta(minutes=grid.calendar.interval_minutes)
    rows = frame[(frame["interval_start"] >= start) & (frame["interval_start"] < end) & frame["queue"].isin(queues)]
    parts = [_actuals_of(str(queue), own, grid, ends) for queue, own in rows.groupby("queue", sort=True)]
    empty = pd.DataFrame(
        {"queue": [], "interval_start": grid.instants[:0], "offered": [], "aht_seconds": [], "handled": []}
    )
    return pd.concat(parts, ignore_index=True) if parts else empty.astype({"queue": object})


def _actuals_of(
    queue: str, rows: pd.DataFrame, grid: DayGrid, ends: tuple[pd.Timestamp, pd.Timestamp]
) -> pd.DataFrame:
    raw = raw_series(rows, grid, ends[1])
    has_row = np.isfinite(raw.offered)
    day_has_rows = np.bincount(grid.day, has_row, minlength=grid.days)[grid.day] > 0
    recorded = np.asarray((grid.instants >= ends[0]) & (grid.instants <= ends[1]))
    known = has_row | (day_has_rows & recorded)
    return pd.DataFrame(
        {
            "queue": queue,
            "interval_start": grid.instants[known],
            "offered": np.nan_to_num(raw.offered)[known],
            "aht_seconds": raw.aht_seconds[known],
            "handled": raw.handled[known],
        }
    )


def _scores(known: pd.DataFrame, by: By, grid: DayGrid) -> Scores:
    """Rows of all queues together (where there are several) and of each, as a whole and by period."""
    starts = pd.DatetimeIndex(known["interval_start"])
    days = local_dates(starts, grid.calendar.timezone)
    cells = known.assign(day=days, position=_position(by, starts, grid))
    groups = [(str(queue), own) for queue, own in cells.groupby("queue", sort=True)]
    if len(groups) > 1:
        groups.insert(0, (ALL_QUEUES, cells))
    rows = []
    for queue, own in groups:
        rows.append({"queue": queue, "by": "queue", "position": 0, "period": "all", **_measures(own)})
        if by != "queue":
            for position, part in own.groupby("position", sort=True):
                period = _period(by, int(str(position)), part["day"])
                rows.append({"queue": queue, "by": by, "position": position, "period": period, **_measures(part)})
    frame = pd.DataFrame(rows)
    return Scores.of(frame.assign(wape_day=frame["wape_day"].where(frame["by"] != "hour")))


def _position(by: By, starts: pd.DatetimeIndex, grid: DayGrid) -> Whole:
    """(cells,): a number for each period, in their order; weeks are counted from the forecast's first day."""
    place = grid.instants.searchsorted(starts)
    match by:
        case "day":
            return grid.day[place]
        case "week":
            return grid.day[place] // 7 + 1
        case "weekday":
            return grid.weekday[grid.day[place]]
        case "hour":
            return np.asarray(minute_of_day(starts, grid.calendar.timezone) // 60, dtype=np.int64)
        case _:
            return np.zeros(len(starts), dtype=np.int64)


def _period(by: By, position: int, days: pd.Series) -> str:
    match by:
        case "weekday":
            return WEEKDAYS[position]
        case "hour":
            return f"{position:02d}:00"
        case _:
            return date_ranges([days.min()]) if days.nunique() == 1 else f"{days.min()} to {days.max()}"


def _measures(cells: pd.DataFrame) -> dict[str, float]:
    """The figures of one row of the scores."""
    came, said = (cells[name].to_numpy(dtype=float) for name in ("offered", "offered_forecast"))
    low80, high80, low95, high95 = (
        cells[f"offered_{name}"].to_numpy(dtype=float) for name in ("p10", "p90", "p025", "p975")
    )
    days = np.asarray(cells.groupby(["queue", "day"]).ngroup(), dtype=np.int64)
    return {
        "intervals": len(cells),
        "offered_forecast": said.sum(),
        "offered": came.sum(),
        "wape": wape(came, said),
        "wape_day": wape(totals(came, days), totals(said, days)),
        "bias": bias(came, said),
        "coverage_80": coverage(came, low80, high80),
        "coverage_95": coverage(came, low95, high95),
        **_work_measures(cells, came, said),
    }


def _work_measures(cells: pd.DataFrame, came: Floats, said: Floats) -> dict[str, float]:
    """Of handling time, weighted by contacts handled, and of workload, where the handling time is known."""
    aht, aht_said, handled = (
        cells[name].to_numpy(dtype=float) for name in ("aht_seconds", "aht_seconds_forecast", "handled")
    )
    has_aht = np.isfinite(aht)
    weight = handled[has_aht]
    worked = np.where(came == 0, 0.0, came * aht)
    known = np.isfinite(worked)
    return {
        "aht_wape": wape(weight * aht[has_aht], weight * aht_said[has_aht]),
        "workload_wape": wape(worked[known], (said * aht_said)[known]),
    }


def override_scores(edits: pd.DataFrame, calendar: SiteCalendar) -> OverrideScores:
    """What each override was worth; edits: its rows, with what came (offered, NaN where not known)."""
    days = local_dates(pd.DatetimeIndex(edits["interval_start"]), calendar.timezone)
    rows = [_worth(own) for _, own in edits.assign(day=days).groupby("override", sort=True)]
    return OverrideScores.of(pd.DataFrame(rows)) if rows else OverrideScores.empty()


def _worth(edit: pd.DataFrame) -> dict[str, object]:
    """One override's row: errors of what was forecast before and after it."""
    known = edit[edit["offered"].notna()]
    came, before, after = (
        known[name].to_numpy(dtype=float) for name in ("offered", "offered_before", "offered_after")
    )
    queues = np.asarray(known.groupby("queue").ngroup(), dtype=np.int64)
    error_before, error_after = (
        float(np.abs(totals(came, queues) - totals(said, queues)).sum()) for said in (before, after)
    )
    first = edit.iloc[0]
    return {
        "override": first["override"],
        "who": first["who"],
        "why": first["why"],
        "first_day": pd.Timestamp(edit["day"].min()),
        "last_day": pd.Timestamp(edit["day"].max()),
        "intervals": len(known),
        "offered_before": before.sum(),
        "offered_after": after.sum(),
        **({"offered": came.sum(), "error_before": error_before, "error_after": error_after} if len(known) else {}),
        "wape_before": wape(came, before),
        "wape_after": wape(came, after),
        "gained": error_before - error_after if len(known) else np.nan,
        "verdict": _verdict(error_before - error_after) if len(known) else "not known",
    }


def _verdict(gained: float) -> str:
    if abs(gained) < SMALLEST_GAIN:
        return "no difference"
    return "helped" if gained > 0 else "hurt"


def about_left_out(cells: pd.DataFrame, history: ContactHistory, calendar: SiteCalendar, step: str) -> Iterator[Note]:
    """Forecast intervals of which nothing is known: not come yet, or days without rows. cells: queue, interval_start,
    offered (what came, NaN where not known)."""
    last = history.frame["interval_start"].max()
    unknown = cells[cells["offered"].isna()]
    later = unknown["interval_start"] > last
    if later.any():
        until = last.tz_convert(calendar.timezone)
        message = f"{int(later.sum())} intervals after {until:%Y-%m-%d %H:%M}, the history's last row"
        yield Note(step, "left out", "", f"{message}, have no actual contacts yet")
    for queue, rows in unknown[~later].groupby("queue", sort=True):
        days = sorted(set(local_dates(pd.DatetimeIndex(rows["interval_start"]), calendar.timezone)))
        yield Note(step, "left out", str(queue), f"no rows for {date_ranges(days)}: treated as missing, not as zero")


def _about_others(forecast: VolumeForecast, history: ContactHistory, came: pd.DataFrame) -> Iterator[Note]:
    """Contacts of queues, and at times, for which nothing was forecast."""
    strangers = sorted({*history.frame["queue"]} - {*forecast.frame["queue"]})
    if strangers:
        yield Note("score", "left out", "", f"not forecast, left out of all figures: {', '.join(strangers)}")
    outside = came.merge(forecast.frame[KEY], on=KEY, how="left", indicator=True)
    outside = outside[(outside["_merge"] == "left_only") & (outside["offered"] > 0)]
    for queue, rows in outside.groupby("queue", sort=True):
        message = f"{rows['offered'].sum():,.0f} contacts in {len(rows)} intervals without a forecast"
        yield Note("score", "left out", str(queue), f"{message}; left out of all figures")


def _about_edits(edits: pd.DataFrame) -> Iterator[Note]:
    """Edits of which a part only has come."""
    for override, rows in edits.groupby("override", sort=True):
        waiting = int(rows["offered"].isna().sum())
        if waiting == len(rows):
            yield Note(
                "score",
                "left out",
                "",
                f"override {override:.0f}: none of its {waiting} intervals has actual contacts",
            )
        elif waiting:
            message = (
                f"override {override:.0f}: {waiting} of its {len(rows)} intervals have no "
                "actual contacts; scored on the rest"
            )
            yield Note("score", "left out", "", message)


def _about_aht_edits(rows: pd.DataFrame) -> Iterator[Note]:
    """Edits of handling times; what they gained in contacts is nothing by their nature."""
    for override in sorted(rows["override"].unique()):
        message = f"override {override:.0f} changed handling times: it is in aht_wape, and not judged on its own"
        yield Note("score", "left out", "", message)
