"""The cheapest crews as an integer program: how many people take which tours, shifts and pauses.

For each crew whole people flow through the automaton of its rules. As many leave a state as arrive there, so that
they can be followed one by one from the first day to the last: every head of the result has a tour that keeps the
rules. Pauses are counted by when they begin (implicit break placement: Aykin, "Optimal shift scheduling with multiple
break windows", Management Science 42(4), 1996, pages 591-602). Where the windows of two pauses of a shift overlap, by
any moment no more people may have begun the second than have ended the first: then the people can be matched in the
order in which they go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.problem import NO_LIMIT, Pause
from staffplan.roster.rules.team import ConcurrentBreaks, Seats
from staffplan.roster.search.integer_program import UNBOUNDED, IntegerProgram
from staffplan.roster.shifts.crews import Crew, Demand

MOST_ON_BREAK = 10_000
"""More people than ever are on a break at once."""


@dataclass(frozen=True)
class Prices:
    """What a mix costs, in one unit, whatever is minimised.

    hour: for each crew the price of an hour paid. slots, (slots,): hours that a slot counts, surcharges included.
    head: price of a person. missing: price of an hour missing on queue; None: nobody may be missing.
    """

    hour: tuple[float, ...]
    slots: NDArray[np.float64]
    head: float
    missing: float | None

    def of(self, hour: float, first: int, slots: int) -> float:
        """Price of a span of slots at this price of an hour."""
        return hour * float(self.slots[first : first + slots].sum())


@dataclass(frozen=True)
class CrewColumns:
    """Columns of one crew. flow: by day, state and kind; shifts: by day and option."""

    flow: dict[tuple[int, int, int], int]
    shifts: dict[tuple[int, int], int]


@dataclass(frozen=True)
class Pool:
    """People of one group who work the same shift on the same day, and for whom it costs the same when they pause."""

    group: int
    day: int
    option: int
    people: list[int]
    """Columns of the crews' shifts."""
    pauses: list[dict[int, int]]
    """For each pause columns of those who begin it so many slots after the shift's start."""


@dataclass(frozen=True)
class Columns:
    """Where a program has what: by number of the crew, by pool, and by group and slot who is missing."""

    crews: dict[int, CrewColumns]
    pools: list[Pool]
    missing: dict[tuple[int, int], int]


Sums = list[list[tuple[int, float]]]
"""For each slot of the period columns and their factors."""


def make_program(demand: Demand, groups: Sequence[int], prices: Prices) -> tuple[IntegerProgram, Columns]:
    """The program of some planning groups, which all rules between people are kept among."""
    program, columns = IntegerProgram(), Columns({}, [], {})
    for number, crew in enumerate(demand.crews):
        if crew.group in groups and not crew.automaton.is_empty:
            columns.crews[number] = _add_crew(program, number, demand, prices)
    _add_pools(program, columns, demand, prices)
    for group in groups:
        _add_cover(program, columns, group, demand, prices)
    _add_team(program, columns, demand)
    return program, columns


def _add_crew(program: IntegerProgram, number: int, demand: Demand, prices: Prices) -> CrewColumns:
    """The crew's tours and shifts."""
    crew, columns = demand.crews[number], CrewColumns({}, {})
    for day, option in np.argwhere(crew.options).tolist():
        first, slots = int(demand.problem.option_slot[option, day]), demand.problem.options[option].slots
        columns.shifts[day, option] = program.column(prices.of(prices.hour[number], first, slots))
    _add_flow(program, columns, crew, prices)
    return columns


def _add_pools(program: IntegerProgram, columns: Columns, demand: Demand, prices: Prices) -> None:
    pools: dict[tuple[int, int, int, float], list[int]] = {}
    for number, own in columns.crews.items():
        for (day, option), column in own.shifts.items():
            key = (demand.crews[number].group, day, option, prices.hour[number])
            pools.setdefault(key, []).append(column)
    for (group, day, option, hour), people in pools.items():
        pool = Pool(group, day, option, people, [])
        _add_pauses(program, pool, hour, demand, prices)
        columns.pools.append(pool)


