"""A new queue that borrows the history of another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SpecialDay
from staffplan.errors import ConfigError, DataError
from staffplan.forecast import forecast
from staffplan.settings.config import make_config
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Site, make_site
from staffplan.tables.history import ContactHistory

QUICK = ForecastSettings(methods=("recent_average",))
DAYS = 98


def _late(local: pd.DatetimeIndex) -> np.ndarray:
    """A twentieth of the lender's mornings, a tenth of its afternoons: another shape of the day."""
    weekday = np.array([120.0, 110.0, 100.0, 100.0, 90.0, 50.0, 30.0])[local.day_of_week]
    return np.asarray(weekday * np.where(local.hour < 12, 0.03, 0.06))


def _site(world, special_days=(), **borrower) -> Site:
    site = world.site(names=("old", "new"), special_days=special_days)
    return Site(site.calendar, {**site.queues, "new": replace(site.queues["new"], like="old", **borrower)})


def _run(world, lent, own=None, site=None, days=7, **borrower):
    rows = lent if own is None else pd.concat([lent, own], ignore_index=True)
    site = site or _site(world, **borrower)
    history = ContactHistory.of(rows, "history.csv")
    result = forecast(history, QUICK, site=site, first_day=world.day(DAYS), days=days)
    frame = result.forecast.frame
    return result, frame[frame["queue"] == "new"].reset_index(drop=True)


@pytest.fixture
def lent(world, noisy) -> pd.DataFrame:
    return world.rows(noisy, days=DAYS, queue="old")


