"""What people on queue save: the cost of a roster as falling lines, one for each planning group and slot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """saves[g, s, n]: cost that person n + 1 on queue saves, never rising in n; the last level holds for all above.

    `of_nobody`: the cost of a roster without anybody.
    """

    saves: NDArray[np.float32]
    of_nobody: float

    def cost(self, on_queue: NDArray[np.float64]) -> float:
        """Cost of (groups, slots) people on queue, whole numbers."""
        levels = self.saves.shape[2]
        sums = np.concatenate([np.zeros((*on_queue.shape, 1)), np.cumsum(self.saves, axis=2, dtype=float)], axis=2)
        count = np.round(on_queue).astype(np.int64)
        known = np.take_along_axis(sums, np.minimum(count, levels)[:, :, None], axis=2)[:, :, 0]
        above = np.maximum(count - levels, 0) * self.saves[:, :, -1]
        return self.of_nobody - float((known + above).sum())


MINIMUM_WEIGHT = 100.0
"""Price of an hour below a minimum, in the price of an hour missing: it is missed only by force."""


def cover_worth(required: Floats, hours: Floats, least: NDArray[np.int64], *, under: float, over: float) -> Worth:
    """Covering the curve: an hour missing costs `under`, one too many `over`. required, least: (groups, slots)."""
    levels = np.arange(max(int(np.ceil(required.max(initial=0.0))), int(least.max(initial=0))) + 2)
    needed = np.clip(required[:, :, None] - levels[None, None, :], 0.0, 1.0)
    below = levels[None, None, :] < least[:, :, None]
    saves = under * needed - over * (1.0 - needed) + MINIMUM_WEIGHT * under * below
    saves = saves * hours[None, :, None]
    of_nobody = under * float((required * hours).sum()) + MINIMUM_WEIGHT * under * float((least * hours).sum())
    return Worth(saves.astype(np.float32), of_nobody)
