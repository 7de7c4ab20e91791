"""How errors of days hang together, within a forecast and between queues."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.bands.scale import Cells
from staffplan.forecast.bands.sharing import DayScores, fit_sharing, loadings
from staffplan.forecast.bands.variance import Variance

MEAN, SPREAD = 1e6, 0.1
ORIGINS = np.arange(60) * 28


def _standard(values: np.ndarray) -> np.ndarray:
    """The same with a mean square of exactly one."""
    return np.asarray(values / np.sqrt(np.mean(values**2)))


def _cells(of_forecast: float, of_week: float, of_day: float) -> Cells:
    """Origins four weeks apart whose errors are made of these parts of one standard deviation of SPREAD."""
    rng = np.random.default_rng(1)
    origin = np.repeat(ORIGINS, 28)
    forecasts, weeks, days = (_standard(rng.standard_normal(number)) for number in (60, 240, 1680))
    parts = of_forecast * np.repeat(forecasts, 28), of_week * np.repeat(weeks, 7), of_day * days
    day = origin + np.tile(np.arange(28), 60)
    actual = MEAN * (1 + SPREAD * sum(parts))
    return Cells(actual, np.full(1680, MEAN), origin, day, np.zeros(1680, dtype=bool))


def test_correlations_are_found_within_weeks_and_between_them() -> None:
    found = fit_sharing(_cells(np.sqrt(0.2), np.sqrt(0.4), np.sqrt(0.4)), Variance(0.0, SPREAD**2, 0.0))
    assert found.near == pytest.approx(0.6, abs=0.08)
    assert found.far == pytest.approx(0.2, abs=0.08)


def test_what_the_drift_explains_is_not_counted_twice() -> None:
    """A level that walks at random from each origin: no error is shared beyond that."""
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.standard_normal((60, 28)), axis=1).ravel() * SPREAD / np.sqrt(28)
    cells = _cells(0.0, 0.0, 0.0)
    drifting = Cells(MEAN * (1 + walk), cells.predicted, cells.origin, cells.day, cells.special)
    found = fit_sharing(drifting, Variance(0.0, 1e-6, SPREAD**2 / 28))
    assert found.near <= 0.1
    assert found.independent < 200


def test_independent_days_count_in_full_and_days_alike_hardly() -> None:
    variance = Variance(0.0, SPREAD**2, 0.0)
    apart = fit_sharing(_cells(0.0, 0.0, 1.0), variance)
    alike = fit_sharing(_cells(1.0, 0.0, 0.0), variance)
    assert apart.near < 0.06
    assert apart.independent == pytest.approx(1680, rel=0.1)
    assert alike.independent == pytest.approx(60, rel=0.1)


def _scores(values: np.ndarray) -> DayScores:
    day = np.arange(len(values))
    return DayScores(day // 7 * 7, day, values)


def test_queues_that_miss_together_are_found_to() -> None:
    rng = np.random.default_rng(3)
    common = rng.standard_normal(2000)
    own = {name: rng.standard_normal(2000) for name in "abc"}
    scores = {name: _scores(0.8 * common + 0.6 * own[name]) for name in "abc"}
    found = loadings(scores, dict.fromkeys("abc", 0))
    assert list(found.values()) == pytest.approx([0.8] * 3, abs=0.05)


def test_a_queue_of_its_own_has_next_to_nothing_in_common() -> None:
    rng = np.random.default_rng(4)
    common = rng.standard_normal(2000)
    scores = {name: _scores(common + 0.1 * rng.standard_normal(2000)) for name in "abc"}
    found = loadings(
        scores | {"alone": _scores(rng.standard_normal(2000))}, dict.fromkeys(["a", "alone", "b", "c"], 0)
    )
    assert found["a"] > 0.9
    assert found["alone"] < 0.15


def test_days_are_compared_by_date_not_by_number() -> None:
    values = np.random.default_rng(5).standard_normal(1000)
    scores = {"early": _scores(values), "late": _scores(values[300:])}
    assert loadings(scores, {"early": 700_000, "late": 700_300})["late"] > 0.85
    assert loadings(scores, {"early": 700_000, "late": 700_000})["late"] < 0.3


def test_queues_without_common_days_are_assumed_to_miss_together_a_little() -> None:
    found = loadings({}, {"a": 0, "b": 0})
    assert found["a"] * found["b"] == pytest.approx(0.3)


def test_a_single_queue_has_nothing_in_common_with_others() -> None:
    assert loadings({}, {"a": 0}) == {"a": 0.0}
