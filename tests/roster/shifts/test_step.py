"""The cheapest mix of shifts and contracts: against brute force, pyworkforce, the roster's own check, and laws."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mix_rosters import as_roster, heads, on_queue, plan, short
from pyworkforce.scheduling import MinRequiredResources
from roster_centers import MADRID, MONDAY, Center, day, every_day

from staffplan.clock import wall_instant
from staffplan.errors import ConfigError, InfeasibleError
from staffplan.planned import PlannedDays
from staffplan.roster.check.check import check
from staffplan.roster.problem.problem import Pause
from staffplan.roster.rules import Agreed, DailyRest, DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin, Worked
from staffplan.roster.rules.runs import ConsecutiveDays
from staffplan.roster.shifts.money import Pay
from staffplan.roster.shifts.reach import can_be_on_queue
from staffplan.roster.shifts.step import MixOfShifts
from staffplan.settings.hard_rules import (
    ConsecutiveDaysSetting,
    DailyRestSetting,
    NightsSetting,
    RestAfterNightsSetting,
    RotationSetting,
    WeekendsOffSetting,
)
from staffplan.settings.priced_rules import OvertimeSetting
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.team_rules import ConcurrentBreaksSetting, MinimumStaffSetting, SeatsSetting
from thorough import THOROUGH, repetitions

HOUR = pd.Timedelta(hours=1)
TIME = 300
GAP = 0.05 if THOROUGH else 0.2
"""Of a center around the clock, which takes long to prove to the last hour."""
LOOSE = 0.2 if THOROUGH else 0.5
"""Of two weeks of it, where what counts is that the rules are kept."""

# --- Against brute force: every tour of one person by the reading form of the rules, then every set of tours ---

MEAL = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=60, latest_minutes=120)
EARLY = ShiftSettings(hours=3, first_start="08:00", last_start="08:00", breaks=(MEAL,))
LATE = ShiftSettings(hours=4, first_start="18:00", last_start="18:00")
FULL = WorkPlanSettings(
    shifts=("early", "late"), days_per_week_max=3, weekly_hours_min=4, weekly_hours_max=9, hourly_rate=2
)
PART = WorkPlanSettings(shifts=("early",), days_per_week_max=4, weekly_hours_max=6, hourly_rate=2.5)
TINY = Center(
    {},
    shifts={"early": EARLY, "late": LATE},
    work_plans={"full": FULL, "part": PART},
    settings=RosterSettings(
        rules=(DailyRestSetting(hours=11), ConsecutiveDaysSetting(days=2)), time_limit_seconds=TIME
    ),
)
Cell = tuple[int, int]
"""Day and hour."""
WORK: dict[str, tuple[int, list[set[int]], float]] = {
    "early": (8, [{8, 10}, {8, 9}], 2.0),
    "late": (18, [{18, 19, 20, 21}], 4.0),
}
"""First hour, hours on queue by when the meal is taken, paid hours."""
DAYS = 5


def tours(contract: WorkPlanSettings, need: dict[Cell, int]) -> dict[tuple[Cell, ...], float]:
    """What a person may cover in five days that keep every rule, and the fewest hours in which they do."""
    allowed = [
        [
            None,
            *(
                name
                for name in contract.shifts
                if any((d, WORK[name][0] + n) in need for n in range(4)[: _len(name)])
            ),
        ]
        for d in range(DAYS)
    ]
    found: dict[tuple[Cell, ...], float] = {}
    for names in product(*allowed):
        worked = [_worked(d, name) for d, name in enumerate(names) if name]
        if not worked or not _legal(worked, contract):
            continue
        hours = sum(w.paid_hours for w in worked)
        for choice in product(*(WORK[name][1] if name else [set()] for name in names)):
            covers = tuple((d, hour) for d, on in enumerate(choice) for hour in sorted(on) if (d, hour) in need)
            found[covers] = min(hours, found.get(covers, hours))
    return found


def _len(name: str) -> int:
    return 3 if name == "early" else 4


def _worked(d: int, name: str) -> Worked:
    first, _, paid = WORK[name]
    start = wall_instant(day(d), first * 60, MADRID)
    return Worked(day(d), start, start + _len(name) * HOUR, paid, f"{name} {first:02d}:00")


def _legal(worked: list[Worked], contract: WorkPlanSettings) -> bool:
    agreed = Agreed(
        MONDAY,
        DAYS,
        (contract.weekly_hours_min,),
        (contract.weekly_hours_max,),
        contract.days_per_week_max,
        MADRID,
    )
    rules = (DailyRest(11 * 60), ConsecutiveDays(2), DaysPerWeek(), WeeklyHoursMin(), WeeklyHoursMax())
    return not any(True for rule in rules for _ in rule.violations(worked, agreed))


def five_days(need: dict[Cell, int]) -> Center:
    """The need in a period of five days, so long that the least hours of the week hold."""
    return TINY.but(need={"voice": {**every_day(DAYS, [12], 0.0), **need}})


def cheapest(need: dict[Cell, int], price: dict[str, tuple[float, float]]) -> float | None:
    """The least that people who cover the need cost; price: of an hour and a head by contract. None: impossible."""
    cells = sorted(need)
    moves: dict[tuple[int, ...], float] = {}
    for name, contract in TINY.work_plans.items():
        for covers, hours in tours(contract, need).items():
            step = tuple(int(cell in covers) for cell in cells)
            cost = price[name][0] * hours + price[name][1]
            moves[step] = min(cost, moves.get(step, cost))
    start, done = tuple(need[cell] for cell in cells), {}
    queue = [(0.0, start)]
    while queue:
        cost, left = heappop(queue)
        if not any(left):
            return cost
        if left in done:
            continue
        done[left] = cost
        for step, more in moves.items():
            then = tuple(max(n - s, 0) for n, s in zip(left, step, strict=True))
            if then != left and then not in done:
                heappush(queue, (cost + more, then))
    return None


NEEDS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.sampled_from([8, 9, 10, 18])), st.integers(1, 2), min_size=1, max_size=6
)


@settings(max_examples=repetitions(6, 40))
@given(NEEDS)
def test_no_set_of_named_tours_is_cheaper_and_the_heads_found_have_such_tours(need: dict[Cell, int]) -> None:
    best = cheapest(need, {"full": (2, 0), "part": (2.5, 0)})
    center = five_days(need)
    if best is None:
        with pytest.raises(InfeasibleError, match="no shift of any contract covers"):
            plan(center)
        return
    mix = plan(center)
    assert mix.facts["cost"] == best
    assert mix.gap < 1e-4
    assert not short(mix, center)
    assert_check_finds_nothing(mix, center)


@settings(max_examples=repetitions(4, 15))
@given(NEEDS)
def test_no_set_of_named_tours_has_fewer_heads(need: dict[Cell, int]) -> None:
    best = cheapest(need, {"full": (0, 1), "part": (0, 1)})
    center = five_days(need)
    if best is not None:
        assert plan(center, minimise="heads").facts["heads"] == best


def assert_check_finds_nothing(mix: MixOfShifts, center: Center, *, but_before: int = 0) -> None:
    """Positions as agents, and the roster's checker, which knows nothing of how the mix was made.

    but_before: hour of the first day up to which shifts of the day before would cover the need.
    """
    roster, workforce = as_roster(mix, center)
    report = check(
        roster,
        workforce,
        center.settings,
        requirement=center.requirement,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
    assert list(report.breaches) == []
    begin = wall_instant(center.first_day, but_before * 60, center.timezone)
    assert (report.uncovered["interval_start"] < begin).all()


# --- Centers at random: nights, two groups, pauses, rules of persons and between them ---

TEA = BreakSettings(minutes=15, earliest_minutes=60, latest_minutes=150)
LUNCH = BreakSettings(activity="meal", minutes=30, paid=False, earliest_minutes=120, latest_minutes=240)
AROUND = Center(
    {},
    shifts={
        "day": ShiftSettings(
            hours=8, first_start="06:00", last_start="14:00", every_minutes=240, breaks=(TEA, LUNCH)
        ),
        "night": ShiftSettings(hours=9, first_start="22:00", last_start="22:00", breaks=(LUNCH,)),
        "short": ShiftSettings(
            hours=4, first_start="08:00", last_start="16:00", every_minutes=240, weekdays="mon-sat"
        ),
    },
    work_plans={
        "full": WorkPlanSettings(
            shifts=("day", "night"), weekly_hours_min=22, weekly_hours_max=38, hourly_rate=15, days_per_week_max=5
        ),
        "part": WorkPlanSettings(shifts=("short",), weekly_hours_max=20, hourly_rate=16),
    },
    settings=RosterSettings(rules=(DailyRestSetting(), ConsecutiveDaysSetting(days=5)), time_limit_seconds=TIME),
)


def around_the_clock(by_hour: list[int], more: int = 0, days: int = 7) -> dict[Cell, float]:
    """Each number for six hours of every day; `more` on two mornings."""
    need = {(d, hour): float(by_hour[hour // 6]) for d in range(days) for hour in range(24)}
    return {cell: people + more * (cell[0] < 2 and cell[1] in (9, 10)) for cell, people in need.items()}


LEVELS = st.lists(st.integers(1, 3), min_size=4, max_size=4)


@settings(max_examples=repetitions(2, 4))
@given(LEVELS, st.integers(0, 2), st.sampled_from(["cost", "hours", "heads"]))
def test_every_interval_is_covered_by_tours_that_the_check_accepts(levels: list[int], more: int, goal: str) -> None:
    center = AROUND.but(need={"voice": around_the_clock(levels, more), "chat": every_day(5, range(9, 15), 1.0)})
    mix = plan(center, minimise=goal, gap=GAP)
    assert not short(mix, center)
    assert_check_finds_nothing(mix, center, but_before=7)
    assert mix.gap <= GAP


SITE_RULES = (
    DailyRestSetting(hours=12),
    ConsecutiveDaysSetting(days=4),
    WeekendsOffSetting(weekends=1),
    NightsSetting(most=3, per="week"),
    RestAfterNightsSetting(nights=2, days_off=1),
    MinimumStaffSetting(planning_group="voice", people=2, hours="08:00-10:00"),
    SeatsSetting(most=9),
    ConcurrentBreaksSetting(most=2),
    ConcurrentBreaksSetting(share=0.5, planning_group="voice"),
)


def test_rules_of_weekends_nights_seats_and_breaks_are_kept_too() -> None:
    settings = RosterSettings(rules=SITE_RULES, time_limit_seconds=TIME)
    need = {"voice": around_the_clock([1, 2, 1, 1], days=14), "chat": every_day(12, range(9, 15), 1.0)}
    center = AROUND.but(need=need, settings=settings)
    mix = plan(center, minimise="heads", gap=LOOSE)
    assert not short(mix, center)
    assert_check_finds_nothing(mix, center, but_before=7)


def test_a_rotation_is_planned_by_the_week_that_people_begin_with() -> None:
    rotation = RotationSetting(cycle=(("day",), ("night",)), work_plans=("full",))
    rules = RosterSettings(rules=(DailyRestSetting(), rotation), time_limit_seconds=TIME)
    center = AROUND.but(need={"voice": around_the_clock([1, 1, 1, 1], days=14)}, settings=rules)
    mix = plan(center, minimise="heads", gap=LOOSE)
    full = mix.contracts.frame[mix.contracts.frame["work_plan"] == "full"]
    assert full["rotation_week"].tolist() == [1, 2]
    assert (full["heads"] > 0).all()
    assert_check_finds_nothing(mix, center, but_before=7)


@pytest.mark.parametrize(
    "first_day",
    [MONDAY.replace(month=10, day=19), pytest.param(MONDAY.replace(month=3, day=23), marks=pytest.mark.thorough)],
)
def test_a_week_with_a_change_of_the_clock_has_each_of_its_hours_covered(first_day) -> None:
    hours = {(d, hour): 1.0 for d in range(7) for hour in range(24) if (d, hour) != (6, 2)}
    center = AROUND.but(need={"voice": hours}, first_day=first_day)
    sunday = first_day + pd.Timedelta(days=6)
    length = (wall_instant(sunday, 1440, MADRID) - wall_instant(sunday, 0, MADRID)) / HOUR
    assert length == (25 if first_day.month == 10 else 23)
    mix = plan(center, minimise="hours", gap=GAP)
    assert not short(mix, center)
    nights = mix.shifts.frame[mix.shifts.frame["shift"] == "night 22:00"]
    assert ((nights["end"] - nights["start"]) == 9 * HOUR).all()
    assert_check_finds_nothing(mix, center, but_before=7)


def test_the_night_after_the_last_day_covers_the_first_morning_of_a_week_that_repeats() -> None:
    night = ShiftSettings(hours=8, first_start="23:00", last_start="23:00")
    contract = WorkPlanSettings(shifts=("night",), days_per_week_max=7, weekly_hours_max=56)
    center = Center(
        {"voice": every_day(7, range(7), 1.0)},
        shifts={"night": night},
        work_plans={"any": contract},
        settings=RosterSettings(rules=(ConsecutiveDaysSetting(days=6),)),
    )
    mix = plan(center, minimise="heads")
    assert mix.facts["heads"] == 2  # six days in a row at most, so that the seventh night is another's
    assert len(mix.shifts) == 7
    assert any(note.place == "nights" for note in mix.notes)
    six = center.but(need={"voice": every_day(6, range(7), 1.0)}, planned=PlannedDays(MONDAY, 6))
    with pytest.raises(InfeasibleError, match=r"voice: no shift of any contract covers Mon 2 Nov 2026 00:00-07:00"):
        plan(six)


# --- Laws ---

SMALL = AROUND.but(shifts={name: AROUND.shifts[name] for name in ("day", "short")}).but(
    work_plans={"full": WorkPlanSettings(shifts=("day",), weekly_hours_max=40, hourly_rate=15)}
)
SMALL_NEED = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(8, 17)), st.integers(1, 4), min_size=1, max_size=12
)


@settings(max_examples=repetitions(4, 12))
@given(SMALL_NEED)
def test_twice_the_need_costs_twice_as_much_at_most(need: dict[Cell, int]) -> None:
    once = plan(SMALL.but(need={"voice": need}))
    twice = plan(SMALL.but(need={"voice": {cell: 2 * people for cell, people in need.items()}}))
    assert once.facts["cost"] <= twice.facts["cost"] + 0.01
    assert twice.facts["cost"] <= 2 * once.facts["cost"] + 0.01


@settings(max_examples=repetitions(4, 12))
@given(SMALL_NEED)
def test_another_shift_or_contract_never_makes_it_dearer(need: dict[Cell, int]) -> None:
    center = SMALL.but(need={"voice": need})
    before = plan(center).facts["cost"]
    wider = {"full": SMALL.work_plans["full"].model_copy(update={"shifts": ("day", "short")})}
    assert plan(center.but(work_plans=wider)).facts["cost"] <= before + 0.01
    part = {**SMALL.work_plans, "part": AROUND.work_plans["part"]}
    assert plan(center.but(work_plans=part)).facts["cost"] <= before + 0.01


@settings(max_examples=repetitions(4, 12))
@given(SMALL_NEED)
def test_planning_groups_apart_cost_the_sum_of_each(need: dict[Cell, int]) -> None:
    other = {cell: people + 1 for cell, people in need.items()}
    alone = [plan(SMALL.but(need={"voice": hours})).facts["cost"] for hours in (need, other)]
    assert plan(SMALL.but(need={"voice": need, "chat": other})).facts["cost"] == pytest.approx(sum(alone), abs=0.02)


# --- Against pyworkforce: head counts by shift and day, no contracts ---

PYWORKFORCE_SHIFTS = {"early": (0, 8), "morning": (5, 8), "mixed": (9, 8), "afternoon": (13, 8), "peak": (10, 5)}


@settings(max_examples=repetitions(3, 8))
@given(st.integers(1, 3), st.data())
def test_hours_are_those_of_pyworkforce_where_there_are_no_contracts(days: int, data: st.DataObject) -> None:
    row = st.lists(st.integers(0, 9), min_size=21, max_size=21)
    required = [[*data.draw(row), 0, 0, 0] for _ in range(days)]
    covers = {
        name: [int(first <= hour < first + length) for hour in range(24)]
        for name, (first, length) in PYWORKFORCE_SHIFTS.items()
    }
    paid = {name: length for name, (_, length) in PYWORKFORCE_SHIFTS.items()}
    limits = {"max_period_concurrency": 100, "max_shift_concurrency": 100}
    theirs = MinRequiredResources(days, 24, covers, required, cost_dict=paid, **limits).solve()
    assert theirs["status"] == "OPTIMAL"
    center = Center(
        {"voice": {(d, hour): float(n) for d, hours in enumerate(required) for hour, n in enumerate(hours)}},
        shifts={
            name: ShiftSettings(hours=length, first_start=f"{first:02d}:00", last_start=f"{first:02d}:00")
            for name, (first, length) in PYWORKFORCE_SHIFTS.items()
        },
        work_plans={
            "any": WorkPlanSettings(shifts=tuple(PYWORKFORCE_SHIFTS), days_per_week_max=7, weekly_hours_max=168)
        },
        settings=RosterSettings(rules=(), time_limit_seconds=TIME),
    )
    if any(any(hours) for hours in required):
        assert plan(center, minimise="hours").facts["paid_hours"] == theirs["cost"]


def test_contracts_that_pyworkforce_does_not_know_need_more_heads_than_its_busiest_day() -> None:
    """Its count of a day's shifts is two; five days a week of a contract make it three people."""
    center = Center(
        {"voice": every_day(7, range(8, 12), 2.0)},
        shifts={"four": ShiftSettings(hours=4)},
        work_plans={"any": WorkPlanSettings(shifts=("four",))},
    )
    theirs = MinRequiredResources(7, 4, {"four": [1] * 4}, [[2] * 4] * 7, 9, 9).solve()
    assert theirs["cost"] == 14
    mix = plan(center, minimise="heads")
    assert mix.shifts.frame["heads"].sum() == 14
    assert heads(mix) == {"any": 3}


