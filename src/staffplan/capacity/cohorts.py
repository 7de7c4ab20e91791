"""How people leave and learn, period by period since their start.

From one period to the next a share of everybody leaves: attrition is a flow. It is no part of the gross-up for
shrinkage, as dividing by (1 - shrinkage) (1 - attrition) would have it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.settings.capacity import CapacitySettings

Floats = NDArray[np.float64]
TRAINED = -1
"""In place of a tenure: trained, since whenever."""


@dataclass(frozen=True)
class Crew:
    """People of a site before the first period: (groups,) heads each, and the periods since they started."""

    heads: Floats
    ages: NDArray[np.int64]


def trained_crew(heads: float) -> Crew:
    """All of them trained; nothing is known of their tenure."""
    return Crew(np.array([heads]), np.array([TRAINED]))


def period_rate(settings: CapacitySettings) -> float:
    """Share of people that leaves from one period to the next, by what the given rate means."""
    match settings.attrition_is:
        case "per_year":
            return settings.attrition / settings.periods_per_year
        case "per_year_of_cohort":
            return 1.0 - math.pow(1.0 - settings.attrition, 1.0 / settings.periods_per_year)
        case _:
            return settings.attrition


def starts_to_hold(settings: CapacitySettings, people: float) -> float:
    """New hires of every period that hold so many trained people: leavers over the share of a class that arrives."""
    arrive = survival(settings, settings.training_periods + 1)[-1]
    return people * period_rate(settings) / arrive if arrive > 0 else np.inf


def survival(settings: CapacitySettings, ages: int) -> Floats:
    """(ages,): share of a class still there 0, 1, ... periods after its start."""
    kept = 1.0 - leaving_by_age(settings, ages)
    there = np.concatenate([[1.0], np.cumprod(kept[: ages - 1])])
    return np.where(np.arange(ages) >= settings.training_periods, there * settings.graduation, there)


def productivity(settings: CapacitySettings, ages: int) -> Floats:
    """(ages,): work of a new hire 0, 1, ... periods after the start, as a share of a trained person's.

    Somebody busy all the time with handling times f times as long handles 1 / f of the contacts.
    """
    at_work = (*([0.0] * settings.training_periods), *(1.0 / factor for factor in settings.aht_factors or (1.0,)))
    given = settings.productivity or at_work
    return np.array([given[min(age, len(given) - 1)] for age in range(ages)])


def leaving_by_age(settings: CapacitySettings, ages: int) -> Floats:
    """(ages,): share of a class that leaves at the end of each period after its start."""
    given = settings.new_hire_attrition or (period_rate(settings),)
    return np.array([given[min(age, len(given) - 1)] for age in range(ages)])
