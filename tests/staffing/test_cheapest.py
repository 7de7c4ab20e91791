"""The cheapest number of agents, its steps and its preview."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.errors import DataError
from staffplan.staffing import SizingCases, agents_one_by_one, size
from staffplan.staffing.cheapest import Prices, cheapest_agents, heads_shown, safety_factor, square_root_agents
from staffplan.staffing.models.erlang import ONE_AT_A_TIME

RATIOS = (1, 5, 10, 20, 50)
CHEAPEST = {
    5: (7, 8, 9, 10, 11),
    10: (13, 15, 16, 17, 18),
    50: (56, 60, 62, 64, 67),
    100: (108, 114, 117, 120, 123),
    400: (417, 428, 434, 439, 446),
    1000: (1027, 1045, 1053, 1061, 1072),
}
"""Agents with the smallest N + r E[Lq] of an Erlang C queue, by load and r; computed by another program."""
COSTS_OF_100 = (112.104121, 118.135181, 120.747633, 123.319590, 126.553267)
SAFETY = {
    0.5: 0.638833,
    1: 0.841991,
    2: 1.074959,
    5: 1.409232,
    10: 1.667411,
    20: 1.921254,
    50: 2.243166,
    100: 2.474323,
}
LEVELS_OF_100 = {
    104: (0.54515, 44.539),
    105: (0.63048, None),
    106: (0.70118, None),
    107: (0.75950, None),
    108: (0.80739, 12.312),
    110: (0.87832, None),
    112: (0.92474, 4.188),
    116: (0.97308, None),
    120: (0.99125, None),
}
"""Service level within 20 s, and ASA in seconds, of 100 erlangs of 300 s; computed by another program."""


def patient(**more: float) -> dict[str, Any]:
    case = {"aht_seconds": 300.0, "patience_seconds": np.inf, "trunks": np.inf, "redial_share": 0.0, "volume_cv": 0.0}
    return {**{name: np.array([value]) for name, value in {**case, **more}.items()}, "pace": ONE_AT_A_TIME}


def answer(**case: object) -> pd.DataFrame:
    return size(SizingCases.of(pd.DataFrame([{"_row": 1, **case}]), "flags"))


def problems(**case: object) -> str:
    with pytest.raises(DataError) as caught:
        answer(**case)
    return str(caught.value)


def waiting_by_hand(load: float, agents: int) -> float:
    """E[Lq] of Erlang C by its textbook sum: C(N, A) A / (N - A)."""
    terms = [load**n / math.factorial(n) for n in range(agents)]
    last = load**agents / math.factorial(agents) * agents / (agents - load)
    return last / (sum(terms) + last) * load / (agents - load)


@pytest.mark.parametrize("load", CHEAPEST)
def test_the_cheapest_number_is_that_of_the_table_and_the_preview_is_within_one(load: int):
    for ratio, agents in zip(RATIOS, CHEAPEST[load], strict=True):
        found = cheapest_agents(load, Prices(1, ratio), patient())
        assert found.agents == agents
        assert abs(found.preview - agents) <= 1


def test_the_cost_of_the_cheapest_is_that_of_the_table():
    found = [cheapest_agents(100, Prices(1, ratio), patient()).cost_per_hour for ratio in RATIOS]
    assert found == pytest.approx(COSTS_OF_100, abs=1e-6)


@pytest.mark.parametrize(("ratio", "y"), SAFETY.items())
def test_the_safety_factor_is_that_of_the_table(ratio: float, y: float):
    assert safety_factor(ratio) == pytest.approx(y, abs=1e-6)


def test_nothing_to_do_has_no_preview():
    assert math.isnan(square_root_agents(0, 5))
    assert math.isnan(square_root_agents(5, 0))


def test_the_textbook_case_of_a_mail_order_house():
    """20 calls an hour of 2.5 minutes, $20 an agent's hour, $120 an hour of waiting (exercise on L.L. Bean)."""
    found = answer(in_contacts_per_hour=20, in_aht_s=150, in_agent_cost=20, in_wait_cost=120)
    steps = agents_one_by_one(found).frame.set_index("agents")
    assert found["out_cheapest_agents"].item() == 2
    assert steps["cost_per_hour"][:4].tolist() == pytest.approx([520.00, 61.0084, 62.6635, 80.3481], abs=5e-5)
    assert steps["mark"][2] == "cheapest"


def test_the_table_of_agents_has_the_service_levels_of_the_reference():
    found = answer(in_load_erl=100, in_aht_s=300, in_target_sl=0.8, in_T_s=20, in_agent_cost=1, in_wait_cost=20)
    steps = agents_one_by_one(found).frame.set_index("agents")
    for agents, (level, asa) in LEVELS_OF_100.items():
        assert steps["service_level"][agents] == pytest.approx(level, abs=5e-6)
        assert asa is None or steps["asa_seconds"][agents] == pytest.approx(asa, abs=5e-4)
    assert steps["mark"][[108, 120]].tolist() == ["targets", "cheapest, cheapest without targets, preview"]
    gained = 100 * (LEVELS_OF_100[105][0] - LEVELS_OF_100[104][0])
    assert steps["cost_per_point"][105] == pytest.approx(1 / gained, rel=1e-3)
    assert steps["net_step_cost_per_hour"][119] < 0 < steps["net_step_cost_per_hour"][121]


