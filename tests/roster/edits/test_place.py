"""A day of somebody changed by hand: everybody else stays to the row, and what is given is a whole shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from roster_centers import LATE, MADRID, NIGHT, SHORT, Center, day, every_day

from staffplan.clock import wall_instant
from staffplan.errors import UsageError
from staffplan.roster.check.check import check
from staffplan.roster.check.cover import coverage
from staffplan.roster.edits.changes import Change, Verb, swaps_of, wanted
from staffplan.roster.edits.place import Placed, placed
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

MEAL = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=120, latest_minutes=240)
LONG = ShiftSettings(hours=7, first_start="08:00", last_start="10:00", every_minutes=60, breaks=(MEAL,))
SHIFTS = {"early": SHORT, "late": LATE, "long": LONG, "night": NIGHT}
ANY = WorkPlanSettings(shifts=("early", "late", "long", "night"), weekly_hours_max=60, days_per_week_max=3)
CENTER = Center(
    need={"voice": every_day(5, list(range(24))), "chat": every_day(5, [*range(8, 12)])},
    agents=(("ann", "voice", "any"), ("bob", "voice", "any"), ("cid", "voice;chat", "any"), ("dee", "chat", "any")),
    shifts=SHIFTS,
    work_plans={"any": ANY},
    settings=RosterSettings(rules=(), time_limit_seconds=300),
)
NAMES = {"early": (8, 4), "late": (16, 4), "night": (22, 11)}


def rostered(*worked: tuple[str, date, str], group: str = "voice", timezone: str = MADRID) -> Roster:
    """Shifts without a break, on queue throughout."""
    shifts, doing = [], []
    for agent_id, when, family in worked:
        start, hours = NAMES[family]
        begin = wall_instant(when, start * 60, timezone)
        end = begin + pd.Timedelta(hours=hours)
        own = {"agent_id": agent_id, "schedule_date": pd.Timestamp(when), "start": begin, "end": end}
        shifts.append({**own, "shift": f"{family} {start:02d}:00", "paid_hours": float(hours)})
        more = {"activity": "queue", "planning_group": group, "paid": "yes"}
        doing.append({**own, **more, "activity_date": pd.Timestamp(when)})
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(doing)))


def changed(roster: Roster, verb: Verb, agent_id: str, *days: date, center: Center = CENTER, **more: str) -> Placed:
    change = Change(verb, agent_id, days, **more)
    return placed(center.case(), roster, wanted(change, roster))


def shifts_of(roster: Roster) -> set[tuple[str, date, str]]:
    frame = roster.shifts.frame
    return set(zip(frame["agent_id"], frame["schedule_date"].dt.date, frame["shift"], strict=True))


def others(roster: Roster, *keys: tuple[str, date]) -> list[tuple[object, ...]]:
    """All rows but those of some people's days."""
    return [
        row
        for table in (roster.shifts, roster.activities)
        for row in table.frame.itertuples(index=False, name=None)
        if (row[0], row[2 if table is roster.shifts else 1].date()) not in keys
    ]


WEEK = rostered(("ann", day(0), "early"), ("ann", day(1), "early"), ("bob", day(0), "late"), ("cid", day(0), "early"))


def test_two_people_change_shifts_and_nobody_elses_row_changes() -> None:
    after = changed(WEEK, "swap", "ann", day(0), other="bob").roster
    assert shifts_of(after) == {
        ("ann", day(0), "late 16:00"),
        ("ann", day(1), "early 08:00"),
        ("bob", day(0), "early 08:00"),
        ("cid", day(0), "early 08:00"),
    }
    touched = (("ann", day(0)), ("bob", day(0)))
    assert others(after, *touched) == others(WEEK, *touched)


def test_who_is_off_takes_the_shift_of_the_other() -> None:
    after = changed(WEEK, "swap", "bob", day(1), other="ann").roster
    assert ("bob", day(1), "early 08:00") in shifts_of(after)
    assert "ann" not in {agent_id for agent_id, when, _ in shifts_of(after) if when == day(1)}


