"""Single cases: what is answered, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import DataError
from staffplan.files.read import read_table
from staffplan.staffing import SizingCases, size

REFERENCE = Path(__file__).parent.parent / "reference" / "erlang_reference.csv"
NAMELESS = {
    275: "sl_offered",
    279: "sl_short_ab_good",
    286: "sl_virtual",
    298: "sl_excl_short_ab",
    300: "sl_answered",
    306: "sl_offered",
    311: "sl_offered",
    312: "sl_offered",
    313: "sl_short_ab_good",
}
"""Rows of the reference that name no service level, by the one they tell; for row 311, within 0 s, four agree."""


def answer(**case: object) -> dict[str, object]:
    return size(SizingCases.of(pd.DataFrame([{"_row": 2, **case}]), "cases.csv")).iloc[0].to_dict()


def problems(**case: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        answer(**case)
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


def test_the_reference_table_is_answered_as_it_stands():
    """Its columns are those of `size`; its nine rows without a service level to keep do not say which one they tell,
    and NAMELESS does: the only one of the five that gives their `out_sl`, and their `out_sl_one_less` as well."""
    wanted = pd.read_csv(REFERENCE)
    nameless = (wanted["in_sl_definition"].isna() & (wanted["model"] == "min_agents_erlang_a")).to_numpy()
    assert wanted.loc[nameless, "case_id"].str.rpartition("-")[2].astype(int).tolist() == [*NAMELESS]
    cases = read_table(REFERENCE, SizingCases).frame
    cases.loc[nameless, "in_sl_definition"] = [*NAMELESS.values()]
    found = size(SizingCases.of(cases, "cases.csv"))
    assert found["case_id"].tolist() == wanted["case_id"].tolist()
    for name in [column for column in wanted if column.startswith("out_")]:
        rows = wanted[name].notna()
        np.testing.assert_allclose(found.loc[rows, name], wanted.loc[rows, name], rtol=1e-9, atol=1e-14, err_msg=name)


def test_a_hundred_calls_in_half_an_hour_need_fourteen_agents():
    """R package ErlangC 0.1.0, its example."""
    found = answer(in_contacts_per_hour=200, in_aht_s=180, in_target_sl=0.8, in_T_s=20)
    assert found["model"] == "erlang_c"
    assert found["out_min_agents"] == 14
    assert found["out_sl"] == pytest.approx(0.88835, abs=5e-6)
    assert found["out_asa"] == pytest.approx(7.83593701177724)
    assert found["out_sl_one_less"] < 0.8


def test_the_exact_number_of_agents_just_meets_the_target():
    found = answer(in_load_erl=10, in_aht_s=180, in_target_sl=0.8, in_T_s=20)
    assert 13 < found["out_agents_exact"] < 14
    just = answer(in_load_erl=10, in_aht_s=180, in_agents=found["out_agents_exact"], in_T_s=20)
    assert just["out_sl"] == pytest.approx(0.8, abs=1e-6)


def test_too_few_agents_for_patient_customers_are_said_to_be_unstable():
    found = answer(in_load_erl=10, in_aht_s=180, in_agents=10, in_T_s=20)
    assert found["out_state"] == "unstable: the queue grows without limit"
    assert (found["out_sl"], found["out_asa"]) == (0, np.inf)
    assert answer(in_load_erl=10, in_aht_s=180, in_agents=10, in_patience_s=60)["out_state"] == "stable"


def test_targets_that_a_few_lines_make_impossible_are_said_to_be_out_of_reach():
    found = answer(
        in_load_erl=10, in_aht_s=180, in_trunks=11, in_target_sl=0.95, in_T_s=20, in_sl_definition="offered"
    )
    assert found["out_state"] == "no number of agents meets the targets"
    assert np.isnan(found["out_min_agents"])
    assert np.isnan(found["out_occ"])


def test_several_targets_need_what_the_hardest_needs():
    goals = {"in_target_asa_s": 5}, {"in_max_occ": 0.7}, {"in_max_abandon": 0.01}, {"in_target_sl": 0.9}
    case = {"in_load_erl": 30, "in_aht_s": 240, "in_T_s": 15, "in_patience_s": 90}
    alone = [answer(**case, **goal)["out_min_agents"] for goal in goals]
    together = answer(**case, **{name: value for goal in goals for name, value in goal.items()})
    assert together["out_min_agents"] == max(alone)


def test_redials_on_days_of_uncertain_volume_are_the_redials_of_three_volumes_weighed_by_their_calls():
    """Gauss-Hermite points of a normal volume: 1 and 1 +- cv sqrt(3), with weights 2/3, 1/6, 1/6."""
    case = {"in_aht_s": 300, "in_agents": 53, "in_T_s": 20, "in_patience_s": 120, "in_redial_prob": 0.4}
    mixed = answer(in_load_erl=50, in_volume_cv=0.1, in_sl_definition="sl_offered", **case)
    parts = [
        answer(in_load_erl=50 * (1 + 0.1 * point * 3**0.5), in_sl_definition="sl_offered", **case)
        for point in (-1, 0, 1)
    ]
    weights = np.array([1 / 6, 2 / 3, 1 / 6])
    calls = weights * [part["out_total_load_erl"] for part in parts]
    assert mixed["out_total_load_erl"] == pytest.approx(calls.sum(), rel=1e-12)
    for name in ("out_sl", "out_pab", "out_pwait"):
        assert mixed[name] == pytest.approx(np.dot(calls, [part[name] for part in parts]) / calls.sum(), rel=1e-12)
    assert mixed["out_sl"] < parts[1]["out_sl"]
    needed = {**case, "in_agents": np.nan, "in_target_sl": 0.8, "in_load_erl": 50}
    counts = [answer(**needed, in_volume_cv=own)["out_min_agents"] for own in (0.02, 0.1, 0.2)]
    assert counts == sorted(set(counts))
    assert answer(**needed, in_volume_cv=0.1)["out_sl"] >= 0.8 > answer(**needed, in_volume_cv=0.1)["out_sl_one_less"]


def test_a_case_without_load_needs_nobody():
    assert answer(in_load_erl=0, in_aht_s=180, in_target_sl=0.8, in_T_s=20)["out_min_agents"] == 0


def test_columns_may_leave_out_the_prefix():
    assert answer(load_erl=10, aht_s=180, target_sl=0.8, T_s=20)["out_min_agents"] == 14


def test_deferred_work_may_be_due_in_opening_hours():
    """Six hours of work, four open intervals of an hour in eight: due in 2 elapsed hours, or in 4 open ones."""
    work = {"in_arrivals": "6", "in_aht_s": 3600, "in_interval_s": 3600, "in_open_mask": "11110000"}
    assert answer(**work, in_due_intervals=2)["out_min_agents"] == 3
    assert answer(**work, in_due_intervals=4, in_clock="opening")["out_min_agents"] == 2
    late = {**work, "in_arrivals": "0 0 0 6"}
    assert answer(**late, in_due_intervals=4, in_clock="opening")["out_min_agents"] == 2
    assert problems(**late, in_due_intervals=4) == [
        "cases.csv:2:in_due_intervals: work is due before anyone is there to do it"
    ]


def test_all_problems_of_all_rows_are_told_with_their_place():
    rows = [
        {"_row": 2, "in_load_erl": 5, "in_aht_s": 0, "in_target_sl": 80},
        {"_row": 3, "model": "erlang_d", "in_load_erl": 5},
        {"_row": 5, "in_aht_s": 60, "in_T_s": 20},
        {"_row": 6, "model": "erlang_c", "in_load_erl": 5, "in_aht_s": 60, "in_agents": 9, "in_patience_s": 60},
    ]
    with pytest.raises(DataError) as caught:
        size(SizingCases.of(pd.DataFrame(rows), "cases.csv"))
    assert [problem.place for problem in caught.value.problems] == [
        "cases.csv:2:in_aht_s",
        "cases.csv:2:in_target_sl",
        "cases.csv:2:in_T_s",
        "cases.csv:3:model",
        "cases.csv:5:in_load_erl",
        "cases.csv:5:in_agents",
        "cases.csv:6:in_patience_s",
    ]
    assert "80 % is 0.8" in str(caught.value)
    assert "did you mean erlang_" in str(caught.value)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"in_load_erl": 1, "in_contacts_per_hour": 9}, "in_load_erl: load and contacts are both given"),
        ({"in_trunks": 3}, "in_trunks: 3 lines are fewer than 5 agents"),
        ({"in_trunks": 9, "in_agents": 5.5}, "in_agents: 5.5 is not a whole number"),
        ({"in_redial_prob": 0.2}, "in_patience_s: erlang_a_redial needs it, and the cell is empty"),
        (
            {"in_redial_prob": 0.2, "in_volume_cv": 0.1},
            "in_patience_s: redials need abandonment, and no patience is given",
        ),
        ({"in_sl_definition": "sl"}, "in_sl_definition: 'sl' is not a service level definition"),
        ({"in_aht_by_concurrency_s": "300 x"}, "in_aht_by_concurrency_s: '300 x' is not a list of times above 0"),
        ({"in_arrivals": "3 4"}, "in_interval_s: deferred_fifo needs it, and the cell is empty"),
        ({"model": "chat_least_loaded", "in_asa": 1}, "in_aht_by_concurrency_s: chat_least_loaded needs it"),
    ],
)
def test_a_wrong_case_is_told_with_its_reason(case: dict[str, object], said: str):
    plain = {"in_load_erl": 4, "in_aht_s": 60, "in_agents": 5}
    assert any(f"cases.csv:2:{said}" in problem for problem in problems(**(plain | case)))


def test_a_chain_too_large_to_solve_is_refused_with_the_other_model():
    with pytest.raises(DataError, match="use the model chat_balanced"):
        answer(model="chat_least_loaded", in_load_erl=90, in_aht_by_concurrency_s="300 400 500 600", in_agents=60)
