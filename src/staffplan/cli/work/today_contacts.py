"""The contacts of `today` beside the plan: at which moment they end, and what they make of its forecast."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.clock import local_dates, midnight
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import Workers
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory

if TYPE_CHECKING:
    from staffplan.forecast import ReforecastResult

STEP = "today"
LEAST_EXPECTED = 10.0
"""Contacts expected in a time without any row, from which on it is asked about."""


def moment_of(text: str | None, given: ContactHistory, workspace: Workspace) -> pd.Timestamp:
    """The instant of --at, else the end of the contacts given."""
    zone, minutes = workspace.config.plan.timezone, workspace.config.plan.interval_minutes
    if text is None:
        at = pd.Timestamp(given.frame["interval_start"].max()) + pd.Timedelta(minutes=minutes)
    else:
        read, wrong = read_instants(pd.Series([text], dtype=object), zone)
        if wrong or read.isna().any():
            message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T10:30"))
            raise UsageError(Problem("--at", message, hint))
        at = pd.Timestamp(read.iloc[0])
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    if not workspace.planned.contains(day):
        days = workspace.planned
        message = f"{day:%a %d %b %Y} is not in the plan, which runs from {days.first} to {days.last}"
        raise UsageError(Problem("--at" if text else str(given.source), message, "give the contacts of a day of it"))
    return at


def _with_today(workspace: Workspace, given: ContactHistory, at: pd.Timestamp) -> ContactHistory:
    """The plan's history with the contacts of the file, which count from their first day on."""
    zone = workspace.config.plan.timezone
    [first] = local_dates(pd.DatetimeIndex([given.frame["interval_start"].min()]), zone)
    past = workspace.full_history.frame
    past = past[past["interval_start"] < midnight(first, zone)]
    both = pd.concat([past, given.frame], ignore_index=True)
    return ContactHistory.of(both[both["interval_start"] < at].reset_index(drop=True), given.source)


def with_contacts(
    workspace: Workspace, given: ContactHistory, at: pd.Timestamp, workers: Workers
) -> ReforecastResult:
    """The plan's forecast with the contacts so far; of a queue without any row today it stays as it is.

    What past days taught of updating is kept in the plan directory.
    """
    from staffplan.forecast import joined_history, reforecast
    from staffplan.plan.learnt import keep_learnt, read_learnt

    planned, site, settings = workspace.forecast(), workspace.site, workspace.config.forecast
    silent = _silent(planned, joined_history(given, site), at, workspace.config.plan.timezone)
    known, told = read_learnt(workspace.folder), planned.frame["queue"].isin(silent).to_numpy()
    history = _with_today(workspace, given, at)
    result = reforecast(planned.only(~told), history, settings, site=site, now=at, learnt=known, workers=workers)
    keep_learnt(workspace.folder, known, result.learnt)
    both = pd.concat([result.forecast.frame, planned.frame[told]], ignore_index=True)
    notes = [note for note in result.notes if note.place not in silent]
    notes += [*_no_rows(silent, str(given.source)), *_gaps(planned, given, at, workspace)]
    return replace(result, forecast=VolumeForecast.of(both), notes=tuple(notes))


def _silent(planned: VolumeForecast, given: ContactHistory, at: pd.Timestamp, zone: str) -> list[str]:
    """Queues of the plan without a row today until `at`, where others have some."""
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    starts = given.frame["interval_start"]
    there = set(given.frame["queue"][(starts >= midnight(day, zone)) & (starts < at)])
    return sorted(set(planned.frame["queue"]) - there) if there else []


def _no_rows(silent: Collection[str], source: str) -> list[Note]:
    said = "no row of today: its forecast is left unchanged"
    return [Note(STEP, "warning", f"{source}: {name}", said) for name in silent]


def _gaps(planned: VolumeForecast, given: ContactHistory, at: pd.Timestamp, workspace: Workspace) -> Iterator[Note]:
    """Times of today before the last row in which no queue has any, though contacts were expected."""
    zone, length = workspace.config.plan.timezone, pd.Timedelta(minutes=workspace.config.plan.interval_minutes)
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    starts = given.frame["interval_start"]
    known = starts[(starts >= midnight(day, zone)) & (starts < at)]
    expected = planned.frame.groupby("interval_start")["offered"].sum()
    expected = expected[(expected.index >= midnight(day, zone)) & (expected.index < known.max())]
    silent = ~expected.index.isin(known.dt.floor(length))
    run = (silent != np.roll(silent, 1)).cumsum()
    for _, own in expected[silent].groupby(run[silent]):
        if own.sum() >= LEAST_EXPECTED:
            first, last = (one.tz_convert(zone) for one in (own.index[0], own.index[-1] + length))
            said = (
                f"no queue has a row from {first:%H:%M} to {last:%H:%M}, where {own.sum():.0f} contacts were expected"
            )
            hint = f"they count as 0; if rows are only missing, give --at {first:%Y-%m-%dT%H:%M}"
            yield Note(STEP, "warning", str(given.source), f"{said}: {hint}")
