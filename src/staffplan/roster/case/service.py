"""What people on queue are worth to the promise: service over a day, not cover of each interval.

The service level of a day is a sum over its intervals, each a concave function of the people there. The cheapest crew
that keeps a day's promise gives every interval people up to where one more would bring equally many contacts in time
for an hour's pay (Koole and van der Sluis, "Optimal shift scheduling with a global service level constraint", IIE
Transactions 35, 2003). That rate, found for each planning group and day, sets the price: the first person whom that
crew does without is worth just the hour, which costs as much as an hour too many; one who brings more is worth more,
up to the price of an hour missing. Shifts come whole: a roster may break a promise that single hours would keep; then
the price of that day is raised (promise.py). Where a day needs everybody of its curves, as with work that waits
hours, each is worth that price. Groups without a curve are covered in every interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import Period
from staffplan.roster.problem.worth import MINIMUM_WEIGHT, Floats, Worth
from staffplan.tables.requirement import ServiceWorth

STEEPEST = 100.0
"""Times the rate, at most, up to which a person who brings more is worth more."""


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


def service_saves(
    cover: Worth,
    worth: ServiceWorth,
    groups: tuple[str, ...],
    period: Period,
    least: NDArray[np.int64],
    pressed: Floats | None,
    *,
    under: float,
    over: float,
) -> Worth:
    """`cover` with the lines of every group that has a curve put in place.

    least: (groups, slots) people due; pressed: (groups, days) times the price of service on a day is raised.
    """
    frame = worth.frame
    known = [g for g, name in enumerate(groups) if (frame["planning_group"] == name).any()]
    raised = np.ones((len(groups), period.days)) if pressed is None else pressed
    levels = max(int(frame["agents"].max()) + 1 if len(frame) else 0, cover.saves.shape[2])
    missing = levels - cover.saves.shape[2]
    saves = np.concatenate([cover.saves, np.repeat(cover.saves[:, :, -1:], missing, axis=2)], axis=2)
    of_nobody = cover.of_nobody - _of_nobody(cover.saves[known])
    for g in known:
        curves = curves_of(frame[frame["planning_group"] == groups[g]], period, levels)
        floor = np.maximum(curves.floor, least[g, curves.slot])
        line = lines(curves, floor, raised[g], under=under, over=over) * period.slot_hours
        for part in range(period.slots_per_interval):
            saves[g, curves.slot + part] = line.astype(np.float32)
    return Worth(saves, of_nobody + _of_nobody(saves[known]))


def _of_nobody(saves: NDArray[np.float32]) -> float:
    """Cost of nobody where the cheapest crew costs nothing."""
    return float(np.maximum(saves, 0).sum(dtype=float))


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


def lines(curves: Curves, floor: NDArray[np.int64], pressed: Floats, *, under: float, over: float) -> Floats:
    """(intervals, levels): what each further person saves in an hour, days with a rate of their own.

    pressed: (days,).
    """
    saves = np.empty_like(curves.brings)
    most = min((under + over) / over, STEEPEST) if over > 0 else STEEPEST
    for day in np.unique(curves.day):
        mine = curves.day == day
        rate = rate_of_day(curves.brings[mine], float((curves.due - curves.nobody)[mine].sum()))
        saves[mine] = (under + over) * pressed[day] * _part(curves.brings[mine], rate, most) - over
    below = np.arange(saves.shape[1])[None, :] < floor[:, None]
    return np.asarray(saves + below * (under * MINIMUM_WEIGHT + over))


def _part(brings: Floats, rate: float, most: float) -> Floats:
    """Of the price of an hour missing and one too many together, what each person saves."""
    if rate > 0:
        return np.asarray(np.minimum(brings / rate / most, 1.0))
    return np.asarray((brings > 0).astype(float))


def rate_of_day(brings: Floats, due: float) -> float:
    """Contacts brought by the first person whom the cheapest crew that has `due` in time does without; 0 where it
    needs everybody who brings any, infinite where nobody is needed. `brings`, contacts: (intervals, people)."""
    ordered = np.sort(brings.ravel())[::-1]
    if due <= 0:
        return float("inf")
    needed = int(np.searchsorted(np.cumsum(ordered), due * (1.0 - 1e-9))) + 1
    return float(ordered[needed]) if needed < len(ordered) else 0.0
