"""Every priced rule is said three times, to the solver, to the reader and to the tour search: the same amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import numpy as np
import pandas as pd
import pytest
from every_roster import planned_shifts
from hypothesis import given
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from roster_centers import LATE, MADRID, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.clock import wall_instant
from staffplan.planned import PlannedDays
from staffplan.roster.problem.machine import Machine
from staffplan.roster.problem.problem import Person, RosterProblem, Rule
from staffplan.roster.problem.worked import Agreed, Worked
from staffplan.roster.rules.agreement import soft_rules, soft_settings
from staffplan.roster.rules.fair_hours import FairHours
from staffplan.roster.rules.fairness import Burden, FairShare
from staffplan.roster.rules.hours_balance import HoursBalance
from staffplan.roster.rules.known import Concern, DueSpan, Known, Published, Wish
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.overtime import Overtime
from staffplan.roster.rules.split_rest import IsolatedDays, SplitRest, SplitWeekends
from staffplan.roster.rules.stability import Stability
from staffplan.roster.rules.starts_alike import StartsAlike
from staffplan.roster.rules.wishes import WishesGranted
from staffplan.roster.search.rule_model import add_one_shift_a_day, add_rule
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

PLAN = WorkPlanSettings(shifts=("short", "late", "night"), weekly_hours_max=30, days_per_week_max=7)
DAYS = 5
THURSDAY = MONDAY + timedelta(days=3)
TINY = Center(
    {"voice": every_day(DAYS, range(24))},
    shifts={"short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": PLAN},
    first_day=THURSDAY,
)
OFF = -1
Assignment = tuple[int, ...]


def day(number: int) -> date:
    return THURSDAY + timedelta(days=number)


def shift(when: date, hour: int, hours: int, name: str) -> Worked:
    start = wall_instant(when, hour * 60, MADRID)
    return Worked(when, start, start + pd.Timedelta(hours=hours), hours, name)


def short(when: date) -> Worked:
    return shift(when, 8, 4, "short 08:00")


def night(when: date) -> Worked:
    return shift(when, 22, 11, "night 22:00")


PASTS: dict[str, tuple[Worked, ...]] = {
    "unknown": (),
    "worked yesterday": (short(day(-4)), short(day(-1))),
    "worked the day before yesterday": (short(day(-2)),),
    "a night into the period": (night(day(-2)), night(day(-1))),
}
NIGHTS = Burden("nights", Night(23 * 60, 30 * 60, 180))
RULES: tuple[Rule, ...] = (
    WishesGranted((Wish(day(0), day(1), "off"), Wish(day(3), day(3), "off", worth=2.5)), 2.0),
    WishesGranted((Wish(day(1), day(2), "shift", "late"), Wish(day(2), day(2), "shift")), 0.5),
    WishesGranted((Wish(day(0), day(4), "not", "night 22:00"), Wish(day(4), day(9), "off", worth=0.5)), 3.0),
    FairShare(NIGHTS, 1, 0.7, 0.0, 2.0),
    FairShare(NIGHTS, 0, 0.0, 0.5, 1.5),
    FairShare(Burden("weekends"), 0, 0.4, 0.4, 2.0),
    FairShare(Burden("early_starts", before=8 * 60 + 1), 1, 1.0, 0.0, 1.0),
    FairShare(Burden("late_ends", after=19 * 60 + 59), 2, 1.4, 0.0, 1.0),
    FairShare(Burden("holidays", holidays=frozenset({day(1), day(3)})), 0, 0.4, 0.0, 2.0),
    FairShare(Burden("shifts"), 3, 2.6, 0.0, 2.0, least=2),
    FairShare(Burden("weekends"), 1, 1.0, 0.0, 2.0, least=1),
    FairShare(NIGHTS, 4, 3.3, 0.0, 1.5, least=3),
    FairHours(20.0, 0.0, 2.0),
    FairHours(31.0, -8.5, 0.5),
    FairHours(6.0, 9.0, 1.0, both_sides=False),
    Overtime(20 * 60, 2.0),
    HoursBalance((DueSpan(day(0), day(1), 9.5), DueSpan(day(2), day(4), 16.0)), 0.75),
    HoursBalance((DueSpan(day(0), day(4), 22.0),), 2.0, free=3.0),
    HoursBalance((DueSpan(day(0), day(2), -4.0), DueSpan(day(3), day(4), 90.0)), 1.0, free=1.0),
    Stability((short(day(1)), night(day(2))), day(0), day(3), 5.0),
    StartsAlike(0, 0.5),
    StartsAlike(9 * 60, 0.5),
    SplitRest(1.5),
    IsolatedDays(0.5),
    SplitWeekends(3.0),
)


def case(past: Sequence[Worked], first_day: date = THURSDAY, days: int = DAYS) -> tuple[RosterProblem, Person]:
    need = {"voice": every_day(days, range(4, 24))}
    problem = TINY.but(first_day=first_day, need=need, planned=PlannedDays(first_day, days)).problem()
    person = replace(problem.people[0], past=tuple(past))
    return replace(problem, people=(person,)), person


def agreed(problem: RosterProblem) -> Agreed:
    hours = tuple((problem.paid_minutes_max[0] / 60).tolist())
    return Agreed(problem.period.first_day, problem.period.days, (0.0,) * len(hours), hours, 7, MADRID)


def said_by_solver(problem: RosterProblem, person: Person, rule: Rule) -> dict[Assignment, float]:
    """The price of every roster; the solver finds each exactly once."""
    model, options = cp_model.CpModel(), problem.options
    works = {
        (person.agent_id, d, option.name): model.new_bool_var("")
        for d in range(problem.period.days)
        for option in options
    }
    add_one_shift_a_day(model, works, problem, person)
    price = add_rule(model, works, problem, person, rule).price
    prices: dict[Assignment, float] = {}

    class Collect(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            chosen = [
                [o for o, option in enumerate(options) if self.boolean_value(works[person.agent_id, d, option.name])]
                for d in range(problem.period.days)
            ]
            key = tuple(mine[0] if mine else OFF for mine in chosen)
            assert key not in prices
            prices[key] = self.float_value(1.0 * price)

    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    assert solver.solve(model, Collect()) == cp_model.OPTIMAL
    return prices


def said_by_machine(machine: Machine | None, assignment: Assignment) -> float:
    if machine is None:
        return 0.0
    state, price = machine.start, 0.0
    for d, o in enumerate(assignment):
        kind = machine.kind[d, o]
        price += 0.0 if machine.price is None else float(machine.price[d, state, kind])
        state = int(machine.step[d, state, kind])
        assert state >= 0, "a priced rule forbids nothing"
    return price + (0.0 if machine.end is None else float(machine.end[state]))


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS.keys())
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule}"[:60])
def test_solver_reader_and_search_name_the_same_price_for_every_roster(rule: Rule, past: tuple[Worked, ...]) -> None:
    problem, person = case(past)
    prices, machine, said = said_by_solver(problem, person, rule), rule.machine(problem, person), agreed(problem)
    assert len(prices) == (len(problem.options) + 1) ** DAYS
    for assignment, price in prices.items():
        found = list(rule.violations([*past, *planned_shifts(problem, assignment)], said))
        assert all(day(0) <= violation.day <= day(DAYS - 1) for violation in found)
        assert rule.weight is not None
        assert rule.weight * sum(v.amount for v in found) == pytest.approx(price), (assignment, found)
        assert said_by_machine(machine, assignment) == pytest.approx(price), assignment
    assert len(set(prices.values())) > 1


@pytest.mark.parametrize("rule", [Overtime(22 * 60, 2.0), StartsAlike(0, 0.5)], ids=lambda rule: rule.name)
def test_weeks_are_counted_each_for_itself(rule: Rule) -> None:
    """Nine days are a week and two days; only the last four vary."""
    problem, person = case((), days=9)
    machine, said = rule.machine(problem, person), agreed(problem)
    for tail in product(range(-1, len(problem.options)), repeat=4):
        assignment = (0, 2, OFF, 2, 1, *tail)
        found = list(rule.violations(planned_shifts(problem, assignment), said))
        assert rule.weight is not None
        assert rule.weight * sum(v.amount for v in found) == pytest.approx(said_by_machine(machine, assignment))


@pytest.mark.parametrize("first_day", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 25)])
@pytest.mark.parametrize("rule", RULES[3:8], ids=lambda rule: f"{rule.name} {rule}"[:60])
def test_the_clock_change_is_read_alike(rule: Rule, first_day: date) -> None:
    problem, person = case((), first_day=first_day, days=3)
    machine, said = rule.machine(problem, person), agreed(problem)
    for assignment in product(range(-1, len(problem.options)), repeat=3):
        found = list(rule.violations(planned_shifts(problem, assignment), said))
        assert rule.weight is not None
        assert rule.weight * sum(v.amount for v in found) == pytest.approx(said_by_machine(machine, assignment))


def test_a_night_that_ends_on_a_wished_day_off_spoils_it() -> None:
    rule, (problem, _) = WishesGranted((Wish(day(1), day(1), "off"),)), case(())
    assert [v.day for v in rule.violations([night(day(0))], agreed(problem))] == [day(1)]
    assert not list(rule.violations([shift(day(0), 20, 4, "evening 20:00")], agreed(problem)))


def test_the_third_night_above_the_share_costs_more_than_the_first() -> None:
    rule, (problem, _) = FairShare(NIGHTS, 1, 0.7, 0.0), case(())
    amounts = [
        sum(v.amount for v in rule.violations([night(day(d)) for d in range(count)], agreed(problem)))
        for count in range(6)
    ]
    assert amounts == [0, 0, 1, 3, 6, 9]


@given(st.permutations(range(4)), st.integers(0, 4))
def test_evening_out_a_count_never_costs_more(order: list[int], total: int) -> None:
    """Of all ways to spread nights over two people with the same share, the even one is the cheapest."""
    rule, (problem, _) = FairShare(NIGHTS, 1, 0.7, 0.0), _CASE

    def price(count: int) -> float:
        return sum(v.amount for v in rule.violations([night(day(d)) for d in range(count)], agreed(problem)))

    even = price(total // 2) + price(total - total // 2)
    assert all(even <= price(mine) + price(total - mine) for mine in range(total + 1))


_CASE = case(())


def test_hand_edited_shifts_of_no_known_name_still_count() -> None:
    problem, _ = case(())
    odd = [shift(day(0), 21, 12, "swapped with Bo"), shift(day(1), 21, 12, "")]
    assert sum(v.amount for v in FairShare(NIGHTS, 1, 1.0, 0.0).violations(odd, agreed(problem))) == 1
    assert next(iter(Stability((), day(0), day(4)).violations(odd, agreed(problem)))).day == day(0)


def test_the_agreement_makes_of_a_person_what_concerns_them() -> None:
    rules = [
        {"rule": "wishes", "weight": 3},
        {"rule": "fair_share", "of": "nights", "agents": ["ann"]},
        {"rule": "overtime"},
        {"rule": "stability"},
        {"rule": "starts_alike"},
        {"rule": "split_rest", "work_plans": ["other"]},
        {"rule": "isolated_days"},
        {"rule": "split_weekends"},
    ]
    roster = RosterSettings.model_validate({"rules": rules})
    contract = PLAN.model_copy(update={"weekly_hours_norm": 24.0})
    wish = Wish(day(0), day(0), "off")
    known = Known({"ann": (wish,)}, {("ann", "nights"): 1.5, ("ann", "wishes"): -2.0}, Published(day(0), day(1), {}))
    settings = soft_settings(roster)
    ann = soft_rules(Concern("ann", contract, known, {(NIGHTS, "ann"): 3.2}), "any", settings)
    assert ann == (
        WishesGranted((wish,), 3 * 1.5),
        FairShare(NIGHTS, 2, 3.2, 1.5),
        Overtime(6 * 60),
        Stability((), day(0), day(1)),
        StartsAlike(),
        IsolatedDays(),
        SplitWeekends(),
    )
    bob = soft_rules(Concern("bob", PLAN, Known(), {}), "any", settings)
    assert bob == (StartsAlike(), IsolatedDays(), SplitWeekends())


def test_the_night_of_a_rule_is_read_as_the_night_of_the_hard_rules() -> None:
    assert np.array_equal(NIGHTS.marked(_CASE[0]), np.array([[False, False, True]] * DAYS))
