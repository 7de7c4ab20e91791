# mypy: disallow-untyped-decorators=False
"""The taut string: the shortest path between a floor and a ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def _next_bend(floor: Array, ceiling: Array, start: int, height: float) -> tuple[int, float]:
    """Where a line from (start, height) must first bend round a corner, and how high; or the end of both."""
    least, most = -np.inf, np.inf
    on_floor, on_ceiling = start + 1, start + 1
    for point in range(start + 1, len(floor)):
        length = point - start
        low, high = (floor[point] - height) / length, (ceiling[point] - height) / length
        if low > most:
            return on_ceiling, ceiling[on_ceiling]
        if high < least:
            return on_floor, floor[on_floor]
        if low >= least:
            least, on_floor = low, point
        if high <= most:
            most, on_ceiling = high, point
    return len(floor) - 1, floor[-1]


@njit(cache=True, error_model="numpy")
def taut_string(floor: Array, ceiling: Array) -> tuple[NDArray[np.int64], Array]:
    """Points and heights at which the shortest path bends, both ends included.

    Floor and ceiling are (points,), floor <= ceiling; the path starts at floor[0] and ends at floor[-1].
    """
    roof = ceiling.copy()
    roof[-1] = floor[-1]
    points, heights = np.zeros(len(floor), dtype=np.int64), np.zeros(len(floor))
    heights[0], bends = floor[0], 1
    while points[bends - 1] < len(floor) - 1:
        points[bends], heights[bends] = _next_bend(floor, roof, points[bends - 1], heights[bends - 1])
        bends += 1
    return points[:bends], heights[:bends]
