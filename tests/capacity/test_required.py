"""A requirement by interval to people by month."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from staffplan.capacity import required_people
from staffplan.capacity.agreed import with_agreed
from staffplan.capacity.required import Span, events_of
from staffplan.errors import DataError
from staffplan.planned import PlannedDays, between
from staffplan.settings.capacity import CapacitySettings
from staffplan.site import Queue
from staffplan.tables.capacity import AgreedPeople
from staffplan.tables.requirement import StaffingRequirement


def people(
    planned: PlannedDays, periods: int, needed: float = 6, on_duty: float = 8, *, weekly: bool = False
) -> pd.DataFrame:
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
        span=Span(planned, periods, weekly=weekly),
    )


def test_hours_on_the_line_become_full_time_people_and_duty_their_shrinkage():
    """6 people for 56 hours a week are 336 agent-hours, those of 8.4 people of 40 hours; 2 of 8 are away."""
    found = people(between(date(2027, 1, 1), date(2027, 3, 31)), 3)
    assert found["period"].tolist() == ["2027-01", "2027-02", "2027-03"]
    assert found["required"].tolist() == pytest.approx([8.4] * 3)
    assert found["shrinkage"].tolist() == pytest.approx([0.25] * 3)


@pytest.mark.parametrize(
    ("first", "months"), [(date(2027, 1, 2), ["2027-01", "2027-02"]), (date(2027, 1, 20), ["2027-02", "2027-03"])]
)
def test_of_a_month_too_many_the_shorter_end_is_left_out(first: date, months: list[str]):
    last = date(2027, first.month + 2, first.day - 1)
    found = people(between(first, last), 2)
    assert found["period"].tolist() == months
    assert found["required"].tolist() == pytest.approx([8.4, 8.4])


def test_weeks_are_named_by_their_mondays():
    """From a Wednesday on: of three weeks wanted the first, with five days, and three whole ones; the first goes."""
    found = people(between(date(2027, 1, 6), date(2027, 1, 31)), 3, weekly=True)
    assert found["period"].tolist() == ["2027-01-11", "2027-01-18", "2027-01-25"]
    assert found["required"].tolist() == pytest.approx([8.4] * 3)


def test_queues_that_open_or_end_are_named_in_their_period():
    span = Span(between(date(2027, 1, 1), date(2027, 6, 30)), 6, weekly=False)
    queues = [
        Queue("returns", planning_group="shop", opens=date(2027, 3, 15)),
        Queue("orders", planning_group="shop", ended=date(2027, 3, 1)),
        Queue("old", planning_group="old", ended=True),
        Queue("later", planning_group="later", opens=date(2028, 1, 1)),
    ]
    assert events_of(queues, span) == {("shop", "2027-03"): "orders ends on 2027-03-01; returns opens on 2027-03-15"}


def test_what_is_agreed_fills_its_cells_alone():
    required = pd.DataFrame({"site": ["a", "a"], "period": ["2027-01", "2027-02"], "required": 5.0, "shrinkage": 0.2})
    agreed = pd.DataFrame({"site": ["a"], "period": ["2027-02"], "hires": [3.0], "shrinkage": [0.4], "events": [""]})
    found = with_agreed(required.assign(events="x opens"), AgreedPeople.of(agreed))
    assert found["hires"].fillna(0).tolist() == [0, 3]
    assert found["shrinkage"].tolist() == [0.2, 0.4]
    assert found["events"].tolist() == ["x opens", "x opens"]


def test_agreed_rows_of_other_places_and_times_are_told_together():
    required = pd.DataFrame({"site": ["phone"], "period": ["2027-01"], "required": [5.0]})
    rows = pd.DataFrame(
        {"site": ["phone", "phon", "phone", "phone"], "period": ["2027-01", "2027-01", "2028-01", "2027-01"]}
    )
    with pytest.raises(DataError) as caught:
        with_agreed(required, AgreedPeople.of(rows))
    said = [problem.message for problem in caught.value.problems]
    assert said == ["'phon' is not planned", "'2028-01' is not planned", "'2027-01' appears twice"]
