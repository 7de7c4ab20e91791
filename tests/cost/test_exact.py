"""Arithmetic that loses nothing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from staffplan.cost.exact import exact, half_up, share_out


def test_a_half_cent_goes_up():
    assert [half_up(Fraction(n, 2)) for n in (1, 2, 3, 5)] == [1, 1, 2, 3]


def test_a_rate_is_what_was_written():
    assert exact(15.1) == Fraction(151, 10)


def test_the_largest_fraction_gets_the_odd_one():
    assert share_out(np.array(10), np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert share_out(np.array(10), np.array([0.24, 0.37, 0.39])).tolist() == [2, 4, 4]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.lists(st.floats(0, 1e6), min_size=3, max_size=3)), min_size=1))
def test_parts_add_up_and_none_is_a_unit_away_from_fair(rows):
    whole = np.array([row[0] for row in rows])
    weights = np.array([row[1] for row in rows])
    parts = share_out(whole, weights)
    assert (parts.sum(axis=1) == whole).all()
    sums = weights.sum(axis=1)
    fair = np.where(sums[:, None] > 0, weights / np.where(sums > 0, sums, 1)[:, None], 1 / 3) * whole[:, None]
    assert (np.abs(parts - fair) < 1 + 1e-3).all()
