"""Many thin queues, forecast by what came of them alone: all of them at once, in a few operations on arrays.

To study a queue (hours, levels, backtest, bands) takes a part of a second, however few rows it has. So a history
bears so many studies; where it names more queues than that, those with the fewest rows are forecast here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, minute_of_day
from staffplan.errors import DataError, Note, Problem, listed
from staffplan.forecast.backtest import rows_without_trial
from staffplan.forecast.bands.bands import UNKNOWN_DISPERSION, unknown_bands
from staffplan.forecast.bands.scale import Bounds
from staffplan.forecast.history.series import DayGrid, Flags, Floats, Whole
from staffplan.forecast.queue import ASSUMED_AHT_SECONDS
from staffplan.forecast.task import Task
from staffplan.site import Queue

METHOD = "plain_average"
STUDIES, ROWS_A_STUDY = 100, 1000
"""Queues of any history that are studied, and rows of a history for each further one."""
FEW_ROWS = 48
"""Queues with as few as the first that is not borne are not studied either, up to so many."""
MOST_ROWS = 1_500_000
"""Of the forecast of thin queues: so many are made and written in half a minute."""
DAYS_TO_KNOW_WEEKDAYS = 14
"""From the first to the last row of a queue: then weekdays without a row are closed."""
SHAPE_SEEN = 0.5
"""Share of a day's contacts that is laid out as they came; the rest is laid out evenly over the hours."""


@dataclass(frozen=True)
class Plain:
    """The rows of the forecast and of the backtest table, notes and figures of the thin queues."""

    names: tuple[str, ...] = ()
    forecast: pd.DataFrame = field(default_factory=pd.DataFrame)
    backtest: list[dict[str, object]] = field(default_factory=list)
    notes: tuple[Note, ...] = ()
    facts: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """What came of each queue, (queues, ...), on local days and slots."""

    span_days: Whole
    first_weekday: Whole
    by_slot: Floats
    """(queues, slots): contacts."""
    weekdays: Flags
    """(queues, 7): days of the week with a row."""
    slots: Flags
    """(queues, slots): from the first to the last slot of a day with a row."""
    aht_seconds: Floats
    """Weighted by contacts; NaN where not known."""


def thin_queues(rows: pd.DataFrame, studied: Collection[str]) -> frozenset[str]:
    """Names of the queues with the fewest rows, beyond those that the history bears studying; never of `studied`.

    Empty where the history bears all of its queues.
    """
    sizes = rows.groupby("queue").size()
    borne = STUDIES + len(rows) // ROWS_A_STUDY
    if len(sizes) <= borne:
        return frozenset()
    order = sorted(sizes.index, key=lambda name: (-int(sizes[name]), str(name)))
    few = min(int(sizes[order[borne]]), FEW_ROWS)
    thin = {*order[borne:], *sizes.index[sizes <= few]}
    return frozenset(map(str, thin)) - frozenset(studied)


def forecast_plainly(rows: pd.DataFrame, queues: Sequence[Queue], task: Task, place: str) -> Plain:
    """Every day has the mean of the days from a queue's first row to its last, in the hours in which something came.

    `rows` are those of `queues`, which are in the order of their names. Raises DataError where the forecast would be
    too long to be one of queues.
    """
    if not queues:
        return Plain()
    grid = DayGrid(task.first_day, task.days, task.calendar)
    seen = _seen(rows, [queue.name for queue in queues], grid)
    given = {hours: hours.open_mask(grid.instants, grid.calendar) for hours in _hours_given(queues)}
    opened = [
        given[queue.arrival_hours] if queue.arrival_hours is not None else _open_as_seen(seen, number, grid)
        for number, queue in enumerate(queues)
    ]
    _refuse_endless(sum(int(cells.sum()) for cells in opened), len(queues), len(rows), place)
    aht = _handling_times(seen, queues)
    frame = _rows_ahead(seen, queues, opened, aht, grid, (task.first_day - task.last_day).days - 1 + task.days)
    backtest = [row for queue in queues for row in rows_without_trial(queue.name, task.settings.methods, METHOD)]
    names = tuple(queue.name for queue in queues)
    return Plain(names, frame, backtest, _notes(rows, seen, queues, place), _facts(frame, queues, aht, task.days))


