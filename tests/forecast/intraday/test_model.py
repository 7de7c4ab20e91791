"""How errors hang together, and what the first part of a day tells of the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.forecast.intraday.model import Before, Days, Memory, days_before, learn_memory, outlook

NO_DAYS = Before(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
SLOTS = 24


def days_of(expected: np.ndarray, came: np.ndarray, *, week: int = 7) -> Days:
    """Counts of days in blocks of a week."""
    number = np.arange(len(expected))
    noise = np.divide(1.0, expected, out=np.full(expected.shape, np.inf), where=expected > 0)
    return Days(expected, came, noise, number // week, number, number % 7)


def simulated(
    *,
    days: int = 700,
    mean: float = 50.0,
    shared: float = 0.0,
    carried: float = 0.0,
    drift: float = 0.0,
    seed: int = 5,
) -> Days:
    """Poisson counts at a rate whose standard deviations are given; drift has a half-life of two half-hour slots."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, shared, days) + np.repeat(rng.normal(0, carried, days // 7), 7)
    wander = np.zeros((days, SLOTS))
    wander[:, 0] = rng.normal(0, drift, days)
    hold = 0.5**0.5
    for slot in range(1, SLOTS):
        wander[:, slot] = hold * wander[:, slot - 1] + np.sqrt(1 - hold**2) * rng.normal(0, drift, days)
    expected = np.full((days, SLOTS), mean)
    rate = expected * np.maximum(1 + level[:, None] + wander, 0.01)
    return days_of(expected, rng.poisson(rate).astype(float))


def test_with_a_shared_level_alone_the_update_is_the_gamma_poisson_posterior_mean() -> None:
    expected, came, variance = np.array([10.0, 30.0, 20.0, 5.0]), np.array([14.0, 33.0, 31.0, 0.0]), 0.04
    told = outlook(Memory(variance, 0, 0.5, 0, 0.5, 0, 1), came / expected - 1, 1 / expected, NO_DAYS, 0)
    for known in range(5):
        posterior = (1 / variance + came[:known].sum()) / (1 / variance + expected[:known].sum())
        assert 1 + told.deviation[known] == pytest.approx(np.full(4, posterior))


def test_the_variance_left_is_that_of_the_gamma_poisson_model() -> None:
    expected, variance = np.array([10.0, 30.0]), 0.04
    told = outlook(Memory(variance, 0, 0.5, 0, 0.5, 0, 1), np.zeros(2), 1 / expected, NO_DAYS, 0)
    assert variance - told.gained[:, 0] == pytest.approx([variance, 1 / (25 + 10), 1 / (25 + 40)])


def test_each_number_of_slots_known_gives_what_those_slots_alone_would_give() -> None:
    memory = Memory(0.02, 0.01, 0.8, 0.03, 0.7, 0.005, 1.0)
    rng = np.random.default_rng(3)
    deviation, noise = rng.normal(0, 0.2, 6), rng.uniform(0.01, 0.1, 6)
    before = Before(np.array([2, 1]), np.array([0.1, -0.05]), np.array([0.01, 0.02]))
    told = outlook(memory, deviation, noise, before, 2)
    for known in range(7):
        unknown = np.arange(6) >= known
        alone = outlook(memory, np.where(unknown, 0, deviation), np.where(unknown, np.inf, noise), before, 2)
        assert alone.deviation[-1] == pytest.approx(told.deviation[known], abs=1e-6)
        assert alone.gained[-1] == pytest.approx(told.gained[known], abs=1e-6)


def test_a_day_before_moves_today_by_what_a_textbook_regression_says() -> None:
    memory = Memory(0.05, 0.02, 0.5, 0.0, 0.5, 0.0, 1.0)
    told = outlook(
        memory, np.zeros(1), np.array([np.inf]), Before(np.array([1]), np.array([0.3]), np.array([0.01])), 1
    )
    today, tomorrow = 0.02 * 0.5 / (0.05 + 0.01) * 0.3, 0.02 * 0.25 / (0.05 + 0.01) * 0.3
    assert told.deviation[0] == pytest.approx([today, tomorrow])


