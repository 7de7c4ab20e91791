"""Standby is shared out as well as it can be: all sharings of a week are tried, and the checker reads the answer."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from roster_centers import MONDAY, Center, every_day, shift

from staffplan.clock import SpecialDay
from staffplan.errors import DataError
from staffplan.roster.check.standby import StandbyCase, standby_breaches
from staffplan.roster.standby.step import StandbyResult, share_standby
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.standby import CallOuts, Standby

EVENING = StandbySettings(name="evening", hours="18:00-22:00", per_hour=4.5, per_duty=10.0)
NOBODY_WORKS = Roster(RosterShifts.empty(), RosterActivities.empty())
CENTER = Center(
    {"voice": every_day(7, range(8, 16), 1.0)},
    agents=[("ann", "voice", "any"), ("bob", "voice", "any"), ("cid", "voice", "any")],
    work_plans={"any": WorkPlanSettings(shifts=("day",))},
    time_off=[("bob", MONDAY, MONDAY + timedelta(days=3), "yes")],
)


def working(start: int) -> Roster:
    """Ann works seven hours from Monday to Friday."""
    shifts = pd.DataFrame([shift(number, start=start) for number in range(5)])
    return Roster(RosterShifts.of(shifts), RosterActivities.empty())


def case_for(center: Center, roster: Roster, *kinds: StandbySettings) -> StandbyCase:
    return StandbyCase(kinds, roster, center.workforce, center.site, MONDAY, 7, MONDAY, "any")


def shared(center: Center, roster: Roster, *kinds: StandbySettings, **more: Standby) -> StandbyResult:
    """The sharing, which the checker finds no fault in beside people who are missing."""
    found = share_standby(center.case(), roster, kinds, **more)
    faults = standby_breaches(found.standby, case_for(center, roster, *kinds))
    assert all(fault.agent_id == "" and fault.message.endswith("due") for fault in faults)
    assert bool(faults) == bool(found.missing)
    assert found.proven
    return found


def people_of(found: StandbyResult) -> list[str]:
    frame = found.standby.frame
    return [f"{row.agent_id} {row.schedule_date:%a}" for row in frame.itertuples()]


Chosen = tuple[str, ...]
"""Who has each of the seven evenings; "" for nobody."""


def unfairness(chosen: Chosen) -> tuple[int, float]:
    """Evenings without anybody; squares of everybody's turns, and half the squares of those on weekends."""
    turns, late = Counter(filter(None, chosen)), Counter(filter(None, chosen[5:]))
    return chosen.count(""), sum(n * n for n in turns.values()) + 0.5 * sum(n * n for n in late.values())


def table_of(chosen: Chosen) -> Standby:
    days = [pd.Timestamp(MONDAY + timedelta(days=n)) for n in range(7)]
    rows = [
        {
            "standby": "evening",
            "agent_id": agent,
            "schedule_date": day,
            "start": (day + pd.Timedelta(hours=18)).tz_localize("Europe/Madrid").tz_convert("UTC"),
            "end": (day + pd.Timedelta(hours=22)).tz_localize("Europe/Madrid").tz_convert("UTC"),
        }
        for agent, day in zip(chosen, days, strict=True)
        if agent
    ]
    return Standby.of(pd.DataFrame(rows))


def chosen_in(table: Standby) -> Chosen:
    who = dict(zip(table.frame["schedule_date"].dt.day_of_week, table.frame["agent_id"], strict=True))
    return tuple(who.get(day, "") for day in range(7))


def allowed(chosen: Chosen, days_apart: int) -> bool:
    """Whether nobody has a turn too soon after another, and Bob none on his days off."""
    apart = all(
        one != other or not one
        for first, one in enumerate(chosen)
        for other in chosen[first + 1 : first + days_apart]
    )
    return apart and "bob" not in chosen[:4]