# --- What cannot be covered, and what may be missing ---


def test_intervals_that_no_shift_covers_are_named_all_at_once() -> None:
    need = {"voice": {(0, 7): 1.0, (0, 9): 1.0, (1, 20): 3.0, (1, 21): 2.0}, "chat": {(2, 9): 1.0}}
    with pytest.raises(InfeasibleError) as caught:
        plan(Center(need).but(work_plans={"any": WorkPlanSettings(shifts=("day",))}))
    said = [str(problem).splitlines()[0] for problem in caught.value.problems]
    assert said == [
        "voice: no shift of any contract covers Mon 2 Nov 2026 07:00-08:00, 1 person is needed",
        "voice: no shift of any contract covers Tue 3 Nov 2026 20:00-22:00, 3 people are needed",
    ]


def test_a_time_that_only_a_meal_falls_on_is_covered_by_no_shift() -> None:
    meal = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=120, latest_minutes=120)
    day_shift = {"day": ShiftSettings(hours=5, breaks=(meal,))}
    with pytest.raises(InfeasibleError, match="10:00-11:00"):
        plan(Center({"voice": every_day(1, [9, 10, 11])}, shifts=day_shift))


@given(st.data())
def test_a_slot_is_on_queue_in_some_arrangement_of_the_pauses(data: st.DataObject) -> None:
    pauses, at = [], 0
    for _ in range(data.draw(st.integers(1, 3))):
        earliest = at + data.draw(st.integers(0, 2))
        length = data.draw(st.integers(1, 2))
        pauses.append(Pause("break", length, earliest, earliest + data.draw(st.integers(0, 3)), True))
        at = earliest + length
    ways = [
        starts
        for starts in product(*(range(p.earliest, p.latest + 1) for p in pauses))
        if all(a + p.slots <= b for a, p, b in zip(starts, pauses, starts[1:], strict=False))
    ]
    for slot in range(at + 8):
        free = any(all(not s <= slot < s + p.slots for s, p in zip(way, pauses, strict=True)) for way in ways)
        assert can_be_on_queue(slot, pauses) == free


