"""What everybody's fair share of nights, weekends, early starts, late ends, shifts or hours is, before the roster.

How many there will be follows from the requirement: the shifts that cover it with fewest hours, as fractions (the set
covering of Dantzig, "A comment on Edie's 'Traffic delays at toll booths'", Operations Research 2, 1954), and among
equals those with fewest of what is shared. They are divided over all who can work one, by the hours of their contract
and the days on which they can, so evenly that nobody's load per hour and day could be less without somebody's who has
as much growing: the division with the smallest sum of squares. (Smallest sum of squares and smallest largest load are
two forms of the same idea of fairness: Frank and Murota, "Fair integral network flows", 2019, arXiv:1907.02673.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules.fairness import Burden

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ROUNDS = 300
"""Rounds of the division; each goes over all planning groups once."""
A_LITTLE = 1e-3
"""Hours that one of what is shared costs on top, so that it is chosen only where it is needed."""
NOBODY = 100.0
"""Hours that a missing hour costs: more than any shift that covers one."""


def fair_shares(problem: RosterProblem, burden: Burden) -> Floats:
    """(people,): how many of them the requirement implies for each person."""
    amount = burden.amount(problem)
    able = problem.allowed & (amount > 0)[None, :, :]
    days: Bools = np.zeros(problem.period.days, dtype=bool)
    due = np.zeros(len(problem.groups))
    by_group = np.zeros((len(problem.people), len(problem.groups)), dtype=bool)
    for g in range(len(problem.groups)):
        mine = np.array([problem.groups[g] in person.skills for person in problem.people], dtype=bool)
        by_day = expected(problem, g, amount, np.asarray(problem.allowed[mine].any(axis=0)))
        due[g] = _in_all(by_day, problem, burden)
        days[by_day > 0] = True
        by_group[:, g] = mine & able[:, by_day > 0].any(axis=(1, 2))
    shares = divided(due, by_group, _weights(problem, np.asarray(able.any(axis=2)), days, burden))
    return np.maximum(shares, _due_by_contract(problem, burden))


def _due_by_contract(problem: RosterProblem, burden: Burden) -> Floats:
    """(people,): shifts or hours that the contract's least hours take, whatever the requirement is."""
    hours = problem.paid_minutes_min.sum(axis=1) / 60
    longest = max((option.paid_minutes for option in problem.options), default=60) / 60
    return np.asarray(hours * {"hours": 1.0, "shifts": 1 / longest}.get(burden.of, 0.0), dtype=np.float64)


def expected(problem: RosterProblem, group: int, amount: Floats, possible: Bools) -> Floats:
    """(days,): how much of it the group's shifts of each day have in the cheapest cover of its requirement.

    amount, possible, both (days, options): how much a shift counts, and what anybody with the skill may work.
    """
    days, options = (places := np.nonzero(possible))
    needed = np.flatnonzero(problem.required[group] > 0)
    if not len(days) or not len(needed):
        return np.zeros(problem.period.days)
    hours = np.array([option.paid_minutes / 60 for option in problem.options])[options]
    price = np.concatenate([hours + A_LITTLE * (amount[places] > 0), np.full(len(needed), NOBODY)])
    counts = _cheapest_cover(price, _covering(problem, days, options, needed), problem.required[group, needed])
    used = amount[places] * counts[: len(days)]
    return np.asarray(np.bincount(days, weights=used, minlength=problem.period.days).round(6), dtype=np.float64)


def _cheapest_cover(price: Floats, cover: Any, due: Floats) -> Floats:
    from scipy.optimize import linprog

    found = linprog(price, A_ub=-cover, b_ub=-due, method="highs")
    return np.asarray(found.x, dtype=np.float64)


def _covering(
    problem: RosterProblem, days: NDArray[np.int64], options: NDArray[np.int64], needed: NDArray[np.int64]
) -> Any:
    """Sparse, (needed slots, shifts and a column for what is missing in each slot): the part of the slot covered.

    Breaks are spread over the whole shift, both parts of a split one.
    """
    from scipy.sparse import csr_array

    row = np.full(problem.period.slots, -1, dtype=np.int64)
    row[needed] = np.arange(len(needed))
    rows, columns, parts = [np.arange(len(needed))], [len(days) + np.arange(len(needed))], [np.ones(len(needed))]
    for number, (day, o) in enumerate(zip(days.tolist(), options.tolist(), strict=True)):
        option, first = problem.options[o], int(problem.option_slot[o, day])
        mine = np.concatenate([row[first + begin : first + end] for begin, end in option.parts])
        there, mine = len(mine), mine[mine >= 0]
        rows.append(mine)
        columns.append(np.full(len(mine), number))
        breaks = sum(pause.slots for pause in option.pauses if not pause.splits)
        parts.append(np.full(len(mine), 1 - breaks / there))
    places = (np.concatenate(rows), np.concatenate(columns))
    return csr_array((np.concatenate(parts), places), shape=(len(needed), len(days) + len(needed)))


def _in_all(by_day: Floats, problem: RosterProblem, burden: Burden) -> float:
    """All days together; who works on a weekend can work on both its days, so of these the larger counts."""
    unit = _units(problem, burden)
    most = np.zeros(unit.max() + 1)
    np.maximum.at(most, unit, by_day)
    return float(most.sum())


def _units(problem: RosterProblem, burden: Burden) -> NDArray[np.int64]:
    """(days,): days with the same number count as one of what is shared: those of a week for weekends."""
    days = np.arange(problem.period.days)
    return (days + problem.period.first_day.weekday()) // 7 if burden.of == "weekends" else days


def _weights(problem: RosterProblem, able: Bools, days: Bools, burden: Burden) -> Floats:
    """(people,): weekly hours of the contract x the part of the days (or weekends) that matter on which they can."""
    unit = _units(problem, burden)
    matter = np.unique(unit[days])
    can = np.zeros((len(able), unit.max() + 1), dtype=bool)
    for day in np.flatnonzero(days):
        can[:, unit[day]] |= able[:, day]
    hours = [person.contract.normal_hours for person in problem.people]
    return np.asarray(np.array(hours) * can.sum(axis=1) / max(len(matter), 1), dtype=np.float64)


def divided(due: Floats, able: Bools, weights: Floats) -> Floats:
    """(people,): `due` of each group divided over the people able to do it, as evenly by weight as can be.

    able: (people, groups). Group after group is poured over its people up to one level of load per weight, the other
    groups' part standing, again and again: block by block the sum of squares / weight falls to its least.
    """
    able = able & (weights > 0)[:, None]
    given = np.zeros(able.shape)
    groups = [g for g in range(len(due)) if due[g] > 0 and able[:, g].any()]
    for _ in range(ROUNDS if len(groups) > 1 else 1):
        for g in groups:
            mine = able[:, g]
            base = (given[mine].sum(axis=1) - given[mine, g]) / weights[mine]
            level = _level(due[g], base, weights[mine])
            given[mine, g] = weights[mine] * np.maximum(level - base, 0)
    return np.asarray(given.sum(axis=1))


def _level(amount: float, base: Floats, weights: Floats) -> float:
    """Up to where vessels of these widths, filled up to `base`, are filled when `amount` is poured over them."""
    order = np.argsort(base)
    width = np.cumsum(weights[order])
    return float(((amount + np.cumsum((weights * base)[order])) / width).min())
