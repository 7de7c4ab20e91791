"""Why not: for everybody who has no tour the smallest conflict and what would end it, in a manager's words.

Cover is soft, and rules between people are asked about when a roster breaks one (team_conflict.py): here is what
binds one person alone, a list of ladders (relaxations.py). One after the other is taken away and the automaton of the
person built anew: what can be left out is no part of the conflict, and of what is left nothing can. Each member is
then loosened alone, just as far as needed; where no single change helps, the cheapest of them is made and what still
contradicts looked for again. Every way out that is told was tried: with it the automaton of the person has a tour.
People under the same rules are looked into once, and what there was no time for is said to be so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from staffplan.errors import InfeasibleError, Problem
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import Locked, rules_of, span
from staffplan.roster.rules.automaton import Allowance, TooLargeError, make_automaton
from staffplan.roster.search.automata import MOST_STEPS
from staffplan.roster.search.space import TourSpace, is_impossible
from staffplan.roster.why.relaxations import Ladder, Step, ladders

MOST_NAMES = 8
MOST_WAYS = 4
"""Ways out that are told."""
MOST_CHANGES = 12
NO_TIME = "no time was left to test changes (roster.time_limit_seconds)"
MOST_EXPLAINED = 25
"""Conflicts that are looked into; the other people without a tour are named."""


def no_limit() -> float:
    """Seconds left where nothing limits them."""
    return math.inf


@dataclass(frozen=True)
class Conflict:
    """What one person's rules contradict each other about, and the ways out, the cheapest first."""

    agent_id: str
    message: str
    hint: str


@dataclass
class Bonds:
    """What binds one person, and whether there is a tour with each loosened by so many steps; asked once each."""

    case: Case
    ladders: tuple[Ladder, ...]
    seconds: Callable[[], float] = no_limit
    """How much time is left to ask."""
    known: dict[tuple[int, ...], bool] = field(default_factory=dict)

    @property
    def out_of_time(self) -> bool:
        return self.seconds() <= 0

    def possible(self, loosened: Mapping[int, int]) -> bool:
        """loosened: steps by number of the ladder; the others are as they are."""
        key = tuple(loosened.get(number, 0) for number in range(len(self.ladders)))
        if key not in self.known:
            self.known[key] = has_tour(self.problem(loosened))
        return self.known[key]

    def problem(self, loosened: Mapping[int, int]) -> RosterProblem:
        case = self.case
        for number, steps in loosened.items():
            case = self.ladders[number].steps[steps - 1].apply(case) if steps else case
        return case.problem()

    def all_but(self, kept: Iterable[int], loosened: Mapping[int, int]) -> dict[int, int]:
        """Those of `kept` as they are loosened, the others left out."""
        names = set(kept)
        out = {number: len(ladder.steps) for number, ladder in enumerate(self.ladders) if number not in names}
        return {**out, **{number: loosened.get(number, 0) for number in names}}


def has_tour(problem: RosterProblem) -> bool:
    """Whether the only person of the problem has a tour: the automaton of all that binds has one, or is too large to
    look into."""
    if not problem.people:
        return True
    [person] = problem.people
    machines = [machine for rule in rules_of(person) if (machine := rule.machine(problem, person)) is not None]
    try:
        return not make_automaton(machines, problem.allowed[0], Allowance(MOST_STEPS)).is_empty
    except TooLargeError:
        return True


def days_of_conflict(problem: RosterProblem, seconds: Callable[[], float] = no_limit) -> tuple[int, int]:
    """First and last day of the shortest part found of the period in which the only person has no tour, whatever is
    worked before and after it."""
    first, last = 0, problem.period.days - 1
    while first < last and seconds() > 0 and not has_tour(bound_only_in(problem, first + 1, last)):
        first += 1
    while first < last and seconds() > 0 and not has_tour(bound_only_in(problem, first, last - 1)):
        last -= 1
    return first, last


def bound_only_in(problem: RosterProblem, first: int, last: int) -> RosterProblem:
    """The only person may work any shift of theirs on the other days, where no lock holds, no hours are due in weeks
    that are not whole, and what was before does not count unless the first day of the period is among them."""
    [person], period = problem.people, problem.period
    inside = (np.arange(period.days) >= first) & (np.arange(period.days) <= last)
    allowed = np.where(inside[None, :, None], problem.allowed, problem.allowed.any(axis=1, keepdims=True))
    whole = np.array([inside[list(period.week_days(week))].all() for week in range(period.weeks)])
    days = {period.day(d) for d in np.flatnonzero(inside).tolist()}
    rules = tuple(
        replace(rule, days=tuple(lock for lock in rule.days if lock[0] in days)) if isinstance(rule, Locked) else rule
        for rule in person.rules
    )
    bound = replace(person, rules=rules, past=person.past if first == 0 else ())
    fewest = np.where(whole[None, :], problem.paid_minutes_min, 0)
    return replace(problem, people=(bound,), allowed=allowed, paid_minutes_min=fewest)


