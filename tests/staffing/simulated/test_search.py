"""Verified requirements: they hold with contacts that no search has seen, and hardly any agent can go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.settings.queues import Goal
from staffplan.simulate.outcomes import ANSWERS, LEFT, OFFERED, WAITED, service_level
from staffplan.staffing.models.erlang import agents_for_line
from staffplan.staffing.simulated.judge import judge
from staffplan.staffing.simulated.kernels import BUSY
from staffplan.staffing.simulated.search import _fewest, confirm, fewest_by_interval, fewest_by_period, make_scope

TWO_PEAKS = [6, 9, 15, 24, 30, 27, 18, 12, 12, 18, 25, 27, 20, 12, 8, 6]
REPETITIONS = 1200


def verified(line, *, scope="interval", floor=0.5, seed=1, repetitions=REPETITIONS):
    """Agents in every interval, searched and confirmed as the step does."""
    chosen = make_scope(line, scope, floor)
    guess = np.ceil(line.offered_total * line.aht_seconds[0] / 1800).astype(np.int64)
    if scope == "interval":
        agents = fewest_by_interval(line, guess, seed=seed, repetitions=repetitions)
    else:
        agents = fewest_by_period(line, chosen, guess + 1, seed=seed, repetitions=repetitions // 4)
    return confirm(line, chosen, agents, seed=seed + 500, repetitions=repetitions)


@pytest.mark.parametrize(("aht", "patience"), [(300.0, 180.0), (2700.0, 300.0), (900.0, None)])
def test_every_interval_keeps_its_goal_with_contacts_no_search_has_seen(make_day, aht, patience):
    line = make_day(TWO_PEAKS, aht=aht, patience_seconds=patience)
    found = verified(line)
    fresh = judge(line, found.agents, seed=99, repetitions=3 * REPETITIONS)
    assert fresh.service_level.min() > 0.8 - 0.02
    assert found.service_level.min() >= 0.8 - 0.005


def test_no_agent_of_the_search_can_go(make_day):
    """With the same contacts, one agent fewer breaks the promise of his interval, whatever comes later."""
    line = make_day(TWO_PEAKS[:8], patience_seconds=120.0)
    agents = fewest_by_interval(line, np.full(8, 3), seed=1, repetitions=400)
    assert (agents > 1).any()
    for place in np.flatnonzero(agents > 1):
        fewer = agents.copy()
        fewer[place] -= 1
        assert judge(line, fewer, seed=1, repetitions=400).service_level[place] < 0.8 + 0.01


def test_where_nothing_changes_the_search_finds_what_exact_theory_finds(make_day):
    """In the last hours of a long day the start has been forgotten; the goals lie well between two agents."""
    for patience, wanted in ((90.0, 0.75), (None, 0.85)):
        goal = Goal(service_level=wanted, within_seconds=20)
        line = make_day([40.0] * 16, aht=300.0, patience_seconds=patience, goal=goal)
        exact = agents_for_line(
            40 * 300 / 1800,
            aht_seconds=300.0,
            patience_seconds=patience or np.inf,
            service_level=wanted,
            answer_within_seconds=20.0,
        )
        agents = fewest_by_interval(line, np.full(16, 9), seed=2, repetitions=2000)
        assert np.median(agents[10:]) == float(exact)


def test_a_higher_goal_never_needs_fewer_agent_hours(make_day):
    hours = []
    for level in (0.5, 0.7, 0.8, 0.9, 0.97):
        goal = Goal(service_level=level, within_seconds=20)
        line = make_day(TWO_PEAKS, patience_seconds=180.0, goal=goal)
        hours.append(fewest_by_interval(line, np.full(16, 4), seed=1, repetitions=300).sum())
    assert hours == sorted(hours)
    assert hours[0] < hours[-1]


def test_the_start_of_the_search_and_its_repetition_change_nothing(make_day):
    line = make_day(TWO_PEAKS, patience_seconds=180.0)
    runs = [fewest_by_interval(line, np.full(16, guess), seed=3, repetitions=200) for guess in (1, 4, 4, 12)]
    np.testing.assert_array_equal(runs[1], runs[2])
    assert max(abs(runs[0] - runs[3])) <= 1


def test_an_interval_without_contacts_is_staffed_to_its_minimum(make_day):
    for least in (0, 3):
        line = make_day([12.0, 0.0, 0.0, 0.0, 0.0], aht=60.0, minimum_agents=least)
        agents = fewest_by_interval(line, np.full(5, 5), seed=1, repetitions=200)
        assert agents[2:].tolist() == [least] * 3


def test_a_goal_for_the_day_costs_no_more_than_one_for_every_interval(make_day):
    line = make_day(TWO_PEAKS, patience_seconds=180.0)
    every, day = verified(line), verified(line, scope="day", floor=0.6)
    assert day.agents.sum() < every.agents.sum()
    fresh = judge(line, day.agents, seed=99, repetitions=2 * REPETITIONS)
    assert fresh.overall_level > 0.8 - 0.015
    assert fresh.worst_level > 0.6 - 0.05
    assert fresh.overall_level < 0.84


def test_every_limit_of_the_promise_holds(make_day):
    goal = Goal(asa_seconds=12, max_occupancy=0.75, max_abandon_rate=0.05)
    line = make_day(TWO_PEAKS, patience_seconds=180.0, goal=goal)
    counts = verified(line).by_interval
    agents = verified(line).agents
    assert (counts[WAITED] / counts[ANSWERS]).max() <= 12 * 1.02
    assert (counts[LEFT] / counts[OFFERED]).max() <= 0.05 + 0.01
    assert (counts[BUSY] / (agents * 1800.0 * REPETITIONS)).max() <= 0.75 + 0.01


def test_uncertain_volume_needs_more_agents_than_certain_volume(make_day):
    hours = []
    for spread in (0.0, 0.15):
        line = make_day(np.array(TWO_PEAKS) * 6.0, spread=spread, patience_seconds=180.0)
        found = verified(line, repetitions=400)
        hours.append(found.agents.sum())
        fresh = judge(line, found.agents, seed=77, repetitions=1500)
        assert float(service_level(fresh.by_interval.sum(axis=1), "excluding_short_abandons")) > 0.79
    assert hours[1] > hours[0]


def test_a_confirmation_lifts_what_is_short_of_the_goal_or_of_the_floor_and_nothing_else(make_day):
    """One agent too few in one interval: with a goal for the day it is the floor that calls him back."""
    line = make_day([20.0] * 6, patience_seconds=120.0)
    enough = np.full(6, 6)
    for scope, floor, brought_back in (("interval", 0.0, True), ("day", 0.6, True), ("day", 0.0, False)):
        fewer = enough.copy()
        fewer[3] = 3
        found = confirm(line, make_scope(line, scope, floor), fewer, seed=5, repetitions=REPETITIONS)
        assert (found.agents[3] > 3) == brought_back
        assert found.agents[[0, 1, 2, 4, 5]].tolist() == [6] * 5
        if brought_back:
            assert found.service_level[3] >= (0.8 if scope == "interval" else floor) - 0.005


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_fewest_are_found_from_any_start_and_never_below_the_least(enough, start, least):
    found = _fewest(lambda agents: agents >= enough, max(start, least), least)
    assert found == max(enough, least)
