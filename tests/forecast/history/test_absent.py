"""Absent rows: scattered gaps of a busy queue are missing, what a feed leaves out because nothing came is zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.forecast.history.absent import missing_cells
from staffplan.forecast.history.cleaning import expected_from_weeks_around, missing_stretches, without
from thorough import repetitions


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_scattered_rows_that_nobody_wrote_are_missing_where_zeros_are_unlikely(world, share) -> None:
    rng = np.random.default_rng(8)
    rows = world.rows(lambda local: rng.poisson(10.0, len(local)), days=140)
    series = world.series(rows[rng.random(len(rows)) >= share].reset_index(drop=True))
    filled = without(series, missing_stretches(series, True)).offered
    assert np.nanmean(series.offered) < 10 * (1 - 0.8 * share)
    assert np.nanmean(filled) == pytest.approx(10.0, rel=0.03)


@given(seed=st.integers(0, 1000), mean=st.sampled_from([0.1, 0.5, 2.0, 6.0]))
@settings(max_examples=repetitions(5, 12), deadline=None)
def test_rows_that_a_feed_leaves_out_because_nothing_came_stay_zeros(seed, mean) -> None:
    counts = np.random.default_rng(seed).poisson(mean, (140, 24)).astype(float)
    present = np.where(counts > 0, counts, np.nan)
    assert not missing_cells(present, counts == 0, expected_from_weeks_around(present)).any()


def test_without_an_absent_row_nothing_is_missing() -> None:
    full = np.full((70, 24), 7.0)
    assert not missing_cells(full, np.zeros(full.shape, dtype=bool), expected_from_weeks_around(full)).any()