def _seen(rows: pd.DataFrame, names: Sequence[str], grid: DayGrid) -> _Seen:
    code = pd.Index(names).get_indexer(pd.Index(rows["queue"]))
    starts = pd.DatetimeIndex(rows["interval_start"])
    local = grid.calendar.local(starts).tz_localize(None).normalize()
    day = np.asarray((local - pd.Timestamp(1970, 1, 1)).days, dtype=np.int64)
    slot = minute_of_day(starts, grid.calendar.timezone) // grid.calendar.interval_minutes
    offered = rows["offered"].to_numpy(dtype=float)
    first, last = np.full(len(names), day.max()), np.full(len(names), day.min())
    np.minimum.at(first, code, day)
    np.maximum.at(last, code, day)
    cells = np.bincount(code * grid.slots + slot, offered, minlength=len(names) * grid.slots)
    early, late = np.full(len(names), grid.slots), np.full(len(names), -1)
    np.minimum.at(early, code, slot)
    np.maximum.at(late, code, slot)
    weekdays = np.zeros((len(names), 7), dtype=bool)
    weekdays[code, (day + 3) % 7] = True  # 1 January 1970 was a Thursday
    weekdays[last - first + 1 < DAYS_TO_KNOW_WEEKDAYS] = True
    every = np.arange(grid.slots)
    between = (every >= early[:, None]) & (every <= late[:, None])
    by_slot = np.asarray(cells.reshape(len(names), grid.slots), dtype=float)
    return _Seen(last - first + 1, (first + 3) % 7, by_slot, weekdays, between, _mean_aht(rows, code, len(names)))


def _mean_aht(rows: pd.DataFrame, code: Whole, queues: int) -> Floats:
    aht, offered = rows["aht_seconds"].to_numpy(dtype=float), rows["offered"].to_numpy(dtype=float)
    handled = rows["handled"].to_numpy(dtype=float)
    weight = np.where(np.isfinite(handled), handled, offered) * np.isfinite(aht)
    total = np.bincount(code, weight, minlength=queues)
    worked = np.bincount(code, weight * np.nan_to_num(aht), minlength=queues)
    return np.asarray(np.divide(worked, total, out=np.full(queues, np.nan), where=total > 0))


def _hours_given(queues: Sequence[Queue]) -> set[OpeningHours]:
    return {queue.arrival_hours for queue in queues if queue.arrival_hours is not None}


def _open_as_seen(seen: _Seen, number: int, grid: DayGrid) -> Flags:
    """(intervals,) ahead: in the hours in which something came."""
    return np.asarray(seen.weekdays[number][grid.weekday[grid.day]] & seen.slots[number][grid.slot])


def _refuse_endless(rows_ahead: int, queues: int, rows: int, place: str) -> None:
    if rows_ahead > MOST_ROWS:
        message = (
            f"the {rows:,} rows of the {queues:,} queues with the fewest rows would become {rows_ahead:,} rows of "
        )
        message += "forecast; is the column that is read as the queue the number of a contact?"
        hint = "name the right column (input.columns), leave queues out (input.ignore_queues), or plan fewer weeks"
        raise DataError(Problem(place, message, hint))


def _handling_times(seen: _Seen, queues: Sequence[Queue]) -> Floats:
    """(queues,): of the history, else of the settings, else assumed."""
    given = [ASSUMED_AHT_SECONDS if queue.aht_seconds is None else queue.aht_seconds for queue in queues]
    return np.where(np.isfinite(seen.aht_seconds), seen.aht_seconds, given)


