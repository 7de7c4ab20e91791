"""How far a prediction is followed: laws of trust and of the gate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.intraday.trust import Terms, gate, trust

LOSSES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 100.0]), min_size=12, max_size=12)


def terms(predicted: np.ndarray, actual: np.ndarray) -> Terms:
    return Terms(predicted, actual, np.arange(len(predicted)) % 7)


def test_predictions_that_came_true_are_taken_whole() -> None:
    predicted = np.random.default_rng(1).normal(0, 0.2, (84, 5))
    assert trust(terms(predicted, predicted)) == pytest.approx(np.ones((7, 5)))


def test_of_predictions_twice_too_large_half_is_left() -> None:
    predicted = np.random.default_rng(1).normal(0, 0.2, (700, 5))
    assert trust(terms(predicted, predicted / 2)) == pytest.approx(np.full((7, 5), 0.5), abs=0.06)


def test_without_days_a_prediction_is_believed() -> None:
    assert (trust(terms(np.zeros((0, 5)), np.zeros((0, 5)))) == 1).all()


def test_the_gate_by_hand() -> None:
    """Gains of 1 and 3, alike at each of three hours: the middle one adds all three, 3 and 9.

    Their mean is 6, the variance of it 18 / 2 = 9, and 1 - 9 / 36 = 0.75.
    """
    before = np.array([[4.0] * 3, [4.0] * 3])
    after = before - np.array([[1.0] * 3, [3.0] * 3])
    assert gate(before, after)[1] == pytest.approx(0.75)


@given(before=LOSSES, after=LOSSES)
def test_a_gate_is_a_share_and_shut_where_nothing_was_gained(before: list[float], after: list[float]) -> None:
    stays, moves = np.reshape(before, (4, 3)), np.reshape(after, (4, 3))
    found = gate(stays, moves)
    assert ((found >= 0) & (found <= 1)).all()
    if stays.sum() <= moves.sum():
        assert found[1] == 0


def test_one_day_opens_no_gate() -> None:
    assert (gate(np.ones((1, 3)), np.zeros((1, 3))) == 0).all()
