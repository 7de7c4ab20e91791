"""How the benchmark of predicted waits reads who was on duty, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from waits_predicted import happened, present_stretches, seconds_by_interval, seen_stretches


def test_agents_seen_are_on_the_line_for_whole_half_hours() -> None:
    stretches = seen_stretches(np.array([0, 2, 1, 0, 1]))
    rows = sorted(zip(stretches.start / 1800, stretches.end / 1800, stretches.agent, strict=True))
    assert rows == [(1, 2, 1), (1, 3, 0), (4, 5, 0)]
    assert seconds_by_interval(stretches, 5).tolist() == [0, 3600, 1800, 0, 1800]


def test_agents_present_are_there_from_call_to_call_without_long_pauses() -> None:
    """Ann: 100-200, 260-400, then a pause of 700 s, 1100-2000. Bob: 0-50."""
    calls = pd.DataFrame(
        {
            "second": [90.0, 200.0, 1100.0, 0.0, 5.0],
            "wait_seconds": [10, 60, 0, 0, 3],
            "service_seconds": [100, 140, 900, 50, np.nan],
            "outcome": ["AGENT", "AGENT", "AGENT", "AGENT", "HANG"],
            "server": ["ann", "ann", "ann", "bob", ""],
        }
    )
    stretches = present_stretches(calls, 600)
    assert sorted(zip(stretches.start, stretches.end, strict=True)) == [(0, 50), (100, 400), (1100, 2000)]
    assert stretches.agent.tolist() == [0, 1, 1]
    assert seconds_by_interval(stretches, 2).tolist() == [50 + 300 + 700, 200]


def test_shares_are_of_all_calls_that_came_in_the_half_hour() -> None:
    second, answered = np.array([0.0, 10.0, 20.0, 1800.0]), np.array([True, True, False, True])
    table = happened(second, answered, np.array([20.0, 30.0, 5.0, 90.0]), np.array([0, 1]))
    assert table["within_20"].tolist() == [pytest.approx(1 / 3), 0]
    assert table["within_60"].tolist() == [pytest.approx(2 / 3), 0]
    assert table["abandoned"].tolist() == [pytest.approx(1 / 3), 0]
    assert table["wait"].tolist() == [pytest.approx(55 / 3), 90]
