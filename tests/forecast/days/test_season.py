"""Months ahead: growth and season are used where they earned it, and the bands widen honestly."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.tsa.statespace.structural import UnobservedComponents

from staffplan.forecast.days.beliefs import WEEKS_PER_STEP, annual_waves, believe, error, mixture, weekly_levels
from staffplan.forecast.days.kernels import run_filter
from staffplan.forecast.days.season import LEVEL_DAYS, Season, learn_season
from staffplan.settings.forecast import ForecastSettings
from thorough import repetitions

FIRST = date(2023, 1, 2)
SETTINGS = ForecastSettings()
AHEAD = np.array([1, 14, 28, 42, 90, 180, 270, 365, 546])


def _learn(level: np.ndarray, **changes: object) -> Season:
    return learn_season(level, np.isfinite(level), FIRST, SETTINGS.model_copy(update=changes), 28)


def _wandering(rng: np.random.Generator, days: int) -> np.ndarray:
    """A level that moves by 1.5 % a week, with deviations that pass and the noise of days."""
    weeks = days // 7 + 1
    passing = np.convolve(rng.normal(0, 0.02, weeks), 0.8 ** np.arange(12))[:weeks]
    level = 5.0 + np.cumsum(rng.normal(0, 0.015, weeks)) + passing
    return np.repeat(level, 7)[:days] + rng.normal(0, 0.06, days)


def _swing(days: int, size: float) -> np.ndarray:
    """Highest on 31 January, lowest at the end of July."""
    ordinal = FIRST.toordinal() + np.arange(days)
    return size * np.cos(2 * np.pi * (ordinal - date(2023, 1, 31).toordinal()) / 365.25)


def test_three_years_with_a_season_foretell_the_fourth() -> None:
    days = 1095
    truth = _swing(days + 366, 0.25)
    season = _learn(_wandering(np.random.default_rng(1), days) + truth[:days])
    assert season.earned_short
    ahead = np.arange(1, 366)
    np.testing.assert_allclose(season.log_change(ahead), truth[days - 1 + ahead] - truth[days - 1], atol=0.08)
    recent = truth[days - LEVEL_DAYS : days].mean()
    np.testing.assert_allclose(np.log(season.factor(ahead)), truth[days - 1 + ahead] - recent, atol=0.1)
    assert "highest in January" in season.words[0] or "highest in February" in season.words[0]
    assert "lowest in July" in season.words[0] or "lowest in August" in season.words[0]


def test_a_year_of_history_claims_no_season() -> None:
    season = _learn(_wandering(np.random.default_rng(2), 365) + _swing(365, 0.25))
    assert season.months is not None
    assert not season.months.annual.any()
    assert season.words[0] == "no season of the year: 12 months of history; at least 54 weeks are needed"


def test_a_season_that_has_come_round_once_counts_in_part() -> None:
    """Fourteen months: a quarter above the mean in winter is foretold by some of it, and said to be untested."""
    days, swing = 425, 0.25
    truth = _swing(days + 364, swing)
    season = _learn(truth[:days] + np.random.default_rng(2).normal(0, 0.05, days))
    next_winter = np.arange(300, 330)
    foretold = np.log(season.factor(next_winter)).mean() + truth[days - LEVEL_DAYS : days].mean()
    assert 0.3 * swing < foretold < 1.1 * swing
    assert "counts in part" in season.words[0]


def test_a_high_that_has_passed_before_leans_back_to_the_mean_of_the_year() -> None:
    """A level that has come back from every high and low is not carried for a year; one that wanders is."""
    rng = np.random.default_rng(5)
    weeks = np.zeros(120)
    for week in range(1, 120):
        weeks[week] = 0.9 * weeks[week - 1] + rng.normal(0, 0.04)
    weeks[-6:] = 0.2
    season = _learn(np.repeat(5 + weeks, 7) + rng.normal(0, 0.03, 840))
    assert np.log(season.factor(np.array([14]))) == pytest.approx(0.0)
    assert -0.25 < np.log(season.factor(np.array([300])))[0] < -0.1
    assert "level against the last four weeks" in season.words[-1]


def test_months_ahead_follow_the_level_whatever_the_methods_promise() -> None:
    """Methods that promise 10 % less than others are raised by as much, once the first weeks are over."""
    season = _learn(_wandering(np.random.default_rng(4), 500))
    base = np.full(len(AHEAD), season.recent_level)
    lower = season.factor(AHEAD, base - 0.1)
    assert lower[AHEAD <= 35] == pytest.approx(season.factor(AHEAD, base)[AHEAD <= 35])
    assert lower[AHEAD > 91] == pytest.approx(np.exp(0.1) * season.factor(AHEAD, base)[AHEAD > 91])


def test_a_plan_of_four_weeks_learns_nothing_of_months() -> None:
    level = _wandering(np.random.default_rng(4), 500)
    arguments = (level, np.ones(500, bool), FIRST, SETTINGS, 28)
    near, far = (learn_season(*arguments, reach_days=days) for days in (35, 36))
    assert near.months is None
    assert far.months is not None
    assert near.factor(np.arange(1, 36)) == pytest.approx(far.factor(np.arange(1, 36)), abs=1e-12)


def test_half_a_year_teaches_nothing_of_months_and_a_year_counts_in_full() -> None:
    level = _wandering(np.random.default_rng(4), 400) + 0.5 * np.arange(400) / 365
    changes = [np.log(_learn(level[:days]).factor(np.array([180])))[0] for days in (182, 280, 378)]
    assert changes[0] == pytest.approx(0.0)
    assert [_learn(level[:days]).months.trust for days in (182, 280, 378)] == pytest.approx([0.0, 0.5, 1.0])
    assert not any("level against" in words for words in _learn(level[:182]).words)


def test_a_shift_that_was_evened_out_is_learnt_from_as_it_was() -> None:
    """Days before a shift stand at today's level for the weeks ahead; what the level was is not forgotten."""
    was = np.concatenate([np.zeros(350), np.full(60, 0.3)]) + np.random.default_rng(6).normal(0, 0.03, 410)
    evened = was + 0.3 * (np.arange(410) < 350)
    arguments = (np.ones(410, bool), FIRST, SETTINGS, 28)
    forgotten, known = (learn_season(evened, *arguments, as_it_was) for as_it_was in (None, was))
    assert known.log_variance(AHEAD)[-1] > 2 * forgotten.log_variance(AHEAD)[-1]


