"""A difference is as sure as what it comes from: the search's band, pairs of repetitions, or arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from staffplan.scenario.deltas import deltas, paired_error
from staffplan.scenario.measures import COUNTS, Measures, open_paid_hours
from staffplan.scenario.value import net_present_value, payback_years
from staffplan.settings.roster import RosterSettings


def waits(levels: list[float]) -> pd.DataFrame:
    """Repetitions of one group with a hundred contacts each."""
    rows = pd.DataFrame({"planning_group": "phone", "repetition": range(len(levels)), "service_level": levels})
    return rows.assign(**dict.fromkeys(COUNTS, 100.0))


BASE = Measures(
    days=28,
    currency="EUR",
    agents=10,
    contacts=1000,
    required_hours=900,
    paid_hours=1000,
    cost=20_000,
    once=0,
    understaffed_hours=5,
    overstaffed_hours=0,
    broken_rules=0,
    open_understaffed=1,
    open_paid=10,
    roster=("a",),
    waits=waits([0.8, 0.9, 0.7]),
    at_once=("phone",),
)


def delta_of(measure: str, test: Measures):
    return next(delta for delta in deltas(BASE, test) if delta.measure == measure)


def test_money_within_what_the_searches_left_open_is_not_distinguishable():
    found = delta_of("loaded cost", replace(BASE, roster=("b",), cost=20_150, open_paid=5))
    assert (found.low, found.high) == pytest.approx((150 - 5 * 20.15, 150 + 10 * 20))
    assert found.is_distinct
    assert not delta_of("loaded cost", replace(BASE, roster=("b",), cost=20_050, open_paid=5)).is_distinct


def test_the_same_roster_makes_money_exact():
    found = delta_of("loaded cost", replace(BASE, cost=20_001))
    assert found.low == found.high == 1
    assert found.is_distinct


def test_what_is_paid_once_is_no_part_of_a_year():
    """1,400 of 21,400 are a course: a year is 13 times the rest (365.25 / 28)."""
    found = delta_of("loaded cost a year", replace(BASE, cost=21_400, once=1_400))
    assert found.delta == 0
    assert delta_of("loaded cost", replace(BASE, cost=21_400, once=1_400)).delta == 1_400


def test_a_year_is_the_plan_scaled_by_its_days():
    found = delta_of("loaded cost a year", replace(BASE, cost=20_001))
    assert found.delta == pytest.approx(365.25 / 28)


def test_pairs_take_out_what_is_common_to_both():
    base, test = np.array([0.8, 0.9, 0.7]), np.array([0.81, 0.91, 0.71])
    assert paired_error(base, test) == pytest.approx(0, abs=1e-12)
    assert paired_error(base, test[::-1]) == pytest.approx(np.std([-0.09, 0.01, 0.11], ddof=1) / math.sqrt(3))
    assert paired_error(base[:1], test[:1]) == math.inf
    found = delta_of("service_level", replace(BASE, waits=waits([0.81, 0.91, 0.71])))
    assert found.is_distinct
    assert not delta_of("service_level", replace(BASE, waits=waits([0.71, 0.91, 0.81]))).is_distinct


def test_payback_and_present_value_by_hand():
    assert payback_years(20_000, 10_000) == 2
    assert math.isnan(payback_years(20_000, -1))
    assert net_present_value(20_000, 10_000, 2, 0) == 0
    assert net_present_value(0, 110, 1, 0.1) == pytest.approx(100)
    assert net_present_value(100, 121, 1.5, 0.21) == pytest.approx(121 / 1.21 + 0.5 * 121 / 1.21**1.5 - 100)


@pytest.mark.parametrize(
    ("open_hours", "over", "most"), [(2, 500, 20), (100, 30, 33), (100, 0, 0), (500, 4000, 1000)]
)
def test_a_better_roster_gives_up_no_more_hours_than_are_overstaffed(open_hours: float, over: float, most: float):
    """An understaffed hour weighs ten overstaffed ones: two open hours are twenty paid ones; of thirty spare hours
    no more can go than these, and the three that would be understaffed in exchange; and never more than are paid."""
    found = open_paid_hours(open_hours, over, 1000, 1000, RosterSettings())
    assert found == pytest.approx(most)
    assert open_paid_hours(open_hours, over, 1000, 800, RosterSettings()) == pytest.approx(min(1000, 1.25 * most))
