"""A log of calls against the models: who was on duty, by hand, and a log drawn from the model that is to be found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.fit import CallLog, FitChoices, OnDuty, fit
from staffplan.fit.happened import Duty, Period, duty_from_calls, duty_from_heads, what_happened
from staffplan.fit.predicted_waits import Comparison, predicted_waits
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches, run
from staffplan.simulate.records import ANSWERED

AGENTS, DAYS, HOURS = 9, 10, 10


def test_heads_by_interval_are_people_on_the_line_for_whole_intervals():
    duty = duty_from_heads(np.array([0.0, 2, 1, 0, 1]), 1800)
    stretches = duty.stretches
    rows = sorted(zip(stretches.start / 1800, stretches.end / 1800, stretches.agent, strict=True))
    assert rows == [(1, 2, 1), (1, 3, 0), (4, 5, 0)]
    assert duty.agents.tolist() == [0, 2, 1, 0, 1]


def test_agents_present_are_there_from_call_to_call_without_long_pauses():
    """Ann: 100-200, 260-400, then a pause of 700 s, 1100-2000. Bob: 0-50."""
    calls = pd.DataFrame(
        {
            "second": [90.0, 200.0, 1100.0, 0.0, 5.0],
            "wait_seconds": [10, 60, 0, 0, 3],
            "handling_seconds": [100, 140, 900, 50, np.nan],
            "answered": [True, True, True, True, False],
            "agent": ["ann", "ann", "ann", "bob", ""],
        }
    )
    duty = duty_from_calls(calls, 2, 1800, 600)
    stretches = duty.stretches
    assert sorted(zip(stretches.start, stretches.end, strict=True)) == [(0, 50), (100, 400), (1100, 2000)]
    assert stretches.agent.tolist() == [0, 1, 1]
    assert (duty.agents * 1800).tolist() == [50 + 300 + 700, 200]


def test_shares_are_of_all_calls_that_came_in_the_interval():
    calls = pd.DataFrame({"second": [0.0, 10, 20, 1800], "wait_seconds": [20.0, 30, 5, 90]})
    calls = calls.assign(answered=[True, True, False, True])
    nobody = Duty(np.zeros(2), Stretches(*(np.zeros(0),) * 2, *(np.zeros(0, dtype=np.int64),) * 2))
    table = what_happened(Period(calls, nobody, np.array([0, 1]), 1800.0), 20.0)
    assert table["in_time"].tolist() == [pytest.approx(1 / 3), 0]
    assert table["abandoned"].tolist() == [pytest.approx(1 / 3), 0]
    assert table["wait_seconds"].tolist() == [pytest.approx(55 / 3), 90]


@pytest.fixture(scope="module")
def busy_log() -> CallLog:
    """Ten days of what Erlang A says, from eight to six: 120 calls an hour of 300 s, nine agents, patience 150 s."""
    rng = np.random.default_rng(8)
    size = rng.poisson(120 * HOURS, DAYS)
    second = np.concatenate([day * 86_400 + np.sort(rng.uniform(8, 18, n)) * 3600 for day, n in enumerate(size)])
    work, patience = rng.exponential(300, len(second)), rng.exponential(150, len(second))
    day = np.repeat(np.arange(DAYS), AGENTS) * 86_400.0
    who = np.tile(np.arange(AGENTS), DAYS)
    none = np.zeros(len(day), dtype=np.int64)
    fate = run(
        Contacts(second, np.zeros(len(second), dtype=np.int64), work, patience),
        Stretches(day + 8 * 3600, day + 18 * 3600, who, none),
        Groups(np.ones(1, dtype=np.int64), np.zeros(1), np.zeros(1, dtype=bool)),
        Closings(np.arange(DAYS) * 86_400.0 + 18 * 3600, np.zeros(DAYS, dtype=np.int64)),
        agents=AGENTS,
        intervals=DAYS * 48,
        interval_seconds=1800.0,
    ).fate
    answered = fate.outcome == ANSWERED
    frame = pd.DataFrame({"wait_seconds": fate.wait, "outcome": np.where(answered, "answered", "abandoned")})
    start = pd.Timestamp("2026-03-25", tz="UTC")
    frame = frame.assign(arrival=start + pd.to_timedelta(second, unit="s"), queue="sales")
    return CallLog.of(frame.assign(handling_seconds=np.where(answered, work, np.nan)), "calls.csv")


def test_the_model_that_made_a_log_is_the_one_that_predicts_it(busy_log):
    """Two months, by their own days; Erlang C says that such queues grow for ever."""
    starts = pd.date_range("2026-03-25", periods=DAYS * 48, freq="30min", tz="UTC")
    hour = starts.hour.to_numpy()
    on_duty = OnDuty.of(pd.DataFrame({"interval_start": starts, "agents": np.where((hour >= 8) & (hour < 18), 9, 0)}))
    table, notes = predicted_waits(busy_log, FitChoices(), fit(busy_log), on_duty, Comparison())
    assert notes[0].kind == "assumption"
    assert table.frame["period"].unique().tolist() == ["2026-03", "2026-04"]
    assert table.frame.groupby("period")["intervals"].first().tolist() == [7 * 20, 3 * 20]
    for _, rows in table.frame.groupby("period"):
        by_model = rows.set_index("model")
        true, chance = by_model.loc["what happened"], by_model.loc["chance alone"]
        for model in ("erlang-a", "simulation"):
            found = by_model.loc[model]
            assert found["in_time"] == pytest.approx(true["in_time"], abs=0.05)
            assert found["abandoned"] == pytest.approx(true["abandoned"], abs=0.02)
            assert found["wait_seconds"] == pytest.approx(true["wait_seconds"], rel=0.15)
            assert found["off_in_time"] < 1.5 * chance["off_in_time"]
        assert np.isnan(by_model.loc["erlang-c", "wait_seconds"])
        assert by_model.loc["erlang-c", "off_in_time"] > 1.5 * by_model.loc["erlang-a", "off_in_time"]


def test_a_log_that_does_not_say_who_answered_compares_nothing_and_says_so(busy_log):
    table, notes = predicted_waits(busy_log, FitChoices(), fit(busy_log), None, Comparison())
    assert len(table) == 0
    assert "--on-duty" in notes[0].message