@given(
    seed=st.integers(0, 1000),
    shared=st.floats(0, 0.2),
    share=st.floats(0, 1),
    drift=st.floats(0, 0.2),
    cell=st.floats(0, 0.2),
)
def test_the_more_is_known_the_less_is_left_open_and_never_less_than_nothing(
    seed: int, shared: float, share: float, drift: float, cell: float
) -> None:
    rng = np.random.default_rng(seed)
    noise = np.where(rng.random(8) < 0.2, np.inf, rng.uniform(0.001, 2, 8))
    told = outlook(Memory(shared, share * shared, 0.9, drift, 0.8, cell, 1), rng.normal(0, 1, 8), noise, NO_DAYS, 3)
    assert (np.diff(told.gained, axis=0) >= -1e-9).all()
    assert (told.gained[:, :8] <= shared + drift + 1e-6).all()
    assert np.isfinite(told.deviation).all()


def test_the_variances_of_simulated_days_are_found_again() -> None:
    memory = learn_memory(simulated(shared=0.1, drift=0.15), 0.5, counts=True)
    assert memory.day == pytest.approx(0.01, rel=0.3)
    assert memory.drift == pytest.approx(0.0225, rel=0.2)
    assert memory.hold == pytest.approx(0.5**0.5)
    assert memory.cell < 0.003
    assert memory.carried < 0.002


def test_levels_that_last_a_week_are_carried_from_day_to_day() -> None:
    memory = learn_memory(simulated(carried=0.15, shared=0.05), 0.5, counts=True)
    assert memory.carried * memory.decay == pytest.approx(0.0225, rel=0.3)
    assert memory.decay == 0.95
    assert memory.day >= memory.carried


def test_pure_chance_teaches_that_nothing_hangs_together() -> None:
    memory = learn_memory(simulated(), 0.5, counts=True)
    assert memory.of_interval < 0.002


def test_few_days_are_believed_less() -> None:
    few, many = (learn_memory(simulated(shared=0.2, days=days, seed=2), 0.5, counts=True) for days in (7, 700))
    assert few.day < 0.8 * many.day


def test_a_day_on_which_everything_failed_does_not_make_surprises_usual() -> None:
    days = simulated(shared=0.05, days=70)
    came = days.came.copy()
    came[30] = 0
    came[50, 3:9] = 0
    failed = learn_memory(days_of(days.expected, came), 0.5, counts=True)
    assert failed.day == pytest.approx(learn_memory(days, 0.5, counts=True).day, rel=0.4)


def test_handling_times_are_judged_by_their_own_scatter() -> None:
    rng = np.random.default_rng(8)
    contacts = np.full((280, SLOTS), 20.0)
    level = 1 + rng.normal(0, 0.1, 280)[:, None]
    seconds = 300 * level * rng.gamma(contacts / 0.49, 0.49, contacts.shape)
    number = np.arange(280)
    memory = learn_memory(
        Days(300 * contacts, seconds, 1 / contacts, number // 7, number, number % 7), 0.5, counts=False
    )
    assert memory.chance == pytest.approx(0.49, rel=0.1)
    assert memory.day == pytest.approx(0.01, rel=0.3)


def test_days_without_anything_known_say_nothing_of_today() -> None:
    expected = np.array([[10.0, 10.0], [0.0, 0.0], [20.0, 0.0]])
    came = np.array([[12.0, 10.0], [0.0, 0.0], [10.0, 0.0]])
    before = days_before(days_of(expected, came), 3, Memory(0.01, 0.01, 0.9, 0.0, 0.5, 0.0, 1.0))
    assert before.back.tolist() == [3, 1]
    assert before.deviation == pytest.approx([0.1, -0.5])
    assert before.noise == pytest.approx([1 / 20, 1 / 20])
