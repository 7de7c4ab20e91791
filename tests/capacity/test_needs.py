"""Required people where new ones handle contacts for longer: the staffing model asked again, by hand and by force."""

from __future__ import annotations

from itertools import product
from math import ceil, exp, factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from staffplan.capacity import capacity
from staffplan.capacity.needs import Needs
from staffplan.settings.capacity import CapacitySettings, HiringSettings
from staffplan.tables.capacity import RequiredByAht, RequiredPeople

FACTORS = (1.05, 1.125, 1.25, 1.5)


def in_time(agents: int, load: float, aht_seconds: float) -> float:
    """Share answered within 20 seconds, Erlang C: 1 - C exp(-(n - a) 20 / AHT)."""
    if agents <= load:
        return 0.0
    last = load**agents / factorial(agents) * agents / (agents - load)
    waits = last / (sum(load**k / factorial(k) for k in range(agents)) + last)
    return 1 - waits * exp(-(agents - load) * 20 / aht_seconds)


def agents(per_hour: float, aht_seconds: float) -> int:
    """Fewest agents for 80 % in 20 seconds."""
    load = per_hour * aht_seconds / 3600
    number = ceil(load)
    while in_time(number, load, aht_seconds) < 0.8:
        number += 1
    return number


HOURS = np.random.default_rng(3).uniform(60, 240, 60)
"""Contacts of the hours of a month: a staircase for each, nearly a curve together."""


def model(factor: float, aht_seconds: float = 300) -> float:
    return float(np.mean([agents(hour, aht_seconds * factor) for hour in HOURS]))


@pytest.fixture(scope="module")
def needs() -> Needs:
    return Needs.of(np.array([model(1.0)]), [[(factor, model(factor)) for factor in FACTORS]])


def test_a_trained_team_needs_what_the_model_says(needs: Needs):
    assert needs.required(np.zeros(1))[0] == pytest.approx(model(1.0))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_mixed_team_that_just_does_is_the_one_that_the_model_asks_for(needs: Needs, share: float):
    """A share of the people is new and takes 1.5 times as long; the team as a whole must be what R(m) says."""
    people = 1.0
    for _ in range(200):  # H = R(H / E), by fixed point
        work = people * (1 - share + share / 1.5)
        people = model(people / work)
    work = people * (1 - share + share / 1.5)
    assert needs.required(np.array([people - work]))[0] == pytest.approx(work, rel=0.004)


def test_headcount_weights_ask_for_more_than_the_queue_does(needs: Needs):
    """The buffer for a short wait does not grow as the handling time does."""
    slow = np.array([3.0])
    assert needs.required(slow)[0] < model(1.0) - 0.05
    assert (np.diff([needs.required(np.array([d]))[0] for d in np.linspace(0, 6, 40)]) <= 1e-12).all()


def test_people_in_proportion_to_the_handling_time_are_the_plain_sum():
    needs = Needs.of(np.array([20.0]), [[(factor, 20 * factor) for factor in FACTORS]])
    assert needs.required(np.array([7.0]))[0] == pytest.approx(20)


def test_a_minimum_of_people_is_kept_by_anybody():
    """One person must be there, trained or not: a beginner at 1.5 does."""
    needs = Needs.of(np.array([1.0]), [[(factor, 1.0) for factor in FACTORS]])
    assert needs.required(np.array([1 - 1 / 1.5]))[0] == pytest.approx(1 / 1.5)


@given(st.lists(st.floats(0.7, 1.3), min_size=4, max_size=4))
@examples(max_examples=40)
def test_the_lines_lie_below_every_point_and_never_rise(wobble: list[float]):
    points = [(factor, 20 * factor**0.8 * w) for factor, w in zip(FACTORS, wobble, strict=True)]
    needs = Needs.of(np.array([20.0]), [points])
    for factor, people in [(1.0, 20.0), *points]:
        assert needs.required(np.array([people * (1 - 1 / factor)]))[0] <= people / factor + 1e-9
    assert (needs.relief >= 0).all()


