"""What people are worth where service is the objective: work that waits hours, whose people are due together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import staff
from staffplan.staffing.pool import pools
from staffplan.staffing.requirement import backlog_of
from staffplan.staffing.simulated.mail import judge_mail, make_mail
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast
from thorough import repetitions

OFFICE = OpeningHours((((9 * 60, 17 * 60),),) * 5 + ((),) * 2)
GOAL = Goal(service_level=0.9, within_hours=6, clock="opening")
MAIL = Queue("mail", "email", "mail", OFFICE, goal=GOAL, goal_is_default=False, minimum_agents=0)
SITE = Site(SiteCalendar("UTC", 30), {"mail": MAIL})
SICK = {"sickness": {"share": 0.1, "planned": False}}


def week_of_mail(spread: float = 0.15) -> VolumeForecast:
    """A Monday to a Sunday of half-hours; `spread`: of a day's level, as a share of it."""
    expected = np.array(([1.0] * 14 + [6.0] * 20 + [3.0] * 14) * 7)
    starts = pd.date_range("2026-03-02", periods=len(expected), freq="30min", tz="UTC", unit="ns")
    width = 1.2815515655446 * np.sqrt(expected + (spread * expected) ** 2)
    frame = pd.DataFrame({"interval_start": starts, "queue": "mail", "channel": "email", "method": "made up"})
    bands = {"p10": -width, "p90": width, "p025": -2 * width, "p975": 2 * width}
    clipped = {f"offered_{name}": np.maximum(0.0, expected + change) for name, change in bands.items()}
    return VolumeForecast.of(frame.assign(offered=expected, aht_seconds=400.0, **clipped))


@pytest.mark.usefixtures("few_repetitions")
def test_the_people_due_for_mail_keep_each_days_promise_on_uncertain_days() -> None:
    """Played with contacts that no search has seen."""
    forecast, site = week_of_mail(spread=0.3), SITE
    frame = worth_by_method(forecast, StaffingSettings(), SimulateSettings(), site=site).frame
    people = frame.groupby("interval_start")["agents"].max().to_numpy(dtype=np.int64)
    [pool] = pools(forecast, site)
    backlog, _ = backlog_of(pool, forecast, site)
    mail = make_mail(backlog, forecast, SimulateSettings(), site)
    judged = judge_mail(mail, people, seed=99, repetitions=repetitions(200, 400))
    day = mail.period("day")
    level = judged.by(day, judged.good) / np.maximum(1.0, judged.by(day, judged.offered))
    assert level[judged.by(day, judged.offered) > 0].min() > 0.89


@pytest.mark.usefixtures("few_repetitions")
def test_nowhere_are_fewer_due_than_the_expected_volume_needs_and_all_of_them_are_due() -> None:
    forecast, site = week_of_mail(), SITE
    settings = StaffingSettings(shrinkage=SICK)
    frame = worth_by_method(forecast, settings, SimulateSettings(), site=site).frame
    required = staff(forecast, settings, site=site).requirement.frame["agents_on_queue"].to_numpy()
    last = frame.groupby("interval_start").last()
    assert (last["agents"].to_numpy() >= required).all()
    assert (last["in_time"] == 1.0).all()
    assert (last["goal_share"] == 1.0).all()


def test_mail_is_left_out_where_it_is_not_asked_for() -> None:
    forecast, site = week_of_mail(), SITE
    assert not len(worth_by_method(forecast, StaffingSettings(), SimulateSettings(), site=site, with_mail=False))
