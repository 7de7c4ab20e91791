"""What a backtest of the plan is made of: the usual average, the contacts that came, differences with their doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.control.backtest import difference_table, sentence
from staffplan.control.backtest.people import requirement_of
from staffplan.control.backtest.volumes import contacts_that_came, six_week_average
from staffplan.planned import PlannedDays
from staffplan.settings.queues import HoursSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.outcomes import OFFERED
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import play
from staffplan.site import Queue, Site
from staffplan.tables.backtest import PlanBacktest, StaffedAgents
from staffplan.tables.history import ContactHistory
from staffplan.tables.requirement import StaffingRequirement

OFFICE = HoursSettings(**{"mon-fri": "09:00-10:00"}).opening_hours()
ALWAYS = dict.fromkeys(("service_hours", "arrival_hours"), OpeningHours.always())
WEEK = PlannedDays(date(2026, 3, 2), 7)
PHONE = Queue("phone", planning_group="phone", service_hours=OFFICE, arrival_hours=OFFICE, aht_seconds=120.0)
SITE = Site(SiteCalendar("UTC", 30), {"phone": PHONE}, WEEK)


def history(rows: list[tuple[str, float, float]]) -> ContactHistory:
    frame = pd.DataFrame(rows, columns=["interval_start", "offered", "aht_seconds"]).assign(queue="phone")
    return ContactHistory.of(frame.assign(interval_start=pd.to_datetime(frame["interval_start"], utc=True)))


def test_the_usual_average_is_that_of_the_last_six_weeks_by_weekday_and_time() -> None:
    mondays = pd.date_range("2026-01-12", periods=7, freq="7D")
    rows = [(f"{day:%Y-%m-%d} 09:00", 10.0 * n, 200.0 + n) for n, day in enumerate(mondays)]
    found = six_week_average(history([*rows, ("2026-02-24 09:30", 9.0, np.nan)]), SITE, WEEK).frame
    assert found["interval_start"].dt.strftime("%a %H:%M").tolist() == ["Mon 09:00", "Tue 09:30"]
    assert found["offered"].tolist() == [35.0, 9.0]  # the mean of 10 to 60; the seventh week back does not count
    work = sum(10 * n * (200 + n) for n in range(1, 7)) / 210
    assert found["aht_seconds"].tolist() == pytest.approx([work, work])


def test_contacts_that_came_keep_their_handling_times_and_those_outside_the_hours_are_left() -> None:
    rows = [("2026-03-02 09:00", 4.0, 100.0), ("2026-03-02 09:15", 2.0, 400.0), ("2026-03-02 09:30", 5.0, np.nan)]
    came = contacts_that_came(history([*rows, ("2026-03-02 12:00", 7.0, 90.0)]), history([rows[0]]), SITE).frame
    assert came["offered"].tolist() == [6.0, 5.0]
    assert came["aht_seconds"].tolist() == [200.0, 200.0]  # unknown: the queue's own mean of the period


def test_intervals_are_those_of_the_plans_own_clock() -> None:
    """Half an hour beside UTC, the hours of the plan begin at half past."""
    site = Site(SiteCalendar("Asia/Kolkata", 60), {"phone": replace(PHONE, **ALWAYS)}, WEEK)
    rows = history([(f"2026-02-23 {at}", 4.0, 100.0) for at in ("03:30", "03:45", "04:15")])  # 09:00, 09:15, 09:45
    assert six_week_average(rows, site, WEEK).frame["offered"].tolist() == [12.0]
    came = contacts_that_came(rows, rows, site).frame
    assert came["interval_start"].tolist() == [pd.Timestamp("2026-02-23 03:30", tz="UTC")]


def test_people_of_finer_rows_are_their_mean_and_those_of_a_groups_queues_add_up() -> None:
    mail = replace(PHONE, name="second")
    site = Site(SiteCalendar("UTC", 30), {"phone": PHONE, "second": mail}, WEEK)
    times = pd.to_datetime(["2026-03-02 09:00", "2026-03-02 09:15", "2026-03-02 09:30"], utc=True)
    rows = [{"interval_start": at, "queue": "phone", "agents": n} for at, n in zip(times, (4, 2, 5), strict=True)]
    rows.append({"interval_start": times[0], "queue": "second", "agents": 1})
    found = requirement_of(StaffedAgents.of(pd.DataFrame(rows)), site).frame
    assert found["interval_start"].tolist() == [times[0], times[2]]
    assert found["agents_on_queue"].tolist() == [4, 5]  # (4 + 2) / 2 and 1; 5


def test_every_repetition_meets_just_the_contacts_that_came() -> None:
    rows = [(f"2026-03-0{day} 09:{half}", 3.0 + day, 100.0) for day in (2, 3) for half in ("00", "30")]
    came = contacts_that_came(history(rows), history(rows), SITE)
    scene = replace(make_scene(came, StaffingRequirement.empty(), None, SITE), is_counted=True)
    settings = SimulateSettings(replications=3, volume_uncertainty=False)
    played = play(scene, settings, StaffingSettings(), seed=5)
    for day in played.days:
        assert day.counts[OFFERED, 0, :2].tolist() == [10.0, 12.0]


def table(own: list[float], usual: list[float]) -> PlanBacktest:
    rows = []
    for number, pair in enumerate(zip(own, usual, strict=True)):
        for stack, kept in zip(("staffplan", "usual"), pair, strict=True):
            start = pd.Timestamp(2026, 1, 5) + pd.Timedelta(weeks=number)
            numbers = {"offered": 100.0, "forecast_offered": 90.0, "days_promised": 5.0, "days_kept": kept}
            more = {"service_level": 0.8, "asa_seconds": 20.0, "abandon_rate": 0.05, "on_queue_hours": 80.0}
            rows.append(
                {"period_start": start, "stack": stack, **numbers, **more, "paid_hours": 90.0, "cost": 1000.0}
            )
    return PlanBacktest.of(pd.DataFrame(rows))


def test_the_standard_error_is_that_of_the_mean_of_the_periods_differences() -> None:
    found = table([5, 4, 5], [3, 4, 1])  # differences 2, 0, 4: mean 2, standard deviation 2, error 2 / sqrt(3)
    differences = difference_table(found)
    row = differences.frame.set_index("measure").loc["days_kept"]
    assert (row["difference"], row["standard_error"]) == (2.0, pytest.approx(2 / 3**0.5))
    said = sentence(found, differences, "EUR")
    assert said == (
        "Over 3 periods staffplan keeps 14 of 15 days of planning groups, the usual way 8: "
        "+2.0 (standard error 1.2) days and +0 (standard error 0) EUR a period."
    )


def test_one_period_tells_no_standard_error() -> None:
    found = table([5], [3])
    assert difference_table(found).frame["standard_error"].isna().all()
    assert "standard error" not in sentence(found, difference_table(found), "EUR")
