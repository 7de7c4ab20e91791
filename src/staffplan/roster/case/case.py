"""All that a roster is made from in one value, so that it can be made anew with something changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from staffplan.roster.case.build import build_problem
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import holders
from staffplan.roster.rules.registry import Holder
from staffplan.settings.hard_rules import RuleSettings
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import TieSection
from staffplan.site import Site
from staffplan.tables.people import Agents, Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement


@dataclass(frozen=True)
class Case:
    """The tables and settings of a roster."""

    requirement: StaffingRequirement
    workforce: Workforce
    settings: RosterSettings
    shifts: Mapping[str, ShiftSettings]
    work_plans: Mapping[str, WorkPlanSettings]
    site: Site
    worth: ServiceWorth | None = None

    def problem(self) -> RosterProblem:
        """Raises ConfigError or DataError as `build_problem` does."""
        return build_problem(
            self.requirement,
            self.workforce,
            self.settings,
            shifts=self.shifts,
            work_plans=self.work_plans,
            site=self.site,
            worth=self.worth,
        )

    def with_settings(self, **changes: object) -> Case:
        return replace(self, settings=self.settings.model_copy(update=changes))

    def with_contracts(self, names: tuple[str, ...], **changes: object) -> Case:
        """The contracts of these names changed."""
        plans = {name: plan.model_copy(update=changes) for name, plan in self.work_plans.items() if name in names}
        return replace(self, work_plans={**self.work_plans, **plans})

    def hard(self) -> Case:
        """Covering the requirement under the hard rules: no wishes, no other priced rule."""
        rules = tuple(rule for rule in self.settings.rules if not is_preference(rule))
        return replace(self, worth=None).with_settings(rules=rules, objective="cover")

    def of_one(self, agent_id: str, first_day: date) -> Case:
        """One person under the hard rules for each person; the person's turn in a rotation stays."""
        week_first = self.settings.week_of_first(first_day)
        held = holders(self.workforce, self.work_plans, first_day, week_first)[agent_id]
        hard = [rule for rule in self.hard().settings.rules if isinstance(rule, RuleSection)]
        mine: tuple[RuleSettings, ...] = tuple(
            rule.model_copy(update={"agents": (), "work_plans": ()})
            for rule in hard
            if rule.holds_for(agent_id, held.plan_name)
        )
        return replace(self.hard(), workforce=_alone(self.workforce, held)).with_settings(rules=mine)


def is_preference(rule: RuleSettings) -> bool:
    """Whether a rule is priced, not mandatory."""
    return isinstance(rule, SoftSection) or (isinstance(rule, TieSection) and rule.weight is not None)


def _alone(workforce: Workforce, held: Holder) -> Workforce:
    """The person's rows of every table that says what a person can and must work."""
    agent_id, place = held.agent_id, held.place + 1
    agents = workforce.agents.only(np.asarray(workforce.agents.frame["agent_id"] == agent_id))
    turns = {"rotation_week": float(held.rotation_week or place), "rotation_day": float(held.rotation_day or place)}
    return Workforce(
        Agents.of(agents.frame.assign(**turns), agents.source),
        workforce.time_off.only(np.asarray(workforce.time_off.frame["agent_id"] == agent_id)),
        workforce.availability.only(np.asarray(workforce.availability.frame["agent_id"] == agent_id)),
        locks=workforce.locks.only(np.asarray(workforce.locks.frame["agent_id"] == agent_id)),
        skills=workforce.skills.only(np.asarray(workforce.skills.frame["agent_id"] == agent_id)),
        past_roster=workforce.past_roster.only(np.asarray(workforce.past_roster.frame["agent_id"] == agent_id)),
    )
