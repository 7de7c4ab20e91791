"""Exponential smoothing against statsmodels' own, and laws that need no other program."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from staffplan.forecast.kernels import ADDED, MULTIPLIED, NO_SEASON
from staffplan.forecast.methods.smoothing import Fit, first_state, fit, run, shortest
from thorough import repetitions

SEASONS = [1, 2, 3, 4, 5, 6, 7]
TRENDS = [False, True]
KINDS = [True, False]


def _series(seed: int, length: int, season: int) -> np.ndarray:
    """Positive values, mean 1: a level that wanders, a season, noise."""
    rng = np.random.default_rng([seed, length, season])
    shape = np.exp(rng.normal(0, 0.4, season)) if season > 1 else np.ones(1)
    level = np.exp(np.cumsum(rng.normal(0, 0.02, length))) * np.linspace(1, 1 + rng.uniform(-0.5, 1), length)
    values = np.maximum(level * np.resize(shape, length) * (1 + rng.normal(0, 0.08, length)), 0.06)
    return np.asarray(values / values.mean())


def _theirs(series: np.ndarray, season: int, *, multiplied: bool, damped_trend: bool) -> ExponentialSmoothing:
    return ExponentialSmoothing(
        series,
        trend="add" if damped_trend else None,
        damped_trend=damped_trend,
        seasonal=None if season < 2 else "mul" if multiplied else "add",
        seasonal_periods=None if season < 2 else season,
        initialization_method="heuristic",
    )


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("multiplied", KINDS)
@pytest.mark.parametrize("damped_trend", TRENDS)
def test_the_same_parameters_give_what_statsmodels_gives(season, multiplied, damped_trend) -> None:
    series = _series(1, 90 + season, season)
    kind = NO_SEASON if season < 2 else MULTIPLIED if multiplied else ADDED
    start = first_state(series, season, kind, trend=damped_trend)
    given_parameters = (0.3, 0.05 if damped_trend else 0.0, 0.2 if season > 1 else 0.0, 0.9 if damped_trend else 1.0)
    ours = run(series, kind, np.array(given_parameters), start, damped_trend=damped_trend)
    theirs = _theirs(series, season, multiplied=multiplied, damped_trend=damped_trend).fit(
        smoothing_level=0.3,
        smoothing_trend=0.05 if damped_trend else None,
        smoothing_seasonal=0.2 if season > 1 else None,
        damping_trend=0.9 if damped_trend else None,
        optimized=False,
    )
    assert ours.fitted == pytest.approx(theirs.fittedvalues, abs=1e-9)
    assert ours.squared_errors == pytest.approx(theirs.sse, rel=1e-9)
    assert ours.aicc == pytest.approx(theirs.aicc, rel=1e-9)
    # statsmodels leaves the last seasonal state as it was before the last value; the textbook's has been renewed
    same = np.arange(1, 21) % season != 0 if season > 1 else np.ones(20, dtype=bool)
    assert ours.ahead(20)[same] == pytest.approx(theirs.forecast(20)[same], abs=1e-9)


def test_the_forecast_after_a_whole_season_uses_the_state_that_the_last_value_renewed() -> None:
    series = np.array([2.0, 6.0, 2.0, 6.0])
    found = run(series, ADDED, np.array([0.0, 0.0, 0.5, 1.0]), np.array([4.0, 0.0, -1.0, 1.0]), damped_trend=False)
    # season -1, 1: after 2 and 6 (two below, two above the level) -1.5, 1.5, and once more -1.75, 1.75
    assert found.ahead(3) == pytest.approx([2.25, 5.75, 2.25])
    assert found.fitted == pytest.approx([3.0, 5.0, 2.5, 5.5])


@pytest.mark.parametrize("damped_trend", TRENDS)
@pytest.mark.parametrize("multiplied", KINDS)
@pytest.mark.parametrize(("length", "season"), [(42, 7), (100, 2), (100, 5), (200, 1), (364, 7), (364, 6)])
def test_the_parameters_found_are_as_good_as_statsmodels(length, season, multiplied, damped_trend) -> None:
    for seed in (1, 2):
        series = _series(seed, length, season)
        ours = fit(series, season, multiplied=multiplied, damped_trend=damped_trend)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = _theirs(series, season, multiplied=multiplied, damped_trend=damped_trend).fit(use_brute=False)
        assert ours.squared_errors <= 1.01 * theirs.sse


@pytest.mark.parametrize("multiplied", KINDS)
def test_parameters_stay_where_the_textbook_allows_them(multiplied) -> None:
    for seed in range(10):
        alpha, beta, gamma, phi = fit(
            _series(seed, 60, 5), 5, multiplied=multiplied, damped_trend=True
        ).parameters.tolist()
        assert 0 <= alpha <= 1
        assert 0 <= beta <= alpha
        assert 0 <= gamma <= 1 - alpha
        assert 0.8 <= phi <= 0.995


@given(season=st.integers(1, 7), more=st.integers(0, 30), seed=st.integers(0, 1000), zeros=st.floats(0, 1))
@settings(max_examples=repetitions(20, 60), deadline=None)
def test_any_counts_are_fitted_without_a_number_that_is_none(season, more, seed, zeros) -> None:
    rng = np.random.default_rng(seed)
    series = np.where(rng.random(shortest(season) + more) < zeros, 0.0, rng.poisson(4.0, shortest(season) + more))
    found = fit(series, season, multiplied=False, damped_trend=True)
    assert np.isfinite(found.ahead(28)).all()
    assert np.isfinite([found.squared_errors, *found.parameters]).all()


def _constant(season: int) -> Fit:
    return fit(np.full(60, 7.0), season, multiplied=True, damped_trend=True)


@pytest.mark.parametrize("season", SEASONS)
def test_a_constant_is_continued(season) -> None:
    assert _constant(season).ahead(30) == pytest.approx(np.full(30, 7.0))


def test_a_season_that_repeats_itself_is_continued() -> None:
    week = np.array([10.0, 12.0, 8.0, 9.0, 15.0])
    found = fit(np.tile(week, 12), 5, multiplied=True, damped_trend=False)
    assert found.ahead(12) == pytest.approx(np.resize(week, 12))


def test_a_damped_trend_levels_off() -> None:
    found = run(np.ones(10), NO_SEASON, np.array([0.0, 0.0, 0.0, 0.8]), np.array([1.0, 1.0, 0.0]), damped_trend=True)
    # the trend of 1 has shrunk by 0.8 ten times; ahead it adds 0.8, 0.8^2, ... of that: at most four times it
    slope = 0.8**10
    level = 1 + sum(0.8**step for step in range(1, 11))
    assert found.ahead(1)[0] == pytest.approx(level + 0.8 * slope)
    assert found.ahead(500)[-1] == pytest.approx(level + 4 * slope)
