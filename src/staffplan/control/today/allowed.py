"""Whether a change of somebody's day breaks a mandatory rule that holds without it: the checker is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from staffplan.control.today.spans import Shift, with_shifts
from staffplan.roster.case.case import Case
from staffplan.roster.check.check import breaches_alone, breaches_together, case_of
from staffplan.roster.check.people import Agent, agents_of, with_rows
from staffplan.roster.check.people import Case as Checked
from staffplan.roster.check.report import Breach
from staffplan.roster.rules.team import team_rules
from staffplan.tables.roster import Roster

Broken = Counter[tuple[date, str, str]]


@dataclass
class Allowed:
    """The rules of a roster, what it breaks as it is looked up once."""

    case: Case
    roster: Roster
    alone: dict[str, Broken] = field(default_factory=dict)

    def breach(self, afters: Sequence[Shift]) -> str:
        """The first rule that the roster breaks with these shifts and not without them; "" where there is none."""
        for after in afters:
            if after.agent_id not in self._agents:
                return f"agent: no contract is known of {after.agent_id}"
        broken = [one for after in afters for one in self._alone_with(after)]
        if not broken and self._is_shared:
            whole = with_shifts(self.roster, afters, self._checked.zone)
            broken = sorted(self._together(whole) - self._together_before)
        return f"{broken[0][1]}: {broken[0][2]}" if broken else ""

    def _alone_with(self, after: Shift) -> list[tuple[date, str, str]]:
        """What one person's shifts newly break."""
        agent = self._agents[after.agent_id]
        if agent.agent_id not in self.alone:
            self.alone[agent.agent_id] = _broken(breaches_alone(agent, self._checked))
        changed = with_rows(agent, with_shifts(self._own(agent.agent_id), [after], self._checked.zone), self._checked)
        return sorted(_broken(breaches_alone(changed, self._checked)) - self.alone[agent.agent_id])

    @cached_property
    def _checked(self) -> Checked:
        case = self.case
        return case_of(
            case.workforce,
            case.settings,
            case.requirement,
            shifts=case.shifts,
            work_plans=case.work_plans,
            site=case.site,
        )

    @cached_property
    def _agents(self) -> dict[str, Agent]:
        return {agent.agent_id: agent for agent in agents_of(self.roster, self._checked)}

    @property
    def _is_shared(self) -> bool:
        """Whether there is anything that one person's shifts do not show."""
        return bool(team_rules(self.case.settings)) or len(self.case.workforce.meetings) > 0

    @cached_property
    def _together_before(self) -> Broken:
        return self._together(self.roster)

    def _own(self, agent_id: str) -> Roster:
        shifts, doing = self.roster.shifts, self.roster.activities
        return Roster(
            shifts.only((shifts.frame["agent_id"] == agent_id).to_numpy()),
            doing.only((doing.frame["agent_id"] == agent_id).to_numpy()),
        )

    def _together(self, roster: Roster) -> Broken:
        case, checked = self.case, self._checked
        return _broken(
            breaches_together(
                roster, case.workforce, case.settings, first=checked.first, days=checked.days, site=case.site
            )
        )


def _broken(breaches: Iterable[Breach]) -> Broken:
    return Counter((breach.day, breach.rule, breach.message) for breach in breaches)
