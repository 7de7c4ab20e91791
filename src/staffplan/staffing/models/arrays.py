"""Arrays at the door of the arithmetic: broadcast together, checked, and given back in the caller's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
LONGEST_PATIENCE_SECONDS = 1e7
"""About four months. Customers more patient than that are customers who never hang up: give infinity."""

MOST_LINES = 1e7
"""A queue that long is walked through in a fifth of a second; a longer one is a queue without limit."""


class Rule(NamedTuple):
    """What an argument must be, in words and as a test of arrays."""

    words: str
    holds: Callable[[Array], NDArray[np.bool_]]


NOT_NEGATIVE = Rule("must be 0 or more", lambda x: np.isfinite(x) & (x >= 0))
POSITIVE = Rule("must be above 0", lambda x: np.isfinite(x) & (x > 0))
PATIENCE = Rule(
    f"must be above 0 and at most {LONGEST_PATIENCE_SECONDS:g}, or infinite",
    lambda x: (x > 0) & ((x <= LONGEST_PATIENCE_SECONDS) | np.isinf(x)),
)
LINES = Rule(
    f"must be whole numbers from 0 to {MOST_LINES:g}, or infinite",
    lambda x: np.isposinf(x) | ((x >= 0) & (x <= MOST_LINES) & (x == np.floor(x))),
)
SHARE = Rule("must be a share from 0 to 1 (1 excluded)", lambda x: (x >= 0) & (x < 1))
VARIATION = Rule("must be a share from 0 to 0.57", lambda x: (x >= 0) & (x <= 0.57))
SHARE_OR_NONE = Rule("must be a share from 0 to 1 (1 excluded), or nan", lambda x: np.isnan(x) | ((x >= 0) & (x < 1)))
SECONDS_OR_NONE = Rule("must be 0 or more, or nan", lambda x: np.isnan(x) | (np.isfinite(x) & (x >= 0)))
POSITIVE_OR_NONE = Rule("must be above 0, or nan", lambda x: np.isnan(x) | (np.isfinite(x) & (x > 0)))
OCCUPANCY_OR_NONE = Rule("must be above 0 and at most 1, or nan", lambda x: np.isnan(x) | ((x > 0) & (x <= 1)))


def cells(**named: tuple[ArrayLike, Rule]) -> tuple[tuple[int, ...], list[Array]]:
    """The common shape and, in the order given, each argument as an array; the arguments broadcast and may be of any
    shape.

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
    return np.broadcast_shapes(*(array.shape for array in arrays.values())), list(arrays.values())


def flat(values: Array, shape: tuple[int, ...]) -> Array:
    """The values as one row, (cells,), as many as the shape has cells."""
    return np.broadcast_to(values, shape).flatten()


def columns(values: list[Array], shape: tuple[int, ...]) -> Array:
    """(cells, values): each of the values over the whole shape, side by side."""
    table = np.empty((int(np.prod(shape)), len(values)))
    table[:] = [own.item() if own.ndim == 0 else 0.0 for own in values]
    for number, own in enumerate(values):
        if own.ndim > 0:
            table[:, number] = np.broadcast_to(own, shape).reshape(-1)
    return table
