"""Day profiles, square-rooted, in a few dimensions whose scores are forecast day by day; after the description.

Source: Shen and Huang (2008), "Interday Forecasting and Intraday Updating of Call Center Arrivals", Manufacturing &
Service Operations Management 10, pages 391-410: singular value decomposition of the matrix of square-rooted profiles,
then a time series model of each score with the weekday in it.
"""

from __future__ import annotations

import numpy as np

from accuracy.data_sets import HORIZON_DAYS
from accuracy.lessons import Floats, Lesson, Whole
from accuracy.peers.answer import Answer
from accuracy.peers.averages import recent_average
from accuracy.peers.days import closed_as_zero, open_weekdays, without_gaps

COMPONENTS = 3
WINDOW_DAYS = 182
"""Older days are not looked at."""
LEAST_WEEKS = 3


def svd(lesson: Lesson) -> Answer:
    """Scores follow s(day) = a(weekday) + b s(day before); with too little history the average."""
    weekday, is_open = lesson.weekday, open_weekdays(lesson)
    past, ahead = np.flatnonzero(is_open[weekday[: lesson.days]]), np.flatnonzero(is_open[weekday[lesson.days :]])
    past = past[past >= lesson.days - WINDOW_DAYS]
    if len(past) < LEAST_WEEKS * is_open.sum():
        return recent_average(lesson)
    counts = closed_as_zero(lesson.ordinary)
    rooted = np.sqrt(without_gaps(counts, weekday[: lesson.days])[past] + 0.25)
    left, size, right = np.linalg.svd(rooted, full_matrices=False)
    kept = min(COMPONENTS, len(size))
    scores = left[:, :kept] * size[:kept]
    future = np.column_stack([_scores_ahead(own, weekday[past], weekday[lesson.days :][ahead]) for own in scores.T])
    offered = np.zeros((HORIZON_DAYS, lesson.past.shape[1]))
    offered[ahead] = np.maximum(future @ right[:kept], 0.5) ** 2 - 0.25
    return Answer.open_only(lesson, offered)


def _scores_ahead(scores: Floats, weekday: Whole, weekday_ahead: Whole) -> Floats:
    dummies = np.eye(7)[weekday[1:]]
    design = np.column_stack([dummies, scores[:-1]])
    coefficients = np.linalg.lstsq(design, scores[1:], rcond=None)[0]
    level, memory = coefficients[:7], coefficients[7]
    future, last = np.empty(len(weekday_ahead)), scores[-1]
    for step, day in enumerate(weekday_ahead.tolist()):
        last = level[day] + memory * last
        future[step] = last
    return future
