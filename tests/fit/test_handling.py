"""Handling times: mean, shape, short calls, hours, and what lies between two calls."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from fit_logs import log_of

from staffplan.fit import FitChoices, fit


def test_four_calls_by_hand(parameter: Callable[..., float]) -> None:
    """Mean 100 s, squared deviations 8100 + 2500 + 2500 + 8100 over 3."""
    result = fit(log_of(handling_seconds=[190.0, 150.0, 50.0, 10.0]), FitChoices(short_seconds=20))
    deviation = math.sqrt(21200 / 3)
    assert parameter(result, "aht_seconds") == 100
    assert parameter(result, "aht_seconds", column="standard_error") == pytest.approx(deviation / 2)
    assert parameter(result, "aht_median_seconds") == 100
    assert parameter(result, "aht_cv") == pytest.approx(deviation / 100)
    assert parameter(result, "aht_short_share") == 0.25
    assert any("25.0% of the answered calls were handled in less than 20 s" in note.message for note in result.notes)


def test_a_lognormal_is_recognised_under_one_call_in_ten_that_is_an_artefact(parameter: Callable[..., float]) -> None:
    rng = np.random.default_rng(8)
    seconds = np.where(rng.random(20_000) < 0.1, rng.integers(0, 5, 20_000), rng.lognormal(5.0, 0.6, 20_000))
    result = fit(log_of(handling_seconds=seconds))
    assert parameter(result, "aht_short_share") == pytest.approx(0.1, abs=0.01)
    assert parameter(result, "aht_log_mean") == pytest.approx(5.0, abs=0.02)
    assert parameter(result, "aht_log_sd") == pytest.approx(0.6, abs=0.02)
    assert parameter(result, "aht_lognormal_misfit") < 0.02 < parameter(result, "aht_exponential_misfit")


def test_calls_that_take_longer_in_the_evening_are_told(parameter: Callable[..., float]) -> None:
    rng = np.random.default_rng(9)
    arrival = pd.Timestamp("2026-03-02 08:00", tz="UTC") + pd.to_timedelta(np.arange(4000) % 600, unit="min")
    late = np.asarray(arrival.hour >= 13)
    steady = rng.exponential(200, 4000)
    same = fit(log_of(arrival=arrival, handling_seconds=steady))
    longer = fit(log_of(arrival=arrival, handling_seconds=np.where(late, 1.5, 1.0) * steady))
    assert parameter(same, "aht_hour_spread") < 0.06
    assert parameter(longer, "aht_hour_spread") == pytest.approx(0.2, abs=0.04), "half at -20 %, half at +20 %"
    assert any("depend on the hour" in note.message for note in longer.notes)


def test_answered_calls_without_a_time_are_counted_and_left_out(parameter: Callable[..., float]) -> None:
    result = fit(log_of(handling_seconds=[100.0, np.nan, 200.0]))
    assert parameter(result, "aht_seconds") == 150
    assert parameter(result, "aht_seconds", column="contacts") == 2
    assert any("1 answered calls without a handling time" in note.message for note in result.notes)


def test_a_log_without_handling_times_says_so(parameter: Callable[..., float]) -> None:
    assert math.isnan(parameter(fit(log_of(wait_seconds=[1.0, 2.0])), "aht_seconds"))


def test_what_an_agent_needs_between_calls_is_seen_while_callers_wait(parameter: Callable[..., float]) -> None:
    """One agent; each call came 300 s ago and is taken 7 s after the call before, which took 100 s."""
    begin = 1000 + np.arange(40) * 107
    arrival = pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(begin - 300, unit="s")
    columns = {"arrival": arrival, "wait_seconds": 300.0, "handling_seconds": 100.0}
    assert parameter(fit(log_of(**columns, agent="ann")), "between_calls_seconds") == pytest.approx(7)
    at_once = fit(log_of(**{**columns, "wait_seconds": 0.0}, agent="ann")).parameters.frame
    assert not at_once["parameter"].eq("between_calls_seconds").any()
