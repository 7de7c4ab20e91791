"""What the simulation says of a roster's promises, as the search reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from staffplan.roster.case.service import Service
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.problem.worth import Floats
from staffplan.tables.roster import Roster
from staffplan.tables.waits import DayService

Judge = Callable[[Roster], DayService]
"""Plays a roster, and gives the service of its days; without those of groups that the curves alone can judge."""


def lacking(days: DayService, problem: RosterProblem, service: Service) -> Floats:
    """(groups, days): contacts that were too few in time for the promise, negative where there were more; of so many
    as the curves count. NaN where the simulation promises no service level, or knows none."""
    found = np.full((len(problem.groups), problem.period.days), np.nan)
    offered = {problem.groups[g]: service.offered(g) for g in service.curves}
    for row in _rows(days.frame):
        day = (row.day.date() - problem.period.first_day).days
        if row.planning_group in offered and 0 <= day < problem.period.days:
            of_day = offered[row.planning_group][day]
            found[problem.groups.index(row.planning_group), day] = (row.goal - row.service_level) * of_day
    return found


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
