"""From load to heads, line by line."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.clock import SiteCalendar
from staffplan.settings.queues import Goal, parse_goal
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import Step, explain, staff
from staffplan.tables.forecast import VolumeForecast

SETTINGS = StaffingSettings.model_validate(
    {"shrinkage": {"sick": {"share": 0.2, "in_office": False}, "breaks": {"share": 0.1, "in_roster": True}}}
)


def walk(
    *queues: Queue, channel: str = "voice", at: str = "2026-06-01 09:10", **settings: object
) -> tuple[Step, ...]:
    """The lines of the half-hour in which `at` lies, of a day with 100 contacts of 180 s a half-hour."""
    starts = pd.date_range("2026-06-01 09:00", periods=16, freq="30min", tz="UTC", unit="ns")
    frame = pd.concat([pd.DataFrame({"interval_start": starts, "queue": queue.name}) for queue in queues])
    bands = dict.fromkeys(["offered", "offered_p10", "offered_p90", "offered_p025", "offered_p975"], 100.0)
    forecast = VolumeForecast.of(frame.assign(channel=channel, method="given", aht_seconds=180.0, **bands))
    site = Site(SiteCalendar("UTC", 30), {queue.name: queue for queue in queues})
    own = SETTINGS.model_copy(update=settings)
    requirement = staff(forecast, own, site=site).requirement
    return explain(requirement, forecast, own, site=site, at=pd.Timestamp(at, tz="UTC"))


def values(steps: tuple[Step, ...]) -> dict[str, float]:
    return {step.line: step.value for step in steps}


def test_a_hundred_calls_walk_from_ten_erlangs_to_nineteen_people():
    found = values(walk(Queue("calls", planning_group="calls", goal=parse_goal("80/20"))))
    assert found["load"] == pytest.approx(10)
    exact = found["on the line, exactly"]
    assert exact == found["goal 80 % within 20 s"] == pytest.approx(13.04, abs=0.005)
    assert found["on the line"] == 14
    assert found["service level"] == pytest.approx(0.88835, abs=5e-6)
    assert found["on queue: lost"] == pytest.approx(0.2 / 0.9)
    assert found["on queue, exactly"] == pytest.approx(exact / (1 - 0.2 / 0.9), abs=1e-6)
    assert found["on queue"] == 17
    assert found["on duty: lost"] == pytest.approx(0.3)
    assert found["on duty"] == 19


def test_every_goal_of_a_group_has_its_line_and_the_largest_counts():
    queues = (
        Queue("a", planning_group="both", goal=Goal(service_level=0.9, within_seconds=10), patience_seconds=60),
        Queue("b", planning_group="both", goal=Goal(max_occupancy=0.5, asa_seconds=30), minimum_agents=3),
    )
    found = values(walk(*queues, method="erlang-a"))
    assert found["minimum"] == 3
    assert found["patience"] == pytest.approx(120)
    hard, easy = found["goal average wait 30 s at most, occupancy 50 % at most"], found["goal 90 % within 10 s"]
    assert found["on the line, exactly"] == max(hard, easy)


def test_mail_tells_that_it_is_levelled_and_not_followed_from_one_interval():
    steps = walk(Queue("mail", channel="email", planning_group="mail", goal=parse_goal("90/4h")), channel="email")
    assert any("90 % within 4 opening hours" in step.how for step in steps)
    assert any("smoothed again" in step.how for step in steps)
    assert values(steps)["on the line"] == 10


def test_a_time_at_which_nobody_is_staffed_has_no_lines():
    assert walk(Queue("calls", planning_group="calls"), at="2026-06-01 03:00") == ()
