"""The price of service on days whose promise a roster breaks, raised until quick rosters keep it.

`service.py` prices a day by its cheapest crew, which comes in single hours. Shifts come whole and contracts bind:
what a shift brings at that price may be just below what it costs, and a day is left short that there are people for.
So rosters are made quickly, the contacts in time that they promise are counted, and where they are fewer than due the
day's price is raised (a multiplier of the day's goal, found by trial because rosters are whole). The prices at which
least is missed are kept: there may be no hours for every promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from staffplan.roster.case.build import worth_of_people
from staffplan.roster.case.case import Case
from staffplan.roster.case.predicted import predicted_days
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.problem.worth import Floats
from staffplan.roster.search.compiled.arrays import Need
from staffplan.roster.search.space import TourSpace
from staffplan.tables.requirement import ServiceWorth

ROUNDS = 5
RAISE, HIGHEST = 2.0, 64.0
"""Times the price of a day that is short, in a round and in all."""
KEPT = 0.005
"""Share of a day's contacts by which a promise may be missed and counts as kept: the roster gets better yet."""


def missing(problem: RosterProblem, worth: ServiceWorth, on_queue: Floats) -> Floats:
    """Contacts that the promise of each (group, day) misses with so many people on queue, (groups, slots)."""
    step, first = problem.period.slots_per_interval, problem.period.first_day
    whole = on_queue.shape[1] // step
    starts = [problem.period.instant(number * step) for number in range(whole)]
    heads = on_queue[:, : whole * step].reshape(len(problem.groups), whole, step).mean(axis=2)
    there = pd.Series(heads.ravel(), index=pd.MultiIndex.from_product([problem.groups, starts]))
    found = np.zeros((len(problem.groups), problem.period.days))
    days = predicted_days(there, worth, problem.period.timezone)
    late = np.maximum(days["due"] - days["in_time"] - KEPT * days["offered"], 0.0)
    for group, day, contacts in zip(days["group"], days["day"], late, strict=True):
        if group in problem.groups:
            found[problem.groups.index(group), (day - first).days] = contacts
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
        missed = missing(problem, worth, on_queue)
        standing = (float(missed.sum()), float(on_queue.sum()))
        if standing < least:
            best, least = space, standing
        before, pressed = pressed, np.where(missed > 0, np.minimum(pressed * RAISE, HIGHEST), pressed)
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
