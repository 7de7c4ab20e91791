"""Published forecasts against what came: which entry counts, what each step gained, when an alarm is open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import SiteCalendar
from staffplan.control.gathered import PublishedEntry, gathered
from staffplan.control.tracked_days import tracked_days, tracked_waits
from staffplan.control.tracking import ladder, scale_of, track_scores, tracked_edits, value_added
from staffplan.errors import DataError
from staffplan.tables.forecast import BANDS
from staffplan.tables.history import ContactHistory
from staffplan.tables.track import LADDER

ZONE = "Europe/Madrid"
CALENDAR = SiteCalendar(ZONE, 60)


def hours_from(first: str, days: int) -> pd.DatetimeIndex:
    """The hours from 9 to 12 of local days."""
    starts = [pd.Timestamp(first) + pd.Timedelta(days=d, hours=h) for d in range(days) for h in (9, 10, 11)]
    return pd.DatetimeIndex(starts).tz_localize(ZONE).tz_convert("UTC")


def history(days: int, level: float = 100.0, *, queues: tuple[str, ...] = ("phone",)) -> ContactHistory:
    """Chance around a level: the same draws each time."""
    starts = hours_from("2026-01-05", days)
    rng = np.random.default_rng(5)
    parts = [
        pd.DataFrame(
            {"interval_start": starts, "queue": queue, "offered": rng.poisson(level, len(starts)).astype(float)}
        )
        for queue in queues
    ]
    return ContactHistory.of(pd.concat(parts))


def entry(
    number: int,
    made: str,
    first: str,
    days: int,
    level: float,
    *,
    override: float | None = None,
    queues: tuple[str, ...] = ("phone",),
) -> PublishedEntry:
    starts = hours_from(first, days)
    spread = 1.96 * np.sqrt(level)
    rows = []
    for queue in queues:
        own = pd.DataFrame({"interval_start": starts, "queue": queue, "source": "statistical", "override": 0.0})
        own = own.assign(offered=level, aht_seconds=300.0, method="m", who="", why="", channel="voice")
        rows.append(own)
        if override is not None:
            rows.append(own.assign(source="override", override=1.0, offered=override, who="Ana", why="mailing"))
    frame = pd.concat(rows).sort_values(["queue", "interval_start", "override"], ignore_index=True)
    factors = dict(zip(BANDS, (-1.2816 / 1.96, 1.2816 / 1.96, -1, 1), strict=True))
    frame = frame.assign(**{band: frame["offered"] + factor * spread for band, factor in factors.items()})
    dates = pd.date_range(first, periods=days)
    day = 3 * (level if override is None else override)
    wide = 1.96 * np.sqrt(day)
    totals = pd.DataFrame(
        {"period": "day", "period_start": dates, "offered_p025": day - wide, "offered_p975": day + wide}
    )
    totals = pd.concat([totals.assign(queue=queue) for queue in queues])
    made_at = pd.Timestamp(made, tz=ZONE).tz_convert("UTC")
    return PublishedEntry(number, made_at, made_at, frame, totals, pd.DataFrame(columns=["kept", "day"]))


def scores(entries: list[PublishedEntry], came: ContactHistory) -> pd.DataFrame:
    return track_scores(gathered(entries, came, CALENDAR)).frame


def whole(entries: list[PublishedEntry], came: ContactHistory) -> pd.Series:
    """The row of the forecast published last, over everything."""
    frame = scores(entries, came)
    return frame[(frame["by"] == "queue") & (frame["weeks_before"] == 0)].iloc[0]


def test_of_each_horizon_the_last_entry_made_so_long_before_counts() -> None:
    old = entry(1, "2026-02-01", "2026-02-16", 13, 80)
    late = entry(2, "2026-02-15", "2026-02-16", 13, 100)
    frame = scores([late, old], history(60))
    found = frame[frame["by"] == "queue"].set_index("weeks_before")
    assert sorted(found.index) == [0, 1, 2]
    assert found.loc[0, "offered_forecast"] == 39 * 100
    assert found.loc[1, "offered_forecast"] == 18 * 80 + 21 * 100
    assert found.loc[2, "offered_forecast"] == 39 * 80
    assert found.loc[2, "bias"] < -0.15


def test_a_perfect_forecast_has_the_error_of_its_floor_and_bands_that_hold() -> None:
    came = history(300)
    row = whole([entry(1, "2026-01-31", "2026-02-02", 200, 100)], came)
    assert row["wape"] == pytest.approx(row["floor"], rel=0.06)
    assert row["wape_day"] == pytest.approx(row["floor_day"], rel=0.1)
    assert row["expected"] == pytest.approx(row["floor"], rel=0.01)
    assert row["avoidable"] < 0.06
    assert row["coverage_80"] == pytest.approx(0.8, abs=0.05)
    assert row["coverage_95"] == pytest.approx(0.95, abs=0.03)
    past = came.frame[came.frame["interval_start"] < pd.Timestamp("2026-01-31", tz=ZONE)]["offered"].to_numpy()
    assert row["rmsse"] == pytest.approx(np.sqrt(100 / np.mean(np.diff(past) ** 2)), rel=0.1)


def test_weekdays_hours_and_queues_have_rows_and_together_they_are_the_whole() -> None:
    two = ("phone", "mail")
    frame = scores([entry(1, "2026-01-31", "2026-02-02", 14, 100, queues=two)], history(60, queues=two))
    frame = frame[frame["weeks_before"] == 0]
    assert set(frame["queue"]) == {"*", "phone", "mail"}
    for by in ("weekday", "hour"):
        parts = frame[(frame["by"] == by) & (frame["queue"] == "phone")]
        assert (
            parts["offered"].sum() == frame[(frame["by"] == "queue") & (frame["queue"] == "phone")]["offered"].sum()
        )
    assert frame[(frame["by"] == "hour") & (frame["queue"] == "phone")]["period"].tolist() == [
        "09:00",
        "10:00",
        "11:00",
    ]


def test_the_weighted_interval_score_is_that_of_its_definition() -> None:
    came = ContactHistory.of(history(60).frame.assign(offered=130.0))
    row = whole([entry(1, "2026-01-31", "2026-02-02", 1, 100)], came)
    half = 1.2816 * 10, 1.96 * 10
    parts = [0.2 / 2 * 2 * half[0] + 30 - half[0], 0.05 / 2 * 2 * half[1] + 30 - half[1]]
    assert row["wis"] == pytest.approx((30 / 2 + sum(parts)) / 2.5)


def test_value_is_added_as_in_the_worked_example() -> None:
    came = [100, 120, 80, 110, 90]
    said = {
        "naive": [95, 105, 115, 85, 105],
        "six-week average": [95, 105, 115, 85, 105],
        "statistical": [102, 112, 90, 104, 95],
        "override": [110, 118, 92, 118, 99],
        "final": [110, 118, 92, 118, 99],
    }
    rows = pd.DataFrame({"queue": "q", "day": range(5), "offered": came, **said}).astype(dict.fromkeys(LADDER, float))
    table = pd.DataFrame(ladder(rows, "q", 0.01)).set_index("step")
    assert table["wape"].round(3).tolist() == [0.190, 0.190, 0.062, 0.082, 0.082]
    assert table.loc["statistical", "gain_naive"] == pytest.approx(0.128)
    assert table.loc["override", "gain_previous"] == pytest.approx(-0.020)
    assert table.loc["override", "bias"] == pytest.approx(0.074)
    assert table["verdict"].tolist() == ["", "no difference", "better", "worse", "no difference"]
    assert pd.DataFrame(ladder(rows, "q", 0.05))["verdict"].tolist()[3] == "no difference"


def test_the_scale_of_rmsse_is_that_of_the_worked_example() -> None:
    train = np.array([90.0, 110, 100, 120, 95, 105])
    came = np.array([100.0, 120, 80, 110, 90])
    naive = np.array([95.0, 105, 115, 85, 105])
    statistical = np.array([102.0, 112, 90, 104, 95])
    for said, known in ((naive, 1.196148), (statistical, 0.375397)):
        assert np.sqrt(((came - said) ** 2).mean() / scale_of(train)) == pytest.approx(known, abs=1e-6)
    assert scale_of(np.concatenate([[0.0, 0.0], train])) == pytest.approx(scale_of(train))


def test_the_plain_forecasts_know_no_more_than_the_first_entry_knew() -> None:
    came = history(60).frame
    early = came["interval_start"] < pd.Timestamp("2026-02-02", tz=ZONE)
    changed = ContactHistory.of(came.assign(offered=came["offered"].where(early, 500.0)))
    known = gathered([entry(1, "2026-02-02", "2026-02-09", 7, 100)], changed, CALENDAR)
    naive, average = (values[np.isfinite(values)] for values in known.plain)
    assert len(naive) == 21
    assert naive.max() < 140
    assert average.max() < 130
    table = value_added(known).frame.set_index("step")
    assert table.loc["naive", "wape"] == pytest.approx(0.8, abs=0.02)


def test_an_override_is_a_step_and_is_scored_by_itself() -> None:
    known = gathered([entry(1, "2026-01-31", "2026-02-09", 7, 100, override=150)], history(60), CALENDAR)
    table = value_added(known).frame.set_index("step")
    assert table.loc["override", "verdict"] == "worse"
    (edit,) = tracked_edits(known).frame.to_dict("records")
    assert (edit["entry"], edit["who"], edit["verdict"]) == (1, "Ana", "hurt")
    assert edit["gained"] < -900


def test_days_that_are_off_raise_an_alarm_until_something_is_published_after_it() -> None:
    came = history(60)
    first = entry(1, "2026-01-31", "2026-02-02", 28, 90)
    days = tracked_days(gathered([first], came, CALENDAR)).frame
    found = days[days["alarm"] != ""]
    assert set(found["alarm"]) == {"more came"}
    assert set(found["open"]) == {"yes"}
    assert found["since"].iloc[0] < pd.Timestamp("2026-02-06")
    second = entry(2, "2026-02-20", "2026-02-21", 9, 100)
    days = tracked_days(gathered([first, second], came, CALENDAR)).frame
    assert set(days[(days["alarm"] != "") & (days["day"] < "2026-02-20")]["open"]) == {"no"}
    assert (days[days["day"] >= "2026-02-21"]["alarm"] == "").all()


def test_a_day_known_in_part_is_no_day_total() -> None:
    came = history(60).frame
    cut = ContactHistory.of(came[came["interval_start"] < pd.Timestamp("2026-02-04T10:00", tz=ZONE)])
    days = tracked_days(gathered([entry(1, "2026-01-31", "2026-02-02", 28, 100)], cut, CALENDAR)).frame
    assert [f"{day:%d}" for day in days["day"]] == ["02", "03"]


def test_a_forecast_published_while_a_day_runs_counts_from_the_next_day_on() -> None:
    """Of the day itself the morning was over: a half of each forecast is neither."""
    entries = [entry(1, "2026-01-31", "2026-02-02", 7, 100), entry(2, "2026-02-04T10:30", "2026-02-02", 7, 200)]
    days = tracked_days(gathered(entries, history(60), CALENDAR)).frame
    assert days["offered_forecast"].tolist() == [300, 300, 300, 600, 600, 600, 600]
    assert days["entry"].tolist() == [1, 1, 1, 2, 2, 2, 2]


def test_an_override_is_not_scored_over_what_had_come_before_it() -> None:
    late = entry(1, "2026-02-04T10:30", "2026-02-02", 7, 100, override=150)
    (edit,) = tracked_edits(gathered([late], history(60), CALENDAR)).frame.to_dict("records")
    assert (edit["intervals"], edit["offered_after"]) == (1 + 4 * 3, 150 * 13)


def test_waits_are_compared_by_group_and_day() -> None:
    came = history(60, queues=("phone", "mail")).frame
    came = ContactHistory.of(came.assign(answered_within_threshold=came["offered"] * 0.75))
    made = entry(1, "2026-01-31", "2026-02-02", 2, 100, queues=("phone", "mail"))
    rows = [
        {"day": pd.Timestamp(day), "planning_group": "team", "offered": 600.0, "service_level": 0.8, "goal": 0.7,
         "service_level_low": low, "service_level_high": 0.9, "kept": "yes"}
        for day, low in (("2026-02-02", 0.7), ("2026-02-03", 0.78))
    ]  # fmt: skip
    made = PublishedEntry(1, made.made_at, made.known_until, made.forecast, made.totals, pd.DataFrame(rows))
    waits = tracked_waits(gathered([made], came, CALENDAR), came, {"phone": "team", "mail": "team"}).frame
    assert waits["service_level"].tolist() == pytest.approx([0.75, 0.75])
    assert waits["inside"].tolist() == ["yes", "no"]
    assert waits["kept"].tolist() == ["yes", "yes"]
    until_ten = ContactHistory.of(
        came.frame[came.frame["interval_start"] < pd.Timestamp("2026-02-03T11:00", tz=ZONE)]
    )
    waits = tracked_waits(gathered([made], until_ten, CALENDAR), until_ten, {"phone": "team", "mail": "team"}).frame
    assert waits["day"].tolist() == [pd.Timestamp("2026-02-02")]


def test_nothing_published_that_has_come_is_an_error() -> None:
    with pytest.raises(DataError, match="no published interval has actual contacts"):
        gathered([entry(1, "2026-01-31", "2027-02-02", 7, 100)], history(60), CALENDAR)