def test_a_swap_twice_is_the_roster_as_it_was() -> None:
    once = changed(WEEK, "swap", "ann", day(0), other="bob").roster
    twice = changed(once, "swap", "ann", day(0), other="bob").roster
    pd.testing.assert_frame_equal(twice.shifts.frame, WEEK.shifts.frame)
    pd.testing.assert_frame_equal(twice.activities.frame, WEEK.activities.frame)


def test_who_takes_a_shift_over_takes_its_breaks_too() -> None:
    """Everybody is on queue at the same times as before, whoever it is."""
    roster = changed(WEEK, "move", "ann", day(0), shift="long 09:00").roster
    after = changed(roster, "swap", "ann", day(0), other="bob").roster
    inside = ["start", "end", "activity", "planning_group"]

    def of(made: Roster, agent_id: str) -> list[tuple[object, ...]]:
        frame = made.activities.frame
        mine = frame[(frame["agent_id"] == agent_id) & (frame["schedule_date"] == pd.Timestamp(day(0)))]
        return list(mine[inside].itertuples(index=False, name=None))

    assert of(after, "bob") == of(roster, "ann")
    assert of(after, "ann") == of(roster, "bob")


def test_every_change_leaves_shifts_that_the_check_finds_whole() -> None:
    """Breaks where they belong, no gaps, paid hours that agree; a rule of the person may be broken, and is told."""
    for verb, more in (("move", {"shift": "long 09:00"}), ("assign", {"shift": "night 22:00"})):
        when = day(0) if verb == "move" else day(2)
        after = changed(WEEK, verb, "ann", when, **more).roster  # type: ignore[arg-type]
        assert [breach.rule for breach in CENTER.check(after).breaches] == []


def test_the_break_of_a_moved_shift_lies_where_somebody_else_is_on_queue() -> None:
    need = {"voice": {(0, hour): 1.0 for hour in range(8, 15)}}
    center = CENTER.but(need=need, agents=CENTER.agents[:2])
    beside = rostered(("bob", day(0), "early"))
    after = changed(beside, "assign", "ann", day(0), center=center, shift="long 08:00").roster
    meal = after.activities.frame.query("activity == 'meal'")["start"].iloc[0]
    assert meal < wall_instant(day(0), 12 * 60, MADRID)
    cover = coverage(after, center.requirement, center.site).frame
    assert (cover["net"] >= 0).all()


def test_a_rule_may_be_broken_and_the_roster_is_changed_all_the_same() -> None:
    """Three days a week are allowed; the manager gives a fourth, and the check says so."""
    roster = rostered(*(("ann", day(n), "early") for n in range(3)))
    after = changed(roster, "assign", "ann", day(4), shift="early 08:00").roster
    assert [breach.rule for breach in CENTER.check(after).breaches] == ["days per week"]


def test_who_works_both_groups_serves_the_one_that_lacks_people() -> None:
    after = changed(WEEK, "assign", "cid", day(3), shift="early 08:00").roster
    served = after.activities.frame.query("schedule_date == @when", local_dict={"when": pd.Timestamp(day(3))})
    assert set(served["planning_group"]) <= {"voice", "chat"}
    cover = coverage(after, CENTER.requirement, CENTER.site).frame
    assert cover["scheduled"].sum() == coverage(WEEK, CENTER.requirement, CENTER.site).frame["scheduled"].sum() + 4


def test_a_night_over_midnight_of_the_plans_end_and_over_a_clock_change_keeps_its_hours() -> None:
    sunday = date(2026, 10, 25)
    first = sunday - timedelta(days=1)
    center = CENTER.but(first_day=first, need={"voice": every_day(2, list(range(24)))}, agents=CENTER.agents[:2])
    roster = rostered(("bob", sunday, "early"))
    for when in (first, sunday):
        after = changed(roster, "assign", "ann", when, center=center, shift="night 22:00").roster
        row = after.shifts.frame.query("agent_id == 'ann'").iloc[0]
        assert row["start"] == wall_instant(when, 22 * 60, MADRID)
        assert row["end"] - row["start"] == pd.Timedelta(hours=11)
        doing = after.activities.frame.query("agent_id == 'ann'")
        assert (doing["start"].min(), doing["end"].max()) == (row["start"], row["end"])
        assert [breach.rule for breach in center.check(after).breaches] == []


