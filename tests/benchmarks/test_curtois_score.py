"""Scores of rosters: by hand, by a second statement of the rules over every roster of a week, by a known optimum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from ortools.sat.python import cp_model

from curtois.instance import Cover, Employee, Instance, Request, Shift, find_instances, read_instance
from curtois.published import BEST_KNOWN
from curtois.score import Roster, score

EASY = Employee("ana", {"d": 14, "n": 14}, 99999, 0, 14, 1, 1, 2, frozenset())


def instance(employee: Employee = EASY, days: int = 14, cover: tuple[Cover, ...] = ()) -> Instance:
    shifts = {"d": Shift("d", 480, frozenset()), "n": Shift("n", 600, frozenset({"d"}))}
    people = {"ana": employee, "bob": replace(EASY, employee_id="bob")}
    return Instance("made", days, shifts, people, (), (), cover)


def works(text: str) -> Roster:
    """Ana's days as letters, a point is free."""
    return {"ana": {day: letter for day, letter in enumerate(text) if letter != "."}}


def broken(employee: Employee, text: str) -> list[str]:
    return [breach.rule for breach in score(instance(employee, len(text)), works(text)).breaches]


@pytest.mark.parametrize(
    ("rule", "change", "kept", "wrong"),
    [
        ("shifts of a type", {"max_shifts": {"d": 2, "n": 14}}, "dd.n..", "dd.d.."),
        ("most minutes", {"max_minutes": 1080}, "dn....", "dnn..."),
        ("fewest minutes", {"min_minutes": 1080}, ".dn...", ".dd..."),
        ("most shifts in a row", {"max_consecutive_shifts": 3}, "ddd.dd", ".dddd."),
        ("fewest shifts in a row", {"min_consecutive_shifts": 2}, "d..dd.", "dd.d.."),
        ("fewest days off in a row", {"min_consecutive_days_off": 2}, ".dd..d", "dd.ddd"),
        ("weekends", {"max_weekends": 1}, ".....dd.dddd..", ".....d.......d"),
        ("day off", {"days_off": frozenset({2})}, "dd.ddd", "ddd..."),
        ("succession", {}, "ddnn.d", "dn.nd."),
    ],
)
def test_each_rule_is_kept_or_broken(rule: str, change: dict[str, object], kept: str, wrong: str):
    employee = Employee(**{**vars(EASY), **change})
    assert broken(employee, kept) == []
    assert broken(employee, wrong) == [rule]


def test_a_run_at_either_end_of_the_horizon_is_never_too_short():
    strict = replace(EASY, min_consecutive_shifts=3, min_consecutive_days_off=3)
    assert broken(strict, "d...ddd...d") == []
    assert broken(strict, ".ddd...ddd.") == []
    assert broken(strict, "ddd..d...dd") == ["fewest days off in a row", "fewest shifts in a row"]


def test_a_run_at_an_end_of_the_horizon_can_be_too_long():
    assert broken(replace(EASY, max_consecutive_shifts=2), "ddd...") == ["most shifts in a row"]


def test_nobody_works_what_the_instance_does_not_have():
    told = {b.rule for b in score(instance(), {"ana": {0: "x", 14: "d"}, "eve": {1: "d"}}).breaches}
    assert told == {"unknown shift", "unknown employee"}


def test_an_employee_who_is_left_out_still_owes_minutes():
    breaches = score(instance(replace(EASY, min_minutes=480)), {}).breaches
    assert [(breach.employee_id, breach.rule) for breach in breaches] == [("ana", "fewest minutes")]


def test_requests_and_cover_cost_what_they_weigh():
    cover = (Cover(0, "d", 2, 100, 1), Cover(1, "d", 0, 100, 7), Cover(2, "n", 1, 30, 1), Cover(3, "d", 1, 5, 5))
    wishes = {
        "on_requests": (Request("ana", 0, "d", 3), Request("ana", 2, "d", 2), Request("bob", 9, "n", 4)),
        "off_requests": (Request("ana", 1, "d", 11), Request("ana", 2, "d", 13), Request("bob", 0, "d", 17)),
    }
    made = replace(instance(cover=cover), **wishes)
    found = score(made, {"ana": {0: "d", 1: "d", 2: "n", 3: "d"}})
    # on: day 2 is a night and bob is free (2 + 4); off: day 1; one missing on day 0; one too many on day 1
    assert (found.on_requests, found.off_requests, found.understaffed, found.overstaffed) == (6, 11, 100, 7)
    assert found.penalty == 124


LIMITS = [
    replace(EASY, max_consecutive_shifts=most, min_consecutive_shifts=fewest, min_consecutive_days_off=off)
    for most, fewest, off in ((2, 1, 1), (3, 2, 2), (5, 3, 1), (4, 1, 3), (7, 2, 4))
]


