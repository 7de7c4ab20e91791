"""statsforecast's MSTL with AutoETS for the trend, on the open intervals one after another."""

from __future__ import annotations

import warnings

import numpy as np

from accuracy.data_sets import HORIZON_DAYS
from accuracy.lessons import Lesson
from accuracy.peers.answer import Answer
from accuracy.peers.averages import recent_average
from accuracy.peers.days import closed_as_zero, open_weekdays, without_gaps

WINDOW_DAYS = 182
"""Older days are left out: they cost minutes and, on a year of half-hours, changed the error by less than a point."""


def mstl(lesson: Lesson) -> Answer:
    """Seasons of a day and a week; intervals that are open on some weekday are in the series on all open ones."""
    weekday, is_open = lesson.weekday, open_weekdays(lesson)
    slots = np.flatnonzero(lesson.open_ahead.any(axis=0) | np.isfinite(lesson.past).any(axis=0))
    past = is_open[weekday[: lesson.days]] & (np.arange(lesson.days) >= lesson.days - WINDOW_DAYS)
    counts = closed_as_zero(lesson.ordinary)[:, slots]
    series = without_gaps(counts, weekday[: lesson.days])[past].ravel()
    week = int(is_open.sum()) * len(slots)
    ahead = is_open[weekday[lesson.days :]]
    if len(series) < 2 * week:
        return recent_average(lesson)
    found = _fit(series, [len(slots), week] if week > len(slots) else [week], int(ahead.sum()) * len(slots))
    planes = np.zeros((5, HORIZON_DAYS, lesson.past.shape[1]))
    for plane, name in zip(planes, ("mean", "lo-95", "lo-80", "hi-80", "hi-95"), strict=True):
        plane[np.ix_(np.flatnonzero(ahead), slots)] = np.asarray(found[name]).reshape(-1, len(slots))
    return Answer.open_only(lesson, planes[0], planes[1:])


def _fit(series: np.ndarray, seasons: list[int], steps: int) -> dict[str, np.ndarray]:
    from statsforecast.models import MSTL, AutoETS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN"))
        answer: dict[str, np.ndarray] = model.forecast(y=series, h=steps, level=[80, 95])
        return answer
