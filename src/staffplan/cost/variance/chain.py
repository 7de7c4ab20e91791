"""A cost as a product of causes, and three ways to share a difference of two costs among them.

Every leaf (a queue in a month) has its own product; what holds for leaves holds for their sums, as all three ways are
linear. Amounts become whole cents at the end, so that they add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import factorial

import numpy as np

from staffplan.cost.exact import Floats, Ints
from staffplan.errors import Problem, UsageError, nearest

SHAPLEY, SEQUENTIAL, LMDI = "shapley", "sequential", "lmdi"


@dataclass(frozen=True)
class Factor:
    """One cause that multiplies: its value before and after, (leaves,). Where a value is nan the other one holds.

    `parts`: values that add up to the factor, but for a constant, before and after: its share is split among them.
    """

    name: str
    before: Floats
    after: Floats
    parts: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, sides: Iterable[Floats]) -> Factor:
        """A factor without parts, from its values before and after, (leaves,) each."""
        before, after = sides
        return cls(name, before, after)

    def both(self) -> tuple[Floats, Floats]:
        """Before and after, (leaves,) each, without nan: 1 where neither is known."""
        before = np.where(np.isnan(self.before), self.after, self.before)
        after = np.where(np.isnan(self.after), self.before, self.after)
        return np.nan_to_num(before, nan=1.0), np.nan_to_num(after, nan=1.0)


@dataclass(frozen=True)
class Term:
    """One cause that is an amount by itself, before and after, (leaves,) money."""

    name: str
    before: Floats
    after: Floats


@dataclass(frozen=True)
class Method:
    """How a difference is shared: by name, and for `sequential` the order in which the causes change."""

    name: str
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: str, causes: Sequence[str]) -> Method:
        """`shapley`, `lmdi`, `sequential` or `sequential:rate,volume`, where those not named follow in usual order.

        Raises UsageError.
        """
        name, colon, rest = (part.strip() for part in words.strip().lower().partition(":"))
        named = tuple(part.strip() for part in rest.split(",")) if rest else ()
        if name not in (SHAPLEY, SEQUENTIAL, LMDI):
            hint = nearest(name, [SHAPLEY, SEQUENTIAL, LMDI])
            raise UsageError(Problem("--method", f"{words!r} is not a method", hint))
        if colon and name != SEQUENTIAL:
            raise UsageError(Problem("--method", f"{name} has no order", "write it without the colon"))
        wrong = [
            Problem("--method", f"{part!r} is not a cause here", f"causes: {', '.join(causes)}")
            for part in named
            if part not in causes
        ]
        if wrong or len(set(named)) < len(named):
            raise UsageError(wrong or Problem("--method", "a cause is named twice", "name each cause once"))
        return cls(name, (*named, *(cause for cause in causes if cause not in named)))

    def multipliers(self, before: Floats, after: Floats, causes: Sequence[str]) -> Floats:
        """(causes, leaves): what one unit of each factor is worth; its share is that times its change."""
        match self.name:
            case "shapley":
                return shapley(before, after)
            case "sequential":
                return sequential(before, after, [causes.index(name) for name in self.order if name in causes])
            case _:
                return lmdi(before, after)


def shapley(before: Floats, after: Floats) -> Floats:
    """(factors, leaves): each factor's worth, the mean over all orders in which the others have changed or not.

    With k of the n - 1 others changed, an order has the weight k! (n - 1 - k)! / n!. Of products, the sum over all
    sets of k is the coefficient of t^k in the product of (before + after t).

    Source: L. S. Shapley, A value for n-person games (Contributions to the Theory of Games II, 1953)
    """
    count = len(before)
    worth = np.empty_like(before)
    for own in range(count):
        sums = np.zeros((count, before.shape[1]))
        sums[0] = 1.0
        for other in range(count):
            if other != own:
                sums[1:] = sums[1:] * before[other] + sums[:-1] * after[other]
                sums[0] *= before[other]
        weights = [factorial(k) * factorial(count - 1 - k) / factorial(count) for k in range(count)]
        worth[own] = np.tensordot(weights, sums, axes=1)
    return worth


def sequential(before: Floats, after: Floats, order: Sequence[int]) -> Floats:
    """(factors, leaves): each factor's worth where those earlier in the order have changed, later ones not."""
    worth = np.empty_like(before)
    for place, own in enumerate(order):
        worth[own] = after[list(order[:place])].prod(axis=0) * before[list(order[place + 1 :])].prod(axis=0)
    return worth


def lmdi(before: Floats, after: Floats) -> Floats:
    """(factors, leaves): the additive logarithmic mean index: L(after, before) x ln of the factor's change.

    A cost that comes from 0, or goes there, is shared in equal parts by the factors that were 0.

    Source: B. W. Ang, The LMDI approach to decomposition analysis: a practical guide (Energy Policy 33, 2005)
    """
    first, last = before.prod(axis=0), after.prod(axis=0)
    change, there = after - before, (first > 0) & (last > 0)
    low, high = np.where(before > 0, before, 1.0), np.where(after > 0, after, 1.0)
    mean = _log_mean(np.where(there, first, 1.0), np.where(there, last, 1.0))
    share = mean * np.log(high / low)
    nothing = ((before == 0) & (first == 0)) != ((after == 0) & (last == 0))
    ends = (last - first) * nothing / np.maximum(nothing.sum(axis=0), 1)
    share = np.where(there, share, ends)
    unchanged = mean / low
    return np.where(change == 0, np.where(there, unchanged, 0.0), share / np.where(change == 0, 1.0, change))


def _log_mean(first: Floats, last: Floats) -> Floats:
    """The logarithmic mean of positive numbers, (leaves,)."""
    near = np.isclose(first, last, rtol=1e-9, atol=0.0)
    return np.where(near, (first + last) / 2, (last - first) / np.where(near, 1.0, np.log(last / first)))


def shares(factors: Sequence[Factor], terms: Sequence[Term], method: Method) -> dict[str, Floats]:
    """Each cause's share of the difference, (leaves,) money, before it is rounded; parts under their own names."""
    pairs = [factor.both() for factor in factors]
    before, after = (np.stack([pair[side] for pair in pairs]) for side in (0, 1))
    worth = method.multipliers(before, after, [factor.name for factor in factors])
    found: dict[str, Floats] = {}
    for place, factor in enumerate(factors):
        if factor.parts:
            found |= {name: worth[place] * (last - first) for name, (first, last) in factor.parts.items()}
        else:
            found[factor.name] = worth[place] * (after[place] - before[place])
    return found | {term.name: term.after - term.before for term in terms}


def whole_cents(parts: Floats, whole: Ints) -> Ints:
    """(leaves, causes) cents that add up to each whole (leaves,): rounded, the largest part takes the rest.

    The largest is the one farthest from 0, the first of equals.
    """
    cents = np.floor(parts * 100 + 0.5).astype(np.int64)
    largest = np.abs(parts).argmax(axis=1)
    cents[np.arange(len(parts)), largest] += whole - cents.sum(axis=1)
    return cents