def refuse_impossible_people(space: TourSpace, case: Case, seconds: Callable[[], float] = no_limit) -> None:
    """Raise InfeasibleError where somebody's rules allow no tour at all; people with the same conflict together.
    seconds: how much time is left."""
    problem = space.problem
    stuck = [n for n in range(len(problem.people)) if is_impossible(space, n)]
    if not stuck:
        return
    alike = list(_bound_alike(problem, case, stuck).values())
    conflicts: list[Conflict] = []
    for first, *others in alike[:MOST_EXPLAINED]:
        if conflicts and seconds() <= 0:
            break
        found = explain(problem, first, case, seconds)
        conflicts += [found, *(replace(found, agent_id=problem.people[n].agent_id) for n in others)]
    told = _gathered(conflicts)
    explained = {conflict.agent_id for conflict in conflicts}
    left = [name for n in stuck if (name := problem.people[n].agent_id) not in explained]
    if left:
        message = "no sequence of shifts satisfies the rules; the cause was not searched for"
        hint = "correct the others first, or raise roster.time_limit_seconds"
        told.append(Problem(f"roster:{_listed(left)}", message, hint))
    raise InfeasibleError(told)


def _bound_alike(problem: RosterProblem, case: Case, numbers: Sequence[int]) -> dict[object, list[int]]:
    """People by all that binds them. Who has rows of their own in a table is alone, as the ways out name them."""
    workforce = case.workforce
    tables = (workforce.time_off, workforce.availability, workforce.locks, workforce.skills)
    own_rows = {agent_id for table in tables for agent_id in table.frame["agent_id"]}
    found: dict[object, list[int]] = {}
    for n in numbers:
        agent_id = problem.people[n].agent_id
        found.setdefault(agent_id if agent_id in own_rows else what_binds(problem, n), []).append(n)
    return found


def what_binds(problem: RosterProblem, number: int) -> object:
    """All that binds a person alone: people with the same have the same tours."""
    person = problem.people[number]
    hours = problem.paid_minutes_min[number].tobytes(), problem.paid_minutes_max[number].tobytes()
    return person.plan_name, person.rules, person.past, hours, problem.allowed[number].tobytes()


def _gathered(conflicts: Iterable[Conflict]) -> list[Problem]:
    names: dict[tuple[str, str], list[str]] = {}
    for conflict in conflicts:
        names.setdefault((conflict.message, conflict.hint), []).append(conflict.agent_id)
    return [Problem(f"roster:{_listed(who)}", message, hint) for (message, hint), who in names.items()]


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def explain(problem: RosterProblem, number: int, case: Case, seconds: Callable[[], float] = no_limit) -> Conflict:
    """The conflict of one person who has no tour; not the smallest where the time ends before."""
    person = problem.people[number]
    one = case.of_one(person.agent_id, problem.period.first_day)
    [alone] = one.problem().people
    bonds = Bonds(one, tuple(ladders(one, alone)), seconds)
    core = smallest_conflict(bonds, {})
    if not core:
        raise RuntimeError(f"no conflict is found for {person.agent_id}, but no sequence of shifts was found either")
    together = "; ".join(bonds.ladders[member].words for member in core)
    sums = [short_week(problem, number, week) for week in range(problem.period.weeks)]
    arithmetic = "; ".join(said for said in sums if said)
    first, last = days_of_conflict(bonds.problem(bonds.all_but(core, {})), seconds)
    when = span(problem.period.day(first), problem.period.day(last))
    rough = ", possibly more than necessary" if bonds.out_of_time else ""
    message = f"{when}: not all of these can be satisfied{rough}: {together}" + (
        f" ({arithmetic})" if arithmetic else ""
    )
    return Conflict(person.agent_id, message, ways_out(bonds, core))


def smallest_conflict(bonds: Bonds, loosened: Mapping[int, int]) -> list[int]:
    """Ladders that contradict each other, as they are loosened, and none of which can be left out, unless the time
    is over; empty: none do."""
    needed = list(range(len(bonds.ladders)))
    if bonds.possible(bonds.all_but(needed, loosened)):
        return []
    for member in reversed(list(needed)):
        rest = [other for other in needed if other != member]
        if not bonds.out_of_time and not bonds.possible(bonds.all_but(rest, loosened)):
            needed = rest
    return needed


