"""What a rule costs in hours missing, against every roster of tiny centers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from every_roster import agreed, every_assignment, worked
from roster_centers import LATE, SHORT, Center, every_day

from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import rules_of
from staffplan.roster.why.changes import Change, people_changes, site_changes
from staffplan.roster.why.prices import Answer, hours_no_shift_reaches, out_of_reach, price_rules, shared
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.roster import RulePrices

TWO = (("ann", "voice", "any"), ("bob", "voice", "any"))


def center(*rules: dict[str, object], hours: float = 40, days: int = 5, **more: object) -> Center:
    """Two people who work four hours, early or late; five days on each of which both halves need somebody."""
    plan = WorkPlanSettings(shifts=("short", "late"), weekly_hours_max=hours, days_per_week_max=days)
    return Center(
        {"voice": {**every_day(5, range(8, 12), 2), **every_day(5, range(16, 20))}},
        agents=TWO,
        shifts={"short": SHORT, "late": LATE},
        work_plans={"any": plan},
        settings=RosterSettings(rules=rules),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


CENTERS = {
    "a run of two days at most": center({"rule": "consecutive_days", "days": 2}),
    "no early after late": center(
        {"rule": "succession", "after": "late", "never": ["short"]}, {"rule": "daily_rest", "hours": 13}
    ),
    "few hours and days": center({"rule": "period_hours", "most": 10}, hours=12, days=3),
    "somebody who comes on two days": center(availability=[("bob", "mon-tue", "24h")]),
}


MORE = {"few hours and days", "somebody who comes on two days"}
EACH = [
    pytest.param(center, id=name, marks=[pytest.mark.thorough] if name in MORE else [])
    for name, center in CENTERS.items()
]


def fewest_missing(problem: RosterProblem) -> float:
    """The least that is missing in all rosters that keep every rule, one by one."""
    tours = [covers_of(problem, number) for number in range(len(problem.people))]
    required = problem.required[0, : tours[0].shape[1]]
    hours = problem.hours[: tours[0].shape[1]]
    missing = [np.maximum(required - sum(covers), 0) @ hours for covers in product(*tours)]
    return float(min(missing))


def covers_of(problem: RosterProblem, number: int) -> np.ndarray:
    """(tours, slots): whether the person is there, of every tour that keeps the rules, each cover once."""
    person = problem.people[number]
    rules, said = list(rules_of(person)), agreed(problem)
    found = set()
    for assignment in every_assignment(problem):
        if any(option >= 0 and not problem.allowed[number, d, option] for d, option in enumerate(assignment)):
            continue
        done = [shift for shift in worked(problem, assignment) if shift not in person.past]
        if any(True for rule in rules for _ in rule.violations(done, said)):
            continue
        there = np.zeros(problem.period.slots, dtype=np.int8)
        for d, option in enumerate(assignment):
            if option >= 0:
                first = int(problem.option_slot[option, d])
                there[first : first + problem.options[option].slots] = 1
        found.add(there.tobytes())
    return np.array([np.frombuffer(row, dtype=np.int8) for row in sorted(found)])


def row_of(table: RulePrices, words: str) -> dict[str, float]:
    [row] = table.frame[table.frame["change"] == words].to_dict("records")
    return row


@pytest.mark.parametrize("center", EACH)
def test_the_price_of_every_rule_is_that_of_trying_every_roster(center: Center) -> None:
    base = center.case().hard()
    table = price_rules(center.case())
    now = fewest_missing(base.problem())
    assert now > 0
    assert row_of(table, "as it is")["hours_missing"] == pytest.approx(now)
    changes = list(site_changes(base))
    assert changes
    for change in changes:
        row, then = row_of(table, change.words), fewest_missing(change.apply(base).problem())
        assert row["hours_missing"] == pytest.approx(then), change.words
        assert row["gained_found"] == pytest.approx(now - then), change.words
        assert row["gained_least"] - 1e-6 <= now - then <= row["gained_most"] + 1e-6, change.words


def test_prices_come_dearest_first_and_the_rule_that_binds_is_the_dearest() -> None:
    table = price_rules(CENTERS["a run of two days at most"].case())
    gains = table.frame["gained_found"].tolist()[1:]
    assert gains == sorted(gains, reverse=True)
    assert row_of(table, "without consecutive_days (at most 2 days in a row)")["gained_found"] > 0


def test_more_people_and_more_skills_are_priced_for_each_planning_group() -> None:
    need = {"voice": every_day(2, range(8, 12), 2), "mail": every_day(2, range(8, 12))}
    plan = WorkPlanSettings(shifts=("short",))
    agents = (("ann", "voice", "any"), ("bob", "mail", "any"))
    two = Center(need, agents=agents, shifts={"short": SHORT}, work_plans={"any": plan})
    table = price_rules(two.case())
    assert len(list(people_changes(two.case(), ("mail", "voice")))) == 3
    assert row_of(table, "as it is")["hours_missing"] == pytest.approx(8)
    assert row_of(table, "2 more agents for voice (any)")["gained_found"] == pytest.approx(8)
    assert row_of(table, "2 more agents for mail (any)")["gained_found"] == pytest.approx(0)


def test_the_same_seed_tells_the_same_prices() -> None:
    case = CENTERS["few hours and days"].case()
    assert price_rules(case, seed=3).frame.equals(price_rules(case, seed=3).frame)


def change(rule: str, *, keeps_tours: bool = True) -> Change:
    return Change(rule, f"{rule} otherwise", lambda case: case, keeps_tours)


def test_what_one_search_proves_is_used_for_the_others() -> None:
    """With a step less than nine are missing for sure, so nine are now; without the rule no more than with a step."""
    now = Answer(found=12, bound=7)
    step, without = (change("rest"), Answer(found=13, bound=8)), (change("rest"), Answer(found=14, bound=9))
    hired = (change("people", keeps_tours=False), Answer(found=13, bound=11))
    before, found = shared(now, [step, without, hired])
    assert before == Answer(found=12, bound=9)
    assert [then for _, then in found] == [Answer(12, 9), Answer(12, 9), Answer(13, 11)]


@pytest.mark.parametrize("center", EACH)
def test_a_rule_left_out_gains_no_less_than_a_rule_loosened(center: Center) -> None:
    frame = price_rules(center.case()).frame
    for _, rows in frame[frame["place"] > 0].groupby("rule"):
        out = rows[rows["change"].str.startswith("without")]
        for _, row in out.iterrows():
            assert row["gained_found"] >= rows["gained_found"].max() - 1e-6
            assert row["hours_missing_least"] <= rows["hours_missing_least"].min() + 1e-6


def test_hours_that_no_shift_reaches_are_nothing_that_a_rule_could_gain() -> None:
    """One person covers all that shifts reach; from 20:00 on there is none."""
    made = center(days=5).but(need={"voice": every_day(2, [8, 9, 20, 21])}, agents=TWO[:1])
    assert hours_no_shift_reaches(made.case()) == 4.0
    frame = price_rules(made.case()).frame
    assert frame["hours_missing"].tolist() == [4.0] * len(frame)
    assert (frame["gained_most"] == 0.0).all()


def test_what_a_contract_keeps_people_from_is_within_reach_of_a_shift() -> None:
    plan = WorkPlanSettings(shifts=("short",), days_per_week_max=5)
    made = center().but(work_plans={"any": plan}, need={"voice": every_day(1, [8, 16])})
    problem = made.problem()
    assert out_of_reach(problem, problem.allowed) == 1.0
    assert hours_no_shift_reaches(made.case()) == 0.0
