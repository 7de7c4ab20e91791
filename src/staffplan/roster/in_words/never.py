"""Which rules of one person ever exclude a roster that the others allow.

Each rule is an automaton over the days (rules/automaton.py). Those of all other rules together are walked side by
side with it: where some day of theirs may go on and the rule forbids it, the rule binds. Both are without dead ends,
so that the answer is exact for the person, with their time off, availability, past shifts and the shifts of the site.
A contract's rule never binds where it binds nobody under the contract. People bound alike are asked about once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import Person, RosterProblem, Rule
from staffplan.roster.rules import rules_of
from staffplan.roster.rules.automaton import Automaton, alone, joined
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin
from staffplan.roster.rules.rest import DailyRest
from staffplan.roster.why.one_person import no_limit, what_binds
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.rule_sections import RuleSection

Key = tuple[str, str | int]
"""A contract and a key of it, or a place in [roster] rules."""
OF_CONTRACT = {
    DaysPerWeek: "days_per_week_max",
    WeeklyHoursMin: "weekly_hours_min",
    WeeklyHoursMax: "weekly_hours_max",
}


@dataclass(frozen=True)
class Answers:
    """What was found of each rule, and the contracts of which not everybody was asked about for lack of time."""

    binds: Mapping[Key, bool]
    unfinished: frozenset[str] = frozenset()


def whether_they_bind(
    case: Case, contracts: Collection[str], *, agent: str = "", seconds: Callable[[], float] = no_limit
) -> Answers:
    """Each mandatory rule of the people of these contracts, or of the one agent, by contract and key or place.

    That a rule never binds is left out of the answer where the time was over before everybody was asked about, and
    where a person has no roster at all.
    """
    problem = case.hard().problem()
    found: dict[Key, bool] = {}
    unfinished: set[str] = set()
    for number in _one_of_each(problem, contracts, agent):
        person = problem.people[number]
        asked = {key for key in _keys(case, person) if key and not found.get(key)}
        if seconds() <= 0:
            unfinished.add(person.plan_name)
        elif asked:
            found |= _binding(case, problem, number, asked)
    told = {key: binds for key, binds in found.items() if binds or key[0] not in unfinished}
    return Answers(told, frozenset(unfinished))


def _one_of_each(problem: RosterProblem, contracts: Collection[str], agent: str) -> list[int]:
    """The number of one person of all those who are bound alike."""
    mine = [
        number
        for number, person in enumerate(problem.people)
        if person.plan_name in contracts and agent in ("", person.agent_id)
    ]
    return list({what_binds(problem, number): number for number in reversed(mine)}.values())


def _keys(case: Case, person: Person) -> list[Key | None]:
    """The key of each of `rules_of(person)`, None where a rule is of no setting: the agreement's rules come in the
    order of the settings, before what the search adds."""
    agreed = [
        (person.plan_name, place)
        for place, setting in enumerate(case.settings.rules)
        if isinstance(setting, RuleSection)
        and not isinstance(setting, SoftSection)
        and setting.holds_for(person.agent_id, person.plan_name)
    ]
    of_person = iter(agreed)
    mine = {id(rule) for rule in person.rules}
    return [
        next(of_person, None) if id(rule) in mine else _of_contract(person.plan_name, rule)
        for rule in rules_of(person)
    ]


def _of_contract(plan_name: str, rule: Rule) -> Key | None:
    name = OF_CONTRACT.get(type(rule))
    return None if name is None else (plan_name, name)


def _binding(case: Case, problem: RosterProblem, number: int, asked: Collection[Key]) -> dict[Key, bool]:
    """Whether each rule that is asked about excludes what all others allow; nothing where these allow nothing. That
    shifts do not overlap holds whatever is left out."""
    person, useful = problem.people[number], problem.allowed[number]
    keys, machines = _keys(case, person), [rule.machine(problem, person) for rule in rules_of(person)]
    automata = {n: alone(machine) for n, machine in enumerate(machines) if machine is not None}
    doubtful = [n for n in automata if keys[n] in asked]
    apart = alone(DailyRest(0).machine(problem, person))
    settled = joined([apart, *(a for n, a in automata.items() if n not in doubtful)], useful)
    found: dict[Key, bool] = {}
    for place, key in enumerate(keys):
        if key in asked and key is not None:
            others = joined([settled, *(automata[n] for n in doubtful if n != place)], useful)
            if others.is_empty:
                return {}
            found[key] = place in automata and excludes(others, joined([automata[place]], useful))
    return found


def excludes(others: Automaton, rule: Automaton) -> bool:
    """Whether the rule forbids a tour that the others allow; both are over the same options."""
    if rule.is_empty or others.is_empty:
        return rule.is_empty and not others.is_empty
    pairs = np.zeros((1, 2), dtype=np.int64)
    for a, b in zip(others.layers, rule.layers, strict=True):
        kinds = np.unique(np.stack([a.kind, b.kind], axis=1), axis=0)
        to_a, to_b = a.to[np.ix_(pairs[:, 0], kinds[:, 0])], b.to[np.ix_(pairs[:, 1], kinds[:, 1])]
        allowed = to_a >= 0
        if (allowed & (to_b < 0)).any():
            return True
        pairs = np.unique(np.stack([to_a[allowed], to_b[allowed]], axis=1), axis=0)
    return False
