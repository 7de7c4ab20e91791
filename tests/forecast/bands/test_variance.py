"""The variance of counts around their forecast, learnt from squared errors."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.bands.variance import SLOWEST_DOUBLING_DAYS, Variance, fit_variance

DAYS = np.tile(np.arange(1, 29), 1500)


def _drawn(seed: int, truth: Variance, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Means, and squared errors of negative binomial counts with this variance."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(np.log(low), np.log(high), len(DAYS)))
    variance = truth.of(mean, DAYS)
    size = mean**2 / np.maximum(variance - mean, 1e-9)
    return mean, (rng.negative_binomial(size, size / (size + mean)) - mean) ** 2


def test_the_variance_of_counts_drawn_with_it_is_found() -> None:
    truth = Variance(0.5, 0.02, 0.001)
    mean, squares = _drawn(1, truth, 1, 300)
    found = fit_variance(squares, mean, DAYS)
    for at in (2.0, 20.0, 200.0):
        for ahead in (1, 14, 28):
            expected = truth.of(np.array([at]), np.array([ahead]))
            assert found.of(np.array([at]), np.array([ahead])) == pytest.approx(expected, rel=0.08)


def test_poisson_counts_have_nothing_but_their_mean() -> None:
    mean, squares = _drawn(2, Variance(0.0, 0.0, 0.0), 0.1, 30)
    found = fit_variance(squares, mean, DAYS)
    assert found.of(mean, DAYS).mean() == pytest.approx(mean.mean(), rel=0.03)


def test_a_growth_that_is_given_is_kept() -> None:
    mean, squares = _drawn(3, Variance(0.0, 0.05, 0.002), 20, 100)
    found = fit_variance(squares, mean, DAYS, per_day=0.002)
    assert found.per_day == 0.002
    assert found.steady == pytest.approx(0.05, rel=0.15)


def test_a_steady_queue_is_not_believed_to_stay_so_for_ever() -> None:
    mean, squares = _drawn(4, Variance(0.0, 0.05, 0.0), 20, 100)
    found = fit_variance(squares, mean, DAYS)
    assert found.per_day >= 0.04 / SLOWEST_DOUBLING_DAYS


def test_a_few_disasters_do_not_widen_everything() -> None:
    mean, squares = _drawn(5, Variance(0.0, 0.01, 0.0), 50, 200)
    struck = np.where(np.arange(len(mean)) % 500 == 0, mean**2 * 100, squares)
    calm, found = fit_variance(squares, mean, DAYS), fit_variance(struck, mean, DAYS)
    assert found.of(mean, DAYS).mean() == pytest.approx(calm.of(mean, DAYS).mean(), rel=0.15)


def test_a_single_contact_where_hardly_any_was_expected_is_no_outlier() -> None:
    rng = np.random.default_rng(6)
    mean = np.full(28_000, 0.02)
    squares = (rng.poisson(mean) - mean) ** 2
    found = fit_variance(squares, mean, DAYS[:28_000])
    assert found.of(mean[:1], DAYS[:1]) == pytest.approx(squares.mean(), rel=0.1)


@pytest.mark.parametrize("mean", [0.0, 7.0])
def test_equal_means_and_no_errors_leave_poisson(mean) -> None:
    found = fit_variance(np.zeros(10), np.full(10, mean), np.ones(10, dtype=np.int64))
    assert found.of(np.array([mean]), np.array([1])) == pytest.approx(mean)
