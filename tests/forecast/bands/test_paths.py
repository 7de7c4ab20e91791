"""Whole futures of day totals."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.bands.bands import Bands
from staffplan.forecast.bands.paths import PATHS, DaysAhead, Shocks, day_paths
from staffplan.forecast.bands.scale import Scale
from staffplan.forecast.bands.sharing import Sharing
from staffplan.forecast.bands.variance import Variance

DAYS = 28
MANY_WEEKS = 1e6


def _bands(near: float, far: float, variance: Variance, special: float = 1.0) -> Bands:
    scale = Scale(variance, tested_days=DAYS, special=special)
    return Bands(scale, scale, Sharing(near, far, MANY_WEEKS, MANY_WEEKS))


def _ahead(offered: float = 1000.0, special: int = 0) -> DaysAhead:
    flags = np.arange(DAYS) < special
    return DaysAhead(np.full(DAYS, offered), np.arange(1, DAYS + 1), flags, np.zeros(DAYS))


def _paths(bands: Bands, ahead: DaysAhead, seed: int = 1) -> np.ndarray:
    return day_paths(bands, ahead, Shocks.draw(np.random.default_rng(seed), DAYS))


def test_the_mean_of_the_futures_is_what_is_expected() -> None:
    paths = _paths(_bands(0.3, 0.1, Variance(0.0, 0.05, 0.001)), _ahead())
    assert paths.shape == (PATHS, DAYS)
    assert paths.mean(axis=0) == pytest.approx(np.full(DAYS, 1000.0))


def test_days_scatter_as_their_variance_says() -> None:
    variance = Variance(0.0, 0.01, 0.0005)
    paths = _paths(_bands(0.3, 0.1, variance), _ahead())
    expected = variance.of(np.full(DAYS, 1000.0), np.arange(1, DAYS + 1))
    assert paths.var(axis=0) == pytest.approx(expected, rel=0.15)


def test_days_hang_together_by_week_and_by_forecast() -> None:
    paths = _paths(_bands(0.6, 0.2, Variance(0.0, 0.01, 0.0)), _ahead())
    correlation = np.corrcoef(paths.T)
    assert correlation[0, 1:7].mean() == pytest.approx(0.6, abs=0.04)
    assert correlation[0, 7:].mean() == pytest.approx(0.2, abs=0.05)


def test_a_level_that_drifts_stays_where_it_has_drifted() -> None:
    """A random walk: days h and k correlate by the root of h / k."""
    correlation = np.corrcoef(_paths(_bands(0.0, 0.0, Variance(0.0, 0.0, 0.01)), _ahead(1e6)).T)
    assert correlation[6, 27] == pytest.approx(np.sqrt(7 / 28), abs=0.06)
    assert correlation[13, 20] == pytest.approx(np.sqrt(14 / 21), abs=0.06)


def test_independent_days_make_a_narrower_week_than_days_that_err_together() -> None:
    weeks = [_paths(_bands(share, share, Variance(0.0, 0.01, 0.0)), _ahead())[:, :7].sum(axis=1) for share in (0, 1)]
    narrow, wide = (float(np.std(week)) for week in weeks)
    assert narrow == pytest.approx(105 * np.sqrt(7), rel=0.1)
    assert wide == pytest.approx(105 * 7, rel=0.1)


def test_few_weeks_of_backtest_make_the_extremes_of_a_week_wilder() -> None:
    spread = []
    for weeks in (4.0, MANY_WEEKS):
        bands = _bands(0.8, 0.0, Variance(0.0, 0.01, 0.0))
        bands = Bands(bands.interval, bands.day, Sharing(0.8, 0.0, 10.0, weeks))
        spread.append(float(np.quantile(_paths(bands, _ahead())[:, :7].sum(axis=1), 0.975)))
    assert spread[0] > spread[1] * 1.02


def test_special_days_scatter_more() -> None:
    paths = _paths(_bands(0.0, 0.0, Variance(0.0, 0.01, 0.0), special=2.0), _ahead(special=7))
    assert paths[:, :7].std() > 1.7 * paths[:, 7:].std()


def test_closed_days_have_no_contacts_in_any_future() -> None:
    ahead = _ahead()
    ahead.offered[5] = 0.0
    assert not _paths(_bands(0.3, 0.1, Variance(0.0, 0.05, 0.0)), ahead)[:, 5].any()


def test_what_queues_have_in_common_is_common() -> None:
    common = Shocks.draw(np.random.default_rng(1), DAYS)
    bands, ahead = _bands(0.3, 0.1, Variance(0.0, 0.01, 0.0)), _ahead()
    own = [Shocks.draw(np.random.default_rng(seed), DAYS) for seed in (2, 3)]
    for loading in (0.0, 0.8):
        first, second = (day_paths(bands, ahead, common.mixed(each, loading))[:, 3] for each in own)
        assert np.corrcoef(first, second)[0, 1] == pytest.approx(loading**2, abs=0.07)
