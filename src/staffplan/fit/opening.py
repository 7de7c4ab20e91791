"""When a queue did not answer at all: calls that came then say nothing about patience or scatter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, local_dates, minute_of_day, weekday_of
from staffplan.fit.estimates import Flags

SLOT_MINUTES = 30
SLOTS_PER_DAY = MINUTES_PER_DAY // SLOT_MINUTES
FEW_ANSWERED = 0.1
"""A half-hour of the week is closed when, over all weeks, no larger share of its calls was answered..."""
BY_CHANCE = 1e-4
"""...and when it is less likely than this that so many calls in a row would all have hung up by themselves."""


def closed_calls(calls: pd.DataFrame, timezone: str) -> Flags:
    """(calls of one queue,): whether it came when nobody answered: closed by the week, on that day, or out of order.

    A stretch of half-hours without answers is called closed only where its calls are too many to have hung up one
    after the other by chance, each with the share of calls that hang up anyway.
    """
    arrival = pd.DatetimeIndex(calls["arrival"])
    answered = calls["answered"].to_numpy(dtype=bool)
    slot = minute_of_day(arrival, timezone) // SLOT_MINUTES
    week = weekday_of(arrival, timezone) * SLOTS_PER_DAY + slot
    closed = _unanswered(week, answered, FEW_ANSWERED, ring=7 * SLOTS_PER_DAY)
    at_once = ~answered & (calls["wait_seconds"].to_numpy(dtype=float) == 0)
    order = np.argsort(arrival.asi8, kind="stable")
    order = order[~closed[order]]
    closed[order] = _cut_off(at_once[order])
    days = pd.factorize(local_dates(arrival, timezone), sort=True)
    day_number = np.array([day.toordinal() for day in days[1]], dtype=np.int64)[days[0]]
    timeline = (day_number - day_number.min()) * SLOTS_PER_DAY + slot
    closed[~closed] = _unanswered(timeline[~closed], answered[~closed], 0.0, ring=None)
    return np.asarray(closed & ~answered)


def _cut_off(at_once: Flags) -> Flags:
    """(calls in order,): whether it is one of a row that were gone in the second of arrival, so many that no such row
    is to be expected in the whole log: the line was out of order.
    """
    if not at_once.any() or at_once.all():
        return np.zeros(len(at_once), dtype=bool)
    run = _runs(at_once, wraps=False)
    length = np.bincount(run)[run]
    expected = np.log(len(at_once)) + length * np.log(at_once.mean())
    return np.asarray(at_once & (expected < np.log(BY_CHANCE)))


def _unanswered(slot: np.ndarray, answered: Flags, few: float, *, ring: int | None) -> Flags:
    """Whether each call lies in a stretch of slots where at most the share `few` was answered, too long for chance.

    `ring`: slots after which they begin again.
    """
    if not len(slot) or answered.all():
        return np.zeros(len(slot), dtype=bool)
    size = ring or int(slot.max()) + 1
    offered = np.bincount(slot, minlength=size)
    quiet = np.bincount(slot, weights=answered, minlength=size) <= few * offered
    run = _runs(quiet, wraps=ring is not None)
    calls_in_run = np.bincount(run, weights=offered * quiet)
    chance = calls_in_run * np.log(1 - answered.mean())
    return np.asarray(quiet[slot] & (chance[run[slot]] < np.log(BY_CHANCE)))


def _runs(quiet: Flags, *, wraps: bool) -> np.ndarray:
    """(slots,): the number of the stretch of equal flags that each slot lies in; around the end where it wraps."""
    run = np.cumsum(np.append(0, quiet[1:] != quiet[:-1]))
    if wraps and quiet[0] == quiet[-1]:
        run[run == run[-1]] = 0
    return run
