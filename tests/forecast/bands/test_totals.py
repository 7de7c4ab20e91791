"""Totals of days, weeks and the horizon: sums that add up, bands that belong together."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import horizon_intervals
from staffplan.forecast.bands.bands import Bands
from staffplan.forecast.bands.scale import Scale
from staffplan.forecast.bands.sharing import DayScores, Sharing
from staffplan.forecast.bands.totals import ALL_QUEUES, QueueBands, forecast_totals
from staffplan.forecast.bands.variance import Variance
from staffplan.tables.forecast import ForecastTotals, VolumeForecast

FIRST = date(2026, 3, 25)
"""A Wednesday; Madrid's clock goes forward on the Sunday after."""
DAYS = 24
ZONE = "Europe/Madrid"
LOW_TO_HIGH = ["offered_p025", "offered_p10", "offered", "offered_p90", "offered_p975"]


def _forecast(queues: dict[str, float], closed: frozenset[int] = frozenset()) -> VolumeForecast:
    """Around the clock but on closed weekdays, the same contacts in every interval, nights half as long to handle."""
    instants = horizon_intervals(FIRST, DAYS, ZONE, 30)
    local = instants.tz_convert(ZONE)
    instants = instants[~np.isin(local.day_of_week, list(closed))]
    frames = []
    for queue, offered in queues.items():
        aht = np.where(instants.tz_convert(ZONE).hour < 12, 100.0, 200.0)
        frame = pd.DataFrame({"interval_start": instants, "queue": queue, "offered": offered, "aht_seconds": aht})
        bounds = dict.fromkeys(LOW_TO_HIGH, offered)
        frames.append(frame.assign(channel="voice", method="made up", **bounds))
    return VolumeForecast.of(pd.concat(frames, ignore_index=True))


def _bands(queue: str, *, scores: np.ndarray | None = None, extra: float = 0.0) -> QueueBands:
    scale = Scale(Variance(0.0, 0.02, 0.0005), tested_days=28)
    day = np.arange(0 if scores is None else len(scores))
    seen = None if scores is None else DayScores(day, day, scores)
    bands = Bands(scale, scale, Sharing(0.4, 0.1, 50.0, 12.0), seen)
    last = FIRST - timedelta(days=1)
    return QueueBands(queue, bands, date(2025, 1, 6), last, extra_log_variance=np.array([extra]))


def _totals(forecast: VolumeForecast, bands: list[QueueBands], seed: int = 1) -> ForecastTotals:
    return forecast_totals(forecast, bands, timezone=ZONE, first_day=FIRST, days=DAYS, seed=seed)


def _of(totals: ForecastTotals, period: str, queue: str) -> pd.DataFrame:
    frame = totals.frame
    return frame[(frame["period"] == period) & (frame["queue"] == queue)].set_index("period_start")


@pytest.fixture(scope="module")
def two() -> ForecastTotals:
    return _totals(_forecast({"a": 10.0, "b": 3.0}), [_bands("a"), _bands("b")])


def test_the_total_is_the_sum_of_queues_and_of_days_and_of_intervals(two) -> None:
    for period in ("day", "week", "horizon"):
        together, parts = _of(two, period, ALL_QUEUES), [_of(two, period, name)["offered"] for name in "ab"]
        assert together["offered"].to_numpy() == pytest.approx((parts[0] + parts[1]).to_numpy())
        assert together["offered"].sum() == pytest.approx(13.0 * (DAYS * 48 - 2))


def test_a_day_of_23_hours_has_fewer_contacts(two) -> None:
    days = _of(two, "day", "a")["offered"]
    assert days["2026-03-29"] == pytest.approx(460)
    assert days["2026-03-30"] == pytest.approx(480)


def test_weeks_begin_on_the_first_day_planned_and_the_last_may_be_shorter(two) -> None:
    weeks = _of(two, "week", "b")
    assert weeks.index.day_name().unique().tolist() == ["Wednesday"]
    assert weeks["offered"].tolist() == pytest.approx([3 * 334, 3 * 336, 3 * 336, 3 * 144])


def test_handling_times_are_weighted_by_contacts(two) -> None:
    assert _of(two, "day", "a").loc["2026-03-30", "aht_seconds"] == pytest.approx(150)
    assert _of(two, "day", "a").loc["2026-03-29", "aht_seconds"] == pytest.approx((22 * 100 + 24 * 200) / 46)


