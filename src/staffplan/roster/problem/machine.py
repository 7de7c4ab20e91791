"""A rule of one person as a machine: states that a tour passes through, one day after the other.

The tour search knows rules only in this form. A machine is in one state at the start of each day; what the person
does on the day (a shift option, or a day off) takes it to the state of the next day, forbids the step, or prices it.
All machines of a person together are made one automaton (automaton.py), so a rule knows nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FORBIDDEN = -1
"""A step that the rule does not allow."""


@dataclass(frozen=True)
class Machine:
    """One rule of one person. Prices are in the unit of the roster's cost.

    `kind`, (days, options + 1): options of the same kind are the same to the rule on that day; the last column is a
    day off. `step`, (days, states, kinds): the next day's state or FORBIDDEN. `price`, (days, states, kinds): what
    the step costs; None: nothing. `end`, (states,): what it costs to end the period in the state, infinity where that
    is forbidden; None: nothing. `start`: the state on the first day, from what was worked before the period.
    """

    kind: Ints
    step: Ints
    price: Floats | None = None
    end: Floats | None = None
    start: int = 0


def kinds_of(*labels: Ints) -> tuple[Ints, Ints]:
    """Kinds from what a rule sees of an option on a day; each label is (days, options + 1).

    Gives the kind table, (days, options + 1), and what each kind is, (kinds, labels).
    """
    stacked = np.stack([np.asarray(label, dtype=np.int64) for label in labels], axis=-1)
    flat = stacked.reshape(-1, len(labels))
    what, kind = np.unique(flat, axis=0, return_inverse=True)
    return kind.reshape(stacked.shape[:-1]).astype(np.int64), what


def with_day_off(values: Ints, off: int) -> Ints:
    """(days, options) with one more column for a day off."""
    return np.concatenate([values, np.full((len(values), 1), off, dtype=np.int64)], axis=1)


def counter(amount: Ints, most: int, start: int = 0, end: Floats | None = None) -> Machine:
    """Adds up amount[day, option], (days, options + 1), over the period, and forbids more than `most`.

    The state is the sum so far, from 0 to `most`.
    """
    kind, what = kinds_of(amount)
    reached = np.arange(most + 1)[:, None] + what[:, 0][None, :]
    step = np.where(reached <= most, reached, FORBIDDEN)
    return Machine(kind, np.broadcast_to(step, (len(amount), *step.shape)), end=end, start=start)


Follow = Callable[[int, Ints, Ints], tuple[Ints, NDArray[np.bool_]]]
"""Where a day's steps lead; see `unrolled`."""


def unrolled(
    labels: Sequence[Ints], start: Sequence[int], follow: Follow, end: Callable[[Ints], Floats] | None = None
) -> Machine:
    """A machine whose states are rows of numbers, found by following every kind of day from `start` on.

    labels: what the rule sees of an option on a day, (days, options + 1) each. `follow(day, states, what)` gets the
    day's states, (states, 1, numbers), and the kinds, (1, kinds, labels); it gives the states they lead to, (states,
    kinds, numbers), and which steps are allowed, (states, kinds). `end(states)`: what ending in them costs. States
    are numbered anew every day.
    """
    kind, what = kinds_of(*labels)
    states, steps = np.array([start], dtype=np.int64), []
    for day, kinds in enumerate(kind):
        occurs = np.zeros(len(what), dtype=bool)
        occurs[kinds] = True
        reached, good = follow(day, states[:, None, :], what[None, :, :])
        good = good & occurs
        states, number = np.unique(reached[good], axis=0, return_inverse=True)
        step = np.full(good.shape, FORBIDDEN, dtype=np.int64)
        step[good] = number.ravel()
        steps.append(step)
    whole = np.full((len(steps), max(len(step) for step in steps), len(what)), FORBIDDEN, dtype=np.int64)
    for day, step in enumerate(steps):
        whole[day, : len(step)] = step
    return Machine(kind, whole, end=None if end is None else end(states))


def rows_of(*numbers: NDArray[np.generic]) -> Ints:
    """(states, kinds, numbers) from one array of (states, kinds) for each number of a state."""
    return np.stack(np.broadcast_arrays(*numbers), axis=-1).astype(np.int64)


def filtered(bad: NDArray[np.bool_]) -> Machine:
    """One state, in which some options, or the day off (last), are forbidden: bad, (days, options + 1)."""
    step = np.broadcast_to(np.array([[0, FORBIDDEN]], dtype=np.int64), (len(bad), 1, 2))
    return Machine(bad.astype(np.int64), step)


def single_days(price: Floats) -> Machine:
    """One state, in which every choice of a day costs something in itself: price, (days, options + 1)."""
    number = np.broadcast_to(np.arange(price.shape[1]), price.shape)
    return Machine(number, np.zeros((len(price), 1, price.shape[1]), dtype=np.int64), price[:, None, :])


def within_weeks(machine: Machine, last_of_week: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> Machine:
    """The machine begun anew each week: the last day's step leads to state 0, or is forbidden.

    allowed: (weeks, states) that may be reached at the end of the week.
    """
    step = np.array(machine.step)
    for week, day in enumerate(np.flatnonzero(last_of_week).tolist()):
        reached = step[day]
        good = (reached >= 0) & allowed[week][np.maximum(reached, 0)]
        step[day] = np.where(good, 0, FORBIDDEN)
    return Machine(machine.kind, step, machine.price, machine.end, machine.start)
