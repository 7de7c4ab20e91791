"""From a program's solution to positions: what each head of each crew works, and how many go on a pause when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.shifts.crews import Crew, Demand
from staffplan.roster.shifts.program import Columns, CrewColumns, Pool

OFF = -1
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Staffed:
    """tours: by number of the crew, (heads, days), options or OFF, nobody without work. pauses: by pool, for each
    pause (slots after the shift's start, people) in order. missing: (groups, slots of the period)."""

    tours: dict[int, Ints]
    pauses: list[tuple[Pool, list[list[tuple[int, int]]]]]
    missing: NDArray[np.float64]


def staffed(values: NDArray[np.float64], columns: Columns, demand: Demand) -> Staffed:
    """Shifts, pauses and missing people from the values of the program's columns, (columns,)."""
    counts = np.rint(values).astype(np.int64)
    tours = {number: tours_of(demand.crews[number], own, counts, demand) for number, own in columns.crews.items()}
    pauses = [
        (pool, [[(offset, int(counts[c])) for offset, c in begun.items() if counts[c]] for begun in pool.pauses])
        for pool in columns.pools
        if counts[pool.people].any()
    ]
    missing = np.zeros(demand.need.shape)
    for at, column in columns.missing.items():
        missing[at] = max(values[column], 0.0)
    return Staffed(tours, pauses, np.where(missing > 1e-6, missing, 0.0))


def tours_of(crew: Crew, own: CrewColumns, counts: Ints, demand: Demand) -> Ints:
    """Options by head and day, (heads, days), taken from the crew's flow. Who was early the day before is early again
    where there is a choice. `counts`: (columns,)."""
    flows = [
        {(state, kind): int(counts[c]) for (at, state, kind), c in own.flow.items() if at == day and counts[c]}
        for day in range(demand.period.days)
    ]
    heads = sum(flows[0].values())
    tours = np.full((heads, demand.period.days), OFF, dtype=np.int64)
    state, last = np.zeros(heads, dtype=np.int64), np.zeros(heads, dtype=np.int64)
    for day, flow in enumerate(flows):
        kinds = _take_kinds(flow, state, last)
        tours[:, day] = _take_shifts(day, kinds, crew, own, counts, demand, last)
        works = tours[:, day] != OFF
        last[works] = [demand.problem.options[o].start_minute for o in tours[works, day].tolist()]
        state = crew.automaton.layers[day].to[state, kinds] if heads else state
    return np.asarray(tours[(tours != OFF).any(axis=1)], dtype=np.int64)


def _take_kinds(flow: dict[tuple[int, int], int], state: Ints, last: Ints) -> Ints:
    """(heads,): who takes which kind of day; as many from each state as the flow says."""
    kinds = np.zeros(len(state), dtype=np.int64)
    for there in np.unique(state).tolist():
        who = np.flatnonzero(state == there)
        wanted = np.repeat(*np.array([(kind, n) for (s, kind), n in sorted(flow.items()) if s == there]).T)
        kinds[who[np.argsort(last[who], kind="stable")]] = wanted
    return kinds


def _take_shifts(
    day: int, kinds: Ints, crew: Crew, own: CrewColumns, counts: Ints, demand: Demand, last: Ints
) -> Ints:
    """(heads,): who works which shift of their kind."""
    taken = np.full(len(kinds), OFF, dtype=np.int64)
    layer, options = crew.automaton.layers[day], demand.problem.options
    for kind in np.unique(kinds).tolist():
        who = np.flatnonzero(kinds == kind)
        wanted = [
            o for (d, o), c in own.shifts.items() if d == day and layer.kind[o] == kind for _ in range(counts[c])
        ]
        wanted.sort(key=lambda o: options[o].start_minute)
        early = who[np.argsort(last[who], kind="stable")]
        taken[early[len(who) - len(wanted) :]] = wanted
    return taken


def on_queue(result: Staffed, demand: Demand) -> NDArray[np.float64]:
    """(groups, slots of the period): people there, pauses taken away."""
    problem = demand.problem
    there = np.zeros(demand.need.shape)
    for number, tours in result.tours.items():
        for day, option in worked(tours):
            start = int(problem.option_slot[option, day])
            there[demand.crews[number].group, demand.inside(start, problem.options[option].slots)] += 1
    for pool, pauses in result.pauses:
        start, shift = int(problem.option_slot[pool.option, pool.day]), problem.options[pool.option]
        for pause, begun in zip(shift.pauses, pauses, strict=True):
            for offset, people in begun:
                there[pool.group, demand.inside(start + offset, pause.slots)] -= people
    return there


def worked(tours: Ints) -> list[tuple[int, int]]:
    """Day and option of every shift of every head. `tours`: (heads, days)."""
    heads, days = np.nonzero(tours != OFF)
    return list(zip(days.tolist(), tours[heads, days].tolist(), strict=True))