def _add_pauses(program: IntegerProgram, pool: Pool, hour: float, demand: Demand, prices: Prices) -> None:
    """Each of the people takes each pause once, and one after the other."""
    shift, start = demand.problem.options[pool.option], int(demand.problem.option_slot[pool.option, pool.day])
    for number, pause in enumerate(shift.pauses):
        begun = {}
        for offset in range(pause.earliest, pause.latest + 1):
            saved = 0.0 if pause.paid else prices.of(hour, start + offset, pause.slots)
            begun[offset] = program.column(-saved)
        program.row([*((people, -1.0) for people in pool.people), *((c, 1.0) for c in begun.values())], 0.0, 0.0)
        if number:
            _add_order(program, pool.pauses[-1], shift.pauses[number - 1], begun)
        pool.pauses.append(begun)


def _add_order(program: IntegerProgram, before: dict[int, int], pause: Pause, then: dict[int, int]) -> None:
    """By each moment at most as many have begun the next pause as have ended this one."""
    for moment in then:
        if moment < pause.latest + pause.slots:
            ended = [(column, -1.0) for offset, column in before.items() if offset + pause.slots <= moment]
            begun = [(column, 1.0) for offset, column in then.items() if offset <= moment]
            program.row([*begun, *ended], high=0.0)


def _add_flow(program: IntegerProgram, columns: CrewColumns, crew: Crew, prices: Prices) -> None:
    """People flow from day to day; on each day as many take a kind as work its shifts (or have the day off)."""
    arriving: dict[int, list[int]] = {}
    for day, layer in enumerate(crew.automaton.layers):
        by_kind: dict[int, list[int]] = {}
        leaving: dict[int, list[int]] = {}
        reached: dict[int, list[int]] = {}
        for state, kind in np.argwhere(layer.to >= 0).tolist():
            column = columns.flow[day, state, kind] = program.column(0.0 if day else prices.head)
            by_kind.setdefault(kind, []).append(column)
            leaving.setdefault(state, []).append(column)
            reached.setdefault(int(layer.to[state, kind]), []).append(column)
        for state in leaving if day else ():
            _balance(program, arriving.get(state, []), leaving[state])
        _add_kinds(program, columns, crew, day, by_kind)
        arriving = reached


def _balance(program: IntegerProgram, arriving: Sequence[int], leaving: Sequence[int]) -> None:
    program.row([*((c, 1.0) for c in arriving), *((c, -1.0) for c in leaving)], 0.0, 0.0)


def _add_kinds(
    program: IntegerProgram, columns: CrewColumns, crew: Crew, day: int, by_kind: dict[int, list[int]]
) -> None:
    """Who takes a kind works one of its shifts; a kind that is also a day off may be taken without one."""
    layer, shifts = crew.automaton.layers[day], {kind: list[int]() for kind in by_kind}
    for option in np.flatnonzero(crew.options[day]).tolist():
        shifts[int(layer.kind[option])].append(columns.shifts[day, option])
    for kind, flow in by_kind.items():
        terms = [*((c, 1.0) for c in flow), *((c, -1.0) for c in shifts[kind])]
        program.row(terms, 0.0, UNBOUNDED if kind == layer.kind[-1] else 0.0)


def _add_cover(program: IntegerProgram, columns: Columns, group: int, demand: Demand, prices: Prices) -> None:
    """Enough people on queue for the group in every slot, where nobody may be missing."""
    there, away = in_house(columns, demand, [group]), on_break(columns, demand, [group])
    for slot in np.flatnonzero(demand.need[group]).tolist():
        terms = [*there[slot], *((column, -factor) for column, factor in away[slot])]
        need = float(demand.need[group, slot])
        if prices.missing is not None:
            price = prices.missing * demand.period.slot_hours
            columns.missing[group, slot] = program.column(price, most=need, whole=False)
            terms.append((columns.missing[group, slot], 1.0))
        program.row(terms, low=need)


def _add_team(program: IntegerProgram, columns: Columns, demand: Demand) -> None:
    """Seats, and how many may be on a break at once."""
    everybody = range(len(demand.problem.groups))
    for rule in demand.team:
        match rule:
            case Seats(most=most):
                for terms in in_house(columns, demand, everybody):
                    program.row(terms, high=float(most))
            case ConcurrentBreaks(group=group):
                own = [demand.problem.groups.index(group)] if group else everybody
                _add_breaks(program, rule, on_break(columns, demand, own), in_house(columns, demand, own))


