"""The backtest knows at each origin only what was known then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffplan.forecast.backtest import (
    Origin,
    Trial,
    choose,
    day_error,
    day_wape,
    error,
    origins_after,
    run,
    table_rows,
    weekly_origins,
)
from staffplan.forecast.history.shifts import Shift
from staffplan.settings.forecast import ForecastSettings

SETTINGS = ForecastSettings()


@pytest.mark.parametrize("days", range(1, 120))
def test_every_origin_has_a_past_and_a_future_inside_the_history(days) -> None:
    for origin in weekly_origins(days, SETTINGS):
        assert origin.day >= 7
        assert origin.days >= 7
        assert origin.day + origin.days <= days


def test_a_long_history_is_tested_from_eight_mondays_and_the_newest_week_too() -> None:
    origins = weekly_origins(140, SETTINGS)
    assert [origin.day for origin in origins] == [133, 126, 119, 112, 105, 98, 91, 84]
    assert [origin.days for origin in origins] == [7, 14, 21, 28, 28, 28, 28, 28]


@pytest.mark.parametrize(
    ("days", "horizons"), [(13, []), (14, [7]), (27, [7, 14]), (28, [7, 14]), (42, [7, 14, 21, 28])]
)
def test_short_histories_are_tested_as_far_ahead_as_they_reach(days, horizons) -> None:
    assert [origin.days for origin in weekly_origins(days, SETTINGS)] == horizons


@pytest.mark.parametrize(("origins", "weeks"), [(1, 4), (2, 12), (8, 12), (26, 1)])
def test_half_of_the_origins_see_a_full_horizon(origins, weeks) -> None:
    settings = ForecastSettings(backtest_origins=origins, backtest_weeks=weeks)
    found = weekly_origins(400, settings)
    assert len(found) == origins
    assert sum(origin.days == 7 * weeks for origin in found) >= origins / 2


def test_after_a_shift_every_origin_has_seen_a_week_of_the_new_level() -> None:
    origins = origins_after(Shift(100, 3.0), 121, SETTINGS)
    assert [(origin.day, origin.days) for origin in origins] == [(114, 7), (107, 14)]
    assert origins_after(Shift(110, 3.0), 121, SETTINGS) == []


def test_changing_the_future_changes_no_forecast_of_the_past(world, noisy) -> None:
    """No leakage: the days after each origin are multiplied, the predictions made there stay bit for bit."""
    rows = world.rows(noisy, days=84).assign(aht_seconds=300.0)
    origin = Origin(56, 28)
    series, other = world.series(rows), world.series(rows)
    other.offered[56:] = other.offered[56:] * 5 + 7
    other.aht_seconds[56:] *= 9
    before, after = (run(s, SETTINGS, [origin], 300.0) for s in (series, other))
    assert (after.actual != before.actual).any()
    for name, predicted in before.predicted.items():
        np.testing.assert_array_equal(predicted, after.predicted[name])
    np.testing.assert_array_equal(before.aht_predicted, after.aht_predicted)


def test_only_open_known_cells_are_tested(world, noisy) -> None:
    series = world.series(world.rows(noisy, days=84))
    trial = run(series, SETTINGS, [Origin(56, 28)], 300.0)
    assert len(trial.actual) == 20 * 24
    assert set(trial.weeks_ahead.tolist()) == {1, 2, 3, 4}


def _trial(actual: list[float], **predicted: list[float]) -> Trial:
    size = len(actual)
    zeros = np.zeros(size, dtype=np.int64)
    blank = np.full(size, np.nan)
    answers = {name: np.array(values) for name, values in predicted.items()}
    return Trial(np.array(actual), answers, zeros, np.arange(size), zeros, blank, blank)


def test_the_combination_is_chosen_unless_one_alone_is_clearly_better() -> None:
    alone = {"recent_average": [12.0, 20.0], "day_model": [10.0, 23.0]}
    assert choose(_trial([10.0, 20.0], **alone, combination=[12.1, 20.0]), SETTINGS.methods) == "combination"
    assert choose(_trial([10.0, 20.0], **alone, combination=[13.0, 22.0]), SETTINGS.methods) == "recent_average"


def test_the_plain_average_is_used_where_nothing_beats_it() -> None:
    alone = {"recent_average": [12.0, 20.0], "day_model": [10.0, 23.0], "plain_average": [10.0, 20.0]}
    trial = _trial([10.0, 20.0], **alone, combination=[11.0, 21.0])
    assert choose(trial, ("recent_average", "day_model")) == "plain_average"


def test_one_method_allowed_is_the_one_used() -> None:
    trial = _trial([10.0], recent_average=[9.0], plain_average=[10.0])
    assert choose(trial, ("recent_average",)) == "recent_average"


def test_equal_methods_leave_the_simple_average() -> None:
    trial = _trial([10.0], recent_average=[9.0], seasonal_naive=[11.0], holt_winters=[9.0])
    assert choose(trial, ("holt_winters", "seasonal_naive", "recent_average")) == "recent_average"


def test_what_the_combination_would_have_said_knows_nothing_of_its_own_origin(world, noisy) -> None:
    """Weights of an origin come from the others: its own days may change as they like."""
    series, other = (world.series(world.rows(noisy, days=112)) for _ in range(2))
    other.offered[84:] = other.offered[84:] * 3 + 5
    origins = [Origin(56, 14), Origin(70, 14), Origin(84, 28)]
    before, after = (run(s, SETTINGS, origins, 300.0) for s in (series, other))
    last = before.origin == 84
    np.testing.assert_array_equal(before.predicted["combination"][last], after.predicted["combination"][last])


def test_a_sparse_queue_is_not_given_to_whoever_forecasts_nothing() -> None:
    """One contact in four intervals: nothing has the smaller absolute error, the mean the smaller squared one."""
    trial = _trial([0.0, 0.0, 0.0, 1.0], recent_average=[0.25] * 4, seasonal_naive=[0.0] * 4)
    assert choose(trial, ("recent_average", "seasonal_naive")) == "recent_average"


def test_the_day_error_is_relative_to_what_was_forecast() -> None:
    trial = _trial([90.0, 110.0, 100.0, 150.0, 100.0], seasonal_naive=[100.0] * 5)
    assert day_error(trial, "seasonal_naive", 0.75) == pytest.approx(0.1)


def test_contacts_outside_learnt_hours_are_an_error_of_the_forecast_but_not_of_simple_ones(world, shaped) -> None:
    """Mondays and Tuesdays believed closed, with 44 % of the contacts, which the plain average expects."""
    rows = world.rows(shaped, days=84)
    full = world.series(rows)
    believed = full.open & (full.grid.weekday >= 2)[:, None]
    outside = np.where(full.open & ~believed, full.offered, np.nan)
    series = replace(full, open=believed, offered=np.where(believed, full.offered, np.nan), outside=outside)
    trial = run(series, SETTINGS, [Origin(49, 14), Origin(56, 28)], 300.0)
    inside, everything = trial.predicted, trial.scored("combination")
    share = np.nansum(outside[56:]) / np.nansum(full.offered[56:])
    assert everything.actual.sum() == pytest.approx(np.nansum(full.offered[49:63]) + np.nansum(full.offered[56:]))
    assert set(everything.predicted) == set(inside)
    assert error(trial, "combination") < 0.02
    assert error(everything, "combination") == pytest.approx(share, abs=0.02)
    assert day_wape(everything, "combination") == pytest.approx(share, abs=0.02)
    assert error(everything, "plain_average") < 0.02
    row = next(row for row in table_rows("q", trial, "combination") if row["method"] == "combination")
    assert row["wape"] == pytest.approx(share, abs=0.02)


def test_a_simple_forecast_that_is_chosen_forecasts_nothing_outside_the_hours() -> None:
    outside = _trial([10.0], plain_average=[10.0])
    trial = replace(_trial([10.0], plain_average=[10.0]), outside=outside)
    assert trial.scored("plain_average").predicted["plain_average"].tolist() == [10.0, 0.0]
    assert trial.scored("day_model").predicted["plain_average"].tolist() == [10.0, 10.0]


def test_given_hours_are_no_belief_and_what_came_outside_them_is_not_scored(world, noisy) -> None:
    trial = run(world.series(world.rows(noisy, days=84)), SETTINGS, [Origin(56, 28)], 300.0)
    assert trial.scored("combination") is trial
