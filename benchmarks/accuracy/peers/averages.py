"""What planners do in a spreadsheet: last week again, or the mean of the last six."""

from __future__ import annotations

import warnings

import numpy as np

from accuracy.data_sets import HORIZON_DAYS
from accuracy.lessons import Floats, Lesson
from accuracy.peers.answer import Answer

RECENT_WEEKS = 6


def seasonal_naive(lesson: Lesson) -> Answer:
    """The same weekday and time of the last week in which it is known."""
    weeks = by_week(lesson.past, lesson.days // 7 + 1)
    latest = weeks[-1]
    for week in weeks[-2::-1]:
        latest = np.where(np.isfinite(latest), latest, week)
    return Answer.open_only(lesson, np.tile(latest, (HORIZON_DAYS // 7, 1)))


def recent_average(lesson: Lesson) -> Answer:
    """Mean of the same weekday and time over six weeks, as far as known."""
    return Answer.open_only(lesson, np.tile(recent_week(lesson), (HORIZON_DAYS // 7, 1)))


def recent_week(lesson: Lesson) -> Floats:
    """(7, slots) from the weekday of the origin on: means of six weeks, else of all weeks, else of all days."""
    every = by_week(lesson.past, lesson.days // 7 + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are NaN, and asked for
        answer = np.nanmean(every[-RECENT_WEEKS:], axis=0)
        for fallback in (np.nanmean(every, axis=0), np.nanmean(lesson.past, axis=0)[None, :]):
            answer = np.where(np.isfinite(answer), answer, fallback)
    return np.asarray(np.nan_to_num(answer))


def by_week(past: Floats, weeks: int) -> Floats:
    """(weeks, 7, slots): the last so many weeks before the origin, NaN before the history begins."""
    wanted = 7 * weeks
    lead = np.full((max(wanted - len(past), 0), past.shape[1]), np.nan)
    return np.concatenate([lead, past[-wanted:]]).reshape(weeks, 7, past.shape[1])
