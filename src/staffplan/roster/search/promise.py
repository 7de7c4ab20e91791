"""The promises of a roster's days, corrected by what the simulation finds of rosters.

What a promise needs by the curves of single intervals is not what customers wait: waits are carried over an
interval's end, breaks begin late, shifts end, people are absent, days are uncertain. All of it is in the simulation,
and how far the two are apart changes little from one good roster to the next. So a roster is played, and each day
asks from then on for the contacts in time that the roster brings by the curves, and those that the simulation found
lacking.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from staffplan.roster.case.build import service_of
from staffplan.roster.case.case import Case
from staffplan.roster.case.promised import Judge, lacking
from staffplan.roster.case.service import Service
from staffplan.roster.problem.worth import Floats
from staffplan.roster.search.anneal import Board
from staffplan.roster.search.space import Tours, TourSpace, need_of, team_arrays
from staffplan.roster.search.tables_out import make_roster
from staffplan.tables.roster import Roster
from staffplan.tables.waits import DayService


@dataclass
class Promising:
    """The promises of a roster while it is sought: what is asked of each day changes as rosters are judged."""

    case: Case
    space: TourSpace
    judge: Judge
    service: Service = field(init=False)
    moved: Floats = field(init=False)
    """(groups, days): contacts in time asked for beyond the curves' own count."""
    seconds: float = 0.0
    """What the longest judgement took."""

    def __post_init__(self) -> None:
        problem, case = self.space.problem, self.case
        self.moved = np.zeros((len(problem.groups), problem.period.days))
        self.service = service_of(problem, case.settings, case.shifts, case.site, case.worth)

    def ask_as_judged(self, tours: Tours) -> None:
        """Let each day ask for what these tours bring and the judge, who plays them, finds lacking."""
        problem, promises = self.space.problem, self.space.problem.worth.promises
        if promises is None:
            return
        in_time = promises.in_time(Board(self.space, tours).plan.on_queue.astype(float))
        short = lacking(self._judged(make_roster(problem, tours)), problem, self.service)
        found = self.moved + in_time + np.nan_to_num(short) - promises.due
        self.moved = np.where(np.isnan(short), self.moved, found)
        problem = replace(problem, worth=self.service.worth(self.moved))
        self.space = replace(self.space, problem=problem, need=need_of(problem), team=team_arrays(problem))

    def _judged(self, roster: Roster) -> DayService:
        begun = time.monotonic()
        days = self.judge(roster)
        self.seconds = max(self.seconds, time.monotonic() - begun)
        return days