OWN = CapacitySettings(
    heads=9,
    attrition=0.08,
    training_periods=1,
    graduation=0.9,
    aht_factors=(1.5, 1.25, 1),
    shrinkage=0.2,
    wage=1,
    shortfall_cost=5,
    hiring=HiringSettings(
        largest=3, most_classes=2, cost_per_hire=0.7, cost_per_class=0.9, trainers_per_class=0.5, alternatives=2,
        most_classes_in_training=2,
    ),
)  # fmt: skip
MONTHS = ["2027-01", "2027-02", "2027-03", "2027-04"]


def by_aht(required: list[float]) -> RequiredByAht:
    rows = [(p, f, n * f**0.7) for p, n in zip(MONTHS, required, strict=True) for f in FACTORS]
    return RequiredByAht.of(pd.DataFrame(rows, columns=["period", "aht_factor", "required"]))


def cost_by_hand(required: list[float], starts: tuple[int, ...]) -> float:
    """Person by person; what the team needs by bisection on the curve through the model's points."""
    points = [(n * f**0.7 * (1 - 1 / f), n * f**-0.3) for n in [1.0] for f in (1.0, *FACTORS)]
    total = 0.0
    for period, need in enumerate(required):
        heads = work = 9 * 0.92**period
        slower = 0.0
        for start, people in enumerate(starts[: period + 1]):
            age, there = period - start, people * 0.92 ** (period - start) * (0.9 if period > start else 1)
            heads += there
            factor = (None, 1.5, 1.25, 1.0)[age]
            if factor is not None:
                work, slower = work + there / factor, slower + there * (1 - 1 / factor)
        work -= 0.5 * ceil(starts[period] / 3)
        required_now = np.interp(slower * 0.8 / need, *zip(*points, strict=True)) * need
        total += heads + 5 * max(0.0, required_now - work * 0.8)
        total += 0.7 * starts[period] + 0.9 * ceil(starts[period] / 3)
    return float(total)


@examples(max_examples=6)
@given(st.lists(st.integers(5, 9), min_size=4, max_size=4))
def test_no_other_plan_costs_less_with_slow_beginners_and_trainers(required: list[int]):
    """All 7^4 plans of at most two classes of three."""
    needed = [float(n) for n in required]
    costs = sorted(cost_by_hand(needed, starts) for starts in product(range(7), repeat=4))
    table = RequiredPeople.of(pd.DataFrame({"period": MONTHS, "required": needed}))
    found = capacity(table, OWN, by_aht=by_aht(needed)).hiring.frame.set_index("rank")["cost"]
    assert found[[1, 2, 3]].tolist() == pytest.approx(costs[:3], rel=1e-5)


def test_the_plan_shows_the_handling_time_of_the_team():
    table = RequiredPeople.of(pd.DataFrame({"period": MONTHS, "required": 8.0, "hires": [3, 0, 0, 0]}))
    rows = capacity(table, OWN.model_copy(update={"hiring": None}), by_aht=by_aht([8.0] * 4)).plan.frame
    new, old = 3 * 0.92 * 0.9, 9 * 0.92
    assert rows["aht_factor"][0] == 1
    assert rows["aht_factor"][1] == pytest.approx((new + old) / (new / 1.5 + old))
    assert rows["required"][1] < rows["required_trained"][1] == 8
    assert (rows["net"] - rows["required"]).tolist() == pytest.approx(rows["over_under"].tolist())


def test_without_the_model_longer_handling_times_count_in_proportion():
    table = RequiredPeople.of(pd.DataFrame({"period": MONTHS, "required": 8.0, "hires": [3, 0, 0, 0]}))
    found = capacity(table, OWN.model_copy(update={"hiring": None}))
    assert (found.plan.frame["required"] == 8).all()
    assert any("the staffing model was not asked" in note.message for note in found.notes)
