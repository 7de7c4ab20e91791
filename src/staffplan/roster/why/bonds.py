"""What binds each person, thing by thing, so that any of them can be left out of a question about all together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.case.candidates import Walls, option_walls
from staffplan.roster.case.case import Case
from staffplan.roster.case.presence import available_options, contract_options, touches
from staffplan.roster.case.skills import right_copies, skill_masks
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.rules import DaysPerWeek, Locked, Rule, WeeklyHoursMax, WeeklyHoursMin, locked_options
from staffplan.roster.why.relaxations import Key, Ladder, contract_ladders, rule_ladders, table_ladders
from staffplan.settings.rule_sections import RuleSection

Flags = NDArray[np.bool_]
Ladders = Mapping[Key, tuple[Ladder, ...]]


@dataclass(frozen=True)
class Bond:
    """One thing that binds one person: `key` says which, `words` what it is.

    It forbids some shifts in themselves, (days, options), or says a rule of all of them.
    """

    agent_id: str
    key: Key
    words: str
    forbids: Flags | None = None
    rule: Rule | None = None


def ladders_by_key(case: Case) -> Ladders:
    """All that the site could give up, by what it is about."""
    found: dict[Key, tuple[Ladder, ...]] = {}
    plans = [
        ladder
        for name, plan in case.work_plans.items()
        for ladder in contract_ladders(name, plan, tuple(case.shifts))
    ]
    for ladder in (*rule_ladders(case), *plans, *table_ladders(case)):
        found[ladder.key] = (*found.get(ladder.key, ()), ladder)
    return found


def bonds_of(case: Case, problem: RosterProblem, ladders: Ladders) -> Iterator[Bond]:
    """Everything that binds anybody, of a case under hard rules alone (`Case.hard`) and its problem."""
    walls = option_walls(problem.option_slot, problem.options, problem.period)
    for person in problem.people:
        for key, forbids in _forbidding(case, problem, person, walls):
            if forbids.any():
                yield Bond(person.agent_id, key, _words(key, ladders), forbids=forbids)
        for key, rule in _ruling(case, person):
            yield Bond(person.agent_id, key, _words(key, ladders) or rule.name, rule=rule)


def unbound_options(case: Case, problem: RosterProblem) -> Flags:
    """(people, days, options): shifts that begin on the weekday, whoever works them."""
    [anybody, *_] = problem.people
    everything = anybody.contract.model_copy(update={"shifts": tuple(case.shifts)})
    free = contract_options(replace(anybody, contract=everything), problem.options, case.shifts, problem.period)
    return np.broadcast_to(free, (len(problem.people), *free.shape))


def _words(key: Key, ladders: Ladders) -> str:
    return " and ".join(ladder.words for ladder in ladders.get(key, ()))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def _forbidding(case: Case, problem: RosterProblem, person: Person, walls: Walls) -> Iterator[tuple[Key, Flags]]:
    """Contract, availability, each row of time off and each lock: the shifts that they forbid."""
    agent_id, workforce, period = person.agent_id, case.workforce, problem.period
    mine = contract_options(person, problem.options, case.shifts, period)
    [free, *_] = unbound_options(case, problem)
    yield ("contract", person.plan_name, "shifts"), free & ~mine
    yield ("availability", agent_id), ~available_options(agent_id, workforce, walls, period)
    dated = without_skills(case, problem, person)
    if dated is not None:
        yield ("skills", agent_id), dated
    off = workforce.time_off.frame
    for row in _rows(off[off["agent_id"] == agent_id]):
        first, last = row.first_day.date(), row.last_day.date()
        days = frozenset(day for d in range(period.days + 1) if first <= (day := period.day(d)) <= last)
        yield ("time_off", agent_id, first), touches(days, walls, period)
    for day, what in locks_of(person):
        if 0 <= (number := (day - period.first_day).days) < period.days:
            others = np.zeros(mine.shape, dtype=bool)
            others[number] = ~locked_options(problem.options, what)
            yield ("locks", agent_id, day), others


def without_skills(case: Case, problem: RosterProblem, person: Person) -> Flags | None:
    """(days, options): shifts for which the person has not the skills on the day; None where skills always hold."""
    if not (case.workforce.skills.frame["agent_id"] == person.agent_id).any():
        return None
    least, groups = case.settings.skill_levels_min, problem.groups
    masks = skill_masks((person,), groups, case.workforce.skills, least, problem.period)
    [right] = right_copies(problem.options, masks, groups)
    return np.asarray(~right)


def _ruling(case: Case, person: Person) -> Iterator[tuple[Key, Rule]]:
    """Hours and days of the contract, the agreement's rules in their order, each lock."""
    plan = ("contract", person.plan_name)
    if person.contract.weekly_hours_min > 0:
        yield (*plan, "weekly_hours_min"), WeeklyHoursMin()
    yield (*plan, "weekly_hours_max"), WeeklyHoursMax()
    if person.contract.days_per_week_max < 7:
        yield (*plan, "days_per_week_max"), DaysPerWeek()
    places = [
        place
        for place, rule in enumerate(case.settings.rules)
        if isinstance(rule, RuleSection) and rule.holds_for(person.agent_id, person.plan_name)
    ]
    for place, rule in zip(places, person.rules, strict=False):
        yield ("rule", place), rule
    for lock in locks_of(person):
        yield ("locks", person.agent_id, lock[0]), Locked((lock,))


def locks_of(person: Person) -> Iterator[tuple[date, str]]:
    for rule in person.rules:
        yield from rule.days if isinstance(rule, Locked) else ()
