"""pyworkforce as a second opinion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.settings.queues import Goal, parse_goal
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import CrossCheck, cross_check, staff
from staffplan.tables.forecast import VolumeForecast


def check(offered: list[float], aht: float, goal: Goal, minimum: int = 1) -> CrossCheck:
    starts = pd.date_range("2026-06-01 09:00", periods=len(offered), freq="30min", tz="UTC", unit="ns")
    frame = pd.DataFrame({"interval_start": starts, "queue": "calls", "channel": "voice", "method": "given"})
    bands = {f"offered_p{band}": offered for band in ("10", "90", "025", "975")}
    forecast = VolumeForecast.of(frame.assign(offered=offered, aht_seconds=aht, **bands))
    calls = Queue("calls", planning_group="calls", goal=goal, goal_is_default=False, minimum_agents=minimum)
    site = Site(SiteCalendar("UTC", 30), {"calls": calls})
    requirement = staff(forecast, StaffingSettings(), site=site).requirement
    return cross_check(requirement, forecast, site=site)


def test_both_agree_on_ordinary_calls():
    found = check(np.linspace(20, 900, 200).tolist(), 240.0, parse_goal("80/20"))
    assert found.compared == 200
    assert len(found.differences) == 0


def test_one_agent_too_many_at_a_long_threshold_is_found_and_explained():
    """10.6 erlangs and an hour's patience: 11 agents do, pyworkforce starts looking at 12."""
    found = check([106.0], 180.0, parse_goal("50/3600"))
    row = found.differences.iloc[0]
    assert (row["ours"], row["pyworkforce"]) == (11, 12)
    assert "starts its search at round(load + 1)" in row["why"]


def test_what_pyworkforce_cannot_answer_is_counted_and_not_hidden():
    found = check([0.0, 50.0, 0.0], 180.0, parse_goal("80/20"))
    assert found.compared == 1
    assert found.not_compared["no contacts"] == 2
    assert check([50.0], 180.0, Goal(asa_seconds=10)).not_compared["the goal has no service level or no seconds"] == 1


def test_a_goal_that_pyworkforce_does_not_know_explains_the_difference():
    goal = Goal(service_level=0.5, within_seconds=60, asa_seconds=1)
    row = check([100.0], 180.0, goal).differences.iloc[0]
    assert row["ours"] > row["pyworkforce"]
    assert "average wait" in row["why"]


def test_the_minimum_is_not_a_difference():
    assert len(check([1.0, 2.0], 60.0, parse_goal("80/20"), minimum=5).differences) == 0
