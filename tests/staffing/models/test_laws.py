"""Laws that every model obeys: more agents, more load, more patience, other units, the five definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from staffplan.staffing.models.chat import chat_pace
from staffplan.staffing.models.erlang import (
    DEFINITION_CODES,
    agents_for_line,
    agents_needed,
    erlang_b,
    erlang_c,
    waiting_line,
)
from staffplan.staffing.models.least_loaded import least_loaded_line
from thorough import repetitions

LAST_DIGITS = 1e-9
cases = st.fixed_dictionaries(
    {
        "aht_seconds": st.floats(5, 3600),
        "answer_within_seconds": st.floats(0, 300),
        "patience_seconds": st.sampled_from([np.inf, 10.0, 90.0, 1800.0]),
        "redial_share": st.sampled_from([0.0, 0.0, 0.3, 0.9]),
        "volume_cv": st.sampled_from([0.0, 0.0, 0.1, 0.4]),
        "pace": st.sampled_from([np.ones(1), chat_pace(2, 0.3), chat_pace(4, 0.1)]),
    }
)
loads = st.floats(0.01, 150)


@given(cases, loads, st.floats(1, 200), st.floats(0.01, 3))
@settings(deadline=None, max_examples=repetitions(50, 150))
def test_more_agents_even_part_of_one_never_hurt(case, load, agents, more):
    """But for shares over several volumes that weigh them by what the agents change: of those answered more are where
    they must wait long, and of all calls more are there once those who were turned away elsewhere need not redial."""
    assume(not (case["redial_share"] and case["volume_cv"]))
    line = waiting_line(load, [agents, agents + more], **case)
    for definition in {*DEFINITION_CODES} - ({"answered"} if case["volume_cv"] else set()):
        fewer, many = line.service_level(definition).tolist()
        assert many >= fewer - LAST_DIGITS or np.isnan(fewer)
    assert line.asa_seconds[1] <= line.asa_seconds[0] * (1 + LAST_DIGITS) + LAST_DIGITS or np.isnan(
        line.asa_seconds[0]
    )
    assert line.abandon_rate[1] <= line.abandon_rate[0] + LAST_DIGITS


@given(cases, loads, st.floats(1, 3), st.integers(1, 200))
@settings(deadline=None, max_examples=repetitions(33, 100))
def test_more_load_never_helps(case, load, factor, agents):
    line = waiting_line([load, load * factor], agents, **case)
    for definition in ("offered", "virtual", "excluding_short_abandons"):
        assert line.service_level(definition)[1] <= line.service_level(definition)[0] + LAST_DIGITS
    assert line.occupancy[1] >= line.occupancy[0] - LAST_DIGITS


@given(cases, loads, st.integers(1, 200), st.floats(5, 1000), st.floats(1, 50))
@settings(deadline=None, max_examples=repetitions(33, 100))
def test_the_more_patient_customers_are_the_fewer_hang_up_and_the_longer_the_queue(
    case, load, agents, patience, more
):
    plain = case | {"redial_share": 0.0}
    line = waiting_line(load, agents, **plain | {"patience_seconds": [patience, patience * more]})
    assert line.abandon_rate[1] <= line.abandon_rate[0] + LAST_DIGITS
    assert line.queue_length[1] >= line.queue_length[0] * (1 - LAST_DIGITS) - LAST_DIGITS
    assert line.service_level("virtual")[1] <= line.service_level("virtual")[0] + LAST_DIGITS


@given(cases, loads, st.integers(1, 200))
@settings(deadline=None, max_examples=repetitions(50, 150))
def test_the_five_definitions_are_ordered_as_they_must_be(case, load, agents):
    """Short abandons are not counted against, or even count as answered; the answered alone look better than all."""
    line = waiting_line(load, agents, **case)
    level = {definition: float(line.service_level(definition)) for definition in DEFINITION_CODES}
    assert 0 <= level["offered"] <= level["excluding_short_abandons"] + LAST_DIGITS
    assert level["excluding_short_abandons"] <= level["short_abandons_good"] + LAST_DIGITS
    assert level["short_abandons_good"] <= 1
    assert level["offered"] <= level["answered"] + LAST_DIGITS
    assert level["offered"] <= level["virtual"] + LAST_DIGITS
    assert level["virtual"] <= level["short_abandons_good"] + LAST_DIGITS
    if np.isinf(case["patience_seconds"]):
        assert max(level.values()) - min(level.values()) < LAST_DIGITS


@given(cases, loads, st.floats(0.1, 150), st.floats(0.01, 100))
@settings(deadline=None, max_examples=repetitions(33, 100))
def test_seconds_or_minutes_make_no_difference(case, load, agents, factor):
    times = ("aht_seconds", "answer_within_seconds", "patience_seconds")
    other = case | {name: case[name] * factor for name in times}
    one, two = waiting_line(load, agents, **case), waiting_line(load, agents, **other)
    assert float(two.service_level("offered")) == pytest.approx(float(one.service_level("offered")), abs=1e-7)
    assert float(two.asa_seconds) == pytest.approx(float(one.asa_seconds) * factor, rel=1e-7, abs=1e-9)


@given(st.integers(5, 500), st.floats(0.3, 0.99))
@settings(deadline=None, max_examples=repetitions(20, 60))
def test_twice_the_load_with_twice_the_agents_is_better(agents, occupancy):
    """Economies of scale: large groups wait less at the same occupancy."""
    line = erlang_c(np.array([1, 2]) * agents * occupancy, np.array([1, 2]) * agents, aht_seconds=180,
                    answer_within_seconds=20)  # fmt: skip
    assert line.wait_probability[1] < line.wait_probability[0]


@pytest.mark.parametrize("load", [1_000.0, 100_000.0])
def test_a_large_group_needs_its_load_and_about_the_square_root_of_it_more(load):
    """Halfin and Whitt (1981): P(wait) is .2 at load + 1.06 x its root, in the limit."""
    agents = float(agents_for_line(load, aht_seconds=300, service_level=0.8, answer_within_seconds=0))
    assert (agents - load) / np.sqrt(load) == pytest.approx(1.06, abs=0.02)


@given(cases, loads, st.floats(0.3, 0.99), st.sampled_from(sorted(DEFINITION_CODES)))
@settings(deadline=None, max_examples=repetitions(33, 100))
def test_the_exact_number_of_agents_just_keeps_the_goal(case, load, level, definition):
    needed = agents_needed(load, service_level=level, definition=definition, **case)
    fewest, exact = float(needed.fewest), float(needed.exact())
    if np.isnan(fewest):
        return
    assert max(0.0, fewest - 1) < exact <= fewest
    line = waiting_line(load, [exact, max(exact - 1e-4, exact / 2)], **case)
    kept, missed = line.service_level(definition).tolist()
    assert kept >= level - 1e-6
    assert missed < level + 1e-9 or exact < 1e-6  # hardly anyone is answered, and those who are soon enough


@given(st.lists(st.floats(0.05, 60), min_size=1, max_size=4), st.integers(1, 4), loads)
@settings(deadline=None, max_examples=repetitions(13, 40))
def test_wherever_chats_go_each_is_served_or_hangs_up(times, agents, load):
    pace = np.maximum.accumulate(np.array([1.0, *times]))[: len(times)]
    line = least_loaded_line(
        load, agents, pace=pace / pace[0], aht_seconds=300, answer_within_seconds=30, patience_seconds=200
    )
    assert float(line.answered_rate + line.abandon_rate) == pytest.approx(1, rel=1e-7)
    assert 0 <= float(line.occupancy) <= 1 + LAST_DIGITS


@pytest.mark.parametrize("load", [0.3, 2.0, 7.0])
def test_one_chat_at_a_time_goes_where_a_call_goes(load):
    chat = least_loaded_line(load, 4, pace=np.ones(1), aht_seconds=300, answer_within_seconds=30, patience_seconds=90)
    call = waiting_line(load, 4, aht_seconds=300, answer_within_seconds=30, patience_seconds=90)
    assert float(chat.service_level()) == pytest.approx(float(call.service_level()), rel=1e-12)


@given(st.floats(0.01, 100_000), st.floats(0, 120_000))
@example(100_000.0, 120_000.0)
@example(100_000.0, 0.0)
@example(0.01, 120_000.0)
@settings(deadline=None, max_examples=repetitions(13, 40))
def test_no_load_and_no_number_of_agents_gives_anything_but_a_number(load, agents):
    line = waiting_line(load, agents, aht_seconds=300, answer_within_seconds=20, patience_seconds=[np.inf, 60, 1e7])
    for values in (line.service_level(), line.wait_probability, line.abandon_rate, line.queue_length):
        assert not np.isnan(values).any()
    assert 0 <= float(erlang_b(load, agents)) <= 1
    assert line.is_stable.tolist() == [agents > load, True, True]


def test_without_load_nobody_waits_whatever_the_model():
    everything = {"patience_seconds": 60, "redial_share": 0.5, "volume_cv": 0.3, "trunks": 9}
    line = waiting_line(0, [1, 5], aht_seconds=180, answer_within_seconds=20, **everything)
    assert line.service_level().tolist() == [1, 1]
    assert line.occupancy.tolist() == [0, 0]
    assert line.mean_wait_seconds.tolist() == [0, 0]
    needed = agents_needed(0, aht_seconds=180, service_level=0.8, answer_within_seconds=20, **everything)
    assert (float(needed.fewest), float(needed.exact())) == (0, 0)


def test_goals_that_the_lines_do_not_allow_have_no_answer():
    few = {"aht_seconds": 180, "answer_within_seconds": 20, "service_level": 0.95, "definition": "offered"}
    assert np.isnan(float(agents_needed(10, trunks=11, **few).fewest))
    enough = float(agents_needed(10, trunks=30, **few).fewest)
    assert (
        float(waiting_line(10, enough, aht_seconds=180, answer_within_seconds=20, trunks=30).service_level("offered"))
        >= 0.95
    )


def test_those_who_call_again_make_the_load_they_say():
    line = waiting_line(50, 45, aht_seconds=300, answer_within_seconds=20, patience_seconds=60, redial_share=0.7)
    total = float(line.total_load_erlangs)
    assert total == pytest.approx(50 + 0.7 * total * float(line.abandon_rate), rel=1e-14)
    once = waiting_line(total, 45, aht_seconds=300, answer_within_seconds=20, patience_seconds=60)
    assert float(line.service_level()) == pytest.approx(float(once.service_level()), rel=1e-12)


def test_an_uncertain_volume_costs_service_and_an_unstable_one_counts_as_missed():
    """100 erlangs staffed for 80/20 at the mean: the less certain the volume, the fewer are answered in time."""
    agents = agents_for_line(100, aht_seconds=300, service_level=0.8, answer_within_seconds=20)
    levels = waiting_line(
        100, agents, aht_seconds=300, answer_within_seconds=20, volume_cv=[0, 0.02, 0.05, 0.1]
    ).service_level()
    assert (np.diff(levels) < 0).all()
    sure = waiting_line(100, agents, aht_seconds=300, answer_within_seconds=20, volume_cv=0.1)
    parts = erlang_c(100 * (1 + np.sqrt(3) * 0.1 * np.array([-1, 0, 1])), agents, aht_seconds=300,
                     answer_within_seconds=20)  # fmt: skip
    assert parts.is_stable.tolist() == [True, True, False]
    weights = np.array([1, 4, 1]) / 6 * (1 + np.sqrt(3) * 0.1 * np.array([-1, 0, 1]))
    assert float(sure.service_level()) == pytest.approx(float(weights @ parts.service_level()), rel=1e-12)
