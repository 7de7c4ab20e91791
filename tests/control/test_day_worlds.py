"""Causes of a day, against the numbers of two planning cases and the laws that any split keeps."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.control.day_worlds import Day, Line, TwoDays
from staffplan.control.shapley import shapley

LINE = Line(20.0, 1800.0)


def day(offered: list[float], aht: list[float], agents: list[float]) -> Day:
    return Day(np.array(offered), np.array(aht), np.array(agents))


def test_one_half_hour_with_more_contacts_longer_calls_and_one_agent_fewer() -> None:
    found = shapley(TwoDays(day([60], [300], [14]), day([66], [315], [13]), LINE).service_level, 4)
    assert found.before == pytest.approx(0.8666274174, abs=1e-9)
    assert found.after == pytest.approx(0.4617765995, abs=1e-9)
    assert found.share == pytest.approx([-0.167093, 0.0, -0.089493, -0.148265], abs=1e-6)
    assert found.repaired == pytest.approx([0.223515, 0.0, 0.130079, 0.200308], abs=1e-6)


def test_two_half_hours_in_which_the_calls_came_at_another_time_too() -> None:
    planned, actual = day([60, 80], [300, 300], [14, 18]), day([60, 90], [306, 306], [14, 17])
    found = shapley(TwoDays(planned, actual, LINE).service_level, 4)
    assert found.before == pytest.approx(0.8734560483, abs=1e-9)
    assert found.after == pytest.approx(0.6270947446, abs=1e-9)
    assert found.share == pytest.approx([-0.10760957, -0.03229479, -0.03241691, -0.07404004], abs=1e-8)
    assert found.repaired == pytest.approx([0.13768826, 0.05538588, 0.04635915, 0.10654455], abs=1e-8)
    assert found.alone == pytest.approx([-0.08153845, -0.01309464, -0.02059066, -0.04576468], abs=1e-8)


@given(st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_shares_are_the_mean_over_all_orders_and_add_up(values: list[float]) -> None:
    def worth(world: frozenset[int]) -> float:
        return values[sum(1 << cause for cause in world)]

    found = shapley(worth, 3)
    steps = np.zeros(3)
    for order in permutations(range(3)):
        for place, cause in enumerate(order):
            steps[cause] += worth(frozenset(order[: place + 1])) - worth(frozenset(order[:place]))
    assert found.share == pytest.approx(steps / 6)
    assert found.share.sum() == pytest.approx(values[7] - values[0])


def test_what_did_not_change_has_no_share() -> None:
    planned = day([60, 80], [300, 280], [14, 18])
    found = shapley(TwoDays(planned, day([66, 88], [300, 280], [14, 18]), LINE).service_level, 4)
    assert found.share[1:] == pytest.approx([0, 0, 0], abs=1e-12)
    assert found.share[0] < 0


def test_nobody_there_and_too_few_answer_nobody_in_time() -> None:
    assert LINE.service_level(np.array([60.0, 60.0]), np.array([300.0, 300.0]), np.array([0.0, 10.0])).tolist() == [
        0,
        0,
    ]


def test_with_patience_too_few_still_answer_some() -> None:
    patient = Line(20.0, 1800.0, 120.0)
    few, none = patient.service_level(np.array([60.0, 60.0]), np.array([300.0, 300.0]), np.array([8.0, 0.0]))
    assert 0 < few < 0.8
    assert none == 0


def test_an_hour_without_contacts_needs_no_handling_time() -> None:
    planned, actual = day([0, 80], [np.nan, 300], [2, 18]), day([3, 80], [200, 300], [2, 18])
    found = shapley(TwoDays(planned, actual, LINE).service_level, 4)
    assert found.share.sum() == pytest.approx(found.after - found.before)
