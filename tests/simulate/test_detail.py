"""Everything known of waits, by interval and day; why a day misses its goal; a requirement without a roster."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.simulate import simulate
from staffplan.simulate.outcomes import WAIT_EDGES, wait_percentile
from staffplan.staffing.models.erlang import waiting_line
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.waits import LEVELS
from thorough import repetitions

HOUR = 60
NINE, NOON, FIVE = 9 * HOUR, 12 * HOUR, 17 * HOUR
CAUSES = ["short_forecast_error", "short_missing_people", "short_roster_shape", "short_requirement"]


def rows_of(result, period):
    frame = result.details.frame
    return frame[frame["period"] == period]


def nine_to_five(make_stage, make_queue, agents, *, required=8, spread=0.0, **queue):
    stage = make_stage([make_queue(**queue)])
    stage.expect("calls", NINE, FIVE, offered=36, aht=300, spread=spread)
    stage.require("calls", NINE, FIVE, required)
    for agent in range(agents):
        stage.work(f"a{agent}", NINE, FIVE)
    return stage


def test_measures_agree_with_exact_theory_within_their_confidence(stationary, make_queue):
    """Six erlangs, eight agents, customers who hang up: twice the 90 % band around the mean holds the truth."""
    only = make_queue(patience_seconds=120.0)
    stage = stationary(8, load_erlangs=6, aht=240, days=15, only=only)
    result = stage.simulate(replications=repetitions(4, 8), service_time="exponential")
    exact = waiting_line(6, 8, aht_seconds=240, answer_within_seconds=20, patience_seconds=120)
    truths = {
        "asa_seconds": exact.asa_seconds,
        "abandon_rate": exact.abandon_rate,
        "occupancy": exact.occupancy,
        "queue_length": exact.queue_length,
    }
    days = rows_of(result, "day").iloc[1:]
    for name, truth in truths.items():
        mean = days[name].mean()
        error = (days[f"{name}_high"] - days[f"{name}_low"]).mean() / 2 / np.sqrt(len(days))
        assert mean == pytest.approx(float(truth), abs=2.5 * error), name
    for definition in LEVELS:
        assert days[f"level_{definition}"].mean() == pytest.approx(float(exact.service_level(definition)), abs=0.012)


def test_percentiles_are_those_of_the_exponential_wait(stationary, make_queue):
    """In Erlang C the wait exceeds t with P(wait) exp(-(agents - load) t / AHT)."""
    stage = stationary(6, load_erlangs=5, aht=120, days=30, only=make_queue())
    day = rows_of(stage.simulate(replications=4, service_time="exponential"), "day").iloc[1:]
    waiting = float(waiting_line(5, 6, aht_seconds=120, answer_within_seconds=0).wait_probability)
    for share, column in ((0.5, "wait_p50"), (0.9, "wait_p90")):
        truth = 120 * np.log(waiting / (1 - share))
        assert day[column].mean() == pytest.approx(truth, rel=0.12), column


def test_a_percentile_lies_in_its_bin_and_nobody_has_none():
    waits = np.zeros((len(WAIT_EDGES) + 1, 2))
    waits[0, 0], waits[5, 0] = 50, 50
    low, high = WAIT_EDGES[4], WAIT_EDGES[5]
    assert wait_percentile(waits, 0.5)[0] == 0
    assert wait_percentile(waits, 0.75)[0] == pytest.approx((low + high) / 2)
    assert np.isnan(wait_percentile(waits, 0.5)[1])


def test_intervals_add_up_to_their_day_and_the_definitions_keep_their_order(make_stage, make_queue):
    result = nine_to_five(make_stage, make_queue, 7, patience_seconds=90).simulate(replications=5)
    intervals, (day,) = rows_of(result, "interval"), [row for _, row in rows_of(result, "day").iterrows()]
    assert intervals["offered"].sum() == pytest.approx(day["offered"])
    assert intervals["queue_length"].sum() / 48 == pytest.approx(day["queue_length"])
    for frame in (intervals[intervals["offered"] > 0], rows_of(result, "day")):
        assert (frame["level_offered"] <= frame["level_excluding_short_abandons"]).all()
        assert (frame["level_excluding_short_abandons"] <= frame["level_short_abandons_good"]).all()
        assert (frame["level_offered"] <= frame["level_answered"]).all()
        assert (frame["service_level_low"] <= frame["service_level_high"]).all()


def test_a_requirement_is_simulated_without_a_roster(make_stage, make_queue):
    """As many people who never pause as are required wait on customers exactly as a roster of them does."""
    stage = nine_to_five(make_stage, make_queue, 8)
    forecast, requirement, roster = stage.tables()
    settings = SimulateSettings(replications=6, volume_uncertainty=False)
    shrinkage = {"sick": ShrinkageSettings(share=0.2, in_office=False)}
    without = simulate(
        forecast, requirement, None, settings, site=stage.site, staffing=StaffingSettings(shrinkage=shrinkage)
    )
    with_roster = simulate(forecast, requirement, roster, settings, site=stage.site, staffing=StaffingSettings())
    names = ["service_level", "asa_seconds", "occupancy"]
    np.testing.assert_allclose(without.waits.frame[names].astype(float), with_roster.waits.frame[names].astype(float))
    assert without.coverage.frame["net"].tolist() == [0.0] * 16


def test_when_a_requirement_falls_whoever_is_free_leaves_first(make_stage, make_queue):
    """Twenty people for one long call: the twenty who become one are those without the call, whoever has it."""
    stage = make_stage([make_queue()])
    stage.expect("calls", NINE, NINE + 30, offered=0.5, aht=3000)
    stage.expect("calls", NINE + 30, NOON, offered=0.0, aht=3000)
    stage.require("calls", NINE, NINE + 30, 20)
    stage.require("calls", NINE + 30, NOON, 1)
    forecast, requirement, _ = stage.tables()
    settings = SimulateSettings(replications=400, volume_uncertainty=False, service_time_cv=0.01)
    frame = simulate(forecast, requirement, None, settings, site=stage.site, staffing=StaffingSettings()).coverage
    later = frame.frame["occupancy"].to_numpy()[1:]
    assert later[0] > 0.33
    assert later[-1] == 0.0


@pytest.mark.parametrize(
    ("agents", "required", "spread", "cause"),
    [
        (5, 8, 0.0, "short_missing_people"),
        (6, 6, 0.0, "short_requirement"),
        (8, 8, 60.0, "short_forecast_error"),
    ],
)
def test_the_cause_of_a_miss_is_named(make_stage, make_queue, agents, required, spread, cause):
    goal = Goal(service_level=0.85, within_seconds=20)
    stage = nine_to_five(make_stage, make_queue, agents, required=required, spread=spread, goal=goal)
    result = stage.simulate(replications=20, volume_uncertainty=spread > 0)
    day = rows_of(result, "day").iloc[0]
    assert day["short"] > 0
    assert day[CAUSES].sum() == pytest.approx(day["short"])
    assert day[cause] == day[CAUSES].max()


def test_people_at_the_wrong_time_are_the_shape_of_the_roster(make_stage, make_queue):
    stage = make_stage([make_queue()])
    stage.expect("calls", NINE, FIVE, offered=36, aht=300)
    stage.require("calls", NINE, FIVE, 9)
    for agent in range(14):
        stage.work(f"a{agent:02d}", NINE, NINE + 4 * HOUR)
    for agent in range(14, 18):
        stage.work(f"a{agent:02d}", NINE + 4 * HOUR, FIVE)
    day = rows_of(stage.simulate(replications=5), "day").iloc[0]
    assert day["short_roster_shape"] > 0.8 * day["short"] > 0
    assert day["short_missing_people"] == pytest.approx(0)


def test_a_goal_that_is_kept_lacks_nothing(make_stage, make_queue):
    day = rows_of(nine_to_five(make_stage, make_queue, 14, required=14).simulate(replications=3), "day").iloc[0]
    assert day[["short", *CAUSES]].tolist() == [0.0] * 5


def test_a_requirement_with_no_rows_keeps_its_table_empty(make_stage, make_queue):
    stage = make_stage([make_queue()])
    stage.expect("calls", NINE, NOON, offered=2, aht=60)
    forecast, _, _ = stage.tables()
    settings = SimulateSettings(replications=2)
    nobody = simulate(
        forecast, StaffingRequirement.empty(), None, settings, site=stage.site, staffing=StaffingSettings()
    )
    assert rows_of(nobody, "day")["level_offered"].tolist() == [0.0]
