"""The rest of a day as a planner says it will be, whatever past days support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import local_dates
from staffplan.errors import Note, Problem, UsageError, nearest
from staffplan.tables.forecast import VolumeForecast

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
STEP = "today"
EVERY = ""
"""In place of a queue's name: all of them."""
BOUNDS = ("offered_p10", "offered_p90", "offered_p025", "offered_p975")


@dataclass(frozen=True)
class Moment:
    """An instant, on the clock of a zone, among intervals of a length."""

    at: pd.Timestamp
    zone: str
    length: pd.Timedelta


def forced(
    planned: VolumeForecast, updated: VolumeForecast, shares: Mapping[str, float | None], moment: Moment
) -> tuple[VolumeForecast, list[Note]]:
    """The updated forecast with the rest of today of some queues at `planned` times (1 + share); None: the share by
    which the contacts so far differ from those expected. A queue's own share goes before that of EVERY queue.

    Bands are moved with it. Raises UsageError for queues that nobody knows, or of which nothing was expected so far.
    """
    names = sorted(updated.frame["queue"].unique())
    _refuse_strangers(shares, names)
    frame, before = updated.frame.copy(), _planned_of(planned, updated)
    today = _is_today(frame, moment)
    over = (frame["interval_start"] + moment.length <= moment.at).to_numpy()
    notes, problems = [], list[Problem]()
    for name in names if EVERY in shares else sorted(shares):
        own, offered = (frame["queue"] == name).to_numpy() & today, frame["offered"].to_numpy()
        given = shares[name] if name in shares else shares[EVERY]
        seen = _share(offered[own & over].sum(), before[own & over].sum())
        share = seen if given is None else given
        if share is None:
            said = f"{name}: no contacts were expected so far, so no share is seen"
            problems.append(Problem("--force-share", said, f"give a number: --force-share {name}=0.1"))
            continue
        rows = own & ~over
        notes.append(_told(name, share, _share(offered[rows].sum(), before[rows].sum())))
        _put(frame, rows, before * (1 + share))
    if problems:
        raise UsageError(problems)
    return VolumeForecast.of(frame, updated.source), notes


def _refuse_strangers(shares: Mapping[str, float | None], names: list[str]) -> None:
    strangers = [name for name in shares if name not in (EVERY, *names)]
    if strangers:
        raise UsageError(
            Problem("--force-share", f"{name!r} is no queue of the plan", nearest(name, names)) for name in strangers
        )


def _is_today(frame: pd.DataFrame, moment: Moment) -> Flags:
    """(rows,)"""
    [day] = local_dates(pd.DatetimeIndex([moment.at]), moment.zone)
    return np.array([one == day for one in local_dates(pd.DatetimeIndex(frame["interval_start"]), moment.zone)])


def _share(contacts: float, expected: float) -> float | None:
    """By how much contacts differ from those expected; None where there are none."""
    return float(contacts / expected - 1) if expected > 0 else None


def _planned_of(planned: VolumeForecast, updated: VolumeForecast) -> Floats:
    """(rows,): contacts planned in the rows of the updated forecast."""
    keys = ["queue", "interval_start"]
    known = planned.frame.set_index(keys)["offered"]
    return known.reindex(pd.MultiIndex.from_frame(updated.frame[keys]), fill_value=0.0).to_numpy()


def _put(frame: pd.DataFrame, rows: Flags, offered: Floats) -> None:
    """Put contacts into rows, the bounds in proportion."""
    was = frame["offered"].to_numpy()
    factor = np.divide(offered, was, out=np.ones(len(was)), where=was > 0)
    for name in BOUNDS:
        frame.loc[rows, name] = (frame[name] * factor)[rows]
    frame.loc[rows, "offered"] = offered[rows]


def _told(queue: str, share: float, instead: float | None) -> Note:
    supported = "" if instead is None else f"; past days support that it is {_changed(instead)}"
    said = f"--force-share: the rest of today is {_changed(share)}{supported}"
    return Note(STEP, "assumption", queue, said)


def _changed(share: float) -> str:
    percent = round(100 * share, 1)
    if percent == 0:
        return "left unchanged"
    return f"{'raised' if percent > 0 else 'lowered'} by {abs(percent):.1f} %"