def _own(world, offered, days: int, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return world.rows(
        lambda local: rng.poisson(offered(local)).astype(float),
        days=days,
        first=world.day(DAYS - days),
        queue="new",
    )


def _morning(frame: pd.DataFrame) -> float:
    return float(frame.loc[frame["interval_start"].dt.hour < 12, "offered"].sum() / frame["offered"].sum())


def test_a_queue_without_rows_has_the_lenders_week_at_the_level_expected(world, lent) -> None:
    result, frame = _run(world, lent, expected_per_week=600.0)
    old = result.forecast.frame.query("queue == 'old'")
    assert frame["offered"].sum() == pytest.approx(600, rel=0.03)
    shares = frame["offered"].to_numpy() / frame["offered"].sum()
    assert shares == pytest.approx(old["offered"].to_numpy() / old["offered"].sum(), rel=0.02)
    assert set(frame["method"]) == {"like:old"}
    assert result.facts["new.method"] == "like:old"


def test_nothing_changes_for_the_lender(world, lent) -> None:
    result, _ = _run(world, lent, expected_per_week=600.0)
    alone = world.forecast(lent, site=world.site(names=("old",)), first_day=world.day(DAYS), settings=QUICK)
    both = result.forecast.frame.query("queue == 'old'").reset_index(drop=True)
    pd.testing.assert_frame_equal(both, alone.forecast.frame)


def test_twice_the_contacts_expected_are_twice_the_forecast(world, lent) -> None:
    _, once = _run(world, lent, expected_per_week=600.0)
    _, twice = _run(world, lent, expected_per_week=1200.0)
    assert twice["offered"].to_numpy() == pytest.approx(2 * once["offered"].to_numpy(), rel=0.02)


def test_the_more_contacts_of_its_own_the_more_its_own_shape_counts(world, lent) -> None:
    _, nothing = _run(world, lent, expected_per_week=600.0)
    mornings = [_morning(nothing)]
    mornings += [_morning(_run(world, lent, _own(world, _late, days))[1]) for days in (7, 28, 70)]
    assert mornings == sorted(mornings, reverse=True)
    truth = 8 * 0.03 / (8 * 0.03 + 16 * 0.06)
    assert mornings[-1] == pytest.approx(truth, abs=0.02)


def test_a_few_contacts_do_not_bend_the_lenders_shape(world, lent, shaped) -> None:
    _, nothing = _run(world, lent, expected_per_week=600.0)
    _, frame = _run(world, lent, _own(world, lambda local: 0.02 * shaped(local), 14))
    assert _morning(frame) == pytest.approx(_morning(nothing), abs=0.03)


def test_its_own_contacts_outweigh_a_wrong_guess(world, lent, shaped) -> None:
    own = _own(world, lambda local: 0.05 * shaped(local), 14)
    per_week = own["offered"].sum() / 2
    _, frame = _run(world, lent, own, expected_per_week=5000.0)
    assert frame["offered"].sum() == pytest.approx(per_week, rel=0.1)


def test_a_level_that_is_only_guessed_has_wider_bounds(world, lent, shaped) -> None:
    own = _own(world, lambda local: 0.5 * shaped(local), 14)
    _, known = _run(world, lent, own)
    _, guessed = _run(world, lent, expected_per_week=float(own["offered"].sum() / 2))
    widths = [(frame["offered_p90"] - frame["offered_p10"]).sum() for frame in (known, guessed)]
    assert widths[1] > 1.3 * widths[0]
    bounds = guessed[["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]].to_numpy()
    assert (np.diff(bounds, axis=1) >= 0).all()


def test_its_own_hours_are_kept_and_hours_the_lender_lacks_are_filled_in(world, lent) -> None:
    hours = OpeningHours((((600, 1320),),) * 6 + ((),))
    _, frame = _run(world, lent, expected_per_week=600.0, arrival_hours=hours)
    assert len(frame) == 6 * 24
    assert (frame["offered"] > 0).all()
    assert frame["offered"].sum() == pytest.approx(600, rel=0.05)


def test_special_days_of_the_lender_are_special_for_the_borrower(world, lent) -> None:
    feasts = tuple(SpecialDay(world.day(day), f"Feast {day}") for day in (16, 37, 51, 72, 100))
    feast = lent["interval_start"].dt.date.isin([special.day for special in feasts])
    lent["offered"] = lent["offered"].where(~feast, (lent["offered"] * 0.3).round())
    _, frame = _run(world, lent, site=_site(world, feasts, expected_per_week=600.0))
    by_day = frame.groupby(frame["interval_start"].dt.date)["offered"].sum()
    assert by_day[world.day(100)] < 0.6 * by_day[world.day(99)]


def test_nothing_is_forecast_before_a_queue_opens(world, lent) -> None:
    _, frame = _run(world, lent, expected_per_week=600.0, opens=world.day(DAYS + 2))
    assert frame["interval_start"].dt.date.min() == world.day(DAYS + 2)
    assert len(frame) == 3 * 24


def test_handling_times_are_its_own_then_the_settings_then_the_lenders(world, lent, shaped) -> None:
    lent = lent.assign(aht_seconds=400.0)
    own = _own(world, lambda local: 0.05 * shaped(local), 14).assign(aht_seconds=200.0)
    assert _run(world, lent, own)[1]["aht_seconds"].mean() == pytest.approx(200, rel=0.02)
    assert _run(world, lent, expected_per_week=600.0)[1]["aht_seconds"].mean() == pytest.approx(240, rel=0.02)
    _, frame = _run(world, lent, expected_per_week=600.0, aht_seconds=None)
    assert frame["aht_seconds"].mean() == pytest.approx(400, rel=0.02)


def test_what_the_lenders_history_has_is_not_listed_as_the_borrowers(world, lent) -> None:
    down = lent["interval_start"].between(
        pd.Timestamp("2026-02-18 10:00Z"), pd.Timestamp("2026-02-18 12:30Z"), inclusive="left"
    )
    lent["offered"] = lent["offered"].where(~down, 0.0)
    result, _ = _run(world, lent, expected_per_week=600.0)
    assert set(result.quality.frame["queue"]) == {"old"}


def test_the_note_says_what_was_borrowed_and_what_the_level_rests_on(world, lent) -> None:
    result, _ = _run(world, lent, expected_per_week=600.0)
    told = [note.message for note in result.notes if note.place == "new" and "borrows" in note.message]
    assert len(told) == 1
    assert "borrows weekly pattern, special days and variability from old" in told[0]
    assert "its level is based on expected_per_week = 600, with an uncertainty of 25 %" in told[0]


def test_a_level_and_a_lender_are_needed(world, lent) -> None:
    with pytest.raises(DataError) as caught:
        _run(world, lent)
    assert "queues.new.expected_per_week: the setting is missing" in str(caught.value)
    site = _site(world, expected_per_week=600.0)
    stranger = Site(site.calendar, {"new": replace(site.queues["new"], like="odl")})
    with pytest.raises(DataError) as caught:
        _run(world, lent, site=stranger)
    assert "queues.new.like: the history has no rows of 'odl'" in str(caught.value)
    assert "did you mean old?" in str(caught.value)
    with pytest.raises(DataError, match="no contacts, so its pattern"):
        _run(world, lent.assign(offered=0.0), expected_per_week=600.0)


@pytest.mark.parametrize(
    ("queues", "message"),
    [
        ({"new": {"expected_per_week": 600}}, "a weekly volume alone is not enough for a forecast"),
        ({"new": {"like": "new"}}, "'new' has no history of its own"),
        ({"new": {"like": "other"}, "other": {"like": "old"}}, "'other' has no history of its own"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(queues, message) -> None:
    with pytest.raises(ConfigError, match=message):
        make_config({"queues": queues}, "plan.toml")


def test_a_queue_that_borrows_belongs_to_the_site_without_rows_of_its_own(world) -> None:
    config = make_config({"queues": {"new": {"like": "old", "expected_per_week": 600}}}, "plan.toml")
    site = make_site(config, queues=["old"], first_day=world.monday, last_day=world.day(7))
    assert sorted(site.queues) == ["new", "old"]
    assert site.queues["new"].like == "old"
