"""Many thin queues: the number of studies is bounded, and the others have the mean of what came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import DataError, UsageError
from staffplan.forecast import explain, plain, step
from staffplan.forecast.plain import thin_queues
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.history import ContactHistory

MANY = 150
"""More than any history bears studying with few rows each."""


def _thin_rows(world, queues: int, days: int, contacts: float = 2.0, first: int = 0) -> pd.DataFrame:
    """Queues t000, t001, ... with one interval a day, at 9:00 and a few at 10:00."""
    frames = []
    for number in range(queues):
        starts = pd.date_range(f"{world.day(first)} {9 + number % 2}:00", periods=days, tz="UTC")
        frames.append(pd.DataFrame({"interval_start": starts, "queue": f"t{number:03d}", "offered": contacts}))
    return pd.concat(frames, ignore_index=True)


def _office(world):
    return world.rows(lambda local: 5 + local.hour % 3, days=28, queue="office")


@pytest.fixture
def studies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the queues that were studied."""
    studied: list[str] = []
    real = step.forecast_queue

    def counting(rows, queue, task):
        studied.append(queue.name)
        return real(rows, queue, task)

    monkeypatch.setattr(step, "forecast_queue", counting)
    return studied


def test_a_queue_more_for_a_thousand_rows_is_studied() -> None:
    sizes = {"big": 3000, **{f"q{number:03d}": 60 for number in range(130)}}
    rows = pd.DataFrame({"queue": [name for name, size in sizes.items() for _ in range(size)]})
    borne = plain.STUDIES + len(rows) // plain.ROWS_A_STUDY
    thin = thin_queues(rows, ())
    assert len(thin) == len(sizes) - borne
    assert thin == {f"q{number:03d}" for number in range(borne - 1, 130)}
    assert "q129" not in thin_queues(rows, {"q129"})
    assert thin_queues(rows[rows["queue"] <= "q100"], ()) == frozenset()


def test_of_many_queues_with_few_rows_none_is_studied_and_the_others_are_as_alone(world, studies: list[str]) -> None:
    hours = {"site": world.site(hours=None), "first_day": world.day(28), "days": 7}
    office = _office(world)
    alone = world.forecast(office, **hours)
    many = world.forecast(pd.concat([office, _thin_rows(world, MANY, 3, first=25)], ignore_index=True), **hours)
    assert studies == ["office", "office"]
    frame = many.forecast.frame
    pd.testing.assert_frame_equal(
        frame[frame["queue"] == "office"].reset_index(drop=True), alone.forecast.frame.reset_index(drop=True)
    )
    assert frame["queue"].nunique() == MANY + 1
    told = [note.message for note in many.notes if "by their mean alone" in note.message]
    assert len(told) == 1
    assert told[0].startswith("150 queues with the fewest rows (at most 3)")


def test_a_thin_queue_has_the_mean_of_its_days_in_its_hours(world) -> None:
    made = world.forecast(
        _thin_rows(world, MANY, 3, contacts=6.0), site=world.site(hours=None), first_day=world.day(3), days=7
    )
    own = made.forecast.frame[made.forecast.frame["queue"] == "t001"]
    assert own["interval_start"].dt.hour.unique().tolist() == [10]
    assert own["offered"].tolist() == [6.0] * 7
    assert (own["offered_p025"] <= own["offered_p10"]).all()
    assert ((own["offered_p10"] < 6) & (own["offered_p90"] > 6) & (own["offered_p975"] >= own["offered_p90"])).all()
    totals = made.totals.frame
    assert totals.loc[(totals["queue"] == "t001") & (totals["period"] == "horizon"), "offered"].tolist() == [42.0]
    whole = totals[(totals["queue"] == "") & (totals["period"] == "horizon")].iloc[0]
    assert whole["offered"] == pytest.approx(42.0 * MANY)
    assert whole["offered_p10"] < whole["offered"] < whole["offered_p90"]


def test_weekdays_without_a_row_in_weeks_are_closed_and_days_between_rows_count(world) -> None:
    rows = _thin_rows(world, MANY, 29)
    mondays = rows[rows["interval_start"].dt.day_of_week == 0]
    made = world.forecast(mondays, site=world.site(hours=None), first_day=world.day(29), days=14)
    own = made.forecast.frame[made.forecast.frame["queue"] == "t000"]
    assert own["interval_start"].dt.day_of_week.tolist() == [0, 0]
    assert own["offered"].tolist() == [2.0, 2.0]


def test_handling_times_are_those_of_the_history_then_of_the_settings(world) -> None:
    rows = _thin_rows(world, MANY, 2)
    rows["aht_seconds"] = np.where(rows["queue"] == "t000", 100.0, np.nan)
    site = world.site(hours=None, names=tuple(rows["queue"].unique()))
    site.queues["t001"] = replace(site.queues["t001"], aht_seconds=70.0)
    site.queues["t002"] = replace(site.queues["t002"], aht_seconds=None)
    made = world.forecast(rows, site=site, first_day=world.day(2), days=1).forecast.frame
    by_queue = made.groupby("queue")["aht_seconds"].first()
    assert by_queue[["t000", "t001", "t002"]].tolist() == [100.0, 70.0, plain.ASSUMED_AHT_SECONDS]


def test_queues_that_are_numbers_of_contacts_are_refused(world, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MOST_ROWS", 1000)
    with pytest.raises(DataError, match="the number of a contact"):
        world.forecast(_thin_rows(world, MANY, 1), site=world.site(hours=None), first_day=world.day(1), days=7)


def test_a_thin_queue_is_not_explained(world) -> None:
    rows = _thin_rows(world, MANY, 3)
    with pytest.raises(UsageError, match="by their mean alone"):
        explain(
            ContactHistory.of(rows),
            ForecastSettings(),
            site=world.site(hours=None),
            first_day=world.day(3),
            days=7,
            queue="t001",
            day=world.day(4),
        )
