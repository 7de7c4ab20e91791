"""A difference shared among its causes so that the shares add up to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """What each cause did, (causes,), in the unit of the value.

    `share`: its mean effect over all orders in which the causes may have come; they add up to `after` - `before`.
    `repaired`: how much better it would have been with this cause alone taken back. `alone`: how much this cause
    alone would have changed. These two do not add up.
    """

    before: float
    after: float
    share: Floats
    repaired: Floats
    alone: Floats


def shapley(value: Callable[[frozenset[int]], float], causes: int) -> Shares:
    """Shares of `causes` causes in value(all) - value(none); `value` is asked once of each of the 2^causes worlds.

    A set of k of the other causes weighs k! (n - 1 - k)! / n!.
    Source: L. S. Shapley, A value for n-person games (Contributions to the Theory of Games II, 1953)
    """
    worlds = [frozenset(n for n in range(causes) if world >> n & 1) for world in range(2**causes)]
    found = {world: value(world) for world in worlds}
    share = np.zeros(causes)
    for world in worlds:
        weight = factorial(len(world)) * factorial(max(causes - 1 - len(world), 0)) / factorial(causes)
        for cause in set(range(causes)) - world:
            share[cause] += weight * (found[world | {cause}] - found[world])
    every, nothing = worlds[-1], worlds[0]
    repaired = np.array([found[every - {cause}] - found[every] for cause in range(causes)])
    alone = np.array([found[frozenset({cause})] - found[nothing] for cause in range(causes)])
    return Shares(found[nothing], found[every], share, repaired, alone)
