"""Groups that share agents to the cheapest mix of skill profiles, and what it saves.

The mix is searched with one sample of contacts and confirmed with a fresh and larger one; agents are added where it
fails there. Every number told comes from the fresh sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.staffing.models.erlang import agents_for_line
from staffplan.staffing.skills.judge import CONFIRM, SEARCH, Judge, Mix
from staffplan.staffing.skills.search import (
    MOST_SIMULATIONS,
    cheapest,
    cost_of,
    dedicated_agents,
    dedicated_mix,
    flexible_profile,
    mended,
    own_profiles,
    rung,
)
from staffplan.staffing.skills.tables import PlanningGroups, SkillCase, SkillProfiles, skill_case

SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Shares of the dedicated agents that a rung of the ladder makes flexible."""
ISOLATED, CHEAPEST, EVERYONE, BOUND = (
    "dedicated agents only, each group separate",
    "the cheapest mix found",
    "everyone with every skill",
    "all groups as one queue by Erlang: at least",
)


@dataclass(frozen=True)
class MixResult:
    """The mix and what it is compared with, as tables; shares 0-1, costs in the unit of the profiles."""

    mix: pd.DataFrame
    """profile, groups, cost_each, agents, cost, occupancy; a row for each profile."""
    groups: pd.DataFrame
    """What each group sees by simulation: service level with its 95 % band, ASA, abandonment; occupancy of the agents
    who may serve it."""
    compared: pd.DataFrame
    """plan, agents, cost."""
    ladder: pd.DataFrame
    """The cheapest mix found with each share of flexible agents: agents, cost, and what each flexible one saves."""
    notes: tuple[Note, ...]


def mix_skills(groups: PlanningGroups, profiles: SkillProfiles | None = None, *, seed: int = 1) -> MixResult:
    """The cheapest mix found that keeps every group's goal when contacts are routed by skill.

    Raises DataError for what is wrong in the tables, InfeasibleError where maxima leave too few agents.
    """
    case = skill_case(groups, profiles)
    search, confirm = Judge(case, SEARCH, (seed, 1)), Judge(case, CONFIRM, (seed, 2))
    rungs = _ladder(case, search, confirm)
    starts = {search_mix for _, search_mix, _ in rungs}
    ends = [cheapest(search, start) for start in sorted(starts, key=lambda mix: (cost_of(case, mix), mix))[:2]]
    confirmed = [mended(confirm, mix) for mix, _ in ends] + [mix for _, _, mix in rungs]
    best = min(confirmed, key=lambda mix: (cost_of(case, mix), mix))
    return MixResult(
        _mix_table(case, confirm, best),
        _group_table(case, confirm, best),
        _comparison(case, best, rungs[-1][2] if len(rungs) > 1 else None),
        _ladder_table(case, [mix for _, _, mix in rungs], best),
        _notes(case, confirm, best, is_default=profiles is None, is_cut=not all(done for _, done in ends)),
    )


def _ladder(case: SkillCase, search: Judge, confirm: Judge) -> list[tuple[float, Mix, Mix]]:
    """Share, mix of the search, and mix as confirmed, for each share of flexible agents."""
    flexible = flexible_profile(case)
    if flexible is None:
        start = mended(search, dedicated_mix(case))
        return [(0.0, start, mended(confirm, start))]
    rungs = [(share, rung(search, flexible, share)) for share in SHARES]
    return [(share, mix, mended(confirm, mix, flexible if share == 1.0 else None)) for share, mix in rungs]


def _mix_table(case: SkillCase, judge: Judge, mix: Mix) -> pd.DataFrame:
    agents = np.array(mix)
    return pd.DataFrame(
        {
            "profile": list(case.profiles),
            "groups": [case.skills_of(p) for p in range(len(mix))],
            "cost_each": case.cost,
            "agents": agents,
            "cost": case.cost * agents,
            "occupancy": judge.outcome(mix).occupancy,
        }
    )


