"""Two capacity plans side by side: causes add up, and are told."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from staffplan.capacity import capacity, compare_plans
from staffplan.capacity.changes_words import changes_in_words
from staffplan.errors import DataError
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import CapacityPlan, RequiredPeople

OWN = CapacitySettings(
    heads=20, attrition=0.05, training_periods=1, graduation=0.9, productivity=(0, 0.7, 1), wage=2, shortfall_cost=5
)


def plan(first: int = 1, own: CapacitySettings = OWN, periods: int = 4, **columns: object) -> CapacityPlan:
    names = [f"2027-{first + n:02d}" for n in range(periods)]
    return capacity(RequiredPeople.of(pd.DataFrame({"period": names, **{"required": 15.0, **columns}})), own).plan


numbers = st.lists(st.integers(0, 6), min_size=4, max_size=4)


@examples(max_examples=10)
@given(numbers, numbers, numbers, st.floats(0, 0.3), st.floats(0, 0.4), st.integers(1, 3), st.integers(0, 30))
def test_the_causes_add_up_to_the_change(hires, transfers, extra, leaving, lost, first, heads):
    before = plan(hires=[0, 3, 0, 2], shrinkage=0.1)
    own = OWN.model_copy(update={"attrition": leaving, "heads": float(heads), "wage": 3.0})
    after = plan(first, own, hires=hires, transfers=transfers, extra_time=extra, shrinkage=lost)
    found = compare_plans(before, after).changes.frame
    both = before.frame.merge(after.frame, on=["site", "period"], suffixes=("_old", "_new"))
    sums = found.groupby("period")[["people", "cost"]].sum().reindex(both["period"]).fillna(0)
    assert sums["people"].tolist() == pytest.approx(
        (both["over_under_new"] - both["over_under_old"]).tolist(), abs=1e-9
    )
    assert sums["cost"].tolist() == pytest.approx((both["cost_new"] - both["cost_old"]).tolist(), abs=1e-9)


def test_a_month_later_the_common_months_are_compared_and_the_others_named():
    found = compare_plans(plan(1), plan(2, OWN.model_copy(update={"heads": 22.0})))
    assert found.only_before == ("2027-01",)
    assert found.only_after == ("2027-05",)
    start = found.changes.frame[found.changes.frame["cause"] == "people at the start"].iloc[0]
    assert (start["period"], start["before"], start["after"]) == ("2027-02", 20.0, 22.0)


def test_more_required_people_are_the_only_cause_where_nothing_else_changed():
    found = compare_plans(plan(), plan(required=[15.0, 15, 20, 15])).changes.frame
    assert found[["period", "cause", "people"]].values.tolist()[0] == ["2027-03", "required", -5.0]
    assert found["cause"].tolist() == ["required", "price of missing people"]


def test_the_same_plan_has_no_changes():
    found = compare_plans(plan(), plan())
    assert found.changes.frame.empty
    assert changes_in_words(found, []) == ["no figure changed in the periods of both plans"]


def test_shrinkage_and_people_share_their_product_half_and_half():
    """20 x 0.9 = 18 becomes 24 x 0.8 = 19.2: people 4 x 0.85 = 3.4, shrinkage -0.1 x 22 = -2.2."""
    still = OWN.model_copy(update={"attrition": 0.0})
    before = plan(own=still, shrinkage=0.1)
    after = plan(own=still.model_copy(update={"heads": 24.0}), shrinkage=0.2)
    found = compare_plans(before, after).changes.frame
    first = found[found["period"] == "2027-01"].set_index("cause")["people"]
    assert first["people at the start"] == pytest.approx(3.4)
    assert first["shrinkage"] == pytest.approx(-2.2)


def test_words_say_what_changed_where_it_matters_most():
    own = OWN.model_copy(update={"attrition": 0.1})
    found = compare_plans(plan(), plan(2, own, required=[15.0, 19, 15, 15], hires=[0, 2, 0, 0]))
    told = changes_in_words(found, [("capacity.attrition", "0.05", "0.1")])
    assert told[0] == "setting capacity.attrition: 0.05 -> 0.1"
    assert "required people changed in 1 periods, by +4.0 on average, most in 2027-03: 15.0 -> 19.0" in told
    assert "people who start in 2027-03: 0 -> 2" in told
    assert any(
        line.startswith("over/under changes most in 2027-03, by -") and "required -4.0" in line for line in told
    )
    assert "no longer planned: 2027-01" in told
    assert "planned for the first time: 2027-05" in told


def test_plans_of_other_months_cannot_be_compared():
    with pytest.raises(DataError, match="no site and period is in both plans"):
        compare_plans(plan(1), plan(6))
