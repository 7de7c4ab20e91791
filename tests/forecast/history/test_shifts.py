"""A level that has shifted for good is told from growth and from noise."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.history.shifts import find_shift


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
