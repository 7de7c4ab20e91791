"""The steps of a promise, and the square-root preview beside them."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.plan.directory import OpenPlan
from staffplan.scenario.price import hours_steps, service_steps, shorter, shrinkage_steps
from staffplan.staffing.preview import square_root_agents


@pytest.mark.parametrize(
    ("load", "aht", "level", "exact"), [(10, 300, 0.8, 14), (10, 300, 0.95, 16), (100, 300, 0.8, 108)]
)
def test_the_preview_is_within_an_agent_of_the_exact_number(load: float, aht: float, level: float, exact: int):
    (found,) = square_root_agents(np.array([load]), np.array([aht]), 20, level)
    assert abs(np.ceil(found) - exact) <= 1


def test_the_preview_of_nothing_is_nobody():
    assert square_root_agents(np.array([0.0]), np.array([300.0]), 20, 0.8).tolist() == [0]


@pytest.mark.parametrize(
    ("days", "text", "left"),
    [
        ("mon-fri", "08:00-20:00", ["09:00-20:00", "08:00-19:00"]),
        ("sat", "09:00-14:00", ["10:00-14:00", "09:00-13:00", "closed"]),
        ("mon-fri", "08:00-12:00, 13:00-17:00", ["09:00-12:00,13:00-17:00", "08:00-12:00,13:00-16:00"]),
        ("daily", "24h", ["06:00-22:00"]),
        ("mon-fri", "09:00-13:00, 14:00-14:30", ["10:00-13:00,14:00-14:30"]),
        ("sun", "10:00-11:00", ["closed"]),
        ("holidays", "10:00-14:00", []),
    ],
)
def test_an_hour_a_night_or_a_day_is_left_out(days: str, text: str, left: list[str]):
    assert [hours for _, hours in shorter(days, text)] == left


def test_steps_are_those_that_change_something(plan: OpenPlan):
    base = plan.workspace
    assert [step.level for step in service_steps(base, [0.6, 0.8, 0.9])] == [0.6, 0.9]
    assert [step.folder for step in hours_steps(base)] == [
        "without-office-mon-fri-the-first-hour",
        "without-office-mon-fri-the-last-hour",
    ]
    assert [step.folder for step in shrinkage_steps(base)] == ["less-sickness"]
