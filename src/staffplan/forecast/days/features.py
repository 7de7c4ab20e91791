"""What is known of a day before it comes: weekday, place in the month, holidays around it, drivers.

Each group of columns belongs to one kind of effect. The regression (day_regression) learns from the data how large
the effects of a group are, so that a group without any effect costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.series import Flags, Floats

WEEKDAY = "weekday"
MONTH_DAY = "day of the month"
NAMED_DAY = "named day"
MONTH_DAY_LENGTH = 2.0
"""Days of the month this far apart are alike (standard deviation of the Gaussian kernel)."""
DAYS_AROUND = 3
"""A holiday is felt on the nearest open day within this many days: a weekend may lie between."""
LONGEST_MONTH = 31


@dataclass(frozen=True)
class Group:
    """Columns (days, k) of one kind of effect, and how far the k effects resemble each other beforehand (k, k)."""

    name: str
    columns: Floats
    alike: Floats
    lags: tuple[int, ...] = ()
    """Of an event that is felt for days: how many days later each column's effect comes."""

    def rows(self, first: int, last: int) -> Group:
        return replace(self, columns=self.columns[first:last])


@dataclass(frozen=True)
class DayFeatures:
    """Groups for consecutive days; the order of groups and columns is the same for any part of the days."""

    groups: tuple[Group, ...]

    def rows(self, first: int, last: int) -> DayFeatures:
        """Of the days from `first` up to `last` (exclusive)."""
        return DayFeatures(tuple(group.rows(first, last) for group in self.groups))

    def only_weekdays(self) -> DayFeatures:
        return DayFeatures(tuple(group for group in self.groups if group.name == WEEKDAY))

    @property
    def days(self) -> int:
        return len(self.groups[0].columns)


@dataclass(frozen=True)
class Span:
    """Consecutive days of one queue: which are open, which weekdays rest, and what the calendar calls each day."""

    first: date
    open_day: Flags
    rest_weekday: Flags
    label: NDArray[np.object_]
    calendar: SiteCalendar

    @property
    def days(self) -> int:
        return len(self.open_day)

    def date_of(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def is_feast(self, day: int) -> bool:
        """A holiday or a listed closure, also just before or after the span."""
        special = self.calendar.special_days.get(self.date_of(day))
        return special is not None and special.kind != "event"

    def is_open(self, day: int) -> bool:
        """Beyond the span a weekday that does not rest counts as open."""
        if 0 <= day < self.days:
            return bool(self.open_day[day])
        return not self.rest_weekday[self.date_of(day).weekday()]

    def rests(self, day: int) -> bool:
        return bool(self.rest_weekday[self.date_of(day).weekday()]) or self.is_feast(day)


def day_features(span: Span, drivers: Iterable[Group] = ()) -> DayFeatures:
    """All groups for the days of the span."""
    dates = [span.date_of(day) for day in range(span.days)]
    weekday = np.array([day.weekday() for day in dates], dtype=np.int64)
    month_day = np.array([day.day for day in dates], dtype=np.int64)
    groups = [
        Group(WEEKDAY, np.eye(7)[weekday], np.eye(7)),
        Group(MONTH_DAY, np.eye(LONGEST_MONTH)[month_day - 1], _round_the_month()),
        *_around_feasts(span),
        *_labels(span.label),
        *drivers,
    ]
    return DayFeatures(tuple(groups))


def _round_the_month() -> Floats:
    """Gaussian kernel on the circle of days: the 31st lies beside the 1st."""
    apart = np.abs(np.subtract.outer(np.arange(LONGEST_MONTH), np.arange(LONGEST_MONTH)))
    apart = np.minimum(apart, LONGEST_MONTH - apart)
    kernel: Floats = np.exp(-0.5 * (apart / MONTH_DAY_LENGTH) ** 2) + 1e-3 * np.eye(LONGEST_MONTH)
    return kernel


def _around_feasts(span: Span) -> list[Group]:
    """First and second open day after a holiday, last one before it, and days between it and a day of rest."""
    columns = np.zeros((span.days, 4))
    for day in np.flatnonzero(span.open_day).tolist():
        if span.is_feast(day):
            continue
        columns[day, 0] = _meets_feast(span, day, -1)
        columns[day, 1] = not columns[day, 0] and _second_after(span, day)
        columns[day, 2] = _meets_feast(span, day, +1)
        columns[day, 3] = _is_bridge(span, day)
    names = ("day after a holiday", "second day after a holiday", "day before a holiday", "bridge day")
    return [Group(name, columns[:, [place]], np.eye(1)) for place, name in enumerate(names)]


def _meets_feast(span: Span, day: int, direction: int) -> bool:
    """Whether a holiday is the first thing met in this direction, closed days aside."""
    for away in range(1, DAYS_AROUND + 1):
        if span.is_feast(day + direction * away):
            return True
        if span.is_open(day + direction * away):
            return False
    return False


def _second_after(span: Span, day: int) -> bool:
    yesterday = day - 1
    return span.is_open(yesterday) and not span.is_feast(yesterday) and _meets_feast(span, yesterday, -1)


def _is_bridge(span: Span, day: int) -> bool:
    """A working day with a holiday on one side and a day of rest on the other."""
    if span.rests(day):
        return False
    before, after = day - 1, day + 1
    return (span.is_feast(before) and span.rests(after)) or (span.is_feast(after) and span.rests(before))


def _labels(label: NDArray[np.object_]) -> list[Group]:
    """Holidays in common, then each holiday and event by name."""
    names = sorted({str(name) for name in label if ": " in str(name)})
    if not names:
        return []
    each = np.array([[str(own) == name for name in names] for own in label], dtype=float)
    groups = [Group(NAMED_DAY, each, np.eye(len(names)))]
    holidays = np.array([str(own).startswith("holiday: ") for own in label], dtype=float)
    if holidays.any():
        groups.insert(0, Group("holiday", holidays[:, None], np.eye(1)))
    return groups
