"""What people on queue save: the cost of a roster as falling lines, one for each planning group and slot, and the
promises of whole days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """saves[g, s, n]: cost that person n + 1 on queue saves, never rising in n; the last level holds for all above.

    `of_nobody`: the cost of a roster without anybody.
    """

    saves: NDArray[np.float32]
    of_nobody: float

    @cached_property
    def _sums(self) -> Floats:
        """(groups, slots, levels + 1)."""
        return summed(self.saves)

    def cost(self, on_queue: Floats) -> float:
        """Cost of (groups, slots) people on queue, whole numbers."""
        return self.of_nobody - float(read_off(self._sums, self.saves, on_queue).sum())


def summed(steps: NDArray[np.float32]) -> Floats:
    """(groups, slots, levels) to (groups, slots, levels + 1): what the first people bring together."""
    return np.concatenate([np.zeros((*steps.shape[:2], 1)), np.cumsum(steps, axis=2, dtype=float)], axis=2)


def read_off(sums: Floats, steps: NDArray[np.float32], on_queue: Floats) -> Floats:
    """(groups, slots): what so many people bring; above the last level each brings as much as at it."""
    levels, count = steps.shape[2], np.round(on_queue).astype(np.int64)
    known = np.take_along_axis(sums, np.minimum(count, levels)[:, :, None], axis=2)[:, :, 0]
    return np.asarray(known + np.maximum(count - levels, 0) * steps[:, :, -1])


@dataclass(frozen=True)
class Promises:
    """Contacts of each planning group and day that are to be answered in time, and what fewer cost.

    Being short grows dearer step by step: step k of a shortfall is up to widths[..., k] contacts at prices[..., k]
    each, prices never falling in k, the last step without end. Groups and days without a promise have 0 due.
    """

    brings: NDArray[np.float32]
    """(groups, slots, levels): contacts in time that person n + 1 brings, never rising in n; the last level is 0."""
    day: Ints
    """(slots,): number of the slot's day; the number of days for slots after the period."""
    due: Floats
    """(groups, days): contacts in time that people must bring."""
    widths: Floats
    """(groups, days, steps)."""
    prices: Floats
    """(groups, days, steps)."""
    limits: Floats
    """(groups, days): contacts in time that everybody there could be would bring."""

    @cached_property
    def _sums(self) -> Floats:
        return summed(self.brings)

    def by_day(self, by_slot: Floats) -> Floats:
        """(groups, slots) to (groups, days)."""
        days = self.due.shape[1]
        found = [np.bincount(self.day, weights=row, minlength=days + 1)[:days] for row in by_slot]
        return np.array(found, dtype=np.float64).reshape(len(by_slot), days)

    def in_time(self, on_queue: Floats) -> Floats:
        """(groups, days): contacts in time that (groups, slots) people bring."""
        return self.by_day(read_off(self._sums, self.brings, on_queue))

    def costs(self, in_time: Floats) -> Floats:
        """(groups, days): what the shortfall costs with so many contacts in time."""
        short, begun = np.maximum(self.due - in_time, 0.0), self.begun
        return np.asarray((self.prices * np.clip(short[:, :, None] - begun, 0.0, self.widths)).sum(axis=2))

    @property
    def begun(self) -> Floats:
        """(groups, days, steps): shortfall at which each step begins."""
        ends = np.cumsum(np.where(np.isfinite(self.widths), self.widths, 0.0), axis=2)
        return np.concatenate([np.zeros((*ends.shape[:2], 1)), ends[:, :, :-1]], axis=2)

    def least(self, price: Floats) -> Floats:
        """(groups, days): the least of a day's shortfall cost and its contacts in time at `price`, (groups, days).

        The cost falls with the contacts along straight lines, so that the least is at one of their ends.
        """
        ends = np.maximum(self.due[:, :, None] - self.begun, 0.0)
        ends = np.concatenate([ends, np.zeros((*ends.shape[:2], 1)), self.limits[:, :, None]], axis=2)
        values = [self.costs(ends[:, :, k]) + price * ends[:, :, k] for k in range(ends.shape[2])]
        return np.asarray(np.min(values, axis=0))


@dataclass(frozen=True)
class Worth:
    """What people on queue save: `guide`, a sum over slots that never says more than it costs, and where days are
    promised as a whole the cost itself: that of the people, `staff`, and of the promises.

    Searches weigh single changes by the guide. Whole days, and what a roster costs, are counted exactly.
    """

    guide: Lines
    staff: Lines
    promises: Promises | None = None
    price: Floats | None = None
    """(groups, days): what the guide pays for a contact in time."""

    @staticmethod
    def of_lines(saves: NDArray[np.float32], of_nobody: float) -> Worth:
        """Without promises of days. `saves`: (groups, slots, levels)."""
        lines = Lines(saves, of_nobody)
        return Worth(lines, lines)

    @staticmethod
    def promising(staff: Lines, promises: Promises, price: Floats) -> Worth:
        """With a guide at which a contact in time has the `price` of its group and day, (groups, days).

        That is a Lagrangian relaxation of the promises: no roster costs less than the guide says.
        """
        by_slot = np.concatenate([price, np.zeros((len(price), 1))], axis=1)[:, promises.day]
        saves = staff.saves + by_slot[:, :, None].astype(np.float32) * promises.brings
        of_nobody = staff.of_nobody + float(promises.least(price).sum())
        return Worth(Lines(saves, of_nobody), staff, promises, price)

    @property
    def of_the_last_resort(self) -> float:
        """More than anybody in a slot can be worth to a promise; 0 without promises."""
        if self.promises is None:
            return 0.0
        return ABOVE_ALL * float(self.promises.prices.max(initial=0.0)) * float(self.promises.brings.max(initial=0.0))

    @property
    def saves(self) -> NDArray[np.float32]:
        """(groups, slots, levels): of the guide."""
        return self.guide.saves

    def cost(self, on_queue: Floats) -> float:
        """Cost of (groups, slots) people on queue, whole numbers."""
        late = 0.0 if self.promises is None else float(self.promises.costs(self.promises.in_time(on_queue)).sum())
        return self.staff.cost(on_queue) + late


MINIMUM_WEIGHT = 100.0
"""Price of an hour below a minimum, in the price of an hour missing: it is missed only by force."""
ABOVE_ALL = 2.0
"""Times what somebody can be worth to a promise: no minimum and no seat is given up for one."""


def cover_worth(required: Floats, hours: Floats, least: NDArray[np.int64], *, under: float, over: float) -> Worth:
    """Covering the curve: an hour missing costs `under`, one too many `over`. required, least: (groups, slots)."""
    levels = np.arange(max(int(np.ceil(required.max(initial=0.0))), int(least.max(initial=0))) + 2)
    needed = np.clip(required[:, :, None] - levels[None, None, :], 0.0, 1.0)
    below = levels[None, None, :] < least[:, :, None]
    saves = under * needed - over * (1.0 - needed) + MINIMUM_WEIGHT * under * below
    saves = saves * hours[None, :, None]
    of_nobody = under * float((required * hours).sum()) + MINIMUM_WEIGHT * under * float((least * hours).sum())
    return Worth.of_lines(saves.astype(np.float32), of_nobody)
