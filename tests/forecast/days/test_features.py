"""What the calendar says of a day before it comes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from staffplan.clock import SiteCalendar, SpecialDay
from staffplan.forecast.days.features import MONTH_DAY, WEEKDAY, DayFeatures, Span, day_features

MONDAY = date(2026, 1, 5)
WEEKEND = np.array([False] * 5 + [True] * 2)


def _features(*special_days: SpecialDay, days: int = 21, open_weekend: bool = False) -> DayFeatures:
    calendar = SiteCalendar("UTC", 30, {special.day: special for special in special_days})
    weekday = np.arange(days) % 7
    open_day = np.ones(days, dtype=bool) if open_weekend else weekday < 5
    label = np.full(days, "", dtype=object)
    for special in special_days:
        if 0 <= (place := (special.day - MONDAY).days) < days:
            label[place] = f"{special.kind}: {special.name}"
            open_day[place] &= special.kind == "event"
    return day_features(Span(MONDAY, open_day, WEEKEND, label, calendar))


def _flagged(features: DayFeatures, name: str) -> list[int]:
    return next(np.flatnonzero(group.columns[:, 0]).tolist() for group in features.groups if group.name == name)


def _feast(day: int) -> SpecialDay:
    return SpecialDay(MONDAY + timedelta(days=day), f"Feast {day}")


def test_every_day_has_one_weekday_and_one_day_of_the_month() -> None:
    features = _features(days=400)
    for group in features.groups:
        if group.name in (WEEKDAY, MONTH_DAY):
            assert (group.columns.sum(axis=1) == 1).all()


def test_the_day_after_a_friday_holiday_is_the_monday() -> None:
    features = _features(_feast(4))
    assert _flagged(features, "day after a holiday") == [7]
    assert _flagged(features, "second day after a holiday") == [8]
    assert _flagged(features, "day before a holiday") == [3]
    assert _flagged(features, "bridge day") == []


@pytest.mark.parametrize(("feast", "bridge"), [(3, 4), (8, 7)])
def test_a_day_between_holiday_and_weekend_is_a_bridge(feast, bridge) -> None:
    assert _flagged(_features(_feast(feast)), "bridge day") == [bridge]


def test_around_the_clock_the_saturday_follows_a_friday_holiday() -> None:
    features = _features(_feast(4), open_weekend=True)
    assert _flagged(features, "day after a holiday") == [5]
    assert _flagged(features, "bridge day") == []


def test_a_holiday_just_outside_the_days_is_felt() -> None:
    assert _flagged(_features(_feast(-1)), "day after a holiday") == [0]
    assert 20 not in _flagged(_features(_feast(21)), "day before a holiday")
    assert _flagged(_features(_feast(21)), "day before a holiday") == [18]


def test_events_have_a_name_and_no_neighbours() -> None:
    features = _features(SpecialDay(MONDAY + timedelta(days=2), "Mailing", "event"))
    assert _flagged(features, "named day") == [2]
    assert _flagged(features, "day after a holiday") == []
    assert "holiday" not in [group.name for group in features.groups]


def test_the_end_of_the_month_resembles_its_beginning() -> None:
    alike = next(group.alike for group in _features().groups if group.name == MONTH_DAY)
    assert alike[0, 30] == pytest.approx(alike[0, 1])
    assert alike[0, 15] < 1e-6
    assert np.linalg.eigvalsh(alike).min() > 0


def test_part_of_the_days_has_the_same_columns() -> None:
    whole, part = _features(_feast(4)), _features(_feast(4)).rows(7, 14)
    assert part.days == 7
    for own, all_days in zip(part.groups, whole.groups, strict=True):
        np.testing.assert_array_equal(own.columns, all_days.columns[7:14])
