"""The objective service: what people are worth to a day's promise, and what the search makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roster_centers import MADRID, MONDAY, SHORT, Center, every_day

from staffplan.clock import wall_instant
from staffplan.errors import ConfigError
from staffplan.people_settings import RosterSettings, WorkPlanSettings
from staffplan.roster.service import concave, rate_of_day
from staffplan.tables import ServiceWorth

steps = st.lists(st.floats(0, 10), min_size=1, max_size=12)


@given(steps)
def test_the_concave_line_lies_above_every_sum_and_ends_where_the_sums_end(given_steps: list[float]) -> None:
    made = concave(np.array(given_steps))
    assert (np.diff(made) <= 1e-9).all()
    assert (np.cumsum(made) >= np.cumsum(given_steps) - 1e-9).all()
    assert made.sum() == pytest.approx(sum(given_steps))


def test_the_rate_of_a_day_is_what_the_last_of_the_cheapest_crew_brings() -> None:
    """6 and 5 in one interval, 4 and 3 in the other: 14 are due, so 6, 5 and 4 are needed."""
    brings = np.array([[6.0, 3.0, 0.0], [5.0, 4.0, 0.0]])
    assert rate_of_day(brings, 14.0) == 4.0
    assert rate_of_day(brings, 11.0) == 5.0
    assert rate_of_day(brings, 0.0) == 0.0


def curves(in_time: dict[int, list[float]], offered: dict[int, float]) -> ServiceWorth:
    rows = [
        {
            "interval_start": wall_instant(MONDAY, hour * 60, MADRID),
            "planning_group": "voice",
            "agents": agents,
            "offered": offered[hour],
            "in_time": share,
            "goal_share": 0.8,
            "floor": 0,
        }
        for hour, shares in in_time.items()
        for agents, share in enumerate(shares)
    ]
    return ServiceWorth.of(pd.DataFrame(rows))


def two_shifts() -> Center:
    late = SHORT.model_copy(update={"first_start": "12:00", "last_start": "12:00"})
    return Center(
        {"voice": every_day(1, range(8, 16), 1.0)},
        shifts={"short": SHORT, "late": late},
        work_plans={"any": WorkPlanSettings(shifts=("short", "late"))},
        settings=RosterSettings(rules=(), objective="service", time_limit_seconds=300),
    )


def test_the_one_person_there_is_works_when_most_contacts_wait_for_it() -> None:
    """Cover sees the same need all day; three contacts in four come in the afternoon."""
    hours = range(8, 16)
    worth = curves({h: [0.0, 1.0, 1.0] for h in hours}, {h: 30.0 if h >= 12 else 10.0 for h in hours})
    result = two_shifts().solve(worth=worth)
    assert result.roster.shifts.frame["shift"].tolist() == ["late 12:00"]


def test_service_without_its_curves_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="staff --worth"):
        two_shifts().solve()
