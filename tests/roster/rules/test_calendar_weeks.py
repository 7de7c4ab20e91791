"""Calendar weeks whatever day the plan begins: joined with the past at one end, carried on at the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import pytest
from every_roster import (
    SHIFTS,
    Assignment,
    accepted_by_machine,
    accepted_by_solver,
    agreed,
    every_assignment,
    planned_shifts,
    tiny_problem,
    worked,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from roster_centers import LATE, MADRID, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.clock import SpecialDay, wall_instant
from staffplan.planned import PlannedDays
from staffplan.roster.check.contract import agreed_hours
from staffplan.roster.check.people import Case as CheckCase
from staffplan.roster.check.people import agents_of
from staffplan.roster.problem.part_weeks import part_due
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import DaysPerWeek, Holder, Rule, WeeklyHoursMax, WeeklyHoursMin, rule_of
from staffplan.roster.rules.counts import Bounds, ShiftsOf
from staffplan.roster.rules.fixed import Rotation
from staffplan.roster.rules.nights import Nights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.overtime import Overtime
from staffplan.roster.rules.starts import StartVariation
from staffplan.roster.rules.starts_alike import StartsAlike
from staffplan.roster.rules.weekly_rest import WeeklyRest
from staffplan.settings.hard_rules import RotationSetting
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

NIGHT_HOURS = Night(23 * 60, 30 * 60, 3 * 60)
WEDNESDAY, FRIDAY, SUNDAY = 2, 4, 6
CLOCKS_GO_BACK = (date(2026, 10, 25) - MONDAY).days
"""A Sunday."""


@dataclass(frozen=True)
class Case:
    """A rule, the tiny problems in which it is tried, and the day on which weeks start."""

    rule: Rule
    first_day: int
    days: int
    pasts: tuple[str, ...]
    shifts: str = "sl"
    starts: str = "mon"

    def __str__(self) -> str:
        return f"{self.rule.name} {self.rule} from {self.first_day}, {self.days} days"


HARD = (
    Case(DaysPerWeek(), WEDNESDAY, 6, ("", "s", "ss", "-s", "s--"), "s"),
    Case(DaysPerWeek(), SUNDAY, 2, ("ssss--", "sss---", "ss----")),
    Case(WeeklyHoursMin(), WEDNESDAY, 6, ("", "s", "ss", "l---"), "sl"),
    Case(WeeklyHoursMin(), FRIDAY, 5, ("s-l-", "sl----------"), "sn"),
    Case(WeeklyHoursMax(), FRIDAY, 5, ("nn--", "--n-", "s-------"), "sn"),
    Case(WeeklyHoursMax(), SUNDAY, 4, ("n-----", "ns----"), "sn", "wed"),
    Case(WeeklyRest(35 * 60), FRIDAY, 6, ("llll", "-l-l", "--ll", "l", ""), "sl"),
    Case(WeeklyRest(60 * 60), SUNDAY, 5, ("ssssss", "sssss-", "s---ss", "nnn--n"), "sn"),
    Case(WeeklyRest(59 * 60 + 30), CLOCKS_GO_BACK - 1, 6, ("sssss", "s--ss", "n-nn-"), "sn"),
    Case(StartVariation(6 * 60), FRIDAY, 5, ("s-s-", "--l-", "s-l-", "")),
    Case(StartVariation(0), WEDNESDAY, 6, ("s-", "n-", "ssss---")),
    Case(ShiftsOf("short", Bounds(None, 2, "week")), FRIDAY, 5, ("s---", "ss--", "sss-", "--l-")),
    Case(ShiftsOf("short", Bounds(3, None, "week")), FRIDAY, 5, ("s---", "ss--", "llll", "l-----", "")),
    Case(ShiftsOf("short", Bounds(3, 4, "week")), WEDNESDAY, 7, ("s-", "-l", "l---"), "s"),
    Case(Nights(1, NIGHT_HOURS, "week"), SUNDAY, 4, ("n-----", "-----n", "nn----", ""), "sn"),
    Case(Rotation((("short",), ("late",), ()), 1), FRIDAY, 6, ("",)),
)


@pytest.mark.parametrize("case", HARD, ids=str)
def test_solver_reader_and_search_agree_on_every_roster_of_part_weeks(case: Case) -> None:
    shifts = {name: shift for name, shift in SHIFTS.items() if name[0] in case.shifts}
    verdicts = set()
    for past in case.pasts:
        problem = tiny_problem(case.days, case.first_day, past, shifts, case.starts)
        person = problem.people[0]
        said, machine = agreed(problem), case.rule.machine(problem, person)
        accepted = accepted_by_solver(problem, case.rule)
        for assignment in every_assignment(problem):
            broken = list(case.rule.violations(worked(problem, assignment), said))
            assert (assignment in accepted) == (not broken), (past, assignment, broken)
            assert accepted_by_machine(machine, assignment) == (not broken), (past, assignment, broken)
            assert all(0 <= (b.day - said.period_first).days < said.period_days for b in broken)
            verdicts.add(not broken)
    assert verdicts == {True, False}


@pytest.mark.parametrize("past", ["", "l-s-", "ssss", "l---", "s------"])
@pytest.mark.parametrize("rule", [Overtime(14 * 60, 2.0), StartsAlike(0, 0.5)], ids=str)
def test_priced_rules_count_the_days_of_the_week_before_the_plan(rule: Rule, past: str) -> None:
    problem = tiny_problem(5, FRIDAY, past, {"short": SHORT, "late": LATE}, "mon")
    machine, said, prices = rule.machine(problem, problem.people[0]), agreed(problem), set()
    assert machine is not None
    assert machine.price is not None
    assert rule.weight is not None
    for assignment in every_assignment(problem):
        state, price = machine.start, 0.0
        for day, option in enumerate(assignment):
            kind = machine.kind[day, option]
            price += float(machine.price[day, state, kind])
            state = int(machine.step[day, state, kind])
        amount = sum(v.amount for v in rule.violations(worked(problem, assignment), said))
        assert price == pytest.approx(rule.weight * amount), assignment
        prices.add(price)
    assert len(prices) > 1


CONTRACT: tuple[Rule, ...] = (DaysPerWeek(), WeeklyHoursMin(), WeeklyHoursMax())
PLANS = (
    WorkPlanSettings(shifts=("short",), weekly_hours_min=20, weekly_hours_max=20, days_per_week_max=5),
    WorkPlanSettings(shifts=("short",), weekly_hours_min=10, weekly_hours_max=14, days_per_week_max=3),
    WorkPlanSettings(shifts=("short",), weekly_hours_min=28, weekly_hours_max=28, days_per_week_max=7),
    WorkPlanSettings(shifts=("short",), weekly_hours_min=18, weekly_hours_max=40, days_per_week_max=5),
)


def kept(problem: RosterProblem) -> Iterator[Assignment]:
    machines = [rule.machine(problem, problem.people[0]) for rule in CONTRACT]
    for assignment in every_assignment(problem):
        if all(accepted_by_machine(machine, assignment) for machine in machines):
            yield assignment


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.weekly_hours_min:g}-{plan.weekly_hours_max:g}")
@pytest.mark.parametrize("split", range(1, 7))
def test_a_week_cut_in_two_plans_keeps_its_hours_whatever_the_first_plan_chose(
    split: int, plan: WorkPlanSettings
) -> None:
    before, seen = tiny_problem(split, 0, "s------", {"short": SHORT}, "mon", plan), 0
    by_count = {sum(option >= 0 for option in first): first for first in kept(before)}
    for first in by_count.values():
        past = "s------" + "".join("-" if option < 0 else "s" for option in first)
        after = tiny_problem(7 - split, split, past, {"short": SHORT}, "mon", plan)
        rests = list(kept(after))
        assert rests, first
        for rest in rests:
            hours = sum(w.paid_hours for w in (*planned_shifts(before, first), *planned_shifts(after, rest)))
            days = sum(option >= 0 for option in (*first, *rest))
            assert plan.weekly_hours_min <= hours <= plan.weekly_hours_max
            assert days <= plan.days_per_week_max
            seen += 1
    assert seen


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    first=st.integers(-3, 9),
    days=st.integers(1, 19),
    starts=st.sampled_from(["mon", "wed", "sun"]),
    past=st.text("snl--", max_size=12),
    off=st.lists(st.tuples(st.integers(-8, 20), st.integers(0, 3), st.sampled_from(["yes", "no"])), max_size=3),
    holiday=st.integers(-6, 20),
    closed=st.sets(st.integers(0, 18), max_size=6),
    available=st.sampled_from(["", "mon-fri", "sat,sun", "tue-sat"]),
    least=st.sampled_from([0, 8, 20, 37.5]),
)
def test_search_and_check_ask_the_same_hours_of_a_part_week(
    first: int,
    days: int,
    starts: str,
    past: str,
    off: list[tuple[int, int, str]],
    holiday: int,
    closed: set[int],
    available: str,
    least: float,
) -> None:
    begin = MONDAY + timedelta(days=first)
    need = {slot: people for slot, people in every_day(days, range(24)).items() if slot[0] not in closed or days < 3}
    if not need:
        return
    spans = {begin + timedelta(days=at): (begin + timedelta(days=at + length), paid) for at, length, paid in off}
    plan = WorkPlanSettings(shifts=("short", "late", "night"), weekly_hours_min=least, weekly_hours_max=40)
    center = Center(
        {"voice": need},
        shifts={"short": SHORT, "late": LATE, "night": NIGHT},
        work_plans={"any": plan},
        settings=RosterSettings(rules=(), week_starts=starts),  # type: ignore[arg-type]
        time_off=[("ann", one, last, paid) for one, (last, paid) in spans.items()],
        availability=[("ann", available, "00:00-24:00")] if available else [],
        special_days=[SpecialDay(begin + timedelta(days=holiday), "a holiday")],
        past=list(rows_before(begin, past)),
        first_day=begin,
        planned=PlannedDays(begin, days),
    )
    problem = center.problem()
    for_check = CheckCase(
        center.workforce,
        center.settings,
        center.shifts,
        center.work_plans,
        center.site,
        begin,
        days,
        {"voice": frozenset(begin + timedelta(days=day) for day, _ in need)},
        True,
    )
    nothing = Roster(RosterShifts.empty(), RosterActivities.empty())
    [agent] = agents_of(nothing, for_check)
    said = agreed_hours(agent, for_check)
    assert [round(h * 60) for h in said.weekly_hours_max] == problem.paid_minutes_max[0].tolist()
    assert [round(h * 60) for h in said.weekly_hours_min] == problem.paid_minutes_min[0].tolist()
    assert (problem.paid_minutes_min <= problem.paid_minutes_max).all()


def rows_before(begin: date, past: str) -> Iterator[dict[str, object]]:
    starts = {"s": (8, 4), "l": (16, 4), "n": (22, 11)}
    for ago, letter in enumerate(reversed(past), start=1):
        if letter in starts:
            day, (hour, length) = begin - timedelta(days=ago), starts[letter]
            start, end = (wall_instant(day, at * 60, MADRID) for at in (hour, hour + length))
            row = {"agent_id": "ann", "schedule_date": pd.Timestamp(day), "shift": "a shift"}
            yield {**row, "start": start, "end": end, "paid_hours": float(length)}


def test_of_a_week_that_goes_on_after_the_plan_the_share_of_its_days_is_due() -> None:
    assert part_due(40, inside=3, outside=2, a_day=8) == 24
    assert part_due(40, inside=3, outside=4, a_day=8) == 16
    assert part_due(36, inside=6, outside=1, a_day=8) == 28, "the last day holds 8 hours"
    assert part_due(24, inside=0, outside=2, a_day=8) == 0


def test_a_cycle_of_weeks_turns_with_the_calendar_and_goes_on_in_the_next_plan() -> None:
    setting = RotationSetting(cycle=(("short",), ("late",), ()), first_day=MONDAY)
    turns = []
    for first in (MONDAY, MONDAY + timedelta(days=9)):
        week = first - timedelta(days=first.weekday())
        rule = rule_of(setting, Holder("ann", "any", first, week_first=week))
        turns.append(rule.first)  # type: ignore[attr-defined]
    assert turns == [0, 1]
