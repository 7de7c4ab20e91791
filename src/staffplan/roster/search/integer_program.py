"""An integer program as it is put together column by column and row by row, and its solution by HiGHS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.process.surroundings import library_prints_on_stderr

Terms = Iterable[tuple[int, float]]
"""Columns and what they are multiplied by."""
Values = NDArray[np.float64]
UNBOUNDED = float("inf")
MOST_NODES = 2**31 - 1
CLOSE = 1e-6
"""As far from a whole number as counts as one."""


@dataclass(frozen=True)
class Solved:
    """The best solution found and what none can be below. Without a solution `values` is empty.

    `infeasible`: there is proof that no solution exists.
    """

    values: Values
    objective: float
    bound: float
    infeasible: bool = False


class IntegerProgram:
    """Minimise price x columns; columns are from 0 to their most, rows between low and high."""

    def __init__(self) -> None:
        self.price: list[float] = []
        self.most: list[float] = []
        self.whole: list[int] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._at: list[tuple[int, int]] = []
        self._by: list[float] = []

    def column(self, price: float = 0.0, most: float = UNBOUNDED, *, whole: bool = True) -> int:
        """A new column's number."""
        self.price.append(price)
        self.most.append(most)
        self.whole.append(int(whole))
        return len(self.price) - 1

    def row(self, terms: Terms, low: float = -UNBOUNDED, high: float = UNBOUNDED) -> None:
        """A row's terms; the same column may occur more than once."""
        number = len(self.low)
        self.low.append(low)
        self.high.append(high)
        for column, factor in terms:
            self._at.append((number, column))
            self._by.append(factor)

    def solve(self, *, seconds: float, gap: float, nodes: int = MOST_NODES, near: Values | None = None) -> Solved:
        """Ends within the share `gap` of the bound, or after so many seconds or nodes with the best there is then.

        near, (columns,): whole columns stay within one of these values, rounded both ways; so does the bound.
        """
        low, high = np.zeros(len(self.price)), np.array(self.most)
        whole = np.array(self.whole)
        if near is not None:
            low = np.where(whole, np.maximum(np.floor(near + CLOSE) - 1, 0.0), 0.0)
            high = np.where(whole, np.minimum(np.ceil(near - CLOSE) + 1, high), high)
        return self._solve(low, high, whole, seconds=seconds, gap=gap, nodes=nodes)

    def relaxed(self, *, seconds: float = UNBOUNDED) -> Solved:
        """The best with fractions of columns; without values where it was not found within so many seconds."""
        low, whole = np.zeros(len(self.price)), np.zeros(len(self.price), dtype=np.int64)
        return self._solve(low, np.array(self.most), whole, seconds=seconds)

    def _solve(
        self,
        low: Values,
        high: Values,
        whole: NDArray[np.int64],
        *,
        seconds: float,
        gap: float = 0.0,
        nodes: int = MOST_NODES,
    ) -> Solved:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        if not self.price:
            return Solved(np.zeros(0), 0.0, 0.0)
        at = np.array(self._at, dtype=np.int64).reshape(-1, 2)
        matrix = csr_array((np.array(self._by), (at[:, 0], at[:, 1])), shape=(len(self.low), len(self.price)))
        with library_prints_on_stderr():
            found = milp(
                np.array(self.price),
                integrality=whole,
                bounds=Bounds(low, high),
                constraints=LinearConstraint(matrix, np.array(self.low), np.array(self.high)),
                options={"time_limit": seconds, "mip_rel_gap": gap, "node_limit": nodes},
            )
        bound = -UNBOUNDED if found.mip_dual_bound is None else float(found.mip_dual_bound)
        if found.x is None:
            return Solved(np.zeros(0), UNBOUNDED, bound, infeasible=found.status == INFEASIBLE)
        return Solved(np.asarray(found.x, dtype=float), float(found.fun), bound)


INFEASIBLE = 2
"""scipy.optimize.milp's status of a program without a solution."""
