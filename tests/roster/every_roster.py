"""Every roster of one person in a tiny problem, and what a rule's three voices say of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pandas as pd
from ortools.sat.python import cp_model
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.clock import wall_instant
from staffplan.planned import PlannedDays
from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import Agreed, Rule, Worked
from staffplan.roster.search.rule_model import add_one_shift_a_day, add_rule
from staffplan.settings.roster import SecondPartSettings, ShiftSettings, WorkPlanSettings

OFF = -1
Assignment = tuple[int, ...]
"""Option number or OFF for each day."""
SHIFTS = {"short": SHORT, "late": LATE, "night": NIGHT}
TWICE = ShiftSettings(
    hours=4,
    first_start="16:00",
    last_start="16:00",
    second_part=SecondPartSettings(hours=4, free_hours_min=2, free_hours_max=4, every_minutes=120),
)
DUTY = ShiftSettings(hours=24, first_start="08:00", last_start="08:00")
RARE = {"twice": TWICE, "duty": DUTY}
"""A split shift and one around the clock, for the rules that see what is inside a shift or how long it is."""
PLAN = WorkPlanSettings(
    shifts=("short", "late", "night"), weekly_hours_min=8, weekly_hours_max=20, days_per_week_max=3
)
TINY = Center({}, shifts=SHIFTS, work_plans={"any": PLAN})


def tiny_problem(
    days: int, first_day: int = 0, past: str = "", shifts: Mapping[str, ShiftSettings] = SHIFTS
) -> RosterProblem:
    """The problem from so many days after MONDAY on. past: a letter for each day before it, "sln-": short, late,
    night, off."""
    plan = PLAN.model_copy(update={"shifts": tuple(shifts)})
    center = TINY.but(
        need={"voice": every_day(days, range(24))},
        shifts=shifts,
        work_plans={"any": plan},
        first_day=MONDAY + timedelta(days=first_day),
        planned=PlannedDays(MONDAY + timedelta(days=first_day), days),
    )
    problem = center.problem()
    person = replace(problem.people[0], past=tuple(before(problem, past)))
    return replace(problem, people=(person,))


def before(problem: RosterProblem, past: str) -> Iterator[Worked]:
    for ago, letter in enumerate(reversed(past), start=1):
        for option in problem.options:
            if option.name.startswith(letter):
                day = problem.period.first_day - timedelta(days=ago)
                start = wall_instant(day, option.start_minute, problem.period.timezone)
                end = start + pd.Timedelta(minutes=option.slots * problem.period.slot_minutes)
                yield Worked(day, start, end, option.paid_minutes / 60, option.name)


def worked(problem: RosterProblem, assignment: Sequence[int]) -> list[Worked]:
    """The past and the assignment."""
    return [*problem.people[0].past, *planned_shifts(problem, assignment)]


def planned_shifts(problem: RosterProblem, assignment: Sequence[int]) -> list[Worked]:
    """The assignment. The shifts of the problem asked about last are kept: every roster is made of the same few."""
    if not _latest or _latest[0][0] is not problem:
        _latest[:] = [(problem, {})]
    known = _latest[0][1]
    found = []
    for day, number in enumerate(assignment):
        if number != OFF:
            if (day, number) not in known:
                known[day, number] = _shift(problem, day, number)
            found.append(known[day, number])
    return found


_latest: list[tuple[RosterProblem, dict[tuple[int, int], Worked]]] = []


def _shift(problem: RosterProblem, day: int, number: int) -> Worked:
    return problem.worked(day, number)


def agreed(problem: RosterProblem) -> Agreed:
    return Agreed(
        problem.period.first_day,
        problem.period.days,
        tuple((problem.paid_minutes_min[0] / 60).tolist()),
        tuple((problem.paid_minutes_max[0] / 60).tolist()),
        problem.people[0].contract.days_per_week_max,
        problem.period.timezone,
    )


def every_assignment(problem: RosterProblem) -> Iterator[Assignment]:
    return product(range(-1, len(problem.options)), repeat=problem.period.days)


def accepted_by_solver(problem: RosterProblem, rule: Rule) -> set[Assignment]:
    """Every roster of the person that CP-SAT accepts under the rule."""
    model, person = cp_model.CpModel(), problem.people[0]
    works = {
        (person.agent_id, day, option.name): model.new_bool_var(f"{day} {option.name}")
        for day in range(problem.period.days)
        for option in problem.options
    }
    add_one_shift_a_day(model, works, problem, person)
    add_rule(model, works, problem, person, rule)
    accepted: set[Assignment] = set()

    class Collect(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            chosen = [OFF] * problem.period.days
            for (_, day, name), variable in works.items():
                if self.boolean_value(variable):
                    chosen[day] = next(n for n, option in enumerate(problem.options) if option.name == name)
            accepted.add(tuple(chosen))

    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(model, Collect())
    return accepted


def accepted_by_machine(machine: Machine | None, assignment: Assignment) -> bool:
    if machine is None:
        return True
    state = machine.start
    for day, number in enumerate(assignment):
        state = int(machine.step[day, state, machine.kind[day, number]])
        if state < 0:
            return False
    return machine.end is None or bool(machine.end[state] < float("inf"))
