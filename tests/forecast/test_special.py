"""Special days and level shifts."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.clock import SpecialDay
from staffplan.forecast.cleaning import clean
from staffplan.forecast.series import AFTER_HOLIDAY
from staffplan.forecast.special import find_shift, learn_effects


def _effects(world, offered, feasts: dict[int, str], factors: dict[int, float], days: int = 140):
    special_days = tuple(SpecialDay(world.day(n), name) for n, name in feasts.items())
    series = world.series(world.rows(offered, days=days), site=world.site(special_days=special_days))
    for day, factor in factors.items():
        series.offered[day] *= factor
    return learn_effects(series, clean(series, remove=True).expected)


def test_a_holiday_that_halves_the_volume_every_time_is_learnt(world, noisy) -> None:
    feasts = {16: "Spring Day", 51: "Harvest", 93: "Spring Day"}
    effects = _effects(world, noisy, feasts, dict.fromkeys(feasts, 0.5))
    assert effects.of("holiday: Spring Day") == pytest.approx(0.5, rel=0.05)
    assert effects.of("holiday: never seen") == pytest.approx(0.5, rel=0.05)
    assert effects.seen["holiday: Spring Day"] == 2


def test_the_day_after_is_learnt_by_itself(world, noisy) -> None:
    effects = _effects(world, noisy, {16: "A", 51: "B"}, {16: 0.4, 17: 1.2, 51: 0.4, 52: 1.2})
    assert effects.of(AFTER_HOLIDAY) == pytest.approx(1.2, rel=0.05)


def test_holidays_like_any_other_day_have_no_effect(world, noisy) -> None:
    effects = _effects(world, noisy, {16: "A", 51: "B", 93: "C"}, {})
    assert effects.of("holiday: A") == pytest.approx(1.0, abs=0.04)


def test_a_day_never_seen_is_an_ordinary_day(world, noisy) -> None:
    assert _effects(world, noisy, {}, {}).of("holiday: A") == 1.0


def test_one_name_that_differs_keeps_its_own_effect(world, noisy) -> None:
    feasts = {16: "A", 30: "A", 51: "B", 65: "B", 79: "C", 93: "C"}
    factors = {16: 0.2, 30: 0.2, 51: 0.9, 65: 0.9, 79: 0.9, 93: 0.9}
    effects = _effects(world, noisy, feasts, factors)
    assert effects.of("holiday: A") == pytest.approx(0.2, rel=0.1)
    assert effects.of("holiday: B") == pytest.approx(0.9, rel=0.1)


@pytest.mark.parametrize("factor", [3.0, 0.4, 1.5])
def test_a_clear_step_is_found_on_its_day(world, noisy, factor) -> None:
    series = world.series(world.rows(noisy, days=140))
    series.offered[119:] *= factor
    shift = find_shift(series.offered, series.grid.weekday, 42)
    assert shift is not None
    assert shift.day == 119
    assert shift.factor == pytest.approx(factor, rel=0.05)


def test_growth_is_no_step(world, noisy) -> None:
    series = world.series(world.rows(noisy, days=140))
    series.offered[:] *= np.linspace(1, 2, 140)[:, None]
    assert find_shift(series.offered, series.grid.weekday, 42) is None


def test_an_old_step_is_forgotten(world, noisy) -> None:
    series = world.series(world.rows(noisy, days=140))
    series.offered[70:] *= 3
    assert find_shift(series.offered, series.grid.weekday, 42) is None


def test_noise_is_no_step(world) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rows = world.rows(lambda local, rng=rng: rng.poisson(2.0, len(local)), days=140)
        series = world.series(rows)
        assert find_shift(series.offered, series.grid.weekday, 42) is None
