"""The reforecast step: what came in its place, the rest of today and the coming days updated where that helps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, wall_instant
from staffplan.errors import DataError
from staffplan.forecast import ReforecastResult, reforecast
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory

WEEKS = 9
QUICK = ForecastSettings(methods=("recent_average",))
LEVELS = 1 + np.random.default_rng(12).normal(0, 0.2, 7 * (WEEKS + 2))
"""How busy each day is, against what could be foreseen."""
MEAN = 60.0
BOUNDS = ["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]


def busy(local: pd.DatetimeIndex, first: date, *, levels: np.ndarray = LEVELS, mean: float = MEAN) -> np.ndarray:
    """Poisson counts: mornings high, days at their own levels."""
    day = np.asarray((local.tz_localize(None).normalize() - pd.Timestamp(first)).days)
    rates = mean * np.where(local.hour < 12, 1.2, 0.8) * levels[day]
    return np.random.default_rng(11).poisson(rates).astype(float)


@pytest.fixture(scope="module")
def history(world) -> pd.DataFrame:
    """Eleven weeks of an office queue whose days are busy or quiet as a whole."""
    rows = world.rows(lambda local: busy(local, world.monday), days=7 * (WEEKS + 2))
    return rows.assign(aht_seconds=240.0, handled=rows["offered"])


@pytest.fixture(scope="module")
def planned(world, history) -> VolumeForecast:
    """The forecast of the tenth and the eleventh week."""
    past = history[history["interval_start"] < wall_instant(world.day(7 * WEEKS), 0, "UTC")]
    return world.forecast(past, first_day=world.day(7 * WEEKS), days=14, settings=QUICK).forecast


@pytest.fixture
def update(world, planned):
    """Reforecast at an instant."""

    def call(rows: pd.DataFrame, now: pd.Timestamp | None = None, **more: object) -> ReforecastResult:
        plan = more.pop("planned", planned)
        site = more.pop("site", world.site())
        settings = more.pop("settings", QUICK)
        return reforecast(plan, ContactHistory.of(rows, "history.csv"), settings, site=site, now=now, **more)

    return call


def at(world, day: int, hour: float, zone: str = "UTC") -> pd.Timestamp:
    """An instant of day `day` of the forecast."""
    return wall_instant(world.day(7 * WEEKS + day), round(60 * hour), zone)


def up_to(rows: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    return rows[rows["interval_start"] < now]


def rest_of_day(frame: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    return frame[(frame["interval_start"] >= now) & (frame["interval_start"].dt.date == now.date())]["offered"]


def messages(result: ReforecastResult, kind: str = "") -> str:
    return "\n".join(note.message for note in result.notes if kind in ("", note.kind))


def with_level(rows: pd.DataFrame, day: date, factor: float) -> pd.DataFrame:
    """The rows with one day's contacts times a factor."""
    own = rows["interval_start"].dt.date == day
    return rows.assign(offered=np.where(own, np.round(rows["offered"] * factor), rows["offered"]))


def test_what_is_over_holds_what_came_and_the_rest_has_the_same_rows(world, history, planned, update) -> None:
    now = at(world, 1, 12)
    after = update(up_to(history, now)).forecast.frame
    assert after[["interval_start", "queue"]].equals(planned.frame[["interval_start", "queue"]])
    over = after["interval_start"] < now
    came = history.set_index("interval_start")["offered"].reindex(after["interval_start"][over])
    assert after["offered"][over].to_numpy() == pytest.approx(came.to_numpy())
    assert set(after["method"][over]) == {"actual"}
    assert set(after["method"][~over]) <= {"recent_average", "recent_average+intraday"}


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_a_busy_morning_raises_the_afternoon_and_a_quiet_one_lowers_it(
    world, history, planned, update, factor: float
) -> None:
    now = at(world, 2, 13)
    rows = with_level(up_to(history, now), now.date(), factor / LEVELS[7 * WEEKS + 2])
    result = update(rows)
    rest = rest_of_day(result.forecast.frame, now)
    change = rest.sum() / rest_of_day(planned.frame, now).sum()
    assert rest.mean() / (0.8 * MEAN) == pytest.approx(factor, abs=0.12)
    assert result.facts["q.rest_factor"] == pytest.approx(change)
    assert ("raised by" if factor > 1 else "lowered by") in messages(result)


