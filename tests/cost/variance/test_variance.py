"""Why a cost is not the budget: published digits, laws of the three methods, and amounts that add up to the cent."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.cost.variance.bare import compare_labour, compare_workload
from staffplan.cost.variance.chain import Factor, Method, shares, whole_cents
from staffplan.cost.variance.step import ACTUAL, BUDGET, variance
from staffplan.errors import DataError, UsageError
from staffplan.tables.variance import LabourCost, WorkloadCost

CAUSES = ("volume", "aht", "occupancy", "shrinkage", "rate")
BUDGETED, HAPPENED = (100_000, 300, 0.85, 0.30, 20), (108_000, 312, 0.82, 0.33, 21)
"""Contacts, AHT in seconds, occupancy, shrinkage, rate."""
EXPECTED = {
    "shapley": (24_412.6050, 12_450.6633, 11_407.4242, 13_903.8986, 15_485.4790),
    "lmdi": (24_424.3558, 12_447.0854, 11_403.3824, 13_901.2002, 15_484.0464),
}
IN_ORDER = {
    "sequential": (22_408.96, 12_100.84, 11_510.56, 14_602.94, 17_036.77),
    "sequential:rate,shrinkage,occupancy,aht": (26_501.64, 12_741.17, 11_242.21, 13_169.45, 14_005.60),
}
"""The same difference by other programs, to the digits that they print."""


def workload(*rows: tuple[float, ...], queues: tuple[str, ...] = ("calls",), **more: float) -> WorkloadCost:
    names = ("contacts", "aht_seconds", "occupancy", "shrinkage", "rate")
    frame = pd.DataFrame(rows, columns=names[: len(rows[0])]).assign(period="2026", queue=queues, **more)
    return WorkloadCost.of(frame)


def labour(units: float, *rows: tuple[str, float, float]) -> LabourCost:
    return LabourCost.of(pd.DataFrame(rows, columns=["grade", "hours", "rate"]).assign(period="2026", units=units))


def amounts(
    compared, method: str, column: str = "amount", queue: str = "", period: str = "total"
) -> dict[str, float]:
    frame = variance(compared, method).table.frame
    own = frame[(frame["period"] == "total") & (frame["queue"] == queue)]
    return dict(zip(own["cause"], own[column], strict=True))


@pytest.mark.parametrize("method", EXPECTED)
def test_a_cost_difference_has_the_digits_of_the_reference(method: str):
    found = amounts(compare_workload(workload(BUDGETED), workload(HAPPENED)), method, "unrounded_amount")
    assert [found[cause] for cause in CAUSES] == pytest.approx(EXPECTED[method], abs=5e-5)


@pytest.mark.parametrize("method", IN_ORDER)
def test_the_causes_one_after_the_other_have_the_digits_of_the_reference(method: str):
    found = amounts(compare_workload(workload(BUDGETED), workload(HAPPENED)), method, "unrounded_amount")
    assert [found[cause] for cause in CAUSES] == pytest.approx(IN_ORDER[method], abs=0.01)


def test_costs_are_rounded_once_and_the_causes_add_up_to_their_difference():
    found = amounts(compare_workload(workload(BUDGETED), workload(HAPPENED)), "shapley")
    assert (found[BUDGET], found[ACTUAL]) == (280_112.04, 357_772.12)
    assert round(100 * sum(found[cause] for cause in CAUSES)) == 7_766_008


def test_mix_is_what_the_blended_handling_time_hides():
    """Two queues, hours at a rate of 1,000: one handling time fell, and yet the blended one rose."""
    queues = ("easy", "hard")
    budget = workload((8_000, 240), (2_000, 600), queues=queues, rate=1000)
    actual = workload((8_200, 250), (2_800, 590), queues=queues, rate=1000)
    found = amounts(compare_workload(budget, actual), "sequential", "unrounded_amount")
    assert [found[cause] / 1000 for cause in ("volume", "mix", "aht", "rate")] == pytest.approx(
        [86.667, 60.0, 15.0, 0.0], abs=5e-4
    )
    one = amounts(compare_workload(budget, actual), "sequential", "unrounded_amount", queue="hard")
    assert one["mix"] == pytest.approx(11_000 * (2_800 / 11_000 - 0.2) * 600 / 3600 * 1000)


def test_labour_splits_into_mix_and_yield_as_in_standard_costing():
    """An exercise: rates 18, 15, 10; 30 + 60 + 30 minutes a unit; 4,000 units; 2,200, 4,300 and 1,900 hours."""
    standard = labour(4_000, ("A", 2_000, 18), ("B", 4_000, 15), ("C", 2_000, 10))
    actual = labour(4_000, ("A", 2_200, 18), ("B", 4_300, 15), ("C", 1_900, 10))
    compared = compare_labour(standard, actual)
    by_grade = [amounts(compared, "sequential", queue=grade) for grade in ("A", "B", "C")]
    assert [found["mix"] for found in by_grade] == [1_800, 1_500, -2_000]
    assert [found["yield"] for found in by_grade] == [1_800, 3_000, 1_000]
    assert [found["mix"] + found["yield"] for found in by_grade] == [3_600, 4_500, -1_000]
    found = amounts(compared, "sequential")
    assert (found["mix"], found["yield"], found["rate"]) == (1_300, 5_800, 0)


def test_rate_and_efficiency_of_one_grade():
    """An exercise: 2.8 hours a unit at 11.50, 2,300 units, 6,900 hours, 80,385 paid."""
    compared = compare_labour(labour(2_300, ("all", 6_440, 11.50)), labour(2_300, ("all", 6_900, 80_385 / 6_900)))
    found = amounts(compared, "sequential")
    assert (found["rate"], found["yield"], found["volume"]) == (1_035, 5_290, 0)


factors = st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.1, 50)), min_size=1, max_size=5)


@given(factors)
def test_shapley_is_the_mean_over_all_orders(pairs: list[tuple[float, float]]):
    before, after = (np.array(side) for side in zip(*pairs, strict=True))
    gained = np.zeros(len(pairs))
    orders = list(permutations(range(len(pairs))))
    for order in orders:
        now = before.copy()
        for place in order:
            then = now.prod()
            now[place] = after[place]
            gained[place] += now.prod() - then
    causes = [Factor(str(n), before[[n]], after[[n]]) for n in range(len(pairs))]
    found = shares(causes, (), Method("shapley"))
    scale = max(before.prod(), after.prod(), 1.0)
    assert np.concatenate(list(found.values())) == pytest.approx(gained / len(orders), abs=1e-9 * scale)


rows = st.tuples(*(st.integers(*ends) for ends in ((0, 10**6), (1, 5000), (2, 10), (0, 9), (0, 500))))


@settings(max_examples=15)
@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=4), st.sampled_from(["shapley", "lmdi", "sequential"]))
def test_the_causes_add_up_to_the_cent_at_every_level(pairs, method: str):
    queues = tuple(f"q{n}" for n in range(len(pairs)))
    in_tenths = np.array(pairs) / (1, 1, 10, 10, 1)
    budget, actual = (workload(*map(tuple, in_tenths[:, side]), queues=queues) for side in (0, 1))
    frame = variance(compare_workload(budget, actual), method).table.frame
    for _, own in frame.groupby(["period", "queue"]):
        for column in ("amount", "sequential_amount"):
            cents = dict(zip(own["cause"], (own[column] * 100).round().astype(int), strict=True))
            first, last = cents.pop(BUDGET), cents.pop(ACTUAL)
            assert sum(cents.values()) == last - first


def test_the_largest_cause_takes_the_last_cents():
    parts = np.array([[0.334, 0.334, -9.334]])
    assert whole_cents(parts, np.array([-866])).tolist() == [[33, 33, -932]]


def test_a_queue_in_place_of_another_is_mix_and_told():
    budget = workload((800, 240), (200, 600), queues=("easy", "old"), rate=30)
    actual = workload((800, 240), (200, 600), queues=("easy", "nueva ☎"), rate=30)
    compared = compare_workload(budget, actual)
    assert amounts(compared, "shapley", queue="nueva ☎")["mix"] == 1_000
    assert amounts(compared, "shapley", queue="old")["mix"] == -1_000
    assert [note.message for note in compared.notes] == [
        "in this table alone, and so volume and mix: old",
        "in this table alone, and so volume and mix: nueva ☎",
    ]


@pytest.mark.parametrize("method", ["shapley", "sequential", "lmdi"])
def test_hours_paid_without_contacts_are_a_cause_of_their_own(method: str):
    compared = compare_workload(
        workload((0, 360), rate=20, paid_hours=9), workload((100, 360), rate=20, paid_hours=12)
    )
    found = amounts(compared, method)
    assert found["without contacts"] == -180
    assert found["volume"] == 240


def test_hours_paid_beyond_those_needed_are_roster_fit():
    budget, actual = (workload((100, 360), rate=20, paid_hours=hours) for hours in (10, 12))
    found = amounts(compare_workload(budget, actual), "shapley")
    assert (found["roster fit"], found["volume"], found["rate"]) == (40, 0, 0)


def test_one_off_amounts_and_premiums_stand_by_themselves():
    budget, actual = (workload((100, 360), rate=20, premiums=p, one_off=o) for p, o in ((5, 0), (8.5, -2)))
    found = amounts(compare_workload(budget, actual), "shapley")
    assert (found["premiums"], found["one-off"], found[ACTUAL]) == (3.5, -2, 206.5)


def test_periods_of_one_table_alone_are_left_out_and_told():
    rows = pd.DataFrame({"period": ["2026-01", "2026-02"], "contacts": 5, "aht_seconds": 3600, "rate": 10})
    compared = compare_workload(WorkloadCost.of(rows, "b"), WorkloadCost.of(rows[:1], "a"))
    assert amounts(compared, "shapley")[BUDGET] == 50
    assert "2026-02" in compared.notes[0].message
    with pytest.raises(DataError, match="no period is in both tables"):
        compare_workload(WorkloadCost.of(rows[:1]), WorkloadCost.of(rows[1:]))


def test_contacts_without_a_handling_time_and_units_that_differ_are_problems():
    with pytest.raises(DataError, match="contacts have no handling time"):
        compare_workload(workload((5, np.nan), rate=1), workload((5, 60), rate=1))
    uneven = pd.DataFrame({"period": "1", "grade": ["A", "B"], "units": [4, 5], "hours": 1, "rate": 1})
    with pytest.raises(DataError, match="4 differ from 5 of the period"):
        compare_labour(LabourCost.of(uneven), LabourCost.of(uneven))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("shaply", "did you mean shapley"),
        ("lmdi:rate", "has no order"),
        ("sequential:rat", "causes: volume, aht"),
        ("sequential:rate,rate", "named twice"),
    ],
)
def test_a_method_that_is_not_known_is_told(words: str, said: str):
    with pytest.raises(UsageError, match=said):
        Method.of(words, CAUSES)
