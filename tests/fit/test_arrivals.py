"""Scatter of counts around the means of weekday and time of day."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from fit_logs import counted_log, log_of
from hypothesis import given
from hypothesis import strategies as st

from staffplan.fit import fit
from staffplan.fit.arrivals import DayCounts, leave_one_out, moments

DAYS = 364
SHAPE = np.array([10, 20, 30, 40, 40, 30, 20, 10.0])


def drawn(day_alpha: float, own_alpha: float) -> np.ndarray:
    """(days, intervals): Poisson counts with gamma factors of the day and of each interval."""
    rng = np.random.default_rng(6)
    day = rng.gamma(1 / day_alpha, day_alpha, DAYS)[:, None] if day_alpha else np.ones((DAYS, 1))
    own = rng.gamma(1 / own_alpha, own_alpha, (DAYS, len(SHAPE))) if own_alpha else 1.0
    return rng.poisson(SHAPE * day * own)


def test_two_days_of_two_intervals_by_hand() -> None:
    """Counts 10, 20 and 14, 30: means 12, 25; variances 8, 50; covariance 20."""
    counts = DayCounts(np.array([[10.0, 20.0], [14.0, 30.0]]), np.zeros(2, dtype=int), np.array(["a", "b"]))
    alpha = Fraction(8 + 50 - 12 - 25, 144 - 4 + 625 - 25)
    day_alpha = Fraction(2 * 20, 2 * 12 * 25 - 20)
    expected = (58 / 37, float(alpha), float(day_alpha), float(day_alpha / alpha))
    assert moments(counts) == pytest.approx(expected)


def test_poisson_counts_have_no_scatter_beyond_chance(parameter: Callable[..., float]) -> None:
    result = fit(counted_log(drawn(0, 0)))
    assert parameter(result, "arrivals_variance_to_mean") == pytest.approx(1, abs=0.06)
    for name in ("arrivals_alpha", "arrivals_day_alpha"):
        assert abs(parameter(result, name)) < 3 * parameter(result, name, column="standard_error")


@pytest.mark.parametrize(("day_alpha", "own_alpha"), [(0.04, 0.0), (0.0, 0.04), (0.03, 0.02)])
def test_known_scatter_is_found_and_shared_out(
    day_alpha: float, own_alpha: float, parameter: Callable[..., float]
) -> None:
    """The variance of a product of independent factors of mean 1 is (1 + a)(1 + b) - 1."""
    result = fit(counted_log(drawn(day_alpha, own_alpha)))
    truth = {"arrivals_alpha": (1 + day_alpha) * (1 + own_alpha) - 1, "arrivals_day_alpha": day_alpha}
    for name, value in truth.items():
        assert abs(parameter(result, name) - value) < 3 * parameter(result, name, column="standard_error")
        assert parameter(result, name, column="standard_error") < 0.006
    share = day_alpha / truth["arrivals_alpha"]
    assert parameter(result, "arrivals_day_share") == pytest.approx(share, abs=0.15)


def test_leaving_out_a_day_is_as_if_it_had_not_been() -> None:
    counts = drawn(0.03, 0.02)[:20].astype(float)
    counts[3, 2:] = np.nan
    weekday, days = np.arange(20) % 6, np.arange(20)
    without = leave_one_out(DayCounts(counts, weekday, days))
    for day in days:
        kept = days != day
        assert without[day] == pytest.approx(moments(DayCounts(counts[kept], weekday[kept], days[kept])))


def test_a_single_wild_day_is_named(parameter: Callable[..., float]) -> None:
    counts = drawn(0.0, 0.0)[:56]
    counts[30, :4] += 200
    result = fit(counted_log(counts))
    assert parameter(result, "arrivals_alpha") > 0.02
    assert any("2026-04-01 alone raises alpha" in note.message for note in result.notes)


def test_a_log_of_some_days_says_that_scatter_cannot_be_told(parameter: Callable[..., float]) -> None:
    result = fit(log_of(wait_seconds=[0.0] * 5))
    assert math.isnan(parameter(result, "arrivals_alpha"))


@given(st.permutations(range(10)), st.integers(1, 4))
def test_neither_the_order_of_days_nor_closed_intervals_matter(order: list[int], closed: int) -> None:
    rng = np.random.default_rng(3)
    counts, weekday = rng.poisson(20 * rng.gamma(4, 0.25, (10, 1)), (10, 5)).astype(float), np.arange(10) % 2
    plain = DayCounts(counts, weekday, np.arange(10))
    turned = DayCounts(counts[order], weekday[order], np.arange(10))
    wider = DayCounts(np.hstack([counts, np.full((10, closed), np.nan)]), weekday, np.arange(10))
    assert moments(turned) == pytest.approx(moments(plain))
    assert moments(wider) == pytest.approx(moments(plain))
