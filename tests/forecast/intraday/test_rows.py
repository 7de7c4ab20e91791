"""Rows of an updated forecast: actuals in their place, means and bounds moved together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.bands.counts import count_quantile
from staffplan.forecast.intraday.rows import BOUNDS, is_updated, with_actuals, with_updates


def rows(means: list[float], dispersion: float = 0.05) -> pd.DataFrame:
    """A forecast whose bounds are quantiles of the negative binomial."""
    mean = np.array(means, dtype=float)
    frame = pd.DataFrame({"offered": mean, "aht_seconds": 240.0, "method": "combination"})
    for name, share in BOUNDS.items():
        frame[name] = np.where(mean > 0, count_quantile(share, mean, mean + dispersion * mean**2), 0.0)
    return frame


def moved(frame: pd.DataFrame, factor: float = 1.0, left: float = 1.0) -> pd.DataFrame:
    size = len(frame)
    return with_updates(frame, np.ones(size, dtype=bool), np.full(size, factor), np.full(size, left))


MEANS = [0.0, 0.4, 3.0, 40.0, 900.0]


def test_where_nothing_is_learnt_nothing_changes() -> None:
    pd.testing.assert_frame_equal(moved(rows(MEANS)), rows(MEANS))


def test_a_larger_mean_raises_its_bounds() -> None:
    before, after = rows(MEANS[2:]), moved(rows(MEANS[2:]), 1.5)
    for name in ("offered", *BOUNDS):
        assert (after[name] > before[name]).all()


def test_bounds_of_a_moved_forecast_are_those_of_a_forecast_made_there() -> None:
    after = moved(rows([40.0]), 1.5).iloc[0]
    made = rows([60.0]).iloc[0]
    for name in BOUNDS:
        assert after[name] == pytest.approx(made[name], abs=3)


def test_what_is_known_better_has_narrower_bounds_but_never_narrower_than_chance() -> None:
    before, after = rows([40.0, 900.0]), moved(rows([40.0, 900.0]), 1.0, 0.0)
    poisson = rows([40.0, 900.0], dispersion=0.0)
    for low, high in (("offered_p10", "offered_p90"), ("offered_p025", "offered_p975")):
        width = (after[high] - after[low]).to_numpy()
        assert (width < (before[high] - before[low]).to_numpy()).all()
        assert (width >= 0.9 * (poisson[high] - poisson[low]).to_numpy()).all()


@given(
    means=st.lists(st.floats(0, 2000), min_size=1, max_size=6),
    dispersion=st.floats(0, 0.5),
    factor=st.floats(0.1, 10),
    left=st.floats(0, 1),
)
def test_bounds_stay_in_order_around_the_mean(
    means: list[float], dispersion: float, factor: float, left: float
) -> None:
    after = moved(rows(means, dispersion), factor, left)
    ordered = after[["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]].to_numpy()
    assert np.isfinite(ordered).all()
    assert (ordered >= 0).all()
    assert (np.diff(ordered, axis=1) >= -1e-9).all()


def test_rows_that_are_over_hold_what_came() -> None:
    known = np.array([True, True, False])
    frame = with_actuals(
        rows([10.0, 10.0, 10.0]), known, np.array([7.0, 0.0, np.nan]), np.array([200.0, np.nan, np.nan])
    )
    assert frame["offered"].tolist() == [7, 0, 10]
    assert frame["offered_p10"].tolist()[:2] == frame["offered_p975"].tolist()[:2] == [7, 0]
    assert frame["aht_seconds"].tolist() == [200, 240, 240]
    assert frame["method"].tolist() == ["actual", "actual", "combination"]
    assert is_updated(frame["method"]).tolist() == [True, True, False]