@given(st.floats(0.5, 60), st.floats(0.05, 200))
def test_no_other_number_of_agents_costs_less(load: float, ratio: float):
    found = cheapest_agents(load, Prices(1, ratio), patient())
    costs = {n: n + ratio * waiting_by_hand(load, n) for n in range(math.floor(load) + 1, 90)}
    assert found.cost_per_hour == pytest.approx(min(costs.values()), rel=1e-9)
    assert costs[found.agents] == pytest.approx(found.cost_per_hour, rel=1e-9)


@given(st.floats(0.5, 40), st.floats(10, 900), st.floats(0, 50), st.floats(0, 20))
def test_with_people_who_hang_up_no_other_number_costs_less(load: float, patience: float, wait: float, lost: float):
    prices, case = Prices(10, wait, lost), patient(patience_seconds=patience)
    found = cheapest_agents(load, prices, case)
    for other in range(80):
        assert cheapest_agents(load, prices, case, at_least=other).cost_per_hour >= found.cost_per_hour


def test_targets_have_a_price():
    case = {"in_load_erl": 10, "in_aht_s": 300, "in_patience_s": 120, "in_target_sl": 0.8, "in_T_s": 20}
    found = answer(**case, in_agent_cost=20, in_wait_cost=12, in_abandon_cost=3).iloc[0]
    assert found["out_cheapest_agents"] == found["out_min_agents"] == 12
    assert found["out_free_agents"] < 12
    steps = agents_one_by_one(found.to_frame().T.infer_objects()).frame.set_index("agents")["cost_per_hour"]
    more = steps[12] - steps[found["out_free_agents"]]
    assert found["out_targets_cost_per_hour"] == pytest.approx(more)


def test_a_contact_saved_costs_the_step_over_those_who_no_longer_hang_up():
    found = answer(
        in_load_erl=10, in_aht_s=300, in_patience_s=120, in_agent_cost=20, in_wait_cost=0, in_abandon_cost=9
    )
    steps = agents_one_by_one(found).frame
    saved = -steps["abandon_rate"].diff() * 10 / 300 * 3600
    assert steps["cost_per_contact_saved"][1:].tolist() == pytest.approx((20 / saved[1:]).tolist())


def test_where_nothing_comes_nobody_is_cheapest():
    found = answer(in_load_erl=0, in_aht_s=300, in_agent_cost=20, in_wait_cost=120)
    assert found[["out_cheapest_agents", "out_cost_per_hour"]].to_numpy().tolist() == [[0, 0]]
    assert len(agents_one_by_one(found)) > 0


def test_chats_are_cheapest_with_fewer_agents_than_their_load():
    chats = {"in_contacts_per_hour": 60, "in_aht_by_concurrency_s": "300 360 450"}
    found = answer(**chats, in_agent_cost=3, in_wait_cost=20)
    assert found["out_cheapest_agents"].item() == 4
    assert math.isnan(found["out_preview_agents"].item())


def test_a_large_team_is_shown_in_steps_of_several_agents():
    shown = heads_shown(1000, 1399, (1077,))
    assert len(shown) <= 41
    assert 1077 in shown
    assert shown[:3].tolist() == [1000, 1010, 1020]


def test_cases_without_prices_are_answered_as_ever():
    assert not [name for name in answer(in_load_erl=10, in_aht_s=300, in_agents=12) if "cost" in name]


def test_prices_that_make_no_question_are_told():
    base = {"in_load_erl": 10, "in_aht_s": 300}
    assert "price of an agent's hour is not given" in problems(**base, in_wait_cost=5)
    assert "neither waiting nor hanging up costs anything" in problems(**base, in_agent_cost=5)
    assert "nobody hangs up" in problems(**base, in_agent_cost=5, in_wait_cost=5, in_abandon_cost=1)
    assert "agents are sought" in problems(**base, in_agent_cost=5, in_wait_cost=5, in_agents=12)
    assert "in_absence" in problems(**base, in_agent_cost=5, in_wait_cost=5, in_absence=0.1)
    assert "above 20,000" in problems(in_load_erl=30_000, in_aht_s=300, in_agent_cost=5, in_wait_cost=5)
    assert "0 is not above 0" in problems(**base, in_agent_cost=0, in_wait_cost=5)
    assert "mmck has no cheapest" in problems(**base, in_trunks=50, in_agent_cost=5, in_wait_cost=5)
