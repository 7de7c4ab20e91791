"""The tour search under rules finds what enumerating every tour finds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from every_roster import PLAN, agreed, worked
from ortools.sat.python import cp_model
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import OneShiftADay, rules_of
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING
from staffplan.roster.search.rule_model import add_one_shift_a_day
from staffplan.roster.search.space import make_tour_space, price_tour
from staffplan.settings.roster import RosterSettings

TINY = Center(
    {"voice": every_day(9, range(24))},
    shifts={"short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": PLAN},
    first_day=MONDAY,
)


def days_of(days: int) -> RosterProblem:
    return TINY.but(need={"voice": every_day(days, range(24))}).problem()


def test_two_shifts_on_a_day_are_refused_by_solver_and_reader() -> None:
    problem, model = days_of(5), cp_model.CpModel()
    person = problem.people[0]
    works = {(person.agent_id, 0, option.name): model.new_constant(1) for option in problem.options[:2]}
    add_one_shift_a_day(model, works, problem, person)
    assert cp_model.CpSolver().solve(model) == cp_model.INFEASIBLE
    both = [*worked(problem, (0, -1, -1, -1, -1)), *worked(problem, (1, -1, -1, -1, -1))]
    assert list(OneShiftADay().violations(both, agreed(problem)))


SETTINGS = (
    RosterSettings(rules=({"rule": "daily_rest", "hours": 11}, {"rule": "consecutive_days", "days": 2})),
    RosterSettings(rules=({"rule": "daily_rest", "hours": 36},)),
    RosterSettings(rules=({"rule": "weekends_off", "weekends": 1},)),
    RosterSettings(rules=()),
    RosterSettings(
        rules=(
            {"rule": "consecutive_days_min", "days": 2},
            {"rule": "days_off_in_a_row", "days": 2},
            {"rule": "weekends_in_a_row"},
            {"rule": "succession", "after": "late", "never": ["short"]},
        )
    ),
    RosterSettings(
        rules=(
            {"rule": "nights_in_a_row", "nights": 1},
            {"rule": "rest_after_nights", "hours": 34},
            {"rule": "shifts_of", "shift": "late", "most": 1},
            {"rule": "period_hours", "least": 12, "most": 19},
        )
    ),
    RosterSettings(
        rules=(
            {"rule": "start_variation", "minutes": 480},
            {"rule": "whole_weekends"},
            {"rule": "rotation", "cycle": [["short", "late"], ["night"]]},
        )
    ),
)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("seed", range(3))
def test_the_tour_search_finds_the_best_of_all_tours_that_keep_the_rules(settings: RosterSettings, seed: int) -> None:
    problem = TINY.but(
        settings=settings, first_day=MONDAY.replace(day=4), need={"voice": every_day(6, range(24))}
    ).problem()
    space, rng = make_tour_space(problem), np.random.default_rng(seed)
    values = rng.normal(size=problem.period.slots).round(2)
    rules, said = rules_of(problem.people[0]), agreed(problem)
    best = IMPOSSIBLE
    without_need = (NOTHING,) * (problem.period.days - 6)
    for first_six in product(range(-1, len(problem.options)), repeat=6):
        assignment = (*first_six, *without_need)
        shifts = worked(problem, assignment)
        if not any(True for rule in rules for _ in rule.violations(shifts, said)):
            slots = [
                slice(first, first + problem.options[o].slots)
                for day, o in enumerate(assignment)
                if o != NOTHING
                for first in [int(problem.option_slot[o, day])]
            ]
            best = max(best, sum(float(values[s].sum()) for s in slots))
    worth, tour = price_tour(space, 0, values[None, :])
    assert worth == pytest.approx(best)
    assert not any(True for rule in rules for _ in rule.violations(worked(problem, tuple(tour.tolist())), said))


def test_the_tour_search_says_when_no_tour_keeps_the_rules() -> None:
    person = PLAN.model_copy(update={"weekly_hours_min": 19.0})
    problem = TINY.but(work_plans={"any": person}, need={"voice": every_day(5, [10])}).problem()
    assert price_tour(make_tour_space(problem), 0, np.zeros((1, problem.period.slots)))[0] == IMPOSSIBLE
