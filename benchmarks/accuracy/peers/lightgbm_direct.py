"""LightGBM with Poisson loss, direct: one model for all four weeks, on the calendar and what the origin knows."""

from __future__ import annotations

import warnings

import numpy as np

from accuracy.data_sets import HORIZON_DAYS
from accuracy.lessons import Floats, Lesson
from accuracy.peers.answer import Answer
from accuracy.peers.averages import RECENT_WEEKS, by_week, recent_average

FIRST_ORIGIN_DAYS = 14
"""The earliest past origin that the model learns from has so many days before it."""
LEAST_ROWS = 200
PARAMETERS = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 20,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
}
ROUNDS = 300


def lightgbm_direct(lesson: Lesson) -> Answer:
    """Learns from weekly origins in the past, each with its own four weeks; with too few of them the average."""
    import lightgbm

    origins = range(lesson.days - 7, FIRST_ORIGIN_DAYS - 1, -7)
    parts = [_known_rows(lesson, origin) for origin in origins]
    features = np.concatenate([rows for rows, _ in parts]) if parts else np.empty((0, 0))
    counts = np.concatenate([values for _, values in parts]) if parts else np.empty(0)
    if len(counts) < LEAST_ROWS or counts.max() == 0:
        return recent_average(lesson)
    data = lightgbm.Dataset(features, label=counts, params={"verbosity": -1})
    model = lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)
    ahead = _features(lesson, lesson.days).reshape(-1, features.shape[1])
    offered = np.asarray(model.predict(ahead, num_threads=1))
    return Answer.open_only(lesson, offered.reshape(HORIZON_DAYS, -1))


def _known_rows(lesson: Lesson, origin: int) -> tuple[Floats, Floats]:
    """Features and counts of the intervals after a past origin that are known by now."""
    came = lesson.past[origin : origin + HORIZON_DAYS]
    known = np.isfinite(came)
    return _features(lesson, origin)[: len(came)][known], came[known]


def _features(lesson: Lesson, origin: int) -> Floats:
    """(HORIZON_DAYS, slots, features) as known at day `origin`: calendar, last week, means of some weeks, levels."""
    weeks = by_week(lesson.ordinary[:origin], RECENT_WEEKS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN: a missing value to the trees
        means = [np.nanmean(weeks[-number:], axis=0) for number in (1, 2, 4, 6)]
        levels = [float(np.nanmean(weeks[-number:])) for number in (1, 4, 6)]
        weekday_level = np.nanmean(means[-1], axis=1)
    slots, days = weeks.shape[2], np.arange(HORIZON_DAYS)
    when = slice(origin, origin + HORIZON_DAYS)
    of_day = [lesson.weekday[when], lesson.dates.day[when], lesson.holiday[when], lesson.after_holiday[when], days]
    of_day += [np.full(HORIZON_DAYS, level) for level in levels] + [weekday_level[days % 7]]
    columns = [np.broadcast_to(np.asarray(own, dtype=float)[:, None], (HORIZON_DAYS, slots)) for own in of_day]
    columns.append(np.broadcast_to(np.arange(slots, dtype=float), (HORIZON_DAYS, slots)))
    return np.stack([*columns, *(mean[days % 7] for mean in means)], axis=-1)
