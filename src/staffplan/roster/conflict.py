"""Why not: the smallest conflict for everybody who cannot be given a tour, in a manager's words.

Cover is soft, so only the rules of one person can contradict each other. First arithmetic: hours due against the
hours that the days left can give. Then CP-SAT with one literal for each rule and week, one worker; the core it
names is solved again without each of its parts in turn until only what is needed for the conflict is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from staffplan.errors import InfeasibleError, Problem
from staffplan.roster.kernels import IMPOSSIBLE
from staffplan.roster.problem import Person, RosterProblem
from staffplan.roster.rules import Posted, rules_of, span
from staffplan.roster.tours import TourSpace, price_tour

MOST_NAMES = 8


@dataclass(frozen=True)
class Conflict:
    """What one person's rules contradict each other about."""

    agent_id: str
    message: str
    hint: str


def refuse_impossible_people(space: TourSpace) -> None:
    """Raise InfeasibleError where somebody's rules allow no tour at all; people with the same conflict together."""
    nothing = np.zeros_like(space.problem.required)
    conflicts: list[Conflict] = []
    for number in range(len(space.problem.people)):
        if price_tour(space, number, nothing)[0] <= IMPOSSIBLE:
            conflicts += explain(space.problem, number)
    if conflicts:
        raise InfeasibleError(_gathered(conflicts))


def _gathered(conflicts: Iterable[Conflict]) -> list[Problem]:
    names: dict[tuple[str, str], list[str]] = {}
    for conflict in conflicts:
        names.setdefault((conflict.message, conflict.hint), []).append(conflict.agent_id)
    return [Problem(f"roster:{_listed(who)}", message, hint) for (message, hint), who in names.items()]


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def explain(problem: RosterProblem, number: int) -> list[Conflict]:
    """The conflicts of one person who has no tour: by arithmetic week by week, else the smallest set of rules."""
    by_week = [short_week(problem, number, week) for week in range(problem.period.weeks)]
    found = [conflict for conflict in by_week if conflict is not None]
    return found or [smallest_conflict(problem, problem.people[number])]


def short_week(problem: RosterProblem, number: int, week: int) -> Conflict | None:
    """The week's hours against what its days can give, rest between shifts left aside."""
    person, days = problem.people[number], problem.period.week_days(week)
    due, most = int(problem.paid_minutes_min[number, week]), int(problem.paid_minutes_max[number, week])
    sums = weekly_sums(problem, number, week)
    if any(due <= paid <= most for paid in sums):
        return None
    reach = max((paid for paid in sums if paid <= most), default=0)
    open_days = sum(bool(problem.allowed[number, d].any()) for d in days)
    when = span(problem.period.day(days[0]), problem.period.day(days[-1]))
    message = (
        f"{when}: {due / 60:g} paid hours are due (at most {most / 60:g}), {reach / 60:g} can be reached "
        f"on {open_days} days with an allowed shift, {person.contract.days_per_week_max} of them at most"
        f"{_reasons(problem, number, days)}"
    )
    hint = (
        f"cheapest: weekly_hours_min of [work_plans.{person.plan_name}] lower by {(due - reach) / 60:g} h; "
        "or more days, a shift of another length, or less time off"
    )
    return Conflict(person.agent_id, message, hint)


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


def smallest_conflict(problem: RosterProblem, person: Person) -> Conflict:
    """The smallest set of rules that together leave the person no tour, and which of them would free it."""
    parts = rule_parts(problem, person)
    needed = minimal_core(problem, person, parts)
    cures = [part for part in needed if possible(problem, person, [p for p in parts if p != part])]
    message = "these rules cannot all be kept: " + "; ".join(_said(part) for part in needed)
    hint = "any one of these, relaxed, would do: " + "; ".join(_said(part) for part in cures) if cures else ""
    return Conflict(person.agent_id, message, hint or "several of them have to be relaxed")


Part = tuple[str, str]
"""A rule's name and what it is about; a rule between single shifts is one part as a whole."""


def _part(posted: Posted) -> Part:
    return (posted.rule, "" if posted.rule in ("daily rest", "one shift a day") else posted.about)


def _said(part: Part) -> str:
    return " ".join(word for word in part if word)


def person_model(problem: RosterProblem, person: Person) -> tuple[cp_model.CpModel, dict[Part, list[Posted]]]:
    """The rules of one person over the shifts the person may work."""
    model, number = cp_model.CpModel(), problem.people.index(person)
    works = {
        (person.agent_id, int(d), problem.options[o].name): model.new_bool_var("")
        for d, o in np.argwhere(problem.allowed[number])
    }
    parts: dict[Part, list[Posted]] = {}
    for rule in rules_of(person):
        for said in rule.add(model, works, problem, person) if rule.weight is None else ():
            if isinstance(said, Posted):
                parts.setdefault(_part(said), []).append(said)
    return model, parts


def rule_parts(problem: RosterProblem, person: Person) -> list[Part]:
    return list(person_model(problem, person)[1])


def core(problem: RosterProblem, person: Person, kept: list[Part]) -> list[Part] | None:
    """Parts of `kept` that contradict each other; None where they do not."""
    model, parts = person_model(problem, person)
    literal = {part: model.new_bool_var(" ".join(part)) for part in parts}
    for part, posted in parts.items():
        for one in posted:
            one.constraint.only_enforce_if(literal[part])
    model.add_assumptions([literal[part] for part in kept])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    match solver.solve(model):
        case cp_model.INFEASIBLE:
            indices = set(solver.sufficient_assumptions_for_infeasibility())
            return [part for part in kept if literal[part].index in indices]
        case cp_model.OPTIMAL | cp_model.FEASIBLE:
            return None
        case status:
            raise RuntimeError(f"CP-SAT could not decide a single person's rules: {solver.status_name(status)}")


def possible(problem: RosterProblem, person: Person, kept: list[Part]) -> bool:
    return core(problem, person, kept) is None


def minimal_core(problem: RosterProblem, person: Person, parts: list[Part]) -> list[Part]:
    """A conflict from which no part can be left out. The solver's core is checked by solving it again."""
    named = core(problem, person, parts)
    if named is None:
        raise RuntimeError(f"the tour search finds no tour for {person.agent_id}, CP-SAT does")
    needed = named if not possible(problem, person, named) else list(parts)
    for part in list(needed):
        rest = [p for p in needed if p != part]
        if not possible(problem, person, rest):
            needed = rest
    return needed
