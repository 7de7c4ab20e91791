"""Logs of single calls, small ones by hand and large ones drawn from known parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.fit import CallLog


def log_of(**columns: object) -> CallLog:
    """A log whose missing columns are those of one queue in which everybody is answered."""
    size = len(next(iter(columns.values())))
    start = pd.date_range("2026-03-02 09:00", periods=size, freq="1min", tz="UTC")
    usual = {"arrival": start, "queue": "sales", "wait_seconds": 0.0, "outcome": "answered"}
    return CallLog.of(pd.DataFrame({**usual, **columns}, index=range(size)), "calls.csv")


def waiting_log(size: int, *, patience_seconds: float, virtual_wait_seconds: float, balking: float = 0.0) -> CallLog:
    """Calls whose patience and whose wait for an agent are exponential; a third is answered at once."""
    rng = np.random.default_rng(20)
    offered_wait = np.where(rng.random(size) < 1 / 3, 0.0, rng.exponential(virtual_wait_seconds, size))
    patience = np.where(rng.random(size) < balking, 0.0, rng.exponential(patience_seconds, size))
    answered = (offered_wait == 0) | (patience > offered_wait)
    return log_of(
        wait_seconds=np.minimum(offered_wait, np.where(offered_wait == 0, 0.0, patience)),
        outcome=np.where(answered, "answered", "abandoned"),
    )


def counted_log(counts: np.ndarray, *, interval_minutes: int = 30) -> CallLog:
    """(days, intervals) counts as calls, all answered, from Monday 2026-03-02 at 8 on."""
    days, intervals = np.nonzero(counts)
    repeat = counts[days, intervals].astype(int)
    first = pd.Timestamp("2026-03-02 08:00", tz="UTC")
    offset = np.repeat(days, repeat) * 1440 + np.repeat(intervals, repeat) * interval_minutes
    return log_of(arrival=first + pd.to_timedelta(offset, unit="min"))
