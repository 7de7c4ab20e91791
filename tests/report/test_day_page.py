"""The page of explain-day: causes in the order of what they did."""

from __future__ import annotations

import pandas as pd

from staffplan.report.day_page import largest_first, waterfall


def test_the_largest_cause_stands_first_and_chance_last_and_the_steps_meet() -> None:
    own = pd.DataFrame(
        {
            "cause": ["absence", "chance", "shape", "volume"],
            "contribution": [-0.03, -0.09, 0.01, -0.05],
            "service_planned": 0.9,
            "service_actual": 0.74,
        }
    )
    ordered = largest_first(own)
    assert ordered["cause"].tolist() == ["volume", "absence", "shape", "chance"]
    steps = waterfall(ordered, {name: name for name in own["cause"]})
    assert steps["line"].tolist() == ["planned", "volume", "absence", "shape", "chance", "the day"]
    assert steps["bottom"].tolist()[2:5] == steps["top"].tolist()[1:4]
    assert abs(steps["top"].iloc[4] - steps["top"].iloc[5]) < 1e-9
