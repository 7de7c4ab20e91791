"""Who could be hired: for every contract and planning group the tours its rules allow, before anybody has a name.

A crew is people who are the same to the roster: one contract, one planning group, and where the agreement lets people
take turns, one week of the cycle. Their tours are the paths through the automaton of all their hard rules
(automaton.py), so that a flow of whole people through it is a set of tours, one for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import lcm

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.case.build import build_problem
from staffplan.roster.case.candidates import useful_options
from staffplan.roster.case.presence import contract_options
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.rules import rules_of
from staffplan.roster.rules.automaton import Automaton, make_automaton
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import ConcurrentBreaks, Seats, minimum_people, team_rules
from staffplan.settings.hard_rules import RotationSetting, RuleSettings
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import TieSection
from staffplan.site import Site
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement

DAYS_OF_A_WEEK = 7


ROTATION = {"rotation_week": "week", "rotation_day": "day"}
"""Columns of the agents table that name a turn, and what the turn is."""


@dataclass(frozen=True)
class Crew:
    """One contract for one planning group: `options`, (days, options), which shifts are on one of its tours."""

    work_plan: str
    group: int
    rotation: dict[str, int]
    """The turn to begin a rotation with, by the column of the agents table; empty: none takes turns."""
    automaton: Automaton
    options: NDArray[np.bool_]


@dataclass(frozen=True)
class Demand:
    """The crews there may be, and what they have to cover."""

    problem: RosterProblem
    crews: tuple[Crew, ...]
    need: NDArray[np.int64]
    """(groups, slots of the period): whole people on queue, minimum staff included."""
    team: tuple[TeamRule, ...]

    @property
    def period(self) -> Period:
        return self.problem.period

    @property
    def repeats(self) -> bool:
        """Whether the period is taken to come again, so that its last shifts end in its first morning."""
        return self.period.days % DAYS_OF_A_WEEK == 0

    @property
    def joined(self) -> bool:
        """Whether a rule between people holds for several planning groups together."""
        return len(self.problem.groups) > 1 and any(
            isinstance(rule, Seats) or (isinstance(rule, ConcurrentBreaks) and not rule.group) for rule in self.team
        )

    def inside(self, first: int, slots: int) -> list[int]:
        """Slots of the period that a span takes up; what passes its end is at its beginning, or nowhere."""
        end = int(self.period.day_slot[-1])
        return [slot % end for slot in range(first, first + slots) if slot < end or self.repeats]

    def idle_slots(self, group: int, first: int, slots: int) -> int:
        """How many slots of a span nobody of the planning group is needed in."""
        return int((self.need[group, self.inside(first, slots)] <= 0).sum())


def make_demand(
    requirement: StaffingRequirement,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
) -> Demand:
    """Every contract for every planning group. Raises ConfigError or DataError with all that cannot be used."""
    as_block = {"week_starts": None}  # nobody has a past, and the period is taken to come again
    changes = {"rules": tuple(kept_rules(settings.rules)), "objective": "cover", **as_block}
    kept = settings.model_copy(update=changes)
    groups = sorted(set(requirement.frame["planning_group"]))
    workforce, turns = _one_of_each(groups, work_plans, kept.rules)
    problem = build_problem(requirement, workforce, kept, shifts=shifts, work_plans=work_plans, site=site)
    team = team_rules(kept)
    need = _whole_people(problem, team, site)
    demand = Demand(problem, (), need, team)
    useful = _useful(demand)
    crews = tuple(
        _crew(person, contract_options(person, problem.options, shifts, problem.period) & wanted, problem, turn)
        for person, wanted, turn in zip(problem.people, useful, turns, strict=True)
    )
    return replace(demand, crews=crews)


def kept_rules(rules: Sequence[RuleSettings]) -> Iterator[RuleSettings]:
    """Rules that say something of people without a name: hard ones, not for agents by name."""
    for rule in rules:
        named = isinstance(rule, TieSection) or (isinstance(rule, RuleSection) and rule.agents)
        if not isinstance(rule, SoftSection) and not named:
            yield rule


def _one_of_each(
    groups: Sequence[str], work_plans: Mapping[str, WorkPlanSettings], rules: Sequence[RuleSettings]
) -> tuple[Workforce, list[dict[str, int]]]:
    """An agent for every planning group, contract and turn to begin a rotation with."""
    rows: list[dict[str, object]] = []
    turns: list[dict[str, int]] = []
    for group in groups:
        for plan in work_plans:
            mine = [rule for rule in rules if isinstance(rule, RotationSetting) and rule.holds_for("", plan)]
            columns = sorted({f"rotation_{rule.per}" for rule in mine})
            number = lcm(*(len(rule.cycle) for rule in mine))
            turns += [dict.fromkeys(columns, turn) for turn in range(1, number + 1)]
            rows += [{"skills": group, "work_plan": plan} for _ in range(number)]
    frame = pd.concat([pd.DataFrame(rows), pd.DataFrame(turns, columns=list(ROTATION), dtype=float)], axis=1)
    frame.insert(0, "agent_id", [f"{number:06d}" for number in range(len(frame))])
    return replace(_nobody(), agents=Agents.of(frame)), turns


@cache
def _nobody() -> Workforce:
    """Nothing is known of anybody."""
    return Workforce(Agents.empty(), TimeOff.empty(), Availability.empty())


def _whole_people(problem: RosterProblem, team: Sequence[TeamRule], site: Site) -> NDArray[np.int64]:
    """(groups, slots of the period); a part of a person needs a whole one."""
    end = int(problem.period.day_slot[-1])
    required = np.ceil(problem.required[:, :end] - 1e-9).astype(np.int64)
    return np.maximum(required, minimum_people(team, problem.groups, problem.period, site.calendar)[:, :end])


def _useful(demand: Demand) -> list[NDArray[np.bool_]]:
    """For each person, (days, options): the person's group needs somebody during the shift."""
    problem = demand.problem
    tail = demand.period.slots - demand.need.shape[1]
    after = demand.need[:, :tail] if demand.repeats else np.zeros((len(demand.need), tail))
    need = np.concatenate([demand.need, after], axis=1).astype(float)
    found = useful_options(need, problem.skillsets, problem.option_slot, problem.options, problem.option_groups)
    return [found[number] for number in problem.skillset_of]


def _crew(person: Person, allowed: NDArray[np.bool_], problem: RosterProblem, turn: dict[str, int]) -> Crew:
    """The person's contract with its automaton, and of the shifts those that some tour has."""
    machines = [m for rule in rules_of(person) if (m := rule.machine(problem, person)) is not None]
    automaton = make_automaton(machines, allowed)
    on_tour = np.zeros_like(allowed)
    if not automaton.is_empty:
        for day, layer in enumerate(automaton.layers):
            alive = np.flatnonzero((layer.to >= 0).any(axis=0))
            on_tour[day] = np.isin(layer.kind[:-1], alive) & allowed[day]
    return Crew(person.plan_name, problem.groups.index(person.skills[0]), turn, automaton, on_tour)
