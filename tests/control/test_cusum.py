"""Alarms come as late and as seldom without a reason as is known of this chart."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.control.cusum import alarms, average_run_length

KNOWN = [
    (0.5, 4, (167.7, 26.63, 8.383, 3.343)),
    (0.5, 5, (465.4, 38.00, 10.376, 4.009)),
    (0.25, 8, (368.3, 28.76, 11.39, None)),
]
"""k, h, and days to an alarm after a shift of 0, 0.5, 1 and 2 standard deviations, by a Markov chain."""


@pytest.mark.parametrize(("allowance", "limit", "days"), KNOWN)
def test_the_days_to_an_alarm_are_those_known(allowance: float, limit: float, days: tuple[float | None, ...]) -> None:
    for shift, known in zip((0.0, 0.5, 1.0, 2.0), days, strict=True):
        found = average_run_length(shift, allowance=allowance, limit=limit)
        assert known is None or found == pytest.approx(known, rel=4e-4)
        assert found == pytest.approx(average_run_length(-shift, allowance=allowance, limit=limit))


def test_drawn_days_without_a_reason_alarm_as_seldom_as_computed() -> None:
    errors = np.random.default_rng(3).standard_normal(150_000)
    assert len(errors) / len(list(alarms(errors))) == pytest.approx(465, rel=0.12)


def test_a_shift_of_one_standard_deviation_is_found_after_ten_days() -> None:
    rng = np.random.default_rng(4)
    runs = [next(iter(alarms(rng.standard_normal(200) + 1))) for _ in range(600)]
    assert np.mean([run.at + 1 for run in runs]) == pytest.approx(10.4, rel=0.05)
    assert {run.sign for run in runs} == {1}


def test_an_alarm_tells_since_when_and_starts_anew() -> None:
    """-3.5 and -3.5 make 3 and 6: above 5 on the fourth day. From there the sums begin at zero."""
    found = list(alarms(np.array([0.0, 0.0, -3.5, -3.5, -2.0, 0.0, 0.0, 6.0])))
    assert [(alarm.at, alarm.since, alarm.sign) for alarm in found] == [(3, 2, -1), (7, 7, 1)]


def test_quiet_days_alarm_nobody() -> None:
    assert not list(alarms(np.array([0.4, -0.4] * 200)))
