"""The change a day brings: laws that hold for whatever data come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.intraday.model import Days
from staffplan.forecast.intraday.update import WIDEST, Change, Teaching, change_of, learn_updating

SLOTS, DAYS = 24, 5
FACTORS = st.sampled_from([0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.3, 4.0, 100.0])


def days_of(expected: np.ndarray, came: np.ndarray, known: np.ndarray, block: np.ndarray) -> Days:
    known = known & (expected > 0)
    noise = np.divide(1.0, expected, out=np.full(expected.shape, np.inf), where=known)
    number = np.arange(len(expected))
    return Days(expected, np.where(known, came, 0.0), noise, block, number, number % 7)


@pytest.fixture(scope="module")
def teaching() -> Teaching:
    """Twelve weeks whose days have levels of their own, half of it lasting the week."""
    rng = np.random.default_rng(2)
    level = 1 + np.repeat(rng.normal(0, 0.15, 12), 7) + rng.normal(0, 0.15, 84)
    expected = np.full((84, SLOTS), 40.0)
    came = rng.poisson(expected * np.maximum(level, 0.1)[:, None]).astype(float)
    found = learn_updating(days_of(expected, came, came >= 0, np.arange(84) // 7), 1.0, counts=True)
    assert found is not None
    assert found.gain.rest.helps
    assert found.gain.next_day.helps
    return found


def live(expected: np.ndarray, came: np.ndarray, today: int, known_slots: int) -> Days:
    """Days of a forecast of which `today` is known for some slots."""
    cell = np.arange(DAYS)[:, None] * SLOTS + np.arange(SLOTS)
    return days_of(expected, came, cell < today * SLOTS + known_slots, np.zeros(DAYS, dtype=np.int64))


def lived(teaching: Teaching | None, levels: list[float], today: int, known_slots: int) -> Change:
    expected = np.full((DAYS, SLOTS), 40.0)
    came = expected * np.array(levels)[:, None]
    return change_of(teaching, live(expected, came, today, known_slots), today, float(known_slots))


def test_a_day_like_its_forecast_changes_no_mean_but_what_is_open(teaching) -> None:
    change = lived(teaching, [1.0] * DAYS, 2, 12)
    assert change.factor == pytest.approx(np.ones((DAYS, SLOTS)))
    assert (change.variance_left[2:] < 1).all()
    assert (change.variance_left[:2] == 1).all()


def test_a_surprise_fades_from_day_to_day(teaching) -> None:
    factor = lived(teaching, [1.0, 1.0, 1.4, 1.0, 1.0], 2, 12).factor
    assert factor[2, -1] > factor[3, 0] > factor[4, 0] > 1
    assert (factor[:2] == 1).all()


def test_the_same_surprise_counts_for_more_the_longer_it_lasts(teaching) -> None:
    factors = [lived(teaching, [1.0, 1.0, 1.4, 1.0, 1.0], 2, hours).factor[2, -1] for hours in range(2, 20, 3)]
    assert (np.diff(factors) > -0.01).all(), "each hour's trust is learnt apart, hence a little to and fro"
    assert factors[-1] == pytest.approx(1.4, abs=0.05)


@pytest.fixture(scope="module")
def calm() -> Teaching:
    """Twelve weeks whose days scatter by 5 %."""
    return taught(np.repeat(1 + np.random.default_rng(0).normal(0, 0.05, 84)[:, None], SLOTS, axis=1))


def taught(rates: np.ndarray) -> Teaching:
    expected = np.full((84, SLOTS), 40.0)
    came = np.random.default_rng(1).poisson(expected * rates).astype(float)
    found = learn_updating(days_of(expected, came, came >= 0, np.arange(84) // 7), 1.0, counts=True)
    assert found is not None
    return found


def test_a_morning_far_outside_what_past_days_show_is_another_kind_of_day(calm) -> None:
    ordinary, other = (lived(calm, [level] * DAYS, 0, 9) for level in (1.1, 1.33))
    assert ordinary.other_kind == 0
    assert 1.02 < ordinary.factor[0, -1] < 1.06
    assert other.other_kind > 0.9
    assert 1.28 < other.factor[0, -1] < 1.34
    assert other.variance_left[0, -1] > ordinary.variance_left[0, -1], "what another kind of day holds is less sure"


def test_a_morning_far_too_quiet_is_another_kind_of_day_too(calm) -> None:
    assert 0.66 < lived(calm, [0.67] * DAYS, 0, 9).factor[0, -1] < 0.75


def test_the_first_hours_alone_make_no_other_kind_of_day(calm) -> None:
    assert lived(calm, [1.5] * DAYS, 0, 3).other_kind == 0


def test_where_odd_mornings_of_the_past_were_followed_by_usual_afternoons_none_is_believed() -> None:
    rates = np.ones((84, SLOTS))
    rates[::6, :9] = 1.33
    assert lived(taught(rates), [1.33] * DAYS, 0, 9).factor[0, -1] < 1.1


def test_without_teaching_nothing_changes() -> None:
    change = lived(None, [2.0] * DAYS, 2, 12)
    assert (change.factor == 1).all()
    assert (change.variance_left == 1).all()


def test_before_anything_is_known_nothing_changes(teaching) -> None:
    change = lived(teaching, [2.0] * DAYS, 0, 0)
    assert (change.factor == 1).all()


@given(data=st.data(), today=st.integers(0, DAYS - 1), known_slots=st.integers(0, SLOTS))
def test_whatever_comes_the_change_is_a_finite_positive_factor_on_what_is_still_to_come(
    teaching, data: st.DataObject, today: int, known_slots: int
) -> None:
    draw = np.array(data.draw(st.lists(FACTORS, min_size=DAYS * 4, max_size=DAYS * 4)))
    mean = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.01, 0.9, 30.0, 5000.0]), min_size=4, max_size=4)))
    expected = np.broadcast_to(np.repeat(mean, SLOTS // 4), (DAYS, SLOTS)).copy()
    came = np.round(expected * np.repeat(draw.reshape(DAYS, 4), SLOTS // 4, axis=1))
    change = change_of(teaching, live(expected, came, today, known_slots), today, float(known_slots))
    assert np.isfinite(change.factor).all()
    assert (change.factor > 0).all()
    assert (change.factor[:today] == 1).all()
    assert (change.variance_left >= 0).all()
    assert (change.variance_left <= (WIDEST if change.other_kind else 1)).all()
    assert not change.odd[known_slots:].any()
