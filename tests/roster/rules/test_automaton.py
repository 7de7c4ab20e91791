"""An automaton of several machines: it has the tours that each of them allows, at the sum of their prices."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from every_roster import Assignment
from roster_centers import DAY, LATE, Center, day, every_day

from staffplan.roster.problem.machine import FORBIDDEN, Machine, counter
from staffplan.roster.rules import automaton
from staffplan.roster.rules.automaton import Allowance, Automaton, TooLargeError, make_automaton
from staffplan.roster.rules.known import Wish
from staffplan.roster.rules.wishes import WishesGranted
from staffplan.roster.search.space import make_tour_space
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

DAYS, OPTIONS = 4, 2
EVERY_TOUR = list(product(range(OPTIONS + 1), repeat=DAYS))
"""Option of each day; the last is a day off."""
EVERYTHING = np.ones((DAYS, OPTIONS), dtype=bool)


def random_machine(seed: int, states: int) -> Machine:
    """Steps and ends forbidden here and there, prices in quarters."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, (DAYS, OPTIONS + 1))
    step = rng.integers(FORBIDDEN, states, (DAYS, states, 2))
    price = rng.integers(0, 5, step.shape) / 4
    end = np.where(rng.random(states) < 0.2, np.inf, rng.integers(0, 3, states))
    return Machine(kind, step, price, end, start=int(rng.integers(states)))


def cost_by_machine(machine: Machine, tour: Assignment) -> float:
    """Infinity where the machine does not allow the tour."""
    state, cost = machine.start, 0.0
    for number, option in enumerate(tour):
        kind = machine.kind[number, option]
        cost += 0.0 if machine.price is None else machine.price[number, state, kind]
        state = machine.step[number, state, kind]
        if state == FORBIDDEN:
            return np.inf
    return cost + (0.0 if machine.end is None else float(machine.end[state]))


def cost_by_automaton(automaton: Automaton, tour: Assignment) -> float:
    state, cost = 0 if not automaton.is_empty else FORBIDDEN, 0.0
    for layer, option in zip(automaton.layers, tour, strict=True):
        if state == FORBIDDEN:
            return np.inf
        kind = layer.kind[option]
        cost, state = cost + layer.price[state, kind], layer.to[state, kind]
    return np.inf if state == FORBIDDEN else cost


@pytest.mark.parametrize("seed", range(20))
def test_a_tour_is_allowed_where_every_machine_allows_it_and_costs_their_sum(seed: int) -> None:
    machines = [random_machine(100 * seed + number, states) for number, states in enumerate((2, 3, 4)[: seed % 4])]
    made = make_automaton(machines, EVERYTHING)
    for tour in EVERY_TOUR:
        assert cost_by_automaton(made, tour) == sum(cost_by_machine(machine, tour) for machine in machines)


def test_a_rule_that_forbids_nothing_takes_no_states() -> None:
    worked = np.broadcast_to(np.array([1, 1, 0]), (DAYS, OPTIONS + 1))
    made = make_automaton([counter(worked, most=DAYS), counter(worked, most=2)], EVERYTHING)
    assert [len(layer.to) for layer in made.layers] == [
        1,
        2,
        3,
        2,
    ]  # in the end none and one have the same future


def test_what_nobody_may_work_takes_no_kinds() -> None:
    kind = np.broadcast_to(np.arange(OPTIONS + 1), (DAYS, OPTIONS + 1))
    step = np.zeros((DAYS, 1, OPTIONS + 1), dtype=np.int64)
    price = np.broadcast_to(np.array([1.0, 2.0, 0.0]), step.shape)
    made = make_automaton([Machine(kind, step, price)], EVERYTHING & np.array([True, False]))
    assert [layer.to.shape for layer in made.layers] == [(1, 2)] * DAYS


def test_people_of_one_contract_with_wishes_of_their_own_share_an_automaton() -> None:
    problem = Center(
        {"voice": every_day(4, range(8, 20), 1.0)},
        agents=(("ann", "voice", "any"), ("bob", "voice", "any")),
        shifts={"day": DAY, "late": LATE},
        work_plans={"any": WorkPlanSettings(shifts=("day", "late"), weekly_hours_max=16)},
        settings=RosterSettings(rules=({"rule": "consecutive_days", "days": 2},)),
    ).problem()
    wishes = [WishesGranted((Wish(day(number), day(number), "shift", "late"),), weight=3) for number in (0, 2)]
    people = [
        replace(person, rules=(*person.rules, wish)) for person, wish in zip(problem.people, wishes, strict=True)
    ]
    space = make_tour_space(replace(problem, people=tuple(people)))
    assert space.folk.walk.tolist() == [0, 0]
    expected = [[3, 0, 0, 0], [0, 0, 3, 0]]
    assert [space.folk.price[row].max(axis=1).tolist() for row in space.folk.liking] == expected


def test_a_product_of_more_steps_than_allowed_is_not_made() -> None:
    worked = np.broadcast_to(np.array([1, 1, 0]), (DAYS, OPTIONS + 1))
    machines = [counter(worked, most=2), counter(worked * np.array([2, 1, 0]), most=3)]
    spent = Allowance(1e9)
    made = make_automaton(machines, EVERYTHING, spent)
    enough = Allowance(1e9 - spent.steps)
    assert [layer.to.tolist() for layer in make_automaton(machines, EVERYTHING, enough).layers] == [
        layer.to.tolist() for layer in made.layers
    ]
    with pytest.raises(TooLargeError):
        make_automaton(machines, EVERYTHING, Allowance(1e9 - spent.steps - 1))


def test_rows_that_happen_to_get_the_same_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    worked = np.broadcast_to(np.array([1, 1, 0]), (DAYS, OPTIONS + 1))
    machines = [counter(worked, most=2), counter(worked * np.array([2, 1, 0]), most=3)]
    made = make_automaton(machines, EVERYTHING)
    monkeypatch.setattr(automaton, "_mixed", lambda rows: np.zeros(len(rows), dtype=np.uint64))
    again = make_automaton(machines, EVERYTHING)
    assert [layer.to.shape for layer in again.layers] == [layer.to.shape for layer in made.layers]
