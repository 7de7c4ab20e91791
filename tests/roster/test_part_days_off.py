"""Time off for parts of days: shifts beside it, or the rest of a shift around it; hours, pay and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import pandas as pd
import pytest
from roster_centers import MADRID, Center, activities, day, every_day, made, shift

from staffplan.clock import wall_instant
from staffplan.cost.people import paid_time_off
from staffplan.errors import DataError, InfeasibleError
from staffplan.roster.repair.absences import Absence
from staffplan.roster.repair.repair import repair
from staffplan.roster.rules import accounts_of
from staffplan.roster.rules.accounts import due_hours
from staffplan.settings.hard_rules import AverageHoursSetting
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import TimeOff
from staffplan.tables.roster import Roster, on_site
from staffplan.tables.skills import AgentSkills, with_levels

EARLY = ShiftSettings(hours=4, first_start="08:00", last_start="08:00")
LATE = ShiftSettings(hours=4, first_start="12:00", last_start="12:00")
PLAN = WorkPlanSettings(shifts=("early", "late"), weekly_hours_max=40)
REST = PLAN.model_copy(update={"part_days_off": "rest_of_shift"})
DOCTOR = ("ann", day(0), "08:00", "10:00", "yes")
TWO_DAYS = Center(
    need={
        "voice": {(0, 8): 1.0, (0, 9): 1.0, (0, 10): 2.0, (0, 11): 2.0} | {(1, hour): 1.0 for hour in range(8, 16)}
    },
    agents=[("ann", "voice", "any"), ("bob", "voice", "any")],
    shifts={"early": EARLY, "late": LATE},
    work_plans={"any": PLAN},
    settings=RosterSettings(rules=(), time_limit_seconds=300, effort=0.05),
    parts_off=[DOCTOR],
)
SHIFTS = {"early": range(8, 12), "late": range(12, 16)}
Days = tuple[str | None, ...]


def every_tour(*, rest: bool) -> Iterator[tuple[Days, list[tuple[int, int]]]]:
    """Ann's lawful tours with her hours on queue: early on the first day is not, or for its rest alone."""
    for days in product((None, *SHIFTS), repeat=2):
        if rest or days[0] != "early":
            hours = [(d, hour) for d, name in enumerate(days) if name for hour in SHIFTS[name]]
            yield days, [at for at in hours if at not in ((0, 8), (0, 9))]


def cost_of(there: Sequence[tuple[int, int]]) -> float:
    need = TWO_DAYS.need["voice"]
    surplus = [there.count(at) - need.get(at, 0.0) for at in {*there, *need}]
    return sum(one if one > 0 else -10 * one for one in surplus)


@pytest.mark.parametrize("plan", [PLAN, REST])
def test_the_search_finds_the_best_of_all_rosters(plan: WorkPlanSettings) -> None:
    center = TWO_DAYS.but(work_plans={"any": plan})
    bobs = [
        [(d, hour) for d, name in enumerate(days) if name for hour in SHIFTS[name]]
        for days in product((None, *SHIFTS), repeat=2)
    ]
    best = min(cost_of([*mine, *his]) for _, mine in every_tour(rest=plan is REST) for his in bobs)
    result = center.solve()
    assert (result.status, result.objective) == ("optimal", pytest.approx(best))
    assert best == (0 if plan is REST else 20)
    assert not center.check(result.roster).breaches


def roster_of(days: Days, first: str = "queue:voice 4") -> Roster:
    """Ann's, with what happens in the shift of the first day."""
    shifts, doing = [], []
    for number, name in enumerate(days):
        if name:
            start = SHIFTS[name].start
            rows = activities(number, first if number == 0 else "queue:voice 4", start)
            shifts.append(shift(number, start, 4, 4))
            doing += rows
    return made(shifts, doing)


