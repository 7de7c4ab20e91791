"""The shape of the day: kept where it is steady, followed where it drifts, borrowed where little is known."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.methods.profile import FAST, SLOW, profile

SLOTS = 24
HOURS = np.arange(SLOTS)
MORNING = np.exp(-0.5 * ((HOURS - 10) / 3) ** 2)
EVENING = np.exp(-0.5 * ((HOURS - 17) / 3) ** 2)
MORNING, EVENING = MORNING / MORNING.sum(), EVENING / EVENING.sum()


def _days(shape_of_day, weeks: int, contacts: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    weekday = np.arange(7 * weeks) % 7
    rates = np.array([contacts * shape_of_day(day) for day in range(7 * weeks)])
    return np.random.default_rng(seed).poisson(rates).astype(float), weekday


def _distance(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(found - truth).sum())


@pytest.mark.parametrize("rungs", [SLOW, FAST])
def test_each_weekday_adds_up_to_one(rungs) -> None:
    offered, weekday = _days(lambda day: MORNING, 6, 300)
    np.testing.assert_allclose(profile(offered, weekday, rungs).sum(axis=1), 1.0)


@pytest.mark.parametrize("rungs", [SLOW, FAST])
def test_a_weekday_with_a_shape_of_its_own_keeps_it(rungs) -> None:
    offered, weekday = _days(lambda day: EVENING if day % 7 == 5 else MORNING, 10, 2000)
    found = profile(offered, weekday, rungs)
    assert _distance(found[5], EVENING) < 0.1
    assert _distance(found[0], MORNING) < 0.05


def test_quiet_weekdays_borrow_the_common_shape() -> None:
    offered, weekday = _days(lambda day: MORNING, 8, 20)
    found = profile(offered, weekday, SLOW)
    own = offered[weekday == 2].sum(axis=0) / offered[weekday == 2].sum()
    assert _distance(found[2], MORNING) < 0.6 * _distance(own, MORNING)


def test_the_fast_shape_follows_hours_that_moved_and_the_slow_one_lags() -> None:
    offered, weekday = _days(lambda day: MORNING if day < 140 else EVENING, 26, 1000)
    fast, slow = profile(offered, weekday, FAST), profile(offered, weekday, SLOW)
    assert _distance(fast[2], EVENING) < 0.6 * _distance(slow[2], EVENING)


def test_the_level_of_days_is_no_shape() -> None:
    """Days ten times as busy weigh more, and change nothing."""
    offered, weekday = _days(lambda day: MORNING * (10 if day % 3 == 0 else 1), 10, 500)
    assert _distance(profile(offered, weekday, FAST)[3], MORNING) < 0.05


def test_intervals_not_known_leave_the_shape_of_the_rest() -> None:
    offered, weekday = _days(lambda day: MORNING, 10, 2000)
    holes = np.where(np.random.default_rng(5).random(offered.shape) < 0.2, np.nan, offered)
    assert _distance(profile(holes, weekday, SLOW)[1], MORNING) < 0.06


@pytest.mark.parametrize("rungs", [SLOW, FAST])
@pytest.mark.parametrize("offered", [np.full((14, 24), np.nan), np.zeros((14, 24)), np.ones((1, 24))])
def test_nothing_to_learn_from_is_no_trouble(rungs, offered) -> None:
    found = profile(offered, np.arange(len(offered)) % 7, rungs)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_quarter_hours_have_the_shape_of_hours() -> None:
    offered, weekday = _days(lambda day: np.repeat(MORNING, 4) / 4, 8, 4000)
    found = profile(offered, weekday, FAST).reshape(7, SLOTS, 4).sum(axis=2)
    assert _distance(found[4], MORNING) < 0.06
