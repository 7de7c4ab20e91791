"""All rules of one person as one automaton: what may follow what, and what it costs.

Each rule's machine (machine.py) becomes an automaton of the states that can be reached; then, from the last day
back, states from which the period cannot be ended are left out, and states with the same future made one (Hopcroft,
Motwani and Ullman, "Introduction to Automata Theory, Languages, and Computation", section 4.4; on layers one pass
from the end is enough). Two automata at a time are made one that allows what both allow, and minimised again, the
smallest first: the product of all machines at once has twenty times the states on its way, and grows beyond memory
with the period. A tour that keeps every rule is a path; a pass over the days finds the best one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import FORBIDDEN, Machine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MIXER = np.uint64(0xBF58476D1CE4E5B9)
"""An odd number with its bits spread, from SplitMix64 (Steele, Lea and Flood 2014)."""


@dataclass(frozen=True)
class Layer:
    """One day. `to` and `price`, (states, kinds): the next day's state or FORBIDDEN, and the cost of the step."""

    kind: Ints
    """(options + 1,): kind of each option, the last is a day off; options nobody may work are of its kind."""
    to: Ints
    price: Floats


@dataclass(frozen=True)
class Automaton:
    """Layers by day; a tour starts in state 0 of the first. Without any tour the first layer has no state."""

    layers: tuple[Layer, ...]

    @property
    def is_empty(self) -> bool:
        return len(self.layers[0].to) == 0


class TooLargeError(Exception):
    """An automaton would have more steps than it may, or take longer to make."""


def in_time() -> bool:
    """No clock: the time is never over."""
    return False


@dataclass
class Allowance:
    """Steps (states x kinds, of all days) that may still be made, those on the way to a smaller automaton too, while
    the time is not over."""

    steps: float
    over: Callable[[], bool] = field(default=in_time)

    def spend(self, states: int, kinds: int) -> None:
        self.steps -= states * kinds
        if self.steps < 0 or self.over():
            raise TooLargeError


def make_automaton(
    machines: Sequence[Machine], useful: NDArray[np.bool_], allowance: Allowance | None = None
) -> Automaton:
    """The automaton of these machines; useful, (days, options): options that somebody of the contract may work.

    Raises TooLargeError where it takes more steps than allowed.
    """
    return joined([alone(machine) for machine in machines], useful, allowance)


def joined(parts: Iterable[Automaton], useful: NDArray[np.bool_], allowance: Allowance | None = None) -> Automaton:
    """Tours of useful options that every part allows, at the sum of their prices. Raises TooLargeError where that
    takes more steps than allowed."""
    nothing = Layer(np.zeros(useful.shape[1] + 1, dtype=np.int64), np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1)))
    ours = [_only(part, useful) for part in sorted(parts, key=size)]
    return reduce(lambda one, other: both(one, other, allowance), ours, Automaton((nothing,) * len(useful)))


def _only(automaton: Automaton, useful: NDArray[np.bool_]) -> Automaton:
    """The same with all other options of the day off's kind."""
    wanted = np.append(useful, np.ones((len(useful), 1), dtype=bool), axis=1)
    kinds = [np.where(mine, layer.kind, layer.kind[-1]) for layer, mine in zip(automaton.layers, wanted, strict=True)]
    return Automaton(tuple(replace(layer, kind=kind) for layer, kind in zip(automaton.layers, kinds, strict=True)))


def size(automaton: Automaton) -> int:
    """States of all days."""
    return sum(len(layer.to) for layer in automaton.layers)


def alone(machine: Machine) -> Automaton:
    """The automaton of one machine."""
    states, layers = np.array([machine.start], dtype=np.int64), []
    for day, kinds in enumerate(machine.kind):
        seen, kind = np.unique(kinds, return_inverse=True)
        at = np.ix_(states, seen)
        reached = machine.step[day][at]
        price = np.zeros(reached.shape) if machine.price is None else machine.price[day][at].astype(float)
        good = (reached >= 0) & np.isfinite(price)
        to, states = _numbered(reached, good, int(reached.max(initial=0)) + 1)  # the last day may lead to more states
        layers.append(Layer(kind.astype(np.int64), to, np.where(good, price, 0.0)))
    return Automaton(_minimal(layers, np.zeros(len(states)) if machine.end is None else machine.end[states]))


def both(one: Automaton, other: Automaton, allowance: Allowance | None = None) -> Automaton:
    """Tours that both allow, at the sum of their prices. Raises TooLargeError."""
    if one.is_empty or other.is_empty:
        return one if one.is_empty else other
    pairs, layers = np.zeros(1, dtype=np.int64), []
    for day, (a, b) in enumerate(zip(one.layers, other.layers, strict=True)):
        kinds, kind = np.unique(a.kind * b.to.shape[1] + b.kind, return_inverse=True)
        if allowance is not None:
            allowance.spend(len(pairs), len(kinds))
        at_a = np.ix_(pairs // len(b.to), kinds // b.to.shape[1])
        at_b = np.ix_(pairs % len(b.to), kinds % b.to.shape[1])
        good = (a.to[at_a] >= 0) & (b.to[at_b] >= 0)
        ends = day + 1 == len(one.layers)
        then_a, then_b = (1 if ends else len(whole.layers[day + 1].to) for whole in (one, other))
        to, pairs = _numbered(a.to[at_a] * then_b + b.to[at_b], good, then_a * then_b)
        layers.append(Layer(kind.astype(np.int64), to, np.where(good, a.price[at_a] + b.price[at_b], 0.0)))
    return Automaton(_minimal(layers, np.zeros(len(pairs))))


def _numbered(reached: Ints, good: NDArray[np.bool_], most: int) -> tuple[Ints, Ints]:
    """Good entries of `reached`, each below `most`, numbered in order (others FORBIDDEN), and what they were."""
    seen = np.zeros(most, dtype=bool)
    seen[reached[good]] = True
    number = np.cumsum(seen) - 1
    to = np.full(reached.shape, FORBIDDEN, dtype=np.int64)
    to[good] = number[reached[good]]
    return to, np.flatnonzero(seen)


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
    _, kept, merged = np.unique(_mixed(rows), return_index=True, return_inverse=True)
    if not np.array_equal(rows, rows[kept][merged]):  # two rows with the same number: compare them in full
        whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
        _, kept, merged = np.unique(whole, return_index=True, return_inverse=True)
    return merged.astype(np.int64), kept.astype(np.int64)


def _mixed(rows: Ints) -> NDArray[np.uint64]:
    """(rows,): a number made of each row, (rows, columns), hardly ever the same for two that differ; sorting numbers
    is much faster than sorting rows."""
    bits = rows.view(np.uint64)
    bits = (bits ^ (bits >> np.uint64(32))) * MIXER
    weights = np.full(rows.shape[1], MIXER).cumprod(dtype=np.uint64)
    return np.asarray(((bits ^ (bits >> np.uint64(29))) * weights).sum(axis=1, dtype=np.uint64))