@pytest.mark.parametrize("plan", [PLAN, REST])
def test_the_check_knows_which_rosters_keep_the_time_off(plan: WorkPlanSettings) -> None:
    center, lawful = TWO_DAYS.but(work_plans={"any": plan}), {days for days, _ in every_tour(rest=plan is REST)}
    for days in product((None, *SHIFTS), repeat=2):
        if any(days):
            first = "absence 2, queue:voice 2" if days[0] == "early" else "queue:voice 4"
            rules = {breach.rule for breach in center.check(roster_of(days, first)).breaches}
            assert rules == (set() if days in lawful else {"time off"}), days


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ("queue:voice 4", "08:00-10:00 on Mon 02 Nov is time off: queue at 08:00"),
        ("absence 1, queue:voice 3", "08:00-10:00 on Mon 02 Nov is time off: queue at 09:00"),
        ("absence 2, queue:voice 2", ""),
        ("absence 3, queue:voice 1", ""),
    ],
)
def test_the_rest_of_a_shift_has_no_work_in_the_time_off(spans: str, said: str) -> None:
    found = TWO_DAYS.but(work_plans={"any": REST}).check(roster_of(("early", None), spans)).breaches
    assert [breach.message for breach in found] == ([said] if said else [])


def test_a_paid_part_counts_as_hours_beside_the_shifts_and_an_unpaid_one_lowers_what_is_due() -> None:
    """A week of 20 hours: two hours at the doctor's are worked, paid, or not due."""
    plan = PLAN.model_copy(update={"weekly_hours_min": 20.0, "weekly_hours_max": 22.0})
    bounds = {}
    for paid in ("yes", "no"):
        for part_days_off in ("no_shift", "rest_of_shift"):
            own = plan.model_copy(update={"part_days_off": part_days_off})
            part = ("ann", day(0), "08:00", "10:00", paid)
            problem = TWO_DAYS.but(
                need={"voice": every_day(7, range(8, 16))}, parts_off=[part], work_plans={"any": own}
            ).problem()
            least, most = problem.paid_minutes_min[0, 0] / 60, problem.paid_minutes_max[0, 0] / 60
            bounds[paid, part_days_off] = (least, most)
    assert bounds == {
        ("yes", "no_shift"): (18, 20),
        ("no", "no_shift"): (18, 22),
        ("yes", "rest_of_shift"): (20, 22),
        ("no", "rest_of_shift"): (18, 22),
    }


@pytest.mark.parametrize("paid", ["yes", "no"])
@pytest.mark.parametrize("plan", [PLAN, REST])
def test_search_and_check_count_the_same_hours(plan: WorkPlanSettings, paid: str) -> None:
    """18 hours are left to work, in shifts of 4 hours 20 of them, or 18 with the rest of a shift that is not paid."""
    hours = {"weekly_hours_min": 20.0, "weekly_hours_max": 22.0, "days_per_week_max": 7}
    center = TWO_DAYS.but(
        need={"voice": every_day(7, range(8, 12))},
        agents=[("ann", "voice", "any")],
        parts_off=[("ann", day(0), "08:00", "10:00", paid)],
        work_plans={"any": plan.model_copy(update=hours)},
    )
    result = center.solve()
    assert not center.check(result.roster).breaches
    worked = result.roster.shifts.frame["paid_hours"].sum()
    assert worked == (22 if (plan is REST and paid == "no") else 20)


def test_a_break_is_taken_beside_the_time_off_or_within_it_where_it_has_no_other_place() -> None:
    meal = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=120, latest_minutes=180)
    rest = BreakSettings(minutes=30, earliest_minutes=30, latest_minutes=300)
    long = ShiftSettings(hours=7, first_start="08:00", last_start="08:00", breaks=(meal, rest))
    center = TWO_DAYS.but(
        need={"voice": every_day(1, range(8, 15))},
        minutes=30,
        shifts={"long": long},
        agents=[("ann", "voice", "any")],
        work_plans={"any": REST.model_copy(update={"shifts": ("long",)})},
        parts_off=[("ann", day(0), "09:30", "12:30", "yes")],
    )
    result = center.solve()
    assert not center.check(result.roster).breaches
    rows = result.roster.activities.frame
    local = rows["start"].dt.tz_convert(MADRID).dt.strftime("%H:%M").tolist()
    found = list(zip(local, rows["activity"], strict=True))
    assert [one for one in found if one[1] in ("meal", "absence")] == [
        ("09:30", "absence"),
        ("10:00", "meal"),
        ("11:00", "absence"),
    ]
    [(begun, _)] = [one for one in found if one[1] == "break"]
    assert begun >= "12:30"
    assert result.roster.shifts.frame["paid_hours"].tolist() == [6]


