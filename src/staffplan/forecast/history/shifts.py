"""A level that has shifted for good: found as a clear step in the day totals of the recent weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Floats, Whole
from staffplan.forecast.kernels import split_costs

SHIFT_WINDOW_DAYS = 91
"""A shift is looked for against this many days."""
DAYS_AFTER, DAYS_BEFORE = 5, 10
"""Known days needed on either side of a shift."""
SMALLEST_SHIFT = 1.25
"""Smaller changes of level (up or down by this factor) are left to the methods."""
SHIFT_SIGMAS = 6.0
"""The change exceeds this many standard errors (robust); days are alike within a week, hence so many."""
BETTER_THAN_A_LINE = 0.7
"""A step leaves at most this share of the squared error that a straight line leaves; else it is growth."""
LAST_DAYS = 7
"""A level that moves on after a shift is that of the last week..."""
MOVES_ON = 1.15
"""...where it differs at least by this factor from that of the days between..."""
MOVING_SIGMAS = 3.0
"""...by this many standard errors, and in the direction of the shift."""
FEWEST_BETWEEN = 4
"""Known days needed between the shift and the last week."""


@dataclass(frozen=True)
class Shift:
    """From `day` on the level is `factor` times what it was before."""

    day: int
    factor: float
    moves_on: bool = False
    """It was the beginning of a climb or a fall that had not ended with the history."""


def find_shift(offered: Floats, weekday: Whole, recent_days: int) -> Shift | None:
    """The latest step in the level within `recent_days`, if there is a clear one.

    `offered` (days, slots) are ordinary, cleaned days. Levels are logs of day totals over their weekday's usual.
    """
    first = max(0, len(offered) - SHIFT_WINDOW_DAYS)
    days, logs = _log_levels(offered[first:], weekday[first:])
    places = np.arange(DAYS_BEFORE, len(days) - DAYS_AFTER + 1)
    places = places[first + days[places] >= len(offered) - recent_days]
    if not len(places):
        return None
    split = int(places[split_costs(logs)[places].argmin()])
    if not _is_step(days, logs, split):
        return None
    factor = float(np.exp(np.median(logs[split:]) - np.median(logs[:split])))
    return Shift(int(first + days[split]), factor)


def _log_levels(offered: Floats, weekday: Whole) -> tuple[Whole, Floats]:
    """Days with contacts, and the log of each one's total against its weekday's mean over the same cells."""
    usual = np.zeros(offered.shape)
    for number in range(7):
        rows = weekday == number
        known = np.isfinite(offered[rows])
        total = np.where(known, offered[rows], 0.0).sum(axis=0)
        usual[rows] = total / np.maximum(known.sum(axis=0), 1)
    known = np.isfinite(offered)
    totals = np.where(known, offered, 0.0).sum(axis=1)
    promised = np.where(known, usual, 0.0).sum(axis=1)
    days = np.flatnonzero((totals > 0) & (promised > 0))
    return days, np.log(totals[days] / promised[days])


def _is_step(days: Whole, logs: Floats, split: int) -> bool:
    before, after = logs[:split], logs[split:]
    change = float(np.median(after) - np.median(before))
    rest = np.concatenate([before - np.median(before), after - np.median(after)])
    sigma = 1.4826 * float(np.median(np.abs(rest)))
    error = sigma * float(np.sqrt(1 / len(before) + 1 / len(after)))
    line = np.polynomial.Polynomial.fit(days, logs, 1)(days)
    step_error = float(((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum())
    clear = abs(change) >= np.log(SMALLEST_SHIFT) and abs(change) >= SHIFT_SIGMAS * error
    return bool(clear and step_error <= BETTER_THAN_A_LINE * float(((logs - line) ** 2).sum()))


def moves_on(shift: Shift, log_level: Floats) -> bool:
    """Whether the level still goes the way of the shift; `log_level` (days,) is NaN where it is not known."""
    days = np.flatnonzero(np.isfinite(log_level))
    last = days[-LAST_DAYS:]
    between = days[(days >= shift.day) & ~np.isin(days, last)]
    if len(between) < FEWEST_BETWEEN:
        return False
    now, then = log_level[last], log_level[between]
    change = float(now.mean() - then.mean()) * float(np.sign(np.log(shift.factor)))
    error = float(np.sqrt(now.var(ddof=1) / len(now) + then.var(ddof=1) / len(then)))
    return change >= max(float(np.log(MOVES_ON)), MOVING_SIGMAS * error)