@pytest.mark.parametrize("days_apart", [1, 2, 3, 4])
def test_no_sharing_that_is_allowed_is_fairer(days_apart: int) -> None:
    """All 4^7 of them: three people, or nobody, each evening."""
    found = shared(CENTER, NOBODY_WORKS, EVENING.model_copy(update={"days_apart": days_apart}))
    here = chosen_in(found.standby)
    assert allowed(here, days_apart)
    every = itertools.product(["ann", "bob", "cid", ""], repeat=7)
    fairer = (chosen for chosen in every if unfairness(chosen) < unfairness(here))
    assert not any(allowed(chosen, days_apart) for chosen in fairer)


def test_turns_are_shared_evenly_and_weekends_too() -> None:
    found = shared(replace(CENTER, time_off=()), NOBODY_WORKS, EVENING)
    assert sorted(found.turns["evening"].values()) == [2, 2, 3]
    late = [who.split()[0] for who in people_of(found) if who.endswith(("Sat", "Sun"))]
    assert len(set(late)) == 2


def test_nobody_stands_by_on_time_off_or_near_a_shift() -> None:
    roster = working(start=10)
    found = shared(CENTER, roster, EVENING.model_copy(update={"rest_hours": 2.0}))
    taken = people_of(found)
    assert not any(who.startswith("ann") and who[-3:] not in ("Sat", "Sun") for who in taken)
    assert [who for who in taken if who[-3:] in ("Mon", "Tue", "Wed", "Thu")] == [
        "cid Mon",
        "cid Tue",
        "cid Wed",
        "cid Thu",
    ]


def test_a_turn_that_nobody_can_take_says_why() -> None:
    roster = working(start=10)
    center = replace(CENTER, agents=CENTER.agents[:2])
    found = shared(center, roster, EVENING.model_copy(update={"rest_hours": 2.0}))
    assert found.missing == 4
    assert found.notes[0].place == "evening Mon 02 Nov 2026"
    assert found.notes[0].message == "1 person is missing; the others: 1 at work within 2 h of it, 1 time off"


def test_a_week_is_one_turn() -> None:
    kind = EVENING.model_copy(update={"turn": "week"})
    found = shared(CENTER, NOBODY_WORKS, kind)
    assert len({row.agent_id for row in found.standby.frame.itertuples()} - {"bob"}) == 1
    assert len(found.standby) == 7


def test_two_duties_at_the_same_time_are_two_people_and_skills_hold_by_the_day() -> None:
    other = StandbySettings(name="late", hours="20:00-02:00", agents=("ann", "cid"))
    found = shared(CENTER, NOBODY_WORKS, EVENING, other)
    frame = found.standby.frame
    for _, rows in frame.groupby("schedule_date"):
        assert rows["agent_id"].nunique() == 2
    assert set(frame.loc[frame["standby"] == "late", "agent_id"]) == {"ann", "cid"}


def test_holidays_and_closed_days_are_left_out() -> None:
    days = (SpecialDay(MONDAY, "fair"), SpecialDay(MONDAY + timedelta(days=1), "works", "closed"))
    center = replace(CENTER, special_days=days)
    assert len(shared(center, NOBODY_WORKS, EVENING).standby) == 6
    assert len(shared(center, NOBODY_WORKS, EVENING.model_copy(update={"holidays": False})).standby) == 5


@pytest.mark.parametrize("on", ["days_off", "workdays"])
def test_only_days_off_or_only_days_with_a_shift(on: str) -> None:
    roster = working(start=8)
    found = shared(replace(CENTER, agents=CENTER.agents[:1]), roster, EVENING.model_copy(update={"on": on}))
    assert found.missing == (5 if on == "days_off" else 2)


def test_what_was_published_is_kept_where_it_can_be() -> None:
    center = replace(CENTER, time_off=())
    before = shared(center, NOBODY_WORKS, EVENING)
    away = replace(center, time_off=[("ann", MONDAY, MONDAY + timedelta(days=6), "yes")])
    after = shared(away, NOBODY_WORKS, EVENING, published=before.standby)
    kept = before.standby.frame[before.standby.frame["agent_id"] != "ann"][["agent_id", "schedule_date"]]
    now = after.standby.frame[["agent_id", "schedule_date"]]
    assert len(kept.merge(now)) == len(kept)
    assert after.changed == before.turns["evening"]["ann"]