def test_only_shifts_that_somebody_may_work_on_the_day_have_rests() -> None:
    """Ann, at the doctor's on Monday, can serve chat alone then: no rest of the shift that serves all is made."""
    need = {"voice": every_day(2, range(8, 12)), "chat": every_day(2, range(8, 12))}
    agents = [("ann", "voice;chat", "any"), ("bob", "voice;chat", "any")]
    center = TWO_DAYS.but(work_plans={"any": REST}, need=need, agents=agents)
    skills = with_levels(AgentSkills.empty(), [("ann", "voice", 1)])
    later = skills.frame.assign(valid_from=pd.Timestamp(day(1)))
    people = replace(center.workforce, skills=AgentSkills.of(later))
    rests = [one for one in replace(center.case(), workforce=people).problem().options if one.off]
    assert [(one.name, one.serves) for one in rests] == [("early 08:00", ("chat",))]


def test_who_is_absent_takes_no_seat() -> None:
    roster = roster_of(("early", None), "absence 2, queue:voice 2")
    [row] = on_site(roster.shifts.frame, roster.activities.frame).to_dict("records")
    assert (row["end"] - row["start"]) / pd.Timedelta(hours=1) == 2


@pytest.mark.parametrize(("end", "free"), [("02:00", True), ("03:00", False), ("04:00", False)])
def test_a_night_runs_into_the_time_off_of_the_next_morning_by_the_clock_of_that_night(end: str, free: bool) -> None:
    """Five hours from 22:00 last until 02:00 when the clock goes back, and until 03:00 on other nights."""
    sunday = date(2026, 10, 25)
    night = ShiftSettings(hours=5, first_start="22:00", last_start="22:00")
    center = TWO_DAYS.but(
        need={"voice": {(0, 22): 1.0, (0, 23): 1.0}},
        first_day=date(2026, 10, 24),
        agents=[("ann", "voice", "any")],
        shifts={"night": night},
        work_plans={"any": WorkPlanSettings(shifts=("night",))},
        parts_off=[("ann", sunday, "02:00", "23:00", "yes")],
    )
    starts = {"02:00": "03:00", "03:00": "02:00", "04:00": "01:00"}
    center = center.but(parts_off=[("ann", sunday, starts[end], "23:00", "yes")])
    assert bool(center.problem().allowed[0].any()) is free
    shifts = [{**shift(0, 22, 5, 5), "schedule_date": pd.Timestamp("2026-10-24")}]
    begin = wall_instant(date(2026, 10, 24), 22 * 60, MADRID)
    shifts[0] |= {"start": begin, "end": begin + pd.Timedelta(hours=5)}
    rows = [{**activities(0, "queue:voice 5", 22)[0], "schedule_date": pd.Timestamp("2026-10-24")}]
    rows[0] |= {"activity_date": pd.Timestamp("2026-10-24"), "start": begin, "end": begin + pd.Timedelta(hours=5)}
    rules = {breach.rule for breach in center.check(made(shifts, rows)).breaches}
    assert ("time off" not in rules) is free


def test_a_conflict_names_the_part_and_what_would_end_it() -> None:
    with pytest.raises(InfeasibleError) as caught:
        TWO_DAYS.but(locks=[("ann", day(0), "early")]).solve()
    [problem] = caught.value.problems
    assert "time off of ann 2 Nov 08:00-10:00" in problem.message
    assert 'part_days_off = "rest_of_shift" in [work_plans.any]' in problem.hint
    assert not TWO_DAYS.but(locks=[("ann", day(0), "early")], work_plans={"any": REST}).problem().why_not[0]
    whole = [("ann", day(0), "08:00", "12:00", "yes")]
    center = TWO_DAYS.but(locks=[("ann", day(0), "early")], work_plans={"any": REST}, parts_off=whole)
    with pytest.raises(InfeasibleError) as caught:
        center.solve()
    assert "ann works in spite of the time off 2 Nov 08:00-12:00" in caught.value.problems[0].hint


