"""Which rules never bind, against every roster of one person."""

from __future__ import annotations

from itertools import product

import pytest
from every_roster import PLAN, agreed, worked
from roster_centers import LATE, MONDAY, NIGHT, SHORT, Center, every_day

from staffplan.roster.in_words import whether_they_bind
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import OneShiftADay, Rule, rules_of
from staffplan.roster.rules.rest import DailyRest
from staffplan.settings.roster import RosterSettings

DAYS = 5
TINY = Center(
    {"voice": every_day(DAYS, range(24))},
    shifts={"short": SHORT, "late": LATE, "night": NIGHT},
    work_plans={"any": PLAN},
    first_day=MONDAY,
)
OF_CONTRACT = ("days_per_week_max", "weekly_hours_min", "weekly_hours_max")
AGREEMENTS = (
    [{"rule": "daily_rest", "hours": 11}, {"rule": "consecutive_days", "days": 2}],
    [
        {"rule": "daily_rest", "hours": 0.5},
        {"rule": "consecutive_days", "days": 3},
        {"rule": "period_days", "most": 4},
    ],
    [
        {"rule": "weekly_rest", "hours": 24},
        {"rule": "consecutive_days", "days": 4},
        {"rule": "day_hours", "most": 12},
    ],
    [{"rule": "nights_in_a_row", "nights": 1}, {"rule": "rest_after_nights", "hours": 34}],
    [{"rule": "daily_rest", "hours": 11}, {"rule": "daily_rest", "hours": 12}],
    [{"rule": "succession", "after": "night", "never": ["short"]}, {"rule": "daily_rest", "hours": 11}],
)


def only_broken(problem: RosterProblem, rules: list[Rule], place: int) -> bool:
    """Whether some roster breaks this rule alone."""
    said, others = agreed(problem), [*rules[:place], *rules[place + 1 :], DailyRest(0)]
    for first in product(range(-1, len(problem.options)), repeat=DAYS):
        shifts = worked(problem, (*first, *(-1,) * (problem.period.days - DAYS)))
        if any(rules[place].violations(shifts, said)) and not any(
            True for rule in others for _ in rule.violations(shifts, said)
        ):
            return True
    return False


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_a_rule_binds_where_some_roster_breaks_it_and_nothing_else(agreement: list[dict[str, object]]) -> None:
    center = TINY.but(settings=RosterSettings(rules=agreement))
    problem = center.problem()
    rules = [rule for rule in rules_of(problem.people[0]) if not isinstance(rule, OneShiftADay)]
    expected = {}
    for place, rule in enumerate(rules):
        if not (isinstance(rule, DailyRest) and not rule.minutes):
            key = OF_CONTRACT[place] if place < len(OF_CONTRACT) else place - len(OF_CONTRACT)
            expected["any", key] = only_broken(problem, rules, place)
    assert dict(whether_they_bind(center.case(), {"any"}).binds) == expected


def test_without_time_nothing_is_said_never_to_bind() -> None:
    center = TINY.but(settings=RosterSettings(rules=AGREEMENTS[0]))
    found = whether_they_bind(center.case(), {"any"}, seconds=lambda: 0.0)
    assert (dict(found.binds), found.unfinished) == ({}, {"any"})


def test_where_two_things_contradict_apart_from_each_rule_nothing_is_said() -> None:
    plan = PLAN.model_copy(update={"weekly_hours_min": 19.9})
    impossible = RosterSettings(rules=[{"rule": "period_days", "least": 5}])
    found = whether_they_bind(TINY.but(work_plans={"any": plan}, settings=impossible).case(), {"any"})
    assert not found.binds
