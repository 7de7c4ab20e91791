"""Which promises are honest: nobody, somebody alone, somebody who cannot help, one missing, one on a break."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, wall_instant
from staffplan.control.access import access
from staffplan.control.access.change import cheapest_change, people_missing
from staffplan.control.access.waits import fewest_people
from staffplan.planned import PlannedDays
from staffplan.roster.shifts.money import Pay
from staffplan.settings.access import AccessSettings
from staffplan.settings.queues import Goal, HoursSettings
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.scene import make_scene
from staffplan.site import Queue, Site
from staffplan.staffing.models.erlang import agents_needed, erlang_c
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

MONDAY, HALF_HOUR = date(2026, 3, 2), 30
EXACT = SimulateSettings(service_time="exponential", volume_uncertainty=False)


@dataclass
class Center:
    """One queue; people by wall clock, minutes after a day's midnight."""

    queue: Queue
    days: int = 1
    rows: list[dict[str, object]] = field(default_factory=list)
    skills: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        calendar = SiteCalendar("UTC", HALF_HOUR)
        return Site(calendar, {self.queue.name: self.queue}, PlannedDays(MONDAY, self.days))

    def work(self, agent: str, first: int, last: int, day: int = 0, *, activity: str = "queue", able: bool = True):
        when = MONDAY + timedelta(days=day)
        span = [wall_instant(when, minute, "UTC") for minute in (first, last)]
        stamp, group = pd.Timestamp(when), self.queue.planning_group if activity == "queue" else ""
        named = {
            "agent_id": agent,
            "schedule_date": stamp,
            "activity_date": stamp,
            "activity": activity,
            "paid": "yes",
        }
        self.rows.append({**named, "start": span[0], "end": span[1], "planning_group": group})
        self.skills[agent] = self.queue.planning_group if able else "other"

    def judge(
        self,
        per_hour: float,
        aht: float = 300.0,
        settings: AccessSettings | None = None,
        staffing: StaffingSettings | None = None,
    ) -> AccessVerdicts:
        starts = pd.date_range(MONDAY, periods=48 * self.days, freq="30min", tz="UTC")
        hours = self.queue.arrival_hours or self.queue.service_hours
        starts = starts[hours.open_mask(starts, self.site.calendar)]
        bands = dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), per_hour / 2)
        row = {"queue": self.queue.name, "channel": self.queue.channel, "offered": per_hour / 2, "aht_seconds": aht}
        forecast = VolumeForecast.of(pd.DataFrame({"interval_start": starts, **row, **bands, "method": "made up"}))
        people = [{"agent_id": agent, "skills": skill} for agent, skill in (self.skills or {"nobody": ""}).items()]
        activities = RosterActivities.of(pd.DataFrame(self.rows)) if self.rows else RosterActivities.empty()
        return access(
            forecast,
            StaffingRequirement.empty(),
            Roster(RosterShifts.empty(), activities),
            Agents.of(pd.DataFrame(people)),
            settings or AccessSettings(replications=20),
            site=self.site,
            simulation=EXACT,
            staffing=staffing or StaffingSettings(),
        ).verdicts


def phone(hours: str = "24h", **more: object) -> Queue:
    opened = HoursSettings(daily=hours).opening_hours()
    goal = Goal(service_level=0.8, within_seconds=20)
    return Queue("phone", planning_group="phone", service_hours=opened, arrival_hours=opened, goal=goal, **more)


@pytest.mark.parametrize(("per_hour", "level", "minutes", "tail"), [(6, 0.52, 5, 16.1), (10, 0.18, 25, 57.6)])
def test_a_night_with_one_agent_is_a_formal_promise_only(per_hour, level, minutes, tail) -> None:
    """M/M/1: P(wait > t) = a exp(-(1 - a) t / AHT), so nine of ten wait up to ln(10 a) AHT / (1 - a)."""
    center = Center(phone(), days=14)
    for day in range(14):
        center.work("lone", 0, 1440, day)
    frame = center.judge(per_hour, settings=AccessSettings(replications=60)).frame
    frame = frame[48:]  # the first day starts empty
    line = erlang_c(per_hour / 12, 1, aht_seconds=300.0, answer_within_seconds=20.0)
    assert float(line.service_level()) == pytest.approx(level, abs=0.005)
    assert float(line.asa_seconds) == pytest.approx(60 * minutes)
    assert frame["service_level"].mean() == pytest.approx(level, abs=0.02)
    assert frame["asa_seconds"].mean() == pytest.approx(60 * minutes, rel=0.12)
    assert frame["wait_p90_seconds"].mean() == pytest.approx(60 * tail, rel=0.15)
    assert set(frame["verdict"]) == {"broken"}
    assert set(frame["reason"]) == {"long waits"}
    assert frame["detail"].str.startswith("one lone agent, 90 of 100 wait up to").all()


