"""People there at the start by their tenure, seasons, trainers; and leavers drawn one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.capacity import capacity
from staffplan.capacity.cohorts import Crew
from staffplan.capacity.risk import whole_people
from staffplan.errors import DataError
from staffplan.settings.capacity import CapacitySettings, HiringSettings
from staffplan.tables.capacity import RequiredPeople

MONTHS = [f"2027-{n:02d}" for n in range(1, 7)]
BY_TENURE = (0.2, 0.1, 0.05)


def rows(own: CapacitySettings, crew: Crew | None = None, required: object = 0.0, **columns: object) -> pd.DataFrame:
    table = RequiredPeople.of(pd.DataFrame({"period": MONTHS, "required": required, **columns}))
    return capacity(table, own, crews={} if crew is None else {"": crew}).plan.frame


def test_each_leaves_by_the_own_tenure():
    """Ten who have just started, ten a period later, ten of old."""
    own = CapacitySettings(new_hire_attrition=BY_TENURE)
    crew = Crew(np.array([10.0, 10, 10]), np.array([0, 1, 9]))
    heads = rows(own, crew)["heads"]
    assert heads[0] == 30
    assert heads[1] == pytest.approx(10 * 0.8 + 10 * 0.9 + 10 * 0.95)
    assert heads[2] == pytest.approx(10 * 0.8 * 0.9 + 10 * 0.9 * 0.95 + 10 * 0.95**2)


def test_a_class_that_is_there_already_goes_on_as_one_that_starts_now():
    own = CapacitySettings(
        new_hire_attrition=BY_TENURE, training_periods=2, graduation=0.8, productivity=(0, 0, 0.5, 0.9, 1)
    )
    started = rows(own, Crew(np.array([0.0]), np.array([9])), hires=[10, 0, 0, 0, 0, 0])
    there = rows(own, Crew(np.array([8.0]), np.array([1])))  # 10 less a fifth, one period later
    for name in ("heads", "effective", "in_training"):
        assert there[name][:5].tolist() == pytest.approx(started[name][1:].tolist())


def test_a_month_has_its_season_of_leavers_and_of_shrinkage():
    own = CapacitySettings(
        heads=100, attrition=0.05, shrinkage=0.2, attrition_by_month={"jan": 2.0}, shrinkage_by_month={"mar": 0.1}
    )
    found = rows(own)
    assert found["heads"][:3].tolist() == pytest.approx([100, 90, 85.5])
    assert found["shrinkage"].tolist() == pytest.approx([0.2, 0.2, 0.3, 0.2, 0.2, 0.2])
    assert found["net"][2] == pytest.approx(85.5 * 0.7)


@pytest.mark.parametrize("name", ["2027-03", "2027-03-29", "2027-W13"])
def test_months_are_known_by_any_name_that_tells_them(name: str):
    own = CapacitySettings(heads=10, shrinkage_by_month={"mar": 0.5})
    table = RequiredPeople.of(pd.DataFrame({"period": [name], "required": [1.0]}))
    assert capacity(table, own).plan.frame["shrinkage"].tolist() == [0.5]


def test_periods_without_a_month_are_told_together_with_other_mistakes():
    own = CapacitySettings(heads=10, attrition_by_month={"jan": 2})
    table = RequiredPeople.of(
        pd.DataFrame({"period": ["first"] * 2, "required": 5.0, "required_p10": [6.0, 5], "required_p90": 5.0})
    )
    with pytest.raises(DataError) as caught:
        capacity(table, own)
    said = [str(problem).partition("\n")[0] for problem in caught.value.problems]
    assert said == [
        "required.csv:2:period: 'first' does not tell its month, and attrition or shrinkage go by month",
        "required.csv:2:required_p10: 6 is above required, 5",
        "required.csv:3:period: 'first' appears twice",
        "required.csv:3:period: 'first' does not tell its month, and attrition or shrinkage go by month",
    ]


def test_given_leavers_and_transfers_away_are_of_everybody_alike():
    crew = Crew(np.array([30.0, 10.0]), np.array([0, 9]))
    found = rows(CapacitySettings(), crew, leavers=[0, 4, 0, 0, 0, 0], transfers=[0, 0, -6, 5, 0, 0])
    assert found["heads"].tolist() == [40, 36, 30, 35, 35, 35]


def test_trainers_are_missing_on_contacts_and_limit_the_classes():
    hiring = HiringSettings(largest=4, trainers_per_class=1.5, most_classes=2, alternatives=0)
    own = CapacitySettings(heads=10, training_periods=2, wage=1, shortfall_cost=4, hiring=hiring)
    given = rows(own.model_copy(update={"shortfall_cost": 0}), hires=[5, 0, 0, 0, 0, 0])
    assert given["trainers"].tolist() == [3, 3, 0, 0, 0, 0]
    assert given["net"].tolist() == [7, 7, 15, 15, 15, 15]
    needed = [10.0, 10, 18, 18, 26, 26]
    free = rows(own, required=needed)
    assert free["trainers"].max() > 1.5
    one = hiring.model_copy(update={"most_classes_in_training": 1})
    assert rows(own.model_copy(update={"hiring": one}), required=needed)["trainers"].max() == 1.5


def test_the_chance_of_being_short_is_that_of_people_drawn_one_by_one():
    """Every person of a crew of three tenures and of two classes is followed from period to period."""
    own = CapacitySettings(
        new_hire_attrition=BY_TENURE, training_periods=1, graduation=0.8, productivity=(0, 0.6, 1), shrinkage=0.1
    )
    crew, hires = Crew(np.array([6.0, 4, 8]), np.array([0, 1, 9])), [5, 0, 4, 0, 0, 0]
    needed = [9.5, 12, 11.0, 11.5, 10.5, 10]
    found = rows(own, crew, needed, hires=hires)
    rng, worlds = np.random.default_rng(2), 4000
    work = np.zeros((worlds, 6))
    starts = [(-age, int(heads)) for heads, age in zip(crew.heads, crew.ages, strict=True)]
    for start, people in [*starts, (0, 5), (2, 4)]:
        there = np.ones((worlds, people), bool)
        for period in range(max(start, 0), 6):
            age = period - start
            if period > max(start, 0):
                there &= rng.random(there.shape) >= BY_TENURE[min(age - 1, 2)]
                if age == 1:
                    there &= rng.random(there.shape) < 0.8
            work[:, period] += there.sum(axis=1) * (0, 0.6, 1)[min(age, 2)]
    net = work * 0.9
    assert found["chance_short"].tolist() == pytest.approx((net < np.array(needed) - 1e-9).mean(axis=0), abs=0.03)
    assert found["net"].tolist() == pytest.approx(net.mean(axis=0), abs=0.1)


def test_the_forecasts_error_makes_being_short_more_or_less_likely():
    """Nobody leaves; need is log-normal around 10, 10 and 90 % at 8 and 12.5: net of 12.5 is short once in ten."""
    own = CapacitySettings(heads=12.5)
    found = rows(own, required=10.0, required_p10=8.0, required_p90=12.5)
    assert (found["chance_short"] == 0).all()
    assert found["chance_short_volume"].tolist() == pytest.approx([0.1] * 6, abs=0.015)
    assert rows(own, required=10.0)["chance_short_volume"].isna().all()


def test_people_in_parts_are_made_whole_without_losing_any():
    assert whole_people(np.full(7, 0.28)).sum() == 2
    assert whole_people(np.array([2.6, 0.6, 0.8])).tolist() == [3, 0, 1]
    assert whole_people(np.array([3.0, 0.0])).tolist() == [3, 0]
