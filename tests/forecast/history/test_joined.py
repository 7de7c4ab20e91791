"""Histories under the names that go on: renamed, merged, split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours
from staffplan.forecast.history.joined import COUNTS, join_histories, join_problems, split_shares
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

_ALWAYS = OpeningHours.always()


def _site(world, **was: tuple[str, ...]) -> Site:
    site = world.site(names=tuple(was))
    return Site(site.calendar, {name: replace(site.queues[name], was=older) for name, older in was.items()})


def _rows(world, queue: str, first: int, days: int, offered=10.0, aht: float = 300.0) -> pd.DataFrame:
    rows = world.rows(lambda local: np.full(len(local), offered), days=days, first=world.day(first), queue=queue)
    return rows.assign(aht_seconds=aht, handled=rows["offered"])


def _history(*parts: pd.DataFrame) -> pd.DataFrame:
    return ContactHistory.of(pd.concat(parts, ignore_index=True)).frame


def test_a_renamed_queue_has_the_same_rows_as_one_that_kept_its_name(world) -> None:
    rows = _history(_rows(world, "old", 0, 70), _rows(world, "new", 70, 28, 11.0))
    joined, notes = join_histories(rows, _site(world, new=("old",)))
    one_name = _history(rows.assign(queue="new"))
    pd.testing.assert_frame_equal(joined[one_name.columns], one_name, check_dtype=False)
    assert "has the contacts of old of 2026-01-05 to 2026-03-13 (12,000)" in notes[0].message


def test_intervals_that_both_have_add_up_and_handling_times_weigh_by_contacts(world) -> None:
    rows = _history(_rows(world, "old", 0, 75, 30.0, 200.0), _rows(world, "new", 70, 28, 10.0, 400.0))
    joined, notes = join_histories(rows, _site(world, new=("old",)))
    both = joined[joined["interval_start"].duplicated(keep=False)]
    assert both.empty
    monday = joined[joined["interval_start"].dt.date == world.day(70)]
    assert set(monday["offered"]) == {40.0}
    assert monday["aht_seconds"].to_numpy() == pytest.approx(250.0)
    assert "on 5 days both have contacts, which are added" in notes[0].message


def test_a_count_that_one_of_both_does_not_know_is_not_known(world) -> None:
    old = _rows(world, "old", 0, 75).assign(handled=np.nan)
    joined, _ = join_histories(_history(old, _rows(world, "new", 70, 28)), _site(world, new=("old",)))
    monday = joined[joined["interval_start"].dt.date == world.day(70)]
    assert monday["handled"].isna().all()
    assert monday["aht_seconds"].to_numpy() == pytest.approx(300.0)


def test_a_merged_queue_has_the_sum_on_days_that_both_know(world) -> None:
    first = _rows(world, "a", 0, 70, 10.0)
    second = _rows(world, "b", 14, 56, 5.0)
    lost = second["interval_start"].dt.date.isin([world.day(28), world.day(29)])
    rows = _history(first, second[~lost], _rows(world, "m", 70, 28, 15.0))
    joined, _ = join_histories(rows, _site(world, m=("a", "b")))
    days = set(joined["interval_start"].dt.date)
    assert min(days) == world.day(14)
    assert not days & {world.day(28), world.day(29)}
    assert set(joined["offered"]) == {15.0}


def test_a_merged_queue_keeps_weekdays_on_which_one_of_them_was_closed(world) -> None:
    every_day = world.rows(lambda local: np.full(len(local), 10.0), days=70, queue="a", hours=_ALWAYS)
    rows = _history(every_day, _rows(world, "b", 0, 70, 5.0), _rows(world, "m", 70, 28, 15.0))
    joined, _ = join_histories(rows, _site(world, m=("a", "b")))
    weekend = joined[joined["interval_start"].dt.day_of_week >= 5]
    assert len(weekend)
    assert set(weekend["offered"]) == {10.0}


def test_older_queues_that_followed_one_another_keep_all_their_rows(world) -> None:
    rows = _history(_rows(world, "a", 0, 35), _rows(world, "b", 35, 35), _rows(world, "c", 70, 28))
    at_once, _ = join_histories(rows, _site(world, c=("a", "b")))
    by_steps, _ = join_histories(rows, _site(world, c=("b",), b=("a",)))
    assert len(at_once) == len(rows)
    pd.testing.assert_frame_equal(at_once, by_steps)


@pytest.fixture(scope="module")
def split(world):
    """A queue of two sorts of contacts, split in two on day 70: one comes in the morning, the other later."""
    rng = np.random.default_rng(5)

    def part(queue: str, first: int, days: int, morning: float, later: float, aht: float) -> pd.DataFrame:
        rows = world.rows(
            lambda local: rng.poisson(np.where(local.hour < 12, morning, later)).astype(float),
            days=days,
            first=world.day(first),
            queue=queue,
        )
        return rows.assign(aht_seconds=aht, handled=rows["offered"])

    old = part("old", 0, 70, 30.0, 15.0, 300.0)
    return _history(old, part("n1", 70, 42, 25.0, 5.0, 200.0), part("n2", 70, 42, 5.0, 10.0, 500.0))


def test_the_parts_of_a_split_add_up_to_the_queue_they_were(world, split) -> None:
    joined, _ = join_histories(split, _site(world, n1=("old",), n2=("old",)))
    old = split[split["queue"] == "old"]
    before = joined[joined["interval_start"] <= old["interval_start"].max()]
    for count in ("offered", "handled"):
        added = before.groupby("interval_start")[count].sum()
        assert added.to_numpy() == pytest.approx(old.sort_values("interval_start")[count].to_numpy())


def test_the_share_of_a_split_follows_the_time_of_day_and_each_part_has_its_own_handling_time(world, split) -> None:
    joined, _ = join_histories(split, _site(world, n1=("old",), n2=("old",)))
    before = joined[(joined["queue"] == "n1") & (joined["interval_start"].dt.date < world.day(70))]
    morning = before["interval_start"].dt.hour < 12
    assert before.loc[morning, "offered"].mean() == pytest.approx(25.0, rel=0.05)
    assert before.loc[~morning, "offered"].mean() == pytest.approx(5.0, rel=0.1)
    assert before["aht_seconds"].mean() == pytest.approx(200.0, rel=0.1)


def test_shares_that_differ_by_chance_alone_are_one_share(world) -> None:
    rng = np.random.default_rng(2)
    parts = {
        name: _history(world.rows(lambda local, r=rate: rng.poisson(np.full(len(local), r)), days=14, queue=name))
        for name, rate in (("n1", 2.0), ("n2", 6.0))
    }
    shares = split_shares(parts, world.site().calendar)
    assert np.ptp(shares["n1"]) < 0.1
    assert shares["n1"] + shares["n2"] == pytest.approx(1.0)


def test_other_queues_are_left_as_they_are(world, split) -> None:
    joined, _ = join_histories(split, _site(world, n1=("old",)))
    before, after = (rows[rows["queue"] == "n2"].reset_index(drop=True) for rows in (split, joined))
    pd.testing.assert_frame_equal(after, before)
    assert set(joined["queue"]) == {"n1", "n2"}
    assert joined[COUNTS].sum().sum() == pytest.approx(split[COUNTS].sum().sum())


def test_an_older_queue_that_goes_on_is_asked_about(world) -> None:
    rows = _history(_rows(world, "old", 0, 140), _rows(world, "new", 70, 70))
    _, notes = join_histories(rows, _site(world, new=("old",)))
    assert [note.kind for note in notes] == ["assumption", "question"]
    assert "old still has contacts on 50 of the same days" in notes[1].message


def test_a_name_the_history_does_not_have_is_refused_with_the_nearest(world) -> None:
    rows = _history(_rows(world, "orders", 0, 70), _rows(world, "new", 70, 28))
    (problem,) = join_problems(rows, _site(world, new=("oders",)))
    assert str(problem) == "queues.new.was: the history has no rows of 'oders'\n    did you mean orders?"


def test_a_new_name_misspelt_is_refused_where_the_older_queue_is_long_silent(world) -> None:
    rows = _history(_rows(world, "orders", 0, 70), _rows(world, "sales", 70, 28))
    (problem,) = join_problems(rows, _site(world, sale=("orders",)))
    assert problem.message == "the history has no rows of 'sale', and none of 'orders' since 2026-03-13"
    assert problem.hint == "did you mean sales?"


def test_a_name_that_is_yet_to_come_takes_the_rows_of_one_that_goes_on(world) -> None:
    rows = _history(_rows(world, "orders", 0, 70))
    site = _site(world, sales=("orders",))
    assert join_problems(rows, site) == []
    assert set(join_histories(rows, site)[0]["queue"]) == {"sales"}


def test_shares_of_a_split_need_rows_of_every_part(world) -> None:
    rows = _history(_rows(world, "old", 0, 70), _rows(world, "n1", 70, 7))
    (problem,) = join_problems(rows, _site(world, n1=("old",), n2=("old",)))
    assert problem.place == "queues.n2.was"
    assert "its share of 'old' is not known" in problem.message


def test_without_was_the_rows_are_untouched(world) -> None:
    rows = _history(_rows(world, "q", 0, 7))
    joined, notes = join_histories(rows, Site(world.site().calendar, {"q": Queue("q")}))
    assert joined is rows
    assert notes == []