def test_one_agent_with_hardly_a_call_is_thin_and_two_are_honest() -> None:
    center = Center(phone())
    center.work("one", 0, 1440)
    center.work("two", 720, 1440)
    frame = center.judge(per_hour=1).frame
    assert frame["verdict"].tolist() == ["thin"] * 24 + ["honest"] * 24
    assert set(frame["reason"][:24]) == {"lone agent"}
    assert set(center.judge(per_hour=1, settings=AccessSettings(spare_people=0)).frame["verdict"]) == {"honest"}


def test_nobody_there_somebody_without_the_skill_and_a_closed_hour() -> None:
    center = Center(phone("08:00-12:00"))
    for agent in ("A1", "A2"):
        center.work(agent, 8 * 60, 10 * 60)
        center.work(f"{agent} new", 10 * 60, 11 * 60, able=False)
    frame = center.judge(per_hour=2).frame
    assert frame["period_start"].dt.hour.tolist() == [8, 8, 9, 9, 10, 10, 11, 11]
    assert frame["verdict"].tolist() == ["honest"] * 4 + ["broken"] * 4
    assert frame["reason"].tolist() == [""] * 4 + ["cannot resolve"] * 2 + ["nobody there"] * 2
    assert frame["detail"][4] == "2 on queue without the skill"


def test_a_break_that_leaves_nobody_or_one_alone_names_who_has_it() -> None:
    center = Center(phone("08:00-10:00"))
    center.work("A1", 8 * 60, 8 * 60 + 30)
    center.work("A1", 8 * 60 + 30, 8 * 60 + 45, activity="break")
    center.work("A1", 8 * 60 + 45, 10 * 60)
    center.work("A2", 9 * 60, 10 * 60 - 30)
    center.work("A2", 10 * 60 - 30, 10 * 60, activity="meal")
    frame = center.judge(per_hour=2).frame
    assert list(zip(frame["verdict"], frame["reason"], strict=True)) == [
        ("thin", "lone agent"),
        ("broken", "one break"),
        ("honest", ""),
        ("thin", "one break"),
    ]
    assert frame["people"].tolist() == [1, 0, 2, 1]
    assert frame["detail"][1] == "nobody there while A1 has a break"
    assert "A2" in frame["detail"][3]


def test_an_absence_that_two_of_three_cannot_bear_is_told_with_the_people_it_takes() -> None:
    center = Center(phone("08:00-10:00"))
    for agent in "ABC":
        center.work(agent, 8 * 60, 10 * 60)
    frame = center.judge(per_hour=24).frame  # 2 erlangs: two agents would never catch up, three wait little
    line = erlang_c(2.0, np.array([2.0, 3.0, 4.0]), aht_seconds=300.0, answer_within_seconds=300.0)
    assert [level > 0.9 for level in line.service_level()] == [False, False, True]
    assert set(frame["people_needed"]) == {5.0}
    easier = center.judge(per_hour=18).frame  # 1.5 erlangs: three hold 90 % in five minutes, two do not
    assert set(easier["people_needed"]) == {4.0}
    assert set(easier["verdict"]) == {"thin"}
    assert set(easier["reason"]) == {"one absence"}


def test_who_hangs_up_and_who_waits_too_long_are_both_not_answered_in_time() -> None:
    center = Center(phone("08:00-10:00", patience_seconds=900))
    for agent in "AB":
        center.work(agent, 8 * 60, 10 * 60)
    settings = AccessSettings(replications=200, wait_seconds=260)
    frame = center.judge(per_hour=14, settings=settings).frame.iloc[2:]
    assert frame["abandon_rate"].max() < 0.1
    assert frame["wait_p90_seconds"].max() < 260
    assert set(frame["reason"]) == {"long waits"}
    assert frame["detail"].str.contains(r"hang up; 8\d of 100 are answered in time").all()


def test_absences_can_make_waits_long_with_the_people_of_a_steady_state_and_then_it_takes_one_more() -> None:
    center = Center(phone("08:00-10:00"))
    for agent in "ABC":
        center.work(agent, 8 * 60, 10 * 60)
    staffing = StaffingSettings(shrinkage={"sickness": {"share": 0.3, "planned": False, "in_office": False}})
    frame = center.judge(per_hour=16, settings=AccessSettings(spare_people=0), staffing=staffing).frame
    long = frame[frame["reason"] == "long waits"]
    assert set(long["people"]) == {3.0}
    assert set(long["people_needed"]) == {4.0}


