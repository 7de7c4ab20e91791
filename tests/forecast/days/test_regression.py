"""Effects of days are found where they are, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from staffplan.clock import SiteCalendar
from staffplan.forecast.days.features import MONTH_DAY, Group, Span, day_features
from staffplan.forecast.days.regression import fit_days

MONDAY = date(2025, 1, 6)
DAYS = 280
NO_SCATTER = np.full(DAYS, 1e-4)


def _span(days: int) -> Span:
    rest = np.zeros(7, dtype=bool)
    return Span(MONDAY, np.ones(days, dtype=bool), rest, np.full(days, "", dtype=object), SiteCalendar())


def _noise(seed: int = 1, sigma: float = 0.03) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, sigma, DAYS)


FEATURES = day_features(_span(DAYS + 28))
PAST, AHEAD = FEATURES.rows(0, DAYS), FEATURES.rows(DAYS, DAYS + 28)
WEEK = np.array([0.3, 0.1, 0.0, 0.0, 0.05, -0.8, -1.2])
MONTH_DAYS = np.array([(MONDAY + timedelta(days=day)).day for day in range(DAYS + 28)])


def test_weekdays_are_found_and_go_on() -> None:
    log_level = 5.0 + WEEK[np.arange(DAYS) % 7] + _noise()
    model = fit_days(log_level, NO_SCATTER, PAST)
    np.testing.assert_allclose(model.log_ordinary(AHEAD), 5.0 + WEEK[np.arange(DAYS, DAYS + 28) % 7], atol=0.03)


def test_where_there_is_only_noise_the_calendar_has_no_effect() -> None:
    model = fit_days(5.0 + _noise(), NO_SCATTER, PAST)
    assert np.abs(model.log_calendar(FEATURES)).max() < 0.02


def test_a_busy_start_of_the_month_is_found() -> None:
    truth = np.where(MONTH_DAYS <= 3, 0.25, 0.0)
    model = fit_days(5.0 + truth[:DAYS] + _noise(), NO_SCATTER, PAST)
    found = model.log_of(FEATURES, MONTH_DAY)
    assert found[MONTH_DAYS == 2].mean() - found[MONTH_DAYS == 15].mean() == pytest.approx(0.25, abs=0.05)


def test_two_months_are_needed_for_the_day_of_the_month() -> None:
    truth = np.where(MONTH_DAYS <= 3, 0.5, 0.0)
    model = fit_days((5.0 + truth[:DAYS] + _noise())[:50], NO_SCATTER[:50], PAST.rows(0, 50))
    assert (model.log_of(FEATURES, MONTH_DAY) == 0).all()


def test_the_level_follows_slow_growth() -> None:
    model = fit_days(np.linspace(4.0, 5.0, DAYS) + _noise(), NO_SCATTER, PAST)
    assert model.slow_level[-1] == pytest.approx(5.0, abs=0.05)
    assert model.slow_level[DAYS // 2] == pytest.approx(4.5, abs=0.03)


def test_one_wild_day_moves_little() -> None:
    log_level = 5.0 + WEEK[np.arange(DAYS) % 7] + _noise()
    wild = log_level.copy()
    wild[-3] += 3.0
    calm = fit_days(log_level, NO_SCATTER, PAST).log_ordinary(AHEAD)
    np.testing.assert_allclose(fit_days(wild, NO_SCATTER, PAST).log_ordinary(AHEAD), calm, atol=0.03)


def test_unknown_days_are_no_zeros() -> None:
    log_level = 5.0 + WEEK[np.arange(DAYS) % 7] + _noise()
    holes = np.where(np.random.default_rng(2).random(DAYS) < 0.3, np.nan, log_level)
    model = fit_days(holes, NO_SCATTER, PAST)
    np.testing.assert_allclose(model.log_ordinary(AHEAD), 5.0 + WEEK[np.arange(DAYS, DAYS + 28) % 7], atol=0.04)


@pytest.mark.parametrize("known", [0, 1, 2, 9])
def test_hardly_any_day_gives_a_finite_answer(known) -> None:
    log_level = np.full(DAYS, np.nan)
    log_level[:known] = 3.0
    model = fit_days(log_level, NO_SCATTER, PAST)
    assert np.isfinite(model.log_ordinary(AHEAD)).all()
    assert np.isfinite(model.log_calendar(AHEAD)).all()
    if known:
        assert model.log_ordinary(AHEAD).mean() == pytest.approx(3.0, abs=0.3)


def test_a_driver_explains_what_it_causes_and_counts_its_days() -> None:
    mailing = (np.random.default_rng(3).random((DAYS, 1)) < 0.1).astype(float)
    idle = (np.random.default_rng(4).random((DAYS, 1)) < 0.1).astype(float)
    groups = (*PAST.groups, Group("driver mailing", mailing, np.eye(1)), Group("driver idle", idle, np.eye(1)))
    features = type(PAST)(groups)
    model = fit_days(5.0 + 0.4 * mailing[:, 0] + _noise(), NO_SCATTER, features)
    assert model.effects["driver mailing"][0] == pytest.approx(0.4, abs=0.04)
    assert abs(model.effects["driver idle"][0]) < 0.02
    assert model.seen["driver mailing"][0] == mailing.sum()


def test_scales_to_start_from_lead_to_the_same_place() -> None:
    log_level = 5.0 + WEEK[np.arange(DAYS) % 7] + _noise()
    cold = fit_days(log_level, NO_SCATTER, PAST)
    warm = fit_days(log_level, NO_SCATTER, PAST, cold.scales)
    np.testing.assert_allclose(warm.log_ordinary(AHEAD), cold.log_ordinary(AHEAD), atol=0.005)


def test_less_scatter_weighs_more() -> None:
    """Two halves disagree on the weekday of rest; the half that was counted exactly wins."""
    weekday = np.arange(DAYS) % 7
    log_level = 5.0 + np.where(weekday == 6, np.where(np.arange(DAYS) % 2 == 0, -1.0, 1.0), 0.0) + _noise()
    scatter = np.where(np.arange(DAYS) % 2 == 0, 1e-4, 25.0)
    sunday = fit_days(log_level, scatter, PAST).log_ordinary(AHEAD)[np.arange(DAYS, DAYS + 28) % 7 == 6]
    np.testing.assert_allclose(sunday, 4.0, atol=0.1)
