"""An instance in staffplan's terms is the same instance: what its reader calls broken, and what things cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from curtois.adapter import FIRST_DAY, Translated, interval_minutes, make_shift, shifts_by_day, translate
from curtois.instance import Cover, Employee, Instance, Request, Shift
from curtois.score import score
from rostering.duties import Duty, middle_pauses, roster_of
from rostering.score import worth
from staffplan.roster.case.build import build_problem
from staffplan.roster.check.check import check
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import Agreed, worked_by_agent
from staffplan.tables.roster import Roster
from thorough import repetitions

CONTRACTS = [
    Employee("", {"d": 3, "n": 14}, 3600, 1500, 4, 2, 2, 1, frozenset({2})),
    Employee("", {"d": 14, "n": 2}, 99999, 0, 3, 1, 3, 2, frozenset()),
    Employee("", {"d": 14, "n": 14}, 4400, 960, 5, 2, 1, 1, frozenset({9})),
]


def instance(days: int, people: list[Employee], **more: object) -> Instance:
    shifts = {"d": Shift("d", 480, frozenset()), "n": Shift("n", 600, frozenset({"d"}))}
    cover = tuple(Cover(day, shift, 2 + day % 3, 100, 1) for day in range(days) for shift in shifts)
    named = {f"p{number}": replace(one, employee_id=f"p{number}") for number, one in enumerate(people)}
    return replace(Instance("made", days, shifts, named, (), (), cover), **more)


def problem_of(made: Translated) -> RosterProblem:
    return build_problem(
        made.requirement,
        made.workforce,
        made.settings,
        shifts=made.shifts,
        work_plans=made.work_plans,
        site=made.site,
    )


def roster_with(made: Translated, tours: list[str]) -> Roster:
    """Everybody's days as letters, a point is free."""
    problem = problem_of(made)
    options = {option.family: number for number, option in enumerate(problem.options)}
    duties = [
        Duty(person, day, options[letter], middle_pauses(problem, options[letter]))
        for person, tour in enumerate(tours)
        for day, letter in enumerate(tour)
        if letter != "."
    ]
    return roster_of(problem, duties)


def broken_by_the_reader(made: Translated, roster: Roster) -> set[str]:
    report = check(
        roster,
        made.workforce,
        made.settings,
        requirement=made.requirement,
        shifts=made.shifts,
        work_plans=made.work_plans,
        site=made.site,
    )
    return {breach.agent_id for breach in report.breaches}


def random_tours(count: int, days: int) -> list[str]:
    """Runs of work and of days off, one to four days long, mostly of one shift."""
    rng = np.random.default_rng(3)
    tours = []
    for _ in range(count):
        text, works = "", bool(rng.integers(2))
        while len(text) < days:
            letters = rng.choice(["d", "n"], p=[0.7, 0.3]) if works else "."
            text += str(letters) * int(rng.integers(1, 5))
            works = not works
        tours.append(text[:days])
    return tours


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize(
    "days", [7, pytest.param(6, marks=pytest.mark.thorough), pytest.param(14, marks=pytest.mark.thorough)]
)
def test_the_reader_and_the_score_call_the_same_people_rule_breakers(contract: Employee, days: int):
    tours = (
        ["".join(letters) for letters in product(".dn", repeat=days)]
        if days < 7
        else random_tours(repetitions(40, 500), days)
    )
    people = instance(days, [contract] * len(tours))
    made = translate(people)
    roster = roster_with(made, tours)
    expected = {breach.employee_id for breach in score(people, shifts_by_day(roster.shifts)).breaches}
    assert broken_by_the_reader(made, roster) == expected
    assert 0 < len(expected) < len(tours)


def test_cover_and_wishes_cost_what_the_score_says():
    tours = ["ddd..nn", "..dddn.", "nn...dd", "ddnn...", "......."]
    rng = np.random.default_rng(5)
    wishes = [
        Request(f"p{number % 5}", int(rng.integers(7)), str(rng.choice(["d", "n"])), int(rng.integers(1, 4)))
        for number in range(40)
    ]
    distinct = tuple({(wish.employee_id, wish.day, wish.shift_id): wish for wish in wishes}.values())
    people = instance(7, [CONTRACTS[1]] * 5, on_requests=distinct[::2], off_requests=distinct[1::2])
    made = translate(people)
    roster = roster_with(made, tours)
    found = score(people, shifts_by_day(roster.shifts))
    assert worth(made, roster).cost == pytest.approx(found.understaffed + found.overstaffed)
    assert price_of_wishes(made, roster) == found.on_requests + found.off_requests
    assert found.penalty > found.on_requests > 0
    assert found.off_requests > 0


def price_of_wishes(made: Translated, roster: Roster) -> float:
    problem = problem_of(made)
    worked = worked_by_agent(roster.shifts.frame, made.shifts, "UTC")
    agreed = Agreed(FIRST_DAY, problem.period.days, (0.0,), (168.0,), 7)
    return sum(
        rule.weight * violation.amount
        for person in problem.people
        for rule in person.rules
        if rule.weight is not None
        for violation in rule.violations(worked.get(person.agent_id, []), agreed)
    )


def test_every_shift_may_be_worked_even_where_nobody_needs_it():
    people = instance(
        3, [CONTRACTS[1]], cover=(Cover(0, "n", 1, 100, 1), Cover(1, "d", 1, 100, 1), Cover(2, "n", 1, 100, 1))
    )
    assert problem_of(translate(people)).allowed.all()


@pytest.mark.parametrize(("count", "minutes"), [(1, 60), (8, 60), (9, 30), (16, 30), (17, 15), (32, 15)])
def test_shifts_of_eight_hours_have_an_interval_for_each_type(count: int, minutes: int):
    shifts = {f"s{n}": Shift(f"s{n}", 480 if n else 600, frozenset()) for n in range(count)}
    made = replace(instance(1, [CONTRACTS[0]]), shifts=shifts)
    assert interval_minutes(made) == minutes
    last = make_shift(made.shifts[f"s{count - 1}"], (count - 1) * minutes, count * minutes)
    paused = sum(pause.minutes for pause in last.breaks)
    assert last.hours * 60 - paused == minutes
    assert last.paid_minutes == last.hours * 60


def test_cover_of_different_weights_is_refused():
    cover = (Cover(0, "d", 1, 100, 1), Cover(1, "d", 1, 50, 1))
    with pytest.raises(ValueError, match="cover of different weights"):
        translate(instance(3, [CONTRACTS[0]], cover=cover))
