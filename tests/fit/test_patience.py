"""Patience learnt from calls of which most are answered first."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from fit_logs import log_of, waiting_log

from staffplan.fit import fit


def test_five_calls_by_hand(parameter: Callable[..., float]) -> None:
    """One answered at once, one balks, one hangs up after 30 s, two are answered after 20 and 40 s."""
    log = log_of(wait_seconds=[0, 0, 30, 20, 40], outcome=["answered", "hang", "HANGUP", "Answered", "agent"])
    result = fit(log)
    assert parameter(result, "wait_share") == pytest.approx(4 / 5)
    assert parameter(result, "balking_share") == pytest.approx(1 / 4)
    assert parameter(result, "abandon_share") == pytest.approx(2 / 5)
    assert parameter(result, "patience_seconds") == pytest.approx(90 / 1)
    assert parameter(result, "patience_with_balking_seconds") == pytest.approx(90 / 2)
    assert parameter(result, "patience_median_seconds") == pytest.approx(30)
    curve = result.curves.frame
    assert curve[["wait_seconds", "at_risk", "abandoned", "waiting_share"]].to_numpy().tolist() == [[30, 2, 1, 0.5]]
    assert curve["exponential_share"].tolist() == [pytest.approx(math.exp(-1 / 3))]


@pytest.mark.parametrize("virtual_wait", [30.0, 400.0])
def test_a_known_patience_is_found_however_many_are_answered_first(
    virtual_wait: float, parameter: Callable[..., float]
) -> None:
    result = fit(waiting_log(20_000, patience_seconds=240, virtual_wait_seconds=virtual_wait))
    error = parameter(result, "patience_seconds", column="standard_error")
    assert abs(parameter(result, "patience_seconds") - 240) < 3 * error
    assert error < 10
    curve = result.curves.frame
    held = (curve["low"] <= np.exp(-curve["wait_seconds"] / 240)) & (
        curve["high"] >= np.exp(-curve["wait_seconds"] / 240)
    )
    assert held[curve["at_risk"] > 100].mean() > 0.8
    assert parameter(result, "patience_exponential_misfit") < 0.02


def test_the_mean_wait_of_those_who_hung_up_would_be_far_off() -> None:
    log = waiting_log(20_000, patience_seconds=240, virtual_wait_seconds=30)
    gone = log.frame.loc[log.frame["outcome"] == "abandoned", "wait_seconds"]
    assert gone.mean() < 40


def test_balking_is_told_apart_from_patience(parameter: Callable[..., float]) -> None:
    result = fit(waiting_log(20_000, patience_seconds=240, virtual_wait_seconds=60, balking=0.1))
    assert parameter(result, "balking_share") == pytest.approx(0.1, abs=0.01)
    assert parameter(result, "patience_seconds") == pytest.approx(240, rel=0.05)
    assert parameter(result, "patience_with_balking_seconds") < 200
    assert any("balking, not patience" in note.message for note in result.notes)


def test_a_patience_that_is_not_exponential_is_told() -> None:
    """Everybody hangs up after 60 to 70 seconds."""
    rng = np.random.default_rng(4)
    patience, offered = rng.uniform(60, 70, 3000), rng.uniform(0.5, 120, 3000)
    outcome = np.where(patience > offered, "answered", "abandoned")
    result = fit(log_of(wait_seconds=np.minimum(patience, offered), outcome=outcome))
    assert any("patience is not exponential" in note.message for note in result.notes)


def test_a_gap_that_chance_explains_is_no_warning() -> None:
    result = fit(waiting_log(120, patience_seconds=200, virtual_wait_seconds=60))
    assert not any("not exponential" in note.message for note in result.notes)


def test_where_nobody_hung_up_patience_is_not_told(parameter: Callable[..., float]) -> None:
    result = fit(log_of(wait_seconds=[5, 0, 12]))
    assert math.isnan(parameter(result, "patience_seconds"))
    assert any("none of 2 callers who waited hung up" in note.message for note in result.notes)
    assert not len(result.curves)


def test_calls_while_nobody_answers_say_nothing(parameter: Callable[..., float]) -> None:
    """A queue open from 9 to 17; at night callers hear a message and hang up after ten seconds."""
    log = waiting_log(6000, patience_seconds=240, virtual_wait_seconds=60)
    day = log.frame.assign(arrival=spread(6000, 9, 17))
    night = log.frame.head(900).assign(arrival=spread(900, 19, 23), wait_seconds=10.0, outcome="abandoned")
    both = pd.concat([day, night]).drop(columns="row")
    alone, result = fit(log_of(**day.drop(columns="row"))), fit(log_of(**both.reset_index(drop=True)))
    assert parameter(result, "patience_seconds") == pytest.approx(parameter(alone, "patience_seconds"))
    assert any("900 calls abandoned while nobody answered" in note.message for note in result.notes)
    assert not any("nobody answered" in note.message for note in alone.notes)


def spread(size: int, first_hour: int, end_hour: int) -> pd.DatetimeIndex:
    """Moments between these hours of twenty days."""
    rng = np.random.default_rng(5)
    seconds = rng.integers(0, 20, size) * 86400 + rng.uniform(first_hour, end_hour, size) * 3600
    return pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(seconds.round(), unit="s")
