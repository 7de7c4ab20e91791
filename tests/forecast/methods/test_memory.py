"""A weekday's shape is remembered for a short time where it moves, and for a long time where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.methods.memory import SHORT_WEEKS, short_memories
from staffplan.forecast.methods.profile import FAST, SLOW, profile

SLOTS, SATURDAY = 24, 5
HOURS = np.arange(SLOTS)
MORNING = np.exp(-0.5 * ((HOURS - 10) / 3) ** 2)
MORNING = MORNING / MORNING.sum()


def _evening(start: float) -> np.ndarray:
    """Open from `start` on."""
    share = np.clip(HOURS + 1 - start, 0, 1) * np.exp(-(HOURS - start) / 4)
    return share / share.sum()


def _days(saturday, weeks: int = 40, contacts: float = 400.0, spread: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Six weekdays alike, and Saturdays whose shape is `saturday` of their week; `spread` is over-dispersion."""
    rng = np.random.default_rng(8)
    weekday = np.arange(7 * weeks) % 7
    shape = np.array([saturday(day // 7) if day % 7 == SATURDAY else MORNING for day in range(7 * weeks)])
    rates = contacts * shape
    if spread:
        rates = rates * rng.gamma(1 / spread, spread, rates.shape)
    return rng.poisson(rates).astype(float), weekday


def test_hours_that_follow_the_sun_are_remembered_for_a_short_time() -> None:
    offered, weekday = _days(lambda week: _evening(20 - min(week, 36) / 9))
    found = short_memories(offered, weekday)
    assert found[SATURDAY] in SHORT_WEEKS
    assert np.isnan(np.delete(found, SATURDAY)).all()


@pytest.mark.parametrize("spread", [0.0, 0.3])
@pytest.mark.parametrize("contacts", [5.0, 400.0])
def test_a_shape_that_rests_is_remembered_for_a_long_time(spread: float, contacts: float) -> None:
    offered, weekday = _days(lambda week: _evening(18), contacts=contacts, spread=spread)
    assert np.isnan(short_memories(offered, weekday)).all()


@pytest.mark.parametrize("rungs", [SLOW, FAST])
def test_three_weeks_after_the_hours_moved_the_shape_is_the_new_one(rungs) -> None:
    offered, weekday = _days(lambda week: _evening(20 if week < 37 else 17))
    memories = short_memories(offered, weekday)
    lagging = np.abs(profile(offered, weekday, rungs)[SATURDAY] - _evening(17)).sum()
    following = np.abs(profile(offered, weekday, rungs, memories)[SATURDAY] - _evening(17)).sum()
    assert following < 0.5 * lagging
    assert following < 0.25


@pytest.mark.parametrize("offered", [np.full((21, 4), np.nan), np.zeros((21, 4)), np.ones((1, 4))])
def test_nothing_seen_tells_no_memory(offered) -> None:
    assert np.isnan(short_memories(offered, np.arange(len(offered)) % 7)).all()
