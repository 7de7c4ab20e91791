"""The quality table: everything found in a history, and what was done with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, parse_spans
from staffplan.settings.forecast import ForecastSettings

QUICK = ("seasonal_naive", "recent_average")


def _quality(world, rows, days, clean=True, missing_rows="auto", **site):
    settings = ForecastSettings(methods=QUICK, clean=clean, missing_rows=missing_rows)
    return world.forecast(rows, site=world.site(**site), first_day=world.day(days), settings=settings)


def _listed(result, kind) -> list[tuple[str, str, str]]:
    frame = result.quality.frame[result.quality.frame["kind"] == kind]
    starts, ends = (frame[name].dt.strftime("%m-%d %H:%M") for name in ("interval_start", "interval_end"))
    return list(zip(starts, ends, frame["treatment"], strict=True))


def _between(rows, start, end) -> pd.Series:
    return rows["interval_start"].between(pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC"), "left")


def test_a_history_without_flaws_has_no_entries(world, noisy) -> None:
    assert len(_quality(world, world.rows(noisy, days=70), 70).quality) == 0


def test_outages_and_spikes_are_listed_with_numbers_and_summed_up_in_one_note(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    rows.loc[_between(rows, "2026-02-18 10:00", "2026-02-18 12:30"), "offered"] = 0.0
    rows.loc[_between(rows, "2026-03-03 12:00", "2026-03-03 12:30"), "offered"] = 900.0
    result = _quality(world, rows, 70)
    assert _listed(result, "outage") == [("02-18 10:00", "02-18 12:30", "left out of the learning")]
    assert _listed(result, "spike") == [("03-03 12:00", "03-03 12:30", "left out of the learning")]
    spike = result.quality.frame.query("kind == 'spike'").iloc[0]
    assert spike["contacts"] == 900
    assert spike["expected"] == pytest.approx(66, rel=0.2)
    told = [note.message for note in result.notes if note.message.startswith("found in the history")]
    assert len(told) == 1
    assert "1 x outage, 1 x spike" in told[0]
    assert "spike on 2026-03-03 12:00-12:30: 900 contacts, usual" in told[0]


def test_what_is_left_in_is_listed_too(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    rows.loc[_between(rows, "2026-02-18 10:00", "2026-02-18 12:30"), "offered"] = 0.0
    treatment = _listed(_quality(world, rows, 70, clean=("spikes",)), "outage")[0][2]
    assert treatment == "kept: forecast.clean does not list it"
    assert _listed(_quality(world, rows, 70, clean=False), "outage")[0][2] == treatment


def test_a_closure_is_one_entry_from_its_first_to_its_last_day(world, noisy) -> None:
    rows = world.rows(noisy, days=140)
    rows.loc[_between(rows, "2026-03-02", "2026-03-14"), "offered"] = 0.0
    assert _listed(_quality(world, rows, 140), "closure") == [
        ("03-02 08:00", "03-13 20:00", "left out of the learning")
    ]


def test_missing_rows_missing_days_and_absent_rows_are_told_apart(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    gone = _between(rows, "2026-02-10", "2026-02-13") | _between(rows, "2026-03-04 14:00", "2026-03-05")
    minute = rows["interval_start"] == pd.Timestamp("2026-01-07 09:00", tz="UTC")
    result = _quality(world, rows[~gone & ~minute].reset_index(drop=True), 70)
    missing = "treated as missing, not as zero"
    assert _listed(result, "missing days") == [("02-10 00:00", "02-13 00:00", missing)]
    assert _listed(result, "missing rows") == [
        ("01-07 09:00", "01-07 09:30", missing),
        ("03-04 14:00", "03-04 20:00", missing),
    ]
    assert _listed(result, "absent rows") == []


def test_with_absent_rows_as_zeros_nothing_is_missing(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    gone = _between(rows, "2026-02-10", "2026-02-13")
    result = _quality(world, rows[~gone].reset_index(drop=True), 70, missing_rows="zero", clean=False)
    assert _listed(result, "missing days") == [("02-10 00:00", "02-13 00:00", "treated as zero")]
    detail = result.quality.frame.query("kind == 'absent rows'")["detail"].item()
    assert detail.startswith("72 open intervals without a row")


def test_contacts_outside_the_hours_are_listed_day_by_day(world, noisy) -> None:
    nights = pd.to_datetime(["2026-01-06 02:00", "2026-01-06 03:30", "2026-01-10 11:00"], utc=True)
    extra = pd.DataFrame({"interval_start": nights, "queue": "q", "offered": [3.0, 4.0, 5.0]})
    result = _quality(world, pd.concat([world.rows(noisy, days=70), extra], ignore_index=True), 70)
    frame = result.quality.frame.query("kind == 'outside hours'")
    assert frame["contacts"].tolist() == [7.0, 5.0]
    assert set(frame["treatment"]) == {"not used for learning, not forecast"}


def test_days_that_begin_or_end_halfway_are_partial(world, noisy) -> None:
    rows = world.rows(noisy, days=68)
    whole = _between(rows, "2026-01-05 11:00", "2026-03-13 15:00")
    result = _quality(world, rows[whole].reset_index(drop=True), 70)
    treatment = "these intervals are missing, not zero"
    assert _listed(result, "partial day") == [
        ("01-05 08:00", "01-05 11:00", treatment),
        ("03-13 15:00", "03-13 20:00", treatment),
    ]


def test_a_level_shift_is_listed_and_only_scaled_where_it_may_be(world, noisy) -> None:
    rows = world.rows(noisy, days=112)
    rows["offered"] = rows["offered"].where(rows["interval_start"] < "2026-04-06", 3 * rows["offered"])
    scaled = _listed(_quality(world, rows, 112), "level shift")
    assert scaled == [("04-06 00:00", "04-06 00:00", "earlier days are scaled to the new level")]
    left = _listed(_quality(world, rows, 112, clean=("outages",)), "level shift")
    assert [treatment for *_, treatment in left] == ["kept: forecast.clean does not list it"]


def test_hours_that_changed_are_listed_and_said(world, noisy) -> None:
    longer = OpeningHours((parse_spans("08:00-22:00"),) * 5 + ((),) * 2)
    parts = [world.rows(noisy, days=70), world.rows(noisy, days=70, hours=longer, first=world.day(70))]
    result = _quality(world, pd.concat(parts, ignore_index=True), 140, hours=None)
    assert [entry[0] for entry in _listed(result, "hours changed")] == ["03-16 00:00"]
    detail = result.quality.frame.query("kind == 'hours changed'")["detail"].item()
    assert detail == "mon-fri 08:00-20:00; sat-sun closed before; mon-fri 08:00-22:00; sat-sun closed since"
    assert any("the opening hours changed on 2026-03-16" in note.message for note in result.notes)


def test_weekdays_never_seen_and_histories_too_short_to_check_are_said(world, noisy) -> None:
    result = _quality(world, world.rows(noisy, days=2), 2, hours=None)
    kinds = result.quality.frame["kind"].value_counts().to_dict()
    assert kinds == {"weekday never seen": 5, "not checked": 1}


def test_times_are_local_days_when_the_clock_changes(world) -> None:
    always = OpeningHours.always()
    rng = np.random.default_rng(6)
    first = pd.Timestamp("2026-03-02").date()
    rows = world.rows(
        lambda local: rng.poisson(30.0, len(local)).astype(float),
        days=70,
        hours=always,
        zone="Europe/Madrid",
        first=first,
    )
    local = rows["interval_start"].dt.tz_convert("Europe/Madrid")
    rows.loc[(local.dt.date == pd.Timestamp("2026-03-29").date()) & (local.dt.hour >= 4), "offered"] = 0.0
    site = world.site(hours=always, zone="Europe/Madrid")
    settings = ForecastSettings(methods=QUICK)
    result = world.forecast(rows, site=site, first_day=pd.Timestamp("2026-05-11").date(), settings=settings)
    assert _listed(result, "outage") == [("03-29 02:00", "03-29 22:00", "left out of the learning")]
