"""Days without gaps, for methods that know none: the open weekdays, and what stands in for unknown days."""

from __future__ import annotations

import warnings

import numpy as np

from accuracy.lessons import Flags, Floats, Lesson, Whole

NEIGHBOURS = 3
"""Known days of the same weekday before, and after, whose mean stands in for an unknown one."""


def open_weekdays(lesson: Lesson) -> Flags:
    """(7,): weekdays with an open interval ahead."""
    weekday = lesson.weekday[lesson.days :]
    return np.array([bool(lesson.open_ahead[weekday == number].any()) for number in range(7)])


def without_gaps(values: Floats, weekday: Whole) -> Floats:
    """(days, ...): unknown values replaced by the mean of the same weekday's nearest known ones, else of all days."""
    result = values.copy()
    gaps = np.isnan(values).reshape(len(values), -1).sum(axis=1) > 0
    for day in np.flatnonzero(gaps).tolist():
        own = np.flatnonzero(weekday == weekday[day])
        position = int(np.searchsorted(own, day))
        near = own[max(position - NEIGHBOURS, 0) : position + NEIGHBOURS + 1]
        result[day] = np.where(np.isnan(values[day]), _mean(values[near]), values[day])
    return np.where(np.isnan(result), np.nan_to_num(_mean(values)), result)


def closed_as_zero(past: Floats) -> Floats:
    """The same with zeros in the closed intervals of days that are known."""
    known = np.isfinite(past).sum(axis=1, keepdims=True) > 0
    return np.where(np.isnan(past) & known, 0.0, past)


def _mean(values: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN
        return np.asarray(np.nanmean(values, axis=0))
