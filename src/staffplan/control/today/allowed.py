"""Whether a change of somebody's day breaks a mandatory rule that holds without it: the checker is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from staffplan.roster.case.case import Case
from staffplan.roster.check.check import breaches_together, check
from staffplan.tables.roster import Roster

Broken = Counter[tuple[date, str, str]]


@dataclass
class Allowed:
    """The rules of a roster, what it breaks as it is looked up once."""

    case: Case
    roster: Roster
    alone: dict[str, Broken] = field(default_factory=dict)
    together: Broken | None = None
    cases: dict[str, Case] = field(default_factory=dict)

    def breach(self, agent_id: str, changed: Roster) -> str:
        """The first rule that the changed roster breaks and this one does not; "" where there is none."""
        if agent_id not in self.alone:
            self.alone[agent_id] = self._alone(agent_id, self.roster)
        broken = sorted(self._alone(agent_id, changed) - self.alone[agent_id])
        if not broken:
            if self.together is None:
                self.together = self._together(self.roster)
            broken = sorted(self._together(changed) - self.together)
        return f"{broken[0][1]}: {broken[0][2]}" if broken else ""

    def _alone(self, agent_id: str, roster: Roster) -> Broken:
        if agent_id not in self.cases:
            self.cases[agent_id] = self.case.of_one(agent_id, self.case.site.days_of(self._starts).first)
        one, shifts, doing = self.cases[agent_id], roster.shifts, roster.activities
        own = Roster(
            shifts.only((shifts.frame["agent_id"] == agent_id).to_numpy()),
            doing.only((doing.frame["agent_id"] == agent_id).to_numpy()),
        )
        report = check(
            own,
            one.workforce,
            one.settings,
            requirement=one.requirement,
            shifts=one.shifts,
            work_plans=one.work_plans,
            site=one.site,
        )
        return Counter((breach.day, breach.rule, breach.message) for breach in report.breaches)

    def _together(self, roster: Roster) -> Broken:
        case, planned = self.case, self.case.site.days_of(self._starts)
        found = breaches_together(
            roster, case.workforce, case.settings, first=planned.first, days=planned.number, site=case.site
        )
        return Counter((breach.day, breach.rule, breach.message) for breach in found)

    @property
    def _starts(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.case.requirement.frame["interval_start"])
