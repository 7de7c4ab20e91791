"""The cheapest mix of skills: exact where theory is, the same contacts for all, and goals that hold afterwards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import DataError, InfeasibleError
from staffplan.staffing.models.erlang import agents_for_line, erlang_a, erlang_c
from staffplan.staffing.skills.judge import Effort, Judge, exact_slack, simulate
from staffplan.staffing.skills.search import cheapest, cost_of, dedicated_mix, mended, rung
from staffplan.staffing.skills.step import BOUND, CHEAPEST, EVERYONE, ISOLATED, mix_skills
from staffplan.staffing.skills.tables import PlanningGroups, SkillCase, SkillProfiles, default_profiles, skill_case
from thorough import THOROUGH

COLUMNS = ("group", "offered", "interval_minutes", "aht_seconds", "patience_seconds", "service_level")
SMALL = Effort(24, 60_000, 1.0)
LARGE = Effort(40, 400_000, 1.645)


def groups(*rows: tuple[object, ...], within: float = 20.0) -> PlanningGroups:
    frame = pd.DataFrame([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    return PlanningGroups.of(frame.assign(answer_within_seconds=within), "groups.csv")


def profiles(*rows: tuple[str, str, float]) -> SkillProfiles:
    return SkillProfiles.of(pd.DataFrame(rows, columns=["profile", "groups", "cost"]), "profiles.csv")


A, B = ("a", 60, 30, 240, np.nan, 0.8), ("b", 60, 30, 240, np.nan, 0.8)
THREE = (("sales", 25, 30, 300, 120, 0.8), ("service", 50, 30, 240, 180, 0.8), ("tech", 10, 30, 480, np.nan, 0.8))


def searched(case: SkillCase) -> tuple[int, ...]:
    judge = Judge(case, SMALL, (5, 1))
    return cheapest(judge, mended(judge, dedicated_mix(case)))[0]


@pytest.mark.parametrize("patience", [np.nan, 90.0])
def test_one_group_gets_the_exact_erlang_minimum(patience: float) -> None:
    mix = searched(skill_case(groups(("a", 60, 30, 240, patience, 0.8))))
    known = np.inf if np.isnan(patience) else patience
    goal = {"service_level": 0.8, "answer_within_seconds": 20}
    assert mix == (agents_for_line(8.0, aht_seconds=240, patience_seconds=known, **goal),)


def test_two_like_groups_with_all_rounders_at_the_same_cost_need_what_one_line_needs() -> None:
    kinds = profiles(("a", "a", 1.0), ("b", "b", 1.0), ("both", "a+b", 1.0))
    pooled = agents_for_line(16.0, aht_seconds=240, service_level=0.8, answer_within_seconds=20)
    case = skill_case(groups(A, B), kinds)
    judge = Judge(case, SMALL, (5, 1))
    assert sum(cheapest(judge, rung(judge, 2, 1.0))[0]) == pooled


def test_where_flexible_agents_cost_too_much_all_are_dedicated() -> None:
    kinds = profiles(("a", "a", 1.0), ("b", "b", 1.0), ("both", "a+b", 3.0))
    assert searched(skill_case(groups(A, B), kinds)) == (11, 11, 0)


def test_a_few_flexible_agents_save_much() -> None:
    case = skill_case(groups(A, B))
    mix = searched(case)
    assert cost_of(case, mix) < 22.0
    assert 0 < mix[2] < sum(mix) / 2


def test_simulation_agrees_with_theory_for_groups_apart() -> None:
    case = skill_case(groups(A, ("b", 60, 30, 300, 90, 0.8)))
    seen = simulate(case, (11, 11, 0), Judge(case, LARGE, (7, 1)).sample)
    patient = erlang_c(8.0, 11, aht_seconds=240, answer_within_seconds=20)
    leaving = erlang_a(10.0, 11, aht_seconds=300, answer_within_seconds=20, patience_seconds=90)
    theory = np.array([patient.service_level(), leaving.service_level()])
    assert (np.abs(seen.service_level - theory) < 1.5 * seen.half_width).all()
    assert seen.asa_seconds == pytest.approx([float(patient.asa_seconds), float(leaving.asa_seconds)], rel=0.12)
    assert seen.abandon_share == pytest.approx([0.0, float(leaving.abandon_rate)], rel=0.05)
    assert seen.occupancy[:2] == pytest.approx([float(patient.occupancy), float(leaving.occupancy)], rel=0.01)


def test_simulation_agrees_with_theory_for_one_pool() -> None:
    case = skill_case(groups(A, B))
    seen = simulate(case, (0, 0, 19), Judge(case, LARGE, (7, 1)).sample)
    theory = erlang_c(16.0, 19, aht_seconds=240, answer_within_seconds=20)
    assert (np.abs(seen.service_level - theory.service_level()) < 1.5 * seen.half_width).all()
    assert seen.asa_seconds == pytest.approx([float(theory.asa_seconds)] * 2, rel=0.12)


def test_theory_speaks_only_where_agents_are_alike() -> None:
    case = skill_case(groups(A, B))
    assert np.isnan(exact_slack(case, (9, 9, 3))).all()
    assert not np.isnan(exact_slack(case, (0, 0, 20))).any()
    assert exact_slack(case, (11, 0, 0))[1] == -0.8
    unlike = skill_case(groups(A, ("b", 60, 30, 300, np.nan, 0.8)))
    assert np.isnan(exact_slack(unlike, (0, 0, 25))).all()


def test_the_same_contacts_make_more_agents_no_worse() -> None:
    case = skill_case(groups(*THREE))
    sample = Judge(case, SMALL, (3, 1)).sample
    levels = [simulate(case, (3, 5, 2, 0, 0, 0, more), sample).service_level.mean() for more in (2, 4, 6, 8)]
    assert levels == sorted(levels)


@pytest.fixture(scope="module")
def three():
    """The whole answer for three unlike groups."""
    return mix_skills(groups(*THREE), seed=3)


def test_the_answer_keeps_every_goal_under_another_seed(three) -> None:
    case = skill_case(groups(*THREE))
    judge = Judge(case, LARGE, (99, 9))
    seen = judge.outcome(tuple(three.mix["agents"]))
    assert (seen.service_level + seen.half_width >= case.goal).all()
    assert (three.groups["service_level_high"] >= three.groups["goal"]).all()
    assert not [note for note in three.notes if note.kind == "broken promise"]


def test_the_answer_lies_between_one_line_and_groups_apart(three) -> None:
    cost = three.compared.set_index("plan")["cost"]
    assert cost[BOUND] <= cost[CHEAPEST] <= min(cost[EVERYONE], cost[ISOLATED])
    assert cost[CHEAPEST] == pytest.approx(three.mix["cost"].sum())
    assert three.ladder["cost"].min() == pytest.approx(cost[CHEAPEST])
    assert three.ladder["flexible_agents"].iloc[0] == 0
    assert three.ladder["flexible_share"].iloc[-1] == 1.0
    assert three.ladder["best"].sum() == 1


def test_the_same_seed_gives_the_same_answer() -> None:
    rows = THREE if THOROUGH else (("sales", 10, 30, 300, 120, 0.8), ("tech", 5, 30, 480, np.nan, 0.8))
    first, again = (mix_skills(groups(*rows), seed=3) for _ in range(2))
    for name in ("mix", "groups", "compared", "ladder"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(first, name))


def test_slower_flexible_agents_are_worth_less() -> None:
    kinds = default_profiles(groups(A, B)).frame.assign(aht_factor=[1.0, 1.0, 1.5])
    slow = skill_case(groups(A, B), SkillProfiles.of(kinds, "profiles.csv"))
    assert cost_of(slow, searched(slow)) >= cost_of(slow, searched(skill_case(groups(A, B))))


def test_a_group_without_contacts_needs_nobody() -> None:
    assert searched(skill_case(groups(A, ("b", 0, 30, 240, np.nan, 0.8)))) == (11, 0, 0)


def test_maxima_are_kept_or_said_to_be_too_low() -> None:
    kinds = profiles(("a", "a", 1.0), ("b", "b", 1.0), ("both", "a+b", 1.1)).frame
    few = SkillProfiles.of(kinds.assign(maximum=[8, np.nan, np.nan]), "profiles.csv")
    mix = searched(skill_case(groups(A, B), few))
    assert mix[0] <= 8
    assert mix[2] > 0
    none = SkillProfiles.of(kinds.assign(maximum=[8, np.nan, 1]), "profiles.csv")
    with pytest.raises(InfeasibleError, match="does not meet the goal of a"):
        searched(skill_case(groups(A, B), none))


def test_every_problem_of_both_tables_is_told_at_once() -> None:
    bad = groups(A, ("c", 60, 30, 0, np.nan, 1.0), ("b", 5, 30, 60, np.nan, 0.8))
    kinds = profiles(("a", "a", 0.0), ("x", "a+cc", 1.0), ("x", "c", 1.0))
    with pytest.raises(DataError) as told:
        skill_case(bad, kinds)
    said = {problem.place: f"{problem.message} {problem.hint}" for problem in told.value.problems}
    assert "not above 0" in said["groups.csv:3:aht_seconds"]
    assert "no number of agents reaches" in said["groups.csv:3:service_level"]
    assert "no profile serves 'b'" in said["groups.csv:4:group"]
    assert "not above 0" in said["profiles.csv:2:cost"]
    assert "'cc' is not a planning group" in said["profiles.csv:3:groups"]
    assert "appears twice" in said["profiles.csv:4:profile"]


def test_each_number_of_flexible_agents_is_told_once(three) -> None:
    assert three.ladder["flexible_agents"].is_unique
    assert three.ladder["flexible_agents"].is_monotonic_increasing
