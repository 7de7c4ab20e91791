"""Bands of intervals and days: they hold what they promise, whatever the queue is like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from staffplan.clock import SiteCalendar
from staffplan.forecast.bands.bands import Bands, bands_without_backtest, cross_coverage, fit_bands
from staffplan.forecast.bands.counts import LEVELS
from staffplan.forecast.bands.scale import Cells, Scale
from staffplan.forecast.bands.sharing import Sharing
from staffplan.forecast.bands.variance import Variance
from staffplan.forecast.history.series import DayGrid, QueueSeries
from staffplan.forecast.methods.rates import mean_rates
from thorough import THOROUGH, repetitions

WEEKS, SLOTS = 30, 20
ORDINARY = np.zeros(1, dtype=bool)


@dataclass(frozen=True)
class Truth:
    """How a made-up queue misses its forecast: standard deviations of a day's rate, dispersion of an interval."""

    mean: float
    day: float = 0.0
    dispersion: float = 0.0
    heavy: bool = False


TRUTHS = {
    "large and regular": Truth(400, 0.03, 0.002),
    "small": Truth(4, 0.1, 0.05),
    "less than one an interval": Truth(0.9, 0.15, 0.1),
    "over-dispersed": Truth(20, 0.1, 0.5),
    "days with heavy tails": Truth(60, 0.08, 0.02, heavy=True),
    "Poisson": Truth(5),
}

WIDER = 1.0 if THOROUGH else 3**0.5
"""A mean over a third of the backtests scatters so much more."""


def _world(truth: Truth, seed: int, weeks: int = WEEKS) -> Cells:
    """Every day forecast by the four weekly origins before it, always the same; errors differ from day to day."""
    rng = np.random.default_rng(seed)
    days = 7 * weeks
    profile = np.sin(np.linspace(0.3, 2.8, SLOTS)) ** 2
    mean = truth.mean * profile / profile.mean()
    noise = rng.standard_t(4, days) / np.sqrt(2) if truth.heavy else rng.standard_normal(days)
    rate = mean * np.exp(truth.day * noise - truth.day**2 / 2)[:, None]
    if truth.dispersion:
        rate = rate * rng.gamma(1 / truth.dispersion, truth.dispersion, rate.shape)
    actual = rng.poisson(rate).astype(float)
    origin = np.repeat(np.arange(weeks - 3) * 7, 28)
    day = origin + np.tile(np.arange(28), weeks - 3)
    cells = np.repeat(origin, SLOTS), np.repeat(day, SLOTS)
    return Cells(actual[day].ravel(), np.tile(mean, len(day)), *cells, np.zeros(len(day) * SLOTS, dtype=bool))


def _shares(bands: Bands, fresh: Cells) -> dict[str, tuple[float, float]]:
    days = fresh.by_day()
    found = {}
    for name, cells, bound in (("interval", fresh, bands.bounds), ("day", days, bands.day_bounds)):
        held = bound(cells.predicted, cells.days_ahead, cells.special).items()
        found[name] = tuple(float(((cells.actual >= low) & (cells.actual <= high)).mean()) for _, (low, high) in held)
    return found


@pytest.mark.parametrize("name", TRUTHS)
def test_fresh_counts_and_days_fall_inside_as_often_as_promised(name) -> None:
    """Over several backtests: the last weeks of each count most, so that one alone is luck."""
    fresh = _world(TRUTHS[name], 99)
    held = [_shares(fit_bands(_world(TRUTHS[name], seed)), fresh) for seed in range(repetitions(2, 6))]
    assert np.mean([shares["interval"] for shares in held], axis=0) == pytest.approx(LEVELS, abs=0.02 * WIDER)
    assert np.mean([shares["day"] for shares in held], axis=0) == pytest.approx(LEVELS, abs=0.06 * WIDER)