def test_levels_that_only_wander_are_left_where_they_are() -> None:
    for seed in range(8):
        season = _learn(_wandering(np.random.default_rng(seed), 1095))
        assert np.abs(np.log(season.factor(AHEAD))).max() < 0.2
    flat = _learn(5.0 + np.random.default_rng(3).normal(0, 0.05, 1095))
    assert flat.factor(AHEAD) == pytest.approx(np.ones(len(AHEAD)), abs=0.02)


def test_steady_growth_goes_on_for_a_while_and_fades() -> None:
    days = 1095
    season = _learn(_wandering(np.random.default_rng(4), days) + 0.5 * np.arange(days) / 365)
    change = np.log(season.factor(np.array([91, 182, 364, 546])))
    assert 0.05 < change[0] < 0.2
    steps = np.diff(change) / [91, 182, 182]
    assert (np.diff(steps) < 0).all()
    assert change[-1] < 0.6
    assert "growth of +" in " ".join(season.words)


@pytest.mark.parametrize("days", [35, 60, 90, 200, 400, 1000])
def test_a_queue_that_tripled_within_a_month_is_not_carried_away(days) -> None:
    rise = np.log(3) * np.clip((np.arange(days) - (days - 30)) / 30, 0, 1)
    season = _learn(5 + rise + np.random.default_rng(5).normal(0, 0.06, days))
    assert (season.factor(np.arange(1, 547)) < 2).all()


def test_a_season_may_be_switched_off() -> None:
    level = _wandering(np.random.default_rng(1), 1095) + _swing(1095, 0.25)
    season = _learn(level, growth_and_season=False)
    assert season.factor(AHEAD) == pytest.approx(np.ones(len(AHEAD)))
    assert "forecast.growth_and_season" in season.words[0]


def _first_weeks(**changes: object) -> Season:
    """A season of which only the first weeks' part is given."""
    wave = np.array([0.3, 0.0, 0.1, 0.0, 0.2, 0.0])
    given: dict[str, object] = {"last_day": date(2025, 5, 31), "annual": wave, "growth": 0.01, "months": None}
    given |= {"recent_level": 5.0, "variance": np.zeros(20), "tested_days": 28, "earned_short": True, "words": ()}
    return Season(**(given | changes))


def test_the_factor_is_against_the_mean_of_the_last_four_weeks() -> None:
    season = _first_weeks()
    recent = season.log_change(np.arange(-27, 1)).mean()
    assert np.log(season.factor(AHEAD)) == pytest.approx(season.log_change(AHEAD) - recent)
    assert season.log_change(np.array([0])) == pytest.approx([0.0])
    assert season.log_change(np.array([-365.25]))[0] == pytest.approx(0.0, abs=1e-9)


