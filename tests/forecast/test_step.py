"""The whole step: laws, clock changes, short histories, what the notes say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours, SpecialDay
from staffplan.errors import DataError
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.history import ContactHistory
from thorough import repetitions

QUICK = ForecastSettings(methods=("seasonal_naive", "recent_average"))


def _messages(result, kind: str = "") -> str:
    return "\n".join(note.message for note in result.notes if kind in ("", note.kind))


def test_the_forecast_of_a_constant_is_the_constant(world) -> None:
    rows = world.rows(lambda local: np.full(len(local), 17.0), days=70)
    result = world.forecast(rows, first_day=world.day(70), days=28)
    assert result.forecast.frame["offered"].to_numpy() == pytest.approx(np.full(20 * 24, 17.0))


@pytest.mark.parametrize("method", ["recent_average", "day_model", "holt_winters", "day_shapes"])
def test_a_queue_open_for_two_hours_a_day_is_forecast_by_every_method(world, method) -> None:
    hours = OpeningHours((((540, 660),),) * 5 + (((540, 600),),) + ((),))
    rows = world.rows(lambda local: np.where(local.day_of_week == 5, 40.0, 17.0), days=70, hours=hours)
    result = world.forecast(
        rows,
        site=world.site(hours=hours),
        first_day=world.day(70),
        days=7,
        settings=ForecastSettings(methods=(method,)),
    )
    assert result.forecast.frame["offered"].to_numpy() == pytest.approx([17.0] * 20 + [40.0] * 2, rel=0.02)


@pytest.mark.parametrize("factor", [2.0, 8.0])
def test_twice_the_history_is_twice_the_forecast(world, noisy, factor) -> None:
    rows = world.rows(noisy, days=98)
    once = world.forecast(rows, first_day=world.day(98)).forecast.frame
    twice = world.forecast(rows.assign(offered=rows["offered"] * factor), first_day=world.day(98)).forecast.frame
    assert twice["offered"].to_numpy() == pytest.approx(factor * once["offered"].to_numpy(), rel=0.01)


def test_the_order_of_the_rows_and_the_seed_change_nothing(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    shuffled = rows.sample(frac=1, random_state=3).reset_index(drop=True)
    first = world.forecast(rows, first_day=world.day(70), seed=1)
    second = world.forecast(shuffled, first_day=world.day(70), seed=99)
    pd.testing.assert_frame_equal(first.forecast.frame, second.forecast.frame)
    pd.testing.assert_frame_equal(first.backtest.frame, second.backtest.frame)
    assert first.notes == second.notes
    assert first.facts == second.facts


def test_a_queue_is_forecast_the_same_alone_and_beside_others(world, noisy, shaped) -> None:
    own, other = world.rows(noisy, days=70), world.rows(shaped, days=70, queue="other")
    site = world.site(names=("q", "other"))
    alone = world.forecast(own, first_day=world.day(70)).forecast.frame
    both = world.forecast(
        pd.concat([own, other], ignore_index=True), site=site, first_day=world.day(70)
    ).forecast.frame
    pd.testing.assert_frame_equal(both[both["queue"] == "q"].reset_index(drop=True), alone)


def test_closed_hours_have_no_rows(world, shaped) -> None:
    rows = world.rows(shaped, days=70, hours=OpeningHours.always())
    result = world.forecast(rows, first_day=world.day(70), days=14)
    frame = result.forecast.frame
    assert len(frame) == 10 * 24
    assert world.office.open_mask(pd.DatetimeIndex(frame["interval_start"]), world.site().calendar).all()
    assert "were outside the opening hours" in _messages(result, "left out")


def test_contacts_outside_the_hours_do_not_change_the_forecast(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    night = pd.DataFrame(
        {
            "interval_start": pd.date_range("2026-01-06 02:00", periods=60, freq="D", tz="UTC"),
            "queue": "q",
            "offered": 500.0,
        }
    )
    clean = world.forecast(rows, first_day=world.day(70)).forecast.frame
    dirty = world.forecast(pd.concat([rows, night], ignore_index=True), first_day=world.day(70)).forecast.frame
    pd.testing.assert_frame_equal(clean, dirty)


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 50), (date(2026, 6, 2), 48)]
)
def test_a_local_day_has_46_48_or_50_half_hours(world, day, count) -> None:
    always = OpeningHours.always()
    first = day - timedelta(days=49)
    rows = world.rows(lambda local: local.hour + 5.0, days=49, hours=always, zone="Europe/Madrid", first=first)
    site = world.site(hours=always, zone="Europe/Madrid")
    frame = world.forecast(rows, site=site, first_day=day, days=1, settings=QUICK).forecast.frame
    local = frame["interval_start"].dt.tz_convert("Europe/Madrid")
    assert len(frame) == count
    assert frame["offered"].to_numpy() == pytest.approx(local.dt.hour.to_numpy() + 5.0)


@given(rows=st.integers(1, 60), first=st.integers(0, 47), seed=st.integers(0, 1000), learn=st.booleans())
@settings(max_examples=repetitions(10, 30), deadline=None)
def test_however_short_the_history_the_forecast_is_finite(world, rows, first, seed, learn) -> None:
    offered = np.random.default_rng(seed).poisson(3.0, rows).astype(float)
    starts = pd.date_range("2026-01-05", periods=first + rows, freq="30min", tz="UTC")[first:]
    frame = pd.DataFrame({"interval_start": starts, "queue": "q", "offered": offered})
    site = world.site(hours=None if learn else OpeningHours.always(), aht_seconds=None)
    result = world.forecast(frame, site=site, first_day=world.day(7))
    numbers = result.forecast.frame.select_dtypes("number").to_numpy()
    assert len(numbers)
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()
    assert "too few for a backtest" in _messages(result, "warning")
    assert (result.backtest.frame["origins"] == 0).all()


def test_the_bounds_are_ordered_and_hold_the_expected_value(world, noisy) -> None:
    frame = world.forecast(world.rows(noisy, days=70), first_day=world.day(70)).forecast.frame
    ordered = frame[["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()


def test_a_queue_that_tripled_is_forecast_at_its_new_level(world, noisy) -> None:
    rows = world.rows(noisy, days=112)
    tripled = rows["offered"].where(rows["interval_start"] < "2026-04-06", 3 * rows["offered"])
    result = world.forecast(rows.assign(offered=tripled), first_day=world.day(112))
    usual = world.rows(noisy, days=112)["offered"].mean()
    assert result.forecast.frame["offered"].mean() == pytest.approx(3 * usual, rel=0.05)
    assert "the level changed on 2026-04-06" in _messages(result, "warning")


def test_a_queue_that_is_still_tripling_is_forecast_at_the_level_of_its_last_week(world, noisy) -> None:
    rows = world.rows(noisy, days=112)
    weeks = (rows["interval_start"] - pd.Timestamp("2026-04-06", tz="UTC")) / pd.Timedelta(weeks=1)
    climbing = rows.assign(offered=rows["offered"] * 3 ** np.clip((weeks + 1) / 4, 0, 1))
    result = world.forecast(climbing, first_day=world.day(112))
    last_week = climbing["offered"][climbing["interval_start"] >= "2026-04-20"].mean()
    assert result.forecast.frame["offered"].mean() > 0.9 * last_week
    assert "it is still changing" in _messages(result, "warning")
    assert "since the level shift; all 8 origins of the backtest table" in _messages(result)
    chosen = result.backtest.frame.query("chosen == 'yes'").iloc[0]
    assert (
        f"including those before the change: {100 * chosen['wape']:.1f} %, bias {100 * chosen['bias']:.1f} %"
        in _messages(result)
    )


def test_an_outage_is_listed_and_does_not_pull_the_forecast_down(world, shaped) -> None:
    rows = world.rows(shaped, days=70)
    down = rows["interval_start"].between("2026-03-11 10:00", "2026-03-11 12:30", inclusive="left")
    with_outage = rows.assign(offered=rows["offered"].where(~down, 0.0))
    result = world.forecast(with_outage, first_day=world.day(70))
    untouched = world.forecast(rows, first_day=world.day(70))
    assert "outage on 2026-03-11 10:00-12:30: 0 contacts" in _messages(result, "left out")
    assert result.forecast.frame["offered"].sum() == pytest.approx(
        untouched.forecast.frame["offered"].sum(), rel=1e-5
    )


def test_missing_days_are_listed(world, shaped) -> None:
    rows = world.rows(shaped, days=70)
    gone = rows["interval_start"].between("2026-02-10", "2026-02-13", inclusive="left")
    result = world.forecast(rows[~gone].reset_index(drop=True), first_day=world.day(70), settings=QUICK)
    assert "treated as missing, not as zero: 2026-02-10 to 2026-02-12" in _messages(result, "warning")


def test_every_forecast_says_whether_it_beats_the_two_simple_ones(world, noisy) -> None:
    message = _messages(world.forecast(world.rows(noisy, days=98), first_day=world.day(98)))
    assert "same interval last week" in message
    assert "average of the last six weeks" in message


def test_a_forecast_no_better_than_the_simple_ones_is_a_warning(world) -> None:
    rows = world.rows(lambda local: np.full(len(local), 17.0), days=70)
    result = world.forecast(rows, first_day=world.day(70), settings=QUICK)
    assert "NOT better than same interval last week" in _messages(result, "warning")


def test_a_holiday_seen_before_is_expected_again(world, noisy) -> None:
    feasts = tuple(SpecialDay(world.day(n), f"Feast {n}") for n in (16, 37, 51, 72, 100))
    rows = world.rows(noisy, days=98)
    feast = rows["interval_start"].dt.date.isin([special.day for special in feasts])
    rows["offered"] = rows["offered"].where(~feast, (rows["offered"] * 0.3).round())
    site = world.site(special_days=feasts)
    frame = world.forecast(rows, site=site, first_day=world.day(98), days=7).forecast.frame
    by_day = frame.groupby(frame["interval_start"].dt.date)["offered"].sum()
    usual = world.rows(noisy, days=98).groupby(rows["interval_start"].dt.date)["offered"].sum()
    assert by_day[world.day(100)] == pytest.approx(0.3 * usual[world.day(93)], rel=0.15)
    assert by_day[world.day(99)] == pytest.approx(usual[world.day(92)], rel=0.1)


def test_a_closed_holiday_has_no_rows_and_an_unknown_one_is_said(world, noisy) -> None:
    rows = world.rows(noisy, days=70)
    feast = (SpecialDay(world.day(72), "Feast"),)
    closed = world.site(hours=OpeningHours(world.office.weekdays, on_holidays=()), special_days=feast)
    shut = world.forecast(rows, site=closed, first_day=world.day(70), settings=QUICK)
    assert world.day(72) not in set(shut.forecast.frame["interval_start"].dt.date)
    unknown = world.forecast(rows, site=world.site(special_days=feast), first_day=world.day(70), settings=QUICK)
    assert f"{world.day(72)} (holiday: Feast) is forecast as an ordinary day" in _messages(unknown, "warning")


def test_handling_times_come_from_the_history_then_the_settings_then_a_loud_assumption(world, shaped) -> None:
    rows = world.rows(shaped, days=28)
    from_history = world.forecast(rows.assign(aht_seconds=333.0), first_day=world.day(28), settings=QUICK)
    assert from_history.forecast.frame["aht_seconds"].to_numpy() == pytest.approx(333.0, rel=1e-3)
    from_settings = world.forecast(rows, first_day=world.day(28), settings=QUICK)
    assert set(from_settings.forecast.frame["aht_seconds"]) == {240.0}
    assumed = world.forecast(rows, site=world.site(aht_seconds=None), first_day=world.day(28), settings=QUICK)
    assert set(assumed.forecast.frame["aht_seconds"]) == {300.0}
    assert "NO HANDLING TIME IS KNOWN" in _messages(assumed, "warning")
    assert "queues.q.aht_seconds" in _messages(assumed, "warning")


def test_a_handling_time_of_the_settings_beside_the_historys_is_told_to_count_for_little(world, shaped) -> None:
    rows = world.rows(shaped, days=28).assign(aht_seconds=333.0)
    both = _messages(world.forecast(rows, first_day=world.day(28), settings=QUICK), "warning")
    assert "queues.q.aht_seconds = 240 counts no more than a few contacts" in both
    assert "write aht_seconds or aht_change_share in input.overrides" in both
    alone = world.forecast(rows, site=world.site(aht_seconds=None), first_day=world.day(28), settings=QUICK)
    assert "counts no more than" not in _messages(alone)


def test_history_from_the_first_planned_day_on_is_not_used(world, noisy) -> None:
    rows = world.rows(noisy, days=98)
    past = rows[rows["interval_start"] < "2026-03-16"].reset_index(drop=True)
    known = world.forecast(rows, first_day=world.day(70))
    assert "from 2026-03-16 on" in _messages(known, "left out")
    pd.testing.assert_frame_equal(known.forecast.frame, world.forecast(past, first_day=world.day(70)).forecast.frame)


def test_days_between_history_and_plan_are_counted_as_weeks_ahead(world, noisy) -> None:
    rows = world.rows(noisy, days=98)
    near = world.forecast(rows, first_day=world.day(98), days=7).forecast.frame
    far = world.forecast(rows, first_day=world.day(98 + 70), days=7).forecast.frame
    assert len(near) == len(far)
    width = [(frame["offered_p90"] - frame["offered_p10"]).sum() / frame["offered"].sum() for frame in (near, far)]
    assert width[1] >= width[0]


def test_deferred_work_without_weekend_contacts_is_forecast_as_zero_there_and_said(world, noisy) -> None:
    site = world.site(hours=OpeningHours.always())
    result = world.forecast(world.rows(noisy, days=70), site=site, first_day=world.day(70), settings=QUICK)
    frame = result.forecast.frame
    weekend = frame["interval_start"].dt.day_of_week >= 5
    assert weekend.sum() == 96
    assert frame.loc[weekend, "offered"].sum() == 0
    assert "open on sat, sun, but the history has no contacts then" in _messages(result, "warning")


def test_a_queue_of_zeros_is_forecast_as_zero(world) -> None:
    frame = world.forecast(
        world.rows(lambda local: np.zeros(len(local)), days=70), first_day=world.day(70)
    ).forecast.frame
    assert set(frame["offered"]) == {0.0}


def test_a_plan_of_closed_days_only_has_no_rows(world, shaped) -> None:
    result = world.forecast(world.rows(shaped, days=35), first_day=world.day(40), days=2, settings=QUICK)
    assert len(result.forecast) == 0


def test_a_history_of_handled_contacts_only_is_pointed_at(world, shaped) -> None:
    rows = world.rows(shaped, days=35)
    suspicious = world.forecast(rows.assign(handled=rows["offered"]), first_day=world.day(35), settings=QUICK)
    assert "demand is understated" in _messages(suspicious, "warning")
    honest = rows.assign(handled=rows["offered"] - 1, abandoned=1.0)
    assert "understated" not in _messages(world.forecast(honest, first_day=world.day(35), settings=QUICK))


def test_an_empty_history_is_refused_with_its_place(world) -> None:
    with pytest.raises(DataError, match="history has no rows"):
        world.forecast(ContactHistory.empty().frame, first_day=world.monday)


def test_a_plan_before_the_history_is_refused(world, shaped) -> None:
    with pytest.raises(DataError, match="no row lies before 2026-01-05"):
        world.forecast(world.rows(shaped, days=7), first_day=world.monday)


def test_a_plan_of_months_says_why_no_season_is_in_it(world, noisy) -> None:
    rows = world.rows(noisy, days=140)
    far, near = (world.forecast(rows, first_day=world.day(140), days=days) for days in (84, 7))
    assert "no season of the year: 5 months of history" in _messages(far)
    assert "season of the year" not in _messages(near)


def test_a_backtest_in_which_nothing_was_forecast_says_no_share_of_days(world) -> None:
    rows = world.rows(lambda local: np.where(local < "2026-02-09", 0.0, 1.0), days=42)
    told = _messages(world.forecast(rows, first_day=world.day(42), settings=QUICK))
    assert "day totals 100.0 %" in told
    assert "nan" not in told
