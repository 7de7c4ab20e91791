"""pyworkforce: head counts by shift and day (MinRequiredResources), then names for them (MinHoursRoster).

What it can be told: shifts with each pause in the middle of its window, per planning group what every quarter of an
hour needs, and, for names, who may work which shift on which day. What it cannot: that some understaffing is cheaper
than more people (every need must be met), people who serve two groups in one shift, hours and days per week, days in
a row, weekends. Rest between shifts neither: of a shift with two successors banned its constraint forbids every use.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rostering.centers import Center
from rostering.duties import Duty, middle_pauses, roster_of
from rostering.peers.answer import PeerAnswer, problem_of
from staffplan.roster.problem.problem import RosterProblem

Heads = Mapping[tuple[int, int, int], int]
"""Group, option, day -> people."""


def pyworkforce_heads(center: Center, seconds: float, seed: int) -> PeerAnswer:
    """`seed` is not used: pyworkforce takes none."""
    problem = problem_of(center)
    if _crosses_midnight(problem):
        return PeerAnswer("cannot express: its days are apart, no shift lasts past midnight")
    heads: dict[tuple[int, int, int], int] = {}
    for group in range(len(problem.groups)):
        found = _heads_of(problem, group, seconds / (2 * len(problem.groups)))
        if found is None:
            return PeerAnswer("no head counts in the time")
        heads |= found
    asked = sum(heads.values())
    under, over = _shares(problem, heads)
    most = sum(_most_shifts(problem, person) for person in range(len(problem.people)))
    if asked > most:
        said = f"head counts only: it asks for {asked} shifts, people may work {most}, so no names exist for them"
        return PeerAnswer(said, None, under, over)
    duties = _named(problem, heads, seconds / 2)
    if duties is None:
        return PeerAnswer("head counts only: MinHoursRoster found no names", None, under, over)
    return PeerAnswer("names found", roster_of(problem, duties))


def _crosses_midnight(problem: RosterProblem) -> bool:
    ends = problem.option_slot + np.array([option.slots for option in problem.options])[:, None]
    return bool((ends > problem.period.day_slot[None, 1:]).any())


def _presence(problem: RosterProblem, option: int) -> np.ndarray:
    """(slots of a day,): 1 on queue, with the pauses in the middle of their windows."""
    there = np.zeros(int(problem.period.day_slot[1]), dtype=int)
    shift, first = problem.options[option], int(problem.option_slot[option, 0])
    there[first : first + shift.slots] = 1
    for at, pause in zip(middle_pauses(problem, option), shift.pauses, strict=True):
        there[first + at : first + at + pause.slots] = 0
    return there


def _by_day(problem: RosterProblem, group: int) -> np.ndarray:
    """(days, slots of a day): people needed. Every day of these centers has 24 hours."""
    slots = int(problem.period.day_slot[-1])
    return problem.required[group, :slots].reshape(problem.period.days, -1).astype(int)


def _heads_of(problem: RosterProblem, group: int, seconds: float) -> dict[tuple[int, int, int], int] | None:
    from pyworkforce.scheduling import MinRequiredResources

    required = _by_day(problem, group)
    options = range(len(problem.options))
    most = 2 * int(required.max())
    found = MinRequiredResources(
        num_days=problem.period.days,
        periods=required.shape[1],
        shifts_coverage={str(o): _presence(problem, o).tolist() for o in options},
        required_resources=required.tolist(),
        max_period_concurrency=most,
        max_shift_concurrency=most,
        cost_dict={str(o): problem.options[o].paid_minutes for o in options},
        max_search_time=float(seconds),
    ).solve()
    if found["status"] not in ("OPTIMAL", "FEASIBLE"):
        return None
    return {(group, int(row["shift"]), row["day"]): row["resources"] for row in found["resources_shifts"]}


def _shares(problem: RosterProblem, heads: Heads) -> tuple[float, float]:
    """Under- and overstaffed hours of the head counts, as shares of the required hours."""
    there = np.stack([np.zeros_like(_by_day(problem, group)) for group in range(len(problem.groups))])
    for (group, option, day), count in heads.items():
        there[group, day] += count * _presence(problem, option)
    required = np.stack([_by_day(problem, group) for group in range(len(problem.groups))])
    short, surplus = np.maximum(required - there, 0).sum(), np.maximum(there - required, 0).sum()
    return float(short / required.sum()), float(surplus / required.sum())


def _most_shifts(problem: RosterProblem, person: int) -> int:
    """Days that contract, time off and availability let somebody work."""
    days = problem.allowed[person].any(axis=1)
    contract = problem.people[person].contract
    weeks = range(problem.period.weeks)
    return sum(min(int(days[list(problem.period.week_days(w))].sum()), contract.days_per_week_max) for w in weeks)


def _named(problem: RosterProblem, heads: Heads, seconds: float) -> list[Duty] | None:
    """Who works what, if MinHoursRoster finds names for all head counts."""
    from pyworkforce.rostering import MinHoursRoster

    days, people = problem.period.days, range(len(problem.people))
    used = sorted({(group, option) for (group, option, _), count in heads.items() if count})
    names = {kind: f"{kind[0]} {kind[1]}" for kind in used}
    kinds = {name: kind for kind, name in names.items()}
    found = MinHoursRoster(
        num_days=days,
        resources=list(people),
        shifts=list(kinds),
        shifts_hours=[problem.options[option].paid_minutes for _, option in used],
        min_working_hours=0,
        banned_shifts=[
            {"resource": p, "shift": names[group, option], "day": day}
            for p in people
            for group, option in used
            for day in range(days)
            if not _may(problem, p, group, option, day)
        ],
        max_resting=days,
        required_resources={names[kind]: [heads[*kind, day] for day in range(days)] for kind in used},
        max_search_time=float(seconds),
    ).solve()
    if found["status"] not in ("OPTIMAL", "FEASIBLE"):
        return None
    rows = [(row["resource"], row["day"], kinds[row["shift"]][1]) for row in found["resource_shifts"]]
    return [Duty(person, day, option, middle_pauses(problem, option)) for person, day, option in rows]


def _may(problem: RosterProblem, person: int, group: int, option: int, day: int) -> bool:
    return problem.groups[group] in problem.people[person].skills and bool(problem.allowed[person, day, option])