def test_turns_before_the_period_count() -> None:
    """Ann had five evenings last week, the last of them on Sunday."""
    center = replace(CENTER, agents=[CENTER.agents[0], CENTER.agents[2]])
    frame = table_of(("", "", *["ann"] * 5)).frame.assign(
        schedule_date=lambda rows: rows["schedule_date"] - pd.Timedelta(days=7),
        start=lambda rows: rows["start"] - pd.Timedelta(days=7),
        end=lambda rows: rows["end"] - pd.Timedelta(days=7),
    )
    found = shared(center, NOBODY_WORKS, EVENING.model_copy(update={"days_apart": 2}), past=Standby.of(frame))
    assert "ann Mon" not in people_of(found)
    assert found.turns["evening"] == {"ann": 3, "cid": 4}
    fair = shared(center, NOBODY_WORKS, EVENING, past=Standby.of(frame))
    assert fair.turns["evening"] == {"ann": 1, "cid": 6}


def test_the_pay_is_that_of_the_hours_as_they_pass() -> None:
    """From 18:00 to 22:00: 4 hours at 4.50 and 10 for the duty."""
    frame = shared(CENTER, NOBODY_WORKS, EVENING).standby.frame
    assert set(frame["hours"]) == {4.0}
    assert set(frame["amount"]) == {28.0}


def test_the_night_of_the_clock_change_has_its_hour_more() -> None:
    """Midnight to 06:00 on 25 October 2026 lasts 7 hours in Madrid."""
    day = MONDAY - timedelta(days=14)
    center = replace(CENTER, first_day=day, time_off=())
    night = StandbySettings(name="night", hours="00:00-06:00", per_hour=1.0)
    frame = share_standby(center.case(), NOBODY_WORKS, [night]).standby.frame
    assert frame["amount"].tolist() == [6.0] * 6 + [7.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agent_id": "bob"}, "evening: time off"),
        ({"agent_id": "eve"}, "is not in the agents table"),
        ({"standby": "morning"}, "no standby 'morning' is defined"),
        ({"end": pd.Timestamp("2026-11-02 20:00", tz="UTC")}, "evening has other times than 18:00-22:00"),
        ({"amount": 9999.0}, "evening: amount 9,999.00, 28.00 are due"),
        ({"hours": 5.0}, "evening: 5 hours, it lasts 4"),
    ],
)
def test_the_checker_finds_what_a_hand_has_done(change: dict[str, object], said: str) -> None:
    found = shared(CENTER, NOBODY_WORKS, EVENING)
    frame = found.standby.frame.copy()
    for column, value in change.items():
        frame.loc[0, column] = value
    faults = standby_breaches(Standby.of(frame), case_for(CENTER, NOBODY_WORKS, EVENING))
    assert said in [fault.message for fault in faults]


def earlier(name: str, agent: str, *days: int, start: int = 18, hours: int = 4) -> Standby:
    """Duties on days before the period: -1 is the Sunday before it."""
    rows = []
    for number in days:
        day = pd.Timestamp(MONDAY + timedelta(days=number))
        begin = (day + pd.Timedelta(hours=start)).tz_localize("Europe/Madrid").tz_convert("UTC")
        own = {"standby": name, "agent_id": agent, "schedule_date": day}
        rows.append({**own, "start": begin, "end": begin + pd.Timedelta(hours=hours)})
    return Standby.of(pd.DataFrame(rows))


ALL_WEEK = EVENING.model_copy(update={"turn": "week", "days_apart": 14})
CALENDAR_WEEKS = replace(
    CENTER,
    first_day=MONDAY + timedelta(days=2),
    time_off=(),
    settings=CENTER.settings.model_copy(update={"week_starts": "mon"}),
)


