"""Each method on weeks that a reader can predict alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.forecast.days.features import WEEKDAY, DayFeatures, Group
from staffplan.forecast.days.levels import day_levels
from staffplan.forecast.days.regression import fit_days
from staffplan.forecast.methods import METHODS, Ahead, Training
from staffplan.forecast.methods.memory import short_memories
from staffplan.forecast.methods.profile import SLOW, profile
from staffplan.forecast.methods.rates import last_known_weeks, mean_rates, shrunk_rates
from thorough import repetitions


def _training(offered: np.ndarray, recent_weeks: int = 6) -> Training:
    """Days from a Monday on."""
    weekday = np.arange(len(offered)) % 7
    shape = profile(offered, weekday, SLOW)
    days = day_levels(offered, shape, weekday)
    model = fit_days(days.log_level, np.full(len(offered), 1e-4), _features(0, len(offered)))
    recent = days.log_mean(model.log_effects(_features(0, len(offered))), 7 * recent_weeks)
    level = recent if np.isfinite(recent) else model.level_now
    return Training(offered, offered, weekday, recent_weeks, model, shape, short_memories(offered, weekday), level)


def _features(first: int, last: int) -> DayFeatures:
    """Weekdays of the days from `first` up to `last`."""
    return DayFeatures((Group(WEEKDAY, np.eye(7)[np.arange(first, last) % 7], np.eye(7)),))


def _ahead(training: Training, days: int) -> Ahead:
    start = len(training.weekday)
    shape = (days, training.offered.shape[1])
    return Ahead(np.arange(start, start + days) % 7, np.ones(shape, dtype=bool), _features(start, start + days))


def _weeks(*levels: float, slots: int = 4) -> np.ndarray:
    """A week for each level: every cell of that week has it."""
    return np.repeat(np.array(levels), 7)[:, None] * np.ones(slots)


def test_last_weeks_interval_is_repeated() -> None:
    training = _training(_weeks(10, 20, 30))
    assert (METHODS["seasonal_naive"].predict(training, _ahead(training, 9)).offered == 30).all()


def test_where_last_week_is_not_known_the_week_before_is_repeated() -> None:
    offered = _weeks(10, 20, 30)
    offered[15] = np.nan
    training = _training(offered)
    predicted = METHODS["seasonal_naive"].predict(training, _ahead(training, 7)).offered
    assert predicted[:, 0].tolist() == [30, 20, 30, 30, 30, 30, 30]


def test_the_plain_average_is_the_mean_of_six_weeks() -> None:
    training = _training(_weeks(1000, 10, 20, 30, 40, 50, 60))
    assert METHODS["plain_average"].predict(training, _ahead(training, 7)).offered == pytest.approx(
        np.full((7, 4), 35)
    )


def test_the_recent_average_uses_the_weeks_it_is_told() -> None:
    training = _training(_weeks(1000, 10, 20), recent_weeks=2)
    assert METHODS["recent_average"].predict(training, _ahead(training, 7)).offered == pytest.approx(
        np.full((7, 4), 15), rel=1e-3
    )


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_constant_stays_constant(name) -> None:
    training = _training(_weeks(*[12.0] * 10))
    answer = METHODS[name].predict(training, _ahead(training, 28))
    tolerance = 0.02 if name == "day_model" else 1e-6
    assert answer.offered == pytest.approx(np.full((28, 4), 12.0), rel=tolerance)
    assert answer.remark == ""


def _noisy_weeks(weeks: int, slots: int = 6) -> np.ndarray:
    rng = np.random.default_rng(5)
    shape = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])[:, None] * np.array([1.0, 2.0, 3.0, 3.0, 2.0, 1.0])[:slots]
    return rng.poisson(40 * np.tile(shape, (weeks, 1))).astype(float)


@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("factor", [2.0, 0.25, 1024.0])
def test_twice_the_contacts_give_twice_the_forecast(name, factor) -> None:
    small, large = _training(_noisy_weeks(12)), _training(factor * _noisy_weeks(12))
    ahead = _ahead(small, 28)
    expected = factor * METHODS[name].predict(small, ahead).offered
    exact = METHODS[name].plain or name == "seasonal_naive"
    assert METHODS[name].predict(large, ahead).offered == pytest.approx(expected, rel=1e-6 if exact else 0.04)


@pytest.mark.parametrize("name", sorted(METHODS))
@given(
    days=st.integers(1, 60), share=st.floats(0, 0.95), seed=st.integers(0, 10_000), mean=st.sampled_from([0, 0.1, 5])
)
@settings(max_examples=repetitions(5, 15), deadline=None)
def test_whatever_is_missing_the_answer_is_finite_and_not_negative(name, days, share, seed, mean) -> None:
    rng = np.random.default_rng(seed)
    offered = rng.poisson(mean, (days, 4)).astype(float)
    offered[rng.random(offered.shape) < share] = np.nan
    training = _training(offered)
    predicted = METHODS[name].predict(training, _ahead(training, 14)).offered
    assert np.isfinite(predicted).all()
    assert (predicted >= 0).all()


def test_holt_winters_follows_growth_that_an_average_lags_behind() -> None:
    growing = _noisy_weeks(30) * np.linspace(1, 2, 210)[:, None]
    training = _training(growing)
    ahead = _ahead(training, 7)
    truth = _noisy_weeks(30)[:7].sum() * 2
    totals = {name: METHODS[name].predict(training, ahead).offered.sum() for name in METHODS}
    assert abs(totals["holt_winters"] - truth) < abs(totals["recent_average"] - truth)


def test_closed_days_are_not_zeros_for_holt_winters() -> None:
    offered = _noisy_weeks(12)
    offered[np.arange(84) % 7 >= 5] = np.nan
    training = _training(offered)
    predicted = METHODS["holt_winters"].predict(training, _ahead(training, 7)).offered.sum(axis=1)
    usual = np.nanmean(offered.reshape(12, 7, 6)[:, :5], axis=0).sum(axis=1)
    assert predicted[:5] == pytest.approx(usual, rel=0.1)


def test_holt_winters_says_when_it_cannot_be_fitted() -> None:
    training = _training(_weeks(5, 7))
    assert "cannot be fitted" in METHODS["holt_winters"].predict(training, _ahead(training, 7)).remark


def test_the_totals_of_every_weekday_survive_the_shrinking_of_shapes() -> None:
    offered, weekday = _noisy_weeks(6), np.arange(42) % 7
    shrunk, plain = shrunk_rates(offered, weekday), mean_rates(offered, weekday)
    assert shrunk.sum(axis=1) == pytest.approx(plain.sum(axis=1))


def test_quiet_weekdays_borrow_the_common_shape_and_busy_ones_keep_their_own() -> None:
    rng = np.random.default_rng(6)
    shape = np.tile(np.linspace(1, 3, 12), (7, 1))
    shape[4] = shape[4][::-1]
    weekday = np.arange(42) % 7
    busy = rng.poisson(50 * shape[weekday]).astype(float)
    assert shrunk_rates(busy, weekday)[4] == pytest.approx(mean_rates(busy, weekday)[4], rel=0.05)
    alike = np.linspace(1, 3, 12)
    quiet = rng.poisson(0.5 * np.tile(alike, (42, 1))).astype(float)
    error_own = np.abs(mean_rates(quiet, weekday) - 0.5 * alike).sum()
    assert np.abs(shrunk_rates(quiet, weekday) - 0.5 * alike).sum() < 0.6 * error_own


def test_a_slot_never_seen_is_like_its_nearest_neighbour() -> None:
    offered = _weeks(8.0, 8.0, slots=3)
    offered[:, 2] = np.nan
    assert shrunk_rates(offered, np.arange(14) % 7)[:, 2] == pytest.approx(np.full(7, 8.0))


def test_the_last_weeks_are_counted_among_the_days_that_are_known() -> None:
    offered = np.ones((28, 1))
    offered[21:28] = np.nan
    assert np.flatnonzero(last_known_weeks(offered, np.arange(28) % 7, 1)).tolist() == list(range(14, 21))


def test_day_shapes_of_few_contacts_are_not_too_low() -> None:
    """Roots of counts are averaged; squared, they must give back the mean, at one contact a cell too."""
    training = _training(np.random.default_rng(3).poisson(1.0, (7 * 20, 24)).astype(float))
    predicted = METHODS["day_shapes"].predict(training, _ahead(training, 28)).offered
    assert predicted.mean() == pytest.approx(1.0, abs=0.06)
