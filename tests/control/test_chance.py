"""The error that a perfect forecast would have: by formula as by drawing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from staffplan.control.chance import band_variance, mean_deviation


@pytest.mark.parametrize("mean", [0.3, 1.0, 3.0, 7.7, 250.0])
@pytest.mark.parametrize("ratio", [1.0, 1.3, 6.0])
def test_the_mean_deviation_is_that_of_the_distribution(mean: float, ratio: float) -> None:
    count = poisson(mean) if ratio == 1 else nbinom(mean / (ratio - 1), 1 / ratio)
    y = np.arange(6000)
    expected = float((np.abs(y - mean) * count.pmf(y)).sum())
    found = mean_deviation(np.array([mean]), np.array([mean * ratio]))[0]
    assert found == pytest.approx(expected, rel=1e-9)
    draws = count.rvs(200_000, random_state=np.random.default_rng(7))
    assert np.abs(draws - mean).mean() == pytest.approx(found, rel=0.02)


def test_chance_alone_is_two_twelve_and_twenty_eight_percent_of_busy_and_quiet_half_hours() -> None:
    """A Poisson count strays by 80 % of its standard deviation; of one contact by 2 / e."""
    found = mean_deviation(np.array([0.0, 1.0, 1200.0]))
    assert found[0] == 0
    assert found[1] == pytest.approx(2 / np.e)
    assert found[2] / 1200 == pytest.approx(np.sqrt(2 / np.pi / 1200), rel=1e-3)


def test_a_variance_hardly_above_the_mean_gives_what_the_mean_alone_gives() -> None:
    mean = np.array([40.0])
    close = [mean_deviation(mean, mean * ratio)[0] for ratio in (1.0, 1 + 2e-6, 1 + 1e-4)]
    assert close == pytest.approx([mean_deviation(mean)[0]] * 3, rel=1e-4)


def test_a_band_stands_for_a_variance_and_never_for_less_than_chance() -> None:
    mean, low, high = np.array([100.0, 100.0]), np.array([60.8, 99.0]), np.array([139.2, 101.0])
    assert band_variance(mean, low, high) == pytest.approx([400.0, 100.0], rel=1e-3)
