"""People over periods, the cheapest hiring, and how sure it is: reference digits, laws and enumeration."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.capacity import capacity
from staffplan.capacity.cohorts import period_rate, starts_to_hold, survival
from staffplan.errors import DataError
from staffplan.settings.capacity import CapacitySettings, HiringSettings
from staffplan.tables.capacity import RequiredPeople

EVERYBODY = CapacitySettings(
    heads=21,
    attrition=0.04,
    productivity=(0, 0, 0.5, 0.8, 1),
    wage=1,
    shortfall_cost=3,
    hiring=HiringSettings(largest=6, last_start_period=5, cost_per_hire=1.5),
)
NEEDED = [20.0, 20, 22, 24, 26, 26, 25, 24]
"""A center whose cheapest hiring another program found among all 7^6 plans."""


def people(required: Any = 0.0, periods: int = 8, **columns: Any) -> RequiredPeople:
    names = [f"week {n}" for n in range(len(required) if isinstance(required, list) else periods)]
    return RequiredPeople.of(pd.DataFrame({"period": names, "required": required, **columns}))


def periods(required: RequiredPeople, own: CapacitySettings) -> pd.DataFrame:
    return capacity(required, own).plan.frame


def test_weekly_leavers_and_two_classes_of_four_weeks():
    leavers, hires = [0.0, *[2.0] * 11], [0.0, 12, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0]
    found = periods(people(periods=12, leavers=leavers, hires=hires), CapacitySettings(heads=100, training_periods=4))
    assert found["planned"].tolist() == pytest.approx([100, 98, 96, 94, 92, 102, 100, 98, 96, 94, 102, 100])
    assert found["in_training"].tolist() == [0, 12, 12, 12, 12, 0, 10, 10, 10, 10, 0, 0]


def test_attrition_hires_transfers_and_extra_time_by_week():
    """Extra time is of its own week; transfers stay."""
    known = {"attrition": [0.01, 0.01, 0.01, 0.02], "hires": [0.0, 10, 0, 0], "transfers": [0.0, 0, -2, 0]}
    found = periods(people(periods=4, extra_time=[0.0, 0, 3, 0], **known), CapacitySettings(heads=100, shrinkage=0.3))
    assert found["planned"].tolist() == pytest.approx([99.0, 108.01, 107.9299, 102.831302], abs=1e-9)
    assert found["net"].tolist() == pytest.approx([69.30, 75.607, 75.55093, 71.9819114], abs=1e-9)


def test_starts_that_hold_a_number_of_people_and_survivors_of_a_year():
    own = CapacitySettings(attrition=0.03, graduation=0.85)
    assert starts_to_hold(own, 200) == pytest.approx(7.0588, abs=5e-5)
    assert survival(CapacitySettings(attrition=0.03), 13)[12] == pytest.approx(0.693842, abs=5e-7)


def test_a_cohort_leaves_graduates_and_learns():
    own = CapacitySettings(
        new_hire_attrition=(*[0.05] * 6, 0.03),
        graduation=0.9,
        training_periods=2,
        productivity=(0, 0, 0.5, 0.75, 0.9, 1),
    )
    found = periods(people(hires=[10.0, *[0.0] * 7]), own)
    heads = [10, 9.5, 8.1225, 7.716375, 7.330556, 6.964028, 6.615827, 6.417352]
    assert found["heads"].tolist() == pytest.approx(heads, abs=5e-7)
    assert found["effective"][:6].tolist() == pytest.approx([0, 0, 4.06125, 5.787281, 6.597501, 6.964028], abs=5e-7)


def test_the_cheapest_hiring_and_the_next_ones_are_those_of_the_enumeration():
    found = capacity(people(NEEDED), EVERYBODY).hiring.frame.set_index("rank")
    assert found["classes"][[1, 2, 3]].tolist() == ["6 4 0 0 0 0 0 0", "6 3 1 0 0 0 0 0", "6 3 2 0 0 0 0 0"]
    assert found["cost"][[1, 2, 3, 0]].tolist() == pytest.approx([233.941210, 234.124325, 234.197573, 271.939058])
    assert found["short"][[1, 3, 0]].tolist() == pytest.approx([2.007974, 0.043996, 41.889529], abs=5e-7)
    assert (found["gap_share"] == 0).all()


def by_hand(required: list[float], starts: tuple[int, ...], own: CapacitySettings) -> float:
    """What a plan costs, person by person and period by period."""
    cost = 0.0
    for period, need in enumerate(required):
        working = own.heads * (1 - own.attrition) ** period
        heads = working
        for start, number in enumerate(starts[: period + 1]):
            there = number * (1 - own.attrition) ** (period - start)
            there *= own.graduation if period - start >= own.training_periods else 1.0
            heads += there
            working += there * own.productivity[min(period - start, len(own.productivity) - 1)]
        cost += heads * own.wage + own.shortfall_cost * max(0.0, need - working)
        cost += starts[period] * own.hiring.cost_per_hire + own.hiring.cost_per_class * (starts[period] > 0)
    return cost


@settings(max_examples=12)
@given(
    st.lists(st.integers(4, 14), min_size=4, max_size=4),
    st.integers(1, 2),
    st.sampled_from([0.0, 2.0]),
    st.sampled_from([0.0, 0.1, 0.3]),
)
def test_no_other_plan_costs_less(required: list[int], smallest: int, per_class: float, leaving: float):
    hiring = HiringSettings(smallest=smallest, largest=3, cost_per_hire=1.0, cost_per_class=per_class, alternatives=2)
    own = CapacitySettings(
        heads=8, attrition=leaving, training_periods=1, graduation=0.8, productivity=(0, 0.7, 1), wage=1,
        shortfall_cost=4, hiring=hiring,
    )  # fmt: skip
    sizes = [0, *range(smallest, 4)]
    costs = sorted(by_hand(required, starts, own) for starts in product(sizes, repeat=4))
    found = capacity(people([float(n) for n in required]), own).hiring.frame.set_index("rank")["cost"]
    assert found[[1, 2, 3]].tolist() == pytest.approx(costs[:3], rel=1e-5)


def test_rooms_limit_the_people_in_training():
    room = HiringSettings(largest=6, cost_per_hire=1.5, most_in_training=6, alternatives=0)
    own = EVERYBODY.model_copy(update={"training_periods": 2, "hiring": room})
    assert periods(people(NEEDED), own)["in_training"].max() <= 6


def test_no_class_starts_before_recruiting_is_done_nor_after_the_last_start():
    late = HiringSettings(largest=6, lead_periods=2, last_start_period=3, alternatives=0)
    found = periods(people(NEEDED), EVERYBODY.model_copy(update={"hiring": late}))
    assert found["new_hires"][[0, 1, 4, 5, 6, 7]].sum() == 0
    assert found["new_hires"].sum() > 0


def test_the_flow_of_people_adds_up():
    found = periods(people(NEEDED, transfers=[0.0, 0, -1, 0, 2, 0, 0, 0]), EVERYBODY)
    there = found["starting"] - found["attrition"] + found["new_hires"] + found["transfers"]
    assert there.tolist() == pytest.approx(found["heads"].tolist())
    assert found["starting"][1:].tolist() == found["heads"][:-1].tolist()


def test_the_chance_of_being_short_is_that_of_the_binomial():
    """Ten people of whom each is gone after a period with 10 %: short of 9 where two or more are gone."""
    found = periods(people([10.0, 9.0]), CapacitySettings(heads=10, attrition=0.1))
    assert found["chance_short"][0] == 0
    assert found["chance_short"][1] == pytest.approx(1 - 0.9**10 - 10 * 0.1 * 0.9**9, abs=0.01)


@pytest.mark.parametrize(
    ("meaning", "share"), [("per_period", 0.5), ("per_year", 0.5 / 250), ("per_year_of_cohort", 1 - 0.5 ** (1 / 250))]
)
def test_a_rate_means_what_is_said(meaning: str, share: float):
    own = CapacitySettings(attrition=0.5, attrition_is=meaning, periods_per_year=250)
    assert period_rate(own) == pytest.approx(share)


def test_half_of_the_average_heads_a_year_is_not_half_of_a_cohort():
    own = CapacitySettings(heads=1, attrition=0.5, attrition_is="per_year", periods_per_year=250)
    assert survival(own, 251)[250] == pytest.approx(1 - 0.394, abs=5e-4)
    assert "39.4 % of those there today are gone after 250 periods" in capacity(people(), own).notes[0].message


def test_sites_are_planned_by_themselves_whoever_else_is_there():
    names, needed = ["Köln ☎"] * 8 + ["b"] * 8, [*NEEDED, *NEEDED[::-1]]
    both = RequiredPeople.of(pd.DataFrame({"site": names, "period": [*map(str, range(8))] * 2, "required": needed}))
    found = periods(both, EVERYBODY)
    alone = periods(people(NEEDED), EVERYBODY)
    assert found.loc[found["site"] == "Köln ☎", "new_hires"].tolist() == alone["new_hires"].tolist()
    assert found.loc[found["site"] == "b", "new_hires"].tolist() != alone["new_hires"].tolist()


def test_periods_that_repeat_or_are_missing_are_problems():
    def of(*months: str) -> RequiredPeople:
        return RequiredPeople.of(pd.DataFrame({"period": months, "required": 5.0}))

    with pytest.raises(DataError, match="'2027-01' appears twice"):
        capacity(of("2027-01", "2027-01"), EVERYBODY)
    with pytest.raises(DataError, match="2027-02 does not follow 2026-12"):
        capacity(of("2026-12", "2027-02"), EVERYBODY)
    assert len(capacity(of("2026-12", "2027-01"), EVERYBODY).plan) == 2


def test_settings_that_cannot_be_meant_are_told():
    nobody = CapacitySettings(heads_by_site={"Cologne": 5}, hiring=HiringSettings(largest=3))
    messages = [note.message for note in capacity(people(), nobody).notes]
    assert any("no required people are given for it" in said for said in messages)
    assert any("nobody is there at the start" in said for said in messages)
    assert any("a missing person has no price" in said for said in messages)
    assert np.isfinite(starts_to_hold(nobody, 100))
