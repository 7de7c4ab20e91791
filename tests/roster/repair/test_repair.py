"""Repair: what has begun stays, few things change, what changes is the best that few changes can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from roster_centers import LATE, MADRID, MONDAY, SHORT, Center, day, every_day

from staffplan.clock import SpecialDay, wall_instant
from staffplan.roster.check.check import check
from staffplan.roster.repair.absences import Absence, left_of
from staffplan.roster.repair.repair import RepairResult, repair
from staffplan.settings.hard_rules import DailyRestSetting
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

SHIFTS = {"early": SHORT, "late": LATE}
PLANS = {"any": WorkPlanSettings(shifts=("early", "late"), weekly_hours_max=20, days_per_week_max=5)}
THREE = tuple((name, "voice", "any") for name in ("ann", "bob", "cid"))
WEEK = Center(
    need={"voice": every_day(5, [*range(8, 12), *range(16, 20)])},
    agents=THREE,
    shifts=SHIFTS,
    work_plans=PLANS,
    settings=RosterSettings(rules=(), time_limit_seconds=300, effort=0.02),
)
"""Somebody is needed mornings and late on five days: ten shifts, for three people who may work five each."""


def at(number: int, hour: float) -> pd.Timestamp:
    return wall_instant(day(number), round(hour * 60), MADRID)


def mended(
    center: Center, made: Roster, *absent: Absence, since: pd.Timestamp | None = None, **more: float
) -> RepairResult:
    return repair(center.case(), made, absent, at(0, 0) if since is None else since, **more)


def days_of(made: Roster) -> dict[tuple[str, pd.Timestamp], pd.Timestamp]:
    """By agent and day when the shift begins."""
    frame = made.shifts.frame
    return dict(zip(zip(frame["agent_id"], frame["schedule_date"], strict=True), frame["start"], strict=True))


def rows_before(made: Roster, when: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What has begun by then."""
    shifts = made.shifts.frame[made.shifts.frame["start"] < when]
    frame = made.activities.frame
    activities = frame[frame["start"] < when]
    return shifts.reset_index(drop=True), activities.reset_index(drop=True)


def breaches(center: Center, result: RepairResult) -> tuple[object, ...]:
    case = result.case
    found = check(
        result.roster,
        case.workforce,
        case.settings,
        requirement=case.requirement,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
    )
    return found.breaches


@pytest.fixture(scope="module")
def made() -> Roster:
    return WEEK.solve().roster


def test_where_nobody_is_absent_nothing_changes(made: Roster) -> None:
    result = mended(WEEK, made)
    assert len(result.changes) == 0
    pd.testing.assert_frame_equal(result.roster.shifts.frame, made.shifts.frame)
    pd.testing.assert_frame_equal(result.roster.activities.frame, made.activities.frame)


def test_somebody_else_takes_the_shift_of_the_absent_and_nothing_more_changes(made: Roster) -> None:
    agent_id, when = next(iter(days_of(made)))
    result = mended(WEEK, made, Absence(agent_id, when.date(), when.date()))
    facts = result.facts
    assert (facts["missing_hours_absent"], facts["missing_hours_repaired"]) == (4.0, 0.0)
    assert facts["changed_days"] == 1
    assert (agent_id, when) not in days_of(result.roster)
    assert breaches(WEEK, result) == ()


def test_a_change_that_saves_less_than_its_price_is_not_made(made: Roster) -> None:
    agent_id, when = next(iter(days_of(made)))
    absence = Absence(agent_id, when.date(), when.date())
    assert mended(WEEK, made, absence, hours_of_a_change=3.9).facts["changed_days"] == 1
    dear = mended(WEEK, made, absence, hours_of_a_change=4.1)
    assert dear.facts["changed_days"] == 0
    assert dear.facts["missing_hours_repaired"] == 4.0


@pytest.mark.parametrize("since", [at(0, 9), at(1, 0), at(2, 17.5)])
def test_what_has_begun_stays_to_the_row(made: Roster, since: pd.Timestamp) -> None:
    absences = [Absence("ann", day(0), day(4)), Absence("bob", day(3), day(3))]
    result = mended(WEEK, made, *absences, since=since)
    shifts, activities = rows_before(left_of(made, absences, since, MADRID).roster, since)
    now_shifts, now_activities = rows_before(result.roster, since)
    pd.testing.assert_frame_equal(now_shifts, shifts)
    pd.testing.assert_frame_equal(now_activities, activities)
    assert breaches(WEEK, result) == ()


