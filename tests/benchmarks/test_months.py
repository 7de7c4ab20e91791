"""Months ahead on real sets: origins in every season, simple methods on known days, ratios in hindsight."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from accuracy.data_sets import Said, made
from accuracy.months import Ahead, origins, simple

MONDAY = pd.Timestamp("2023-01-02")


def _set(days: int):
    starts = pd.date_range(MONDAY, periods=days, freq="D", tz="UTC") + pd.Timedelta(hours=9)
    starts = starts.append(starts + pd.Timedelta(hours=1))
    return made("x", "real", pd.DataFrame({"interval_start": starts, "queue": "q", "offered": 1.0}), Said())


def test_origins_stand_in_every_season_of_a_long_set_and_close_together_in_a_short_one() -> None:
    years, months = _set(7 * 156), _set(7 * 40)
    far = list(origins(years, years.rows, 0))
    assert far[0] == (date(2023, 4, 3), 364)
    assert {(day - far[0][0]).days % 91 for day, _ in far} == {0}
    assert far[-1][1] == 7 * 13
    near = list(origins(months, months.rows, 0))
    assert len(near) >= 8
    assert all(day.weekday() == 0 for day, _ in far + near)
    moved = list(origins(years, years.rows, 6))
    assert moved[0][0] == far[0][0] + timedelta(weeks=6)


def test_simple_methods_know_only_the_past_and_fill_days_that_were_closed() -> None:
    """A year at 10 on weekdays and 20 on Sundays; one Monday was closed; then six weeks of twice as many."""
    days = pd.date_range(MONDAY, periods=406)
    usual = np.where(days.day_of_week == 6, 20.0, 10.0) * np.where(np.arange(406) < 364, 1, 2)
    past = pd.Series(usual, index=days).drop(days[49])
    ahead = pd.date_range(days[-1] + pd.Timedelta(days=1), periods=14)
    found = simple(past, ahead)
    assert found["six weeks"][[0, 6]] == pytest.approx([20.0, 40.0])
    assert found["year's mean"][6] == pytest.approx((46 * 20 + 6 * 40) / 52)
    assert found["last year"][[1, 6]] == pytest.approx([10.0, 20.0])
    assert found["last year"][7] == pytest.approx(found["year's mean"][7])
    assert "last year" not in simple(past.iloc[-300:], ahead)


def test_the_ratio_is_to_the_simple_method_that_turned_out_best() -> None:
    came = np.full(52, 100.0)
    said = {
        "staffplan": came * 1.1,
        "year's mean": came * 1.2,
        "six weeks": came * np.r_[np.ones(26), 1.4 * np.ones(26)],
    }
    look = Ahead("q", date(2024, 1, 1), came, said, np.ones((52, 2)), np.zeros((0, 2)))
    assert look.ratio() == pytest.approx(0.5)
    assert look.error("six weeks", far=True) == pytest.approx(0.4)
    assert look.ratio(far=True) == pytest.approx(0.5)
