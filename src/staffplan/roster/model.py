"""The part of a roster that CP-SAT decides: who works which pattern, rules added by rules.py, cover counted by slot.

A pattern is a shift with its pauses placed. All patterns of a tiny problem make the answer exact (polish.py); fewer
people, days or patterns make a neighbourhood of a roster that stands on the board.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from staffplan.roster.kernels import NOTHING
from staffplan.roster.problem import RosterProblem, ShiftOption
from staffplan.roster.rules import rules_of
from staffplan.roster.tours import Board

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
class Neighbourhood:
    """The people and days that are free to change; everything else stays as it is."""

    people: tuple[int, ...]
    first_day: int
    end_day: int
    patterns: tuple[Pattern, ...]


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
    """Slots on queue of a pattern."""
    option = problem.options[pattern.option]
    on_queue = np.ones(option.slots, dtype=bool)
    for pause, start in zip(option.pauses, pattern.pauses, strict=True):
        on_queue[start : start + pause.slots] = False
    first = problem.option_slot[pattern.option, pattern.day]
    return np.asarray(np.flatnonzero(on_queue) + first, dtype=np.int64)


def make_model(board: Board, area: Neighbourhood) -> RosterModel:
    """The model of a neighbourhood. The board must be without the shifts of its people on its days."""
    problem, model = board.space.problem, cp_model.CpModel()
    chosen = {p: model.new_bool_var(f"{p.person} {p.day} {p.option} {p.pauses}") for p in area.patterns}
    works = works_of(model, board, area, chosen)
    for number in area.people:
        person = problem.people[number]
        for rule in rules_of(person):
            rule.add(model, works, problem, person)
    exact = add_cost(model, board, chosen)
    return RosterModel(model, chosen, exact)


def works_of(
    model: cp_model.CpModel, board: Board, area: Neighbourhood, chosen: dict[Pattern, Any]
) -> dict[tuple[str, int, str], Any]:
    """Shifts by name: a variable inside the area, a constant for what its people work outside of it."""
    problem = board.space.problem
    ways: dict[tuple[str, int, str], list[Any]] = {}
    for pattern, variable in chosen.items():
        key = (problem.people[pattern.person].agent_id, pattern.day, problem.options[pattern.option].name)
        ways.setdefault(key, []).append(variable)
    works: dict[tuple[str, int, str], Any] = {}
    for key, variables in ways.items():
        works[key] = model.new_bool_var(" ".join(map(str, key)))
        model.add(sum(variables) == works[key])
    for person in area.people:
        for day in range(problem.period.days):
            if board.choice[person, day] != NOTHING:
                name = problem.options[board.choice[person, day]].name
                works[problem.people[person].agent_id, day, name] = model.new_constant(1)
    return works


def add_cost(model: cp_model.CpModel, board: Board, chosen: dict[Pattern, Any]) -> bool:
    """Minimise the weighted hours missing and too many; True where the numbers are exact."""
    problem = board.space.problem
    exact = bool(np.all(problem.required == np.round(problem.required)))
    scale = 1 if exact else THOUSANDTHS
    terms: list[Any] = []
    for slots, coming in alike_slots(board, chosen).values():
        hours = float(problem.hours[slots].sum()) / scale
        present = people_by_group(model, board, slots[0], coming, chosen)
        for g in range(len(problem.groups)):
            need = round(float(problem.required[g, slots[0]]) * scale)
            top = (len(problem.people) + 1) * scale + need
            short, surplus = model.new_int_var(0, top, ""), model.new_int_var(0, top, "")
            model.add(scale * present[g] + short - surplus == need)
            terms.append(problem.understaffing_weight * hours * short)
            terms.append(problem.overstaffing_weight * hours * surplus)
    model.minimize(sum(terms))
    return exact


def alike_slots(board: Board, chosen: dict[Pattern, Any]) -> dict[Any, tuple[list[int], list[Pattern]]]:
    """Slots in which the same is needed, the same people are there and the same patterns work, counted once."""
    problem = board.space.problem
    coming: dict[int, list[Pattern]] = {}
    for pattern in chosen:
        for slot in queue_slots(pattern, problem).tolist():
            coming.setdefault(slot, []).append(pattern)
    alike: dict[Any, tuple[list[int], list[Pattern]]] = {}
    for slot in np.flatnonzero(problem.hours > 0).tolist():
        there = board.crew.serving[:, :, slot].sum(axis=1)
        patterns = coming.get(slot, [])
        key = (problem.required[:, slot].tobytes(), there.tobytes(), tuple(patterns))
        alike.setdefault(key, ([], patterns))[0].append(slot)
    return alike


def people_by_group(
    model: cp_model.CpModel, board: Board, slot: int, coming: Iterable[Pattern], chosen: dict[Pattern, Any]
) -> list[Any]:
    """For each group the number of people who serve it; somebody with several skills serves one of them."""
    problem = board.space.problem
    present: list[Any] = [0] * len(problem.groups)
    there: list[Any] = [int(n) for n in board.crew.serving[:, :, slot].sum(axis=1)]
    for pattern in coming:
        there[problem.skillset_of[pattern.person]] += chosen[pattern]
    for s, skillset in enumerate(problem.skillsets.tolist()):
        groups = [g for g in range(len(problem.groups)) if skillset >> g & 1]
        if isinstance(there[s], int) and there[s] == 0:
            continue
        if len(groups) == 1:
            present[groups[0]] += there[s]
            continue
        split = [model.new_int_var(0, len(problem.people), "") for _ in groups]
        model.add(sum(split) == there[s])
        for g, part in zip(groups, split, strict=True):
            present[g] += part
    return present