def test_bounds_of_what_is_left_are_in_order_and_narrower_where_more_is_known(
    world, history, planned, update
) -> None:
    now = at(world, 2, 13)
    after = update(up_to(history, now)).forecast.frame
    assert (np.diff(after[BOUNDS].to_numpy(), axis=1) >= -1e-9).all()
    rest = (after["interval_start"] >= now) & (after["interval_start"].dt.date == now.date())
    width = ((after["offered_p90"] - after["offered_p10"]) / after["offered"])[rest]
    before = ((planned.frame["offered_p90"] - planned.frame["offered_p10"]) / planned.frame["offered"])[rest]
    assert width.mean() < 0.8 * before.mean()


def test_the_gain_on_past_days_is_told_by_hour(world, history, update) -> None:
    result = update(up_to(history, at(world, 2, 13)))
    gain = result.gain.frame
    assert gain["seen_until"].tolist() == [f"{hour:02d}:00" for hour in range(9, 20)]
    assert (gain["wape_after"] < gain["wape_before"]).all()
    assert set(gain["updated"]) == {"yes"}
    assert set(gain["next_day_updated"]) == {"no"}, "days have nothing to do with each other here"
    assert "the rest of the day: updated" in messages(result, "assumption")
    assert "the next day: left unchanged" in messages(result)


def test_days_after_today_stay_as_they_were_where_days_have_nothing_in_common(
    world, history, planned, update
) -> None:
    now = at(world, 2, 13)
    after = update(up_to(history, now)).forecast.frame
    later = after["interval_start"] >= at(world, 3, 0)
    pd.testing.assert_frame_equal(after[later], planned.frame[later])


def test_a_queue_whose_days_are_all_alike_is_left_alone_and_that_is_said(world) -> None:
    rows = world.rows(lambda local: busy(local, world.monday, levels=np.ones(77)), days=70)
    past = rows[rows["interval_start"] < at(world, 0, 0)]
    plan = world.forecast(past, first_day=world.day(7 * WEEKS), settings=QUICK).forecast
    result = reforecast(plan, ContactHistory.of(up_to(rows, at(world, 1, 12))), QUICK, site=world.site())
    later = plan.frame["interval_start"] >= at(world, 1, 12)
    pd.testing.assert_frame_equal(result.forecast.frame[later], plan.frame[later])
    assert "left unchanged" in messages(result, "warning")