def _nights_and_days(seed: int) -> Cells:
    """Eight quiet intervals of every day scatter wildly, twelve busy ones as chance has it and no more."""
    rng = np.random.default_rng(seed)
    mean = np.concatenate([np.geomspace(1.5, 6, 8), np.geomspace(60, 120, 12)])
    wild = np.concatenate([np.full(8, 0.6), np.full(12, 0.001)])
    days = 7 * WEEKS
    actual = rng.poisson(mean * rng.gamma(1 / wild, wild, (days, SLOTS))).astype(float)
    day = np.repeat(np.arange(days), SLOTS)
    return Cells(actual.ravel(), np.tile(mean, days), day // 28 * 28, day, np.zeros(len(day), dtype=bool))


def test_quiet_and_busy_intervals_each_hold_what_is_promised() -> None:
    fresh = _nights_and_days(99)
    busy = fresh.predicted > 10
    held = []
    for seed in range(4):
        found = fit_bands(_nights_and_days(seed)).bounds(fresh.predicted, fresh.days_ahead, fresh.special)
        held.append([(fresh.actual >= low) & (fresh.actual <= high) for low, high in found.values()])
    shares = np.mean(held, axis=0)
    assert shares[:, busy].mean(axis=1) == pytest.approx(LEVELS, abs=0.025)
    assert shares[:, ~busy].mean(axis=1) == pytest.approx(LEVELS, abs=0.04)


def test_fresh_days_fall_inside_on_average_over_many_backtests() -> None:
    """One backtest of eleven weeks is luck; over many the share is as promised."""
    truth = TRUTHS["large and regular"]
    fresh = _world(truth, 99, weeks=40)
    seeds = range(repetitions(4, 12))
    held = np.mean([_shares(fit_bands(_world(truth, seed, weeks=11)), fresh)["day"] for seed in seeds], axis=0)
    assert held == pytest.approx(LEVELS, abs=0.03 * WIDER)


def test_few_days_make_wider_bands_than_many() -> None:
    truth = TRUTHS["large and regular"]
    stretch = [np.mean([fit_bands(_world(truth, seed, w)).day.stretch[1] for seed in range(6)]) for w in (4, 20)]
    assert stretch[0] > stretch[1]


def test_one_outage_among_many_days_does_not_widen_ordinary_bands() -> None:
    world = _world(TRUTHS["large and regular"], 3)
    struck = replace(world, actual=np.where(world.day == 100, 0.0, world.actual))
    widths = [_width(fit_bands(cells), 400.0) for cells in (world, struck)]
    assert widths[1] <= 1.1 * widths[0]


def test_special_days_have_wider_bands_of_their_own() -> None:
    world = _world(TRUTHS["large and regular"], 4)
    special = world.day % 10 == 0
    wild = np.where(world.day % 20 == 0, 1.5, 0.5)
    cells = replace(world, special=special, actual=np.where(special, np.rint(world.actual * wild), world.actual))
    bands, calm = fit_bands(cells), fit_bands(world)
    assert _width(bands, 400.0) == pytest.approx(_width(calm, 400.0), rel=0.1)
    assert _width(bands, 400.0, special=True) > 2 * _width(bands, 400.0)


def _width(bands: Bands, offered: float, *, special: bool = False) -> float:
    low, high = bands.bounds(np.array([offered]), np.array([7]), np.array([special]))[0.8]
    return float((high - low).item())


@given(
    mean=st.lists(st.floats(0, 1e4), min_size=1, max_size=20),
    variance=st.builds(Variance, st.floats(0, 5), st.floats(0, 2), st.floats(0, 0.01)),
    stretch=st.tuples(st.floats(0.2, 3), st.floats(0.2, 3)),
    ahead=st.integers(1, 550),
    extra=st.floats(0, 1),
)
@settings(max_examples=repetitions(20, 60), deadline=None)
def test_bounds_are_ordered_and_hold_the_expected_value(mean, variance, stretch, ahead, extra) -> None:
    offered = np.array(mean)
    shape = np.zeros(len(mean), dtype=bool)
    scale = Scale(variance, stretch, tested_days=28)
    (low, high), (lowest, highest) = scale.bounds(offered, np.full(len(mean), ahead), shape, extra).values()
    for smaller, larger in ((0, lowest), (lowest, low), (low, offered), (offered, high), (high, highest)):
        assert (smaller <= larger).all()
    assert np.isfinite(highest).all()


def test_bounds_are_never_nearer_together_than_those_of_poisson_counts() -> None:
    offered = np.linspace(20, 300, 30)
    narrow = Scale(Variance(0.0, 0.0, 0.0), stretch=(0.2, 0.2))
    low, high = narrow.bounds(offered, np.ones(30, dtype=np.int64), np.zeros(30, dtype=bool))[0.8]
    own = poisson.cdf(high, offered) - poisson.cdf(low - 1, offered)
    assert own.mean() == pytest.approx(0.8, abs=0.01)


def test_bounds_widen_with_the_days_ahead_beyond_the_backtest_too() -> None:
    scale = Scale(Variance(0.0, 0.01, 0.001), tested_days=28)
    ahead, log_variance = np.array([1, 28, 50, 90, 400]), np.array([0.0, 0.0, 0.01, 0.05, 0.2])
    _, high = scale.bounds(np.full(5, 500.0), ahead, np.zeros(5, dtype=bool), log_variance)[0.8]
    assert (np.diff(high) > 0).all()


def test_what_is_known_of_the_long_range_replaces_more_of_the_same() -> None:
    scale = Scale(Variance(0.0, 0.01, 0.001), tested_days=28)
    assert scale.drift(np.array([28, 128]), np.array([0.0, 0.5])) == pytest.approx([0.028, 0.028 + np.expm1(0.5)])


def test_four_weeks_of_drift_are_believed_for_four_more_and_not_for_a_year() -> None:
    scale = Scale(Variance(0.0, 0.01, 0.001), tested_days=28)
    assert scale.drift(np.array([40, 56, 400]), np.full(3, 0.01)) == pytest.approx([0.040, 0.056, 0.056])
    assert Scale(Variance(0.0, 0.01, 0.001)).drift(np.array([400])) == pytest.approx([0.4])


def test_zero_expected_is_not_zero_possible() -> None:
    day = np.arange(400)
    cells = Cells(np.tile([0.0, 3.0], 200), np.zeros(400), day // 7 * 7, day, np.zeros(400, dtype=bool))
    low, high = fit_bands(cells).bounds(np.zeros(1), np.array([1]), ORDINARY)[0.95]
    assert low[0] == 0
    assert high[0] >= 3


def test_the_coverage_of_the_table_is_near_what_was_promised() -> None:
    held = cross_coverage(_world(TRUTHS["over-dispersed"], 5))
    for level in LEVELS:
        assert held.interval[level] == pytest.approx(level, abs=0.02)
        assert held.day[level] == pytest.approx(level, abs=0.04)
    assert 0 < held.pinball < 0.5


def test_coverage_is_not_told_from_a_single_week() -> None:
    world = _world(TRUTHS["Poisson"], 6, weeks=5)
    held = cross_coverage(world.at((world.origin == 0) & (world.day < 7)))
    assert np.isnan([*held.interval.values(), *held.day.values(), held.pinball]).all()


def test_wilder_forecasts_have_a_larger_pinball_loss() -> None:
    losses = [cross_coverage(_world(TRUTHS[name], 7)).pinball for name in ("large and regular", "over-dispersed")]
    assert losses[0] < losses[1]


def _series(offered: np.ndarray) -> QueueSeries:
    grid = DayGrid(date(2026, 1, 5), len(offered), SiteCalendar())
    known = np.isfinite(offered)
    nothing = np.zeros(offered.shape)
    return QueueSeries(grid, known, offered, nothing, nothing, np.full(len(offered), "", dtype=object))


def test_two_weeks_without_a_backtest_teach_how_far_days_scatter() -> None:
    rng = np.random.default_rng(8)
    offered = rng.poisson(50.0, (14, 48)).astype(float)
    series = _series(offered)
    bands, learnt = bands_without_backtest(series, mean_rates(offered, series.grid.weekday))
    assert learnt
    low, high = bands.bounds(np.array([50.0]), np.array([1]), ORDINARY)[0.8]
    assert 32 <= low[0] <= 43
    assert 57 <= high[0] <= 70


def test_two_days_teach_nothing_of_scatter_and_a_third_either_way_is_assumed() -> None:
    offered = np.full((2, 48), 100.0)
    series = _series(offered)
    bands, learnt = bands_without_backtest(series, mean_rates(offered, series.grid.weekday))
    assert not learnt
    low, high = bands.bounds(np.array([100.0]), np.array([1]), ORDINARY)[0.8]
    assert 50 <= low[0] <= 65
    assert 138 <= high[0] <= 150
    assert bands.sharing == Sharing(near=1.0, far=1.0)