def test_bounds_are_in_order_and_whole(two) -> None:
    values = two.frame[LOW_TO_HIGH].to_numpy()
    assert (np.diff(values, axis=1) >= 0).all()
    bounds = two.frame[[name for name in LOW_TO_HIGH if name != "offered"]].to_numpy()
    assert (bounds >= 0).all()
    assert (bounds == np.rint(bounds)).all()


def test_the_band_of_a_sum_is_narrower_than_the_sum_of_bands_and_wider_than_its_parts(two) -> None:
    def width(period: str, queue: str) -> np.ndarray:
        rows = _of(two, period, queue)
        return (rows["offered_p90"] - rows["offered_p10"]).to_numpy()

    assert width("horizon", ALL_QUEUES)[0] < width("horizon", "a")[0] + width("horizon", "b")[0]
    assert width("horizon", ALL_QUEUES)[0] > width("horizon", "a")[0]
    assert width("week", "a")[0] < width("day", "a")[:7].sum()
    assert width("week", "a")[0] > width("day", "a")[:7].max()


def test_a_day_of_one_queue_has_exactly_the_bounds_of_its_distribution(two) -> None:
    offered = _of(two, "day", "a")["offered"].to_numpy()
    bounds = _bands("a").bands.day_bounds(offered, np.arange(1, DAYS + 1), np.zeros(DAYS, dtype=bool))
    assert _of(two, "day", "a")["offered_p90"].tolist() == bounds[0.8][1].tolist()


def test_queues_that_miss_together_make_a_wider_total() -> None:
    common = np.random.default_rng(1).standard_normal(400)
    apart = np.random.default_rng(2).standard_normal(400)
    widths = []
    for other in (apart, common):
        totals = _totals(_forecast({"a": 10.0, "b": 10.0}), [_bands("a", scores=common), _bands("b", scores=other)])
        row = _of(totals, "week", ALL_QUEUES).iloc[0]
        widths.append(row["offered_p90"] - row["offered_p10"])
    assert widths[1] > 1.2 * widths[0]


def test_all_queues_together_are_the_queue_where_there_is_only_one() -> None:
    totals = _totals(_forecast({"a": 10.0}), [_bands("a")])
    for period in ("day", "week", "horizon"):
        pd.testing.assert_frame_equal(
            _of(totals, period, ALL_QUEUES).drop(columns="queue"), _of(totals, period, "a").drop(columns="queue")
        )


def test_the_order_of_queues_changes_nothing_and_the_seed_little(two) -> None:
    forecast = _forecast({"b": 3.0, "a": 10.0})
    pd.testing.assert_frame_equal(two.frame, _totals(forecast, [_bands("b"), _bands("a")]).frame)
    other = _totals(forecast, [_bands("a"), _bands("b")], seed=2).frame
    assert not other.equals(two.frame)
    assert other["offered_p90"].to_numpy() == pytest.approx(two.frame["offered_p90"].to_numpy(), rel=0.05)


def test_another_queue_does_not_move_the_bands_of_the_first() -> None:
    alone = _totals(_forecast({"a": 10.0}), [_bands("a")])
    both = _totals(_forecast({"a": 10.0, "b": 3.0}), [_bands("a"), _bands("b")])
    pd.testing.assert_frame_equal(_of(alone, "day", "a"), _of(both, "day", "a"))


def test_closed_days_have_no_row_and_one_open_day_is_its_week() -> None:
    totals = _totals(_forecast({"a": 10.0}, closed=frozenset(range(1, 7))), [_bands("a")])
    days, weeks = _of(totals, "day", "a"), _of(totals, "week", "a")
    assert days.index.day_name().unique().tolist() == ["Monday"]
    assert weeks[LOW_TO_HIGH].to_numpy().tolist() == days[LOW_TO_HIGH].to_numpy().tolist()


def test_what_is_known_of_the_long_range_widens_the_totals() -> None:
    forecast = _forecast({"a": 10.0})
    widths = []
    for extra in (0.0, 0.2):
        row = _of(_totals(forecast, [_bands("a", extra=extra)]), "horizon", "a").iloc[0]
        widths.append(row["offered_p975"] - row["offered_p025"])
    assert widths[1] > 2 * widths[0]


def test_a_level_that_is_a_guess_widens_every_day() -> None:
    forecast = _forecast({"a": 10.0})
    known, guessed = (
        _of(_totals(forecast, [own]), "day", "a") for own in (_bands("a"), _bands("a").with_level_error(0.5))
    )
    assert (guessed["offered_p90"] > known["offered_p90"] * 1.2).all()
