"""Counts, their quantiles, and how far bands of whole numbers must reach."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, norm, poisson

from staffplan.forecast.bands.counts import LEVELS, count_quantile, expected_reaches, reaches, tail_depth


def test_quantiles_are_those_of_the_negative_binomial_with_this_mean_and_variance() -> None:
    """Mean 10 and variance 20: n = 100 / 10 and p = 10 / 20."""
    found = count_quantile(0.9, np.array([10.0]), np.array([20.0]))
    assert found.item() == nbinom.ppf(0.9, 10, 0.5)


def test_counts_with_the_variance_of_the_mean_are_poisson() -> None:
    mean = np.array([0.3, 4.0, 70.0, 900.0])
    for share in (0.025, 0.1, 0.9, 0.975):
        assert count_quantile(share, mean, mean).tolist() == poisson.ppf(share, mean).tolist()


@pytest.mark.parametrize("actual", [0, 3, 9, 10, 11, 25])
def test_the_depth_is_the_largest_tail_whose_interval_still_holds_the_value(actual) -> None:
    """Every tail probability tried, against the quantiles themselves."""
    mean, variance = np.array([10.0]), np.array([20.0])
    depth = tail_depth(np.array([float(actual)]), mean, variance)[0]
    for tail in np.linspace(0.001, 0.499, 499):
        low, high = (count_quantile(share, mean, variance).item() for share in (tail, 1 - tail))
        assert (low <= actual <= high) == (tail <= depth) or abs(tail - depth) < 1e-6


def test_the_reach_holds_the_share_that_it_should() -> None:
    """Depths 0.01, 0.02, ... 0.5: eight in ten lie at 0.11 or deeper, the next one out at 0.10."""
    depth = np.arange(1, 51) / 100
    near, _ = reaches(depth, np.ones(50))
    assert near == pytest.approx(-(norm.ppf(0.11) + norm.ppf(0.10)) / 2)


def test_a_value_that_weighs_nothing_changes_nothing() -> None:
    depth = np.arange(1, 51) / 100
    assert reaches(np.append(depth, 0.001), np.append(np.ones(50), 0.0))[0] == reaches(depth, np.ones(50))[0]


def test_large_counts_reach_as_far_as_the_normal() -> None:
    mean = np.linspace(3000, 9000, 50)
    assert expected_reaches(mean, mean) == pytest.approx([norm.ppf(0.9), norm.ppf(0.975)], abs=0.02)


@pytest.mark.parametrize("dispersion", [0.0, 0.3])
@pytest.mark.parametrize("scale", [0.9, 6.0, 80.0])
def test_bands_with_the_expected_reach_hold_what_they_promise_of_whole_numbers(scale, dispersion) -> None:
    """Exactly, from the distribution itself: equal tails at the normal's reach would hold 88 % at mean 0.9."""
    mean = np.random.default_rng(1).uniform(0.3, 1.7, 400) * scale
    variance = mean + dispersion * mean**2
    size, probability = mean**2 / np.maximum(variance - mean, 1e-6 * mean**2), mean / variance
    for level, far in zip(LEVELS, expected_reaches(mean, variance), strict=True):
        low, high = (count_quantile(float(norm.cdf(end)), mean, variance) for end in (-far, far))
        if dispersion:
            held = nbinom.cdf(high, size, probability) - nbinom.cdf(low - 1, size, probability)
        else:
            held = poisson.cdf(high, mean) - poisson.cdf(low - 1, mean)
        assert held.mean() == pytest.approx(level, abs=0.012)


def test_where_nothing_is_expected_the_reach_is_finite() -> None:
    assert np.isfinite(expected_reaches(np.zeros(3), np.zeros(3))).all()
