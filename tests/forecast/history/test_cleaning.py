"""Outages, spikes, odd days, closures, missing rows; and what must be left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.forecast.history.cleaning import (
    clean,
    expected_from_weeks_around,
    missing_stretches,
    removed_kinds,
    without,
)
from staffplan.settings.forecast import CLEANED


def _changed(world, offered, changes, days=84, remove=True):
    """Cleaned series after `changes` {(day, first slot, end slot): factor}."""
    series = world.series(world.rows(offered, days=days))
    for (day, start, end), factor in changes.items():
        series.offered[day, start:end] *= factor
    return series, clean(series, remove=remove)


def _places(cleaned) -> list[tuple[str, int, int, int]]:
    return [(found.kind, found.day, found.start, found.end) for found in cleaned.findings]


def test_an_outage_is_found_with_its_day_and_times(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(30, 20, 26): 0.0})
    assert _places(cleaned) == [("outage", 30, 20, 26)]
    assert cleaned.findings[0].contacts == 0
    assert np.isnan(cleaned.offered[30, 20:26]).all()
    assert np.isfinite(cleaned.offered[30, 26:40]).all()


def test_two_outages_of_one_day_are_two_findings(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(30, 18, 22): 0.0, (30, 30, 34): 0.05})
    assert _places(cleaned) == [("outage", 30, 18, 22), ("outage", 30, 30, 34)]


def test_a_spike_is_found_and_the_rest_of_its_day_kept(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(44, 24, 25): 8.0})
    assert _places(cleaned) == [("spike", 44, 24, 25)]


def test_a_single_empty_day_is_odd_and_left_out_whole(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(44, 16, 40): 0.0})
    assert _places(cleaned) == [("odd day", 44, 16, 40)]
    assert np.isnan(cleaned.offered[44]).all()


def test_two_weeks_without_contacts_were_a_closure_and_the_weeks_around_do_not_sink(world, noisy) -> None:
    closed = {(day, 16, 40): 0.0 for day in range(70, 84)}
    _, cleaned = _changed(world, noisy, closed, days=168)
    assert {found.kind for found in cleaned.findings} == {"closure"}
    assert sorted(found.day for found in cleaned.findings) == [*range(70, 75), *range(77, 82)]
    _, untouched = _changed(world, noisy, {}, days=168)
    assert np.nansum(cleaned.expected[63]) == pytest.approx(np.nansum(untouched.expected[63]), rel=0.05)


def test_silence_at_the_end_is_a_feed_that_stopped_while_a_long_one_is_a_queue_that_ended(world, noisy) -> None:
    _, stopped = _changed(world, noisy, {(day, 16, 40): 0.0 for day in range(79, 84)})
    assert {found.kind for found in stopped.findings} == {"no contacts at the end"}
    _, ended = _changed(world, noisy, {(day, 16, 40): 0.0 for day in range(56, 84)})
    assert ended.findings == ()


def test_a_level_that_stays_changed_is_no_outlier(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(day, 0, 48): 3.0 for day in range(70, 84)})
    assert cleaned.findings == ()


def test_a_queue_that_triples_within_a_month_has_no_spikes(world, noisy) -> None:
    growth = {(day, 0, 48): 3 ** min(max((day - 84) / 28, 0), 1) for day in range(168)}
    _, cleaned = _changed(world, noisy, growth, days=168)
    assert cleaned.findings == ()


def test_a_busy_or_quiet_day_is_left_alone(world, noisy) -> None:
    _, cleaned = _changed(world, noisy, {(30, 0, 48): 1.6, (44, 0, 48): 0.5})
    assert cleaned.findings == ()


@pytest.mark.parametrize("mean", [0.1, 0.5, 2.0, 20.0])
def test_poisson_noise_alone_has_no_outages_and_no_spikes(world, mean) -> None:
    rng = np.random.default_rng(3)
    rows = world.rows(lambda local: rng.poisson(mean, len(local)), days=280)
    assert clean(world.series(rows), remove=True).findings == ()


@pytest.mark.parametrize("mean", [5.0, 40.0])
def test_days_and_hours_that_vary_widely_are_not_cleaned_away(world, mean) -> None:
    """Rates of days and of intervals are themselves gamma distributed: standard deviations of 40 % and 55 %."""
    rng = np.random.default_rng(5)

    def offered(local):
        day = (local - local[0]).days
        rate = mean * rng.gamma(6, 1 / 6, day.max() + 1)[day] * rng.gamma(3.3, 1 / 3.3, len(local))
        return rng.poisson(rate)

    series = world.series(world.rows(offered, days=364))
    lost = np.isfinite(series.offered).sum() - np.isfinite(clean(series, remove=True).offered).sum()
    assert lost <= 3


def test_nights_of_zeros_are_no_outages(world) -> None:
    always = world.office.always()
    rng = np.random.default_rng(8)

    def offered(local):
        return rng.poisson(np.where((local.hour >= 8) & (local.hour < 20), 25.0, 0.05))

    series = world.series(world.rows(offered, days=140, hours=always), site=world.site(hours=always))
    assert clean(series, remove=True).findings == ()


def test_a_stuck_counter_is_found_and_a_constant_queue_is_not_stuck(world, noisy) -> None:
    series = world.series(world.rows(noisy, days=84))
    series.offered[30, 16:40] = 61.0
    assert _places(clean(series, remove=True)) == [("stuck", 30, 16, 40)]
    constant = world.series(world.rows(lambda local: np.full(len(local), 61.0), days=84))
    assert clean(constant, remove=True).findings == ()


def test_a_day_that_repeats_the_week_before_number_by_number_is_found(world, noisy) -> None:
    series = world.series(world.rows(noisy, days=84))
    series.offered[37] = series.offered[30]
    assert _places(clean(series, remove=True)) == [("repeated day", 37, 16, 40)]


def test_what_is_switched_off_is_still_found_but_learnt_from(world, noisy) -> None:
    series, cleaned = _changed(world, noisy, {(30, 20, 26): 0.0, (44, 24, 25): 8.0}, remove=("spikes",))
    assert [(found.kind, found.removed) for found in cleaned.findings] == [("outage", False), ("spike", True)]
    np.testing.assert_array_equal(cleaned.offered[30], series.offered[30])
    assert np.isnan(cleaned.offered[44, 24])


def test_true_and_false_stand_for_all_kinds_and_none() -> None:
    assert removed_kinds(True) == set(CLEANED)
    assert removed_kinds(False) == set()
    assert removed_kinds(("outages", "stuck")) == {"outages", "stuck"}


def test_the_expected_value_ignores_its_own_day_and_the_extremes() -> None:
    weeks = np.array([[10.0], [11.0], [500.0], [12.0], [0.0], [13.0]])
    offered = np.full((42, 1), np.nan)
    offered[::7] = weeks
    assert expected_from_weeks_around(offered)[14, 0] == pytest.approx((10 + 11 + 12) / 3)


def test_rare_contacts_are_expected_at_their_mean() -> None:
    offered = np.random.default_rng(2).poisson(0.4, (700, 48)).astype(float)
    assert np.nanmean(expected_from_weeks_around(offered)) == pytest.approx(0.4, rel=0.02)


def test_rows_that_stop_at_noon_are_missing_and_rows_absent_in_a_quiet_queue_are_zeros(world, noisy) -> None:
    rows = world.rows(noisy, days=84)
    afternoon = (rows["interval_start"].dt.date == world.day(44)) & (rows["interval_start"].dt.hour >= 13)
    series = world.series(rows[~afternoon].reset_index(drop=True))
    assert series.offered[44, 26:40].tolist() == [0.0] * 14
    missing = missing_stretches(series, True)
    assert [(found.kind, found.day, found.start, found.end) for found in missing] == [("missing rows", 44, 26, 40)]
    assert np.isnan(without(series, missing).offered[44, 26:40]).all()
    kept = without(series, missing_stretches(series, ("outages",)))
    assert kept.offered[44, 26:40].tolist() == [0.0] * 14

    rng = np.random.default_rng(4)
    quiet = world.rows(lambda local: rng.poisson(0.3, len(local)), days=140)
    called = quiet[quiet["offered"] > 0].reset_index(drop=True)
    assert missing_stretches(world.series(called), True) == ()


def test_zeros_in_rows_are_an_outage_where_absent_rows_are_missing_data(world, noisy) -> None:
    rows = world.rows(noisy, days=84)
    down = rows["interval_start"].between(
        pd.Timestamp("2026-02-18 13:00Z"), pd.Timestamp("2026-02-18 16:00Z"), "left"
    )
    zeros = world.series(rows.assign(offered=rows["offered"].where(~down, 0.0)))
    assert missing_stretches(zeros, True) == ()
    assert [found.kind for found in clean(zeros, remove=True).findings] == ["outage"]