def _group_table(case: SkillCase, judge: Judge, mix: Mix) -> pd.DataFrame:
    seen, agents = judge.outcome(mix), np.array(mix)
    able = case.serves * agents[:, None]
    busy = np.nan_to_num(seen.occupancy)
    with np.errstate(invalid="ignore"):
        occupancy = (able * busy[:, None]).sum(axis=0) / able.sum(axis=0)
    return pd.DataFrame(
        {
            "group": list(case.groups),
            "goal": case.goal,
            "answer_within_seconds": case.answer_within_seconds,
            "service_level": seen.service_level,
            "service_level_low": np.maximum(0.0, seen.service_level - seen.half_width),
            "service_level_high": np.minimum(1.0, seen.service_level + seen.half_width),
            "asa_seconds": seen.asa_seconds,
            "abandon_share": seen.abandon_share,
            "occupancy": occupancy,
            "agents_able": able.sum(axis=0),
        }
    )


def _comparison(case: SkillCase, best: Mix, everyone: Mix | None) -> pd.DataFrame:
    """The mix beside groups apart, everyone flexible, and no less than one Erlang line of all would need."""
    alone = dedicated_agents(case)
    rows = [
        (ISOLATED, sum(alone), float(np.dot(case.cost[own_profiles(case)], alone))),
        (CHEAPEST, sum(best), cost_of(case, best)),
    ]
    if everyone is not None and all(case.serves[p].all() for p, agents in enumerate(everyone) if agents):
        rows.append((EVERYONE, sum(everyone), cost_of(case, everyone)))
    pooled = _pooled_agents(case)
    rows.append((BOUND, pooled, pooled * float(case.cost.min())))
    return pd.DataFrame(rows, columns=["plan", "agents", "cost"])


def _pooled_agents(case: SkillCase) -> int:
    """Agents of one line for the whole load with the easiest of the goals and the shortest patience."""
    load = case.load_erlangs * case.aht_factor.min()
    found = agents_for_line(
        load.sum(),
        aht_seconds=load.sum() / case.rate.sum(),
        patience_seconds=case.patience_seconds.min(),
        service_level=case.goal.min(),
        answer_within_seconds=case.answer_within_seconds.max(),
    )
    return int(found)


def _ladder_table(case: SkillCase, rungs: list[Mix], best: Mix) -> pd.DataFrame:
    """Each rung, and the best mix among them, with the share of its agents who have several skills, and what one of
    them saves on average."""
    many = case.serves.sum(axis=1) > 1

    def flexible_in(mix: Mix) -> int:
        return int(np.array(mix)[many].sum())

    by_flexible: dict[int, Mix] = {}
    for mix in sorted([*rungs, best], key=lambda mix: (cost_of(case, mix), mix != best)):
        by_flexible.setdefault(flexible_in(mix), mix)
    rungs = [by_flexible[number] for number in sorted(by_flexible)]
    flexible = np.array([flexible_in(mix) for mix in rungs])
    agents = np.array([sum(mix) for mix in rungs])
    cost = np.array([cost_of(case, mix) for mix in rungs])
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(flexible > flexible[0], (cost[0] - cost) / (flexible - flexible[0]), np.nan)
        share = flexible / agents
    return pd.DataFrame(
        {
            "flexible_share": share,
            "flexible_agents": flexible,
            "agents": agents,
            "cost": cost,
            "saved_each": each,
            "best": [mix == best for mix in rungs],
        }
    )


def _notes(case: SkillCase, confirm: Judge, best: Mix, *, is_default: bool, is_cut: bool) -> tuple[Note, ...]:
    said = "arrivals are Poisson, handling times and patience exponential, the hour is steady"
    notes = [Note("mix", "assumption", "", said)]
    if is_default and len(case.groups) > 1:
        said = (
            "no profiles are given: an agent with several skills is assumed to cost 10 % "
            "more and to be equally fast; give --profiles"
        )
        notes.append(Note("mix", "assumption", "", said))
    if is_cut:
        said = f"a search ended after {MOST_SIMULATIONS} simulated mixes; a cheaper mix may exist"
        notes.append(Note("mix", "warning", "", said))
    short = [name for name, slack in zip(case.groups, confirm.slack(best), strict=True) if slack < 0]
    if short:
        notes.append(Note("mix", "broken promise", ", ".join(short), "the goal is not met with a new random seed"))
    return tuple(notes)