def _rows_ahead(
    seen: _Seen, queues: Sequence[Queue], opened: Sequence[Flags], aht: Floats, grid: DayGrid, days_ahead: int
) -> pd.DataFrame:
    """The open intervals of each queue; the bounds are those of the last day, the widest."""
    number = np.repeat(np.arange(len(queues)), [int(cells.sum()) for cells in opened])
    place = np.concatenate([np.flatnonzero(cells) for cells in opened])
    cell = number * grid.slots + grid.slot[place]
    distinct, of_row = np.unique(cell, return_inverse=True)
    expected = _expected(seen, opened, grid).ravel()[distinct]
    bounds = plain_bounds(expected, days_ahead)
    names = np.array([queue.name for queue in queues], dtype=object)
    return pd.DataFrame(
        {
            "interval_start": grid.instants[place],
            "offered": expected[of_row],
            "aht_seconds": aht[number],
            "offered_p10": bounds[0.8][0][of_row],
            "offered_p90": bounds[0.8][1][of_row],
            "offered_p025": bounds[0.95][0][of_row],
            "offered_p975": bounds[0.95][1][of_row],
            "queue": names[number],
            "channel": np.array([queue.channel for queue in queues], dtype=object)[number],
            "method": METHOD,
        }
    )


def plain_bounds(expected: Floats, days_ahead: int) -> Bounds:
    """Bands of counts or of sums of days, (cells,), so many days ahead, with the scatter that is assumed."""
    ahead = np.full(len(expected), days_ahead)
    return unknown_bands().bounds(expected, ahead, np.zeros(len(expected), dtype=bool))


def _expected(seen: _Seen, opened: Sequence[Flags], grid: DayGrid) -> Floats:
    """(queues, slots): contacts in an open slot of an open day."""
    open_slots = np.array([np.bincount(grid.slot, cells, minlength=grid.slots) > 0 for cells in opened])
    weekday = grid.weekday[grid.day]
    open_weekdays = np.array([np.bincount(weekday, cells, minlength=7) > 0 for cells in opened])
    place = (np.arange(7) - seen.first_weekday[:, None]) % 7
    came_on = seen.span_days[:, None] // 7 + (place < seen.span_days[:, None] % 7)
    days = np.maximum((came_on * open_weekdays).sum(axis=1), 1)
    total = seen.by_slot.sum(axis=1)
    inside = np.where(open_slots, seen.by_slot, 0.0)
    whole = inside.sum(axis=1, keepdims=True)
    even = open_slots / np.maximum(open_slots.sum(axis=1, keepdims=True), 1)
    shape = np.where(whole > 0, SHAPE_SEEN * inside / np.maximum(whole, 1e-9) + (1 - SHAPE_SEEN) * even, even)
    return np.asarray((total / days)[:, None] * shape)


def _notes(rows: pd.DataFrame, seen: _Seen, queues: Sequence[Queue], place: str) -> tuple[Note, ...]:
    most = int(rows.groupby("queue").size().max())
    message = (
        f"{len(queues):,} queues with the fewest rows (at most {most}) are forecast by their mean alone, in the "
    )
    message += "hours in which something came, without a backtest; their bands are assumed. If they are no queues, "
    message += "name the right column (input.columns) or leave them out (input.ignore_queues): "
    notes = [Note("forecast", "warning", place, message + listed([queue.name for queue in queues][:3]) + ", ...")]
    unknown = sum(
        1 for queue, aht in zip(queues, seen.aht_seconds, strict=True) if queue.aht_seconds is None and aht != aht
    )
    if unknown:
        said = f"NO HANDLING TIME IS KNOWN of {unknown:,} of them: {ASSUMED_AHT_SECONDS:g} s is assumed"
        notes.append(Note("forecast", "warning", place, said))
    return tuple(notes)


def _facts(frame: pd.DataFrame, queues: Sequence[Queue], aht: Floats, days: int) -> dict[str, float | str]:
    per_week = frame.groupby("queue")["offered"].sum() * 7 / days
    facts: dict[str, float | str] = {}
    for queue, seconds in zip(queues, aht.tolist(), strict=True):
        name = queue.name
        facts |= {f"{name}.method": METHOD, f"{name}.contacts_per_week": float(per_week.get(name, 0.0))}
        facts |= {
            f"{name}.aht_seconds": seconds,
            f"{name}.aht_profile": "no",
            f"{name}.dispersion": UNKNOWN_DISPERSION,
        }
    return facts
