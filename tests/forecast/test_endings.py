"""Queues that ended, were renamed, merged or split: what is forecast, said and asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import ENDED, QUESTION, DataError, UsageError
from staffplan.forecast import ForecastResult, explain, forecast, reforecast
from staffplan.forecast.endings import Endings, find_endings
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Site
from staffplan.tables.history import ContactHistory

QUICK = ForecastSettings(methods=("recent_average",))
CHANGE, END = 70, 119
"""Days after the first Monday: the change of names, and the end of the history seven weeks later."""


def _part(world, queue: str, first: int, end: int, rate: float, morning: float = 1.0, later: float = 0.5):
    rng = np.random.default_rng([sum(map(ord, queue)), first])
    weekday = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3])
    return world.rows(
        lambda local: rng.poisson(
            rate * weekday[local.day_of_week] * np.where(local.hour < 12, morning, later)
        ).astype(float),
        days=end - first,
        first=world.day(first),
        queue=queue,
    )


def _site(world, rows: pd.DataFrame, **queues: dict[str, object]) -> Site:
    site = world.site(names=tuple({*rows["queue"], *queues}))
    known = {name: replace(queue, **queues.get(name, {})) for name, queue in site.queues.items()}
    older = {name for queue in known.values() for name in queue.was}
    return Site(site.calendar, {name: queue for name, queue in known.items() if name not in older})


def _run(world, *parts: pd.DataFrame, settings=QUICK, **queues: dict[str, object]) -> ForecastResult:
    rows = pd.concat(parts, ignore_index=True)
    history = ContactHistory.of(rows, "history.csv")
    site = _site(world, rows, **queues)
    return forecast(history, settings, site=site, first_day=world.day(END), days=14)


def _judged(world, *parts: pd.DataFrame, **queues: dict[str, object]) -> Endings:
    """What the step finds out before any queue is forecast."""
    rows = ContactHistory.of(pd.concat(parts, ignore_index=True)).frame
    return find_endings(rows, _site(world, rows, **queues), world.day(END))


def _volume(result: ForecastResult) -> dict[str, float]:
    return result.forecast.frame.groupby("queue")["offered"].sum().to_dict()


def _said(result: ForecastResult | Endings, kind: str) -> dict[str, str]:
    return {note.place: note.message for note in result.notes if note.kind == kind}


@pytest.fixture(scope="module")
def others(world) -> pd.DataFrame:
    """Two queues that go on, one of mornings and one of afternoons."""
    return pd.concat([_part(world, "day", 0, END, 30, 1.2, 0.2), _part(world, "late", 0, END, 20, 0.2, 1.5)])


@pytest.fixture(scope="module")
def renamed(world, others):
    return others, _part(world, "old", 0, CHANGE, 10), _part(world, "new", CHANGE, END, 10)


def test_a_queue_that_ended_is_not_forecast_and_the_setting_that_undoes_it_is_named(world, others) -> None:
    result = _run(world, others, _part(world, "old one", 0, CHANGE, 10))
    assert set(_volume(result)) == {"day", "late"}
    assert set(result.backtest.frame["queue"]) == {"day", "late"}
    said = _said(result, ENDED)["old one"]
    assert said.startswith("no contact since 2026-03-13 (")
    assert said.endswith('treated as ended and not forecast; if it continues, write [queues."old one"] ended = false')
    assert _said(result, QUESTION) == {}


def test_a_queue_that_is_said_to_go_on_is_forecast_from_before_its_silence(world, others) -> None:
    result = _run(world, others, _part(world, "old", 0, CHANGE, 10), old={"ended": False})
    whole = _run(world, others, _part(world, "old", 0, END, 10))
    assert _volume(result)["old"] == pytest.approx(_volume(whole)["old"], rel=0.1)
    assert _said(result, ENDED) == _said(result, QUESTION) == {}


def test_a_queue_is_forecast_until_the_day_it_is_said_to_end(world, others) -> None:
    old = _part(world, "old", 0, END, 10)
    cut = _run(world, others, old, old={"ended": world.day(END + 4)}).forecast.frame.query("queue == 'old'")
    assert cut["interval_start"].max().date() == world.day(END + 3)
    whole = _run(world, others, old).forecast.frame.query("queue == 'old'")
    pd.testing.assert_frame_equal(cut.reset_index(drop=True), whole.head(len(cut)).reset_index(drop=True))


@pytest.mark.parametrize("ended", [True, date(2026, 2, 2)])
def test_a_queue_that_is_said_to_have_ended_is_not_forecast(world, others, ended) -> None:
    result = _judged(world, others, _part(world, "old", 0, END, 10), old={"ended": ended})
    assert set(result.reasons) == {"old"}
    assert "as set (queues.old.ended)" in _said(result, ENDED)["old"]
    assert ("though its last contact is on 2026-05-01" in _said(result, ENDED)["old"]) == (ended is not True)


def test_a_queue_that_opens_again_has_not_ended(world, others) -> None:
    old = _part(world, "old", 0, CHANGE, 10)
    assert not _judged(world, others, old, old={"opens": world.day(END + 7)}).reasons
    assert set(_judged(world, others, old, old={"opens": world.day(7)}).reasons) == {"old"}


def test_rows_of_zeros_say_that_nobody_came(world, others) -> None:
    result = _judged(world, others, _part(world, "old", 0, CHANGE, 10), _part(world, "old", CHANGE, END, 0))
    assert set(result.reasons) == {"old"}
    assert "all its rows since 2026-03-14 are zero: open, but without contacts" in _said(result, ENDED)["old"]


def test_a_late_export_is_asked_about_and_forecast(world, others) -> None:
    result = _judged(world, others, _part(world, "slow", 0, END - 12, 10))
    assert not result.reasons
    assert "too short to decide; it is forecast as a continuing queue" in _said(result, QUESTION)["slow"]
    assert _said(_judged(world, others, _part(world, "slow", 0, END - 6, 10)), QUESTION) == {}


def test_every_queue_ended_is_an_error(world) -> None:
    with pytest.raises(DataError, match="every queue has ended"):
        _run(world, _part(world, "old", 0, END, 10), old={"ended": True})


def test_a_change_of_name_is_asked_about_with_the_setting_to_write(world, renamed) -> None:
    result = _run(world, *renamed)
    assert set(_volume(result)) == {"day", "late", "new"}
    asked = _said(result, QUESTION)["new"]
    assert asked.startswith("it began on 2026-03-16, when old stopped, with ")
    assert "is it old under a new name?" in asked
    assert '[queues.new] was = "old"' in asked
    assert asked.endswith("if not, [queues.old] ended = 2026-03-14")


@pytest.mark.parametrize("gap", [-10, 0, 10])
def test_a_gap_or_an_overlap_of_some_days_is_a_change_of_name_too(world, others, gap) -> None:
    parts = _part(world, "old", 0, CHANGE, 10), _part(world, "new", CHANGE + gap, END, 10)
    assert "new" in _said(_judged(world, others, *parts), QUESTION)


def test_a_change_of_name_two_weeks_ago_ends_the_older_queue_at_once(world, others) -> None:
    parts = _part(world, "old", 0, END - 16, 10), _part(world, "new", END - 16, END, 10)
    assert set(_judged(world, others, *parts).reasons) == {"old"}
    assert not _judged(world, others, parts[0]).reasons


def test_the_answer_that_it_ended_ends_the_question(world, renamed) -> None:
    assert _said(_judged(world, *renamed, old={"ended": world.day(CHANGE)}), QUESTION) == {}


@pytest.mark.parametrize(("level", "morning", "later"), [(40, 1.0, 0.5), (10, 0.02, 1.5)])
def test_a_new_queue_of_another_level_or_shape_is_no_change_of_name(world, others, level, morning, later) -> None:
    new = _part(world, "new", CHANGE, END, level, morning, later)
    result = _judged(world, others, _part(world, "old", 0, CHANGE, 10), new)
    assert _said(result, QUESTION) == {}
    assert "old" in _said(result, ENDED)


def test_a_renamed_queue_is_forecast_exactly_as_if_it_had_kept_its_name(world, renamed) -> None:
    settings = ForecastSettings(methods=("recent_average", "day_model"))
    joined = _run(world, *renamed, settings=settings, new={"was": ("old",)})
    rows = pd.concat(renamed, ignore_index=True)
    kept = _run(world, rows.assign(queue=rows["queue"].replace("old", "new")), settings=settings)
    pd.testing.assert_frame_equal(joined.forecast.frame, kept.forecast.frame)
    pd.testing.assert_frame_equal(joined.backtest.frame, kept.backtest.frame)
    pd.testing.assert_frame_equal(joined.totals.frame, kept.totals.frame)
    assert _said(joined, ENDED) == _said(joined, QUESTION) == {}


@pytest.fixture(scope="module")
def merged(world, others):
    parts = _part(world, "a", 0, CHANGE, 10, 1.0, 0.2), _part(world, "b", 0, CHANGE, 8, 0.5, 1.0)
    return others, *parts, _part(world, "m", CHANGE, END, 14.4, 1.0, 0.7)


def test_a_merger_is_asked_about(world, merged) -> None:
    result = _judged(world, *merged)
    assert set(_said(result, ENDED)) == {"a", "b"}
    assert "were a and b merged into it?" in _said(result, QUESTION)["m"]
    assert '[queues.m] was = ["a", "b"]' in _said(result, QUESTION)["m"]


def test_a_merged_queue_is_forecast_as_the_summed_history_is(world, merged) -> None:
    joined = _run(world, *merged, m={"was": ("a", "b")})
    rows = pd.concat(merged, ignore_index=True)
    rows["queue"] = rows["queue"].replace({"a": "m", "b": "m"})
    summed = rows.groupby(["queue", "interval_start"], as_index=False)["offered"].sum()
    pd.testing.assert_frame_equal(joined.forecast.frame, _run(world, summed).forecast.frame)


@pytest.fixture(scope="module")
def split(world, others):
    parts = _part(world, "n1", CHANGE, END, 12, 1.0, 0.2), _part(world, "n2", CHANGE, END, 6, 0.4, 1.0)
    return others, _part(world, "old", 0, CHANGE, 14.4, 1.0, 0.58), *parts


def test_a_split_is_asked_about(world, split) -> None:
    result = _judged(world, *split)
    assert set(result.reasons) == {"old"}
    assert 'write [queues.n1] was = "old" and [queues.n2] was = "old"' in _said(result, QUESTION)["old"]


def test_the_parts_of_a_split_have_the_level_of_the_whole(world, split) -> None:
    joined = _volume(_run(world, *split, n1={"was": ("old",)}, n2={"was": ("old",)}))
    rows = pd.concat(split, ignore_index=True)
    rows["queue"] = rows["queue"].replace({"n1": "old", "n2": "old"})
    whole = _volume(_run(world, rows.groupby(["queue", "interval_start"], as_index=False)["offered"].sum()))
    assert joined["n1"] + joined["n2"] == pytest.approx(whole["old"], rel=0.01)


def test_an_ended_queue_may_still_lend_its_history(world, others) -> None:
    new = {"like": "old", "expected_per_week": 500.0}
    result = _run(world, others, _part(world, "old", 0, CHANGE, 10), new=new)
    assert set(_volume(result)) == {"day", "late", "new"}


def test_explaining_a_queue_without_a_forecast_gives_the_reason(world, renamed) -> None:
    rows = pd.concat(renamed, ignore_index=True)

    def asked(**queues: dict[str, object]) -> str:
        site, history = _site(world, rows, **queues), ContactHistory.of(rows, "history.csv")
        first = world.day(END)
        with pytest.raises(UsageError) as error:
            explain(history, QUICK, site=site, first_day=first, days=7, queue="old", day=first)
        return error.value.problems[0].message

    assert asked() == "old has no forecast: no contact since 2026-03-13: it has ended"
    assert asked(new={"was": ("old",)}) == "old has no forecast: it is now part of new (queues.new.was)"


def test_a_reforecast_learns_from_the_older_name_and_says_of_an_ended_queue_that_it_has_none(world, renamed) -> None:
    made = _run(world, *renamed, new={"was": ("old",)}).forecast
    today = _part(world, "new", END, END + 1, 10).head(6)
    rows = pd.concat([*renamed, today, _part(world, "day", END, END + 1, 30).head(6)], ignore_index=True)
    history = ContactHistory.of(rows, "history.csv")
    joined = reforecast(made, history, QUICK, site=_site(world, rows, new={"was": ("old",)}))
    kept = ContactHistory.of(rows.assign(queue=rows["queue"].replace("old", "new")), "history.csv")
    one_name = reforecast(made, kept, QUICK, site=_site(world, kept.frame))
    pd.testing.assert_frame_equal(joined.forecast.frame, one_name.forecast.frame)
    apart = reforecast(made, history, QUICK, site=_site(world, rows))
    (said,) = [note.message for note in apart.notes if note.place == "old"]
    assert said == "no contact since 2026-03-13, and the forecast does not have this queue: it seems to have ended"
