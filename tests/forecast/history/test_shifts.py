"""A level that has shifted for good is told from growth and from noise."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.history.shifts import Shift, find_shift, moves_on


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


@pytest.mark.parametrize("direction", [1, -1])
def test_a_climb_or_fall_that_goes_on_is_told_from_a_step(direction) -> None:
    scatter = np.random.default_rng(3).normal(0, 0.05, 140)
    shift = Shift(120, float(np.exp(0.6 * direction)))
    step = scatter + 0.6 * direction * (np.arange(140) >= 120)
    climb = scatter + direction * 0.04 * np.clip(np.arange(140) - 120, 0, None)
    assert not moves_on(shift, step)
    assert moves_on(shift, climb)
    assert not moves_on(shift, -climb), "it comes back, which may be the end of an event"


def test_a_climb_of_less_than_two_weeks_is_not_judged() -> None:
    climb = 0.1 * np.clip(np.arange(140) - 130, 0, None)
    assert not moves_on(Shift(130, 2.0), climb)