def _add_breaks(program: IntegerProgram, rule: ConcurrentBreaks, on_break: Sums, in_house: Sums) -> None:
    most = float(NO_LIMIT if rule.most is None else rule.most)
    for away, there in zip(on_break, in_house, strict=True):
        program.row(away, high=most)
        if rule.share is not None and away:
            alone = program.column(most=1.0)  # one person may always go: then this is 1 and the share does not count
            share = [(column, -float(rule.share) * factor) for column, factor in there]
            program.row([*away, *share, (alone, -1.0)], high=0.0)
            program.row([*away, (alone, float(MOST_ON_BREAK))], high=1.0 + MOST_ON_BREAK)


def seek_fewer_heads(program: IntegerProgram, columns: Columns, values: NDArray[np.float64]) -> None:
    """From here on the same shifts, pauses and people missing as in a solution, by as few people as can be. `values`:
    (columns,)."""
    heads = {c for own in columns.crews.values() for (day, _, _), c in own.flow.items() if day == 0}
    flow = {c for own in columns.crews.values() for c in own.flow.values()}
    for column in range(len(program.price)):
        program.price[column] = float(column in heads)
        if column not in flow:
            settled = float(np.rint(values[column])) if program.whole[column] else float(values[column])
            program.row([(column, 1.0)], settled, settled)


def seek_fewer_hours(program: IntegerProgram, columns: Columns, values: NDArray[np.float64], demand: Demand) -> None:
    """From here on no more people, and no more of them missing, than in a solution, for as few hours as can be.
    `values`: (columns,)."""
    heads = [c for own in columns.crews.values() for (day, _, _), c in own.flow.items() if day == 0]
    missing = list(columns.missing.values())
    for settled in (heads, missing):
        program.row([(c, 1.0) for c in settled], high=float(values[settled].sum()) + 1e-6)
    program.price[:] = [0.0] * len(program.price)
    for column, hours in _paid_hours(columns, demand):
        program.price[column] = hours


def seek_fewer_idle_hours(
    program: IntegerProgram, columns: Columns, values: NDArray[np.float64], demand: Demand
) -> None:
    """From here on no more of what was minimised, of people, of their paid hours and of hours missing than in a
    solution, with as few hours as can be in which nobody is needed. `values`: (columns,)."""
    heads = [(c, 1.0) for own in columns.crews.values() for (day, _, _), c in own.flow.items() if day == 0]
    missing = [(c, 1.0) for c in columns.missing.values()]
    for terms in (list(enumerate(program.price)), heads, _paid_hours(columns, demand), missing):
        program.row(terms, high=sum(factor * float(values[c]) for c, factor in terms) + 1e-6)
    program.price[:] = [0.0] * len(program.price)
    for column, hours in idle_hours(columns, demand):
        program.price[column] = hours


def idle_hours(columns: Columns, demand: Demand) -> list[tuple[int, float]]:
    """Columns of shifts and how many of a shift's hours lie where nobody of its planning group is needed."""
    problem, found = demand.problem, []
    for pool in columns.pools:
        first, slots = int(problem.option_slot[pool.option, pool.day]), problem.options[pool.option].slots
        hours = demand.idle_slots(pool.group, first, slots) * demand.period.slot_hours
        found += [(column, hours) for column in pool.people if hours]
    return found


def _paid_hours(columns: Columns, demand: Demand) -> list[tuple[int, float]]:
    options = demand.problem.options
    return [
        (column, options[option].paid_minutes / 60)
        for own in columns.crews.values()
        for (_, option), column in own.shifts.items()
    ]


def in_house(columns: Columns, demand: Demand, groups: Sequence[int]) -> Sums:
    """People of the groups in a shift."""
    problem = demand.problem
    sums: Sums = [[] for _ in range(demand.need.shape[1])]
    for pool in (pool for pool in columns.pools if pool.group in groups):
        start = int(problem.option_slot[pool.option, pool.day])
        for first, end in problem.options[pool.option].parts:
            for slot in demand.inside(start + first, end - first):
                sums[slot] += [(column, 1.0) for column in pool.people]
    return sums


def on_break(columns: Columns, demand: Demand, groups: Sequence[int]) -> Sums:
    """People of the groups on a meal or break."""
    problem = demand.problem
    sums: Sums = [[] for _ in range(demand.need.shape[1])]
    for pool in (pool for pool in columns.pools if pool.group in groups):
        start = int(problem.option_slot[pool.option, pool.day])
        for pause, begun in zip(problem.options[pool.option].pauses, pool.pauses, strict=True):
            for offset, column in () if pause.gone else begun.items():
                for slot in demand.inside(start + offset, pause.slots):
                    sums[slot].append((column, 1.0))
    return sums
