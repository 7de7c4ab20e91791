"""What the compiled parts of the roster work on, and the worth of a shift with its pauses at their best.

Numbers only; the words are in problem.py. Groups in a skill set are bits of an integer.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit

NOTHING = -1
"""Choice of a day without a shift."""
IMPOSSIBLE = -1e18
PAUSED, GONE = 2, 3
"""Marks of a slot in a shift: on a break, and between the parts of a split shift; 1 is on queue."""

# As arguments of compiled functions: for a plain 1, 0 or -1 numba compiles a function of its own for each.
ONE, ZERO, MINUS_ONE = np.array([1, 0, -1])
NO_DAY = np.array([NOTHING])[0]
NO_OPTION = np.array([NOTHING], dtype=np.int16)[0]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Shifts(NamedTuple):
    """The candidate shifts. Pauses of option o are pause_from[o] to pause_from[o + 1]."""

    slots: Ints  # (options,)
    first: Ints  # (options, days)
    serves: Ints  # (options,) number in `masks`
    masks: Ints  # (masks,) groups (bits) that a shift may serve
    pause_from: Ints  # (options + 1,)
    pause_slots: Ints  # (pauses,)
    pause_earliest: Ints
    pause_latest: Ints
    pause_mark: Ints  # PAUSED, or GONE between the parts of a split shift


class Walks(NamedTuple):
    """The automata of all people, one after the other, and which of them bind together.

    The step of automaton a on day d from a state with a kind is at offset[a, d] + state * kinds[a, d] + kind. A walk
    keeps the rules of several automata, its parts: only one where the whole product could be made. A tour that is
    sought in the first part alone pays `toll` for an option on a weekday to each other part, which earns it there: a
    Lagrangian decomposition (Guignard and Kim, "Lagrangean decomposition", Mathematical Programming 39, 1987).
    """

    to: NDArray[np.int32]
    price: NDArray[np.float32]
    offset: Ints  # (automata, days)
    kinds: Ints  # (automata, days)
    states: Ints  # (automata, days)
    kind: NDArray[np.int16]  # (automata, days, options + 1) the last is a day off
    part_from: Ints  # (walks + 1,)
    part: Ints  # (parts of all walks,) automaton
    same: Ints  # (parts of all walks, options + 1) the first option that is of the same kinds to the part
    toll: Floats  # (parts of all walks, 7, options + 1), zero for first parts; changed in place by the search
    priced: Flags  # (automata, days) whether any step of the day costs something
    guard: Floats  # (directions, 7, options + 1), whole numbers: amounts of work by which dead ends are told


class Folk(NamedTuple):
    """The people: skills, rules, what they may work and what they would like."""

    mask: Ints  # (people,) groups (bits)
    walk: Ints  # (people,) row of Walks.part_from
    liking: Ints  # (people,) row of `price`
    price: NDArray[np.float32]  # (likings, days, options + 1) cost of a day's choice in itself
    menu: Ints  # (people,) row of `menu_from`
    menu_from: Ints  # (menus, days + 1) part of `dishes` of each day
    dishes: NDArray[np.int16]  # options that may be worked
    place: NDArray[np.int32]  # (menus, days, options) where an option stands in `dishes`


class Need(NamedTuple):
    """worth[g, s, n]: cost that person n + 1 on queue saves, never rising in n; the last level holds above it.

    Where days are promised, worth counts a contact in time at `price`, and what a day's shortfall costs is counted
    beside it: from each beginning on, a contact late costs `dearer` more. One day more than there are takes what is
    after them.
    """

    worth: NDArray[np.float32]  # (groups, slots, levels)
    step: int  # slots in an interval
    promised: bool
    brings: NDArray[np.float32]  # (groups, slots, levels) contacts in time that person n + 1 brings
    day: Ints  # (slots,)
    price: Floats  # (groups, days + 1)
    due: Floats  # (groups, days + 1) contacts in time
    begun: Floats  # (groups, days + 1, steps) shortfall, contacts
    dearer: Floats  # (groups, days + 1, steps)


class Team(NamedTuple):
    """Limits of people together; `price` for each person and slot above.

    Circles are people of whom only so many may pause at once: a number, and part / of those of them in the house
    (`of` 0: no part), though always one.
    """

    watched: bool
    seats: Ints  # (slots,)
    pausing: Ints  # (slots,) on meals and breaks at once
    price: float
    counts: Flags  # (circles, people)
    most: Ints  # (circles,)
    part: Ints  # (circles,)
    of: Ints  # (circles,)


class Plan(NamedTuple):
    """A roster as arrays. Changed in place by the search."""

    choice: NDArray[np.int16]  # (people, days) option or NOTHING
    pauses: NDArray[np.int16]  # (people, days, pauses) slots after the shift's start
    group: NDArray[np.int8]  # (people, intervals) group served while in a shift
    node: NDArray[np.int32]  # (people, days + 1, parts) state of each automaton
    paid: NDArray[np.float32]  # (people, days) cost of the day's step
    on_queue: NDArray[np.int32]  # (groups, slots)
    gain: Floats  # (groups, slots) what one more saves
    loss: Floats  # (groups, slots) what one fewer costs
    on_site: NDArray[np.int32]  # (slots,)
    pausing: NDArray[np.int32]  # (slots,)
    circle_site: NDArray[np.int32]  # (circles, slots) people of each circle in the house
    circle_pausing: NDArray[np.int32]  # (circles, slots)
    in_time: Floats  # (groups, days + 1) contacts in time, where days are promised


class Desk(NamedTuple):
    """Room for one tour search."""

    prefix: Floats  # (masks, slots + 1)
    gains: Floats  # (masks, slots) worth of being on queue in a shift that may serve these groups
    served: Ints  # (masks, slots) and the group that is worth it
    worth: Floats  # (days, options + 1)
    table: Floats  # (pauses of a shift, starts of a pause)
    tour: Ints  # (days,)
    best: Ints  # (days, kinds) best option of each kind
    value: Floats  # (2, states)
    chose: NDArray[np.int16]  # (days, states)
    ahead: Floats  # (parts, days + 1, states) best that the rest of the period may bring, where parts are several
    tolled: Floats  # (days, options + 1) worth less the tolls
    asked: Floats  # (parts of all walks, 7, options + 1) what first parts choose more often than the others would
    label: NDArray[np.int32]  # (2, labels, parts) states of the tours kept
    so_far: Floats  # (2, labels) what they are worth


@njit(cache=True, nogil=True)
def pause_table(prefix: Floats, first: int, option: int, shifts: Shifts, table: Floats) -> float:
    """Least value lost to the pauses of a shift, taken in order, each in its window.

    `prefix`, (slots + 1,), sums the slots' values. `table` is (pauses of a shift, starts of a pause); table[k, j]:
    least loss of pauses 0..k, pause k j slots after its earliest start.
    """
    begin, end = shifts.pause_from[option], shifts.pause_from[option + 1]
    for k in range(begin, end):
        least = 0.0 if k == begin else -IMPOSSIBLE
        j = 0
        for start in range(shifts.pause_earliest[k], shifts.pause_latest[k] + 1):
            if k > begin:
                before = shifts.pause_earliest[k - 1]
                width = shifts.pause_latest[k - 1] - before + 1
                while j < width and before + j + shifts.pause_slots[k - 1] <= start:
                    least = min(least, table[k - begin - 1, j])
                    j += 1
            lost = prefix[first + start + shifts.pause_slots[k]] - prefix[first + start]
            table[k - begin, start - shifts.pause_earliest[k]] = least + lost
    if end == begin:
        return 0.0
    return table[end - begin - 1, : shifts.pause_latest[end - 1] - shifts.pause_earliest[end - 1] + 1].min()


@njit(cache=True, nogil=True)
def place_pauses(
    prefix: Floats, first: int, option: int, shifts: Shifts, table: Floats, out: NDArray[np.int16]
) -> None:
    """Least costly offsets of a shift's pauses, in slots after its start, written to `out`, (pauses of a shift,). Of
    equal places the first. `prefix` and `table` as in `pause_table`: (slots + 1,) and (pauses of a shift, starts of a
    pause)."""
    pause_table(prefix, first, option, shifts, table)
    begin, end = shifts.pause_from[option], shifts.pause_from[option + 1]
    limit = shifts.slots[option]
    for k in range(end - 1, begin - 1, -1):
        best = -IMPOSSIBLE
        at = 0
        for start in range(shifts.pause_earliest[k], shifts.pause_latest[k] + 1):
            if start + shifts.pause_slots[k] > limit:
                break
            if table[k - begin, start - shifts.pause_earliest[k]] < best - 1e-12:
                best = table[k - begin, start - shifts.pause_earliest[k]]
                at = start
        out[k - begin] = at
        limit = at


@njit(cache=True, nogil=True)
def price_shifts(prefix: Floats, allowed: Flags, day: int, shifts: Shifts, table: Floats, worth: Floats) -> None:
    """Worth of every allowed option on a day, pauses at their best; IMPOSSIBLE for the others, 0 for a day off.

    prefix: (masks, slots + 1).
    """
    for option in range(len(shifts.slots)):
        worth[option] = IMPOSSIBLE
        if allowed[option]:
            first, sums = shifts.first[option, day], prefix[shifts.serves[option]]
            whole = sums[first + shifts.slots[option]] - sums[first]
            worth[option] = whole - pause_table(sums, first, option, shifts, table)
    worth[len(shifts.slots)] = 0.0
