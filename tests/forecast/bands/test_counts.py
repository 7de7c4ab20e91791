"""Counts, their quantiles, and how far bands of whole numbers must reach."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, norm, poisson

from staffplan.forecast.bands.counts import LEVELS, count_quantile, deviations, expected_reaches, reach, tail_depth


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
    depth = np.arange(50, 0, -1) / 100
    far, held = reach(deviations(depth), np.ones(50), 0.8)
    assert far == pytest.approx(-(norm.ppf(0.11) + norm.ppf(0.10)) / 2)
    assert held == 0.8


def test_a_value_that_weighs_nothing_changes_nothing() -> None:
    depth = np.arange(50, 0, -1) / 100
    far, _ = reach(deviations(np.append(depth, 0.001)), np.append(np.ones(50), 0.0), 0.8)
    assert far == reach(deviations(depth), np.ones(50), 0.8)[0]


def test_large_counts_reach_as_far_as_the_normal() -> None:
    mean = np.linspace(300, 9000, 50)
    far, held = expected_reaches(mean, mean)
    assert far == pytest.approx(np.repeat([[norm.ppf(0.9)], [norm.ppf(0.975)]], 50, axis=1), abs=0.05)
    assert held == pytest.approx(np.repeat([[0.8], [0.95]], 50, axis=1), abs=0.01)


def held_by_bands(mean: np.ndarray, variance: np.ndarray, far: np.ndarray) -> np.ndarray:
    """(cells,): the share of its counts in each cell's band, from the distribution itself."""
    low, high = (count_quantile(norm.cdf(end), mean, variance) for end in (-far, far))
    if np.allclose(mean, variance):
        return poisson.cdf(high, mean) - poisson.cdf(low - 1, mean)
    size, probability = mean**2 / (variance - mean), mean / variance
    return nbinom.cdf(high, size, probability) - nbinom.cdf(low - 1, size, probability)


@pytest.mark.parametrize("dispersion", [0.0, 0.3])
def test_bands_with_the_expected_reach_hold_what_they_promise_of_whole_numbers_large_and_small(dispersion) -> None:
    """In each octave by itself: equal tails at the normal's reach would hold 88 % at mean 0.9, and one reach for all
    would leave too little for the large counts."""
    mean = np.geomspace(0.25, 256, 2000)
    variance = mean + dispersion * mean**2
    far, promised = expected_reaches(mean, variance)
    for number, level in enumerate(LEVELS):
        held = held_by_bands(mean, variance, far[number])
        for first in range(0, 2000, 200):
            octave = slice(first, first + 200)
            assert held[octave].mean() == pytest.approx(promised[number, octave].mean(), abs=0.03)
            if mean[first] > 0.9:
                assert held[octave].mean() == pytest.approx(level, abs=0.05 if mean[first] < 4 else 0.025)


def test_where_hardly_anything_comes_no_band_can_hold_less_than_nothing_at_all() -> None:
    far, promised = expected_reaches(np.full(9, 0.05), np.full(9, 0.05))
    assert promised[0] == pytest.approx(np.full(9, np.exp(-0.05)), abs=1e-4)
    assert count_quantile(norm.cdf(far[0]), np.full(9, 0.05), np.full(9, 0.05)).tolist() == [0.0] * 9


def test_where_nothing_is_expected_the_reach_is_finite() -> None:
    assert np.isfinite(np.array(expected_reaches(np.zeros(3), np.zeros(3)))).all()


@pytest.mark.parametrize(("mean", "variance"), [(1e5, 3e5), (1e4, 1e6), (500.0, 1e5), (2000.0, 4e6)])
def test_quantiles_of_counts_that_scatter_widely_are_those_of_the_negative_binomial(
    mean: float, variance: float
) -> None:
    shares = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
    size = mean**2 / (variance - mean)
    exact = nbinom.ppf(shares, size, size / (size + mean))
    found = count_quantile(shares, np.full(5, mean), np.full(5, variance))
    assert np.abs(found - exact).max() <= 0.002 * np.sqrt(variance)


def test_even_a_million_contacts_with_a_wild_scatter_have_quantiles() -> None:
    found = count_quantile(np.array([0.1, 0.5, 0.9]), np.full(3, 1e6), np.full(3, 1e15))
    assert (np.diff(found) >= 0).all()
    assert np.isfinite(found).all()
