"""Outages, spikes and odd days."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.cleaning import clean, expected_from_weeks_around


def _changed(world, offered, changes, days=84):
    """Cleaned series after `changes` {(day, first slot, end slot): factor}."""
    series = world.series(world.rows(offered, days=days))
    for (day, start, end), factor in changes.items():
        series.offered[day, start:end] *= factor
    return series, clean(series, remove=True)


def test_an_outage_is_found_with_its_day_and_times(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(30, 20, 26): 0.0})
    assert [(f.kind, f.day, f.start, f.end) for f in cleaned.findings] == [("outage", 30, 20, 26)]
    assert cleaned.findings[0].contacts == 0
    assert np.isnan(cleaned.offered[30, 20:26]).all()
    assert np.isfinite(cleaned.offered[30, 26:40]).all()


def test_a_spike_is_found_and_the_rest_of_its_day_kept(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(44, 24, 25): 8.0})
    assert [(f.kind, f.day, f.start, f.end) for f in cleaned.findings] == [("spike", 44, 24, 25)]


def test_a_single_empty_day_is_odd_and_left_out_whole(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(44, 16, 40): 0.0})
    assert [(f.kind, f.day) for f in cleaned.findings] == [("odd day", 44)]
    assert np.isnan(cleaned.offered[44]).all()


def test_a_level_that_stays_changed_is_no_outlier(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(day, 0, 48): 3.0 for day in range(70, 84)})
    assert cleaned.findings == ()


def test_a_busy_or_quiet_day_is_left_alone(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(30, 0, 48): 1.6, (44, 0, 48): 0.5})
    assert cleaned.findings == ()


@pytest.mark.parametrize("mean", [0.1, 0.5, 2.0, 20.0])
def test_poisson_noise_alone_has_no_outages_and_no_spikes(world, mean) -> None:
    rng = np.random.default_rng(3)
    rows = world.rows(lambda local: rng.poisson(mean, len(local)), days=280)
    assert clean(world.series(rows), remove=True).findings == ()


def test_cleaning_can_be_switched_off(world, noisy) -> None:
    series, _ = _changed(world, noisy, {(30, 20, 26): 0.0})
    assert clean(series, remove=False).findings == ()


def test_the_expected_value_ignores_its_own_day_and_the_extremes() -> None:
    weeks = np.array([[10.0], [11.0], [500.0], [12.0], [0.0], [13.0]])
    offered = np.full((42, 1), np.nan)
    offered[::7] = weeks
    expected = expected_from_weeks_around(offered, np.arange(42) % 7)
    assert expected[14, 0] == pytest.approx((10 + 11 + 12) / 3)