def test_the_rest_of_a_week_stays_with_who_began_it() -> None:
    """The period begins on Wednesday; Cid had Monday and Tuesday. A week later it is somebody else's turn."""
    past = earlier("evening", "cid", 0, 1)
    found = share_standby(CALENDAR_WEEKS.case(), NOBODY_WORKS, [ALL_WEEK], past=past)
    frame = found.standby.frame
    first = frame["schedule_date"] < pd.Timestamp(MONDAY + timedelta(days=7))
    assert set(frame.loc[first, "agent_id"]) == {"cid"}
    assert "cid" not in set(frame.loc[~first, "agent_id"])


def test_weeks_are_as_far_apart_as_their_first_days_though_a_period_cuts_one_off() -> None:
    """Two weeks apart is every other week, also where the first one has two days left."""
    center = replace(CALENDAR_WEEKS, first_day=MONDAY + timedelta(days=5), agents=CENTER.agents[:2])
    need = {"voice": every_day(16, range(8, 16), 1.0)}
    found = share_standby(replace(center, need=need).case(), NOBODY_WORKS, [ALL_WEEK])
    assert found.missing == 0
    by_week = found.standby.frame.groupby(found.standby.frame["schedule_date"].dt.isocalendar().week)["agent_id"]
    assert by_week.nunique().tolist() == [1, 1, 1]


def test_a_week_before_the_period_counts_as_a_weekend_too() -> None:
    """Ann had four whole weeks, Bob none: of the next turns on weekends Bob gets more."""
    past = earlier("evening", "ann", *range(-28, 0))
    center = replace(CENTER, agents=CENTER.agents[:2], time_off=(), need={"voice": every_day(28, range(8, 16), 1.0)})
    weekly = EVENING.model_copy(update={"turn": "week"})
    found = share_standby(center.case(), NOBODY_WORKS, [weekly], past=past)
    assert found.turns["evening"] == {"ann": 0, "bob": 4}


def test_who_takes_the_turn_is_not_among_those_who_do_not() -> None:
    center = replace(CENTER, agents=CENTER.agents[:2])
    found = share_standby(center.case(), NOBODY_WORKS, [EVENING.model_copy(update={"people": 2})])
    assert found.notes[0].message == "1 person is missing; the others: 1 time off"


def test_standby_that_reaches_into_the_period_excludes_another_then() -> None:
    night = StandbySettings(name="night", hours="22:00-06:00")
    morning = StandbySettings(name="morning", hours="00:00-05:00")
    past = earlier("night", "ann", -1, start=22, hours=8)
    center = replace(CENTER, agents=[CENTER.agents[0], CENTER.agents[2]])
    found = share_standby(center.case(), NOBODY_WORKS, [night, morning], past=past)
    frame = found.standby.frame
    first = frame[(frame["standby"] == "morning") & (frame["schedule_date"] == pd.Timestamp(MONDAY))]
    assert first["agent_id"].tolist() == ["cid"]
    wrong = first.assign(agent_id="ann")
    kinds = [night, morning]
    case = replace(case_for(center, NOBODY_WORKS, *kinds), past=past)
    said = [fault.message for fault in standby_breaches(Standby.of(wrong), case)]
    assert "morning begins while night lasts" in said


def test_a_night_shift_before_the_period_is_work() -> None:
    """Ann works until 06:00 on Monday; whatever the past roster says of Monday itself does not count."""
    night = {**shift(-1, start=22, hours=8, paid=8), "agent_id": "ann"}
    planned_then = {**shift(0, start=22, hours=1, paid=1), "agent_id": "ann"}
    center = replace(CENTER, agents=CENTER.agents[:1], past=(night, planned_then))
    kinds = [StandbySettings(name="morning", hours="05:00-07:00"), StandbySettings(name="late", hours="22:00-23:00")]
    found = share_standby(center.case(), NOBODY_WORKS, kinds)
    assert found.turns == {"morning": {"ann": 6}, "late": {"ann": 7}}
    by_hand = found.standby.frame.iloc[[0]].assign(
        standby="morning",
        schedule_date=pd.Timestamp(MONDAY),
        start=pd.Timestamp(MONDAY, tz="Europe/Madrid") + pd.Timedelta(hours=5),
        end=pd.Timestamp(MONDAY, tz="Europe/Madrid") + pd.Timedelta(hours=7),
        hours=2.0,
    )
    by_hand[["start", "end"]] = by_hand[["start", "end"]].apply(lambda column: column.dt.tz_convert("UTC"))
    said = [f.message for f in standby_breaches(Standby.of(by_hand), case_for(center, NOBODY_WORKS, *kinds))]
    assert "morning: a shift then, or nearer than rest_hours" in said


