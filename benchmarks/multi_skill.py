"""Many skills at scale: 200 agents, 12 groups (two of them chats), 30 skill sets, one week; beside plain CP-SAT.

    python benchmarks/multi_skill.py [--agents 200] [--seconds 60] [--effort 3] [--seed 1] [--peer]

Cover and bound are of the roster, in which each agent serves one group in an interval. `apart` has the same people
with their own group alone: what it leaves uncovered beyond the others is the gain of the skills, in hours of the
week. Service is simulated as `staffplan simulate` plays it, with the roster's groups alone and with groups that help
each other out after some seconds (`simulate.overflow`, calls before chats); and, for comparison, by a router of its
own (rostering/routed.py), in which each agent on queue belongs to the first skill whatever group the roster shows.
Chat agents who take calls: their hours on queue, and those of them on calls.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np

from rostering.centers import Center
from rostering.peers.plain_cpsat import plain_cpsat
from rostering.routed import service_by_group
from rostering.score import worth
from rostering.skill_sets import CHATS, GROUPS, ManySkills, make_many_skills
from staffplan.roster.check.check import check
from staffplan.roster.step import roster
from staffplan.settings.simulate import OverflowSettings, SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import simulate
from staffplan.simulate.overflow import Helpers, helpers_of
from staffplan.tables.roster import Roster

OVERFLOW_SECONDS = (0.0, 10.0, 1e6)
"""At once, before the 20 seconds of a call's goal are over, and never. Later overflow is never in time."""
REPLICATIONS = 10


@dataclass(frozen=True)
class Made:
    name: str
    center: Center
    roster: Roster | None
    seconds: float
    bound: float | None = None
    status: str = ""


def ours(name: str, center: Center, seed: int) -> Made:
    began = time.perf_counter()
    result = roster(
        center.requirement,
        center.workforce,
        center.settings,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
        seed=seed,
    )
    return Made(name, center, result.roster, time.perf_counter() - began, result.bound, result.status)


def peer(center: Center, seed: int) -> Made:
    began = time.perf_counter()
    answer = plain_cpsat(center, center.settings.time_limit_seconds, seed)
    return Made("CP-SAT, plain", center, answer.roster, time.perf_counter() - began, status=answer.status)


def cover(made: Made) -> str:
    if made.roster is None:
        return f"{made.name:<15} {made.status}; {made.seconds:.0f} s"
    found, center = worth(made.center, made.roster), made.center
    report = check(
        made.roster,
        center.workforce,
        center.settings,
        requirement=center.requirement,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
    weight = center.settings.understaffing_weight
    gap = "" if made.bound is None else f", gap {(found.cost - made.bound) / weight / found.required_hours:.2%}"
    bound = "" if made.bound is None else f", bound {made.bound:,.1f}"
    return (
        f"{made.name:<15} required {found.required_hours:,.0f} h, understaffed {found.understaffed_hours:,.1f} h, "
        f"overstaffed {found.overstaffed_hours:,.1f} h, cost {found.cost:,.1f}{bound}{gap}; "
        f"{len(report.breaches)} breaches; {made.seconds:.0f} s, {made.status}"
    )


def helpers(made: Made, seconds: float) -> Helpers | None:
    """Every group is helped out by all others, calls before chats."""
    calls_first = sorted(GROUPS, key=lambda group: group in CHATS)
    rules = [
        OverflowSettings(group=group, to=tuple(one for one in calls_first if one != group), after_seconds=seconds)
        for group in calls_first
    ]
    return helpers_of(rules, made.center.workforce)


def as_rostered(made: Made, case: ManySkills, seed: int, helping: Helpers | None = None) -> dict[str, float]:
    """Service level by group, as `staffplan simulate` finds it."""
    told = simulate(
        case.forecast,
        made.center.requirement,
        made.roster,
        SimulateSettings(replications=REPLICATIONS),
        site=made.center.site,
        staffing=StaffingSettings(method="erlang-a"),
        seed=seed,
        helpers=helping,
    )
    return {
        str(group): float((rows["service_level"] * rows["offered"]).sum() / rows["offered"].sum())
        for group, rows in told.waits.frame.groupby("planning_group")
    }


def blended(made: Made) -> str:
    """Hours of chat agents on queue, and on calls."""
    assert made.roster is not None
    rows = made.roster.activities.frame
    rows = rows[rows["activity"] == "queue"]
    own = made.center.workforce.agents.frame.set_index("agent_id")["skills"].str.split(";").str[0]
    length = (rows["end"] - rows["start"]).dt.total_seconds() / 3600
    helps = rows["agent_id"].map(own).isin(CHATS) & ~rows["planning_group"].isin(CHATS)
    chats = float(length[rows["agent_id"].map(own).isin(CHATS)].sum())
    return f"chat agents: {chats:,.0f} h on queue, {length[helps].sum():,.0f} h of them on calls"


def service(name: str, levels: dict[str, float], case: ManySkills) -> str:
    offered = case.forecast.frame.groupby("queue")["offered"].sum()
    whole = sum(levels[group] * offered[group] for group in GROUPS) / offered.sum()
    return f"{name:<34}{whole:>6.0%}" + "".join(f"{levels[group]:>6.0%}" for group in GROUPS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="[roster] time_limit_seconds, the peer's too")
    parser.add_argument("--effort", type=float, default=3.0, help="[roster] effort")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peer", action="store_true", help="plain CP-SAT too")
    wanted = parser.parse_args()
    case = make_many_skills(wanted.agents, wanted.seed, wanted.seconds, wanted.effort)
    sets = case.center.workforce.agents.frame["skills"]
    print(
        f"{wanted.agents} agents, {len(GROUPS)} groups, {sets.nunique()} skill sets, seed {wanted.seed}", flush=True
    )
    shared = ours("by skill", case.center, wanted.seed)
    print(cover(shared), flush=True)
    apart = ours("apart", replace(case.center, workforce=case.apart), wanted.seed)
    print(cover(apart), flush=True)
    runs = [shared, apart]
    if wanted.peer:
        runs.append(peer(case.center, wanted.seed))
        print(cover(runs[-1]), flush=True)
    short = [worth(made.center, made.roster).understaffed_hours for made in runs[:2] if made.roster is not None]
    print(f"gain of the skills: {short[1] - short[0]:,.1f} h of the week covered that are not apart")
    print(blended(shared))
    print("service level: answered in time / (offered - abandoned within the time limit)")
    print(f"{'':<34}{'all':>6}" + "".join(f"{group.split()[-1]:>6}" for group in GROUPS), flush=True)
    for made in runs:
        if made.roster is not None:
            print(service(f"{made.name}, as rostered", as_rostered(made, case, wanted.seed), case), flush=True)
    for seconds in OVERFLOW_SECONDS[:-1]:
        levels = as_rostered(shared, case, wanted.seed, helpers(shared, seconds))
        print(service(f"by skill, helped out after {seconds:.0f} s", levels, case), flush=True)
    skills = dict(zip(case.center.workforce.agents.frame["agent_id"], sets, strict=True))
    for seconds in OVERFLOW_SECONDS:
        said = "never" if seconds > 1e5 else f"after {seconds:.0f} s"
        found = [service_by_group(case.forecast, shared.roster, skills, seconds, wanted.seed + n) for n in range(3)]
        levels = {group: float(np.mean([one[group] for one in found])) for group in GROUPS}
        print(service(f"by skill, routed, overflow {said}", levels, case), flush=True)


if __name__ == "__main__":
    main()
