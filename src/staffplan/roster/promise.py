"""The price of service on days whose promise a roster breaks, raised until quick rosters keep it.

`service.py` prices a day by its cheapest crew, which comes in single hours. Shifts come whole and contracts bind:
what a shift brings at that price may be just below what it costs, and a day is left short that there are people for.
So rosters are made quickly, the contacts in time that they promise are counted, and where they are fewer than due the
day's price is raised (a multiplier of the day's goal, found by trial because rosters are whole). The prices at which
least is missed are kept: there may be no hours for every promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from staffplan.roster.build import worth_of_people
from staffplan.roster.case import Case
from staffplan.roster.kernels import Need
from staffplan.roster.problem import RosterProblem
from staffplan.roster.service import curves_of, groups_with_curves
from staffplan.roster.tours import TourSpace
from staffplan.roster.worth import Floats
from staffplan.tables import ServiceWorth

ROUNDS = 5
RAISE, HIGHEST = 2.0, 64.0
"""Times the price of a day that is short, in a round and in all."""
KEPT = 0.005
"""Share of a day's contacts by which a promise may be missed and counts as kept: the roster gets better yet."""


@dataclass(frozen=True)
class InTime:
    """Contacts in time and contacts due to be, (groups, days), by the curves of service; zero without a curve."""

    in_time: Floats
    due: Floats
    offered: Floats

    @property
    def missing(self) -> Floats:
        return np.maximum(self.due - self.in_time - KEPT * self.offered, 0.0)


def in_time(problem: RosterProblem, worth: ServiceWorth, on_queue: Floats) -> InTime:
    """What so many people promise. on_queue: (groups, slots)."""
    shape = (len(problem.groups), problem.period.days)
    found = InTime(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    levels = int(worth.frame["agents"].max()) + 1
    for g in groups_with_curves(worth, problem.groups):
        mine = worth.frame[worth.frame["planning_group"] == problem.groups[g]]
        curves = curves_of(mine, problem.period, levels)
        parts = np.arange(problem.period.slots_per_interval)
        heads = on_queue[g, curves.slot[:, None] + parts].mean(axis=1)
        brought = [np.interp(n, np.arange(levels), line) for n, line in zip(heads, curves.in_time, strict=True)]
        np.add.at(found.in_time[g], curves.day, brought)
        np.add.at(found.due[g], curves.day, curves.due)
        np.add.at(found.offered[g], curves.day, mine.groupby("interval_start")["offered"].first().to_numpy())
    return found


def keep_promises(case: Case, space: TourSpace, quick: Callable[[TourSpace], Floats]) -> TourSpace:
    """The space with the prices at which promises miss least, and of these with the fewest hours.

    `quick` gives the cover, (groups, slots), of a roster quickly made.
    """
    worth, problem = case.worth, space.problem
    if case.settings.objective != "service" or worth is None or worth.frame.empty:
        return space
    pressed, best, least = np.ones((len(problem.groups), problem.period.days)), space, (np.inf, np.inf)
    for _ in range(ROUNDS):
        on_queue = quick(space)
        found = in_time(problem, worth, on_queue)
        standing = (float(found.missing.sum()), float(on_queue.sum()))
        if standing < least:
            best, least = space, standing
        before, pressed = pressed, np.where(found.missing > 0, np.minimum(pressed * RAISE, HIGHEST), pressed)
        if np.array_equal(before, pressed):
            break
        space = _at_prices(case, space, pressed)
    return best


def _at_prices(case: Case, space: TourSpace, pressed: Floats) -> TourSpace:
    old = space.problem
    worth = worth_of_people(
        old.required, old.hours, case.settings, old.groups, old.period, case.site, case.worth, pressed
    )
    return replace(space, problem=replace(old, worth=worth), need=Need(worth.saves, space.need.step))