def test_a_table_with_a_standby_that_the_settings_do_not_have_is_refused() -> None:
    with pytest.raises(DataError, match="the settings have no standby 'evening reserve'"):
        share_standby(CENTER.case(), NOBODY_WORKS, [EVENING], published=earlier("evening reserve", "ann", 1))


def test_published_days_of_people_who_left_count_as_not_kept() -> None:
    found = share_standby(CENTER.case(), NOBODY_WORKS, [EVENING], published=earlier("evening", "eve", 1, 2))
    assert found.changed == 2


def test_many_turns_that_nobody_can_take_do_not_hide_what_is_fair() -> None:
    many = EVENING.model_copy(update={"people": 60})
    found = share_standby(replace(CENTER, time_off=()).case(), NOBODY_WORKS, [many])
    assert (found.missing, found.proven) == (7 * 57, True)


def called(agent: str, *spans: tuple[float, float], name: str = "evening") -> CallOuts:
    """Call-outs from and to hours since Monday's midnight."""
    monday = pd.Timestamp(MONDAY, tz="Europe/Madrid").tz_convert("UTC")
    rows = [
        {
            "standby": name,
            "agent_id": agent,
            "start": monday + pd.Timedelta(hours=begin),
            "end": monday + pd.Timedelta(hours=end),
        }
        for begin, end in spans
    ]
    return CallOuts.of(pd.DataFrame(rows))


RESTED = EVENING.model_copy(update={"call_out_rest_hours": 11.0})


def faults_with(calls: CallOuts, roster: Roster, table: Standby) -> list[str]:
    case = replace(case_for(CENTER, roster, RESTED), calls=calls)
    return [fault.message for fault in standby_breaches(table, case) if fault.agent_id]


def test_a_shift_during_standby_is_the_work_of_a_call_out() -> None:
    """Ann stands by on Monday evening and works from 19:00 to 21:00."""
    table = table_of(("ann", *[""] * 6))
    shifts = pd.DataFrame([{**shift(0, start=19, hours=2, paid=2), "agent_id": "ann"}])
    roster = Roster(RosterShifts.of(shifts), RosterActivities.empty())
    assert faults_with(CallOuts.empty(), roster, table) == ["evening: a shift then, or nearer than rest_hours"]
    assert faults_with(called("ann", (19, 21)), roster, table) == []


@pytest.mark.parametrize(
    ("until", "said"), [(21.0, []), (21.5, ["10.5 h rest after a call-out for evening, 11 are due"])]
)
def test_after_a_call_out_comes_its_rest(until: float, said: list[str]) -> None:
    """Ann begins at 08:00 on Tuesday."""
    shifts = pd.DataFrame([{**shift(1, start=8), "agent_id": "ann"}])
    roster = Roster(RosterShifts.of(shifts), RosterActivities.empty())
    assert faults_with(called("ann", (20, until)), roster, table_of(("ann", *[""] * 6))) == said


def test_a_call_out_without_standby_is_told() -> None:
    table = table_of(("ann", *[""] * 6))
    assert faults_with(called("cid", (20, 21)), NOBODY_WORKS, table) == [
        "called out at 20:00, and does not stand by for evening then"
    ]
    assert faults_with(called("ann", (20, 21), name="night"), NOBODY_WORKS, table) == [
        "called out: no standby 'night' is defined"
    ]
