"""Censored times: textbook data worked in fractions, a published restricted mean, and laws."""

from __future__ import annotations

from fractions import Fraction
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.fit.survival import exponential_mean, kaplan_meier

# Weeks of remission under 6-mercaptopurine, Freireich et al., Blood 21 (1963); a minus marks a censored time.
REMISSION = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
STEPS = {6: (21, 3), 7: (17, 1), 10: (15, 1), 13: (12, 1), 16: (11, 1), 22: (7, 1), 23: (6, 1)}
"""Week: (at risk, events), counted by hand."""


def curve_of(marked: list[float]):
    times = np.array(marked, dtype=float)
    return kaplan_meier(np.abs(times), times > 0)


observations = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=40)


def test_remission_times_give_the_curve_worked_by_hand() -> None:
    curve = curve_of(REMISSION)
    assert curve.times.tolist() == list(STEPS)
    assert list(zip(curve.at_risk, curve.events, strict=True)) == list(STEPS.values())
    left, variance = Fraction(1), Fraction(0)
    for place, (at_risk, events) in enumerate(STEPS.values()):
        left *= Fraction(at_risk - events, at_risk)
        variance += Fraction(events, at_risk * (at_risk - events))
        assert curve.survival[place] == pytest.approx(float(left), rel=1e-12)
        assert curve.standard_error[place] == pytest.approx(float(left) * sqrt(variance), rel=1e-12)
    assert curve.survival[-1] == pytest.approx(0.448, abs=5e-4)
    assert curve.quantile(0.5)[0] == 23


def test_the_exponential_of_remission_times_is_total_time_over_events() -> None:
    times = np.array(REMISSION, dtype=float)
    mean, error, low, high = exponential_mean(np.abs(times), int((times > 0).sum()))
    assert mean == pytest.approx(359 / 9)
    assert error == pytest.approx(mean / 3)
    assert (low, high) == (pytest.approx(mean / exp(1.959964 / 3)), pytest.approx(mean * exp(1.959964 / 3)))


def test_a_restricted_mean_is_that_of_r() -> None:
    """R's survival package prints rmean 37.9, se 10.7, median 30 with lower bound 15 for these seven times."""
    curve = curve_of([10, 15, 23, 30, 35, 52, -100])
    mean, error = curve.restricted_mean()
    assert mean == pytest.approx(37.85714, abs=5e-6)
    assert round(error, 1) == 10.7
    assert curve.quantile(0.5)[0] == 30


def test_a_quantile_met_by_a_flat_piece_is_its_middle() -> None:
    assert curve_of([10, 20, 30, 40]).quantile(0.5)[0] == 25


def test_a_quantile_that_the_curve_does_not_reach_is_not_told() -> None:
    assert np.isnan(curve_of([5, -10, -10, -10]).quantile(0.5)).any()
    assert np.isnan(curve_of([-5, -10]).quantile(0.1)).all()


def test_events_come_before_censorings_at_the_same_time() -> None:
    assert curve_of([10, -10]).survival.tolist() == [0.5]


def test_without_events_nothing_is_known_of_the_exponential() -> None:
    assert all(np.isnan(exponential_mean(np.array([5.0, 6.0]), 0)))


@given(observations)
def test_without_censoring_the_curve_is_the_share_that_is_left(seen: list[tuple[int, bool]]) -> None:
    times = np.array([float(time) for time, _ in seen])
    curve = kaplan_meier(times, np.ones(len(times), dtype=bool))
    assert curve.survival == pytest.approx([(times > at).mean() for at in curve.times], abs=1e-12)
    assert curve.restricted_mean()[0] == pytest.approx(times.mean())


@given(observations, st.integers(0, 60))
def test_one_more_who_waits_longer_never_lowers_the_curve(seen: list[tuple[int, bool]], later: int) -> None:
    times = np.array([float(time) for time, _ in seen])
    ended = np.array([event for _, event in seen])
    grid = np.arange(45.0)
    before = kaplan_meier(times, ended).at(grid)
    after = kaplan_meier(np.append(times, later), np.append(ended, False)).at(grid)
    assert (after >= before - 1e-12).all()


@given(observations)
def test_bounds_hold_the_curve_and_the_order_of_rows_is_no_matter(seen: list[tuple[int, bool]]) -> None:
    times = np.array([float(time) for time, _ in seen])
    ended = np.array([event for _, event in seen])
    curve = kaplan_meier(times, ended)
    low, high = curve.bounds()
    known = ~np.isnan(low)
    assert ((low <= curve.survival + 1e-12) & (curve.survival <= high + 1e-12) | ~known).all()
    assert (np.diff(curve.survival) <= 0).all()
    turned = kaplan_meier(times[::-1], ended[::-1])
    assert turned.survival.tolist() == curve.survival.tolist()
