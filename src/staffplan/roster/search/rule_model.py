"""A rule of one person as CP-SAT gets it: the machine of the rule, laid out as a flow through the days.

One unit enters at the machine's start state. Each day it takes one step, a state and a kind of day, to a state of the
next day. The shifts of a kind are worked where the unit takes a step of that kind; a step that is forbidden does not
exist. A price belongs to its step. (Côté, Gendron and Rousseau, "Modeling the Regular Constraint with Integer
Programming", CPAIOR 2007: the flow on the layered graph of an automaton.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import Person, RosterProblem, Rule
from staffplan.roster.problem.worked import Works
from staffplan.roster.rules.automaton import Layer, alone


@dataclass(frozen=True)
class Flow:
    """What binds the shifts to the flow, each constraint of which may be made conditional, and the price as a linear
    expression of the model. Without the constraints the flow binds nothing."""

    constraints: tuple[Any, ...] = ()
    price: Any = 0


def add_one_shift_a_day(model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person) -> None:
    """What every machine takes for granted."""
    for day in range(problem.period.days):
        model.add_at_most_one(_todays(works, problem, person, day).values())


def add_rule(model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person, rule: Rule) -> Flow:
    """Lay a rule out. `works[agent_id, day, option key]` is the variable of a shift, missing where nobody may work
    it."""
    machine = rule.machine(problem, person)
    return Flow() if machine is None else _laid_out(model, works, problem, person, machine)


def _laid_out(
    model: cp_model.CpModel, works: Works, problem: RosterProblem, person: Person, machine: Machine
) -> Flow:
    todays = [_todays(works, problem, person, day) for day in range(problem.period.days)]
    useful = np.array([[o in mine for o in range(len(problem.options))] for mine in todays], dtype=bool)
    off = machine.kind[:, -1:]
    automaton = alone(replace(machine, kind=np.append(np.where(useful, machine.kind[:, :-1], off), off, axis=1)))
    if automaton.is_empty:
        return Flow((model.add_bool_or([]),))
    constraints: list[Any] = []
    prices: list[Any] = []
    arriving: dict[int, Any] = {0: 1}
    for layer, mine in zip(automaton.layers, todays, strict=True):
        arriving = _add_day(model, layer, mine, arriving, constraints, prices)
    return Flow(tuple(constraints), _sum(prices))


def _add_day(
    model: cp_model.CpModel,
    layer: Layer,
    todays: dict[int, Any],
    arriving: dict[int, Any],
    constraints: list[Any],
    prices: list[Any],
) -> dict[int, Any]:
    """Add the steps of one day; `arriving`, and the answer: the flow into each state, as expressions."""
    if not (layer.price.any() or (layer.to > 0).any() or len(layer.to) > 1):
        constraints += _only_allowed(model, layer, todays)
        return {0: 1}
    leaving, used, onward = defaultdict(list), defaultdict(list), defaultdict(list)
    for state, kind in np.argwhere(layer.to >= 0).tolist():
        step = model.new_bool_var("")
        leaving[state].append(step)
        used[kind].append(step)
        onward[int(layer.to[state, kind])].append(step)
        if layer.price[state, kind]:
            prices.append(float(layer.price[state, kind]) * step)
    for state, flow in arriving.items():
        model.add(_sum(leaving[state]) == flow)
    for kind in range(layer.to.shape[1]):
        if kind != layer.kind[-1]:
            worked = [variable for o, variable in todays.items() if layer.kind[o] == kind]
            constraints.append(model.add(_sum(worked) == _sum(used[kind])))
    return {state: _sum(steps) for state, steps in onward.items()}


def _only_allowed(model: cp_model.CpModel, layer: Layer, todays: dict[int, Any]) -> Iterator[Any]:
    """What a day allows from its only state to the only state of the next."""
    forbidden = layer.to[0, layer.kind] < 0
    if forbidden[:-1].any():
        yield model.add(_sum(todays[o] for o in todays if forbidden[o]) == 0)
    if forbidden[-1]:
        yield model.add(_sum(todays.values()) == 1)


def _todays(works: Works, problem: RosterProblem, person: Person, day: int) -> dict[int, Any]:
    """Variables of the person's shifts on a day, by the number of the option."""
    keys = {o: (person.agent_id, day, option.key) for o, option in enumerate(problem.options)}
    return {o: works[key] for o, key in keys.items() if key in works}


def _sum(terms: Iterable[Any]) -> Any:
    return cp_model.LinearExpr.sum(list(terms))
