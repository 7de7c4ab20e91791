"""Outages and spikes of a day that is not over, against news about the day."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.intraday.odd import far_off, stretches

EXPECTED = np.full(10, 100.0)


def odd(came: list[float], expected: np.ndarray = EXPECTED, scatter: float = 0.01) -> list[int]:
    """The slots that are far off; the slots after `came` are not known yet."""
    known = np.arange(len(expected)) < len(came)
    variance = np.where(known & (expected > 0), 1 / np.maximum(expected, 1e-9) + scatter, np.inf)
    values = np.zeros(len(expected))
    values[: len(came)] = came
    return np.flatnonzero(far_off(values, expected, variance)).tolist()


def test_two_hours_without_a_contact_are_an_outage() -> None:
    assert odd([95, 104, 0, 2, 0, 1, 99]) == [2, 3, 4, 5]


def test_a_burst_is_a_spike() -> None:
    assert odd([95, 104, 900, 101]) == [2]


def test_a_day_twice_as_busy_is_news() -> None:
    assert odd([210, 190, 205, 220]) == []


def test_a_day_four_times_as_busy_from_the_start_is_news_and_its_outage_is_one() -> None:
    assert odd([410, 390, 405, 0, 3, 395, 402]) == [3, 4]


def test_a_day_that_begins_with_a_burst_has_no_level_of_its_own_yet() -> None:
    assert odd([420]) == [0]
    assert odd([420, 390]) == []


def test_contacts_in_hours_that_were_hardly_expected_are_hours_that_have_changed() -> None:
    assert odd([60, 70], np.array([5.0, 6.0, 100.0, 100.0, 100.0])) == [0, 1]


def test_an_outage_in_the_morning_does_not_make_the_return_to_normal_odd() -> None:
    assert odd([0, 0, 0, 0, 98, 103]) == [0, 1, 2, 3]


def test_a_day_without_any_contact_is_no_level() -> None:
    assert odd([0, 0, 0, 0, 0]) == [0, 1, 2, 3, 4]


def test_an_hour_without_contacts_is_usual_in_a_quiet_queue() -> None:
    assert odd([0, 0, 1, 0, 0, 2], np.full(10, 0.8)) == []


def test_what_is_not_known_yet_is_no_outage() -> None:
    assert odd([]) == []


@given(came=st.lists(st.integers(0, 1000), max_size=10), seed=st.integers(0, 99))
def test_intervals_in_which_nothing_was_expected_are_never_odd(came: list[float], seed: int) -> None:
    closed = np.random.default_rng(seed).random(10) < 0.5
    found = odd(came, np.where(closed, 0.0, 50.0))
    assert not closed[found].any()
    assert all(slot < len(came) for slot in found)


def test_stretches_are_runs_with_an_exclusive_end() -> None:
    assert stretches(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert stretches(np.zeros(3, dtype=bool)) == []
