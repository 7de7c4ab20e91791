"""Chats: several at once, each slower for it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.staffing.models.chat import chat_pace
from staffplan.staffing.models.erlang import agents_for_line, erlang_a, erlang_c, waiting_line

TABLE = Path(__file__).parents[2] / "reference" / "erlang_reference.csv"
chat_times = {"aht_seconds": 600, "answer_within_seconds": 60}
loads, heads = st.floats(0.1, 80), st.integers(1, 60)


@given(loads, heads)
@settings(deadline=None)
def test_one_chat_at_a_time_is_a_phone_call(load, agents):
    chat = waiting_line(load, agents, pace=np.ones(1), **chat_times)
    call = erlang_c(load, agents, **chat_times)
    assert float(chat.service_level()) == pytest.approx(float(call.service_level()), rel=1e-9)


@given(loads, heads, st.integers(2, 6), st.sampled_from([np.inf, 300.0]))
@settings(deadline=None)
def test_chats_that_go_on_without_an_agent_have_every_place_as_a_server(load, agents, at_once, patience):
    """Without slowdown an agent with k chats completes k in the time of one: places, not agents, serve."""
    chat = waiting_line(load, agents, pace=chat_pace(at_once, 0.0), patience_seconds=patience, **chat_times)
    places = agents * at_once
    if np.isinf(patience):
        call = erlang_c(load, places, **chat_times)
    else:
        call = erlang_a(load, places, patience_seconds=patience, **chat_times)
    assert float(chat.service_level()) == pytest.approx(float(call.service_level()), rel=1e-9, abs=1e-14)
    assert float(chat.wait_probability) == pytest.approx(float(call.wait_probability), rel=1e-9, abs=1e-14)


@given(loads, st.integers(1, 6), st.floats(0, 0.9))
@settings(deadline=None)
def test_the_answer_keeps_the_goal_and_one_agent_fewer_does_not(load, at_once, slowdown):
    pace = chat_pace(at_once, slowdown)
    agents = agents_for_line(load, pace=pace, service_level=0.8, **chat_times)
    line = waiting_line(load, [agents, agents - 1], pace=pace, **chat_times)
    kept, missed = line.service_level().tolist()
    assert kept >= 0.8 - 1e-12
    assert missed < 0.8


@given(loads, heads, st.integers(1, 6), st.floats(0, 0.9), st.floats(0, 0.5))
@settings(deadline=None)
def test_a_larger_slowdown_never_helps(load, agents, at_once, slowdown, more):
    fast = waiting_line(load, agents, pace=chat_pace(at_once, slowdown), **chat_times)
    slow = waiting_line(load, agents, pace=chat_pace(at_once, slowdown + more), **chat_times)
    assert slow.service_level() <= fast.service_level() + 1e-12


def test_two_at_once_are_not_half_the_handling_time():
    """Ten erlangs of chats, two at once, each 40 % slower for it: half the AHT would promise too much."""
    honest = agents_for_line(10, pace=chat_pace(2, 0.4), service_level=0.8, **chat_times)
    halved = agents_for_line(5, aht_seconds=300, service_level=0.8, answer_within_seconds=60)
    assert honest > halved
    line = waiting_line(10, halved, pace=chat_pace(2, 0.4), **chat_times)
    assert float(line.service_level()) < 0.8


def test_one_agent_with_two_places_worked_by_hand():
    """Arrivals 1 a minute, one chat takes 1 minute alone, 1.5 in company; a queue without end.

    Rates: 1 a minute with one chat, 2 / 1.5 = 4/3 with two. Weights 1, 1, 3/4, 9/16, ...: the states with room weigh
    2, the full ones 3/4 / (1 - 3/4) = 3. So 3 in 5 wait, and the mean wait of those is 1 / (4/3 - 1) = 3 minutes.
    """
    line = waiting_line(1, 1, pace=chat_pace(2, 0.5), aht_seconds=60, answer_within_seconds=0)
    assert float(line.wait_probability) == pytest.approx(0.6)
    assert float(line.asa_seconds) == pytest.approx(0.6 * 180)
    assert float(line.occupancy) == pytest.approx(0.8)
    assert float(line.contacts_per_agent) == pytest.approx((1 * 1 + 3 * 2) / 5)


def test_too_few_agents_make_everyone_wait_for_ever():
    line = waiting_line(10, 3, pace=chat_pace(2, 0.2), **chat_times)
    assert line.service_level() == 0
    assert line.asa_seconds == np.inf


def test_without_rebalancing_chats_wait_hardly_more():
    """The exact chain in which a chat stays with its agent, against ours: what the docstring of chat.py claims."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "chat_least_loaded"]
    assert len(rows) == 4
    for row in rows:
        aht = np.array([float(word) for word in row["in_aht_by_concurrency_s"].split()])
        line = waiting_line(
            float(row["in_contacts_per_hour"]) / 3600 * aht[0],
            float(row["in_agents"]),
            pace=aht / aht[0],
            aht_seconds=aht[0],
            answer_within_seconds=float(row["in_T_s"]),
            patience_seconds=float(row["in_patience_s"]),
        )
        assert 0 <= float(line.service_level("offered")) - float(row["out_sl_offered"]) + 1e-12 < 0.003


def test_an_impossible_concurrency_is_refused():
    with pytest.raises(ValueError, match="concurrency 0"):
        chat_pace(0, 0.1)
