"""A day taken apart adds up to the day that is forecast."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SpecialDay
from staffplan.errors import UsageError
from staffplan.forecast import explain, forecast
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.forecast import Overrides
from staffplan.tables.history import ContactHistory


def _explain(
    world, rows, day: int, *, site=None, queue: str = "q", settings: ForecastSettings | None = None, overrides=None
):
    return explain(
        ContactHistory.of(rows, "history.csv"),
        settings or ForecastSettings(),
        site=site or world.site(),
        first_day=world.day(98),
        days=14,
        queue=queue,
        day=world.day(day),
        overrides=overrides,
    )


@pytest.fixture(scope="module")
def rows(world, noisy):
    return world.rows(noisy, days=98)


def test_the_hours_add_up_to_the_day_that_is_forecast(world, rows) -> None:
    explained = _explain(world, rows, 99)
    made = world.forecast(rows, first_day=world.day(98), days=14).forecast.frame
    own = made[made["interval_start"].dt.date == world.day(99)]
    assert explained.method == own["method"].iloc[0] == "combination"
    assert sum(contacts for _, contacts in explained.hours) == pytest.approx(own["offered"].sum())
    assert explained.lines[-1].contacts == pytest.approx(own["offered"].sum())
    assert [hour for hour, _ in explained.hours] == list(range(8, 20))


def test_weights_add_up_and_mix_what_the_methods_say(world, rows) -> None:
    methods = _explain(world, rows, 99).methods
    total = sum(line.weight_total * line.contacts for line in methods)
    assert sum(line.weight_total for line in methods) == pytest.approx(1)
    assert sum(line.weight_shape for line in methods) == pytest.approx(1)
    assert total == pytest.approx(_explain(world, rows, 99).lines[-1].contacts)
    assert all(0 < line.wape < 1 for line in methods)


def test_each_factor_leads_from_one_line_to_the_next(world, rows) -> None:
    lines = [line for line in _explain(world, rows, 99).lines if line.part != "combination"]
    assert lines[0].part == "level"
    for before, line in itertools.pairwise(lines):
        assert line.contacts == pytest.approx(before.contacts * line.factor)


def test_a_holiday_has_a_line_that_tells_how_many_were_seen(world, noisy) -> None:
    feasts = tuple(SpecialDay(world.day(day), f"Feast {day}") for day in (16, 44, 72, 101))
    site = world.site(special_days=feasts)
    rows = world.rows(noisy, days=98)
    quiet = rows["interval_start"].dt.date.isin([world.day(day) for day in (16, 44, 72)])
    rows.loc[quiet, "offered"] *= 0.4
    line = next(line for line in _explain(world, rows, 101, site=site).lines if line.part == "holiday")
    assert line.factor == pytest.approx(0.4, abs=0.06)
    assert line.detail == "based on 3 past days"


def test_one_method_alone_has_all_the_weight(world, rows) -> None:
    explained = _explain(world, rows, 99, settings=ForecastSettings(methods=("recent_average",)))
    assert [(line.method, line.weight_total) for line in explained.methods] == [("recent_average", 1.0)]


@pytest.mark.parametrize(
    ("day", "queue", "says"),
    [
        (99, "Q", "there is no queue 'Q'"),
        (103, "q", "has no forecast"),
        (97, "q", "has no forecast"),
        (300, "q", "has no forecast"),
    ],
)
def test_what_is_not_forecast_cannot_be_explained(world, rows, day, queue, says) -> None:
    with pytest.raises(UsageError, match=says):
        _explain(world, rows, day, queue=queue)


def test_a_forecast_is_the_same_whether_explained_or_not(world, rows) -> None:
    history = ContactHistory.of(rows, "history.csv")
    again = forecast(history, ForecastSettings(), site=world.site(), first_day=world.day(98), days=14)
    first = again.forecast.frame["offered"].iloc[0]
    assert _explain(world, rows, 98).hours[0][1] == pytest.approx(first + again.forecast.frame["offered"].iloc[1])


def _edits(world, *edits: dict[str, object]) -> Overrides:
    day = pd.Timestamp(world.day(99))
    return Overrides.of(pd.DataFrame([{"first_day": day, "who": "Ana", "why": "mailing", **edit} for edit in edits]))


def test_edits_are_the_last_lines_and_lead_to_the_day_that_is_forecast(world, rows) -> None:
    two = pd.concat([rows, rows.assign(queue="r", offered=rows["offered"] / 2)], ignore_index=True)
    edits = _edits(
        world,
        {"queue": "q", "change_share": 0.1},
        {"queue": "r", "offered": 3.0},
        {"offered_total": 900.0},
        {"queue": "q", "hours": "10:00-11:00", "offered": 5.0},
    )
    asked = {"site": world.site(names=("q", "r")), "first_day": world.day(98), "days": 7, "overrides": edits}
    settings = ForecastSettings(methods=("recent_average",))
    explained = explain(ContactHistory.of(two), settings, queue="q", day=world.day(99), **asked)
    made = forecast(ContactHistory.of(two), settings, **asked).forecast.frame
    own = made[(made["queue"] == "q") & (made["interval_start"].dt.date == world.day(99))]
    assert [line.part for line in explained.lines[-3:]] == [
        "override 1 (Ana: mailing)",
        "override 3 (Ana: mailing)",
        "override 4 (Ana: mailing)",
    ]
    assert explained.lines[-3].factor == pytest.approx(1.1)
    assert explained.lines[-1].contacts == pytest.approx(own["offered"].sum())
    assert sum(contacts for _, contacts in explained.hours) == pytest.approx(own["offered"].sum())
    assert dict(explained.hours)[10] == pytest.approx(10.0)


def test_an_edit_of_handling_times_is_a_line_that_leaves_the_contacts(world, rows) -> None:
    edits = _edits(world, {"queue": "q", "aht_seconds": 480.0})
    settings = ForecastSettings(methods=("recent_average",))
    *_, before, last = _explain(world, rows, 99, settings=settings, overrides=edits).lines
    assert (last.part, last.contacts) == ("override 1 (Ana: mailing)", before.contacts)
    assert last.detail.endswith("the handling time, 240 s, became 480 s (+100.0 %)")


def test_edits_of_other_days_and_queues_leave_the_explanation_as_it_is(world, rows) -> None:
    elsewhere = _edits(world, {"first_day": pd.Timestamp(world.day(100)), "queue": "q", "offered": 1.0})
    other = _edits(world, {"queue": "r", "offered": 1.0})
    settings = ForecastSettings(methods=("recent_average",))
    plain = _explain(world, rows, 99, settings=settings)
    assert _explain(world, rows, 99, settings=settings, overrides=elsewhere) == plain
    assert _explain(world, rows, 99, settings=settings, overrides=other) == plain


def test_after_a_level_shift_errors_are_those_that_the_weights_rest_on(world, noisy) -> None:
    rows = world.rows(noisy, days=98)
    tripled = rows.assign(offered=rows["offered"].where(rows["interval_start"] < "2026-03-23", 3 * rows["offered"]))
    settings = ForecastSettings(methods=("recent_average", "seasonal_naive"))
    explained = _explain(world, tripled, 99, settings=settings)
    assert explained.errors_since == world.day(77)
    assert all(line.wape < 0.2 for line in explained.methods)
    assert _explain(world, rows, 99, settings=settings).errors_since is None


def test_the_long_day_of_autumn_is_explained_with_all_its_hours(world) -> None:
    always, autumn, zone = OpeningHours((((0, 1440),),) * 7), date(2026, 10, 25), "Europe/Madrid"
    ten = world.rows(
        lambda local: np.full(len(local), 10.0), days=28, hours=always, zone=zone, first=date(2026, 9, 21)
    )
    explained = explain(
        ContactHistory.of(ten),
        ForecastSettings(methods=("recent_average",)),
        site=world.site(hours=always, zone=zone),
        first_day=date(2026, 10, 19),
        days=7,
        queue="q",
        day=autumn,
    )
    assert explained.lines[-1].contacts == pytest.approx(500)
    assert dict(explained.hours)[2] == pytest.approx(40)
    assert dict(explained.hours)[3] == pytest.approx(20)
