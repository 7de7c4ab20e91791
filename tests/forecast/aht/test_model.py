"""Handling times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.forecast.aht.model import believable, learn_aht, profiles, variation, worked_weeks


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


def _level(series, given: float | None = None) -> float:
    model = learn_aht(series, given)
    assert model is not None
    return model.level_seconds


@pytest.mark.parametrize("corrupt", [1.0, 0.0, 36_000.0, 1e6])
def test_a_few_corrupt_rows_change_nothing(world, noisy, corrupt) -> None:
    rows = world.rows(noisy, days=84)
    seconds = np.random.default_rng(9).gamma(100, 3.0, len(rows))
    broken = seconds.copy()
    broken[np.random.default_rng(10).choice(len(rows), 12, replace=False)] = corrupt
    assert _level(_series(world, rows, broken)) == pytest.approx(_level(_series(world, rows, seconds)), rel=0.01)


def test_one_huge_interval_is_doubted_and_a_long_single_contact_is_not(world) -> None:
    rows = world.rows(lambda local: np.where(local.hour == 9, 1.0, 100.0), days=42)
    first_nine = np.flatnonzero(rows["interval_start"].dt.hour == 9)[0]
    seconds = np.full(len(rows), 300.0)
    seconds[[first_nine, first_nine + 5]] = 3_000.0
    doubted = ~believable(_series(world, rows, seconds))[0]
    assert not doubted[18]
    assert doubted[23]


def test_a_new_tool_that_makes_contacts_longer_is_believed_at_once(world, shaped) -> None:
    rows = world.rows(shaped, days=98)
    late = rows["interval_start"] >= "2026-03-30"
    assert _level(_series(world, rows, np.where(late, 420.0, 300.0))) == pytest.approx(420.0, rel=0.05)


def test_growing_handling_times_are_not_carried_on(world, shaped) -> None:
    rows = world.rows(shaped, days=112)
    week = (rows["interval_start"] - rows["interval_start"].min()).dt.days // 7
    assert _level(_series(world, rows, 200.0 * 1.02**week)) <= 200.0 * 1.02**15 * 1.001


def test_a_thin_history_is_drawn_to_the_settings_and_a_rich_one_is_not(world, shaped) -> None:
    thin = world.rows(lambda local: np.full(len(local), 1.0), days=1).iloc[:25]
    rich = world.rows(shaped, days=84)
    assert 200 < _level(_series(world, thin, 200.0), given=400.0) < 360
    assert _level(_series(world, rich, 200.0), given=400.0) == pytest.approx(200.0, rel=0.02)
    assert _level(_series(world, thin, 200.0)) == pytest.approx(200.0)


def test_weekdays_that_differ_are_learnt_without_inventing_times_of_day(world, shaped) -> None:
    rows = world.rows(shaped, days=140)
    local = rows["interval_start"].dt
    scatter = np.random.default_rng(11).gamma(400, 1 / 400, len(rows))
    model = learn_aht(_series(world, rows, np.where(local.day_of_week == 0, 330.0, 270.0) * scatter))
    assert model is not None
    assert model.method == "weekday"
    seconds = model.seconds(np.array([0, 1]))
    assert seconds[0].std() == pytest.approx(0.0, abs=1e-9)
    assert seconds[0, 20] == pytest.approx(330, rel=0.03)
    assert seconds[1, 20] == pytest.approx(270, rel=0.03)


def test_a_profile_keeps_the_mean_over_contacts(world, noisy) -> None:
    rows = world.rows(noisy, days=84)
    worked = worked_weeks(_series(world, rows, np.random.default_rng(12).gamma(4, 75.0, len(rows))))
    assert worked is not None
    contacts = worked.contacts.sum(axis=0)[np.argsort(worked.weekday)]
    for ratio in profiles(worked).values():
        assert (contacts * ratio).sum() == pytest.approx(contacts.sum())


def test_few_contacts_make_a_flat_profile_and_many_a_true_one(world) -> None:
    """The same shape seen through chance: an empirical ratio keeps only what chance cannot explain."""

    def slope(contacts: float) -> float:
        rows = world.rows(lambda local: np.full(len(local), contacts), days=70)
        mean = np.where(rows["interval_start"].dt.hour < 14, 0.9, 1.1) * 300
        seconds = np.random.default_rng(13).gamma(contacts, mean / contacts)
        worked = worked_weeks(_series(world, rows, seconds))
        assert worked is not None
        ratio = profiles(worked)["slot"][0]
        return float(ratio[30] / ratio[20])

    assert slope(200.0) == pytest.approx(1.1 / 0.9, rel=0.03)
    assert abs(slope(200.0) - 1.1 / 0.9) < abs(slope(0.3) - 1.1 / 0.9)


def test_the_variation_of_single_contacts_is_read_off_their_means(world) -> None:
    """Means of 20 contacts with half the usual deviation: squared variation 0.25."""
    rows = world.rows(lambda local: np.full(len(local), 20.0), days=140)
    seconds = np.random.default_rng(14).gamma(80, 300 / 80, len(rows))
    worked = worked_weeks(_series(world, rows, seconds))
    assert worked is not None
    assert variation(worked) == pytest.approx(0.25, rel=0.1)
