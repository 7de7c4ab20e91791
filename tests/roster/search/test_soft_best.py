"""For every priced rule: the roster found costs what the best of all rosters of a tiny center costs.

The costs of all rosters are added up here: hours missing and too many from who is there, prices from the rules'
reader. What the search (automata) and CP-SAT (`add`) are told shares no code with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from every_roster import OFF, agreed, every_assignment, worked
from roster_centers import LATE, MADRID, MONDAY, NIGHT, SHORT, Center

from staffplan.clock import wall_instant
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import rules_of
from staffplan.roster.search import stages
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.people import Workforce
from staffplan.tables.roster import RosterShifts
from staffplan.tables.wishes import Fairness, Wishes
from thorough import THOROUGH

DAYS = 5
EFFORT = 0.3 if THOROUGH else 0.1
THURSDAY = MONDAY + timedelta(days=3)
TWO = (("ann", "voice", "any"), ("bob", "voice", "any"))
SHIFTS = {"short": SHORT, "late": LATE, "night": NIGHT}
Need = Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Priced:
    """A rule, the shifts and the need with which it costs something to keep, and what is known of people."""

    rule: dict[str, object]
    shifts: tuple[str, ...] = ("short", "late")
    early: str = "11111"
    """People needed from 8:00 to 12:00 on each day."""
    late: str = "11111"
    """The same from 16:00 to 20:00, or of a night shift from 22:00 to 6:00."""
    wishes: tuple[tuple[str, int, str, str, float], ...] = ()
    """agent, day, wish, shift, weight."""
    published: tuple[tuple[str, int, str], ...] = ()
    """agent, day, shift."""
    before: Mapping[str, float] = field(default_factory=dict)
    """What each agent carries in."""


def wishes(**more: object) -> dict[str, object]:
    return {"rule": "wishes", "weight": 30, **more}


CASES = {
    "days off": Priced(
        wishes(),
        late="10111",
        wishes=(("ann", 1, "off", "", 1), ("bob", 1, "off", "", 0.5), ("ann", 4, "off", "", 1)),
    ),
    "a shift": Priced(wishes(), late="10101", wishes=(("ann", 1, "shift", "late", 1), ("bob", 3, "shift", "", 1))),
    "rather not": Priced(wishes(), wishes=(("ann", 0, "not", "late", 1), ("bob", 0, "not", "late 16:00", 2))),
    "ranks: the first choice counts more than the second": Priced(
        wishes(weight=15),
        wishes=(
            ("ann", 2, "shift", "late", 3),
            ("ann", 2, "shift", "short", 2),
            ("bob", 2, "shift", "late", 2),
            ("bob", 2, "off", "", 1),
        ),
    ),
    "who was granted less before comes first": Priced(
        wishes(weight=10, catch_up=1.0),
        late="10111",
        wishes=(("ann", 1, "off", "", 1), ("bob", 1, "off", "", 1)),
        before={"ann": 1.0, "bob": -1.0},
    ),
    "nights": Priced(
        {"rule": "fair_share", "of": "nights", "weight": 40},
        ("short", "night"),
        "10000",
        "11100",
        before={"ann": 1.2},
    ),
    "weekends": Priced(
        {"rule": "fair_share", "of": "weekends", "weight": 50}, early="00110", late="10001", before={"ann": 0.6}
    ),
    "early starts": Priced(
        {"rule": "fair_share", "of": "early_starts", "before": "09:00", "weight": 25}, early="21111"
    ),
    "late ends": Priced(
        {"rule": "fair_share", "of": "late_ends", "after": "19:00", "weight": 25}, late="11121", before={"bob": 0.8}
    ),
    "overtime": Priced({"rule": "overtime", "weight": 12}, early="11111", late="11111"),
    "stability": Priced(
        {"rule": "stability", "weight": 35},
        published=(("ann", 0, "late"), ("ann", 1, "short"), ("bob", 1, "short"), ("bob", 4, "late")),
    ),
    "equal start times": Priced({"rule": "starts_alike", "weight": 25}, early="10110", late="21101"),
    "split rest": Priced({"rule": "split_rest", "weight": 45}, early="10101", late="20102"),
    "single days of work": Priced({"rule": "isolated_days", "weight": 45}, early="20102", late="10201"),
    "split weekends": Priced({"rule": "split_weekends", "weight": 45}, early="11100", late="11010"),
}


def need(case: Priced) -> Need:
    spans = {8: (case.early, range(8, 12)), 16: (case.late, range(16, 20))}
    if "night" in case.shifts:
        spans[16] = (case.late, range(22, 30))
    rows = {(d, h): float(people[d]) for people, hours in spans.values() for d in range(DAYS) for h in hours}
    return {(d + h // 24, h % 24): people for (d, h), people in rows.items() if d + h // 24 < DAYS}


def center_of(case: Priced) -> Center:
    plan = WorkPlanSettings(shifts=case.shifts, weekly_hours_max=40, weekly_hours_norm=12, days_per_week_max=7)
    return Center(
        {"voice": need(case)},
        agents=TWO,
        shifts={name: SHIFTS[name] for name in case.shifts},
        work_plans={"any": plan},
        settings=RosterSettings(rules=(case.rule,), effort=EFFORT),  # type: ignore[arg-type]
        first_day=THURSDAY,
    )


def people_of(case: Priced) -> Workforce:
    people = center_of(case).workforce
    if case.wishes:
        frame = pd.DataFrame(case.wishes, columns=["agent_id", "day", "wish", "shift", "weight"])
        days = pd.Series([pd.Timestamp(day(d)) for d in frame.pop("day")])
        people = replace(people, wishes=Wishes.of(frame.assign(first_day=days, last_day=days)))
    if case.published:
        told = [told_shift(*row) for row in case.published]
        people = replace(people, published=RosterShifts.of(pd.DataFrame(told)))
    if case.before:
        what = case.rule.get("of", "wishes")
        rows = [(agent, what, 0.0, 0.0, carried) for agent, carried in case.before.items()]
        frame = pd.DataFrame(rows, columns=["agent_id", "what", "count", "fair_share", "carried_out"])
        people = replace(people, past_fairness=Fairness.of(frame))
    return people


def day(number: int) -> date:
    return THURSDAY + timedelta(days=number)


def told_shift(agent: str, number: int, name: str) -> dict[str, object]:
    begin = SHIFTS[name].start_minutes[0]
    start, end = (wall_instant(day(number), minute, MADRID) for minute in (begin, begin + 240))
    row = {"agent_id": agent, "schedule_date": pd.Timestamp(day(number)), "shift": name}
    return {**row, "start": start, "end": end, "paid_hours": 4.0}


@dataclass(frozen=True)
class Tours:
    """Every tour of a person that keeps the hard rules: who is there in each slot, and its price."""

    there: np.ndarray
    price: np.ndarray


def tours_of(problem: RosterProblem, number: int) -> Tours:
    person = problem.people[number]
    alone = replace(problem, people=(person,))
    rows = list(_tours(alone, problem.allowed[number]))
    return Tours(np.array([there for there, _ in rows]), np.array([price for _, price in rows]))


def _tours(problem: RosterProblem, allowed: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    rules = rules_of(problem.people[0])
    for assignment in every_assignment(problem):
        if any(o != OFF and not allowed[d, o] for d, o in enumerate(assignment)):
            continue
        done, price = worked(problem, assignment), 0.0
        broken = {rule: list(rule.violations(done, agreed(problem))) for rule in rules}
        if any(found for rule, found in broken.items() if rule.weight is None):
            continue
        price = sum(rule.weight * v.amount for rule, found in broken.items() if rule.weight for v in found)
        there = np.zeros(problem.period.slots)
        for d, o in enumerate(assignment):
            if o != OFF:
                first = int(problem.option_slot[o, d])
                there[first : first + problem.options[o].slots] += 1
        yield there, price


@dataclass(frozen=True)
class Truth:
    """Of all rosters: the least cost, the least cost of the cover alone, and the least price at that cover."""

    best: float
    cover: float
    prices_at_cover: tuple[float, float]


@cache
def truth(name: str) -> Truth:
    case = CASES[name]
    problem = replace(center_of(case).case(), workforce=people_of(case)).problem()
    ann, bob = (tours_of(problem, number) for number in (0, 1))
    inside = problem.hours > 0
    required, hours = problem.required[0, inside], problem.hours[inside]
    assert (hours == 1).all()
    cover, price = np.empty((len(ann.price), len(bob.price))), ann.price[:, None] + bob.price[None, :]
    for row, there in enumerate(ann.there[:, inside]):
        net = there + bob.there[:, inside] - required
        cover[row] = (10 * np.maximum(-net, 0) + np.maximum(net, 0)).sum(axis=1)
    at_cover = price[cover <= cover.min() + 1e-9]
    return Truth(float((cover + price).min()), float(cover.min()), (float(at_cover.min()), float(at_cover.max())))


@pytest.mark.parametrize("name", CASES)
def test_who_covers_best_without_the_rule_may_do_worse_with_it(name: str) -> None:
    """Else a search deaf to the rule would pass the tests below."""
    of_all = truth(name)
    assert of_all.best < of_all.cover + of_all.prices_at_cover[1] - 1e-6


@pytest.mark.parametrize("name", CASES)
def test_the_roster_found_is_the_best_of_all_by_brute_force(name: str) -> None:
    case = CASES[name]
    result = center_of(case).solve(people_of(case))
    assert result.objective == pytest.approx(truth(name).best)
    assert result.bound == pytest.approx(truth(name).best)
    assert result.status == "optimal"


@pytest.mark.parametrize("name", CASES)
def test_the_search_alone_finds_the_best_and_its_bound_is_never_above_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large rosters are not handed to CP-SAT: there the automata alone say what a tour costs."""
    monkeypatch.setattr(stages, "solve_whole", lambda *_, **__: None)
    case = CASES[name]
    result = center_of(case).solve(people_of(case))
    assert result.objective == pytest.approx(truth(name).best)
    assert result.bound <= truth(name).best + 1e-6


def test_a_dear_rule_is_kept_though_work_stays_undone_and_a_cheap_one_is_not() -> None:
    undone = {name for name in CASES if truth(name).best < truth(name).cover + truth(name).prices_at_cover[0] - 1e-6}
    assert undone == {"overtime", "split rest", "single days of work"}
