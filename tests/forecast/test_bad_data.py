"""Whatever a history holds, the forecast is finite, not negative, absent when closed, and the same every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours
from staffplan.settings.forecast import ForecastSettings
from thorough import repetitions

QUICK = ForecastSettings(methods=("recent_average",), backtest_origins=1)
EXAMPLES = settings(max_examples=repetitions(3, 8), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damages(draw) -> list[tuple[str, int, int, float]]:
    """What may happen to rows of a history: kind, first row, number of rows, and a number."""
    kinds = st.sampled_from(["gap", "zeros", "constant", "spike", "halves", "huge"])
    one = st.tuples(kinds, st.integers(0, 1700), st.integers(1, 400), st.floats(0, 200))
    return draw(st.lists(one, max_size=6))


def _damaged(rows: pd.DataFrame, damage: list[tuple[str, int, int, float]]) -> pd.DataFrame:
    rows = rows.copy()
    kept = np.ones(len(rows), dtype=bool)
    for kind, first, length, number in damage:
        where = slice(min(first, len(rows) - 1), min(first + length, len(rows)))
        offered = rows["offered"].to_numpy(copy=True)
        match kind:
            case "gap":
                kept[where] = False
            case "zeros":
                offered[where] = 0.0
            case "constant":
                offered[where] = np.round(number)
            case "spike":
                offered[where.start] = 1000 * number
            case "halves":
                offered[where] = offered[where] / 2
            case _:
                offered[where] = 1e6
        rows["offered"] = offered
    kept[0] |= not kept.any()
    return rows[kept].reset_index(drop=True)


def _lawful(world, rows: pd.DataFrame, hours: OpeningHours | None, **changes) -> pd.DataFrame:
    site = world.site(hours=hours)
    result = world.forecast(rows, site=site, first_day=world.day(77), settings=QUICK, **changes)
    frame = result.forecast.frame
    numbers = frame.select_dtypes("number").to_numpy()
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()
    bounds = frame[["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]].to_numpy()
    assert (np.diff(bounds, axis=1) >= 0).all()
    if hours is not None:
        instants = pd.DatetimeIndex(frame["interval_start"])
        assert hours.open_mask(instants, site.calendar).all()
        assert len(frame) == 5 * 24
    assert set(result.quality.frame["treatment"]) - {""} == set(result.quality.frame["treatment"])
    return frame


@given(
    damage=damages(),
    seed=st.integers(0, 1000),
    mean=st.sampled_from([0.05, 0.9, 8.0, 300.0]),
    given_hours=st.booleans(),
)
@EXAMPLES
def test_gaps_zeros_constants_and_spikes_never_break_a_forecast(world, damage, seed, mean, given_hours) -> None:
    rng = np.random.default_rng(seed)
    rows = world.rows(lambda local: rng.poisson(mean, len(local)).astype(float), days=77)
    _lawful(world, _damaged(rows, damage), world.office if given_hours else None)


@given(damage=damages(), seed=st.integers(0, 1000))
@settings(EXAMPLES, max_examples=repetitions(2, 4))
def test_the_same_rows_in_any_order_give_the_same_forecast(world, damage, seed) -> None:
    rng = np.random.default_rng(seed)
    rows = _damaged(world.rows(lambda local: rng.poisson(8.0, len(local)).astype(float), days=77), damage)
    shuffled = rows.sample(frac=1, random_state=seed).reset_index(drop=True)
    pd.testing.assert_frame_equal(_lawful(world, rows, None), _lawful(world, shuffled, None, seed=seed))


@given(row=st.integers(0, 1847), offered=st.floats(0, 1e6), hours=st.booleans())
@EXAMPLES
def test_a_file_of_one_row_has_a_forecast(world, row, offered, hours) -> None:
    start = pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(minutes=30 * row)
    rows = pd.DataFrame({"interval_start": [start], "queue": "q", "offered": [offered]})
    frame = _lawful(world, rows, world.office if hours else None)
    if not hours:
        assert frame["offered"].to_numpy() == pytest.approx(offered, rel=0.1, abs=0.5)


@given(weeks=st.integers(1, 9), alpha=st.floats(0.05, 3), seed=st.integers(0, 1000))
@settings(EXAMPLES, max_examples=repetitions(3, 6))
def test_wildly_scattered_counts_have_a_forecast_near_their_mean(world, weeks, alpha, seed) -> None:
    rng = np.random.default_rng(seed)
    rows = world.rows(lambda local: rng.negative_binomial(1 / alpha, 1 / (1 + 20 * alpha), len(local)), days=77)
    late = rows[rows["interval_start"] >= pd.Timestamp(world.day(77 - 7 * weeks), tz="UTC")].reset_index(drop=True)
    frame = _lawful(world, late, world.office)
    error = 20 * np.sqrt((1 + 20 * alpha) / 20 / (120 * min(weeks, 6)))
    assert frame["offered"].mean() == pytest.approx(20, abs=6 * error)


@pytest.mark.parametrize("mean", [0.05, 0.9])
def test_a_queue_of_almost_nothing_keeps_its_mean(world, mean) -> None:
    rng = np.random.default_rng(9)
    rows = world.rows(lambda local: rng.poisson(mean, len(local)).astype(float), days=77)
    recent = rows[rows["interval_start"] >= pd.Timestamp("2026-02-09", tz="UTC")]
    assert _lawful(world, rows, world.office)["offered"].mean() == pytest.approx(recent["offered"].mean(), rel=0.25)