def test_more_people_than_seats_are_named_with_their_hours() -> None:
    center = SMALL.but(
        need={"voice": every_day(2, [9, 10], 2.0), "chat": every_day(1, [10], 2.0)},
        settings=RosterSettings(rules=(SeatsSetting(most=3),), time_limit_seconds=TIME),
    )
    with pytest.raises(InfeasibleError, match=r"4 people are needed on queue, 3 seats: Mon 2 Nov 2026 10:00-11:00"):
        plan(center)
    mix = plan(center, allow_short=True)
    assert mix.facts["missing_hours"] == 1.0
    assert [at.hour for _, at, _ in short(mix, center)] == [9] * 12  # UTC


def test_too_few_seats_for_those_on_their_meals_are_told_as_a_conflict_of_rules() -> None:
    center = Center(
        {"voice": every_day(1, range(8, 15), 2.0)},
        settings=RosterSettings(rules=(SeatsSetting(most=2),), time_limit_seconds=TIME),
    )
    with pytest.raises(InfeasibleError, match="no number of people covers voice within the rules between people"):
        plan(center)


def test_an_hour_is_left_to_be_missing_where_a_shift_costs_more_than_its_price() -> None:
    center = Center(
        {"voice": every_day(1, [8], 1.0)},
        shifts={"four": ShiftSettings(hours=4)},
        work_plans={"any": WorkPlanSettings(shifts=("four",), hourly_rate=10)},
    )
    for weight, missing in ((3.9, 1.0), (4.1, 0.0)):
        settings = RosterSettings(understaffing_weight=weight, time_limit_seconds=TIME)
        mix = plan(center.but(settings=settings), allow_short=True)
        assert mix.facts["missing_hours"] == missing
        told = [note for note in mix.notes if note.kind == "broken promise"]
        assert len(told) == missing
        assert len(mix.shifts) == 1 - missing
    assert plan(center).facts["cost"] == 40