def ways_out(bonds: Bonds, core: Sequence[int]) -> str:
    """The single changes that free the person, the cheapest first; else the cheapest found of several together."""
    single = [step for member in core if (step := least_step(bonds, member, {}, everything=True))]
    if single:
        ranked = sorted(single, key=lambda way: way[1].cost)[:MOST_WAYS]
        words = [way[1].words for way in ranked]
        return f"cheapest: {words[0]}" + ("; or: " + "; or: ".join(words[1:]) if words[1:] else "")
    several = changes_together(bonds, core)
    if several:
        return "cheapest found, all together: " + "; and ".join(several)
    return NO_TIME if bonds.out_of_time else "no change of these settings helps"


def least_step(
    bonds: Bonds, member: int, loosened: Mapping[int, int], *, everything: bool, core: Sequence[int] = ()
) -> tuple[int, Step] | None:
    """The first step of a ladder that frees the person (`everything`), or at least ends the conflict of the core.

    Every step allows what those before it do, so that halving finds it.
    """
    ladder = bonds.ladders[member]

    def frees(steps: int) -> bool:
        changed = {**loosened, member: steps}
        return bonds.possible(changed if everything else bonds.all_but(core, changed))

    low, high = loosened.get(member, 0), len(ladder.steps)
    if bonds.out_of_time or not ladder.open_to_change or low >= high or not frees(high):
        return None
    while high - low > 1 and not bonds.out_of_time:
        middle = (low + high) // 2
        low, high = (low, middle) if frees(middle) else (middle, high)
    return high, ladder.steps[high - 1]


def changes_together(bonds: Bonds, core: Sequence[int]) -> list[str]:
    """Conflict by conflict the cheapest change that ends it, until the person has a tour."""
    loosened: dict[int, int] = {}
    while core and len(loosened) < MOST_CHANGES and not bonds.out_of_time:
        found = [
            (step[1].cost, member, step[0])
            for member in core
            if (step := least_step(bonds, member, loosened, everything=False, core=core))
        ]
        if not found:
            return []
        _, member, steps = min(found)
        loosened[member] = steps
        core = smallest_conflict(bonds, loosened)
    if core:
        return []
    return [bonds.ladders[member].steps[steps - 1].words for member, steps in loosened.items()]


def short_week(problem: RosterProblem, number: int, week: int) -> str:
    """The week's hours against what its days can give, rest between shifts left aside; "" where they suffice."""
    person, days = problem.people[number], problem.period.week_days(week)
    due, most = int(problem.paid_minutes_min[number, week]), int(problem.paid_minutes_max[number, week])
    sums = weekly_sums(problem, number, week)
    if any(due <= paid <= most for paid in sums):
        return ""
    reach = max((paid for paid in sums if paid <= most), default=0)
    open_days = sum(bool(problem.allowed[number, d].any()) for d in days)
    when = span(problem.period.day(days[0]), problem.period.day(days[-1]))
    return (
        f"{when}: {due / 60:g} paid hours are required (at most {most / 60:g}), {reach / 60:g} "
        f"are possible: {open_days} days have an allowed shift, at most "
        f"{person.contract.days_per_week_max} can be worked{_reasons(problem, number, days)}"
    )


def weekly_sums(problem: RosterProblem, number: int, week: int) -> set[int]:
    """Paid minutes that a week's days can add up to, within the days allowed per week."""
    sums: set[tuple[int, int]] = {(0, 0)}
    limit = problem.people[number].contract.days_per_week_max
    for d in problem.period.week_days(week):
        paid = {problem.options[o].paid_minutes for o in np.flatnonzero(problem.allowed[number, d])}
        sums |= {(count + 1, total + more) for count, total in sums if count < limit for more in paid}
    return {total for _, total in sums}


def _reasons(problem: RosterProblem, number: int, days: range) -> str:
    """Days of the week without a shift, by reason: "; time off Mon 2 Nov 2026"."""
    by_reason: dict[str, list[str]] = {}
    for d in days:
        if d in problem.why_not[number]:
            day = problem.period.day(d)
            by_reason.setdefault(problem.why_not[number][d], []).append(f"{day:%a} {day.day} {day:%b}")
    return "".join(f"; {reason}: {', '.join(which)}" for reason, which in by_reason.items())
