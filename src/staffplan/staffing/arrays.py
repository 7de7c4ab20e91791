"""Arrays at the door of the arithmetic: broadcast together, checked, and given back in the caller's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
LONGEST_PATIENCE_SECONDS = 1e7
"""About four months. Customers more patient than that are customers who never hang up: give infinity."""


class Rule(NamedTuple):
    """What an argument must be, in words and as a test of arrays."""

    words: str
    holds: Callable[[Array], NDArray[np.bool_]]


NOT_NEGATIVE = Rule("must be 0 or more", lambda x: np.isfinite(x) & (x >= 0))
POSITIVE = Rule("must be above 0", lambda x: np.isfinite(x) & (x > 0))
HEADS = Rule("must be whole numbers, 0 or more", lambda x: np.isfinite(x) & (x >= 0) & (x == np.floor(x)))
PATIENCE = Rule(
    f"must be above 0 and at most {LONGEST_PATIENCE_SECONDS:g}, or infinite",
    lambda x: (x > 0) & ((x <= LONGEST_PATIENCE_SECONDS) | np.isinf(x)),
)
LINES = Rule("must be 0 or more (may be infinite)", lambda x: x >= 0)
SHARE_OR_NONE = Rule("must be a share from 0 to 1 (1 excluded), or nan", lambda x: np.isnan(x) | ((x >= 0) & (x < 1)))
SECONDS_OR_NONE = Rule("must be 0 or more, or nan", lambda x: np.isnan(x) | (np.isfinite(x) & (x >= 0)))
POSITIVE_OR_NONE = Rule("must be above 0, or nan", lambda x: np.isnan(x) | (np.isfinite(x) & (x > 0)))
OCCUPANCY_OR_NONE = Rule("must be above 0 and at most 1, or nan", lambda x: np.isnan(x) | ((x > 0) & (x <= 1)))


def cells(**named: tuple[ArrayLike, Rule]) -> tuple[tuple[int, ...], list[Array]]:
    """The common shape and, in the order given, each argument flat and full length.

    Raises ValueError naming every argument that breaks its rule, with the first value that does.
    """
    arrays = {name: np.asarray(value, dtype=np.float64) for name, (value, _) in named.items()}
    wrong = []
    for name, (_, rule) in named.items():
        bad = ~rule.holds(arrays[name])
        if bad.any():
            wrong.append(f"{name} {rule.words}, not {arrays[name][bad].flat[0]:g}")
    if wrong:
        raise ValueError("; ".join(wrong))
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    return shape, [np.broadcast_to(array, shape).flatten() for array in arrays.values()]
