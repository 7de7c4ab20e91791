"""Day totals and shapes of the day are weighed apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.combination import Weights, combine, equal_weights, learn_weights

DAY = np.repeat(np.arange(40), 10)
RISING = np.tile(np.arange(1.0, 11.0), 40)
FLAT = np.full(400, 5.5)
TRUTH = RISING * np.repeat(np.random.default_rng(1).uniform(0.5, 2.0, 40), 10)
TOTALS = np.bincount(DAY, TRUTH)


def _with_total(shape: np.ndarray, total: np.ndarray) -> np.ndarray:
    return shape * (total / np.bincount(DAY, shape))[DAY]


KNOWS_HOW_MUCH = _with_total(FLAT, TOTALS)
KNOWS_WHEN = _with_total(RISING, np.full(40, TOTALS.mean()))


def test_the_total_comes_from_one_and_the_shape_from_the_other() -> None:
    both = {"much": KNOWS_HOW_MUCH, "when": KNOWS_WHEN}
    found = learn_weights(TRUTH, both, DAY, ("much", "when"), origins=50)
    assert found.day["much"] > 0.95
    assert found.shape["when"] > 0.95
    np.testing.assert_allclose(combine(both, DAY, found), TRUTH, rtol=0.15)


def test_few_origins_leave_the_weights_near_equal() -> None:
    both = {"much": KNOWS_HOW_MUCH, "when": KNOWS_WHEN}
    few = learn_weights(TRUTH, both, DAY, ("much", "when"), origins=1)
    assert few.day["much"] == pytest.approx(1 / 3 + 2 / 3 * 0.5, abs=0.01)


def test_one_strange_day_decides_nothing() -> None:
    """The worse method hits the one day that nobody could foresee."""
    rng = np.random.default_rng(2)
    good = TRUTH * np.repeat(rng.uniform(0.97, 1.03, 40), 10)
    bad = TRUTH * np.repeat(rng.uniform(0.7, 1.3, 40), 10)
    actual = TRUTH.copy()
    actual[DAY == 7] *= 20
    bad[DAY == 7] = actual[DAY == 7]
    found = learn_weights(actual, {"good": good, "bad": bad}, DAY, ("good", "bad"), origins=8)
    assert found.day["good"] > 0.8


@given(st.lists(st.floats(0, 50), min_size=3, max_size=3), st.integers(1, 20))
def test_weights_are_shares(levels, origins) -> None:
    predicted = {str(number): TRUTH + level for number, level in enumerate(levels)}
    found = learn_weights(TRUTH, predicted, DAY, tuple(predicted), origins)
    for shares in (found.day, found.shape):
        assert sum(shares.values()) == pytest.approx(1.0)
        assert min(shares.values()) > 0


def test_methods_that_agree_are_left_as_they_are() -> None:
    same = {"a": TRUTH, "b": TRUTH.copy()}
    np.testing.assert_allclose(combine(same, DAY, Weights({"a": 0.9, "b": 0.1}, {"a": 0.2, "b": 0.8})), TRUTH)


def test_a_method_that_expects_nothing_lowers_the_total_and_leaves_the_shape() -> None:
    found = combine({"a": TRUTH, "none": np.zeros(400)}, DAY, equal_weights(("a", "none")))
    np.testing.assert_allclose(found, TRUTH / 2)


def test_no_cells_give_no_cells() -> None:
    assert len(combine({"a": np.zeros(0)}, np.zeros(0, dtype=np.int64), equal_weights(("a",)))) == 0
