"""People over the periods: trained ones, and each class from its start on.

From one period to the next a share of everybody leaves: attrition is a flow. It is no part of the gross-up for
shrinkage, as dividing by (1 - shrinkage) (1 - attrition) would have it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings.capacity import CapacitySettings

Floats = NDArray[np.float64]


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
    kept = 1.0 - _leaving_by_age(settings, ages)
    there = np.concatenate([[1.0], np.cumprod(kept[: ages - 1])])
    return np.where(np.arange(ages) >= settings.training_periods, there * settings.graduation, there)


def productivity(settings: CapacitySettings, ages: int) -> Floats:
    """(ages,): work of a new hire 0, 1, ... periods after the start, as a share of a trained person's."""
    given = settings.productivity or (*([0.0] * settings.training_periods), 1.0)
    return np.array([given[min(age, len(given) - 1)] for age in range(ages)])


def _leaving_by_age(settings: CapacitySettings, ages: int) -> Floats:
    """(ages,): share of a class that leaves at the end of each period after its start."""
    given = settings.new_hire_attrition or (period_rate(settings),)
    return np.array([given[min(age, len(given) - 1)] for age in range(ages)])


@dataclass(frozen=True)
class Outlook:
    """What a site's periods hold before anybody is hired, and what a class of one, started in each, would add."""

    periods: tuple[str, ...]
    required: Floats
    shrinkage: Floats
    trained: Floats
    """(periods,): people who were there before, with transfers."""
    left: Floats
    """(periods,): trained people who have left since the period before."""
    given_hires: Floats
    transfers: Floats
    extra_time: Floats
    under_time: Floats
    survive: Floats
    """(starts, periods): share of a class that started then and is still there; 0 before its start."""
    works: Floats
    """(starts, periods): work of a class of one, those who left counted."""
    learns: Floats
    """(starts, periods): share of a class that is in training."""
    first_heads: float

    @classmethod
    def of(cls, rows: pd.DataFrame, settings: CapacitySettings, site: str) -> Self:
        """The outlook of one site's rows, in their order."""
        count, rate = len(rows), period_rate(settings)
        column = {name: rows[name].to_numpy(dtype=float) for name in rows.columns if rows[name].dtype.kind == "f"}
        usual = np.full(count, rate)
        usual[0] = 0.0
        known = ~np.isnan(column["attrition"]) | ~np.isnan(column["leavers"])
        shares = np.where(known, np.nan_to_num(column["attrition"]), usual)
        first = settings.heads_by_site.get(site, settings.heads)
        zero = {name: np.nan_to_num(column[name]) for name in ("leavers", "hires", "transfers")}
        trained, left = _trained(first, shares, zero["leavers"], zero["transfers"])
        survive = _survive(settings, shares, known)
        ages = np.subtract.outer(np.arange(count), np.arange(count)).T
        lost = np.where(np.isnan(column["shrinkage"]), settings.shrinkage, column["shrinkage"])
        return cls(
            periods=tuple(rows["period"]),
            required=column["required"],
            shrinkage=lost,
            trained=trained,
            left=left,
            given_hires=zero["hires"],
            transfers=zero["transfers"],
            extra_time=np.nan_to_num(column["extra_time"]),
            under_time=np.nan_to_num(column["under_time"]),
            survive=survive,
            works=survive * productivity(settings, count)[np.maximum(ages, 0)],
            learns=survive * (ages < settings.training_periods),
            first_heads=first,
        )

    def heads(self, hires: Floats) -> Floats:
        """(periods,): everybody paid, with hires (periods,) started."""
        return self.trained + hires @ self.survive

    def net(self, hires: Floats) -> Floats:
        """(periods,): people at work on contacts."""
        return (self.trained + hires @ self.works + self.extra_time - self.under_time) * (1.0 - self.shrinkage)


def _trained(first: float, shares: Floats, leavers: Floats, transfers: Floats) -> tuple[Floats, Floats]:
    """Trained people of each period, and those who left on the way there, (periods,) each; never below 0."""
    people, trained, left = first, np.zeros(len(shares)), np.zeros(len(shares))
    for place, (share, gone, moved) in enumerate(zip(shares, leavers, transfers, strict=True)):
        left[place] = min(people, people * share + gone)
        people = max(0.0, people - left[place] + moved)
        trained[place] = people
    return trained, left


def _survive(settings: CapacitySettings, shares: Floats, known: NDArray[np.bool_]) -> Floats:
    """(starts, periods): a period's own attrition, where it is given, holds for new hires too."""
    count = len(shares)
    leaving, there = _leaving_by_age(settings, count), np.zeros((count, count))
    for start in range(count):
        share = 1.0
        for period in range(start, count):
            age = period - start
            if age > 0:
                share *= 1.0 - (shares[period] if known[period] else leaving[age - 1])
            if age == settings.training_periods:
                share *= settings.graduation
            there[start, period] = share
    return there
