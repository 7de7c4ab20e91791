"""Numbers of days that may drive the contacts, as columns for a regression."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.errors import DataError
from staffplan.forecast import forecast
from staffplan.forecast.days.drivers import DriverMatrix, about_effects, check_drivers, driver_columns
from staffplan.forecast.history.series import DayGrid
from staffplan.settings.forecast import DriverSettings, ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import Drivers
from staffplan.tables.history import ContactHistory
from thorough import repetitions

FIRST = date(2026, 1, 5)
PAST, AHEAD = 28, 7
GRID = DayGrid(FIRST, PAST + AHEAD, SiteCalendar("Europe/Madrid"))


def day(number: int) -> pd.Timestamp:
    return pd.Timestamp(FIRST) + pd.Timedelta(days=number)


def table(values: dict[int, float], driver: str = "letters", queue: str = "") -> pd.DataFrame:
    """Rows of one driver: value by number of the day."""
    frame = pd.DataFrame({"day": [day(n) for n in values], "value": list(values.values())})
    return frame.assign(driver=driver, queue=queue)


def columns(*tables: pd.DataFrame, queue: str = "phone", **settings: DriverSettings) -> DriverMatrix:
    drivers = Drivers.of(pd.concat(tables), "drivers.csv")
    return driver_columns(drivers, GRID, queue, settings, history_days=PAST)


def only(matrix: DriverMatrix) -> np.ndarray:
    assert len(matrix.columns) == 1
    assert matrix.columns[0].values.shape == (PAST + AHEAD,)
    return matrix.columns[0].values


def said(matrix: DriverMatrix, kind: str) -> list[str]:
    return [note.message for note in matrix.notes if note.kind == kind]


CUSTOMERS = {n: 1000.0 * 1.01**n for n in range(PAST + AHEAD)}


def test_an_event_is_nothing_on_days_without_it_and_one_at_its_usual_size() -> None:
    found = only(columns(table({1: 4000, 8: 5000, 15: 6000, 30: 5000})))
    assert set(np.flatnonzero(found)) == {1, 8, 15, 30}
    assert found[8] == pytest.approx(1)
    assert found[30] == pytest.approx(1)
    assert found[1] < 1 < found[15]


def test_an_event_is_told_with_its_days_and_what_days_without_a_row_are() -> None:
    matrix = columns(table({1: 4000, 8: 5000, 30: 5000}))
    assert said(matrix, "assumption") == [
        "driver letters: an event, zero on days without a row: 2 days in the history, 2026-02-04 in the forecast"
    ]
    none_ahead = columns(table({1: 4000, 8: 5000}))
    assert len(none_ahead.columns) == 1
    assert said(none_ahead, "assumption")[0].endswith("2 days in the history, none in the forecast")


def test_a_level_has_mean_zero_and_deviation_one_in_the_history_and_goes_on_from_there() -> None:
    """Growth by one percent a day is a straight line in logarithms, ahead too."""
    found = only(columns(table(CUSTOMERS, "customers")))
    assert found[:PAST].mean() == pytest.approx(0, abs=1e-9)
    assert found[:PAST].std() == pytest.approx(1)
    assert np.diff(found) == pytest.approx(np.diff(found)[0])


def test_a_level_keeps_its_value_on_days_without_a_row() -> None:
    weekdays = {n: value for n, value in CUSTOMERS.items() if n % 7 < 5}
    found = only(columns(table(weekdays, "customers")))
    assert found[5] == found[6] == found[4]
    matrix = columns(table({n: value for n, value in CUSTOMERS.items() if 3 <= n <= 30}, "customers"))
    assert only(matrix)[0] == only(matrix)[3]
    assert only(matrix)[34] == only(matrix)[30]
    assert said(matrix, "assumption") == [
        "driver customers: a level; days without a row keep the last value; before its first day, "
        "2026-01-08, the value of that day; after its last day, 2026-02-04, the value of that day"
    ]


def test_what_is_rare_may_be_a_level_and_what_is_frequent_an_event_when_the_settings_say_so() -> None:
    monthly = columns(table({0: 10, 14: 20, 30: 20}, "clients"), clients=DriverSettings(kind="level"))
    assert len(set(only(monthly)[:14])) == 1
    assert only(monthly)[13] < only(monthly)[14]
    daily = dict.fromkeys(range(20), 5.0) | {30: 5.0}
    assert only(columns(table(daily), letters=DriverSettings(kind="event")))[25] == 0


def test_a_level_unknown_for_all_days_ahead_is_not_used() -> None:
    matrix = columns(table({n: value for n, value in CUSTOMERS.items() if n < PAST}, "customers"))
    assert matrix.columns == ()
    assert said(matrix, "left out") == [
        "driver customers: no day from 2026-02-02 on has a row; not used: add its values for the days ahead"
    ]


@pytest.mark.parametrize("values", [dict.fromkeys(range(PAST + AHEAD), 7.0), {30: 5000.0}, {0: 0.0, 30: 5000.0}])
def test_what_never_changes_in_the_history_teaches_nothing(values: dict[int, float]) -> None:
    matrix = columns(table(values))
    assert matrix.columns == ()
    assert said(matrix, "left out") == [
        "driver letters: it never changes in the history, so its effect cannot be estimated; not used"
    ]


def test_lags_are_columns_of_their_own_that_run_later() -> None:
    matrix = columns(table({-1: 100, 3: 200, 27: 100}), letters=DriverSettings(lags=(0, 1, 2)))
    assert [column.days_later for column in matrix.columns] == ["that day", "1 day later", "2 days later"]
    now, next_day, second = (column.values for column in matrix.columns)
    assert next_day[0] > 0, "what was sent before the history began is felt in it"
    np.testing.assert_array_equal(now[:-1], next_day[1:])
    np.testing.assert_array_equal(next_day[:-1], second[1:])
    assert second[29] > 0, "what was sent on the last day is felt ahead"
    assert [(group.name, group.columns.shape) for group in matrix.groups] == [("driver letters", (PAST + AHEAD, 3))]
    np.testing.assert_array_equal(matrix.felt, (now != 0) | (next_day != 0) | (second != 0))


def test_a_queues_own_row_comes_before_one_for_all_queues() -> None:
    general, own = table({1: 100, 8: 100}), table({8: 50, 15: 100}, queue="phone")
    phone, chat = columns(general, own), columns(general, own, queue="chat")
    assert set(np.flatnonzero(only(phone))) == {1, 8, 15}
    assert only(phone)[8] < only(phone)[1]
    assert set(np.flatnonzero(only(chat))) == {1, 8}


def test_a_driver_of_another_queue_is_no_column_and_no_note() -> None:
    matrix = columns(table({1: 100, 8: 100}, queue="sales"), queue="phone")
    assert matrix.columns == ()
    assert matrix.notes == ()


def test_what_lies_far_beyond_what_was_seen_is_told() -> None:
    assert said(columns(table({1: 100, 8: 100, 30: 120})), "warning") == []
    assert said(columns(table({1: 100, 8: 100, 30: 900})), "warning") == [
        "driver letters: on 2026-02-04 far outside the values in the history; its effect there is uncertain"
    ]


def test_a_driver_that_can_be_negative_is_taken_as_it_is() -> None:
    degrees = {n: float(n - 10) for n in range(PAST + AHEAD)}
    found = only(columns(table(degrees, "degrees")))
    assert np.diff(found) == pytest.approx(np.diff(found)[0])


@settings(max_examples=repetitions(8, 25))
@given(
    st.dictionaries(st.integers(-10, 40), st.floats(-1e6, 1e6).map(lambda x: round(x, 6)), min_size=1, max_size=45),
    st.sampled_from(["auto", "event", "level"]),
    st.lists(st.integers(0, 28), min_size=1, max_size=3),
)
def test_columns_are_finite_and_change_in_the_history_whatever_the_file_holds(
    values: dict[int, float], kind: str, lags: list[int]
) -> None:
    own = DriverSettings.model_validate({"kind": kind, "lags": lags})
    matrix = columns(table(values), letters=own)
    for column in matrix.columns:
        assert np.isfinite(column.values).all()
        assert column.values.shape == matrix.felt.shape == (PAST + AHEAD,)
        assert np.ptp(column.values[:PAST]) > 0
        assert column.step > 0
    assert len({column.lag_days for column in matrix.columns}) == len(matrix.columns)
    assert matrix.columns or said(matrix, "left out")


@settings(max_examples=repetitions(7, 20))
@given(st.floats(0.01, 1e4))
def test_the_unit_of_a_driver_changes_nothing(unit: float) -> None:
    events, level = {1: 4000.0, 8: 5000.0, 15: 9000.0}, CUSTOMERS
    for values in (events, level):
        scaled = {n: value * unit for n, value in values.items()}
        np.testing.assert_allclose(only(columns(table(scaled))), only(columns(table(values))), rtol=1e-6, atol=1e-9)


def test_effects_are_told_for_one_of_the_usual_size_and_for_a_tenth_more() -> None:
    """A tenth more customers, if contacts follow them in proportion, is a tenth more contacts."""
    letters = columns(table({1: 4000, 8: 5000, 15: 6000, 30: 5000}), letters=DriverSettings(lags=(0, 2)))
    effects = {"driver letters": np.log([1.38, 1.1])}
    seen = {"driver letters": np.array([3.0, 3.0])}
    is_open = np.ones(AHEAD, bool)
    assert [note.message for note in about_effects(letters, effects, seen, is_open, "phone")] == [
        "driver letters: one of the usual size, 5,000, means +38.0 % that day, +10.0 % 2 days later"
    ]
    level = columns(table(CUSTOMERS, "customers"))
    spread = np.std(np.log(list(CUSTOMERS.values())[:PAST]))
    effects, seen = {"driver customers": np.array([spread])}, {"driver customers": np.array([28.0])}
    told = [note.message for note in about_effects(level, effects, seen, is_open, "phone")]
    assert told == ["driver customers: 10 % more than the usual 1,143.78 means +10.0 % that day"]
    assert [note.kind for note in about_effects(level, {}, {}, is_open, "phone")] == ["left out"]


def test_an_effect_that_no_open_day_has_shown_is_not_told_as_learnt() -> None:
    """Letters of day 30 are felt on days 30 and 31; two days later, day 32 (open) was never seen."""
    letters = columns(table({1: 4000, 8: 5000, 15: 6000, 30: 5000}), letters=DriverSettings(lags=(0, 1, 2)))
    effects = {"driver letters": np.log([1.4, 1.3, 1.2])}
    seen = {"driver letters": np.array([3.0, 0.0, 0.0])}
    is_open = np.array([True, True, True, False, True, True, True])
    told = list(about_effects(letters, effects, seen, is_open, "phone"))
    assert told[0].message.endswith("means +40.0 % that day, not known 1 day later, not known 2 days later")
    assert [note.kind for note in told] == ["assumption", "warning"]
    assert told[1].message.endswith(
        "no open day of the history shows it: +20.0 % 2 days later, between its neighbours"
    )


def test_all_delays_of_an_event_that_was_felt_are_kept_and_none_of_one_that_was_not() -> None:
    delays = DriverSettings(lags=(0, 1, 5))
    assert [column.lag_days for column in columns(table({PAST - 2: 4000}), letters=delays).columns] == [0, 1, 5]
    assert not columns(table({PAST: 4000}), letters=delays).columns


# --- in the forecast ---

CALENDAR_DAYS = 26 * 7


def _queue_with_letters(effect: float) -> tuple[pd.DataFrame, pd.DataFrame, list[int]]:
    """Half a year and a week of days with 600 contacts each, `effect` times as many on every 20th day."""
    sent = list(range(5, CALENDAR_DAYS + 7, 20))
    starts = pd.date_range(FIRST, periods=(CALENDAR_DAYS + 7) * 24, freq="h", tz="UTC")
    number = np.arange(len(starts)) // 24
    rng = np.random.default_rng(11)
    rate = 25.0 * np.where(np.isin(number, sent), effect, 1.0)
    rows = pd.DataFrame({"interval_start": starts, "queue": "phone", "offered": rng.poisson(rate).astype(float)})
    return rows, table(dict.fromkeys(sent, 5000.0)), sent


@pytest.mark.parametrize("effect", [1.5, 6.0])
def test_letters_to_be_sent_are_in_the_forecast_as_those_sent_were_felt(effect: float) -> None:
    """Also when each of them was so strong that it would pass for an odd day."""
    rows, letters, sent = _queue_with_letters(effect)
    calendar = SiteCalendar("UTC", 60)
    queue = Queue("phone", planning_group="phone", arrival_hours=OpeningHours.always(), aht_seconds=200.0)
    until = pd.Timestamp(FIRST, tz="UTC") + pd.Timedelta(days=CALENDAR_DAYS)
    result = forecast(
        ContactHistory.of(rows[rows["interval_start"] < until]),
        ForecastSettings(),
        site=Site(calendar, {"phone": queue}),
        first_day=until.date(),
        days=7,
        drivers=Drivers.of(letters),
    )
    frame = result.forecast.frame
    total = frame.groupby((frame["interval_start"] - until).dt.days)["offered"].sum()
    ahead = [number - CALENDAR_DAYS for number in sent if number >= CALENDAR_DAYS]
    assert len(ahead) == 1
    ordinary = total.drop(ahead).mean()
    assert total[ahead[0]] / ordinary == pytest.approx(effect, rel=0.05)
    assert ordinary == pytest.approx(600, rel=0.03)
    assert any(
        note.message.startswith("driver letters: one of the usual size, 5,000, means +") for note in result.notes
    )
    assert not any("odd day" in note.message for note in result.notes)


def test_a_section_for_a_driver_that_the_file_does_not_have_is_refused_with_the_nearest() -> None:
    drivers = Drivers.of(table({1: 100}), "drivers.csv")
    with pytest.raises(DataError) as caught:
        check_drivers(drivers, ["leters", "letters", "radio"])
    assert [(p.place, p.message, p.hint) for p in caught.value.problems] == [
        ("forecast.drivers.leters", "drivers.csv has no driver 'leters'", "did you mean letters?"),
        ("forecast.drivers.radio", "drivers.csv has no driver 'radio'", "known: letters"),
    ]
    with pytest.raises(DataError, match="no drivers file has driver"):
        check_drivers(None, ["letters"])
    check_drivers(None, [])


def test_letters_sent_on_another_weekday_are_felt_on_days_that_were_always_closed_before() -> None:
    """Letters of Mondays lift contacts by 80 %, less each day for twelve days; the next go out on a Thursday.

    Five and six days after a Monday it is closed, so their effect was never seen: it lies between +51 % and +31 %.
    """
    weeks, lags = 30, tuple(range(12))
    number = np.repeat(np.arange(7 * weeks), 2)
    hour = np.tile([10, 11], 7 * weeks)
    starts = pd.Timestamp(FIRST, tz="UTC") + pd.to_timedelta(24 * number + hour, unit="h")
    sent = [21 * time for time in range(1, 9)]
    lift = 1 + sum(0.8 * (1 - lag / 12) * np.isin(number - lag, sent) for lag in lags)
    contacts = np.random.default_rng(3).poisson(400 * lift).astype(float)
    rows = pd.DataFrame({"interval_start": starts, "queue": "phone", "offered": contacts})
    rows = rows[(number % 7 < 5) & (number < 7 * (weeks - 2))]
    hours = OpeningHours((((600, 720),),) * 5 + ((), ()))
    queue = Queue("phone", planning_group="phone", arrival_hours=hours, aht_seconds=200.0)
    first = FIRST + timedelta(days=7 * (weeks - 2))
    thursday = 7 * (weeks - 2) + 3
    result = forecast(
        ContactHistory.of(rows),
        ForecastSettings(methods=("day_model",), drivers={"letters": DriverSettings(kind="event", lags=lags)}),
        site=Site(SiteCalendar("UTC", 60), {"phone": queue}),
        first_day=first,
        days=14,
        drivers=Drivers.of(table(dict.fromkeys([*sent, thursday], 1000.0))),
    )
    found = result.forecast.frame["offered"].to_numpy().reshape(-1, 2).mean(axis=1) / 400
    tuesday, wednesday = found[6], found[7]
    assert tuesday == pytest.approx(1 + 0.8 * (1 - 5 / 12), abs=0.08)
    assert wednesday == pytest.approx(1 + 0.8 * (1 - 6 / 12), abs=0.08)
    messages = " ".join(note.message for note in result.notes)
    assert "not known 5 days later, not known 6 days later" in messages
    assert "+0.0 %" not in messages
