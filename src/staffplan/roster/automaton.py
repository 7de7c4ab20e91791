"""All rules of one person as one automaton: what may follow what, and what it costs.

The product of the rules' machines (machines.py), day by day from the states that can be reached; then, from the last
day back, states from which the period cannot be ended are left out, and states with the same future made one
(minimisation of a layered automaton: Hopcroft, Motwani and Ullman, "Introduction to Automata Theory, Languages, and
Computation", section 4.4; on layers one pass from the end is enough). A tour that keeps every rule is a path; a pass
over the days finds the best one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.machines import FORBIDDEN, Machine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """One day. `to` and `price`, (states, kinds): the next day's state or FORBIDDEN, and the cost of the step."""

    kind: Ints
    """(options + 1,): kind of each option, the last is a day off; kinds of options nobody may work are 0."""
    to: Ints
    price: Floats


@dataclass(frozen=True)
class Automaton:
    """Layers by day; a tour starts in state 0 of the first. Without any tour the first layer has no state."""

    layers: tuple[Layer, ...]

    @property
    def is_empty(self) -> bool:
        return len(self.layers[0].to) == 0


def make_automaton(machines: Sequence[Machine], useful: NDArray[np.bool_]) -> Automaton:
    """The automaton of these machines; useful, (days, options): options that somebody of the contract may work."""
    return Automaton(_minimal(*_product(machines, useful)))


def _product(machines: Sequence[Machine], useful: NDArray[np.bool_]) -> tuple[list[Layer], Floats]:
    """Every state that can be reached, and what ending in each of the last layer costs."""
    states = np.array([[machine.start for machine in machines]], dtype=np.int64)
    layers = []
    for day in range(len(useful)):
        kind, seen = _kinds(machines, day, useful[day])
        to, price, states = _step(machines, day, seen, states)
        layers.append(Layer(kind, to, price))
    ends = [machine.end[states[:, m]] for m, machine in enumerate(machines) if machine.end is not None]
    return layers, np.sum(ends, axis=0) if ends else np.zeros(len(states))


def _kinds(machines: Sequence[Machine], day: int, useful: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Kind of each option on the day, and each kind as the machines see it, (kinds, machines)."""
    columns = [machine.kind[day] for machine in machines]
    labels = np.stack([np.zeros_like(columns[0]), *columns], axis=1) if columns else np.zeros((len(useful) + 1, 1))
    wanted = np.append(useful, True)
    seen, number = np.unique(labels[wanted], axis=0, return_inverse=True)
    kind = np.zeros(len(wanted), dtype=np.int64)
    kind[wanted] = number
    return kind, seen[:, 1:].astype(np.int64)


def _step(machines: Sequence[Machine], day: int, seen: Ints, states: Ints) -> tuple[Ints, Floats, Ints]:
    """Next state numbers and prices, (states, kinds), and the next day's states, (states, machines)."""
    reached = np.empty((len(states), len(seen), len(machines)), dtype=np.int64)
    price = np.zeros(reached.shape[:2])
    for m, machine in enumerate(machines):
        at = np.ix_(states[:, m], seen[:, m])
        reached[:, :, m] = machine.step[day][at]
        if machine.price is not None:
            price += machine.price[day][at]
    good = (reached >= 0).all(axis=2) & np.isfinite(price)
    code, then = _numbered(reached[good])
    to = np.full(reached.shape[:2], FORBIDDEN, dtype=np.int64)
    to[good] = code
    return to, np.where(good, price, 0.0), then


def _numbered(rows: Ints) -> tuple[Ints, Ints]:
    """A number for each row, the same for equal rows, and the rows that the numbers stand for."""
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        code = code * (int(column.max(initial=0)) + 1) + column
        code = np.unique(code, return_inverse=True)[1]
    first = np.unique(code, return_index=True)[1]
    return code, rows[first]


def _minimal(layers: list[Layer], end: Floats) -> tuple[Layer, ...]:
    """Layers without dead states, states of the same future made one; the end's price goes to the last steps."""
    found: list[Layer] = []
    alike = np.where(np.isfinite(end), 0, FORBIDDEN)
    last = np.where(np.isfinite(end), end, 0.0)
    for layer in reversed(layers):
        reaches = np.maximum(layer.to, 0)
        good = layer.to >= 0
        to = np.where(good, alike[reaches] if len(alike) else FORBIDDEN, FORBIDDEN)
        price = np.where(to >= 0, layer.price + (last[reaches] if len(last) else 0.0), 0.0)
        alive = (to >= 0).any(axis=1)
        merged, kept = _alike(to[alive], price[alive])
        alike = np.full(len(to), FORBIDDEN, dtype=np.int64)
        alike[alive] = merged
        last = np.zeros(len(to))
        found.append(_fewer_kinds(layer.kind, to[alive][kept], price[alive][kept]))
    return tuple(reversed(found))


def _fewer_kinds(kind: Ints, to: Ints, price: Floats) -> Layer:
    """Kinds that take every state the same way made one."""
    if not len(to):
        return Layer(kind, to, price)
    merged, kept = _alike(np.ascontiguousarray(to.T), np.ascontiguousarray(price.T))
    return Layer(merged[kind], np.ascontiguousarray(to[:, kept]), np.ascontiguousarray(price[:, kept]))


def _alike(to: Ints, price: Floats) -> tuple[Ints, Ints]:
    """A number for each row, the same where they agree, and one row for each number."""
    if not len(to):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    rows = np.ascontiguousarray(np.concatenate([to, price.view(np.int64)], axis=1) if price.any() else to)
    whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, kept, merged = np.unique(whole, return_index=True, return_inverse=True)
    return merged.astype(np.int64), kept.astype(np.int64)
