"""The made-up queues are what they are said to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic_queues import COMPANY_QUEUES, SyntheticSet, synthetic_set, synthetic_sets


@pytest.fixture(scope="module")
def sets() -> dict[str, SyntheticSet]:
    return synthetic_sets(1)


def daily(made: SyntheticSet) -> pd.Series:
    return made.rows.groupby(made.rows["interval_start"].dt.tz_convert(made.zone).dt.date)["rate"].sum()


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(sets: dict[str, SyntheticSet]):
    for name in ("thin", "steps", "ten_weeks"):
        rows, other = sets[name].rows, synthetic_set(name, 2).rows
        pd.testing.assert_frame_equal(rows, synthetic_set(name, 1).rows)
        assert not np.array_equal(rows["offered"].to_numpy()[:500], other["offered"].to_numpy()[:500])


def test_counts_are_drawn_around_their_rate(sets: dict[str, SyntheticSet]):
    for name, made in sets.items():
        if name != "outages":
            assert made.rows["offered"].sum() == pytest.approx(made.rows["rate"].sum(), rel=0.05)


def test_each_queue_has_each_interval_once(sets: dict[str, SyntheticSet]):
    for made in sets.values():
        assert not made.rows.duplicated(["queue", "interval_start"]).any()
        assert str(made.rows["interval_start"].dt.tz) == "UTC"


def test_the_company_has_small_and_large_queues(sets: dict[str, SyntheticSet]):
    means = sets["company"].rows.groupby("queue")["rate"].mean()
    assert len(means) == COMPANY_QUEUES
    assert means.min() < 3
    assert means.max() > 200


def test_one_queue_triples(sets: dict[str, SyntheticSet]):
    weeks = daily(sets["triples"]).to_numpy().reshape(-1, 7).sum(axis=1)
    assert weeks[-5:].mean() / weeks[:14].mean() == pytest.approx(3, rel=0.15)


def test_one_queue_has_fewer_than_one_contact_an_interval(sets: dict[str, SyntheticSet]):
    assert sets["thin"].rows["rate"].mean() == pytest.approx(0.9, rel=0.2)


def test_one_queue_opens_more_hours_half_way(sets: dict[str, SyntheticSet]):
    made = sets["changing_hours"]
    intervals = made.rows.groupby(made.rows["interval_start"].dt.tz_convert(made.zone).dt.date).size()
    assert (intervals.iloc[0], intervals.iloc[-1], made.hours) == (18, 24, None)


def test_one_week_begins_on_sunday(sets: dict[str, SyntheticSet]):
    made = sets["sunday_week"]
    weekdays = made.rows["interval_start"].dt.tz_convert(made.zone).dt.day_of_week
    assert set(weekdays) == {6, 0, 1, 2, 3}
    assert made.first_origin.weekday() == 6


def test_newcomers_are_four_to_eight_weeks_old_at_the_first_origin(sets: dict[str, SyntheticSet]):
    made = sets["newcomers"]
    begins = made.rows.groupby("queue")["interval_start"].min().dt.tz_convert(made.zone).dt.date
    ages = np.array([(made.first_origin - day).days for day in begins])
    assert ages.min() >= 28
    assert ages.max() <= 56


def test_every_other_wild_queue_climbs_to_twice_its_level_or_more(sets: dict[str, SyntheticSet]):
    rows = sets["wild_nights"].rows
    week = (rows["interval_start"] - rows["interval_start"].min()).dt.days // 7
    rate = rows["rate"].groupby([rows["queue"], week]).mean().unstack()
    growth = rate.loc[:, 26:27].mean(axis=1) / rate.loc[:, :13].mean(axis=1)
    assert (growth[["queue 2", "queue 4", "queue 6"]] > 1.7).all()
    assert (growth[["queue 1", "queue 3", "queue 5"]] < 1.4).all()
    assert rate.loc["queue 1"].mean() == pytest.approx(0.9, rel=0.2)
