"""The obvious model: CP-SAT with a Boolean per agent, day and shift, pauses counted and not named.

Pauses are counted by shift, day and skill set rather than by agent (implicit breaks: T. Aykin, Management Science 42
(1996) 591-602), people on queue by skill set and group. Names get their pauses from the counts afterwards, and their
groups interval by interval (duties.py), which the model, slot by slot, cannot see.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from rostering.centers import Center
from rostering.duties import Duty, roster_of
from rostering.peers.answer import PeerAnswer, problem_of
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules.base import past_midnight
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting, WeekendsOffSetting

WORKERS = 2


@dataclass
class _Model:
    """works[person, day, option]; pausing[skill set, day, option, pause, offset in slots]."""

    problem: RosterProblem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    works: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    pausing: dict[tuple[int, int, int, int, int], Any] = field(default_factory=dict)

    def on(self, person: int, day: int) -> list[Any]:
        return [self.works[person, day, int(o)] for o in np.flatnonzero(self.problem.allowed[person, day])]


def plain_cpsat(center: Center, seconds: float, seed: int) -> PeerAnswer:
    problem = problem_of(center)
    built = _Model(problem)
    for person, day, option in np.argwhere(problem.allowed).tolist():
        built.works[person, day, option] = built.model.new_bool_var("")
    _contract_rules(built)
    _agreed_rules(built, center)
    _cover(built)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = seed
    status = solver.solve(built.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return PeerAnswer(f"no roster in {seconds:.0f} s")
    said = "optimal by its own count" if status == cp_model.OPTIMAL else "time limit"
    return PeerAnswer(said, roster_of(problem, _duties(built, solver)))


def _contract_rules(built: _Model) -> None:
    problem, model = built.problem, built.model
    for p, person in enumerate(problem.people):
        for day in range(problem.period.days):
            model.add_at_most_one(built.on(p, day))
        for week in range(problem.period.weeks):
            days = problem.period.week_days(week)
            mine = [(o, built.works[p, d, int(o)]) for d in days for o in np.flatnonzero(problem.allowed[p, d])]
            paid = sum(problem.options[int(o)].paid_minutes * variable for o, variable in mine)
            model.add(sum(variable for _, variable in mine) <= person.contract.days_per_week_max)
            model.add(paid >= int(problem.paid_minutes_min[p, week]))
            model.add(paid <= int(problem.paid_minutes_max[p, week]))


def _agreed_rules(built: _Model, center: Center) -> None:
    problem = built.problem
    for rule in center.settings.rules:
        for p in range(len(problem.people)):
            match rule:
                case DailyRestSetting(hours=hours):
                    _rest(built, p, round(hours * 60) // problem.period.slot_minutes)
                case ConsecutiveDaysSetting(days=most):
                    for day in range(problem.period.days - most):
                        window = [variable for d in range(day, day + most + 1) for variable in built.on(p, d)]
                        built.model.add(sum(window) <= most)
                case WeekendsOffSetting(weekends=fewest):
                    _weekends(built, p, fewest)
                case _:
                    raise NotImplementedError(f"the plain model does not know {rule}")


def _rest(built: _Model, person: int, rest: int) -> None:
    """After a shift none of the next day that starts too soon."""
    problem = built.problem
    lengths = np.array([option.slots for option in problem.options])
    for day in range(problem.period.days - 1):
        ends = problem.option_slot[:, day] + lengths
        after = np.flatnonzero(problem.allowed[person, day + 1])
        for option in np.flatnonzero(problem.allowed[person, day]):
            soon = after[problem.option_slot[after, day + 1] < ends[option] + rest]
            if len(soon):
                mine = [built.works[person, day + 1, int(o)] for o in soon]
                built.model.add_at_most_one([built.works[person, day, int(option)], *mine])


def _weekends(built: _Model, person: int, fewest: int) -> None:
    worked, late = [], past_midnight(built.problem)
    for saturday, sunday in built.problem.period.weekends():
        worked.append(built.model.new_bool_var(""))
        for day in (saturday, sunday):
            built.model.add(sum(built.on(person, day)) <= worked[-1])
        friday = saturday - 1
        nights = np.flatnonzero(built.problem.allowed[person, friday] & late[friday]) if saturday else ()
        for option in nights:
            built.model.add(built.works[person, friday, int(option)] <= worked[-1])
    built.model.add(len(worked) - sum(worked) >= fewest)


def _cover(built: _Model) -> None:
    """People there by skill set, less those who pause, are shared out to groups; missing and too many cost."""
    problem, model = built.problem, built.model
    there = _people_there(built)
    costs = []
    serves: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for (skillset, slot), terms in there.items():
        groups = [g for g in range(len(problem.groups)) if problem.skillsets[skillset] >> g & 1]
        parts = [model.new_int_var(0, len(problem.people), "") for _ in groups]
        model.add(sum(parts) == sum(terms))
        for group, part in zip(groups, parts, strict=True):
            serves[group, slot].append(part)
    for slot in range(int(problem.period.day_slot[-1])):
        for group in range(len(problem.groups)):
            required = round(problem.required[group, slot])
            under = model.new_int_var(0, required, "")
            over = model.new_int_var(0, len(problem.people), "")
            model.add(sum(serves[group, slot]) + under - over == required)
            costs += [round(problem.understaffing_weight) * under, round(problem.overstaffing_weight) * over]
    model.minimize(sum(costs))


def _people_there(built: _Model) -> dict[tuple[int, int], list[Any]]:
    """Terms by skill set and slot: shifts that cover the slot, less pauses."""
    problem = built.problem
    of_kind: dict[tuple[int, int, int], list[Any]] = defaultdict(list)
    for (person, day, option), variable in built.works.items():
        of_kind[int(problem.skillset_of[person]), day, option].append(variable)
    there: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for (skillset, day, number), variables in of_kind.items():
        option, first = problem.options[number], int(problem.option_slot[number, day])
        heads = built.model.new_int_var(0, len(variables), "")
        built.model.add(heads == sum(variables))
        for slot in range(first, first + option.slots):
            there[skillset, slot].append(heads)
        for j, pause in enumerate(option.pauses):
            counts = []
            for at in range(pause.earliest, pause.latest + 1):
                counts.append(built.model.new_int_var(0, len(variables), ""))
                built.pausing[skillset, day, number, j, at] = counts[-1]
                for slot in range(first + at, first + at + pause.slots):
                    there[skillset, slot].append(-counts[-1])
            built.model.add(sum(counts) == heads)
    return there


def _duties(built: _Model, solver: cp_model.CpSolver) -> list[Duty]:
    """Counted pauses are dealt out in order of time: the first of a kind gets the earliest of each."""
    problem = built.problem
    starts: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for (skillset, day, option, j, at), count in built.pausing.items():
        starts[skillset, day, option, j] += [at] * solver.value(count)
    dealt: dict[tuple[int, int, int], int] = defaultdict(int)
    duties = []
    for (person, day, option), variable in built.works.items():
        if solver.boolean_value(variable):
            kind = int(problem.skillset_of[person]), day, option
            pauses = (starts[*kind, j][dealt[kind]] for j in range(len(problem.options[option].pauses)))
            duties.append(Duty(person, day, option, tuple(pauses)))
            dealt[kind] += 1
    return duties
