"""Holt-Winters on day totals, spread over the day by the recent profile of the weekday."""

from __future__ import annotations

import warnings

import numpy as np

from accuracy.data_sets import HORIZON_DAYS
from accuracy.lessons import Floats, Lesson
from accuracy.peers.answer import Answer
from accuracy.peers.averages import recent_average, recent_week
from accuracy.peers.days import open_weekdays, without_gaps

LEAST_WEEKS = 3


def holt_winters(lesson: Lesson) -> Answer:
    """Additive, damped trend, a week as season over the open weekdays only; with too little history the average."""
    weekday, is_open = lesson.weekday, open_weekdays(lesson)
    past = is_open[weekday[: lesson.days]]
    known = np.isfinite(lesson.ordinary).any(axis=1)
    totals = np.where(known, np.nansum(lesson.ordinary, axis=1), np.nan)
    series = without_gaps(totals, weekday[: lesson.days])[past]
    season = int(is_open.sum())
    if len(series) < LEAST_WEEKS * season or series.max() == series.min():
        return recent_average(lesson)
    ahead = is_open[weekday[lesson.days :]]
    expected = np.zeros(HORIZON_DAYS)
    expected[ahead] = _days_ahead(series, season, int(ahead.sum()))
    week = np.where(lesson.open_ahead[:7], recent_week(lesson), 0.0)
    share = week / np.maximum(week.sum(axis=1, keepdims=True), 1e-9)
    return Answer.open_only(lesson, expected[:, None] * np.tile(share, (HORIZON_DAYS // 7, 1)))


def _days_ahead(series: Floats, season: int, steps: int) -> Floats:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its optimiser complains about flat likelihoods
        model = ExponentialSmoothing(
            series,
            trend="add",
            damped_trend=True,
            seasonal="add" if season > 1 else None,
            seasonal_periods=season if season > 1 else None,
            initialization_method="estimated",
        )
        return np.asarray(model.fit().forecast(steps), dtype=float)