def test_who_goes_home_during_a_shift_is_absent_from_then_on(made: Roster) -> None:
    frame = made.shifts.frame
    who = next(iter(frame[frame["start"] == at(0, 8)]["agent_id"]))
    result = mended(WEEK, made, Absence(who, day(0), day(0)), since=at(0, 10))
    rows = result.roster.activities.frame
    rows = rows[(rows["agent_id"] == who) & (rows["schedule_date"] == pd.Timestamp(day(0)))]
    assert [(row.activity, row.start, row.end) for row in rows.itertuples()] == [
        ("queue", at(0, 8), at(0, 10)),
        ("absence", at(0, 10), at(0, 12)),
    ]
    assert result.facts["missing_hours_absent"] == 2.0
    assert breaches(WEEK, result) == ()


def test_a_shift_that_was_over_before_stays_and_is_told(made: Roster) -> None:
    frame = made.shifts.frame
    who = next(iter(frame[frame["start"] == at(0, 8)]["agent_id"]))
    result = mended(WEEK, made, Absence(who, day(0), day(0)), since=at(0, 13))
    assert (who, pd.Timestamp(day(0))) in days_of(result.roster)
    assert [note.message for note in result.notes] == ["absent, but the shift had already ended: left as is"]


@pytest.mark.parametrize("since", [11, 11.5])
def test_hours_of_absence_that_were_over_before_change_nothing_and_are_told(made: Roster, since: float) -> None:
    frame = made.shifts.frame
    who = next(iter(frame[frame["start"] == at(0, 8)]["agent_id"]))
    result = mended(WEEK, made, Absence(who, day(0), day(0), 10 * 60, 11 * 60), since=at(0, since))
    pd.testing.assert_frame_equal(result.roster.activities.frame, made.activities.frame)
    assert len(result.changes) == 0
    assert [note.message for note in result.notes] == ["absent, but that was already over: left as is"]


