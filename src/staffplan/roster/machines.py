"""A rule of one person as a machine: states that a tour passes through, one day after the other.

The tour search knows rules only in this form. A machine is in one state at the start of each day; what the person
does on the day (a shift option, or a day off) takes it to the state of the next day, forbids the step, or prices it.
All machines of a person together are made one automaton (automaton.py), so a rule knows nothing of the others.
"""

from __future__ import annotations

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
