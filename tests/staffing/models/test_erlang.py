"""Erlang B, C and A: published values, and the laws that any line obeys."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc

from staffplan.staffing.models.erlang import (
    DEFINITION_CODES,
    agents_for_line,
    erlang_a,
    erlang_b,
    erlang_c,
    waiting_line,
)

loads = st.floats(0.01, 2000)
some_seconds = st.floats(1, 3600)
levels = st.floats(0.3, 0.99)


@pytest.mark.parametrize(
    ("load", "fewest"),
    [
        (1, (2, 3, 3)),
        (5, (7, 8, 9)),
        (10, (12, 14, 16)),
        (50, (54, 58, 61)),
        (100, (106, 111, 115)),
        (250, (259, 268, 274)),
        (500, (512, 525, 533)),
        (1000, (1017, 1034, 1046)),
    ],
)
def test_the_fewest_agents_are_those_of_the_published_table(load, fewest):
    """Tijms, A First Course in Stochastic Models (2003), table 5.3.2: P(wait) at most .5, .2, .1."""
    agents = agents_for_line(load, aht_seconds=60, service_level=[0.5, 0.8, 0.9], answer_within_seconds=0)
    assert agents.tolist() == list(fewest)


def test_a_hundred_calls_in_half_an_hour_need_fourteen_agents_for_80_20():
    """The example of the R package ErlangC 0.1.0: 180 s handling time, 20 s threshold."""
    assert agents_for_line(10, aht_seconds=180, service_level=0.8, answer_within_seconds=20) == 14
    line = erlang_c(10, 14, aht_seconds=180, answer_within_seconds=20)
    assert float(line.wait_probability) == pytest.approx(0.1741319, abs=5e-8)
    assert float(line.service_level()) == pytest.approx(0.88835, abs=5e-6)
    assert float(line.asa_seconds) == pytest.approx(7.83593701177724, abs=1e-12)


def test_250_calls_an_hour_of_330_seconds_need_28_agents_for_80_30():
    load = 250 * 330 / 3600
    assert agents_for_line(load, aht_seconds=330, service_level=0.8, answer_within_seconds=30) == 28


@given(st.integers(1, 60), st.fractions(Fraction(1, 20), 60))
@settings(deadline=None)
def test_erlang_b_is_the_quotient_of_factorials(agents, load):
    terms = [load**n / math.factorial(n) for n in range(agents + 1)]
    assert float(erlang_b(float(load), agents)) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-12)


@pytest.mark.parametrize("load", [0.01, 1, 300, 100_000])
@pytest.mark.parametrize("agents", [1, 170, 171, 100_001, 10_000_000])
def test_no_size_overflows(load, agents):
    line = erlang_c(load, agents, aht_seconds=300, answer_within_seconds=20)
    values = [erlang_b(load, agents), line.wait_probability, line.service_level(), line.occupancy]
    assert all(0 <= value <= 1 for value in values)
    assert line.asa_seconds >= 0


def test_too_few_patient_customers_agents_is_said_and_not_hidden():
    line = erlang_c([10, 10, 10], [0, 9, 10], aht_seconds=180, answer_within_seconds=20)
    assert line.wait_probability.tolist() == [1, 1, 1]
    assert line.service_level().tolist() == [0, 0, 0]
    assert line.asa_seconds.tolist() == [math.inf] * 3
    assert line.occupancy.tolist()[1:] == [1, 1]


def test_without_contacts_nobody_waits_and_without_agents_there_is_no_answer():
    line = erlang_c(0, [1, 0], aht_seconds=180, answer_within_seconds=20)
    assert line.service_level().tolist()[0] == 1
    assert line.asa_seconds.tolist()[0] == 0
    assert line.occupancy.tolist()[0] == 0
    assert np.isnan(line.service_level()[1])
    assert agents_for_line(0, aht_seconds=180, service_level=0.8, answer_within_seconds=20) == 0


@given(loads, some_seconds, some_seconds, levels)
@settings(deadline=None)
def test_the_answer_keeps_the_goal_and_one_agent_fewer_does_not(load, aht, within, level):
    agents = agents_for_line(load, aht_seconds=aht, service_level=level, answer_within_seconds=within)
    line = erlang_c(load, [agents, agents - 1], aht_seconds=aht, answer_within_seconds=within)
    kept, missed = line.service_level().tolist()
    assert kept >= level - 1e-12
    assert missed < level


@given(loads, some_seconds, st.floats(0.1, 300), st.floats(0.5, 1), levels, some_seconds)
@settings(deadline=None)
def test_several_goals_at_once_need_what_the_hardest_needs(load, aht, asa, occupancy, level, within):
    each = [
        {"asa_seconds": asa},
        {"max_occupancy": occupancy},
        {"service_level": level, "answer_within_seconds": within},
    ]
    alone = [agents_for_line(load, aht_seconds=aht, **goal) for goal in each]
    together = agents_for_line(load, aht_seconds=aht, **each[0], **each[1], **each[2])
    assert together == max(alone)


@given(loads, st.integers(1, 3000), some_seconds, some_seconds)
@settings(deadline=None)
def test_one_more_agent_never_makes_anyone_wait_longer(load, agents, aht, within):
    line = erlang_c(load, [agents, agents + 1], aht_seconds=aht, answer_within_seconds=within)
    last_digits = 1 + 1e-12
    assert line.wait_probability[1] <= line.wait_probability[0] * last_digits
    assert line.asa_seconds[1] <= line.asa_seconds[0] * last_digits
    assert line.service_level()[1] * last_digits >= line.service_level()[0]


@given(loads, st.floats(1, 2), st.integers(1, 3000), some_seconds, some_seconds)
@settings(deadline=None)
def test_more_load_never_makes_anyone_wait_less(load, more, agents, aht, within):
    line = erlang_c([load, load * more], agents, aht_seconds=aht, answer_within_seconds=within)
    assert line.service_level()[1] <= line.service_level()[0] + 1e-12


@given(st.floats(0.1, 500), st.floats(0.1, 7200), levels, some_seconds, st.floats(0.1, 100))
@settings(deadline=None)
def test_only_the_ratio_of_times_counts(load, aht, level, within, factor):
    goal = {"service_level": level}
    one = agents_for_line(load, aht_seconds=aht, answer_within_seconds=within, **goal)
    other = agents_for_line(load, aht_seconds=aht * factor, answer_within_seconds=within * factor, **goal)
    assert one == other


@given(st.floats(0.05, 300), st.integers(1, 400), some_seconds, some_seconds, st.floats(5, 7200))
@settings(deadline=None)
def test_under_erlang_a_every_contact_is_answered_or_hangs_up(load, agents, aht, within, patience):
    line = erlang_a(load, agents, aht_seconds=aht, answer_within_seconds=within, patience_seconds=patience)
    assert float(line.answered_rate + line.abandon_rate) == pytest.approx(1, rel=1e-9)
    assert float(line.no_wait_probability + line.wait_probability) == pytest.approx(1, rel=1e-9)
    assert float(line.queue_length) == pytest.approx(
        load / aht * patience * float(line.abandon_rate), rel=1e-9, abs=1e-14
    )


@given(st.floats(0.05, 300), st.integers(0, 60), some_seconds, some_seconds)
@settings(deadline=None)
def test_erlang_a_with_endless_patience_is_erlang_c(load, spare, aht, within):
    agents = math.floor(load) + 1 + spare
    patient = erlang_c(load, agents, aht_seconds=aht, answer_within_seconds=within)
    almost = erlang_a(load, agents, aht_seconds=aht, answer_within_seconds=within, patience_seconds=1e7)
    assert float(almost.wait_probability) == pytest.approx(float(patient.wait_probability), abs=0.02)
    assert float(almost.service_level("virtual")) >= float(patient.service_level()) - 1e-9


@given(st.floats(0.05, 300), some_seconds, st.floats(0, 600), st.floats(5, 7200), levels)
@settings(deadline=None)
def test_under_erlang_a_one_agent_fewer_misses_the_goal(load, aht, within, patience, level):
    for definition in DEFINITION_CODES:
        customers = {"aht_seconds": aht, "patience_seconds": patience}
        agents = agents_for_line(
            load, **customers, service_level=level, answer_within_seconds=within, definition=definition
        )
        line = waiting_line(load, [agents, max(1, agents - 1)], **customers, answer_within_seconds=within)
        kept, missed = line.service_level(definition).tolist()
        assert kept >= level - 1e-9
        assert agents == 1 or missed < level


def test_the_answer_of_a_cell_does_not_depend_on_its_neighbours():
    load = np.random.default_rng(7).uniform(0.1, 200, 300)
    goal = {"aht_seconds": 240, "patience_seconds": 90, "service_level": 0.8, "answer_within_seconds": 20}
    together = agents_for_line(load, **goal)
    assert together.tolist() == [float(agents_for_line(one, **goal)) for one in load]


def test_a_deep_overload_with_long_patience_follows_the_fluid():
    """A fifth too much load for months: one in six hangs up, after waiting patience x log(load / agents)."""
    line = erlang_a(60_000, 50_000, aht_seconds=300, answer_within_seconds=20, patience_seconds=1e6)
    assert float(line.abandon_rate) == pytest.approx(1 / 6, rel=1e-6)
    assert float(line.virtual_wait_seconds) == pytest.approx(1e6 * math.log(1.2), rel=1e-4)
    assert float(line.service_level()) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("load", "agents", "aht", "patience", "within"),
    [
        (1000, 600, 300, 18_000, 9_000),
        (20_000, 15_000, 300, 1e5, 28_700),
        (3_000, 1, 300, 1e5, 8e5),
        (5, 9, 60, 90, 20),
    ],
)
def test_long_queues_agree_with_a_plain_sum_of_incomplete_betas(load, agents, aht, patience, within):
    """Weights by logarithms from an empty queue, waits by scipy: slow, and no code of ours."""
    arrival, full, hang_up = load / aht, agents / aht, 1 / patience
    typical = max(0.0, arrival - full) / hang_up
    waiting = np.arange(int(typical + 60 * math.sqrt(arrival / hang_up)) + 100)
    logs = np.cumsum(np.log(arrival) - np.log(full + waiting * hang_up)) + math.log(full / arrival)
    weights = np.exp(logs - logs.max())
    empty = np.exp(-logs.max()) * (1 / float(erlang_b(load, agents)) - 1)
    total, ratio, kept = empty + weights.sum(), full / hang_up, math.exp(-within * hang_up)
    answered = weights * ratio / (ratio + waiting + 1)
    late = (answered * betainc(ratio + 1, waiting + 1, kept)).sum()
    line = erlang_a(load, agents, aht_seconds=aht, answer_within_seconds=within, patience_seconds=patience)
    assert float(line.service_level("offered")) == pytest.approx((empty + answered.sum() - late) / total, abs=1e-10)
    assert float(line.answered_rate) == pytest.approx((empty + answered.sum()) / total, rel=1e-10)


@given(st.integers(1, 400), st.floats(0.1, 300))
@settings(deadline=None)
def test_part_of_an_agent_continues_whole_agents(agents, load):
    assert float(erlang_b(load, agents)) == pytest.approx(float(erlang_b(load, agents)), rel=1e-9)
    between = erlang_b(load, [agents, agents + 0.5, agents + 1])
    assert between[0] > between[1] > between[2] or between[2] == 0


def test_wrong_arguments_are_named_all_at_once():
    with pytest.raises(
        ValueError, match=r"load_erlangs must be 0 or more, not -1; aht_seconds must be above 0, not 0"
    ):
        erlang_c(-1, 5, aht_seconds=0, answer_within_seconds=20)
    with pytest.raises(ValueError, match="service_level needs answer_within_seconds"):
        agents_for_line(5, aht_seconds=180, service_level=0.8)