def test_a_meeting_stays_where_the_new_shift_has_time_for_it_and_is_told_where_not() -> None:
    begin, end = (wall_instant(day(0), hour * 60, MADRID) for hour in (10, 11))
    row = WEEK.activities.frame.iloc[0]
    pieces = [
        {**row, "end": begin},
        {**row, "start": begin, "end": end, "activity": "meeting", "planning_group": ""},
        {**row, "start": end},
    ]
    doing = RosterActivities.of(pd.concat([pd.DataFrame(pieces), WEEK.activities.frame.iloc[1:]], ignore_index=True))
    roster = Roster(WEEK.shifts, doing)
    stays = changed(roster, "move", "ann", day(0), shift="long 08:00")
    meeting = stays.roster.activities.frame.query("activity == 'meeting'").iloc[0]
    assert (meeting["start"], meeting["end"], stays.lost) == (begin, end, ())
    gone = changed(roster, "move", "ann", day(0), shift="late 16:00")
    assert [(lost.agent_id, lost.activity, lost.when) for lost in gone.lost] == [("ann", "meeting", "10:00")]
    assert [lost.when for lost in changed(roster, "remove", "ann", day(0)).lost] == ["10:00"]


def test_a_shift_by_hand_that_no_setting_knows_goes_over_as_it_is() -> None:
    frame = WEEK.shifts.frame.copy()
    mine = (frame["agent_id"] == "bob").to_numpy()
    hour = pd.Timedelta(hours=1)
    longer = np.where(mine, frame["end"] + hour, frame["end"])
    shifts = RosterShifts.of(frame.assign(end=longer, paid_hours=frame["paid_hours"] + mine).astype(frame.dtypes))
    doing = WEEK.activities.frame
    own = (doing["agent_id"] == "bob").to_numpy()
    ends = pd.Series(np.where(own, doing["end"] + hour, doing["end"])).astype(doing["end"].dtype)
    by_hand = Roster(shifts, RosterActivities.of(doing.assign(end=ends)))
    after = changed(by_hand, "swap", "ann", day(0), other="bob").roster.shifts.frame
    row = after[(after["agent_id"] == "ann") & (after["schedule_date"] == pd.Timestamp(day(0)))].iloc[0]
    assert (row["end"] - row["start"], row["paid_hours"]) == (5 * hour, 5.0)


@pytest.mark.parametrize(
    ("verb", "agent_id", "more", "said"),
    [
        ("swap", "ann", {"other": "ann"}, "cannot swap with themselves"),
        ("swap", "dee", {"other": "bob"}, "has no skill for what late 16:00 serves"),
        ("swap", "ann", {"other": "cid"}, "work the same"),
        ("move", "dee", {"shift": "early 08:00"}, "has no shift"),
        ("move", "ann", {"shift": "early"}, "there is no shift 'early'"),
        ("move", "ann", {"shift": "erly 08:00"}, "there is no shift"),
        ("assign", "ann", {"shift": "late 16:00"}, "works early 08:00 already"),
        ("remove", "dee", {}, "has no shift"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_changed(
    verb: Verb, agent_id: str, more: dict[str, str], said: str
) -> None:
    center = CENTER.but(shifts=SHIFTS | {"late": LATE.model_copy(update={"groups": ("voice",)})})
    with pytest.raises(UsageError, match=said):
        changed(WEEK, verb, agent_id, day(0), center=center, **more)


def test_partners_of_a_swap_are_those_with_whom_something_changes() -> None:
    swap = Change("swap", "ann", (day(0),))
    assert [one.other for one in swaps_of(swap, ["ann", "bob", "cid", "dee"], WEEK)] == ["bob", "dee"]


def test_the_checker_finds_the_same_whether_asked_of_all_or_of_one() -> None:
    from staffplan.roster.case.broken import broken_alone

    center = CENTER.but(time_off=(("ann", day(1), day(1), "yes"),))
    case = center.case()
    report = check(
        WEEK,
        case.workforce,
        case.settings,
        requirement=case.requirement,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=replace(case.site),
    )
    assert sorted(broken_alone(case, WEEK, "ann")) == [one for one in report.breaches if one.agent_id == "ann"]
