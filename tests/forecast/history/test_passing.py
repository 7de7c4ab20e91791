"""A campaign or an outage of some days is noticed once it is over, and told from a level and from chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import SpecialDay
from staffplan.forecast.history.passing import find_passing

DAYS = 120


def _levels(seed: int = 1, noise: float = 0.05) -> np.ndarray:
    return 5 + np.random.default_rng(seed).normal(0, noise, DAYS)


def _found(level: np.ndarray, ordinary: np.ndarray | None = None) -> list[tuple[int, int, float]]:
    passing = find_passing(level, np.ones(DAYS, bool) if ordinary is None else ordinary)
    return [(each.days[0], each.days[-1], each.factor) for each in passing]


@pytest.mark.parametrize("factor", [1.6, 0.5])
def test_five_days_far_off_between_usual_ones_are_noticed(factor: float) -> None:
    level = _levels()
    level[90:95] += np.log(factor)
    ((first, last, told),) = _found(level)
    assert (first, last) == (90, 94)
    assert told == pytest.approx(factor, rel=0.06)


def test_a_campaign_goes_on_over_days_that_are_closed() -> None:
    level = _levels()
    level[90:97] += np.log(1.6)
    level[92:94] = np.nan
    assert [(first, last) for first, last, _ in _found(level)] == [(90, 96)]


def test_what_has_not_ended_is_a_level_that_may_stay() -> None:
    level = _levels()
    level[-6:] += 0.5
    assert not _found(level)


def test_what_lasts_for_weeks_and_what_is_long_past_are_not_asked_about() -> None:
    weeks, old, single = _levels(), _levels(), _levels()
    weeks[80:95] += 0.5
    old[30:35] += 0.5
    single[90] += 0.5
    assert not _found(weeks)
    assert not _found(old)
    assert not _found(single)


def test_days_that_the_calendar_knows_are_not_asked_about() -> None:
    level = _levels()
    level[90:95] += 0.5
    assert not _found(level, (np.arange(DAYS) < 90) | (np.arange(DAYS) >= 95))


def test_chance_alone_is_rarely_asked_about() -> None:
    assert sum(bool(_found(_levels(seed, 0.15))) for seed in range(50)) <= 2


def test_a_campaign_is_asked_about_until_the_answer_is_written(world) -> None:
    """Nearly twice as much for one week, three weeks ago: as an event it is forecast as if it had never been, as
    ordinary days it counts as without an answer, and neither is asked about again."""

    def rows(lift: float):
        def offered(local) -> np.ndarray:
            day = (local.tz_localize(None).normalize() - pd.Timestamp(world.monday)).days
            rate = (20 + 5 * np.sin(local.hour)) * np.where((day >= 77) & (day < 82), lift, 1.0)
            return np.random.default_rng(4).poisson(rate).astype(float)

        return world.rows(offered, days=105)

    days = [world.day(number) for number in range(77, 82)]
    first_day = world.day(105)
    usual, asked = (world.forecast(rows(lift), first_day=first_day) for lift in (1.0, 1.8))
    event, ordinary = (
        world.forecast(
            rows(1.8),
            first_day=first_day,
            site=world.site(special_days=tuple(SpecialDay(day, "campaign", kind) for day in days)),
        )
        for kind in ("event", "ordinary")
    )
    made = (usual, asked, event, ordinary)
    questions = [[note.message for note in each.notes if note.kind == "question"] for each in made]
    assert [len(found) for found in questions] == [0, 1, 0, 0]
    assert questions[1][0].startswith(f"{days[0]} to {days[-1]}: 1.")
    assert "kind event in the file of input.special_days" in questions[1][0]
    assert "kind ordinary" in questions[1][0]
    totals = [each.forecast.frame["offered"].sum() for each in made]
    assert totals[2] == pytest.approx(totals[0], rel=0.02)
    assert totals[3] == totals[1]
