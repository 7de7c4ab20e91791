"""Rosters of peers are named, scored and checked as one's own; what a peer cannot say is told."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rostering.centers import Center, make_center
from rostering.duties import Duty, middle_pauses, roster_of
from rostering.measure import Run, in_a_process, measure
from rostering.peers import PEERS
from rostering.peers.answer import PeerAnswer, problem_of
from rostering.score import worth
from rostering.table import Line, Target, row, verdict
from staffplan.roster.check.check import check
from staffplan.roster.step import roster
from staffplan.settings.roster import ShiftSettings, WorkPlanSettings
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

THOROUGH = pytest.mark.thorough


def breaches(center: Center, made: Roster) -> set[str]:
    found = check(
        made,
        center.workforce,
        center.settings,
        requirement=center.requirement,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
    return {breach.rule for breach in found.breaches}


def eased(center: Center, factor: float) -> Center:
    """The same center, with less work and contracts that allow everything."""
    need = center.requirement.frame.copy()
    heads = ["agents_required", "agents_on_queue", "agents_scheduled"]
    need[heads] = np.floor(need[heads] * factor)
    plans = {
        name: WorkPlanSettings(shifts=tuple(center.shifts), weekly_hours_max=80, days_per_week_max=7)
        for name, plan in center.work_plans.items()
    }
    return replace(center, requirement=StaffingRequirement.of(need), work_plans=plans)


def coarse(center: Center) -> Center:
    """The same center with fewer starts and one time for each pause, small enough to be solved to the end."""

    def fewer(shift: ShiftSettings) -> ShiftSettings:
        fixed = tuple(p.model_copy(update={"latest_minutes": p.earliest_minutes}) for p in shift.breaks)
        return shift.model_copy(update={"every_minutes": 240, "breaks": fixed})

    return replace(center, shifts={name: fewer(shift) for name, shift in center.shifts.items()})


def test_nobody_there_costs_every_required_hour():
    center = make_center("20x1")
    found = worth(center, Roster(RosterShifts.empty(), RosterActivities.empty()))
    required = center.requirement.frame["agents_on_queue"].sum() / 2
    assert found.required_hours == found.understaffed_hours == pytest.approx(required)
    assert (found.overstaffed_hours, found.cost) == (0, pytest.approx(10 * required))


def test_a_shift_is_worth_the_hours_it_is_on_queue_where_somebody_is_missing():
    center = make_center("20x1")
    problem = problem_of(center)
    person, option = next(
        (p, o)
        for p, someone in enumerate(problem.people)
        for o, shift in enumerate(problem.options)
        if shift.name == "8h 10:00" and someone.plan_name == "full" and problem.allowed[p, 0, o]
    )
    made = roster_of(problem, [Duty(person, 0, option, middle_pauses(problem, option))])
    nobody = worth(center, Roster(RosterShifts.empty(), RosterActivities.empty()))
    # 8 hours less a meal of half an hour and two breaks of a quarter
    assert nobody.understaffed_hours - worth(center, made).understaffed_hours == pytest.approx(7)
    assert breaches(center, made) == {"weekly hours, minimum"}


def test_people_with_two_skills_serve_where_somebody_is_missing():
    center = make_center("30x1")
    problem = problem_of(center)
    both = [p for p, person in enumerate(problem.people) if len(person.skills) == 2]
    duties = [
        Duty(p, 0, int(o), middle_pauses(problem, int(o)))
        for p in both
        for o in np.flatnonzero(problem.allowed[p, 0])[:1]
    ]
    made = roster_of(problem, duties)
    served = made.activities.frame["planning_group"].unique()
    assert {"sales", "service"} <= set(served)
    found = worth(center, made)
    hours = made.activities.frame
    on_queue = (hours["end"] - hours["start"])[hours["activity"] == "queue"].sum() / pd.Timedelta(hours=1)
    assert found.required_hours - found.understaffed_hours + found.overstaffed_hours == pytest.approx(on_queue)
    assert not breaches(center, made) - {"weekly hours, minimum"}


@pytest.mark.parametrize("name", ["4x1-1skill", pytest.param("2x4-1skill", marks=THOROUGH)])
def test_the_plain_model_keeps_every_rule_and_its_optimum_lies_between_the_bound_and_the_roster_found(name: str):
    center = coarse(make_center(name, effort=0.3))
    answer = PEERS["CP-SAT, plain"](center, 60, 1)
    assert answer.status == "optimal by its own count"
    assert answer.roster is not None
    assert breaches(center, answer.roster) == set()
    ours = roster(
        center.requirement,
        center.workforce,
        center.settings,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
    assert ours.bound - 1e-6 <= worth(center, answer.roster).cost <= ours.objective + 1e-6


def test_pyworkforce_gives_head_counts_where_names_are_impossible():
    answer = PEERS["pyworkforce"](make_center("10x1-1skill"), 20, 1)
    assert answer.roster is None
    assert answer.understaffed_share == 0
    assert answer.overstaffed_share is not None
    assert answer.status.startswith("head counts only: it asks for")


def test_pyworkforce_gives_names_where_there_are_people_enough():
    center = coarse(eased(make_center("20x1-1skill"), 0.1))
    answer = PEERS["pyworkforce"](center, 6, 1)
    assert answer.roster is not None
    assert worth(center, answer.roster).understaffed_hours == 0
    # what it cannot be told
    assert breaches(center, answer.roster) <= {"daily rest", "days in a row"}


def test_pyworkforce_knows_no_shifts_past_midnight():
    answer = PEERS["pyworkforce"](make_center("10x1-24h"), 10, 1)
    assert answer == PeerAnswer("cannot express: its days are apart, no shift lasts past midnight")


@pytest.mark.parametrize(("name", "effort"), [("4x1-1skill", 0.02), pytest.param("12x1", 0.1, marks=THOROUGH)])
def test_the_product_counts_its_own_roster_as_the_score_does(name: str, effort: float):
    line = measure(Run(name, seed=1, effort=effort, time_limit_seconds=30))
    assert line.breaches == 0
    assert "it says" not in line.status
    assert line.gap is not None
    assert line.gap >= 0


class DeadlyRun(Run):
    """A run whose process ends as soon as it is handed over."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (9,)


def test_a_process_that_dies_is_told_of():
    found = in_a_process(DeadlyRun("12x1", seed=1, effort=1, time_limit_seconds=1))
    assert (found.status, found.agents, found.breaches) == ("the process died", 12, None)
    assert row(found).endswith("no target; the process died")


def line(**change: object) -> Line:
    return replace(
        Line(
            "200x1", "staffplan", 200, "feasible", 100.0, 300.0, required_hours=1000.0, objective=150.0, bound=100.0
        ),
        **{"breaches": 0} | change,
    )


def test_the_gap_is_a_share_of_the_required_hours():
    assert line().gap == pytest.approx(0.005)
    assert line(objective=None).gap is None


@pytest.mark.parametrize(
    ("change", "word"),
    [({}, "met"), ({"objective": 160.1}, "missed"), ({"seconds": 121.0}, "missed"), ({"breaches": 1}, "missed")],
)
def test_a_target_is_met_in_gap_and_time_without_a_breach(change: dict[str, object], word: str):
    assert verdict(line(**change), Target(gap=0.006, seconds=120)) == f"0.60% in 120 s: {word}"


def test_only_ones_own_line_is_held_to_the_target():
    assert "0.20% in 60 s: missed" in row(line())
    assert row(line(method="pyworkforce", objective=None)).endswith("  feasible")
