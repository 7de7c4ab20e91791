"""What a site's periods hold before anybody is hired, and what a class of one, started in each, would add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.capacity.cohorts import TRAINED, Crew, Floats, leaving_by_age, period_rate, productivity
from staffplan.capacity.needs import Needs
from staffplan.capacity.periods import added_shrinkage, attrition_season
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import LARGEST_SHRINKAGE

Flags = NDArray[np.bool_]
TRAINED_LONG_AGO = 1_000_000
"""Age, in periods, of people of whom nothing but that is known."""


@dataclass(frozen=True)
class Group:
    """People who start together, or were there before: (groups, periods) shares of them each."""

    there: Floats
    works: Floats
    """Work of one of the group, those who left counted, as a share of a trained person's."""
    slower: Floats
    """At work, less that work: what longer handling times take."""
    learns: Floats
    """In training."""

    @classmethod
    def of(cls, there: Floats, ages: NDArray[np.int64], settings: CapacitySettings) -> Self:
        """`ages`, (groups, periods): periods since their start; below 0 nobody of them is there yet."""
        longest = settings.training_periods + len(settings.productivity) + len(settings.aht_factors) + 1
        shares = productivity(settings, longest)[np.clip(ages, 0, longest - 1)]
        shares = np.where(ages == TRAINED_LONG_AGO, 1.0, shares)
        learns = there * (ages < settings.training_periods)
        works = there * shares
        slower = np.maximum(0.0, there - learns - works) if settings.aht_factors else np.zeros_like(works)
        return cls(there, works, slower, learns)


@dataclass(frozen=True)
class Outlook:
    """A site; every array without another shape is (periods,)."""

    periods: tuple[str, ...]
    needs: Needs
    need_p10: Floats
    need_p90: Floats
    """Required by a trained team at the ends of the forecast's band; nan where it has none."""
    shrinkage: Floats
    crew: Crew
    first: Group
    """(groups, periods): of the crew."""
    stays: Floats
    """(groups, periods): share of a group of the crew that is there by chance alone: given leavers not counted."""
    moved: Floats
    """People transferred, and still there."""
    given_hires: Floats
    transfers: Floats
    extra_time: Floats
    under_time: Floats
    started: Group
    """(starts, periods): of classes."""
    classes_learn: Floats
    """(starts, periods): 1 while a class is in training."""
    class_size: float
    trainers_per_class: float

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        settings: CapacitySettings,
        crew: Crew,
        points: Sequence[Sequence[tuple[float, float]]] = (),
    ) -> Self:
        """The outlook of one site's rows, in their order. `points`: as Needs has them."""
        count, names = len(rows), rows["period"].tolist()
        column = {name: rows[name].to_numpy(dtype=float) for name in rows.columns if rows[name].dtype.kind == "f"}
        zero = {name: np.nan_to_num(column[name]) for name in ("leavers", "hires", "transfers")}
        leaving = _Leaving.of(column, names, settings)
        ages = np.where(crew.ages[:, None] == TRAINED, TRAINED_LONG_AGO, crew.ages[:, None] + np.arange(count))
        passes = np.where((ages == settings.training_periods) & (np.arange(count) > 0), settings.graduation, 1.0)
        there, stays, moved = _crew(crew, leaving, passes, zero["leavers"], zero["transfers"])
        since = np.arange(count) - np.arange(count)[:, None]
        started = Group.of(_started(leaving, settings), since, settings)
        lost = np.where(np.isnan(column["shrinkage"]), settings.shrinkage, column["shrinkage"])
        hiring = settings.hiring
        return cls(
            periods=tuple(names),
            needs=Needs.of(column["required"], points),
            need_p10=column["required_p10"],
            need_p90=column["required_p90"],
            shrinkage=np.clip(lost + added_shrinkage(names, settings), 0.0, LARGEST_SHRINKAGE),
            crew=crew,
            first=Group.of(there, ages, settings),
            stays=stays,
            moved=moved,
            given_hires=zero["hires"],
            transfers=zero["transfers"],
            extra_time=np.nan_to_num(column["extra_time"]),
            under_time=np.nan_to_num(column["under_time"]),
            started=started,
            classes_learn=((since >= 0) & (since < settings.training_periods)).astype(float),
            class_size=float(hiring.largest) if hiring is not None else np.inf,
            trainers_per_class=hiring.trainers_per_class if hiring is not None else 0.0,
        )

    def heads(self, hires: Floats) -> Floats:
        """Everybody paid, with hires (periods,) started."""
        return self.moved + self.crew.heads @ self.first.there + hires @ self.started.there

    def in_training(self, hires: Floats) -> Floats:
        """(periods,): people in training; `hires`, (starts,): people who start."""
        return self.crew.heads @ self.first.learns + hires @ self.started.learns

    def classes(self, hires: Floats) -> Floats:
        """(starts,): classes; those that are given are classes of their own."""
        given = self.given_hires
        if not np.isfinite(self.class_size):
            return np.asarray((hires > 0).astype(float))
        return np.asarray(np.ceil(given / self.class_size) + np.ceil((hires - given) / self.class_size))

    def trainers(self, hires: Floats) -> Floats:
        """(periods,): trained people who train and take no contacts."""
        return self.trainers_per_class * (self.classes(hires) @ self.classes_learn)

    def effective(self, hires: Floats) -> Floats:
        """(periods,): people for contacts before shrinkage, new ones by what they can do."""
        works = self.moved + self.crew.heads @ self.first.works + hires @ self.started.works
        return np.asarray(works + self.extra_time - self.under_time - self.trainers(hires))

    def net(self, hires: Floats) -> Floats:
        """(periods,): people at work on contacts, new ones by what they can do."""
        return self.effective(hires) * (1.0 - self.shrinkage)

    def slower(self, hires: Floats) -> Floats:
        """(periods,): what longer handling times of new people take of those at work on contacts."""
        return (self.crew.heads @ self.first.slower + hires @ self.started.slower) * (1.0 - self.shrinkage)

    def required(self, hires: Floats) -> Floats:
        """(periods,): trained people required beside these new ones."""
        return self.needs.required(self.slower(hires))