def test_an_outage_this_morning_does_not_lower_the_afternoon(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    rows = up_to(history, now)
    failed = (rows["interval_start"] >= at(world, 2, 9)) & (rows["interval_start"] < at(world, 2, 11))
    whole = update(rows)
    result = update(rows.assign(offered=np.where(failed, 0.0, rows["offered"])))
    before, after = (rest_of_day(each.forecast.frame, now).sum() for each in (whole, result))
    assert after == pytest.approx(before, rel=0.05)
    assert "outage today 09:00-11:00" in messages(result, "left out")


def test_a_day_without_any_contact_is_a_closure_and_not_a_level(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    rows = up_to(history, now)
    today = rows["interval_start"].dt.date == now.date()
    result = update(rows.assign(offered=np.where(today, 0.0, rows["offered"])))
    pd.testing.assert_series_equal(rest_of_day(result.forecast.frame, now), rest_of_day(planned.frame, now))
    assert "outage today 08:00-13:00" in messages(result, "warning")


@pytest.mark.parametrize("hour", [0.5, 3.0, 8.0])
def test_before_opening_today_changes_nothing(world, history, planned, update, hour: float) -> None:
    now = at(world, 2, hour)
    closed = pd.DataFrame({"interval_start": [now - pd.Timedelta(minutes=30)], "queue": "q", "offered": 0.0})
    after = update(pd.concat([up_to(history, now), closed], ignore_index=True)).forecast.frame
    later = after["interval_start"] >= now
    pd.testing.assert_frame_equal(after[later], planned.frame[later])


def test_a_part_of_the_day_in_which_nothing_is_expected_stays_empty(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    evening = planned.frame["interval_start"].dt.hour >= 18
    frame = planned.frame.copy()
    frame.loc[evening, BOUNDS] = 0.0
    after = update(up_to(history, now), planned=VolumeForecast.of(frame)).forecast.frame
    rest = evening & (after["interval_start"] >= now)
    assert (after.loc[rest, BOUNDS] == 0).all(axis=None)
    assert (after.loc[rest, "method"] == "recent_average").all()


def test_rows_after_now_change_nothing(world, history, update) -> None:
    now = at(world, 2, 13)
    limited, cut = update(history, now), update(up_to(history, now))
    pd.testing.assert_frame_equal(limited.forecast.frame, cut.forecast.frame)
    assert "are not used" in messages(limited, "left out")


def test_between_the_end_of_the_history_and_now_the_forecast_stands(world, history, update) -> None:
    rows = up_to(history, at(world, 2, 11))
    late, early = update(rows, at(world, 2, 13)), update(rows)
    pd.testing.assert_frame_equal(late.forecast.frame, early.forecast.frame)
    assert "the history ends at" in messages(late)


def test_longer_contacts_today_lengthen_those_to_come_by_less(world, history, update) -> None:
    rng = np.random.default_rng(14)
    day = history["interval_start"].dt.date
    level = day.map(dict(zip(day.unique(), rng.normal(1, 0.15, day.nunique()), strict=True)))
    rows = history.assign(aht_seconds=240 * level * (1 + rng.normal(0, 0.1, len(history))))
    now = at(world, 2, 13)
    own = rows["interval_start"].dt.date == now.date()
    rows["aht_seconds"] = np.where(own, 300.0, rows["aht_seconds"])
    after = update(up_to(rows, now)).forecast.frame
    rest = after[(after["interval_start"] >= now) & (after["interval_start"].dt.date == now.date())]
    assert rest["aht_seconds"].between(270, 300).all()
    over = after[(after["interval_start"] < now) & (after["interval_start"].dt.date == now.date())]
    assert (over["aht_seconds"] == 300).all()


def test_a_level_that_has_lasted_since_the_forecast_was_made_moves_the_coming_days(world) -> None:
    weekly = np.repeat(1 + np.random.default_rng(3).normal(0, 0.25, 18), 7)
    weekly[7 * 16 :] = 1.4
    rows = world.rows(lambda local: busy(local, world.monday, levels=weekly), days=7 * 17)
    first = world.day(7 * 16)
    plan = world.forecast(
        rows[rows["interval_start"] < wall_instant(first, 0, "UTC")], first_day=first, settings=QUICK
    ).forecast
    now = wall_instant(first + timedelta(days=2), 13 * 60, "UTC")
    result = reforecast(plan, ContactHistory.of(up_to(rows, now)), QUICK, site=world.site())
    later = plan.frame["interval_start"] >= wall_instant(first + timedelta(days=3), 0, "UTC")
    raised = result.forecast.frame["offered"][later].sum() / plan.frame["offered"][later].sum()
    actual = rows[rows["interval_start"] >= wall_instant(first + timedelta(days=3), 0, "UTC")]["offered"].sum()
    assert set(result.gain.frame["next_day_updated"]) == {"yes"}
    assert 1.1 < raised < 1.15 * actual / plan.frame["offered"][later].sum()


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Sao_Paulo"])
def test_every_moment_of_the_days_around_a_clock_change_gives_a_whole_forecast(world, zone: str) -> None:
    first = date(2026, 3, 28) if zone == "Europe/Madrid" else date(2018, 11, 3)
    start = first - timedelta(days=28)
    always = OpeningHours.always()
    site = world.site(hours=always, zone=zone)
    rows = world.rows(
        lambda local: np.full(len(local), 20.0) + local.hour.to_numpy() % 5,
        days=31,
        hours=always,
        zone=zone,
        first=start,
    )
    past = rows[rows["interval_start"] < wall_instant(first, 0, zone)]
    plan = world.forecast(past, site=site, first_day=first, days=3, settings=QUICK).forecast
    moments = pd.DatetimeIndex(plan.frame["interval_start"])[[1, 47, 49, 53, 95, -1]]
    for now in [*moments, moments[-1] + pd.Timedelta(minutes=30)]:
        after = reforecast(plan, ContactHistory.of(up_to(rows, now)), QUICK, site=site).forecast.frame
        assert len(after) == len(plan.frame)
        assert np.isfinite(after[BOUNDS].to_numpy()).all()
        assert ((after["method"] == "actual") == (after["interval_start"] < now)).all()


def test_a_queue_without_rows_today_had_no_contacts_while_others_have_some(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    other = history.assign(queue="r")
    plan = VolumeForecast.of(pd.concat([planned.frame, planned.frame.assign(queue="r")]))
    silent = other[other["interval_start"] < at(world, 2, 0)]
    result = update(pd.concat([up_to(history, now), silent]), planned=plan, site=world.site(names=("q", "r")))
    after = result.forecast.frame.query("queue == 'r'")
    own = after[(after["interval_start"] < now) & (after["interval_start"] >= at(world, 2, 0))]
    assert (own["offered"] == 0).all()
    assert any("no row today" in note.message and note.place == "r" for note in result.notes)


def test_a_day_without_rows_before_today_is_missing_and_keeps_its_forecast(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    rows = up_to(history, now)
    lost = rows["interval_start"].dt.date == at(world, 1, 9).date()
    result = update(rows[~lost])
    day = planned.frame["interval_start"].dt.date == at(world, 1, 9).date()
    pd.testing.assert_frame_equal(result.forecast.frame[day], planned.frame[day])
    assert f"rows are missing; the forecast is left unchanged there: {world.day(7 * WEEKS + 1)}" in messages(
        result, "warning"
    )


def test_queues_that_only_one_table_has_are_named(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    plan = VolumeForecast.of(pd.concat([planned.frame, planned.frame.assign(queue="new")]))
    result = update(pd.concat([up_to(history, now), up_to(history, now).assign(queue="old")]), planned=plan)
    told = {(note.kind, note.place) for note in result.notes}
    assert {("warning", "new"), ("left out", "old")} <= told
    new = result.forecast.frame.query("queue == 'new'").reset_index(drop=True)
    pd.testing.assert_frame_equal(new, plan.frame.query("queue == 'new'").reset_index(drop=True))


def test_quarter_hours_of_history_are_added_up(world, history, update) -> None:
    now = at(world, 2, 13)
    rows = up_to(history, now)[["interval_start", "queue", "offered"]]
    half = rows.assign(offered=rows["offered"] / 2)
    second = half.assign(interval_start=half["interval_start"] + pd.Timedelta(minutes=15))
    fine = update(pd.concat([half, second]))
    pd.testing.assert_frame_equal(fine.forecast.frame, update(rows).forecast.frame)
    late = pd.concat([half, second])
    late = late[late["interval_start"] < now - pd.Timedelta(minutes=15)]
    assert update(late).facts["known_until"] == f"{now - pd.Timedelta(minutes=30):%Y-%m-%dT%H:%M+00:00}"


def test_other_queues_and_the_order_of_rows_change_nothing(world, history, planned, update) -> None:
    now = at(world, 2, 13)
    names = ("q", "z")
    rows = pd.concat([up_to(history, now).assign(queue=name) for name in names])
    plan = VolumeForecast.of(pd.concat([planned.frame.assign(queue=name) for name in names]))
    site = world.site(names=names)
    one = update(rows, planned=plan, site=site)
    other = update(rows[::-1], planned=plan, site=site)
    pd.testing.assert_frame_equal(one.forecast.frame, other.forecast.frame)
    alone = update(up_to(history, now)).forecast.frame
    pd.testing.assert_frame_equal(one.forecast.frame.query("queue == 'q'").reset_index(drop=True), alone)


def test_mail_that_comes_around_the_clock_is_updated_like_a_phone(world) -> None:
    always = OpeningHours.always()
    rows = world.rows(lambda local: busy(local, world.monday), days=7 * (WEEKS + 1), hours=always)
    site = world.site(hours=always)
    past = rows[rows["interval_start"] < at(world, 0, 0)]
    plan = world.forecast(past, site=site, first_day=world.day(7 * WEEKS), settings=QUICK).forecast
    mail = VolumeForecast.of(plan.frame.assign(channel="email"))
    result = reforecast(mail, ContactHistory.of(up_to(rows, at(world, 1, 12))), QUICK, site=site)
    assert set(result.forecast.frame["channel"]) == {"email"}
    assert set(result.gain.frame["updated"]) == {"yes"}


@pytest.mark.parametrize("days", [1, 6, 13, 20])
def test_with_a_short_history_what_came_is_shown_and_the_rest_stays(world, history, days: int) -> None:
    first = world.day(7 * WEEKS)
    rows = history[history["interval_start"] >= wall_instant(first - timedelta(days=days), 0, "UTC")]
    past = rows[rows["interval_start"] < at(world, 0, 0)]
    if past.empty:
        past = history[history["interval_start"] < at(world, 0, 0)]
    plan = world.forecast(past, first_day=first, settings=QUICK).forecast
    result = reforecast(plan, ContactHistory.of(up_to(rows, at(world, 0, 12))), QUICK, site=world.site())
    later = plan.frame["interval_start"] >= at(world, 0, 12)
    assert (result.forecast.frame["method"][~later] == "actual").all()
    if days < 14:
        pd.testing.assert_frame_equal(result.forecast.frame[later], plan.frame[later])
        assert "are left unchanged" in messages(result, "warning")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("another queue", "no queue of the forecast is in the history"),
        ("too early", "no interval of it has begun"),
        ("too late", "all its intervals have passed"),
        ("updated", "it was already updated within a day"),
        ("now before the history", "has no row before"),
        ("no forecast", "the forecast has no rows"),
        ("another clock", "its intervals are not the 60-minute ones"),
    ],
)
def test_what_cannot_be_laid_side_by_side_is_refused(world, history, planned, update, what: str, told: str) -> None:
    now = at(world, 2, 13)
    rows = up_to(history, now)
    late = rows.assign(interval_start=rows["interval_start"] + pd.Timedelta(days=28))
    cases = {
        "another queue": lambda: update(rows.assign(queue="r")),
        "too early": lambda: update(up_to(history, at(world, 0, 8))),
        "too late": lambda: update(pd.concat([rows, late]).drop_duplicates("interval_start")),
        "updated": lambda: update(rows, planned=VolumeForecast.of(planned.frame.assign(method="actual"))),
        "now before the history": lambda: update(rows, wall_instant(world.day(-1), 0, "UTC")),
        "no forecast": lambda: update(rows, planned=VolumeForecast.empty()),
        "another clock": lambda: update(rows, site=world.site(minutes=60)),
    }
    with pytest.raises(DataError, match=told):
        cases[what]()


@pytest.mark.parametrize("what", ["one row", "zeros", "constant", "gaps", "spikes", "rare"])
def test_odd_histories_give_whole_forecasts(world, history, planned, update, what: str) -> None:
    now = at(world, 2, 13)
    rng = np.random.default_rng(5)
    rows = up_to(history, now)[["interval_start", "queue", "offered"]]
    offered = rows["offered"].to_numpy()
    odd = {
        "one row": lambda: rows.tail(1),
        "zeros": lambda: rows.assign(offered=0.0),
        "constant": lambda: rows.assign(offered=17.0),
        "gaps": lambda: rows[rng.random(len(rows)) < 0.3],
        "spikes": lambda: rows.assign(offered=offered * np.where(rng.random(len(rows)) < 0.05, 1000.0, 1.0)),
        "rare": lambda: rows.assign(offered=(rng.random(len(rows)) < 0.02).astype(float)),
    }[what]()
    first, again = update(odd), update(odd)
    values = first.forecast.frame[[*BOUNDS, "aht_seconds"]].to_numpy()
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(first.forecast.frame[BOUNDS].to_numpy(), axis=1) >= -1e-9).all()
    pd.testing.assert_frame_equal(first.forecast.frame, again.forecast.frame)
