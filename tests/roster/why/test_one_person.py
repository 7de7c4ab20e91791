"""When no roster keeps the rules: who, which rules, which days, and what would help."""

from __future__ import annotations

import pytest
from every_roster import agreed, every_assignment, worked
from roster_centers import DAY, LATE, MONDAY, NIGHT, SHORT, Center, day, every_day, shift

from staffplan.errors import InfeasibleError
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import rules_of
from staffplan.roster.search.space import make_tour_space
from staffplan.roster.why.one_person import Bonds, least_step, refuse_impossible_people, smallest_conflict
from staffplan.roster.why.relaxations import ladders
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

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
    assert "2-8 Nov 2026: 30 paid hours are required (at most 40), 18 are possible: 3 days" in problem.message
    assert "not available: Thu 5 Nov, Fri 6 Nov" in problem.message
    assert problem.hint.startswith("cheapest: at least 18 paid hours a week instead of 30 (weekly_hours_min of")
    assert problem.hint.endswith("or: ann available at all hours")


def test_shifts_whose_length_cannot_add_up_to_the_hours_due_are_found_by_arithmetic() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=29)
    [problem] = complaint(Center(ALL_DAY, work_plans={"any": plan})).problems
    assert "25 paid hours are required (at most 29), 24 are possible" in problem.message


def test_people_with_the_same_conflict_are_named_together() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=29)
    agents = [(name, "voice", "any") for name in ("ann", "bob")]
    [problem] = complaint(Center(ALL_DAY, work_plans={"any": plan}, agents=agents)).problems
    assert problem.place == "roster:ann, bob"


TOO_SHORT = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=29)


def test_of_people_under_the_same_rules_one_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    of_one = Case.of_one
    monkeypatch.setattr(Case, "of_one", lambda case, who, first: asked.append(who) or of_one(case, who, first))
    names = ("ann", "bob", "cat", "dan")
    agents = [(name, "voice", "any") for name in names]
    hours = [("cat", "mon-fri", "24h")]
    center = Center(ALL_DAY, work_plans={"any": TOO_SHORT}, agents=agents, availability=hours)
    places = [problem.place for problem in complaint(center).problems]
    assert asked == ["ann", "cat"]
    assert places == ["roster:ann, bob, dan", "roster:cat"]


def test_when_the_time_is_over_who_is_not_looked_into_is_named_and_a_conflict_may_be_larger_than_it_must() -> None:
    agents = [("ann", "voice", "any"), ("bob", "voice", "other")]
    center = Center(ALL_DAY, work_plans={"any": TOO_SHORT, "other": TOO_SHORT}, agents=agents)
    with pytest.raises(InfeasibleError) as caught:
        refuse_impossible_people(make_tour_space(center.problem()), center.case(), lambda: 0.0)
    first, second = caught.value.problems
    assert first.place == "roster:ann"
    assert "not all of these can be satisfied, possibly more than necessary: " in first.message
    assert first.hint == "no time was left to test changes (roster.time_limit_seconds)"
    assert second.place == "roster:bob"
    assert "was not searched for" in second.message


def plan(**settings: object) -> dict[str, WorkPlanSettings]:
    return {"any": WorkPlanSettings(shifts=("day",), **settings)}  # type: ignore[arg-type]


def under(*rules: dict[str, object]) -> RosterSettings:
    return RosterSettings(rules=rules)  # type: ignore[arg-type]


def locks(*days: int) -> list[tuple[str, object, str]]:
    return [("ann", day(number), "day") for number in days]


FIVE = {"voice": every_day(5, range(24))}
RESTLESS = Center(
    FIVE,
    shifts={"day": DAY, "short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": WorkPlanSettings(shifts=("night",), weekly_hours_min=44, weekly_hours_max=55)},
    settings=under({"rule": "consecutive_days", "days": 1}, {"rule": "daily_rest", "hours": 11}),
)
STUCK = {
    "a lock in a vacation": Center(FIVE, time_off=[("ann", day(1), day(3), "yes")], locks=locks(2)),
    "more days locked than may be worked in a row": Center(
        FIVE, locks=locks(0, 1, 2, 3), settings=under({"rule": "consecutive_days", "days": 3})
    ),
    "a late shift locked before an early one": Center(
        FIVE,
        shifts={"day": DAY, "late": LATE},
        work_plans={"any": WorkPlanSettings(shifts=("day", "late"))},
        locks=[("ann", day(1), "late"), ("ann", day(2), "day 08:00")],
        settings=under({"rule": "daily_rest", "hours": 13.5}),
    ),
    "the days before": Center(
        FIVE,
        past=[shift(-ago) for ago in range(1, 6)],
        locks=locks(0, 1),
        settings=under({"rule": "consecutive_days", "days": 6}),
    ),
    "hours due in days that leave too few": Center(
        FIVE, work_plans=plan(weekly_hours_min=30, weekly_hours_max=40, days_per_week_max=4)
    ),
    "a shift that the contract does not have": Center(
        FIVE, shifts={"day": DAY, "late": LATE}, locks=[("ann", day(1), "late")]
    ),
    "two conflicts, which no single change ends": Center(
        FIVE,
        work_plans=plan(weekly_hours_max=60, days_per_week_max=3),
        time_off=[("ann", day(0), day(0), "no")],
        locks=locks(0, 1, 2, 3, 4),
    ),
}


