"""People required where the handling time depends on who is there: the staffing model at several handling times.

A team of H people at work, of whom the new ones handle contacts f times as long, has a mean handling time of
m = H / E times a trained team's, with E = sum of 1 / f over its people: whoever is busy all the time handles contacts
in proportion to 1 / f. The staffing model asks for R(m) people at that handling time. The team does if H >= R(H/E).
R grows by less than m, as the cover for chance grows with the square root of the load, and a minimum of people not at
all: a team of slower people needs less than the same work of trained ones.

Of slower = H - E the least E that does is a falling curve. The lines below it, a convex hull of the points at which
the model was asked, keep the hiring program linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from staffplan.capacity.cohorts import Floats

Line = tuple[float, float]


@dataclass(frozen=True)
class Needs:
    """Trained people required in each period: the highest of (lines, periods) `base` - `relief` x slower."""

    trained: Floats
    """(periods,): by a team of trained people."""
    base: Floats
    relief: Floats

    @classmethod
    def of(cls, trained: Floats, points: Sequence[Sequence[tuple[float, float]]] = ()) -> Self:
        """`trained`, (periods,): people required where all are trained. `points`: for each period pairs of a
        handling time factor above 1 and the people required at it."""
        if not any(points):
            return cls(trained, trained[None, :].copy(), np.zeros((1, len(trained))))
        lines = [_lines([(1.0, need), *own]) for need, own in zip(trained.tolist(), points, strict=True)]
        most = max(map(len, lines))
        padded = np.array([own + own[-1:] * (most - len(own)) for own in lines])
        return cls(trained, padded[:, :, 0].T, padded[:, :, 1].T)

    def required(self, slower: Floats) -> Floats:
        """(periods,): trained people that do beside new ones whose slowness, (periods,), adds up to this."""
        return np.asarray((self.base - self.relief * slower).max(axis=0))


def _lines(points: Sequence[tuple[float, float]]) -> list[Line]:
    """(base, relief) of the lines under the points, the level one last."""
    at = sorted((people * (1.0 - 1.0 / factor), people / factor) for factor, people in points)
    hull: list[tuple[float, float]] = []
    for point in at:
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        if not hull or point[0] > hull[-1][0]:
            hull.append(point)
        elif point[1] < hull[-1][1]:
            hull[-1] = point
    lines = []
    for (left, high), (right, low) in pairwise(hull):
        if low < high:
            slope = (high - low) / (right - left)
            lines.append((high + slope * left, slope))
    return [*lines, (min(effective for _, effective in at), 0.0)]


def _turns_down(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> bool:
    """Whether the middle point lies on or above the line from the first to the last."""
    across = (middle[0] - first[0]) * (last[1] - first[1]) - (middle[1] - first[1]) * (last[0] - first[0])
    return across <= 0