def test_a_few_impatient_callers_do_not_make_a_whole_group_impatient() -> None:
    many = phone("08:00-10:00", patience_seconds=1800)
    few = replace(many, name="vip", patience_seconds=5)
    site = Site(SiteCalendar("UTC", HALF_HOUR), {"phone": many, "vip": few}, PlannedDays(MONDAY, 1))
    start = pd.Timestamp("2026-03-02 08:00", tz="UTC")
    rows = [
        {
            "interval_start": start,
            "queue": name,
            "channel": "voice",
            "offered": n,
            "aht_seconds": 300.0,
            "method": "-",
        }
        | dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), n)
        for name, n in (("phone", 30.0), ("vip", 0.1))
    ]
    scene = make_scene(VolumeForecast.of(pd.DataFrame(rows)), StaffingRequirement.empty(), None, site)
    [found] = fewest_people(scene, AccessSettings())
    rate = (30 / 1800 + 0.1 / 5) / 30.1
    needed = agents_needed(
        30.1 * 300 / 1800,
        aht_seconds=300.0,
        patience_seconds=1 / rate,
        service_level=0.9,
        answer_within_seconds=300.0,
        definition="offered",
    )
    assert found[16] == needed.fewest == 6  # 8, were all like the least patient


def test_mail_is_judged_by_its_own_promise_and_not_by_who_is_there() -> None:
    office = HoursSettings(daily="08:00-12:00").opening_hours()
    goal = Goal(service_level=0.9, within_hours=24, clock="elapsed")
    mail = Queue(
        "mail", "email", planning_group="mail", service_hours=office, arrival_hours=OpeningHours.always(), goal=goal
    )
    center = Center(mail, days=4)
    for day in range(4):
        for agent in range(2):
            center.work(f"A{agent}", 8 * 60, 12 * 60, day)
    fine = center.judge(per_hour=3).frame  # 72 x 5 minutes a day: six of the eight hours
    assert fine["period"].tolist() == ["day"] * len(fine)
    assert fine["verdict"].tolist()[0] == "honest"
    assert set(fine["within_seconds"]) == {86400.0}
    late = center.judge(per_hour=6).frame
    assert late["verdict"].tolist()[1:3] == ["broken", "broken"]
    assert late["reason"][1] == "answered late"


def test_the_cheapest_change_is_a_whole_shift_at_the_contracts_price() -> None:
    center = Center(phone("08:00-12:00"))
    center.work("A", 8 * 60, 12 * 60)
    center.work("B", 8 * 60, 11 * 60)
    found = center.judge(per_hour=1)
    missing = people_missing(found, center.site)
    assert missing is not None
    assert missing.frame["agents_on_queue"].tolist() == [1, 1]
    shifts = {"four": ShiftSettings(hours=4), "two": ShiftSettings(hours=2, first_start="09:00", last_start="10:00")}
    plans = {
        "long": WorkPlanSettings(shifts=("four",), weekly_hours_min=30, weekly_hours_max=40),
        "short": WorkPlanSettings(shifts=("two",), weekly_hours_max=40),
    }
    pay = Pay({"long": 12.0, "short": 20.0}, 0.0, lambda _, minutes: np.full(minutes, 0.5))
    change = cheapest_change(
        missing, AccessSettings(), RosterSettings(), pay, shifts=shifts, work_plans=plans, site=center.site
    )
    assert change is not None
    assert change.shifts.frame["shift"].tolist() == ["two 10:00"]
    assert change.facts["cost"] == pytest.approx(2 * 20 * 1.5)  # and not 4 x 12 x 1.5
    assert change.facts["heads"] == 1


def test_hours_that_no_shift_reaches_are_left_and_the_others_mended() -> None:
    center = Center(phone("08:00-12:00"))
    center.work("A", 8 * 60, 12 * 60)
    missing = people_missing(center.judge(per_hour=1), center.site)
    assert missing is not None
    change = cheapest_change(
        missing,
        AccessSettings(),
        RosterSettings(),
        Pay({"p": 10.0}, 0.0, lambda _, minutes: np.zeros(minutes)),
        shifts={"three": ShiftSettings(hours=3, first_start="08:00")},
        work_plans={"p": WorkPlanSettings(shifts=("three",))},
        site=center.site,
    )
    assert change is not None
    assert change.facts["missing_hours"] == pytest.approx(1.0)
    assert change.facts["paid_hours"] == pytest.approx(3.0)


def test_a_center_that_keeps_all_its_promises_needs_no_change() -> None:
    center = Center(phone("08:00-09:00"))
    for agent in "AB":
        center.work(agent, 8 * 60, 9 * 60)
    assert people_missing(center.judge(per_hour=1), center.site) is None
