"""Prediction intervals for counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from staffplan.forecast.accuracy import coverage
from staffplan.forecast.intervals import (
    LEVELS,
    Spread,
    corrected_tail,
    cross_coverage,
    dispersion_by_week,
    fit_spread,
    tail_depth,
)


def _draw(rng: np.random.Generator, mean: np.ndarray, alpha: float) -> np.ndarray:
    return np.asarray(rng.negative_binomial(1 / alpha, 1 / (1 + alpha * mean)), dtype=float)


def test_the_dispersion_of_counts_drawn_with_it_is_found() -> None:
    rng = np.random.default_rng(1)
    mean = rng.uniform(5, 100, 40_000)
    week = np.repeat([1, 2], 20_000)
    actual = np.concatenate([_draw(rng, mean[:20_000], 0.05), _draw(rng, mean[20_000:], 0.2)])
    assert dispersion_by_week(actual, mean, week) == pytest.approx([0.05, 0.2], rel=0.08)


def test_the_dispersion_never_shrinks_further_ahead() -> None:
    actual, predicted = np.array([0.0, 40.0, 20.0, 20.0]), np.full(4, 20.0)
    near, far = dispersion_by_week(actual, predicted, np.array([1, 1, 2, 2]))
    assert near == far == pytest.approx((400 + 400 - 40) / 800)


@pytest.mark.parametrize("alpha", [1e-6, 0.02, 0.3])
@pytest.mark.parametrize("scale", [0.6, 5.0, 80.0])
def test_fresh_counts_fall_inside_as_often_as_promised(alpha, scale) -> None:
    """Never less than promised; more only where counts are so few that quantiles cannot be hit."""
    rng = np.random.default_rng(2)
    mean = rng.uniform(0.5, 1.5, 8000) * scale
    week = np.ones(4000, dtype=np.int64)
    spread = fit_spread(_draw(rng, mean[:4000], alpha), mean[:4000], week)
    fresh = _draw(rng, mean[4000:], alpha)
    for level, (low, high) in spread.bounds(mean[4000:], week).items():
        assert coverage(fresh, low, high) >= level - 0.02
        if scale > 50:
            assert coverage(fresh, low, high) <= level + 0.03


def test_the_correction_repairs_a_dispersion_blown_up_by_a_few_disasters() -> None:
    rng = np.random.default_rng(3)
    mean = np.full(6000, 100.0)
    actual = rng.poisson(mean).astype(float)
    actual[:30] = 1000.0
    low, high = fit_spread(actual, mean, np.ones(6000, dtype=np.int64)).bounds(np.array([100.0]), np.array([1]))[0.8]
    assert 80 <= low[0] < 100 < high[0] <= 125


@given(
    mean=st.lists(st.floats(0, 1e4), min_size=1, max_size=20),
    alpha=st.floats(1e-6, 5),
    tail=st.floats(1e-4, 0.2),
    week=st.integers(1, 80),
)
@settings(max_examples=60, deadline=None)
def test_bounds_are_ordered_and_hold_the_expected_value(mean, alpha, tail, week) -> None:
    spread = Spread(np.array([alpha, 2 * alpha]), {0.8: tail, 0.95: tail / 4})
    offered = np.array(mean)
    bounds = spread.bounds(offered, np.full(len(mean), week))
    (low, high), (lowest, highest) = bounds[0.8], bounds[0.95]
    assert (lowest <= low).all()
    assert (low <= offered).all()
    assert (offered <= high).all()
    assert (high <= highest).all()
    assert (lowest >= 0).all()


def test_bounds_widen_with_the_weeks_ahead() -> None:
    spread = Spread(np.array([0.01, 0.02]), {0.8: 0.1, 0.95: 0.025})
    highs = [spread.bounds(np.array([50.0]), np.array([week]))[0.8][1][0] for week in (1, 2, 10)]
    assert highs[0] < highs[1] < highs[2]


def test_zero_expected_is_not_zero_possible() -> None:
    actual = np.array([0.0, 3.0] * 200)
    low, high = fit_spread(actual, np.zeros(400), np.ones(400, dtype=np.int64)).bounds(np.zeros(1), np.array([1]))[
        0.8
    ]
    assert low[0] == 0
    assert high[0] >= 3


@pytest.mark.parametrize("actual", [0, 3, 9, 10, 11, 25])
def test_the_depth_is_the_largest_tail_whose_interval_still_holds_the_value(actual) -> None:
    """Every tail probability tried, against the quantiles themselves."""
    mean, alpha = 10.0, 0.1
    size, probability = 1 / alpha, 1 / (1 + alpha * mean)
    depth = tail_depth(np.array([float(actual)]), np.array([mean]), np.array([alpha]))[0]
    for tail in np.linspace(0.001, 0.499, 499):
        inside = nbinom.ppf(tail, size, probability) <= actual <= nbinom.ppf(1 - tail, size, probability)
        assert inside == (tail <= depth) or abs(tail - depth) < 1e-6


def test_the_rank_of_the_correction_is_the_conformal_one() -> None:
    """Of nine depths and one to come, 0.8 leaves out floor(10 x 0.2) = 2: the second smallest is reached."""
    depth = np.array([0.05, 0.01, 0.09, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])
    assert corrected_tail(depth, 0.8) == 0.05


def test_with_too_few_values_the_nominal_tail_stays() -> None:
    assert corrected_tail(np.array([0.4, 0.4]), 0.8) == pytest.approx(0.1)


def test_the_coverage_of_the_table_is_near_what_was_promised() -> None:
    rng = np.random.default_rng(4)
    mean = rng.uniform(40, 120, 6000)
    covered = cross_coverage(_draw(rng, mean, 0.05), mean, np.ones(6000, dtype=np.int64), np.arange(6000) // 1000)
    for level in LEVELS:
        assert covered[level] == pytest.approx(level, abs=0.02)