def test_a_repair_looks_for_no_better_tours_once_the_time_is_over(
    made: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    monkeypatch.setattr("staffplan.roster.search.anneal.take_best_tour", lambda _, person: given.append(person))
    settings = WEEK.settings.model_copy(update={"time_limit_seconds": 1e-6})
    result = mended(WEEK.but(settings=settings), made, Absence("ann", day(0), day(4)))
    assert given == []
    assert breaches(WEEK, result) == ()


TINY_DAYS = 3
TINY = Center(
    need={"voice": {(d, h): 1.0 + (h == 9) for d in range(TINY_DAYS) for h in [*range(8, 12), *range(16, 20)]}},
    agents=(("ann", "voice", "any"), ("bob", "voice", "any")),
    shifts=SHIFTS,
    work_plans={"any": WorkPlanSettings(shifts=("early", "late"), weekly_hours_max=12, days_per_week_max=3)},
    settings=RosterSettings(rules=(DailyRestSetting(rule="daily_rest", hours=13),), time_limit_seconds=300),
)


def every_week() -> Iterator[tuple[str, ...]]:
    """One person's days of "e", "l" or "-": no early shift on the day after a late one, 12 hours lie between."""
    for week in product("el-", repeat=TINY_DAYS):
        if ("l", "e") not in pairwise(week):
            yield week


def cover_cost(weeks: Sequence[tuple[str, ...]]) -> float:
    """10 for an hour missing, 1 for an hour too many, as TINY's need has them."""
    total = 0.0
    for d in range(TINY_DAYS):
        for kind, need in (("e", (1, 2, 1, 1)), ("l", (1, 1, 1, 1))):
            there = sum(week[d] == kind for week in weeks)
            total += sum(10 * max(n - there, 0) + max(there - n, 0) for n in need)
    return total


def without(given: Sequence[tuple[str, ...]], absent: tuple[int, int]) -> list[tuple[str, ...]]:
    """The weeks with one person's day off."""
    weeks = [list(week) for week in given]
    weeks[absent[0]][absent[1]] = "-"
    return [tuple(week) for week in weeks]


def changed_days(weeks: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> int:
    pairs = [pair for week, other in zip(weeks, others, strict=True) for pair in zip(week, other, strict=True)]
    return sum(a != b for a, b in pairs)


def best_repair(left: Sequence[tuple[str, ...]], absent: tuple[int, int], price: float) -> float:
    """Over all pairs of weeks: cost of the cover and a price for every day that differs from what is left."""
    return min(
        cover_cost(weeks) + price * changed_days(weeks, left)
        for weeks in product(every_week(), repeat=2)
        if weeks[absent[0]][absent[1]] == "-"
    )


def letters(made: Roster, name: str) -> tuple[str, ...]:
    days = days_of(made)
    shifts = [days.get((name, pd.Timestamp(day(d)))) for d in range(TINY_DAYS)]
    return tuple("-" if s is None else "e" if s.tz_convert(MADRID).hour == 8 else "l" for s in shifts)


@pytest.mark.parametrize("hours", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("absent", [(0, 0), (0, 2), (1, 1)])
def test_the_repair_is_the_best_of_all(absent: tuple[int, int], hours: float) -> None:
    names = ("ann", "bob")
    made = TINY.solve().roster
    left = without([letters(made, name) for name in names], absent)
    result = mended(TINY, made, Absence(names[absent[0]], day(absent[1]), day(absent[1])), hours_of_a_change=hours)
    expected = best_repair(left, absent, price=10 * hours)
    now = [letters(result.roster, name) for name in names]
    assert cover_cost(now) + 10 * hours * changed_days(now, left) == pytest.approx(expected)
    assert result.objective == pytest.approx(expected)
    assert result.bound <= expected + 1e-6


def by_hand(made: Roster, agent_id: str, number: int, start: float, hours: float) -> Roster:
    """The roster with one person's shift of a day moved by hand, one stretch on queue throughout."""
    shifts, activities = made.shifts.frame.copy(), made.activities.frame
    mine = (shifts["agent_id"] == agent_id) & (shifts["schedule_date"] == pd.Timestamp(day(number)))
    first, end = at(number, start), at(number, start + hours)
    shifts.loc[mine, ["start", "end", "paid_hours"]] = [first, end, hours]
    inside = (activities["agent_id"] == agent_id) & (activities["schedule_date"] == pd.Timestamp(day(number)))
    row = activities[inside].iloc[[0]].assign(start=first, end=end)
    both = pd.concat([activities[~inside], row], ignore_index=True)
    return Roster(RosterShifts.of(shifts), RosterActivities.of(both))


@pytest.mark.parametrize("start", [8.25, 8 + 7 / 60])
def test_a_shift_edited_by_hand_that_no_setting_has_is_kept(made: Roster, start: float) -> None:
    frame = made.shifts.frame
    who = next(iter(frame[frame["start"] == at(2, 8)]["agent_id"]))
    edited = by_hand(made, who, 2, start, 4.5)
    absent = next(name for name, _, _ in THREE if name != who and (name, pd.Timestamp(day(2))) in days_of(edited))
    result = mended(WEEK, edited, Absence(absent, day(2), day(2)))
    now = result.roster.shifts.frame
    row = now[(now["agent_id"] == who) & (now["schedule_date"] == pd.Timestamp(day(2)))].iloc[0]
    assert (row["start"], row["end"]) == (at(2, start), at(2, start + 4.5))
    work = result.roster.activities.frame
    work = work[(work["agent_id"] == who) & (work["schedule_date"] == pd.Timestamp(day(2)))]
    assert [(r.start, r.end) for r in work.itertuples()] == [(at(2, start), at(2, start + 4.5))]


def test_given_shifts_that_break_a_rule_ahead_are_mended_and_those_settled_are_told() -> None:
    made = TINY.solve().roster
    frame = made.shifts.frame
    who = next(iter(frame[frame["start"] == at(1, 8)]["agent_id"]))
    late = pd.DataFrame([{**frame.iloc[0].to_dict(), "agent_id": who, "schedule_date": pd.Timestamp(day(0))}])
    late = late.assign(start=at(0, 16), end=at(0, 20), shift="late 16:00")
    rest = frame[~((frame["agent_id"] == who) & (frame["schedule_date"] == pd.Timestamp(day(0))))]
    work = made.activities.frame
    kept = work[~((work["agent_id"] == who) & (work["schedule_date"] == pd.Timestamp(day(0))))]
    new = kept.iloc[[0]].assign(
        agent_id=who,
        schedule_date=pd.Timestamp(day(0)),
        activity_date=pd.Timestamp(day(0)),
        start=at(0, 16),
        end=at(0, 20),
    )
    broken = Roster(
        RosterShifts.of(pd.concat([rest, late], ignore_index=True)),
        RosterActivities.of(pd.concat([kept, new], ignore_index=True)),
    )
    ahead = mended(TINY, broken)
    assert breaches(TINY, ahead) == ()
    assert "rule" in set(ahead.changes.frame["reason"])
    over = mended(TINY, broken, since=at(1, 9))
    assert [note.place for note in over.notes] == [who]
    assert days_of(over.roster)[who, pd.Timestamp(day(1))] == at(1, 8)


def test_each_line_of_the_changes_tells_what_is_missing_after_it(made: Roster) -> None:
    absences = [Absence("ann", day(0), day(4)), Absence("bob", day(0), day(0))]
    result = mended(WEEK, made, *absences)
    rows = result.changes.frame
    assert rows["number"].is_monotonic_increasing
    hours = rows["missing_hours"].to_numpy()
    assert (np.diff(hours) <= 0).all()
    assert hours[0] == result.facts["missing_hours_absent"]
    assert hours[-1] == result.facts["missing_hours_repaired"]
    assert set(rows.loc[rows["number"] == 0, "agent_id"]) <= {"ann", "bob"}


def test_a_meeting_stays_where_its_shift_stays_and_moves_with_the_person_where_it_can(made: Roster) -> None:
    frame = made.activities.frame
    who = next(iter(frame[frame["start"] == at(3, 8)]["agent_id"]))
    row = frame[(frame["agent_id"] == who) & (frame["start"] == at(3, 8))]
    meeting = row.assign(start=at(3, 9), end=at(3, 10), activity="meeting", planning_group="")
    parts = [frame.drop(row.index), row.assign(end=at(3, 9)), meeting, row.assign(start=at(3, 10))]
    with_meeting = Roster(made.shifts, RosterActivities.of(pd.concat(parts, ignore_index=True)))
    absent = next(name for name, _, _ in THREE if name != who)
    result = mended(WEEK, with_meeting, Absence(absent, day(0), day(4)))
    now = result.roster.activities.frame
    there = now[(now["agent_id"] == who) & (now["activity"] == "meeting")]
    assert [(r.start, r.end) for r in there.itertuples()] == [(at(3, 9), at(3, 10))]


def test_another_need_is_met_with_few_changes(made: Roster) -> None:
    more = WEEK.but(need={"voice": {**WEEK.need["voice"], **{(2, h): 2.0 for h in range(8, 12)}}})
    result = mended(more, made)
    assert result.facts["missing_hours_given"] == 4.0
    assert result.facts["missing_hours_repaired"] == 0.0
    assert result.facts["changed_days"] == 1


def test_meals_stay_where_shifts_stay() -> None:
    center = Center({"voice": every_day(5, range(8, 17), 2.0)}, agents=(*THREE, ("dan", "voice", "any")))
    made = center.solve().roster
    result = mended(center, made, Absence("ann", MONDAY, MONDAY))
    untouched = [name for name, _, _ in center.agents if name not in set(result.changes.frame["agent_id"])]
    assert untouched
    old, now = made.activities.frame, result.roster.activities.frame
    old, now = (frame[frame["agent_id"].isin(untouched)].reset_index(drop=True) for frame in (old, now))
    pd.testing.assert_frame_equal(now, old)
    assert breaches(center, result) == ()


def test_shifts_before_the_period_count_for_the_rules(made: Roster) -> None:
    """The need of the last two days alone: who worked late on the day before does not begin at eight."""
    later = WEEK.but(
        need={"voice": {(d, h): n for (d, h), n in WEEK.need["voice"].items() if d >= 3}},
        settings=RosterSettings(rules=(DailyRestSetting(rule="daily_rest", hours=13),), time_limit_seconds=300),
    )
    late = {name for name, when in days_of(made).items() if when == at(2, 16)}
    absent = [Absence(name, day(3), day(3)) for name, *_ in THREE if (name, pd.Timestamp(day(2))) not in late]
    result = mended(later, made, *absent, since=at(3, 0))
    begin = days_of(result.roster)
    for name, _ in late:
        assert begin.get((name, pd.Timestamp(day(3)))) != at(3, 8)
    assert (
        days_of(made).items() >= {key: when for key, when in begin.items() if key[1] < pd.Timestamp(day(3))}.items()
    )


@pytest.mark.parametrize("hours", [(4, 9, 9), (9, 4, 4)])
def test_an_absence_counts_the_hours_that_were_missed_whatever_a_fifth_of_the_week_is(hours: tuple[int, ...]) -> None:
    """A week of exactly so many hours is due and allowed: who misses a short or a long day owes nothing after it."""
    shifts = {f"h{n}": ShiftSettings(hours=n, first_start="08:00", last_start="08:00") for n in (4, 9)}
    plan = WorkPlanSettings(shifts=("h4", "h9"), weekly_hours_min=sum(hours), weekly_hours_max=sum(hours))
    need = {(d, h): 1.0 for d, n in enumerate(hours) for h in range(8, 8 + n)} | {(6, 23): 0.0}
    center = Center({"voice": need}, shifts=shifts, work_plans={"any": plan})
    made = center.solve().roster
    assert list(made.shifts.frame["paid_hours"]) == list(hours)
    result = mended(center, made, Absence("ann", day(0), day(0)))
    assert result.facts["changed_days"] == 0
    assert list(result.roster.shifts.frame["paid_hours"]) == list(hours[1:])
    assert result.case.workforce.time_off.frame["hours"].tolist() == [hours[0]]
    assert breaches(center, result) == ()


def test_who_comes_because_a_rule_asks_for_somebody_stands_first_and_says_so() -> None:
    """One is needed in the morning and two late, two are asked for by the rule in the morning."""
    two = ({"rule": "minimum_staff", "planning_group": "voice", "people": 2, "hours": "08:00-12:00"},)
    center = Center(
        need={"voice": {(0, h): 1.0 for h in range(8, 12)} | {(0, h): 2.0 for h in range(16, 20)}},
        agents=tuple((name, "voice", "any") for name in ("ann", "bob", "cid", "dan", "eve", "fay")),
        shifts=SHIFTS,
        work_plans=PLANS,
        settings=RosterSettings(rules=two, time_limit_seconds=300),
    )
    made = center.solve().roster
    begin = days_of(made)
    early, late = ([name for (name, _), when in begin.items() if when == at(0, hour)] for hour in (8, 16))
    assert (len(early), len(late)) == (2, 2)
    result = mended(center, made, *(Absence(name, day(0), day(0)) for name in (early[0], late[0])))
    told = result.changes.frame
    told = told[told["number"] > 0]
    assert told[["after", "reason", "missing_hours"]].to_numpy().tolist() == [
        ["early 08:00-12:00", "rule", 4.0],
        ["late 16:00-20:00", "cover", 0.0],
    ]


NIGHTS = Center(
    need={"voice": {(d, h): 1.0 for d in range(3) for h in (*range(6), 22, 23)}},
    shifts={"night": ShiftSettings(hours=8, first_start="22:00", last_start="22:00")},
    work_plans={"any": WorkPlanSettings(shifts=("night",), weekly_hours_max=40)},
)


def test_who_comes_home_from_a_night_and_is_absent_gets_no_shift_that_day() -> None:
    made = NIGHTS.solve().roster
    assert days_of(made)["ann", pd.Timestamp(day(0))] == at(0, 22)
    result = mended(NIGHTS, made, Absence("ann", day(1), day(1)), since=at(1, 7.5))
    assert ("ann", pd.Timestamp(day(1))) not in days_of(result.roster)
    assert breaches(NIGHTS, result) == ()


@pytest.mark.parametrize("since", [at(1, 7.5), at(1, 0)])
def test_an_absence_is_kept_though_the_night_before_runs_into_it(since: pd.Timestamp) -> None:
    """The next repair leaves the absent person the day off too, though everybody else is away."""
    made = NIGHTS.solve().roster
    first = mended(NIGHTS, made, Absence("ann", day(1), day(1)), since=since)
    off = first.case.workforce.time_off.frame
    assert off[["first_day", "last_day", "hours"]].to_numpy().tolist() == [[pd.Timestamp(day(1))] * 2 + [8.0]]
    again = repair(first.case, first.roster, [], at(1, 7.5))
    assert list(days_of(again.roster)) == [key for key in days_of(made) if key[1] != pd.Timestamp(day(1))]
    assert breaches(NIGHTS, again) == ()


def test_who_goes_home_from_a_night_shift_stays_away_until_its_end() -> None:
    made = NIGHTS.solve().roster
    result = mended(NIGHTS, made, Absence("ann", day(0), day(0)), since=at(0, 23))
    work = result.roster.activities.frame
    work = work[(work["agent_id"] == "ann") & (work["schedule_date"] == pd.Timestamp(day(0)))]
    assert [(r.activity, r.start, r.end) for r in work.itertuples()] == [
        ("queue", at(0, 22), at(0, 23)),
        ("absence", at(0, 23), at(0, 30)),
    ]


def test_a_closed_holiday_keeps_its_credit_when_somebody_is_absent_on_it() -> None:
    holiday = SpecialDay(day(1), "feast")
    shifts = {"day": ShiftSettings(hours=8, first_start="08:00", last_start="08:00")}
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=40, weekly_hours_max=40)
    need = {(d, h): 1.0 for d in (0, 2, 3, 4) for h in range(8, 16)}
    center = Center({"voice": need}, shifts=shifts, work_plans={"any": plan}, special_days=(holiday,))
    made = center.solve().roster
    result = mended(center, made, Absence("ann", day(1), day(1)))
    assert len(result.changes) == 0
    assert breaches(center, result) == ()
    assert [note.message for note in result.notes] == ["absent, and had no shift on those days"]


def test_in_an_interval_that_has_begun_everybody_stays_with_their_group() -> None:
    need = {group: {(0, h): 1.0 for h in range(8, 12)} for group in ("voice", "mail")}
    agents = (("ann", "voice; mail", "any"), ("bob", "mail", "any"), ("cid", "voice", "any"))
    shifts = {"early": SHORT, "half": ShiftSettings(hours=0.5, first_start="08:00", last_start="08:00")}
    plans = {"any": WorkPlanSettings(shifts=("early",))}
    center = Center(need, agents=agents, shifts=shifts, work_plans=plans)
    made = center.solve().roster
    who = sorted({name for name, _ in days_of(made)} - {"ann"})
    result = mended(center, made, *[Absence(name, day(0), day(0)) for name in who], since=at(0, 9.5))
    assert breaches(center, result) == ()


def test_where_nobody_can_be_changed_the_roster_stays_and_says_so() -> None:
    made = TINY.solve().roster
    strict = TINY.but(work_plans={"any": TINY.work_plans["any"].model_copy(update={"weekly_hours_max": 1.0})})
    result = mended(strict, made, since=at(2, 23))
    pd.testing.assert_frame_equal(result.roster.shifts.frame, made.shifts.frame)
    assert [note.place for note in result.notes] == ["ann, bob"]


def test_work_without_a_shift_and_rows_in_pieces_stay_as_they_are(made: Roster) -> None:
    work = made.activities.frame
    first = work[work["start"] == at(3, 8)].iloc[[0]]
    pieces = [first.assign(end=at(3, 9)), first.assign(start=at(3, 9))]
    free = next(name for name, *_ in THREE if (name, pd.Timestamp(day(0))) not in days_of(made))
    stray = first.assign(agent_id=free, schedule_date=pd.Timestamp(day(0)), activity="training", planning_group="")
    stray = stray.assign(activity_date=pd.Timestamp(day(0)), start=at(0, 13), end=at(0, 14))
    rows = RosterActivities.of(pd.concat([work.drop(first.index), *pieces, stray], ignore_index=True))
    result = mended(WEEK, Roster(made.shifts, rows))
    order = ["agent_id", "start"]
    given, now = (
        frame.sort_values(order, ignore_index=True) for frame in (rows.frame, result.roster.activities.frame)
    )
    pd.testing.assert_frame_equal(now, given)
    assert len(result.changes) == 0