EACH_STUCK = [
    pytest.param(RESTLESS, id="hours due, but nights one at a time", marks=pytest.mark.thorough),
    *(pytest.param(center, id=name) for name, center in STUCK.items()),
]
"""Of the first, four shifts on five days, there are seventeen thousand rosters to read."""


def bonds_of(center: Center) -> Bonds:
    case = center.case().of_one("ann", MONDAY)
    return Bonds(case, tuple(ladders(case, case.problem().people[0])))


def some_roster_keeps(problem: RosterProblem) -> bool:
    """By trying every roster and reading it with the checker's half of the rules."""
    [person] = problem.people
    rules, said = list(rules_of(person)), agreed(problem)
    for assignment in every_assignment(problem):
        if all(option < 0 or problem.allowed[0, d, option] for d, option in enumerate(assignment)):
            done = worked(problem, assignment)
            if not any(True for rule in rules for _ in rule.violations(done, said)):
                return True
    return False


@pytest.mark.parametrize("center", EACH_STUCK)
def test_the_smallest_conflict_leaves_no_roster_and_without_any_part_of_it_there_is_one(center: Center) -> None:
    bonds = bonds_of(center)
    assert not some_roster_keeps(bonds.problem({}))
    core = smallest_conflict(bonds, {})
    assert not some_roster_keeps(bonds.problem(bonds.all_but(core, {})))
    for member in core:
        rest = [other for other in core if other != member]
        assert some_roster_keeps(bonds.problem(bonds.all_but(rest, {})))


@pytest.mark.parametrize("center", EACH_STUCK)
def test_a_way_out_gives_a_roster_and_a_step_less_gives_none(center: Center) -> None:
    bonds = bonds_of(center)
    for member in smallest_conflict(bonds, {}):
        found = least_step(bonds, member, {}, everything=True)
        if found is None:
            assert not (
                bonds.ladders[member].open_to_change
                and some_roster_keeps(bonds.problem({member: len(bonds.ladders[member].steps)}))
            )
            continue
        steps, _ = found
        assert some_roster_keeps(bonds.problem({member: steps}))
        assert not some_roster_keeps(bonds.problem({member: steps - 1}))


def test_a_conflict_names_its_days_what_contradicts_and_the_ways_out_cheapest_first() -> None:
    [problem] = complaint(STUCK["more days locked than may be worked in a row"]).problems
    assert problem.place == "roster:ann"
    assert problem.message.startswith(
        "2-5 Nov 2026: not all of these can be satisfied: at most 3 days in a row; the lock 'day'"
    )
    assert problem.hint.startswith(
        "cheapest: at most 4 days in a row instead of 3 (consecutive_days); or: without the"
    )


def test_what_was_worked_before_is_named_and_never_offered_as_a_way_out() -> None:
    [problem] = complaint(STUCK["the days before"]).problems
    assert "2-3 Nov 2026: " in problem.message
    assert "the shifts worked before (roster_shifts.csv)" in problem.message
    assert "before" not in problem.hint


def test_where_no_single_change_helps_several_are_told_that_help_together() -> None:
    [problem] = complaint(STUCK["two conflicts, which no single change ends"]).problems
    assert problem.hint == (
        "cheapest found, all together: at most 4 days a week instead of 3 (days_per_week_max of [work_plans.any]); "
        "and without the lock 'day' of ann on Mon 2 Nov 2026"
    )


def test_time_off_is_credited_so_that_a_week_of_vacation_is_no_conflict() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=30, weekly_hours_max=40)
    center = Center(ALL_DAY, work_plans={"any": plan}, time_off=[("ann", day(0), day(6), "yes")])
    assert len(center.solve().roster.shifts) == 0
