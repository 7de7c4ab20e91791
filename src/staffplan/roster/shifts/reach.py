"""What no number of people can do: intervals outside every shift, and more people needed than there are seats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staffplan.errors import Problem
from staffplan.roster.problem.problem import Pause, Period
from staffplan.roster.rules import span
from staffplan.roster.rules.team import seat_limit
from staffplan.roster.shifts.crews import Demand


def out_of_reach(demand: Demand) -> list[Problem]:
    """Every span of a day that cannot be covered, and why."""
    return [*_outside_every_shift(demand), *_above_the_seats(demand)]


def _outside_every_shift(demand: Demand) -> Iterator[Problem]:
    hint = "add a shift that covers it, or a contract that allows one; or accept understaffed hours: --allow-short"
    for number, group in enumerate(demand.problem.groups):
        uncovered = (demand.need[number] > 0) & ~reached(demand, number)
        for words, slots in spans_in_words(uncovered, demand.period):
            most = int(demand.need[number, slots].max())
            yield Problem(group, f"no shift of any contract covers {words}, {_people(most)} needed", hint)


def _above_the_seats(demand: Demand) -> Iterator[Problem]:
    seats = seat_limit(demand.team, demand.period)[: demand.need.shape[1]]
    everybody = demand.need.sum(axis=0)
    for words, slots in spans_in_words(everybody > seats, demand.period):
        message = f"{_people(int(everybody[slots].max()))} needed on queue, {int(seats[slots].min())} seats: {words}"
        yield Problem("roster.rules", message, "plan more seats, or accept understaffed hours: --allow-short")


def _people(number: int) -> str:
    return f"{number} {'person is' if number == 1 else 'people are'}"


def reached(demand: Demand, group: int) -> NDArray[np.bool_]:
    """(slots of the period,): somebody of a crew of the group can be on queue then."""
    problem = demand.problem
    found = np.zeros(demand.need.shape[1], dtype=bool)
    on_queue = [[s for s in range(o.slots) if can_be_on_queue(s, o.pauses)] for o in problem.options]
    options = [crew.options for crew in demand.crews if crew.group == group]
    for day, option in np.argwhere(np.any(options, axis=0)).tolist():
        start = int(problem.option_slot[option, day])
        for offset in on_queue[option]:
            found[demand.inside(start + offset, 1)] = True
    return found


def can_be_on_queue(slot: int, pauses: Sequence[Pause]) -> bool:
    """Whether the pauses of a shift can all be taken, in their order, without one in this slot of the shift."""
    free = 0
    for pause in pauses:
        start = max(pause.earliest, free)
        if start <= slot < start + pause.slots:
            start = slot + 1
        if start > pause.latest:
            return False
        free = start + pause.slots
    return True


def spans_in_words(which: NDArray[np.bool_], period: Period) -> Iterator[tuple[str, slice]]:
    """Neighbouring slots of a local day that are True, in words and as a slice. `which`: (slots,)."""
    for day in range(period.days):
        first, end = int(period.day_slot[day]), int(period.day_slot[day + 1])
        edges: Any = np.flatnonzero(np.diff(np.concatenate([[False], which[first:end], [False]]).astype(np.int8)))
        for begin, until in zip((first + edges[::2]).tolist(), (first + edges[1::2]).tolist(), strict=True):
            times = [period.instant(slot).tz_convert(period.timezone) for slot in (begin, until)]
            date = period.day(day)
            yield f"{span(date, date)} {times[0]:%H:%M}-{times[1]:%H:%M}", slice(begin, until)