def test_the_months_ahead_leave_the_first_weeks_alone() -> None:
    months = _learn(_wandering(np.random.default_rng(9), 800) + _swing(800, 0.2)).months
    late, early = (_first_weeks(months=months, earned_short=earned) for earned in (False, True))
    assert late.factor(np.array([1, 14, 35])) == pytest.approx([1.0, 1.0, 1.0])
    assert early.factor(np.array([1, 14, 35])) == pytest.approx(_first_weeks().factor(np.array([1, 14, 35])))
    assert late.factor(np.array([91, 200])) == pytest.approx(early.factor(np.array([91, 200])))


def test_the_bands_widen_with_the_days_and_begin_after_those_already_tested() -> None:
    season = _learn(_wandering(np.random.default_rng(6), 500))
    variance = season.log_variance(np.arange(0, 800))
    assert (np.diff(variance) >= 0).all()
    assert (variance[:29] == 0).all()
    assert variance[182] > variance[60] > 0
    assert variance[790] > variance[600]


def test_a_restless_level_has_wider_bands_than_a_calm_one() -> None:
    rng = np.random.default_rng(7)
    calm = _learn(5 + rng.normal(0, 0.05, 700))
    restless = _learn(5 + np.repeat(np.cumsum(rng.normal(0, 0.06, 100)), 7) + rng.normal(0, 0.05, 700))
    assert restless.log_variance(AHEAD)[-1] > 10 * calm.log_variance(AHEAD)[-1]


@pytest.mark.parametrize(("days", "seasonal"), [(1095, True), (1095, False), (548, True), (548, False)])
def test_four_in_five_monthly_levels_lie_in_the_80_percent_band(days, seasonal) -> None:
    """Sixty made-up queues: months 2 to 13 ahead, against a wandering level with (or without) a season."""
    inside: list[float] = []
    middle = 14 + 28 * np.arange(1, 13)
    for seed in range(60):
        rng = np.random.default_rng([seed, days, seasonal])
        level = _wandering(rng, days + 364) + seasonal * _swing(days + 364, rng.uniform(0.05, 0.3))
        season = _learn(level[:days])
        foretold = np.log(season.factor(np.arange(1, 365))).reshape(13, 28).mean(axis=1)[1:] + season.recent_level
        miss = level[days:].reshape(13, 28).mean(axis=1)[1:] - foretold
        variance = season.log_variance(middle) + season.variance[0]
        inside.append(float((np.abs(miss) <= 1.2816 * np.sqrt(variance)).mean()))
    assert 0.7 < np.mean(inside) < 0.95


def test_what_is_foretold_from_an_origin_does_not_know_what_came_after() -> None:
    level = _wandering(np.random.default_rng(8), 700)
    other = level.copy()
    other[-280:] = np.random.default_rng(9).permutation(other[-280:]) + 0.4
    before, after = (believe(weekly_levels(values, date(2025, 1, 1))) for values in (level - 5, other - 5))
    known = 60 // WEEKS_PER_STEP
    gap = before.mean[:known] - after.mean[:known]
    np.testing.assert_allclose(gap, np.broadcast_to(gap[0, 0], gap.shape), atol=0.01)


def test_every_level_gives_a_finite_season_of_the_same_kind() -> None:
    for level in (np.array([]), np.array([3.0]), np.full(400, np.nan), np.full(400, 2.0)):
        season = _learn(level)
        assert season.factor(AHEAD) == pytest.approx(np.ones(len(AHEAD)), abs=1e-6)
        assert np.isfinite(season.log_variance(AHEAD)).all()


