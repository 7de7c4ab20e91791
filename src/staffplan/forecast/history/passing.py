"""Days in a row, far above or below the days before and after: a campaign or an outage that nobody has told of.

They move the level of the next weeks like any other days, because the history alone does not tell what passed from
what may come again. So they are noticed, and asked about; days that the calendar knows as an event teach that event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole

RECENT_DAYS = 56
"""Eight weeks: older days hardly move the forecast."""
NEAR_DAYS = 21
"""A day is compared with the median of the days known this far before and after it."""
FEWEST_DAYS, MOST_DAYS = 2, 10
"""Single days are cleaned away where they are odd; what lasts longer is a level."""
DAYS_AFTER = 3
"""Usual days since then, without which it may be a new level."""
DAY_FACTOR, RUN_FACTOR = 1.15, 1.25
"""Each day, and the days together, differ by this factor at least..."""
DAY_SIGMAS, RUN_SIGMAS = 2.5, 4.0
"""...and by so many deviations of ordinary days (robust, of logs)."""


@dataclass(frozen=True)
class Passing:
    """Days that differed, all at `factor` times the usual."""

    days: tuple[int, ...]
    factor: float


def find_passing(log_level: Floats, ordinary: Flags) -> list[Passing]:
    """Campaigns and outages of the last weeks, from log levels (days,), NaN unknown; only `ordinary` days (days,)
    are looked at."""
    days = np.flatnonzero(np.isfinite(log_level) & ordinary)
    if len(days) < NEAR_DAYS:
        return []
    apart = log_level[days] - _around(days, log_level[days])
    sigma = 1.4826 * float(np.median(np.abs(apart)))
    found = []
    for start, end in _runs(apart, max(np.log(DAY_FACTOR), DAY_SIGMAS * sigma)):
        mean = float(apart[start:end].mean())
        clear = abs(mean) >= max(np.log(RUN_FACTOR), RUN_SIGMAS * sigma)
        is_over = FEWEST_DAYS <= end - start <= MOST_DAYS and len(days) - end >= DAYS_AFTER
        if clear and is_over and days[start] >= len(log_level) - RECENT_DAYS:
            found.append(Passing(tuple(days[start:end].tolist()), float(np.exp(mean))))
    return found


def _around(days: Whole, levels: Floats) -> Floats:
    """(known days,): median of the levels up to NEAR_DAYS before and after each day."""
    first = np.searchsorted(days, days - NEAR_DAYS)
    last = np.searchsorted(days, days + NEAR_DAYS, side="right")
    return np.array([np.median(levels[start:end]) for start, end in zip(first, last, strict=True)])


def _runs(apart: Floats, least: float) -> Iterator[tuple[int, int]]:
    """First and end of each run of days that lie at least so far on the same side."""
    side = np.where(np.abs(apart) >= least, np.sign(apart), 0.0)
    edges = np.flatnonzero(np.diff(side)) + 1
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(side)], strict=True):
        if side[start]:
            yield start, end