@dataclass(frozen=True)
class _Leaving:
    """Shares that leave on the way to a period: given for it, or by age and season."""

    given: Floats
    """(periods,)."""
    known: Flags
    by_age: Floats
    """(ages,): at the end of each period after the start."""
    usual: float
    season: Floats
    """(periods,): multiple of the attrition at the end of each period."""

    @classmethod
    def of(cls, column: dict[str, Floats], names: Sequence[str], settings: CapacitySettings) -> Self:
        known = ~np.isnan(column["attrition"]) | ~np.isnan(column["leavers"])
        longest = max(len(settings.new_hire_attrition), 1)
        return cls(
            np.nan_to_num(column["attrition"]),
            known,
            leaving_by_age(settings, longest),
            period_rate(settings),
            attrition_season(names, settings),
        )

    def share(self, ages: NDArray[np.int64], period: int) -> Floats:
        """(groups,): of people of these ages, in periods since their start, in the period before this one."""
        if self.known[period]:
            return np.full(len(ages), self.given[period])
        if period == 0:
            return np.zeros(len(ages))
        by_age = self.by_age[np.clip(ages, 0, len(self.by_age) - 1)]
        usual = np.where(ages < 0, self.usual, by_age)
        return np.asarray(np.minimum(1.0, usual * self.season[period - 1]))


def _crew(
    crew: Crew, leaving: _Leaving, passes: Floats, leavers: Floats, transfers: Floats
) -> tuple[Floats, Floats, Floats]:
    """(groups, periods) shares of the crew there, and by chance alone; (periods,) people transferred and there.

    `passes`, (groups, periods): share that passes the end of the training, 1 elsewhere. Given leavers, and transfers
    away, are of all groups alike; nobody goes who is not there.
    """
    count, groups = len(leavers), len(crew.heads)
    there, stays, moved = np.ones((groups, count)), np.ones((groups, count)), np.zeros(count)
    share, chance, came = np.ones(groups), np.ones(groups), 0.0
    for period in range(count):
        ages = np.where(crew.ages == TRAINED, TRAINED, crew.ages + period - 1)
        kept = (1.0 - leaving.share(ages, period)) * passes[:, period]
        share, chance = share * kept, chance * kept
        came *= 1.0 - float(leaving.share(np.array([TRAINED]), period)[0])
        people = float(crew.heads @ share) + came
        gone = leavers[period] + max(0.0, -transfers[period])
        left = max(0.0, 1.0 - gone / people) if people > 0 else 0.0
        share, came = share * left, came * left + max(0.0, transfers[period])
        there[:, period], stays[:, period], moved[period] = share, chance, came
    return there, stays, moved


def _started(leaving: _Leaving, settings: CapacitySettings) -> Floats:
    """(starts, periods): share of a class that started then and is still there; 0 before its start."""
    count = len(leaving.given)
    there = np.zeros((count, count))
    for start in range(count):
        share = 1.0
        for period in range(start, count):
            age = period - start
            if age > 0:
                share *= 1.0 - float(leaving.share(np.array([age - 1]), period)[0])
            if age == settings.training_periods:
                share *= settings.graduation
            there[start, period] = share
    return there
