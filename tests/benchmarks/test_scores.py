"""The benchmark's own measures: exact values on tiny cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from accuracy.peers.answer import QUANTILES
from accuracy.protocol import Given
from accuracy.scores import floor, pinball, poisson_bounds, score, wape


def rows_of(actual: list[list[float]], queue: str = "q") -> pd.DataFrame:
    """A list of days, each a list of intervals; the first day is day 0 of a Monday's origin."""
    cells = [(day, slot, value) for day, values in enumerate(actual) for slot, value in enumerate(values)]
    frame = pd.DataFrame(cells, columns=["day", "slot", "actual"])
    return frame.assign(queue=queue, origin=0, weekday=frame["day"] % 7, open=True)


def given(offered: list[float], **more: object) -> Given:
    return Given(np.array(offered), more.get("quantiles"), more.get("days"), [1.0])


def test_wape_is_the_sum_of_errors_over_the_sum_of_contacts():
    assert wape(np.array([10.0, 30.0]), np.array([12.0, 24.0])) == pytest.approx(8 / 40)


def test_errors_that_cancel_within_a_day_do_not_count_in_the_day_total():
    result = score(rows_of([[10.0, 30.0]]), given([20.0, 20.0]))
    assert result.wape[0] == pytest.approx(0.5)
    assert result.day_wape[0] == 0.0


def test_each_week_ahead_has_an_error_of_its_own():
    result = score(rows_of([[10.0]] * 28), given([10.0] * 7 + [11.0] * 7 + [12.0] * 7 + [13.0] * 7))
    assert result.wape[1:] == pytest.approx((0.0, 0.1, 0.2, 0.3))
    assert result.bias == pytest.approx(0.15)


def test_the_median_pinball_loss_is_half_the_absolute_error():
    assert pinball(np.array([10.0, 4.0]), np.array([8.0, 5.0]), 0.5) == pytest.approx(0.75)


def test_too_low_a_high_quantile_costs_more_than_too_high_a_one():
    actual = np.array([10.0])
    assert pinball(actual, np.array([9.0]), 0.9) == pytest.approx(0.9)
    assert pinball(actual, np.array([11.0]), 0.9) == pytest.approx(0.1)


def test_coverage_counts_the_ends_and_open_intervals_only():
    rows = rows_of([[5.0, 6.0, 7.0, 0.0]]).assign(open=[True, True, True, False])
    bounds = np.tile([4.0, 5.0, 6.0, 7.0], (4, 1))
    result = score(rows, given([5.0, 5.0, 5.0, 0.0], quantiles=bounds))
    assert result.coverage.inside == pytest.approx((2 / 3, 1.0))
    assert result.coverage.between == pytest.approx((0.0, 2 / 3))


def test_day_coverage_needs_day_bounds():
    rows = rows_of([[5.0, 5.0], [9.0, 9.0]])
    bounds = np.tile([4.0, 5.0, 6.0, 7.0], (4, 1))
    assert np.isnan(score(rows, given([5.0] * 4, quantiles=bounds)).coverage.day_inside).all()
    index = pd.MultiIndex.from_tuples([("q", 0, 0), ("q", 0, 1)], names=["queue", "origin", "day"])
    days = pd.DataFrame([[8.0, 9.0, 11.0, 12.0]] * 2, index=index, columns=list(QUANTILES))
    held = score(rows, given([5.0] * 4, quantiles=bounds, days=days)).coverage
    assert held.day_inside == pytest.approx((0.5, 0.5))


def test_who_has_no_bounds_gets_those_of_a_poisson():
    # P(X <= k) for mean 1: 0.368, 0.736, 0.920, 0.981
    assert poisson_bounds(np.array([1.0])).tolist() == [[0.0, 0.0, 2.0, 3.0]]


def test_the_floor_of_one_contact_an_interval_is_two_over_e():
    # E|X - 1| = 2 P(X = 1) = 2/e for a Poisson with mean 1
    assert floor(rows_of([[1.0] * 4] * 7)) == pytest.approx(2 / np.e)


def test_the_floor_takes_each_day_at_its_own_level():
    # the same weekday with 2 and with 4: the mean profile, scaled to each day, gives rates of 2 and 4
    rows = pd.concat([rows_of([[2.0, 2.0]]), rows_of([[4.0, 4.0]]).assign(day=7)], ignore_index=True)
    expected = (2 * 2 * 2 * np.exp(-2) * 2 + 2 * 2 * 4 * np.exp(-4) * 4**4 / 24) / 12
    assert floor(rows) == pytest.approx(expected)


def test_one_queue_is_scored_apart():
    rows = pd.concat([rows_of([[10.0]], "a"), rows_of([[10.0]], "b")], ignore_index=True)
    both = given([10.0, 15.0])
    assert score(rows, both).wape[0] == pytest.approx(0.25)
    assert score(rows, both, (rows["queue"] == "b").to_numpy()).wape[0] == pytest.approx(0.5)


def test_weeks_that_are_all_in_or_all_out_of_the_bounds_are_four_pieces_of_evidence():
    rows = rows_of([[5.0]] * 14 + [[9.0]] * 14)
    held = score(rows, given([5.0] * 28, quantiles=np.tile([4.0, 5.0, 6.0, 7.0], (28, 1)))).coverage
    assert held.inside[0] == 0.5
    assert held.error[0] == pytest.approx(np.std([0, 0, 1, 1], ddof=1) / np.sqrt(4))


def test_coarse_intervals_are_told_apart():
    bounds = np.array([[0.0, 0.0, 1.0, 2.0], [4.0, 5.0, 6.0, 7.0]])
    held = score(rows_of([[1.0, 9.0]]), given([0.5, 5.0], quantiles=bounds)).coverage
    assert held.inside == pytest.approx((0.5, 0.5))
    assert held.not_few == (0.0, 0.0)
    assert sum(part for part, _, _ in held.by_volume) == pytest.approx(1.0)