# --- Money ---


def test_cost_is_hours_by_rate_with_surcharges_on_the_time_that_is_paid() -> None:
    """Ten hours from 12:00 with an hour's unpaid meal from 15:00 to 17:00; from 16:00 half as much again is paid."""
    meal = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=180, latest_minutes=240)
    first = wall_instant(MONDAY, 0, MADRID)

    def evenings(begin: pd.Timestamp, minutes: int) -> np.ndarray:
        assert begin == first
        return np.where(np.arange(minutes) >= 16 * 60, 0.5, 0.0)

    center = Center(
        {"voice": every_day(1, [12, 20], 2.0)},
        shifts={"long": ShiftSettings(hours=10, first_start="12:00", last_start="12:00", breaks=(meal,))},
        work_plans={"any": WorkPlanSettings(shifts=("long",), hourly_rate=10)},
    )
    mix = plan(center, pay=Pay({"any": 10.0}, monthly=60.0, surcharges=evenings))
    assert mix.pauses.frame["start"].tolist() == [wall_instant(MONDAY, 16 * 60, MADRID)]
    # 9 paid hours, 5 of them at half as much again: 11.5 hours' pay; a thirtieth of the month's 60 a head
    assert mix.facts["cost"] == 2 * (115 + 2)


def test_time_off_that_the_roster_is_to_place_makes_more_people_to_employ() -> None:
    center = SMALL.but(need={"voice": every_day(5, range(9, 13), 9.0)})
    rows = plan(center, minimise="heads", time_off_share=0.1).contracts.frame
    assert (rows["heads"].iloc[0], rows["heads_with_time_off"].iloc[0]) == (9, 10)