def test_a_repair_gives_nobody_a_shift_over_their_time_off() -> None:
    roster = made(
        [{**shift(0, 8, 4, 4), "agent_id": "bob", "shift": "early 08:00"}],
        [{**row, "agent_id": "bob"} for row in activities(0, "queue:voice 4", 8)],
    )
    since = wall_instant(day(0), 0, MADRID)
    for plan, activity in ((PLAN, None), (REST, ["absence", "queue"])):
        center = TWO_DAYS.but(work_plans={"any": plan}, need={"voice": every_day(1, range(8, 12))})
        repaired = repair(center.case(), roster, [Absence("bob", day(0), day(0))], since).roster.activities.frame
        mine = repaired[repaired["agent_id"] == "ann"]["activity"].tolist()
        assert mine == (activity or [])


def test_a_repair_leaves_the_rest_of_a_shift_as_it_is() -> None:
    center = TWO_DAYS.but(work_plans={"any": REST})
    roster = center.solve().roster
    repaired = repair(center.case(), roster, [], wall_instant(day(0), 0, MADRID)).roster
    pd.testing.assert_frame_equal(repaired.activities.frame, roster.activities.frame)
    assert "absence" in roster.activities.frame["activity"].tolist()


def test_the_hours_off_are_paid_once() -> None:
    plan = PLAN.model_copy(update={"weekly_hours_min": 20.0})
    parts = [DOCTOR, ("ann", day(1), "", "12:00", "yes"), ("ann", day(2), "08:00", "09:00", "no")]
    workforce = TWO_DAYS.but(parts_off=parts).workforce
    days = [day(n) for n in range(7)]
    paid = {(who, when): minutes for who, when, minutes, _ in paid_time_off(workforce, days, {"any": plan}, MADRID)}
    assert paid == {("ann", day(0)): 120, ("ann", day(1)): 240}
    rest = plan.model_copy(update={"part_days_off": "rest_of_shift"})
    assert not list(paid_time_off(workforce, days, {"any": rest}, MADRID))


@pytest.mark.parametrize(("part_days_off", "due"), [("no_shift", 18.0), ("rest_of_shift", 19.0)])
def test_hours_on_the_average_count_the_parts_too(part_days_off: str, due: float) -> None:
    """Of twenty hours one is paid and off, one is off; the rest of a shift would hold the paid one."""
    plan = PLAN.model_copy(update={"weekly_hours_min": 20.0, "part_days_off": part_days_off})
    parts = [("ann", day(0), "08:00", "09:00", "yes"), ("ann", day(2), "08:00", "09:00", "no")]
    workforce = TWO_DAYS.but(parts_off=parts, work_plans={"any": plan}).workforce
    account = accounts_of(workforce, {}, day(0), day(6), TWO_DAYS.site.calendar, {"any": plan})["ann"]
    rule = AverageHoursSetting(weekly_hours=20, weeks=2, first_day=day(0), drift=0)
    assert due_hours(rule, account, day(0), day(6)) == due


def test_a_part_that_ends_before_it_begins_is_refused() -> None:
    row = {"agent_id": "ann", "first_day": [pd.Timestamp(day(0))], "last_day": [pd.Timestamp(day(0))]}
    with pytest.raises(DataError) as caught:
        TimeOff.of(pd.DataFrame(row).assign(start="22:00", end="06:00"))
    assert [str(problem.place) for problem in caught.value.problems] == ["time_off.csv:2:end"]
    with pytest.raises(DataError):
        TimeOff.of(pd.DataFrame(row).assign(start="8 o'clock", end=""))


def test_a_whole_day_off_is_stronger_than_a_part_of_it() -> None:
    center = TWO_DAYS.but(time_off=[("ann", day(0), day(0), "yes")])
    assert center.workforce.time_off.parts == ()
    assert not center.problem().allowed[0, 0].any()
