"""What people on queue are worth to the promise: service over a day, not cover of each interval.

The service level of a day is a sum over its intervals, each a concave function of the people there. The cheapest crew
that keeps a day's promise gives every interval people up to where one more would bring equally many contacts in time
for an hour's pay (Koole and van der Sluis, "Optimal shift scheduling with a global service level constraint", IIE
Transactions 35, 2003). So a roster costs its hours on queue beyond those of the cheapest crews of the days, and what
each day falls short of its promise. A contact late costs as much as the hours missing that would have brought it, and
more the further a day is below its promise: where people are too few, days and queues share what is missing. Half a
point of a day is never cheaper than a whole shift: shifts come whole, and a promise is not broken to save one.
Groups without a curve are covered in every interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Period
from staffplan.roster.problem.worth import ABOVE_ALL, MINIMUM_WEIGHT, Floats, Lines, Promises, Worth
from staffplan.tables.requirement import ServiceWorth

POINTS = (0.02, 0.03, 0.05, 0.1, 0.2)
"""Parts of a day's contacts by which the shortfall grows dearer, and after them what is left."""
DEARER = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
KEPT = 0.0025
"""Share of a day's contacts by which a promise may be missed and counts as kept."""
FIRST_PRICE = 1.5
"""Of a contact in time, in what the cheapest crew of single hours pays for it: a shift brings less than they do."""
MOST_RAISED = 8.0
"""Times the price of the hours missing, at most, so that a promise is not broken to save a shift."""


@dataclass(frozen=True)
class Weights:
    """Prices of an hour missing and one too many; the longest shift, hours; how dear each group's shortfall is."""

    under: float
    over: float
    shift_hours: float
    of_group: Mapping[str, float]


@dataclass(frozen=True)
class Curves:
    """brings[i, n]: contacts that person n + 1 brings in time in interval i of a group, concave; zero at the end."""

    slot: NDArray[np.int64]
    """First slot of each interval."""
    day: NDArray[np.int64]
    brings: Floats
    due: Floats
    """Contacts that must be in time for the promise."""
    nobody: Floats
    """Contacts in time without anybody."""
    floor: NDArray[np.int64]
    offered: Floats


@dataclass(frozen=True)
class Service:
    """Every group's curves beside the cover of the others, read once; `worth` puts prices to them.

    least: (groups, slots) people due.
    """

    cover: Worth
    groups: tuple[str, ...]
    curves: Mapping[int, Curves]
    period: Period
    least: NDArray[np.int64]
    weights: Weights

    @staticmethod
    def of(
        cover: Worth,
        worth: ServiceWorth,
        groups: tuple[str, ...],
        period: Period,
        least: NDArray[np.int64],
        weights: Weights,
    ) -> Service:
        """Read from the table. `least`: (groups, slots)."""
        frame = worth.frame
        levels = max(int(frame["agents"].max()) + 1 if len(frame) else 0, cover.saves.shape[2])
        known = [g for g, name in enumerate(groups) if (frame["planning_group"] == name).any()]
        curves = {g: curves_of(frame[frame["planning_group"] == groups[g]], period, levels) for g in known}
        return Service(cover, groups, curves, period, least, weights)

    def worth(self, moved: Floats | None = None) -> Worth:
        """`cover` with the promises of every group that has a curve put in place of its lines.

        moved, (groups, days): contacts in time that promises need beyond the curves' own count.
        """
        known = list(self.curves)
        if not known:
            return self.cover
        made = _Making(_widened(self.cover.saves, self.curves[known[0]].brings.shape[1]), self.period, self.weights)
        of_nobody = self.cover.guide.of_nobody - _of_nobody(self.cover.saves[known])
        for g, curves in self.curves.items():
            floor = np.maximum(curves.floor, self.least[g, curves.slot])
            more = np.zeros(self.period.days) if moved is None else moved[g]
            made.promise(g, curves, floor, more, self.weights.of_group.get(self.groups[g], 1.0))
        of_nobody += _of_nobody(made.saves[known]) - made.crews
        staff = Lines(made.saves.astype(np.float32), of_nobody)
        return Worth.promising(staff, made.promises(), FIRST_PRICE * made.guided)

    def offered(self, g: int) -> Floats:
        """(days,): contacts of a group with curves."""
        curves = self.curves[g]
        by_day = np.bincount(curves.day, weights=curves.offered, minlength=self.period.days)
        return np.asarray(by_day[: self.period.days], dtype=np.float64)


