"""When no roster keeps the rules: who, which rules, which days, and what would help."""

from __future__ import annotations

import pytest
from roster_centers import DAY, LATE, NIGHT, SHORT, Center, day, every_day

from staffplan.errors import InfeasibleError
from staffplan.people_settings import RosterSettings, WorkPlanSettings
from staffplan.roster.conflict import minimal_core, possible, rule_parts

ALL_DAY = {"voice": every_day(7, range(24))}


def complaint(center: Center) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        center.solve()
    return caught.value


def test_an_agent_who_cannot_reach_the_minimum_is_named_with_the_days_in_the_way() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=30, weekly_hours_max=40)
    center = Center(ALL_DAY, work_plans={"any": plan}, availability=[("ann", "mon-wed", "24h")])
    [problem] = complaint(center).problems
    assert problem.place == "roster:ann"
    assert "2-8 Nov 2026: 30 paid hours are due (at most 40), 18 can be reached on 3 days" in problem.message
    assert "not available: Thu 5 Nov, Fri 6 Nov" in problem.message
    assert "weekly_hours_min of [work_plans.any] lower by 12 h" in problem.hint


def test_shifts_whose_length_cannot_add_up_to_the_hours_due_are_found_by_arithmetic() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=29)
    [problem] = complaint(Center(ALL_DAY, work_plans={"any": plan})).problems
    assert "25 paid hours are due (at most 29), 24 can be reached" in problem.message


def test_people_with_the_same_conflict_are_named_together() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=29)
    agents = [(name, "voice", "any") for name in ("ann", "bob")]
    [problem] = complaint(Center(ALL_DAY, work_plans={"any": plan}, agents=agents)).problems
    assert problem.place == "roster:ann, bob"


RESTLESS = Center(
    ALL_DAY,
    shifts={"day": DAY, "short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": WorkPlanSettings(shifts=("night",), weekly_hours_min=55, weekly_hours_max=55)},
    settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 1}, {"rule": "daily_rest", "hours": 11})),
)


def test_the_smallest_conflict_names_the_rules_and_what_would_free_it() -> None:
    [problem] = complaint(RESTLESS).problems
    assert "these rules cannot all be kept" in problem.message
    assert "days in a row in 2-3 Nov 2026" in problem.message
    assert "weekly hours, minimum 55 h in 2-8 Nov 2026" in problem.message
    assert "daily rest" not in problem.message
    assert problem.hint.startswith("any one of these, relaxed, would do: ")


def test_nothing_can_be_left_out_of_the_smallest_conflict() -> None:
    problem = RESTLESS.problem()
    person = problem.people[0]
    needed = minimal_core(problem, person, rule_parts(problem, person))
    assert not possible(problem, person, needed)
    for part in needed:
        assert possible(problem, person, [other for other in needed if other != part])


def test_time_off_is_credited_so_that_a_week_of_vacation_is_no_conflict() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=30, weekly_hours_max=40)
    center = Center(ALL_DAY, work_plans={"any": plan}, time_off=[("ann", day(0), day(6), "yes")])
    assert len(center.solve().roster.shifts) == 0
