"""Every rule is said twice, to the solver and to the reader, and a third time in the tour search: they agree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from ortools.sat.python import cp_model
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.people_settings import RosterSettings, WorkPlanSettings
from staffplan.roster.kernels import IMPOSSIBLE, NOTHING
from staffplan.roster.problem import RosterProblem
from staffplan.roster.rules import (
    Agreed,
    ConsecutiveDays,
    DailyRest,
    DaysPerWeek,
    OneShiftADay,
    Rule,
    WeekendsOff,
    WeeklyHoursMax,
    WeeklyHoursMin,
    Worked,
    rules_of,
)
from staffplan.roster.tours import make_tour_space, price_tour

PLAN = WorkPlanSettings(
    shifts=("short", "late", "night"), weekly_hours_min=8, weekly_hours_max=20, days_per_week_max=3
)
TINY = Center(
    {"voice": every_day(9, range(24))},
    shifts={"short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": PLAN},
    first_day=MONDAY,
)
RULES = (
    DailyRest(11 * 60),
    DailyRest(0),
    ConsecutiveDays(2),
    ConsecutiveDays(3),
    WeekendsOff(1),
    DaysPerWeek(),
    WeeklyHoursMin(),
    WeeklyHoursMax(),
)
Assignment = tuple[int, ...]
"""Option number or NOTHING for each day."""


def tiny_problem(days: int) -> RosterProblem:
    return TINY.but(need={"voice": every_day(days, range(24))}).problem()


def worked(problem: RosterProblem, assignment: Assignment) -> list[Worked]:
    found = []
    for day, number in enumerate(assignment):
        if number != NOTHING:
            option, slot = problem.options[number], int(problem.option_slot[number, day])
            start, end = problem.period.instant(slot), problem.period.instant(slot + option.slots)
            found.append(Worked(problem.period.day(day), start, end, option.paid_minutes / 60))
    return found


def agreed(problem: RosterProblem) -> Agreed:
    return Agreed(
        problem.period.first_day,
        problem.period.days,
        tuple((problem.paid_minutes_min[0] / 60).tolist()),
        tuple((problem.paid_minutes_max[0] / 60).tolist()),
        problem.people[0].contract.days_per_week_max,
    )


def accepted_by_solver(problem: RosterProblem, rule: Rule) -> Iterator[tuple[Assignment, bool]]:
    """Every roster of one person, and whether CP-SAT accepts it under the rule."""
    model, person = cp_model.CpModel(), problem.people[0]
    works = {
        (person.agent_id, day, option.name): model.new_bool_var("")
        for day in range(problem.period.days)
        for option in problem.options
    }
    rule.add(model, works, problem, person)
    OneShiftADay().add(model, works, problem, person)
    accepted = set()

    class Collect(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            accepted.add(
                tuple(
                    next(
                        (
                            number
                            for number, option in enumerate(problem.options)
                            if self.boolean_value(works[person.agent_id, day, option.name])
                        ),
                        NOTHING,
                    )
                    for day in range(problem.period.days)
                )
            )

    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(model, Collect())
    for assignment in product(range(-1, len(problem.options)), repeat=problem.period.days):
        yield assignment, assignment in accepted


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule}")
def test_solver_and_reader_agree_on_every_roster_of_a_tiny_problem(rule: Rule) -> None:
    first_day = MONDAY if not isinstance(rule, WeekendsOff) else MONDAY.replace(day=6)
    problem = TINY.but(first_day=first_day, need={"voice": every_day(5, range(24))}).problem()
    said = agreed(problem)
    verdicts = set()
    for assignment, accepted in accepted_by_solver(problem, rule):
        broken = list(rule.violations(worked(problem, assignment), said))
        assert accepted == (not broken), assignment
        verdicts.add(accepted)
    assert verdicts == {True, False}


def test_two_shifts_on_a_day_are_refused_by_solver_and_reader() -> None:
    problem, model = tiny_problem(5), cp_model.CpModel()
    person = problem.people[0]
    works = {(person.agent_id, 0, option.name): model.new_constant(1) for option in problem.options[:2]}
    OneShiftADay().add(model, works, problem, person)
    assert cp_model.CpSolver().solve(model) == cp_model.INFEASIBLE
    both = [*worked(problem, (0, -1, -1, -1, -1)), *worked(problem, (1, -1, -1, -1, -1))]
    assert list(OneShiftADay().violations(both, agreed(problem)))


SETTINGS = (
    RosterSettings(rules=({"rule": "daily_rest", "hours": 11}, {"rule": "consecutive_days", "days": 2})),
    RosterSettings(rules=({"rule": "daily_rest", "hours": 36},)),
    RosterSettings(rules=({"rule": "weekends_off", "weekends": 1},)),
    RosterSettings(rules=()),
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
    for assignment in product(range(-1, len(problem.options)), repeat=problem.period.days):
        shifts = worked(problem, assignment)
        if not any(True for rule in rules for _ in rule.violations(shifts, said)):
            slots = [
                slice(first, first + problem.options[o].slots)
                for day, o in enumerate(assignment)
                if o != NOTHING
                for first in [int(problem.option_slot[o, day])]
            ]
            best = max(best, sum(float(values[s].sum()) for s in slots))
    worth, tour = price_tour(space, 0, values)
    assert worth == pytest.approx(best)
    assert not any(True for rule in rules for _ in rule.violations(worked(problem, tuple(tour.tolist())), said))


def test_the_tour_search_says_when_no_tour_keeps_the_rules() -> None:
    person = PLAN.model_copy(update={"weekly_hours_min": 19.0})
    problem = TINY.but(work_plans={"any": person}, need={"voice": every_day(5, [10])}).problem()
    assert price_tour(make_tour_space(problem), 0, np.zeros(problem.period.slots))[0] == IMPOSSIBLE