def _keeps(text: str, employee: Employee) -> bool:
    """The rules on what follows what, said again, in patterns."""
    busy = re.sub("[dn]", "w", text)
    too_long = "w" * (employee.max_consecutive_shifts + 1)
    too_short = rf"(?<=\.)w{{1,{employee.min_consecutive_shifts - 1}}}(?=\.)"
    too_short_off = rf"(?<=w)\.{{1,{employee.min_consecutive_days_off - 1}}}(?=w)"
    wrong = [too_long in busy, "nd" in text]
    if employee.min_consecutive_shifts > 1:
        wrong.append(re.search(too_short, busy) is not None)
    if employee.min_consecutive_days_off > 1:
        wrong.append(re.search(too_short_off, busy) is not None)
    return not any(wrong)


@pytest.mark.parametrize("employee", LIMITS)
def test_over_every_roster_of_a_week_both_statements_of_the_rules_agree(employee: Employee):
    kept = 0
    for letters in product(".dn", repeat=7):
        text = "".join(letters)
        assert (broken(employee, text) == []) == _keeps(text, employee), text
        kept += _keeps(text, employee)
    assert 0 < kept < 3**7


def _reference_model(made: Instance) -> tuple[cp_model.CpModel, dict[tuple[str, int, str], cp_model.IntVar]]:
    """The instance as its rules are usually written for a solver; knows nothing of the score."""
    model = cp_model.CpModel()
    x = {
        (e, d, s): model.new_bool_var(f"{e} {d} {s}")
        for e in made.employees
        for d in range(made.days)
        for s in made.shifts
    }
    for employee in made.employees.values():
        for constraint in _person_constraints(made, employee, x):
            model.add(constraint)
        _limit_weekends(model, made, employee, x)
    costs = [wish.weight * (1 - x[wish.employee_id, wish.day, wish.shift_id]) for wish in made.on_requests]
    costs += [wish.weight * x[wish.employee_id, wish.day, wish.shift_id] for wish in made.off_requests]
    for need in made.cover:
        under, over = model.new_int_var(0, 999, ""), model.new_int_var(0, 999, "")
        there = sum(x[e, need.day, need.shift_id] for e in made.employees)
        model.add(there + under - over == need.required)
        costs += [need.weight_under * under, need.weight_over * over]
    model.minimize(sum(costs))
    return model, x


def _person_constraints(
    made: Instance, employee: Employee, x: dict[tuple[str, int, str], cp_model.IntVar]
) -> Iterator:
    e, days = employee.employee_id, range(made.days)
    w = [sum(x[e, d, s] for s in made.shifts) for d in days]
    minutes = sum(made.shifts[s].minutes * x[e, d, s] for d in days for s in made.shifts)
    yield from (w[d] <= 1 for d in days)
    yield from (w[d] == 0 for d in employee.days_off)
    yield minutes <= employee.max_minutes
    yield minutes >= employee.min_minutes
    yield from (sum(x[e, d, s] for d in days) <= employee.max_shifts[s] for s in made.shifts)
    for shift in made.shifts.values():
        yield from (
            x[e, d, shift.shift_id] + x[e, d + 1, after] <= 1 for d in days[:-1] for after in shift.not_followed_by
        )
    longest = employee.max_consecutive_shifts
    yield from (sum(w[d : d + longest + 1]) <= longest for d in days[: made.days - longest])
    for length in range(1, employee.min_consecutive_shifts):
        yield from (
            w[d] - sum(w[d + 1 : d + 1 + length]) + w[d + 1 + length] >= 1 - length for d in days[: -length - 1]
        )
    for length in range(1, employee.min_consecutive_days_off):
        yield from (w[d] - sum(w[d + 1 : d + 1 + length]) + w[d + 1 + length] <= 1 for d in days[: -length - 1])


def _limit_weekends(
    model: cp_model.CpModel, made: Instance, employee: Employee, x: dict[tuple[str, int, str], cp_model.IntVar]
) -> None:
    worked = []
    for saturday in range(5, made.days, 7):
        worked.append(model.new_bool_var(""))
        for day in (saturday, saturday + 1):
            model.add(sum(x[employee.employee_id, day, s] for s in made.shifts) <= worked[-1])
    model.add(sum(worked) <= employee.max_weekends)


@pytest.mark.real_data
def test_the_published_optimum_of_the_first_instance_is_found_with_these_rules(shift_instances: Path):
    made = read_instance(next(path for path in find_instances(shift_instances) if path.stem == "Instance1"))
    model, x = _reference_model(made)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    roster = {
        e: {d: s for d in range(made.days) for s in made.shifts if solver.boolean_value(x[e, d, s])}
        for e in made.employees
    }
    found = score(made, roster)
    assert found.breaches == ()
    assert found.penalty == solver.objective_value == BEST_KNOWN[1]
