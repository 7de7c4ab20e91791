"""Planner's edits: what they change, what they leave alone, what is written down."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals
from staffplan.errors import DataError, Note
from staffplan.forecast.overrides import BOUNDS, apply_overrides, moved_bound
from staffplan.tables.forecast import OverrideLog, Overrides, VolumeForecast
from thorough import repetitions

MADRID = SiteCalendar("Europe/Madrid")
MONDAY = date(2026, 3, 23)
"""The clock goes forward on the Sunday of this week."""
OFFICE = OpeningHours((((480, 720),),) * 5 + ((),) * 2)
"""Monday to Friday, 08:00-12:00: eight half-hours."""
NIGHTLY = OpeningHours.always()


def volumes(hours: OpeningHours = OFFICE, queues: tuple[str, ...] = ("phone",), days: int = 14) -> VolumeForecast:
    """A forecast of 10, 11, 12 ... contacts with its bounds."""
    starts = horizon_intervals(MONDAY, days, MADRID.timezone, 30)
    starts = starts[hours.open_mask(starts, MADRID)]
    parts = []
    for place, queue in enumerate(queues):
        offered = 10.0 + np.arange(len(starts)) % 8 + 20 * place
        frame = pd.DataFrame({"interval_start": starts, "queue": queue, "channel": "voice", "offered": offered})
        low, high = np.floor(offered - 1.3 * np.sqrt(offered)), np.ceil(offered + 1.3 * np.sqrt(offered))
        parts.append(
            frame.assign(
                aht_seconds=240.0,
                offered_p10=low,
                offered_p90=high,
                offered_p025=np.maximum(low - 3, 0),
                offered_p975=high + 3,
                method="average",
            )
        )
    return VolumeForecast.of(pd.concat(parts))


def edits(*rows: dict[str, object]) -> Overrides:
    usual = {"first_day": "2026-03-24", "who": "Ana", "why": "mailing"}
    return Overrides.of(pd.DataFrame([usual | row for row in rows]), "overrides.csv")


def edited(forecast: VolumeForecast, *rows: dict[str, object]) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Note, ...]]:
    days = 14
    made, log, notes = apply_overrides(forecast, edits(*rows), MADRID, first_day=MONDAY, days=days)
    return made.frame, log.frame, notes


def local(frame: pd.DataFrame) -> pd.Series:
    return frame["interval_start"].dt.tz_convert(MADRID.timezone)


def on(frame: pd.DataFrame, day: str) -> pd.Series:
    return local(frame).dt.strftime("%Y-%m-%d") == day


def said(notes: tuple[Note, ...], kind: str) -> list[str]:
    return [note.message for note in notes if note.kind == kind]


def test_without_edits_a_forecast_stays_as_it_is() -> None:
    before = volumes()
    made, log, notes = apply_overrides(before, Overrides.empty(), MADRID, first_day=MONDAY, days=14)
    pd.testing.assert_frame_equal(made.frame, before.frame)
    assert len(log) == 0
    assert notes == ()


def test_no_change_at_all_changes_nothing_and_is_written_down() -> None:
    before = volumes()
    frame, log, _ = edited(before, {"change_share": 0.0})
    pd.testing.assert_frame_equal(frame, before.frame)
    assert (log["offered_before"] == log["offered_after"]).all()
    assert len(log) == 8


def test_a_tenth_more_on_one_day_is_a_tenth_more_there_and_nothing_elsewhere() -> None:
    before = volumes(queues=("phone", "sales"))
    frame, log, notes = edited(before, {"queue": "phone", "change_share": 0.1})
    there = on(frame, "2026-03-24") & (frame["queue"] == "phone")
    np.testing.assert_allclose(frame["offered"][there], 1.1 * before.frame["offered"][there])
    pd.testing.assert_frame_equal(frame[~there], before.frame[~there])
    pd.testing.assert_frame_equal(
        frame[["interval_start", "queue", "channel", "aht_seconds", "method"]],
        before.frame[["interval_start", "queue", "channel", "aht_seconds", "method"]],
    )
    assert log["interval_start"].tolist() == frame["interval_start"][there].tolist()
    assert set(zip(log["override"], log["who"], log["why"], strict=True)) == {(1.0, "Ana", "mailing")}
    assert said(notes, "changed by hand") == [
        "override 1 (Ana: mailing): 2026-03-24: 108.0 contacts became 118.8 (+10.0 %)"
    ]


@pytest.mark.parametrize("queue", ["", "*"])
def test_a_blank_queue_or_a_star_means_all(queue: str) -> None:
    before = volumes(queues=("phone", "sales"))
    frame, log, _ = edited(before, {"queue": queue, "change_share": -0.5})
    assert frame["offered"][on(frame, "2026-03-24")].sum() == pytest.approx((108 + 268) / 2)
    assert set(log["queue"]) == {"phone", "sales"}


def test_an_absolute_figure_holds_in_each_interval_of_each_queue() -> None:
    frame, _, _ = edited(volumes(queues=("phone", "sales")), {"offered": 7})
    assert (frame["offered"][on(frame, "2026-03-24")] == 7).all()


def test_a_total_is_spread_as_the_forecast_was() -> None:
    before = volumes(queues=("phone", "sales"))
    frame, _, _ = edited(before, {"last_day": "2026-03-25", "offered_total": 1000})
    there = on(frame, "2026-03-24") | on(frame, "2026-03-25")
    assert frame["offered"][there].sum() == pytest.approx(1000)
    ratio = frame["offered"][there] / before.frame["offered"][there]
    assert ratio.to_numpy() == pytest.approx(ratio.iloc[0])


def test_a_total_where_nothing_was_forecast_is_spread_evenly() -> None:
    nothing = volumes().frame.assign(offered=0.0, offered_p10=0.0, offered_p025=0.0)
    frame, _, notes = edited(VolumeForecast.of(nothing), {"offered_total": 24})
    assert (frame["offered"][on(frame, "2026-03-24")] == 3).all()
    assert said(notes, "changed by hand")[0].endswith("0.0 contacts became 24.0 (none were forecast)")


def test_hours_are_those_of_the_wall_clock_on_each_day_also_after_the_clock_change() -> None:
    before = volumes(NIGHTLY)
    frame, _, _ = edited(before, {"last_day": "2026-03-31", "hours": "08:00-09:00", "change_share": 1})
    changed = frame["offered"] != before.frame["offered"]
    assert set(local(frame)[changed].dt.strftime("%H:%M")) == {"08:00", "08:30"}
    assert changed.sum() == 16


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    before = volumes(NIGHTLY)
    frame, _, _ = edited(before, {"hours": "22:00-01:00", "change_share": 1})
    changed = local(frame)[frame["offered"] != before.frame["offered"]]
    assert changed.dt.strftime("%d %H:%M").tolist() == [
        "24 22:00",
        "24 22:30",
        "24 23:00",
        "24 23:30",
        "25 00:00",
        "25 00:30",
    ]


def test_edits_follow_each_other_and_the_forecast_before_all_of_them_stays_known() -> None:
    before = volumes()
    frame, log, notes = edited(
        before,
        {"change_share": 0.5},
        {"offered_total": 90, "who": "Ben"},
        {"change_share": -0.1, "hours": "08:00-08:30"},
    )
    there = on(frame, "2026-03-24")
    assert frame["offered"][there].sum() == pytest.approx(90 - 0.1 * 10 * 90 / 108)
    original = log.drop_duplicates(["queue", "interval_start"])["offered_before"]
    np.testing.assert_allclose(original, before.frame["offered"][there])
    latest = log.drop_duplicates(["queue", "interval_start"], keep="last")["offered_after"]
    np.testing.assert_allclose(latest, frame["offered"][there])
    assert said(notes, "warning") == [
        "override 2 (Ben: mailing): applied on top of override 1, which changed 8 of its intervals too",
        "override 3 (Ana: mailing): applied on top of override 1, which changed 1 of its intervals too",
        "override 3 (Ana: mailing): applied on top of override 2, which changed 1 of its intervals too",
    ]


def test_numbers_in_the_file_set_the_order() -> None:
    first, last = {"override": 2, "offered": 5}, {"override": 1, "offered": 9}
    frame, _, _ = edited(volumes(), first, last)
    assert (frame["offered"][on(frame, "2026-03-24")] == 5).all()


def test_closed_intervals_stay_closed_and_are_named() -> None:
    before = volumes()
    frame, _, notes = edited(
        before,
        {"last_day": "2026-03-30", "offered": 50},
        {"last_day": "2026-03-24", "hours": "07:00-09:00", "change_share": 1},
    )
    assert frame["interval_start"].tolist() == before.frame["interval_start"].tolist()
    whole_days, hours = said(notes, "changed by hand")
    assert whole_days.endswith("; closed and left unchanged: 2026-03-28 to 2026-03-29")
    assert hours.endswith("; 2 of its intervals are closed and left unchanged")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"first_day": "2026-05-01"}, "2026-05-01 lies outside the forecast period, 2026-03-23 to 2026-04-05"),
        ({"first_day": "2026-03-28"}, "the queue is closed in its whole range, 2026-03-28"),
        (
            {"first_day": "2026-03-22", "hours": "23:00-09:00"},
            "2026-03-22, 23:00-09:00 lies outside the forecast period",
        ),
        ({"queue": "fone"}, "no interval of queue 'fone' is forecast; did you mean phone?"),
    ],
)
def test_an_edit_that_meets_nothing_is_told(row: dict[str, object], message: str) -> None:
    before = volumes()
    frame, log, notes = edited(before, {"change_share": 1.0} | row)
    pd.testing.assert_frame_equal(frame, before.frame)
    assert len(log) == 0
    assert [note.kind for note in notes] == ["left out"]
    assert message in notes[0].message


def test_a_total_for_more_days_than_are_forecast_counts_for_its_part() -> None:
    """From the second Friday to the Monday after: of two working days, alike in the forecast, one is forecast."""
    flat = VolumeForecast.of(volumes().frame.assign(offered=10.0))
    frame, _, notes = edited(flat, {"first_day": "2026-04-03", "last_day": "2026-04-06", "offered_total": 500})
    assert frame["offered"][on(frame, "2026-04-03")].sum() == pytest.approx(250)
    assert said(notes, "warning")[0].startswith(
        "override 1 (Ana: mailing): only 3 of its 4 days are in the forecast period, 2026-03-23 to 2026-04-05; "
    )


ROWS = st.fixed_dictionaries(
    {
        "first_day": st.dates(date(2026, 3, 20), date(2026, 4, 8)).map(str),
        "hours": st.sampled_from(["", "08:00-10:00", "11:30-12:30", "22:00-08:30"]),
        "queue": st.sampled_from(["", "phone", "sales"]),
    }
)
AMOUNTS = st.one_of(
    st.floats(-1, 3).map(lambda value: {"change_share": value}),
    st.floats(0, 200).map(lambda value: {"offered": value}),
    st.floats(0, 5000).map(lambda value: {"offered_total": value}),
)


@settings(max_examples=repetitions(20, 60))
@given(st.lists(st.tuples(ROWS, AMOUNTS), min_size=1, max_size=4))
def test_bounds_hold_the_forecast_in_their_order_and_the_log_adds_up(rows: list[tuple[dict, dict]]) -> None:
    before = volumes(queues=("phone", "sales"))
    frame, log, _ = edited(before, *[place | amount for place, amount in rows])
    names = ["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]
    steps = np.diff(frame[names].to_numpy(), axis=1)
    assert (steps >= -1e-9).all()
    assert np.isfinite(frame[names].to_numpy()).all()
    assert (frame[names].to_numpy() >= 0).all()
    changed = float((log["offered_after"] - log["offered_before"]).sum())
    assert frame["offered"].sum() - before.frame["offered"].sum() == pytest.approx(changed, abs=1e-6)
    key = ["queue", "interval_start"]
    untouched = frame.merge(log[key].drop_duplicates(), on=key, how="left", indicator=True)["_merge"] == "left_only"
    pd.testing.assert_frame_equal(frame[untouched.to_numpy()], before.frame[untouched.to_numpy()])


@settings(max_examples=repetitions(10, 30))
@given(st.floats(-0.9, 4), st.floats(-0.9, 4))
def test_two_changes_in_a_row_are_one_change(first: float, second: float) -> None:
    twice, _, _ = edited(volumes(), {"change_share": first}, {"change_share": second})
    once, _, _ = edited(volumes(), {"change_share": (1 + first) * (1 + second) - 1})
    np.testing.assert_allclose(twice["offered"], once["offered"], rtol=1e-9)


@pytest.mark.parametrize("factor", [0.25, 0.5, 2.0, 4.0])
@pytest.mark.parametrize(("mean", "dispersion"), [(200.0, 0.05), (60.0, 0.02), (1000.0, 0.01)])
def test_moved_bounds_are_those_of_a_negative_binomial_with_the_new_mean(
    factor: float, mean: float, dispersion: float
) -> None:
    """Within a fifth of the new width, and a contact for counts."""

    def quantile(share: float, at: float) -> float:
        size = 1 / dispersion
        return float(nbinom.ppf(share, size, size / (size + at)))

    for name, share in BOUNDS.items():
        tail = (1 + share) / 2
        moved = moved_bound(*(np.array([x]) for x in (quantile(tail, mean), mean, mean * factor)), share)[0]
        exact = quantile(tail, mean * factor)
        assert abs(moved - exact) <= 0.2 * abs(exact - mean * factor) + 1, name


def test_where_nothing_was_forecast_the_bounds_are_those_of_chance() -> None:
    moved = moved_bound(np.array([0.0]), np.array([0.0]), np.array([100.0]), 0.8)
    assert moved[0] == pytest.approx(100 + 1.2816 * 10, abs=1e-3)


def test_the_log_is_a_table_of_its_own() -> None:
    _, log, _ = apply_overrides(volumes(), edits({"change_share": 0.1}), MADRID, first_day=MONDAY, days=14)
    assert isinstance(log, OverrideLog)


def test_a_handling_time_a_tenth_longer_leaves_contacts_and_their_bounds_alone() -> None:
    before = volumes(queues=("phone", "sales"))
    frame, log, notes = edited(before, {"queue": "phone", "aht_change_share": 0.1})
    there = on(frame, "2026-03-24") & (frame["queue"] == "phone")
    np.testing.assert_allclose(frame["aht_seconds"], np.where(there, 264.0, 240.0))
    pd.testing.assert_frame_equal(frame.drop(columns="aht_seconds"), before.frame.drop(columns="aht_seconds"))
    assert set(log["aht_seconds_before"]) == {240.0}
    np.testing.assert_allclose(log["aht_seconds_after"], 264.0)
    assert (log["offered_before"] == log["offered_after"]).all()
    assert said(notes, "changed by hand") == [
        "override 1 (Ana: mailing): 2026-03-24: the handling time, 240 s, became 264 s (+10.0 %)"
    ]


def test_a_handling_time_in_seconds_holds_from_there_and_later_edits_change_it_on() -> None:
    rows = {"aht_seconds": 300}, {"aht_change_share": -0.5, "hours": "08:00-09:00"}, {"change_share": 1.0}
    frame, log, _ = edited(volumes(), *rows)
    times = frame["aht_seconds"][on(frame, "2026-03-24")].tolist()
    assert times == [150.0, 150.0, *[300.0] * 6]
    assert log[log["override"] == 3]["aht_seconds_after"].isna().all()


def test_an_override_of_contacts_and_of_handling_times_at_once_is_refused() -> None:
    with pytest.raises(DataError, match="change_share and aht_seconds are given together"):
        edits({"change_share": 0.1, "aht_seconds": 300})
