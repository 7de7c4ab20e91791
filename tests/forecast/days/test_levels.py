"""The level ahead: steady where only chance and passing weeks move it, new where it has moved for good."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.days.levels import day_levels, expected_level

SLOTS = 4
SHAPE = np.array([0.1, 0.4, 0.3, 0.2])
SHAPES = np.tile(SHAPE, (7, 1))


def _expected(level: np.ndarray, seed: int = 1) -> float:
    """The level expected after days with these levels, known by their contacts."""
    offered = np.random.default_rng(seed).poisson(level[:, None] * SHAPE).astype(float)
    days = day_levels(offered, SHAPES, np.arange(len(level)) % 7)
    return float(np.exp(expected_level(days, np.zeros(len(level)))))


def test_one_busy_week_at_the_end_is_doubted_and_the_third_is_believed() -> None:
    level = np.full(210, 1000.0)
    level[-7:] = 1200.0
    assert _expected(level) == pytest.approx(1000, rel=0.03)
    level[-21:] = 1200.0
    assert _expected(level) > 1150


def test_a_level_that_moved_eight_weeks_ago_is_the_level() -> None:
    level = np.full(210, 1000.0)
    level[-56:] = 1300.0
    assert _expected(level) == pytest.approx(1300, rel=0.02)


def test_few_contacts_a_day_have_their_mean_not_the_exponential_of_their_mean_log() -> None:
    assert np.mean([_expected(np.full(210, 2.0), seed) for seed in range(10)]) == pytest.approx(2.0, rel=0.05)


def test_effects_of_days_are_no_level() -> None:
    effects = np.tile(np.log([1.5, 1.0, 1.0, 1.0, 1.0, 0.5, 0.1]), 30)
    offered = np.round(1000 * np.exp(effects)[:, None] * SHAPE)
    days = day_levels(offered, SHAPES, np.arange(210) % 7)
    assert np.exp(expected_level(days, effects)) == pytest.approx(1000, rel=0.01)
    assert np.exp(days.log_mean(effects, 42)) == pytest.approx(1000, rel=0.01)


@pytest.mark.parametrize("offered", [np.full((9, SLOTS), np.nan), np.zeros((9, SLOTS))])
def test_without_contacts_no_level_is_known(offered) -> None:
    days = day_levels(offered, SHAPES, np.arange(9) % 7)
    assert np.isnan(expected_level(days, np.zeros(9)))
    assert np.isnan(days.log_mean(np.zeros(9), 42))


def test_a_weekday_open_for_a_tenth_of_the_shape_has_a_level_and_a_day_cut_short_has_none() -> None:
    offered = np.tile(100 * SHAPE, (28, 1))
    offered[5::7, 1:] = np.nan
    offered[14, 1:] = np.nan
    days = day_levels(offered, SHAPES, np.arange(28) % 7)
    assert days.usable[5::7].all()
    assert not days.usable[14]
    assert np.exp(days.log_level[[0, 5]]) == pytest.approx(100, rel=0.06)
