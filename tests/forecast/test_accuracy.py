"""Error measures against numbers done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from staffplan.forecast.accuracy import bias, coverage, pinball, rmse, totals, wape

ACTUAL = np.array([10.0, 20.0, 0.0, 10.0])
PREDICTED = np.array([12.0, 15.0, 1.0, 10.0])


def test_wape_adds_the_misses_and_divides_by_all_contacts() -> None:
    assert wape(ACTUAL, PREDICTED) == pytest.approx((2 + 5 + 1 + 0) / 40)


def test_bias_lets_misses_in_both_directions_cancel() -> None:
    assert bias(ACTUAL, PREDICTED) == pytest.approx((38 - 40) / 40)


def test_the_root_mean_squared_error_weighs_the_large_miss_most() -> None:
    assert rmse(ACTUAL, PREDICTED) == pytest.approx(math.sqrt((4 + 25 + 1 + 0) / 4))


def test_coverage_counts_both_ends_as_inside() -> None:
    low, high = np.array([10.0, 21.0, 0.0, 0.0]), np.array([11.0, 30.0, 0.0, 10.0])
    assert coverage(ACTUAL, low, high) == 0.75


def test_without_contacts_there_is_no_relative_error() -> None:
    nothing = np.zeros(3)
    assert math.isnan(wape(nothing, nothing))
    assert math.isnan(bias(nothing, nothing))


def test_totals_are_added_up_by_group_in_the_order_of_the_groups() -> None:
    assert totals(ACTUAL, np.array([7, 3, 7, 3])).tolist() == [30.0, 10.0]


def test_a_value_above_a_high_quantile_costs_more_than_one_below() -> None:
    """0.9 x 10 above it, 0.1 x 10 below it."""
    assert pinball(np.array([20.0]), np.array([10.0]), 0.9) == pytest.approx(9)
    assert pinball(np.array([10.0]), np.array([20.0]), 0.9) == pytest.approx(1)


def test_the_pinball_loss_is_least_at_the_quantile() -> None:
    values = np.arange(1.0, 101.0)
    losses = [pinball(values, np.full(100, guess), 0.8) for guess in (70.0, 80.0, 90.0)]
    assert losses[1] < min(losses[0], losses[2])
