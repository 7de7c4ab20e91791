"""A forecast against what came true: what counts, what is left out, and what edits were worth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import SiteCalendar, horizon_intervals
from staffplan.errors import DataError
from staffplan.forecast.overrides import apply_overrides
from staffplan.forecast.scoring import ScoreResult, score
from staffplan.tables.forecast import OverrideLog, Overrides, VolumeForecast
from staffplan.tables.history import ContactHistory
from thorough import repetitions

MADRID = SiteCalendar("Europe/Madrid")
MONDAY = date(2026, 3, 23)


def starts(days: int = 14, hours: tuple[int, int] = (8, 12), minutes: int = 30) -> pd.DatetimeIndex:
    """Intervals of local mornings from the Monday on; the clock goes forward on the first Sunday."""
    found = horizon_intervals(MONDAY, days, MADRID.timezone, minutes)
    local = found.tz_convert(MADRID.timezone)
    return found[(local.hour >= hours[0]) & (local.hour < hours[1])]


def volumes(offered: float | np.ndarray = 10.0, queue: str = "phone", aht: float = 200.0) -> pd.DataFrame:
    frame = pd.DataFrame({"interval_start": starts(), "queue": queue, "channel": "voice", "offered": offered})
    return frame.assign(
        aht_seconds=aht,
        offered_p10=frame["offered"] * 0.8,
        offered_p90=frame["offered"] * 1.2,
        offered_p025=frame["offered"] * 0.5,
        offered_p975=frame["offered"] * 1.5,
        method="average",
    )


def came(offered: float | np.ndarray = 10.0, queue: str = "phone", **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"interval_start": starts(), "queue": queue, "offered": offered}).assign(**columns)


def scored(
    forecast: pd.DataFrame, history: pd.DataFrame, *, by: str = "queue", log: OverrideLog | None = None
) -> ScoreResult:
    made, actual = VolumeForecast.of(forecast, "forecast.csv"), ContactHistory.of(history, "history.csv")
    return score(made, actual, calendar=MADRID, by=by, log=log)


def row(result: ScoreResult, queue: str = "phone", period: str = "all") -> pd.Series:
    frame = result.scores.frame
    found = frame[(frame["queue"] == queue) & (frame["period"] == period)]
    assert len(found) == 1
    return found.iloc[0]


def said(result: ScoreResult) -> list[str]:
    return [f"{note.place}: {note.message}" if note.place else note.message for note in result.notes]


def test_a_forecast_that_came_true_has_no_error_and_its_bounds_held() -> None:
    result = scored(volumes(), came(aht_seconds=200.0, handled=10.0))
    figures = row(result)
    assert figures[["wape", "wape_day", "bias", "aht_wape", "workload_wape"]].tolist() == [0] * 5
    assert figures[["coverage_80", "coverage_95"]].tolist() == [1, 1]
    assert (figures["intervals"], figures["offered"]) == (14 * 8, 1120)
    assert said(result) == []


def test_errors_can_be_done_by_hand() -> None:
    """Ten forecast; twelve came in the odd intervals, six in the even ones: 2 + 4 of 18, a day 8 of 72 too high."""
    offered = np.tile([12.0, 6.0], 14 * 4)
    figures = row(scored(volumes(), came(offered, aht_seconds=np.tile([250.0, 100.0], 14 * 4), handled=offered)))
    assert figures["wape"] == pytest.approx(6 / 18)
    assert figures["wape_day"] == pytest.approx(8 / 72)
    assert figures["bias"] == pytest.approx(8 / 72)
    assert (figures["coverage_80"], figures["coverage_95"]) == (0.5, 1)
    assert figures["aht_wape"] == pytest.approx((12 * 50 + 6 * 100) / (12 * 250 + 6 * 100))
    assert figures["workload_wape"] == pytest.approx((3000 - 2000 + 2000 - 600) / 3600)


def test_an_absent_row_is_a_zero_on_a_day_that_has_rows_and_unknown_on_one_that_has_none() -> None:
    history = came()
    local = history["interval_start"].dt.tz_convert(MADRID.timezone)
    quiet = (local.dt.day == 24) & (local.dt.hour == 9)
    absent = local.dt.day.isin([26, 27])
    result = scored(volumes(), history[~quiet & ~absent])
    figures = row(result)
    assert figures["intervals"] == 12 * 8
    assert figures["offered"] == 12 * 80 - 20
    assert figures["wape"] == pytest.approx(20 / 940)
    assert said(result) == ["phone: no rows for 2026-03-26 to 2026-03-27: treated as missing, not as zero"]


def test_what_has_not_come_yet_is_not_a_zero() -> None:
    """The history was exported on the second Monday at ten."""
    until = pd.Timestamp("2026-03-30 10:00", tz=MADRID.timezone)
    history = came()
    result = scored(volumes(), history[history["interval_start"] < until])
    figures = row(result)
    assert (figures["intervals"], figures["wape"]) == (7 * 8 + 4, 0)
    assert said(result) == [
        "52 intervals after 2026-03-30 09:30, the history's last row, have no actual contacts yet"
    ]


def test_finer_rows_are_added_up_and_longer_ones_refused() -> None:
    quarter = pd.DataFrame({"interval_start": starts(minutes=15), "queue": "phone", "offered": 5.0})
    assert row(scored(volumes(), quarter))["wape"] == 0
    hourly = pd.DataFrame({"interval_start": starts(minutes=60), "queue": "phone", "offered": 20.0})
    with pytest.raises(DataError, match="phone has 60-minute intervals, which cannot be split into 30"):
        scored(volumes(), hourly)


def test_a_zone_that_is_not_the_forecasts_is_told() -> None:
    """In India the hour begins at half past."""
    hourly = volumes()[::2]
    with pytest.raises(DataError, match="does not begin an interval of 60 minutes in Asia/Kolkata") as caught:
        score(
            VolumeForecast.of(hourly, "forecast.csv"),
            ContactHistory.of(came()[::2]),
            calendar=SiteCalendar("Asia/Kolkata", 60),
        )
    assert caught.value.problems[-1].place == "forecast.csv"


def test_nothing_in_common_is_an_error_that_names_both() -> None:
    history = came().assign(interval_start=starts() - pd.Timedelta(weeks=52))
    with pytest.raises(DataError) as caught:
        scored(volumes(), history)
    problem = caught.value.problems[0]
    assert problem.message.endswith("the history holds 2025-03-24 to 2025-04-06 (phone)")
    assert problem.hint == "the forecast is for 2026-03-23 to 2026-04-05 (phone); export a later history"
    with pytest.raises(DataError, match=r"the history holds 2026-03-23 to 2026-04-05 \(fax\)"):
        scored(volumes(), came(queue="fax"))


def test_queues_and_times_without_a_forecast_are_in_no_figure_and_told() -> None:
    night = pd.DataFrame({"interval_start": starts(hours=(3, 4)), "queue": "phone", "offered": 1.0})
    result = scored(volumes(), pd.concat([came(), night, came(queue="fax")]))
    assert row(result)["offered"] == 1120
    assert said(result) == [
        "not forecast, left out of all figures: fax",
        "phone: 28 contacts in 28 intervals without a forecast; left out of all figures",
    ]


def test_a_queue_of_which_nothing_came_is_left_out_and_told() -> None:
    result = scored(pd.concat([volumes(), volumes(queue="sales")]), came())
    assert set(result.scores.frame["queue"]) == {"phone"}
    assert said(result) == ["sales: no rows for 2026-03-23 to 2026-04-05: treated as missing, not as zero"]


def test_intervals_that_were_over_when_the_forecast_was_updated_score_nothing() -> None:
    forecast = volumes()
    forecast.loc[:7, ["method", "offered"]] = ["actual", 999.0]
    assert row(scored(forecast, came()))["intervals"] == 13 * 8


def test_errors_of_one_queue_never_cancel_those_of_another() -> None:
    forecast = pd.concat([volumes(12.0), volumes(8.0, queue="sales")])
    result = scored(forecast, pd.concat([came(), came(queue="sales")]))
    assert row(result, "*")["wape"] == pytest.approx(0.2)
    assert row(result, "*")["wape_day"] == pytest.approx(0.2)
    assert row(result, "*")["bias"] == 0
    assert row(result, "sales")["bias"] == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("by", "periods"),
    [
        ("queue", []),
        ("day", [f"2026-03-{n}" for n in range(23, 32)] + [f"2026-04-0{n}" for n in range(1, 6)]),
        ("week", ["2026-03-23 to 2026-03-29", "2026-03-30 to 2026-04-05"]),
        ("weekday", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
        ("hour", ["08:00", "09:00", "10:00", "11:00"]),
    ],
)
def test_periods_come_in_their_order_and_add_up_to_the_whole(by: str, periods: list[str]) -> None:
    rng = np.random.default_rng(5)
    result = scored(volumes(), came(rng.poisson(10.0, 14 * 8).astype(float)), by=by)
    frame = result.scores.frame
    parts = frame[frame["by"] == by] if periods else frame[:0]
    assert parts["period"].tolist() == periods
    if periods:
        whole = row(result)
        assert parts["offered"].sum() == whole["offered"]
        assert parts["intervals"].sum() == whole["intervals"]
        assert (parts["wape"] * parts["offered"]).sum() == pytest.approx(whole["wape"] * whole["offered"])
        assert parts["wape_day"].isna().all() == (by == "hour")


def test_weeks_are_counted_from_the_forecasts_first_day() -> None:
    forecast = volumes()[16:]
    result = scored(forecast, came(), by="week")
    weeks = result.scores.frame[result.scores.frame["by"] == "week"]
    assert weeks["period"].tolist() == ["2026-03-25 to 2026-03-31", "2026-04-01 to 2026-04-05"]


def test_a_period_without_contacts_has_no_shares_but_its_bounds_are_judged() -> None:
    figures = row(scored(volumes(), came(0.0)))
    assert figures[["wape", "wape_day", "bias", "aht_wape", "workload_wape"]].isna().all()
    assert (figures["coverage_95"], figures["offered"]) == (0, 0)


# --- edits ---


def with_edits(*rows: dict[str, object], queues: tuple[str, ...] = ("phone",)) -> tuple[pd.DataFrame, OverrideLog]:
    usual = {"first_day": "2026-03-24", "who": "Ana", "why": "mailing"}
    overrides = Overrides.of(pd.DataFrame([usual | own for own in rows]))
    forecast = VolumeForecast.of(pd.concat([volumes(queue=queue) for queue in queues]))
    made, log, _ = apply_overrides(forecast, overrides, MADRID, first_day=MONDAY, days=14)
    return made.frame, log


def test_each_edit_is_judged_by_what_the_forecast_was_without_it() -> None:
    """On the 24th 80 contacts were forecast and 100 came; Ana made them 96, Ben then 120."""
    forecast, log = with_edits({"change_share": 0.2}, {"offered_total": 120, "who": "Ben", "why": "hunch"})
    history = came()
    day = history["interval_start"].dt.tz_convert(MADRID.timezone).dt.day == 24
    result = scored(forecast, history.assign(offered=np.where(day, 12.5, 10.0)), log=log)
    frame = result.overrides.frame
    columns = [
        "who",
        "offered_before",
        "offered_after",
        "offered",
        "error_before",
        "error_after",
        "gained",
        "verdict",
    ]
    assert frame[columns].round(6).to_numpy().tolist() == [
        ["Ana", 80, 96, 100, 20, 4, 16, "helped"],
        ["Ben", 96, 120, 100, 4, 20, -16, "hurt"],
    ]
    assert frame["wape_before"].tolist() == pytest.approx([0.2, 0.04])
    assert frame["first_day"].tolist() == [pd.Timestamp("2026-03-24")] * 2
    assert row(result)["wape"] == pytest.approx(8 * 2.5 / (13 * 80 + 100))


def test_an_edit_of_handling_times_is_not_judged_by_contacts() -> None:
    forecast, log = with_edits({"change_share": 0.5}, {"aht_change_share": 0.1})
    result = scored(forecast, came(15.0), log=log)
    assert result.overrides.frame["override"].tolist() == [1]
    assert [note.message for note in result.notes if "override 2" in note.message] == [
        "override 2 changed handling times: it is in aht_wape, and not judged on its own"
    ]


def test_an_edit_for_all_queues_does_not_set_off_one_against_the_other() -> None:
    forecast, log = with_edits({"change_share": 0.5}, queues=("phone", "sales"))
    history = pd.concat([came(15.0), came(5.0, queue="sales")])
    edit = scored(forecast, history, log=log).overrides.frame.iloc[0]
    assert (edit["error_before"], edit["error_after"]) == (80, 80)
    assert edit["verdict"] == "no difference"


def test_an_edit_of_days_that_have_not_come_is_not_known_and_one_in_part_is_judged_by_that_part() -> None:
    forecast, log = with_edits({"first_day": "2026-04-02", "offered": 5}, {"last_day": "2026-03-27", "offered": 11})
    history = came(11.0)
    until = pd.Timestamp("2026-03-26", tz=MADRID.timezone)
    result = scored(forecast, history[history["interval_start"] < until], log=log)
    frame = result.overrides.frame
    assert frame["verdict"].tolist() == ["not known", "helped"]
    assert frame["intervals"].tolist() == [0, 16]
    assert np.isnan(frame["gained"][0])
    assert "override 1: none of its 8 intervals has actual contacts" in said(result)
    assert "override 2: 16 of its 32 intervals have no actual contacts; scored on the rest" in said(result)


def test_without_edits_none_are_judged() -> None:
    assert len(scored(volumes(), came()).overrides) == 0


@settings(max_examples=repetitions(8, 25))
@given(st.floats(-0.9, 3), st.integers(0, 40))
def test_an_edit_helps_exactly_when_it_brings_the_total_closer(change: float, actual: int) -> None:
    forecast, log = with_edits({"change_share": change})
    edit = scored(forecast, came(float(actual)), log=log).overrides.frame.iloc[0]
    gained = abs(80 - 8 * actual) - abs(80 * (1 + change) - 8 * actual)
    assert edit["gained"] == pytest.approx(gained, abs=1e-6)
    assert edit["verdict"] == ("no difference" if abs(gained) < 0.05 else "helped" if gained > 0 else "hurt")
