"""A requirement by interval to people by month."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from staffplan.capacity import required_people
from staffplan.planned import PlannedDays, between
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import RequiredPeople
from staffplan.tables.requirement import StaffingRequirement


def people(planned: PlannedDays, months: int, needed: float = 6, on_duty: float = 8) -> RequiredPeople:
    """Of a center with so many people at work from 9 to 17 on each day planned."""
    starts = [pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=hour) for day in planned.days for hour in range(9, 17)]
    heads = {"agents_required": needed, "agents_on_queue": on_duty, "agents_scheduled": on_duty}
    blank = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), float("nan"))
    load = {"offered": 1.0, "aht_seconds": 60.0, "load_erlangs": 1.0, "model": "x", "channel": "voice"}
    frame = pd.DataFrame({"interval_start": starts, "planning_group": "calls", **load, **heads, **blank})
    return required_people(
        StaffingRequirement.of(frame),
        CapacitySettings(weekly_hours=40),
        timezone="UTC",
        interval_minutes=60,
        planned=planned,
        months=months,
    )


def test_hours_on_the_line_become_full_time_people_and_duty_their_shrinkage():
    """6 people for 56 hours a week are 336 agent-hours, those of 8.4 people of 40 hours; 2 of 8 are away."""
    found = people(between(date(2027, 1, 1), date(2027, 3, 31)), 3).frame
    assert found["period"].tolist() == ["2027-01", "2027-02", "2027-03"]
    assert found["required"].tolist() == pytest.approx([8.4] * 3)
    assert found["shrinkage"].tolist() == pytest.approx([0.25] * 3)


@pytest.mark.parametrize(
    ("first", "months"), [(date(2027, 1, 2), ["2027-01", "2027-02"]), (date(2027, 1, 20), ["2027-02", "2027-03"])]
)
def test_of_a_month_too_many_the_shorter_end_is_left_out(first: date, months: list[str]):
    last = date(2027, first.month + 2, first.day - 1)
    found = people(between(first, last), 2).frame
    assert found["period"].tolist() == months
    assert found["required"].tolist() == pytest.approx([8.4, 8.4])
