"""Handling times are judged by the work they foretell, from origins that knew nothing of what came."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.forecast.aht.model import constant_aht, learn_aht
from staffplan.forecast.aht_backtest import AHT_METHODS, LAST_WEEK, SIX_WEEKS, about_aht, aht_rows, try_aht
from staffplan.forecast.backtest import Trial
from staffplan.forecast.history.series import QueueSeries
from staffplan.forecast.notes import Writer


def _tried(series: QueueSeries, *, origin: int, predicted: float = 1.0):
    """Days from `origin` on, contacts foretold as they came, times `predicted`."""
    day, slot = np.nonzero(np.isfinite(series.offered[origin:]))
    actual = series.offered[origin:][day, slot]
    blank = np.full(len(day), np.nan)
    trial = Trial(actual, {"m": predicted * actual}, np.full(len(day), origin), day + origin, slot, blank, blank)
    return try_aht(series, trial, "m")


def _mornings(rows) -> np.ndarray:
    return np.where(rows["interval_start"].dt.hour < 12, 200.0, 300.0)


def test_work_that_is_always_alike_is_foretold_without_error(world, shaped) -> None:
    series = world.series(world.rows(shaped, days=84).assign(aht_seconds=250.0))
    tried = _tried(series, origin=56)
    assert set(tried.errors) == set(AHT_METHODS)
    for errors in tried.errors.values():
        assert errors.workload_wape == pytest.approx(0.0, abs=1e-3)
        assert errors.bias == pytest.approx(0.0, abs=1e-3)


def test_a_tenth_too_many_contacts_is_a_tenth_too_much_work(world, shaped) -> None:
    series = world.series(world.rows(shaped, days=84).assign(aht_seconds=250.0))
    errors = _tried(series, origin=56, predicted=1.1).errors["level"]
    assert errors.workload_wape_with_forecast == pytest.approx(0.1, abs=1e-3)
    assert errors.workload_wape == pytest.approx(0.0, abs=1e-3)


def test_the_profile_that_is_there_shows_in_the_errors(world, shaped) -> None:
    rows = world.rows(shaped, days=84)
    errors = _tried(world.series(rows.assign(aht_seconds=_mornings(rows))), origin=56).errors
    assert errors["weekday_and_slot"].workload_wape < 0.02 < 0.1 < errors["level"].workload_wape
    assert errors[LAST_WEEK].workload_wape == pytest.approx(0.0, abs=1e-9)
    assert errors["level"].workload_wape_day < errors["level"].workload_wape


def test_the_plain_mean_is_that_of_six_weeks(world, shaped) -> None:
    """Six weeks of 300 s before the origin and after it: the mean is right, whatever came earlier."""
    rows = world.rows(shaped, days=112)
    series = world.series(rows.assign(aht_seconds=np.where(rows["interval_start"] < "2026-02-16", 200.0, 300.0)))
    assert _tried(series, origin=84).errors[SIX_WEEKS].bias == pytest.approx(0)


def test_changing_what_came_later_changes_no_prediction(world, noisy) -> None:
    rows = world.rows(noisy, days=84)
    seconds = np.random.default_rng(1).gamma(100, 3.0, len(rows))
    later = (rows["interval_start"] >= "2026-03-02").to_numpy()
    one = world.series(rows.assign(aht_seconds=seconds))
    other = world.series(rows.assign(aht_seconds=np.where(later, 2 * seconds, seconds)))
    first, second = (_tried(series, origin=56).errors["level"].bias for series in (one, other))
    assert (1 + second) * 2 == pytest.approx(1 + first, rel=1e-6)


def test_without_a_backtest_methods_are_listed_without_figures(world, shaped) -> None:
    series = world.series(world.rows(shaped, days=14).assign(aht_seconds=250.0))
    model = learn_aht(series)
    assert try_aht(series, None, "m") is None
    rows = aht_rows("q", model, None)
    assert [row["method"] for row in rows] == list(AHT_METHODS)
    assert {row["origins"] for row in rows} == {0}
    assert [row["method"] for row in rows if row["chosen"] == "yes"] == ["level"]


def test_nothing_is_said_of_handling_times_that_were_given(world, shaped) -> None:
    series = world.series(world.rows(shaped, days=84))
    model = constant_aht(300.0, 48)
    assert _tried(series, origin=56) is None
    assert aht_rows("q", model, None) == []
    assert about_aht(Writer("q"), series, model, None) == []


def test_impossible_rows_and_thin_ground_are_said(world, shaped) -> None:
    rows = world.rows(shaped, days=84)
    seconds = np.full(len(rows), 250.0)
    seconds[[5, 100]] = 1e6
    series = world.series(rows.assign(aht_seconds=seconds))
    notes = [note.message for note in about_aht(Writer("q"), series, learn_aht(series), _tried(series, origin=56))]
    assert notes[0] == (
        "2 intervals have impossible handling times (1,000,000 to 1,000,000 s, usual "
        "250 s); they are left out of the handling time model"
    )
    assert "handling time: one level, 250 s; workload error 0.0 %" in notes[1]
    thin = world.series(world.rows(lambda local: np.full(len(local), 1.0), days=2).assign(aht_seconds=250.0))
    notes = [note.message for note in about_aht(Writer("q"), thin, learn_aht(thin), None)]
    assert notes == ["the handling time is based on only 48 contacts"]


def test_the_step_delivers_the_table(world, noisy) -> None:
    rows = world.rows(noisy, days=84)
    result = world.forecast(rows.assign(aht_seconds=_mornings(rows)), first_day=world.day(84))
    frame = result.aht_backtest.frame
    assert sorted(frame["method"]) == sorted(AHT_METHODS)
    assert frame.loc[frame["chosen"] == "yes", "method"].tolist() == ["slot"]
    assert (frame["workload_wape_with_forecast"] > frame["workload_wape"]).all()
    assert not len(world.forecast(rows, first_day=world.day(84)).aht_backtest)
