"""What updating would have gained on past days, and that it is not done where it would not help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from staffplan.forecast.intraday.gain import backtest
from staffplan.forecast.intraday.model import Days
from thorough import repetitions

SLOTS, MORNING = 48, slice(16, 26)
OPEN = slice(16, 40)


def days_of(rates: np.ndarray, *, mean: float = 60.0, seed: int = 4) -> Days:
    """Poisson counts of days open from 08:00 to 20:00 at `rates` (days, open slots) times what was expected."""
    expected = np.zeros((len(rates), SLOTS))
    expected[:, OPEN] = mean
    came = np.zeros(expected.shape)
    came[:, OPEN] = np.random.default_rng(seed).poisson(mean * np.maximum(rates, 0))
    number = np.arange(len(rates))
    noise = np.divide(1.0, expected, out=np.full(expected.shape, np.inf), where=expected > 0)
    return Days(expected, came, noise, number // 7, number, number % 7)


def levels(days: int, deviation: float, seed: int = 6) -> np.ndarray:
    """(days, 1): a level of its own for each day."""
    return 1 + np.random.default_rng(seed).normal(0, deviation, (days, 1))


def test_where_mornings_tell_of_afternoons_the_error_falls_at_every_hour() -> None:
    gain = backtest(days_of(levels(84, 0.15) * np.ones((1, 24))), 0.5, counts=True)
    assert gain is not None
    assert gain.hours.tolist() == list(range(9, 20))
    assert gain.days.tolist() == [84] * 11
    assert gain.rest.helps
    assert (gain.rest.after < 0.85 * gain.rest.before).all()
    assert (gain.trust > 0.8).all()


def test_days_that_have_nothing_in_common_do_not_change_each_other() -> None:
    gain = backtest(days_of(levels(84, 0.15) * np.ones((1, 24))), 0.5, counts=True)
    assert gain is not None
    assert not gain.next_day.helps


def test_levels_that_last_a_week_help_the_next_day() -> None:
    weekly = np.repeat(levels(12, 0.2), 7, axis=0)
    gain = backtest(days_of(weekly * np.ones((1, 24))), 0.5, counts=True)
    assert gain is not None
    assert gain.next_day.helps
    assert gain.next_day.after[-1] < 0.7 * gain.next_day.before[-1]


@pytest.mark.parametrize("mean", [0.5, 5.0, 60.0])
def test_pure_chance_is_not_followed(mean: float) -> None:
    gain = backtest(days_of(np.ones((84, 24)), mean=mean), 0.5, counts=True)
    assert gain is not None
    assert not gain.rest.helps
    assert not gain.next_day.helps


def test_mornings_that_tell_nothing_of_afternoons_are_not_followed_at_noon() -> None:
    rng = np.random.default_rng(9)
    rates = np.ones((84, 24))
    rates[:, :8] += rng.normal(0, 0.3, (84, 1))
    rates[:, 8:] += rng.normal(0, 0.1, (84, 1))
    gain = backtest(days_of(rates), 0.5, counts=True)
    assert gain is not None
    at_noon = gain.hours.tolist().index(12)
    assert gain.rest.after[at_noon] < 1.05 * gain.rest.before[at_noon]
    assert gain.rest.after[-2] < gain.rest.before[-2], "what came since noon tells of the evening"


def test_an_outage_in_the_morning_does_not_spoil_the_afternoon() -> None:
    days = days_of(levels(84, 0.1) * np.ones((1, 24)))
    came = days.came.copy()
    came[::7, 18:22] = 0
    spoilt = replace(days, came=came)
    with_outages, without = backtest(spoilt, 0.5, counts=True), backtest(days, 0.5, counts=True)
    assert with_outages is not None
    assert without is not None
    assert with_outages.rest.after[3:].sum() < 1.05 * without.rest.after[3:].sum()


@pytest.mark.parametrize("days", [0, 1, 7, 9])
def test_a_week_is_too_little_to_tell(days: int) -> None:
    assert backtest(days_of(np.ones((days, 24))), 0.5, counts=True) is None


def test_a_queue_without_contacts_is_not_tested() -> None:
    zeros, number = np.zeros((28, SLOTS)), np.arange(28)
    nothing = Days(zeros, zeros, np.full((28, SLOTS), np.inf), number // 7, number, number % 7)
    assert backtest(nothing, 0.5, counts=True) is None


def test_days_closed_for_a_while_are_counted_only_where_they_are_open() -> None:
    rates = levels(56, 0.15) * np.ones((1, 24))
    days = days_of(rates)
    closed = days.day % 7 >= 5
    expected = np.where(closed[:, None], 0.0, days.expected)
    came = np.where(closed[:, None], 0.0, days.came)
    noise = np.where(closed[:, None], np.inf, days.noise)
    gain = backtest(replace(days, expected=expected, came=came, noise=noise), 0.5, counts=True)
    assert gain is not None
    assert gain.days.tolist() == [40] * 11
    assert gain.rest.helps


def evening_that_misleads(rng: np.random.Generator) -> np.ndarray:
    """(84, 24): days with levels of their own, whose last hours go the other way."""
    level = rng.normal(0, 0.2, (84, 1))
    rates = 1 + level * np.ones((1, 24))
    rates[:, 20:] = 1 - level
    return rates


def test_an_hour_from_which_updating_never_gained_leaves_the_forecast_alone() -> None:
    gain = backtest(days_of(evening_that_misleads(np.random.default_rng(3))), 0.5, counts=True)
    assert gain is not None
    assert gain.rest.helps
    at_noon, at_six = gain.hours.tolist().index(12), gain.hours.tolist().index(18)
    assert gain.updates_rest[at_noon]
    assert not gain.updates_rest[at_six]
    assert gain.rest.after[at_six] == gain.rest.before[at_six]


@pytest.mark.parametrize("seed", range(repetitions(2, 5)))
@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.2])
def test_at_no_hour_does_updating_lose_on_past_days(seed: int, deviation: float) -> None:
    gain = backtest(days_of(levels(56, deviation, seed) * np.ones((1, 24)), mean=8, seed=seed), 0.5, counts=True)
    assert gain is not None
    assert (gain.rest.after <= gain.rest.before).all()
    assert (gain.next_day.after <= gain.next_day.before).all()


def test_a_weekday_whose_first_hour_tells_nothing_is_trusted_less_than_the_others() -> None:
    rng = np.random.default_rng(8)
    rates = levels(84, 0.2) * np.ones((1, 24))
    saturdays = np.arange(84) % 7 == 5
    rates[saturdays] = 1.0
    rates[saturdays, :4] = np.maximum(1 + rng.normal(0, 0.6, (12, 1)), 0)
    gain = backtest(days_of(rates), 0.5, counts=True)
    assert gain is not None
    at_ten = gain.hours.tolist().index(10)
    assert gain.trust[5, at_ten] < 0.5 * gain.trust[[0, 1, 2, 3, 4, 6], at_ten].min()