@settings(max_examples=repetitions(8, 25), deadline=None)
@given(
    days=some.integers(1, 900),
    gaps=some.lists(some.tuples(some.integers(0, 899), some.integers(1, 60)), max_size=4),
    spike=some.floats(-8, 8),
    seed=some.integers(0, 10),
)
def test_gaps_and_spikes_leave_it_finite_and_within_reason(days, gaps, spike, seed) -> None:
    level = _wandering(np.random.default_rng(seed), days)
    level[days // 2] += spike
    for start, length in gaps:
        level[start : start + length] = np.nan
    season = _learn(level)
    factor, variance = season.factor(AHEAD), season.log_variance(AHEAD)
    assert ((factor > 0.2) & (factor < 5)).all()
    assert np.isfinite(variance).all()
    assert (np.diff(variance) >= 0).all()


def test_moving_every_level_by_a_factor_changes_nothing() -> None:
    level = _wandering(np.random.default_rng(1), 900) + _swing(900, 0.2)
    one, thousandfold = _learn(level), _learn(level + np.log(1000))
    assert thousandfold.factor(AHEAD) == pytest.approx(one.factor(AHEAD), rel=1e-6)


def test_the_filter_agrees_with_the_textbook_one() -> None:
    """Level, passing deviation and noise, with gaps: likelihood and forecasts as statsmodels has them."""
    rng = np.random.default_rng(10)
    values = np.cumsum(rng.normal(0, 0.02, 60)) + rng.normal(0, 0.03, 60)
    values[20:23] = np.nan
    move, passing, noise, memory = 0.02**2, 0.03**2, 0.025**2, 0.8
    model = UnobservedComponents(values, level="llevel", autoregressive=1)
    innovation = passing * (1 - memory**2)
    model.ssm.initialize_known(np.zeros(2), np.diag([4.0, passing]))
    truth = model.smooth([noise, move, innovation, memory])
    expected = truth.get_forecast(8)
    prior = np.array([4.0, 0.0, passing])
    chance = np.array([move, 0.0, innovation])
    origins = np.array([60], dtype=np.int64)
    waves = np.zeros((68, 0))
    found, ahead, _ = run_filter(
        values, np.full(60, noise), waves, prior, chance, np.array([0.98, memory]), origins, 8, 1
    )
    seen = np.isfinite(values).sum()
    assert found[0] - 0.5 * seen * np.log(2 * np.pi) == pytest.approx(truth.llf_obs.sum(), rel=1e-6)
    np.testing.assert_allclose(ahead[0, :, 0], expected.predicted_mean, rtol=1e-6)
    np.testing.assert_allclose(ahead[0, :, 1], expected.var_pred_mean - noise, rtol=1e-6)


def test_growth_and_season_of_the_filter_follow_the_weeks() -> None:
    """Without noise to speak of, a pure wave and a pure fading growth are found and carried on exactly."""
    weeks = 200
    middle = date(2025, 1, 1).toordinal() + 7.0 * np.arange(weeks + 40)
    waves = annual_waves(middle)
    truth = 0.2 * waves[:, 0] - 0.1 * waves[:, 4] + 0.01 * 0.98 * (1 - 0.98 ** np.arange(weeks + 40)) / 0.02
    prior = np.array([4.0, 0.02**2, 0.0, *[0.2**2] * 6])
    origins = np.array([weeks], dtype=np.int64)
    _, ahead, state = run_filter(
        truth[:weeks], np.full(weeks, 1e-8), waves, prior, np.zeros(3), np.array([0.98, 0.8]), origins, 10, 4
    )
    np.testing.assert_allclose(ahead[0, :, 0], truth[weeks:].reshape(10, 4).mean(axis=1), atol=1e-4)
    np.testing.assert_allclose(state[3:], [0.2, 0, 0, 0, -0.1, 0], atol=1e-3)


def test_one_odd_week_is_doubted_and_a_second_one_believed() -> None:
    values = np.zeros(40)
    values[30] = 1.0
    twice = values.copy()
    twice[31] = 1.0
    arguments = (np.full(40, 1e-3), np.zeros((44, 0)), np.array([4.0, 0.0, 0.0]), np.array([1e-4, 0.0, 0.0]))
    origins = np.array([40], dtype=np.int64)
    once_level, twice_level = (
        run_filter(v[:32], arguments[0][:32], arguments[1], *arguments[2:], np.array([0.98, 0.8]), origins - 8, 1, 4)[
            2
        ][0]
        for v in (values, twice)
    )
    assert abs(once_level) < 0.15
    assert twice_level > 0.8


@pytest.mark.real_data
def test_a_real_year_of_calls_claims_no_season(real_data) -> None:
    frame = pd.read_csv(real_data / "technion_bank/calls_30min_year.csv", parse_dates=["timestamp"])
    days = frame.groupby(frame["timestamp"].dt.normalize())["offered"].sum()
    usual = days.groupby(days.index.day_of_week).transform("median")
    level = np.where(days > 0.3 * usual, np.log(np.maximum(days, 1) / usual), np.nan)
    season = learn_season(level, np.isfinite(level), days.index[0].date(), SETTINGS, 28)
    assert season.months is not None
    assert not season.months.annual.any()
    assert "at least 54 weeks are needed" in season.words[0]


def test_a_mixture_follows_whoever_foretold_better() -> None:
    level = _wandering(np.random.default_rng(11), 1095) - 5 + _swing(1095, 0.3)
    weekly = weekly_levels(level, FIRST + timedelta(days=1094))
    plain, seasonal = believe(weekly), believe(weekly, seasons=(0.2,))
    assert seasonal.evidence[-1] > plain.evidence[-1] + 5
    both = mixture([plain, seasonal])
    np.testing.assert_allclose(both.mean[-1], seasonal.mean[-1], atol=0.01)
    assert error(weekly, both, slice(1, 13), 56) < error(weekly, plain, slice(1, 13), 56)
