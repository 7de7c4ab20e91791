"""A skill counts on its days and from its level on: for the search, for the check, for the hours that are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from roster_centers import MONDAY, SHORT, Center, activities, day, every_day, made, shift

from staffplan.clock import wall_instant
from staffplan.errors import ConfigError, DataError, InfeasibleError
from staffplan.roster.case.skills import days_without_skill, skill_masks
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.repair.repair import repair
from staffplan.roster.search.anneal import Board, no_tours
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.space import make_tour_space
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster
from staffplan.tables.skills import AgentSkills

VOICE, CHAT = 1 << 1, 1 << 0
"""Bits of the groups, which are in order of their names."""
OPEN = range(8, 12)
Row = tuple[str, str, float | None, date | None, date | None]


def levels(*rows: Row) -> AgentSkills:
    frame = pd.DataFrame(rows, columns=list(AgentSkills.empty().frame.columns))
    return AgentSkills.of(
        frame.astype({"level": float, "valid_from": "datetime64[ns]", "valid_until": "datetime64[ns]"})
    )


def settings(**more: object) -> RosterSettings:
    return RosterSettings(rules=(), time_limit_seconds=300, effort=0.2, **more)  # type: ignore[arg-type]


PLAN = WorkPlanSettings(shifts=("short",), weekly_hours_max=40, days_per_week_max=7)
CENTER = Center(
    {"chat": every_day(3, OPEN), "voice": every_day(3, OPEN)},
    agents=(("ann", "voice;chat", "any"), ("bob", "voice;chat", "any")),
    shifts={"short": SHORT},
    work_plans={"any": PLAN},
    settings=settings(),
)


def with_skills(center: Center, *rows: Row) -> Workforce:
    return replace(center.workforce, skills=levels(*rows))


def problem_of(center: Center, people: Workforce) -> RosterProblem:
    return replace(center.case(), workforce=people).problem()


def test_masks_follow_the_dates_and_the_least_level() -> None:
    rows = levels(
        ("ann", "voice", None, day(1), None), ("bob", "chat", 1, None, day(0)), ("bob", "chat", 2, day(2), None)
    )
    problem = CENTER.problem()
    masks = skill_masks(problem.people, problem.groups, rows, {}, problem.period)
    assert masks.tolist() == [[CHAT, VOICE | CHAT, VOICE | CHAT], [VOICE | CHAT, VOICE, VOICE | CHAT]]
    high = skill_masks(problem.people, problem.groups, rows, {"chat": 2}, problem.period)
    assert high[1].tolist() == [VOICE, VOICE, VOICE | CHAT]


def test_the_search_finds_the_best_of_all_rosters_with_a_skill_that_begins_on_the_second_day() -> None:
    """Every roster of two people on three days: who works, and whom each serves, against what the search finds."""
    people = with_skills(CENTER, ("ann", "voice", None, day(1), None), ("bob", "chat", None, None, day(0)))
    center = CENTER.but(settings=settings(overstaffing_weight=1.0))
    may = {("ann", 0): ["chat"], ("ann", 1): ["chat", "voice"], ("ann", 2): ["chat", "voice"]}
    may |= {("bob", 0): ["chat", "voice"], ("bob", 1): ["voice"], ("bob", 2): ["voice"]}
    least = 0.0
    for d in range(3):
        choices = product(["off", *may["ann", d]], ["off", *may["bob", d]])
        hours = len(OPEN)
        least += min(
            sum(10 * hours if both.count(g) == 0 else hours * (both.count(g) - 1) for g in ("chat", "voice"))
            for both in choices
        )
    found = center.solve(people)
    assert found.objective == pytest.approx(least)
    assert found.bound == pytest.approx(least)
    checked = replace(center, settings=center.settings)
    assert [b.message for b in _checked(checked, people, found.roster)] == []
    served = found.roster.activities.frame
    early = served[(served["agent_id"] == "ann") & (served["schedule_date"] == pd.Timestamp(day(0)))]
    assert set(early["planning_group"]) <= {"chat"}


def _checked(center: Center, people: Workforce, roster):  # type: ignore[no-untyped-def]
    from staffplan.roster.check.check import check

    more = {"shifts": center.shifts, "work_plans": center.work_plans, "site": center.site}
    return check(roster, people, center.settings, requirement=center.requirement, **more).breaches


def test_every_roster_is_judged_by_search_and_check_alike() -> None:
    """Whatever one person does on two days for whichever group: the options allow what the check lets pass."""
    center = CENTER.but(need={"chat": every_day(2, OPEN), "voice": every_day(2, OPEN)}, agents=CENTER.agents[:1])
    people = with_skills(center, ("ann", "voice", 1, None, day(0)), ("ann", "voice", 3, day(1), day(5)))
    center = center.but(settings=settings(skill_levels_min={"voice": 2}))
    problem = problem_of(center, people)
    for groups in product(["", "chat", "voice"], repeat=2):
        shifts = [{**shift(n, hours=4, paid=4), "shift": "short"} for n, g in enumerate(groups) if g]
        doing = [row for n, g in enumerate(groups) if g for row in activities(n, f"queue:{g} 4")]
        if not shifts:
            continue
        wrong = {b.rule for b in _checked(center, people, made(shifts, doing))}
        possible = all(not g or _serves(problem, n, g) for n, g in enumerate(groups))
        assert (wrong == set()) == possible, groups
        assert wrong <= {"skills"}


def _serves(problem: RosterProblem, number: int, group: str) -> bool:
    bit = 1 << problem.groups.index(group)
    mine = problem.skillsets[problem.skillset_of[0]] & problem.option_groups[problem.allowed[0, number]]
    return bool((mine & bit).any())


def test_days_without_any_skill_lower_the_hours_due_and_are_told() -> None:
    """Five days of 4 hours are due a week; the only skill begins on Wednesday: three are left."""
    plan = PLAN.model_copy(update={"weekly_hours_min": 20.0, "weekly_hours_max": 20.0})
    week = {"voice": every_day(7, OPEN)}
    center = CENTER.but(need=week, agents=(("ann", "voice", "any"),), work_plans={"any": plan})
    people = with_skills(center, ("ann", "voice", None, day(2), None))
    problem = problem_of(center, people)
    assert problem.paid_minutes_min.tolist() == [[12 * 60]]
    assert problem.why_not[0] == {0: "no skill", 1: "no skill"}
    found = center.solve(people).roster
    assert found.shifts.frame["schedule_date"].min() >= pd.Timestamp(day(2))
    assert _checked(center, people, found) == ()


WEEK_OF_20 = PLAN.model_copy(update={"weekly_hours_min": 20.0, "weekly_hours_max": 20.0})
FIVE_DAYS = CENTER.but(
    need={"voice": every_day(7, OPEN)}, agents=(("ann", "voice", "any"),), work_plans={"any": WEEK_OF_20}
)


@pytest.mark.parametrize("paid", ["yes", "no"])
def test_a_part_off_on_a_day_without_a_skill_lowers_the_hours_due_no_more_than_the_day_does(paid: str) -> None:
    center = FIVE_DAYS.but(parts_off=(("ann", day(0), "08:00", "10:00", paid),))
    people = with_skills(center, ("ann", "voice", None, day(1), None))
    assert problem_of(center, people).paid_minutes_min.tolist() == [[16 * 60]]
    assert _checked(center, people, _from_tuesday(4)) == ()
    assert {breach.rule for breach in _checked(center, people, _from_tuesday(3))} == {"weekly hours, minimum"}


def _from_tuesday(days: int) -> Roster:
    """Ann on queue for four hours a day."""
    shifts = [{**shift(n, hours=4, paid=4), "shift": "short"} for n in range(1, 1 + days)]
    return made(shifts, [row for n in range(1, 1 + days) for row in activities(n, "queue:voice 4")])


def test_a_skill_that_is_no_planning_group_gives_nobody_work() -> None:
    """First aid always holds, the only group from the second day on: four days are due."""
    center = FIVE_DAYS.but(agents=(("ann", "voice;first_aid", "any"),))
    people = with_skills(center, ("ann", "voice", None, day(1), None))
    assert _checked(center, people, _from_tuesday(4)) == ()


def test_weekends_without_a_skill_lower_nothing() -> None:
    center = CENTER.but(need={"voice": every_day(7, OPEN)}, agents=(("ann", "voice", "any"),))
    problem = center.problem()
    masks = np.array([[0, 0, 2, 2, 2, 0, 0]])
    assert days_without_skill(masks, problem.period) == [{MONDAY, day(1)}]


def test_somebody_whose_skill_ends_before_the_period_is_not_part_of_it() -> None:
    people = with_skills(CENTER, ("ann", "voice", None, None, day(-1)), ("ann", "chat", None, day(9), None))
    assert [person.agent_id for person in problem_of(CENTER, people).people] == ["bob"]


def test_a_fixed_shift_on_a_day_without_the_skill_names_the_days_of_the_skill() -> None:
    center = CENTER.but(need={"voice": every_day(3, OPEN)}, agents=(("ann", "voice", "any"),))
    center = center.but(locks=(("ann", day(0), "short"),))
    with pytest.raises(InfeasibleError) as caught:
        center.solve(with_skills(center, ("ann", "voice", None, day(1), None)))
    [problem] = caught.value.problems
    assert "on which ann has the skills" in f"{problem.message} {problem.hint}"


def test_people_whose_skills_end_alike_are_told_of_with_their_own_names() -> None:
    """Three days of five hours are due, in shifts of four."""
    plan = PLAN.model_copy(update={"weekly_hours_min": 25.0})
    center = CENTER.but(
        need={"voice": every_day(7, OPEN)},
        agents=tuple((name, "voice", "any") for name in ("ann", "bob")),
        work_plans={"any": plan},
    )
    with pytest.raises(InfeasibleError) as caught:
        center.solve(with_skills(center, *((name, "voice", None, None, day(2)) for name in ("ann", "bob"))))
    assert [problem.place for problem in caught.value.problems] == ["roster:ann", "roster:bob"]
    for problem, name in zip(caught.value.problems, ("ann", "bob"), strict=True):
        assert f"{name} with every skill on all days" in problem.hint


def test_a_copy_of_a_shift_costs_and_covers_what_the_shift_does() -> None:
    people = with_skills(CENTER, ("ann", "voice", None, day(1), None))
    space = make_tour_space(problem_of(CENTER, people))
    problem = space.problem
    copies = [o for o, option in enumerate(problem.options) if option.serves]
    assert [problem.options[o].name for o in copies] == ["short 08:00"]
    assert problem.allowed[0, :, copies[0]].tolist() == [True, False, False]
    tours = no_tours(space)
    assert (tours.choice == NOTHING).all()
    tours.choice[0, 0] = copies[0]
    board = Board(space, tours)
    assert board.plan.on_queue.sum(axis=1).tolist() == [4, 0]


def test_unknown_groups_of_levels_and_unknown_people_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"skill_levels_min.vioce: 'vioce' is no planning group"):
        CENTER.but(settings=settings(skill_levels_min={"vioce": 2})).problem()
    with pytest.raises(DataError, match=r"skills.csv:2:agent_id: 'anne' is not in the agents table"):
        problem_of(CENTER, with_skills(CENTER, ("anne", "voice", None, None, None)))


def test_a_repair_leaves_a_shift_that_has_begun_with_the_skills_of_its_day() -> None:
    """Ann, at chat, can serve voice from tomorrow on; voice is missing today."""
    center = CENTER.but(need={"chat": every_day(2, [8]), "voice": every_day(2, OPEN)}, agents=CENTER.agents[:1])
    people = with_skills(center, ("ann", "voice", None, day(1), None))
    given = made([{**shift(0, hours=4, paid=4), "shift": "short 08:00"}], activities(0, "queue:chat 4"))
    since = wall_instant(day(0), 9 * 60, center.timezone)
    found = repair(replace(center.case(), workforce=people), given, [], since).roster.activities.frame
    assert set(found.loc[found["schedule_date"] == pd.Timestamp(day(0)), "planning_group"]) == {"chat"}
