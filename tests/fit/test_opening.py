"""Stretches in which nobody answered, told from chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.fit.opening import closed_calls


def calls_at(moments: pd.DatetimeIndex, answered: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"arrival": moments, "answered": answered, "wait_seconds": np.where(answered, 0.0, 30.0)})


def month(hours: range, share_answered: float, each: int) -> pd.DataFrame:
    """Four weeks with `each` calls in every one of these hours."""
    days = pd.date_range("2026-03-02", periods=28, freq="D", tz="UTC")
    moments = pd.DatetimeIndex(
        [day + pd.Timedelta(hours=h, minutes=7 * k) for day in days for h in hours for k in range(each)]
    )
    return calls_at(moments, np.random.default_rng(1).random(len(moments)) < share_answered)


def test_nights_and_an_outage_are_closed_and_the_rest_is_not() -> None:
    day, night = month(range(9, 17), 0.8, 6), month(range(0, 5), 0.0, 1)
    outage = (day["arrival"] >= "2026-03-11 13:00") & (day["arrival"] < "2026-03-11 15:00")
    day.loc[outage, "answered"] = False
    calls = pd.concat([day, night], ignore_index=True)
    closed = closed_calls(calls, "UTC")
    assert closed[len(day) :].all()
    assert (closed[: len(day)] == outage.to_numpy()).mean() > 0.999


def test_a_slow_queue_around_the_clock_that_loses_one_call_in_three_is_never_closed() -> None:
    calls = month(range(24), 0.67, 1)
    assert closed_calls(calls, "UTC").sum() == 0


def test_a_row_of_calls_cut_off_at_once_is_a_fault_and_single_ones_are_not() -> None:
    calls = month(range(9, 17), 0.9, 6)
    calls.loc[calls.index[::40], ["answered", "wait_seconds"]] = [False, 0.0]
    calls.loc[600:630, ["answered", "wait_seconds"]] = [False, 0.0]
    closed = closed_calls(calls, "UTC")
    assert closed[600:631].all()
    assert closed.sum() == 31


def test_where_everyone_or_nobody_is_answered_no_stretch_stands_out() -> None:
    assert not closed_calls(month(range(9, 12), 1.0, 2), "UTC").any()
    assert not closed_calls(month(range(9, 12), 0.0, 2).assign(answered=False), "UTC").any()