def test_cost_without_a_rate_is_refused_and_hours_are_not() -> None:
    center = SMALL.but(need={"voice": every_day(1, [9])})
    with pytest.raises(ConfigError, match=r"work_plans.full.hourly_rate: is not known"):
        plan(center, pay=Pay({"full": 0.0}))
    assert plan(center, pay=Pay({"full": 0.0}), minimise="hours").facts["heads"] == 1


def test_what_does_not_count_without_names_is_told() -> None:
    rules = (DailyRestSetting(), OvertimeSetting(), ConsecutiveDaysSetting(days=3, agents=("ann",)))
    mix = plan(SMALL.but(need={"voice": every_day(1, [9])}, settings=RosterSettings(rules=rules)))
    left_out = [note.message for note in mix.notes if note.place == "roster.rules"]
    assert left_out == ["preferences, and rules for named agents, are ignored: consecutive_days, overtime"]


def test_a_contract_that_no_tour_satisfies_is_told_and_stays_empty() -> None:
    never = WorkPlanSettings(shifts=("day",), weekly_hours_min=39, weekly_hours_max=40, days_per_week_max=3)
    plans = {**SMALL.work_plans, "never": never}
    mix = plan(SMALL.but(need={"voice": every_day(5, [9])}, work_plans=plans))
    assert [note.place for note in mix.notes if note.kind == "warning"] == ["work_plans.never"]
    assert heads(mix) == {"full": 1}


def test_people_on_queue_in_the_coverage_are_those_counted_from_shifts_and_pauses() -> None:
    center = AROUND.but(need={"voice": around_the_clock([1, 2, 2, 1])})
    mix = plan(center, gap=GAP)
    week = pd.Timedelta(days=7)
    told = mix.coverage.frame
    quarters = pd.DatetimeIndex(told["interval_start"].repeat(4)) + pd.to_timedelta(
        [0, 15, 30, 45] * len(told), "min"
    )
    counted = on_queue(mix, "voice", quarters, week).reshape(-1, 4).mean(axis=1)
    assert told["scheduled"].tolist() == counted.tolist()
    assert (told["net"] == told["scheduled"] - told["required"]).all()
