"""Which changes of a day are offered, in a made-up center of two people and one queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.control.today import today
from staffplan.control.today.play import make_stage
from staffplan.control.today.step import Day
from staffplan.roster.case.case import Case
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

ZONE = "Europe/Madrid"
DAYS = pd.date_range("2026-03-02", "2026-03-06")
SITE = Site(SiteCalendar(ZONE, 60, {}), {"phone": Queue("phone", planning_group="phone", patience_seconds=120)})
SHIFTS = {
    "day": ShiftSettings(hours=7, first_start="09:00", last_start="09:00"),
    "long": ShiftSettings(hours=9, first_start="09:00", last_start="09:00"),
}
PLANS = {
    "free": WorkPlanSettings(shifts=("day", "long")),
    "full": WorkPlanSettings(shifts=("day", "long"), weekly_hours_max=35),
}
BUSY = (13, 16, 17)
PLAIN = "queue 9-16"


def at(day: pd.Timestamp, hour: int) -> pd.Timestamp:
    return (day + pd.Timedelta(hours=hour)).tz_localize(ZONE).tz_convert("UTC")


def forecast() -> VolumeForecast:
    """Few contacts, but many from 13:00 to 14:00 and from 16:00 on."""
    rows = [
        {"interval_start": at(day, hour), "offered": 16.0 if hour in BUSY else 4.0}
        for day in DAYS
        for hour in range(9, 18)
    ]
    same = {"queue": "phone", "channel": "voice", "aht_seconds": 300.0, "method": "made up"}
    frame = pd.DataFrame(rows).assign(**same)
    names = ("offered_p10", "offered_p025", "offered_p90", "offered_p975")
    return VolumeForecast.of(frame.assign(**dict.fromkeys(names, frame["offered"])))


def requirement() -> StaffingRequirement:
    blank = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    heads = dict.fromkeys(("agents_on_queue", "agents_required", "agents_scheduled"), 2.0)
    frame = forecast().frame[["interval_start", "offered", "aht_seconds", "channel"]]
    return StaffingRequirement.of(
        frame.assign(planning_group="phone", load_erlangs=1.0, model="made up", **blank, **heads)
    )


def roster(people: dict[str, str]) -> Roster:
    """Everybody's week of days like "queue 9-12, meeting 12-13, queue 13-16"."""
    shifts, doing = [], []
    for who, text in people.items():
        parts = [part.split(" ") for part in text.split(", ")]
        for day in DAYS:
            own = {"agent_id": who, "schedule_date": day}
            hours = [(*map(int, span.split("-")), activity) for activity, span in parts]
            span = {"start": at(day, hours[0][0]), "end": at(day, hours[-1][1])}
            shifts.append({**own, **span, "name": who, "shift": "day", "paid_hours": 7.0, "premium_hours": ""})
            for begin, end, activity in hours:
                group = "phone" if activity == "queue" else ""
                row = {"start": at(day, begin), "end": at(day, end), "activity": activity, "planning_group": group}
                doing.append({**own, **row, "activity_date": day, "paid": "yes"})
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(doing)))


def levers(people: dict[str, tuple[str, str]], hour: int = 11) -> list[tuple[str, str]]:
    """(kind, agent_id) of all that is offered on Friday; people: contract and day."""
    agents = pd.DataFrame(
        [{"agent_id": who, "skills": "phone", "work_plan": plan} for who, (plan, _) in people.items()]
    )
    workforce = Workforce(Agents.of(agents), TimeOff.empty(), Availability.empty())
    case = Case(requirement(), workforce, RosterSettings(rules=()), SHIFTS, PLANS, SITE)
    now = at(DAYS[-1], hour)
    stage = make_stage(forecast(), forecast(), requirement(), SITE, (SimulateSettings(), StaffingSettings()), now, 1)
    whole = roster({who: day for who, (_, day) in people.items()})
    found = today(Day(case, whole, forecast(), forecast(), stage, now, 10, {})).levers.frame
    return list(zip(found["kind"], found["agent_id"], strict=True))


def test_a_lever_that_newly_breaks_a_mandatory_rule_is_refused() -> None:
    assert levers({"ann": ("free", PLAIN), "bob": ("full", PLAIN)}) == [("overtime", "ann")]


def test_a_meeting_is_moved_for_one_who_has_it_alone_not_for_one_of_several() -> None:
    met = "queue 9-13, meeting 13-14, queue 14-16"
    assert levers({"ann": ("full", met), "bob": ("full", PLAIN)}) == [("move meeting", "ann")]
    assert levers({"ann": ("full", met), "bob": ("full", met)}) == []