class _Making:
    """Lines and promises as they are put together, group by group."""

    def __init__(self, saves: Floats, period: Period, weights: Weights) -> None:
        shape = (saves.shape[0], period.days)
        self.saves, self.period, self.weights = saves, period, weights
        self.brings, self.due, self.guided = np.zeros_like(saves), np.zeros(shape), np.zeros(shape)
        self.widths, self.prices = np.full((*shape, len(DEARER)), np.inf), np.zeros((*shape, len(DEARER)))
        self.limits, self.crews = np.zeros(shape), 0.0

    def promise(self, g: int, curves: Curves, floor: NDArray[np.int64], moved: Floats, weight: float) -> None:
        """The days of one group. moved: (days,)."""
        parts, slot_hours = self.period.slots_per_interval, self.period.slot_hours
        below = np.arange(self.saves.shape[2])[None, :] < floor[:, None]
        for day in np.unique(curves.day):
            self._day(g, int(day), curves, below, float(moved[day]), weight)
        forced = ABOVE_ALL * float(self.prices[g].max()) * float(curves.brings.max()) / parts
        minimum = max(self.weights.under * MINIMUM_WEIGHT * slot_hours, forced)
        line = np.where(below, minimum, -self.weights.over * slot_hours)
        for part in range(parts):
            self.saves[g, curves.slot + part] = line
            self.brings[g, curves.slot + part] = curves.brings / parts

    def _day(self, g: int, day: int, curves: Curves, below: NDArray[np.bool_], moved: float, weight: float) -> None:
        mine, hours = curves.day == day, self.period.slot_hours * self.period.slots_per_interval
        brings, offered = curves.brings[mine], float(curves.offered[mine].sum())
        most = float(brings.sum())
        due = min(max(float((curves.due - curves.nobody)[mine].sum()) + moved, 0.0), most)
        price = late_price(brings, due, offered, hours, self.weights)
        guide = min(crew_price(brings, due, hours, self.weights.over), price * DEARER[-1])
        self.due[g, day], self.limits[g, day], self.guided[g, day] = due, most, guide
        self.widths[g, day, :-1] = np.array(POINTS) * offered
        self.prices[g, day] = np.array(DEARER) * price * weight
        self.crews += crew_cost(brings, below[mine], due, guide, self.weights.over * hours)

    def promises(self) -> Promises:
        day = np.searchsorted(self.period.day_slot, np.arange(self.saves.shape[1]), side="right") - 1
        return Promises(
            self.brings.astype(np.float32), day, self.due, self.widths, self.prices, np.asarray(self.limits)
        )


def _widened(saves: NDArray[np.float32], levels: int) -> Floats:
    """With so many levels; those added are like the last."""
    missing = levels - saves.shape[2]
    return np.concatenate([saves, np.repeat(saves[:, :, -1:], missing, axis=2)], axis=2).astype(float)


def _of_nobody(saves: Floats | NDArray[np.float32]) -> float:
    """Cost of nobody where whoever saves anything costs nothing."""
    return float(np.maximum(saves, 0).sum(dtype=float))


def crew_price(brings: Floats, due: float, hours: float, over: float) -> float:
    """Price of a contact in time at which the cheapest crew of single intervals, `hours` long, has `due` in time.
    `brings`, contacts: (intervals, people)."""
    rate = rate_of_day(brings, due)
    if np.isinf(rate):
        return 0.0
    return over * hours / rate if rate > 0 else float("inf")


def late_price(brings: Floats, due: float, offered: float, hours: float, weights: Weights) -> float:
    """Price of a contact late: of the hours missing that would have brought it, and at least so much that a whole
    shift too many is never dearer than what may be late in a promise that is kept. `brings`, contacts: (intervals,
    people)."""
    ordered = np.sort(brings[brings > 0])[::-1]
    if not len(ordered) or offered <= 0:
        return 0.0
    last = ordered[min(int(np.searchsorted(np.cumsum(ordered), due * (1.0 - 1e-9))), len(ordered) - 1)]
    hour = (weights.under + weights.over) * hours / float(last)
    return min(max(hour, weights.over * weights.shift_hours / (KEPT * offered)), MOST_RAISED * hour)


def crew_cost(brings: Floats, below: NDArray[np.bool_], due: float, price: float, hour: float) -> float:
    """What the cheapest crew with `due` contacts in time costs beyond the people of minima, `below`, who cost
    nothing; by duality, at a `price` of contacts. `brings` and `below`: (intervals, people); `hour`: of one in an
    interval."""
    left = np.where(below, price * brings, np.maximum(price * brings - hour, 0.0))
    return price * due - float(left.sum())


def curves_of(frame: pd.DataFrame, period: Period, levels: int) -> Curves:
    """One group's curves on the period's slots, each the concave line above its points."""
    table = frame.pivot_table(index="interval_start", columns="agents", values="in_time")
    table = table.reindex(columns=range(levels)).ffill(axis=1)
    first = frame.groupby("interval_start")[["offered", "goal_share", "floor"]].first().reindex(table.index)
    instants = pd.DatetimeIndex(table.index)
    slot = np.asarray((instants - period.start) // pd.Timedelta(minutes=period.slot_minutes), dtype=np.int64)
    offered = first["offered"].to_numpy(dtype=float)
    in_time = table.to_numpy(dtype=float) * offered[:, None]
    brings = np.array([concave(row) for row in np.diff(in_time, axis=1)]).reshape(len(table), -1)
    return Curves(
        slot=slot,
        day=np.searchsorted(period.day_slot, slot, side="right") - 1,
        brings=np.concatenate([brings, np.zeros((len(table), 1))], axis=1),
        due=first["goal_share"].to_numpy(dtype=float) * offered,
        nobody=in_time[:, 0],
        floor=first["floor"].to_numpy(dtype=np.int64),
        offered=offered,
    )


def concave(steps: Floats) -> Floats:
    """Steps of the least concave line above the sums of `steps`: those that rise are made equal with those before
    (pool adjacent violators). `steps`: (people,), contacts."""
    means: list[float] = []
    sizes: list[int] = []
    for step in steps.tolist():
        means.append(step)
        sizes.append(1)
        while len(means) > 1 and means[-1] > means[-2] + 1e-15:
            mean, size = means.pop(), sizes.pop()
            means[-1] = (means[-1] * sizes[-1] + mean * size) / (sizes[-1] + size)
            sizes[-1] += size
    return np.repeat(means, sizes)


def rate_of_day(brings: Floats, due: float) -> float:
    """Contacts brought by the first person whom the cheapest crew that has `due` in time does without; 0 where it
    needs everybody who brings any, infinite where nobody is needed. `brings`, contacts: (intervals, people)."""
    ordered = np.sort(brings.ravel())[::-1]
    if due <= 0:
        return float("inf")
    needed = int(np.searchsorted(np.cumsum(ordered), due * (1.0 - 1e-9))) + 1
    return float(ordered[needed]) if needed < len(ordered) else 0.0
