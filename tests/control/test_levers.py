"""Which changes of a day are offered, in a made-up center of two people and one queue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import SiteCalendar
from staffplan.control.today import today
from staffplan.control.today.chosen import chosen
from staffplan.control.today.day import Day
from staffplan.control.today.forced import Moment, forced
from staffplan.control.today.levers import Lever
from staffplan.control.today.need import need_of
from staffplan.control.today.play import make_stage
from staffplan.control.today.presence import presence_of
from staffplan.control.today.spans import Shift, Span, worked_between
from staffplan.control.today.staffed import Staffed
from staffplan.errors import UsageError
from staffplan.roster.case.case import Case
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import staff
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.standby import Standby
from staffplan.tables.states import WORDS, AgentStates

ZONE = "Europe/Madrid"
DAYS = pd.date_range("2026-03-02", "2026-03-06")
SITE = Site(SiteCalendar(ZONE, 60, {}), {"phone": Queue("phone", planning_group="phone", patience_seconds=120)})
SHIFTS = {
    "day": ShiftSettings(hours=7, first_start="09:00", last_start="09:00"),
    "long": ShiftSettings(hours=9, first_start="09:00", last_start="09:00"),
    "eve": ShiftSettings(
        hours=5,
        first_start="13:00",
        last_start="13:00",
        breaks=(BreakSettings(activity="break", minutes=30, earliest_minutes=60, latest_minutes=180),),
    ),
}
PLANS = {
    "free": WorkPlanSettings(shifts=("day", "long")),
    "full": WorkPlanSettings(shifts=("day", "long"), weekly_hours_max=35),
    "eve": WorkPlanSettings(shifts=("eve",)),
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


def friday(people: dict[str, tuple[str, str]], hour: int = 11, **how: Any) -> Day:
    """Friday at an hour; people: contract and day, "" for somebody who is off."""
    agents = pd.DataFrame(
        [{"agent_id": who, "skills": "phone", "work_plan": plan} for who, (plan, _) in people.items()]
    )
    workforce = Workforce(Agents.of(agents), TimeOff.empty(), Availability.empty())
    case = Case(requirement(), workforce, RosterSettings(rules=()), SHIFTS, PLANS, SITE)
    now = at(DAYS[-1], hour)
    stage = make_stage(forecast(), forecast(), requirement(), SITE, (SimulateSettings(), StaffingSettings()), now, 1)
    whole = roster({who: day for who, (_, day) in people.items() if day})
    return Day(case, whole, forecast(), forecast(), stage, now, 10, {}, **how)


def levers(people: dict[str, tuple[str, str]], hour: int = 11, **how: Any) -> list[tuple[str, str]]:
    """(kind, agent_id) of all that is offered on Friday."""
    found = today(friday(people, hour, **how)).levers.frame
    return list(zip(found["kind"], found["agent_id"], strict=True))


def test_a_lever_that_newly_breaks_a_mandatory_rule_is_refused() -> None:
    assert levers({"ann": ("free", PLAIN), "bob": ("full", PLAIN)}) == [("overtime", "ann")]


MET = "queue 9-13, meeting 13-14, queue 14-16"


def test_a_meeting_is_moved_for_one_who_has_it_alone_or_for_all_together() -> None:
    assert levers({"ann": ("full", MET), "bob": ("full", PLAIN)}) == [("move meeting", "ann")]
    both = friday({"ann": ("full", MET), "bob": ("full", MET)})
    [offer] = today(both).offers
    assert offer.lever.people == ("ann", "bob")
    made = chosen(both, [offer], [1]).roster.activities.frame
    moved = made[(made["activity"] == "meeting") & (made["schedule_date"] == DAYS[-1])]
    assert moved["start"].nunique() == 1
    assert moved["start"].iloc[0] not in (at(DAYS[-1], 13), at(DAYS[-1], 16))
    assert len(moved) == 2


def test_a_meeting_of_several_stays_where_one_of_them_is_never_free() -> None:
    busy = "queue 9-10, training 10-13, meeting 13-14, training 14-16"
    assert levers({"ann": ("full", MET), "bob": ("full", busy)}) == []


def test_a_meeting_of_several_stays_where_it_would_leave_too_few() -> None:
    """Of three people two are in the meeting; wherever it goes, fewer than three are left in an hour."""
    least = replace(SITE.queues["phone"], minimum_agents=3)
    day = friday({"ann": ("full", MET), "bob": ("full", MET), "cid": ("full", PLAIN)})
    site = replace(SITE, queues={"phone": least})
    assert [offer.lever.kind for offer in today(day).offers] == ["move meeting"]
    assert today(replace(day, case=replace(day.case, site=site))).offers == ()


def test_a_locked_day_is_not_changed() -> None:
    locked = frozenset({("bob", DAYS[-1].date())})
    assert levers({"ann": ("full", MET), "bob": ("full", MET)}, locked=locked) == []
    assert levers({"ann": ("full", MET), "bob": ("full", PLAIN)}, locked=locked) == [("move meeting", "ann")]


def test_more_paid_time_is_only_for_what_would_miss_its_goal() -> None:
    """With twenty people every contact is in time: nobody is called in, nor stays longer."""
    many = {f"p{number:02d}": ("free", "queue 9-18") for number in range(20)}
    assert levers(many | {"eve": ("eve", "")}, kinds=("overtime", "call in")) == []


def test_a_day_that_is_over_has_nothing_to_come() -> None:
    found = today(friday({"ann": ("free", PLAIN)}, hour=19))
    assert len(found.coming) == len(found.levers) == 0
    assert found.so_far.frame["rest"].tolist() == [0.0]


def test_somebody_who_is_off_is_called_in_where_the_notice_leaves_time() -> None:
    people = {"ann": ("full", PLAIN), "eve": ("eve", "")}
    soon, late = pd.Timedelta(hours=2), pd.Timedelta(hours=3)
    assert levers(people, kinds=("call in",), notice=soon) == [("call in", "eve")]
    assert levers(people, kinds=("call in",), notice=late) == []


def test_who_stands_by_needs_no_notice_and_begins_while_they_stand_by() -> None:
    people = {"ann": ("full", PLAIN), "eve": ("eve", "")}
    for begin, end, offered in ((12, 18, ["eve"]), (14, 18, []), (9, 13, [])):
        row = {"standby": "late", "agent_id": "eve", "schedule_date": DAYS[-1]}
        stands = Standby.of(pd.DataFrame([{**row, "start": at(DAYS[-1], begin), "end": at(DAYS[-1], end)}]))
        found = levers(people, kinds=("call in",), notice=pd.Timedelta(hours=3), standby=stands)
        assert [who for _, who in found] == offered


def test_people_go_home_only_where_more_are_there_than_needed_also_together() -> None:
    """Two are needed all day: of five people at most three can go, of two nobody."""
    five = dict.fromkeys(("ann", "bob", "cid", "dan", "eli"), ("free", "queue 9-18"))
    day = friday(five, kinds=("time off",))
    found = today(day)
    assert set(found.levers.frame["kind"]) == {"time off"}
    assert (found.levers.frame["gain_points"] <= 0).all()
    made = chosen(day, found.offers, range(1, len(found.offers) + 1))
    gone = made.roster.activities.frame
    gone = gone[gone["activity"] == "absence"]
    assert 1 <= len(gone) <= 3
    assert (gone["paid"] == "no").all()
    assert len(made.refused) == len(found.offers) - len(made.taken)
    assert levers(dict.fromkeys(("ann", "bob"), ("free", "queue 9-18")), kinds=("time off",)) == []


def test_nobody_is_lent_by_a_group_that_would_fall_below_its_minimum() -> None:
    start, end = at(DAYS[-1], 12), at(DAYS[-1], 13)
    before = Shift("ann", "Ann", DAYS[-1], (Span(start, end, "queue", "mail", "yes"),))
    after = replace(before, spans=(Span(start, end, "queue", "phone", "yes"),))
    lever = Lever("lend skill", "", before, after, start)
    hour = pd.Timedelta(hours=1)
    two, one = ({("mail", start): people} for people in (2.0, 1.0))
    assert Staffed(two, {}, one, hour, start).below_minimum(lever) == ""
    told = Staffed(one, {}, one, hour, start).below_minimum(lever)
    assert told == "minimum: mail would have 0 of at least 1"


def test_a_night_that_began_yesterday_is_at_work_today() -> None:
    night = {"agent_id": "ann", "schedule_date": DAYS[0]}
    span = {"start": at(DAYS[0], 22), "end": at(DAYS[1], 6)}
    doing = {**night, **span, "activity_date": DAYS[0], "activity": "queue", "planning_group": "phone", "paid": "yes"}
    whole = Roster(
        RosterShifts.of(pd.DataFrame([{**night, **span, "shift": "night", "paid_hours": 8.0}])),
        RosterActivities.of(pd.DataFrame([doing])),
    )
    assert len(worked_between(whole, at(DAYS[1], 5), at(DAYS[2], 0)).shifts) == 1
    assert len(worked_between(whole, at(DAYS[1], 6), at(DAYS[2], 0)).shifts) == 0


def test_the_need_follows_the_contacts_and_is_that_of_the_plan_where_they_do_not_differ() -> None:
    settings = StaffingSettings()
    plan = staff(forecast(), settings, site=SITE).requirement
    double = forecast().frame
    twice = VolumeForecast.of(double.assign(offered=2 * double["offered"]))
    same = need_of(forecast(), forecast(), plan, settings, SITE)
    pd.testing.assert_frame_equal(same.frame, plan.frame)
    more = need_of(forecast(), twice, plan, settings, SITE).frame["agents_on_queue"]
    pd.testing.assert_series_equal(more, staff(twice, settings, site=SITE).requirement.frame["agents_on_queue"])


def test_who_is_away_serves_nobody_and_who_is_here_is_not_absent_by_chance() -> None:
    day = DAYS[-1]
    whole = roster({"ann": PLAIN, "bob": PLAIN, "cid": PLAIN})
    rows = [("ann", 9, 11, "queue"), ("bob", 9, 10, "queue"), ("cid", 9, 12, "late")]
    states = AgentStates.of(
        pd.DataFrame([{"agent_id": w, "start": at(day, a), "end": at(day, b), "state": s} for w, a, b, s in rows])
    )
    local = worked_between(whole, at(day, 11), at(day, 23))
    found = presence_of(states, WORDS, local, at(day, 11))
    assert found.here == {"ann"}
    assert found.away == {"bob": ((at(day, 11), at(day, 16)),), "cid": ((at(day, 9), at(day, 12)),)}
    left = found.of(local).activities.frame
    spans = {(row.agent_id, row.start, row.end) for row in left.itertuples()}
    assert spans == {
        ("ann", at(day, 9), at(day, 16)),
        ("bob", at(day, 9), at(day, 11)),
        ("cid", at(day, 12), at(day, 16)),
    }


def test_a_planner_says_how_the_rest_of_the_day_will_be_and_is_told_what_past_days_support() -> None:
    frame = forecast().frame
    came = frame["interval_start"].between(at(DAYS[-1], 9), at(DAYS[-1], 10))
    seen = VolumeForecast.of(frame.assign(offered=frame["offered"].where(~came, 6.0)))
    moment = Moment(at(DAYS[-1], 11), ZONE, pd.Timedelta(hours=1))
    for share, factor in ((None, 1.5), (0.25, 1.25), (-0.5, 0.5)):
        found, notes = forced(forecast(), seen, {"phone": share}, moment)
        rest = (frame["interval_start"] >= at(DAYS[-1], 11)).to_numpy()
        assert found.frame["offered"][rest].tolist() == pytest.approx((frame["offered"][rest] * factor).tolist())
        assert found.frame["offered_p90"][rest].tolist() == pytest.approx(
            (frame["offered_p90"][rest] * factor).tolist()
        )
        assert found.frame["offered"][~rest].tolist() == seen.frame["offered"][~rest].tolist()
        assert "past days support that it is left unchanged" in notes[0].message
    with pytest.raises(UsageError, match="fone"):
        forced(forecast(), seen, {"fone": 0.1}, moment)
    early = Moment(at(DAYS[-1], 9), ZONE, pd.Timedelta(hours=1))
    with pytest.raises(UsageError, match="no contacts were expected so far"):
        forced(forecast(), forecast(), {"": None}, early)
