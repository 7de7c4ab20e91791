"""Handling times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.forecast.aht import learn_aht


def _series(world, rows: pd.DataFrame, aht, handled=None):
    return world.series(rows.assign(aht_seconds=aht, **({} if handled is None else {"handled": handled})))


def test_the_level_is_weighted_by_contacts(world) -> None:
    """Same day, so no fading: 30 contacts of 100 s and 10 of 500 s make 200 s, not 300 s."""
    rows = world.rows(
        lambda local: np.where(local.hour < 12, 30.0, 0.0) + np.where(local.hour == 12, 10.0, 0.0), days=1
    )
    hour = rows["interval_start"].dt.hour
    chosen = rows[(hour == 11) | (hour == 12)].reset_index(drop=True)
    model = learn_aht(_series(world, chosen, [100.0, 100.0, 500.0, 500.0]))
    assert model is not None
    assert model.level_seconds == pytest.approx(200.0)


def test_contacts_handled_weigh_more_than_contacts_offered(world) -> None:
    rows = world.rows(lambda local: np.full(len(local), 10.0), days=1).iloc[:2]
    model = learn_aht(_series(world, rows, [100.0, 400.0], handled=[9.0, 1.0]))
    assert model is not None
    assert model.level_seconds == pytest.approx(130.0)


def test_older_contacts_count_less(world, shaped) -> None:
    rows = world.rows(shaped, days=112)
    late = rows["interval_start"] >= "2026-03-02"
    model = learn_aht(_series(world, rows, np.where(late, 400.0, 200.0)))
    assert model is not None
    assert 330 < model.level_seconds < 400


def test_a_profile_that_is_really_there_is_learnt(world, shaped) -> None:
    rows = world.rows(shaped, days=84)
    early = rows["interval_start"].dt.hour < 12
    model = learn_aht(_series(world, rows, np.where(early, 200.0, 300.0)))
    assert model is not None
    assert model.has_profile
    seconds = model.seconds(np.array([0]))[0]
    assert seconds[16] == pytest.approx(200, rel=0.05)
    assert seconds[36] == pytest.approx(300, rel=0.05)


def test_noise_earns_no_profile(world, shaped) -> None:
    rows = world.rows(shaped, days=84)
    model = learn_aht(_series(world, rows, np.random.default_rng(8).gamma(100, 3.0, len(rows))))
    assert model is not None
    assert not model.has_profile
    assert model.level_seconds == pytest.approx(300, rel=0.02)


def test_blank_and_zero_handling_times_say_nothing(world, shaped) -> None:
    rows = world.rows(shaped, days=7)
    assert learn_aht(_series(world, rows, np.nan)) is None
    assert learn_aht(_series(world, rows, 0.0)) is None
