"""A tiny problem as CP-SAT decides it: who works which pattern, rules added by themselves, cover counted by slot.

A pattern is a shift with its pauses placed. All patterns of a problem make the answer exact (polish.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from staffplan.roster.problem.problem import RosterProblem, ShiftOption
from staffplan.roster.problem.worked import Works
from staffplan.roster.rules import rules_of
from staffplan.roster.search.rule_model import add_one_shift_a_day, add_rule

THOUSANDTHS = 1000
"""Fractional requirements are counted in thousandths of a person."""


@dataclass(frozen=True)
class Pattern:
    """A shift option on a day with the offsets of its pauses."""

    person: int
    day: int
    option: int
    pauses: tuple[int, ...]


@dataclass(frozen=True)
class RosterModel:
    model: cp_model.CpModel
    chosen: dict[Pattern, Any]
    exact: bool
    """The objective is the cost itself, not rounded."""


def pause_choices(option: ShiftOption) -> Iterator[tuple[int, ...]]:
    """Every way to place the pauses of a shift in order, each in its window."""
    for starts in product(*(range(pause.earliest, pause.latest + 1) for pause in option.pauses)):
        ends = [start + pause.slots for start, pause in zip(starts, option.pauses, strict=True)]
        if all(end <= start for end, start in zip(ends, starts[1:], strict=False)):
            yield starts


def all_patterns(problem: RosterProblem, most: int) -> tuple[Pattern, ...] | None:
    """Every pattern of every person and day; None where there are more than `most`."""
    placed = [list(pause_choices(option)) for option in problem.options]
    counts = np.array([len(ways) for ways in placed])
    if int((problem.allowed.sum(axis=(0, 1)) * counts).sum()) > most:
        return None
    return tuple(
        Pattern(int(a), int(d), int(o), pauses) for a, d, o in np.argwhere(problem.allowed) for pauses in placed[o]
    )


def queue_slots(pattern: Pattern, problem: RosterProblem) -> NDArray[np.int64]:
    """Numbers of the slots on queue of a pattern, (slots on queue,)."""
    option = problem.options[pattern.option]
    on_queue = np.ones(option.slots, dtype=bool)
    for pause, start in zip(option.pauses, pattern.pauses, strict=True):
        on_queue[start : start + pause.slots] = False
    first = problem.option_slot[pattern.option, pattern.day]
    return np.asarray(np.flatnonzero(on_queue) + first, dtype=np.int64)


def make_model(problem: RosterProblem, patterns: tuple[Pattern, ...]) -> RosterModel:
    """The model of a whole problem: rules, their prices, the cost of the cover."""
    model = cp_model.CpModel()
    chosen = {p: model.new_bool_var(f"{p.person} {p.day} {p.option} {p.pauses}") for p in patterns}
    works = works_of(model, problem, chosen)
    for person in problem.people:
        add_one_shift_a_day(model, works, problem, person)
    prices = [add_rule(model, works, problem, one, rule).price for one in problem.people for rule in rules_of(one)]
    exact = add_cost(model, problem, chosen, [*prices, *tie_prices(model, works, problem)])
    return RosterModel(model, chosen, exact)


def tie_prices(model: cp_model.CpModel, works: Works, problem: RosterProblem) -> list[Any]:
    """What the rules between people cost, row by row."""
    ties, prices = problem.ties, []
    terms: list[list[Any]] = [[] for _ in range(len(ties))]
    for person, day, option, times, row in zip(
        *(part.tolist() for part in (ties.person, ties.day, ties.option, ties.coefficient, ties.row)), strict=True
    ):
        key = (problem.people[person].agent_id, day, problem.options[option].key)
        if key in works:
            terms[row].append(times * works[key])
    for mine, least, price in zip(terms, ties.least.tolist(), ties.price.tolist(), strict=True):
        short = model.new_int_var(0, len(mine) + abs(least), "")
        model.add(sum(mine) + short >= least)
        prices.append(price * short)
    return prices


def works_of(
    model: cp_model.CpModel, problem: RosterProblem, chosen: dict[Pattern, Any]
) -> dict[tuple[str, int, str], Any]:
    """A variable for each shift by name: one of its patterns is chosen."""
    ways: dict[tuple[str, int, str], list[Any]] = {}
    for pattern, variable in chosen.items():
        key = (problem.people[pattern.person].agent_id, pattern.day, problem.options[pattern.option].key)
        ways.setdefault(key, []).append(variable)
    works: dict[tuple[str, int, str], Any] = {}
    for key, variables in ways.items():
        works[key] = model.new_bool_var(" ".join(map(str, key)))
        model.add(sum(variables) == works[key])
    return works


def add_cost(model: cp_model.CpModel, problem: RosterProblem, chosen: dict[Pattern, Any], prices: list[Any]) -> bool:
    """Minimise the weighted hours missing and too many and the rules' prices; True where the numbers are exact."""
    exact = bool(np.all(problem.required == np.round(problem.required)))
    scale = 1 if exact else THOUSANDTHS
    terms = list(prices)
    for slots, coming in alike_slots(problem, chosen).values():
        hours = float(problem.hours[slots].sum()) / scale
        present = people_by_group(model, problem, coming, chosen)
        for g in range(len(problem.groups)):
            need = round(float(problem.required[g, slots[0]]) * scale)
            top = (len(problem.people) + 1) * scale + need
            short, surplus = model.new_int_var(0, top, ""), model.new_int_var(0, top, "")
            model.add(scale * present[g] + short - surplus == need)
            terms.append(problem.understaffing_weight * hours * short)
            terms.append(problem.overstaffing_weight * hours * surplus)
    model.minimize(sum(terms))
    return exact


def alike_slots(
    problem: RosterProblem, chosen: dict[Pattern, Any]
) -> dict[tuple[bytes, tuple[Pattern, ...]], tuple[list[int], list[Pattern]]]:
    """Slots in which the same is needed and the same patterns work, counted once."""
    coming: dict[int, list[Pattern]] = {}
    for pattern in chosen:
        for slot in queue_slots(pattern, problem).tolist():
            coming.setdefault(slot, []).append(pattern)
    alike: dict[tuple[bytes, tuple[Pattern, ...]], tuple[list[int], list[Pattern]]] = {}
    for slot in np.flatnonzero(problem.hours > 0).tolist():
        patterns = coming.get(slot, [])
        key = (problem.required[:, slot].tobytes(), tuple(patterns))
        alike.setdefault(key, ([], patterns))[0].append(slot)
    return alike


def people_by_group(
    model: cp_model.CpModel, problem: RosterProblem, coming: Iterable[Pattern], chosen: dict[Pattern, Any]
) -> list[Any]:
    """For each group the number of people who serve it; somebody with several skills serves one of them."""
    present: list[Any] = [0] * len(problem.groups)
    there: dict[int, list[Any]] = {}
    for pattern in coming:
        mask = int(problem.skillsets[problem.skillset_of[pattern.person]] & problem.option_groups[pattern.option])
        there.setdefault(mask, []).append(chosen[pattern])
    for mask, variables in there.items():
        groups = [g for g in range(len(problem.groups)) if mask >> g & 1]
        split = [model.new_int_var(0, len(problem.people), "") for _ in groups]
        model.add(sum(split) == sum(variables))
        for g, part in zip(groups, split, strict=True):
            present[g] += part
    return present
