"""The search for the cheapest mix: from dedicated agents and from ladders of flexible ones, by exchanges.

A mix is only taken when the judge holds every goal kept. Every step makes the mix cheaper, so the search ends; it is
a local search, and says nothing of mixes that no single exchange leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from staffplan.errors import InfeasibleError, Problem
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.erlang import agents_for_line
from staffplan.staffing.skills.judge import Judge, Mix
from staffplan.staffing.skills.tables import SkillCase

MOST_SIMULATIONS = 400
"""After so many simulated mixes a search from one start takes the best it has."""
BATCHES = (2, 3, 4, 6, 8, 12)
"""So many agents at once are exchanged for one flexible agent fewer."""
SAME_COST = 1e-9


def cost_of(case: SkillCase, mix: Mix) -> float:
    """What all agents of a mix cost."""
    return float(np.dot(case.cost, mix))


def own_profiles(case: SkillCase) -> list[int]:
    """For each group the profile with the fewest skills that serves it, of several such the cheapest for its work."""

    def rank(p: int) -> tuple[float, float, int]:
        return float(case.serves[p].sum()), float(case.cost[p] * case.aht_factor[p]), p

    able = [p for p in range(len(case.profiles)) if case.maximum[p] > 0]
    return [min((p for p in able if case.serves[p, g]), key=rank) for g in range(len(case.groups))]


def dedicated_agents(case: SkillCase) -> list[int]:
    """For each group the fewest agents of its own profile, by Erlang C or A, were they to serve nobody else."""
    factor = case.aht_factor[own_profiles(case)]
    fewest = agents_for_line(
        case.load_erlangs * factor,
        aht_seconds=case.aht_seconds * factor,
        patience_seconds=case.patience_seconds,
        service_level=case.goal,
        answer_within_seconds=case.answer_within_seconds,
    )
    return [int(agents) for agents in fewest]


def dedicated_mix(case: SkillCase) -> Mix:
    """The dedicated agents of all groups as a mix, up to the maximum of each profile."""
    mix = np.zeros(len(case.profiles))
    for p, agents in zip(own_profiles(case), dedicated_agents(case), strict=True):
        mix[p] += agents
    return _mix(np.minimum(mix, case.maximum))


def flexible_profile(case: SkillCase) -> int | None:
    """The profile with the most skills, of several such the cheapest; None where each agent has but one."""
    able = [p for p in range(len(case.profiles)) if case.maximum[p] > 0]
    best = min(able, key=lambda p: (-case.serves[p].sum(), case.cost[p], p))
    return best if case.serves[best].sum() > 1 else None


def _mix(agents: Array) -> Mix:
    return tuple(int(number) for number in agents)


def _changed(mix: Mix, *changes: tuple[int, int]) -> Mix:
    agents = list(mix)
    for p, by in changes:
        agents[p] += by
    return tuple(agents)


def _fits(case: SkillCase, mix: Mix) -> bool:
    return all(0 <= agents <= most for agents, most in zip(mix, case.maximum, strict=True))


def mended(judge: Judge, mix: Mix, preferred: int | None = None) -> Mix:
    """The mix with agents added, one after the other, until every goal is kept; of the preferred profile where it
    can help.

    Raises InfeasibleError where the maxima of the profiles leave nobody to add.
    """
    case = judge.case
    while not judge.holds(mix):
        worst = int(np.argmin(judge.slack(mix)))
        helpful = [p for p in range(len(mix)) if case.serves[p, worst] and mix[p] < case.maximum[p]]
        helpful = [preferred] if preferred in helpful else helpful
        if not helpful:
            said = f"the maximum number of agents of its profiles does not meet the goal of {case.groups[worst]}"
            raise InfeasibleError(Problem("profiles:maximum", said, "raise a maximum, or lower the goal"))
        more = (_changed(mix, (p, 1)) for p in helpful)
        mix = min(more, key=lambda bigger: (*_shortfall(judge, bigger), cost_of(case, bigger)))
    return mix


def _shortfall(judge: Judge, mix: Mix) -> tuple[float, float]:
    """What is missing to the goals, rounded so that equals are equal; of those that keep them, the cost."""
    missing = round(float(np.maximum(0.0, -judge.slack(mix)).sum()), 3)
    return missing, cost_of(judge.case, mix) if judge.holds(mix) else 0.0


def rung(judge: Judge, flexible: int, share: float) -> Mix:
    """The cheapest mix found with this share of the dedicated agents replaced by as many flexible ones: dedicated
    agents then leave where the goals stay kept; at a share of 1 only flexible agents remain."""
    case, start = judge.case, dedicated_mix(judge.case)
    replaced = round(share * sum(start))
    agents = _thinned(start, replaced)
    mix = _changed(agents, (flexible, int(min(replaced, case.maximum[flexible] - agents[flexible]))))
    mix = mended(judge, mix, flexible if share == 1.0 else None)
    leavers = [p for p in range(len(mix)) if mix[p] > 0 and (p != flexible or share == 1.0)]
    return _without(judge, mix, leavers)


def _thinned(mix: Mix, by: int) -> Mix:
    """The mix with so many agents fewer, in proportion, largest remainders first."""
    agents = np.array(mix, dtype=float)
    exact = agents * by / max(1.0, agents.sum())
    taken = np.floor(exact)
    for p in np.argsort(taken - exact, kind="stable")[: by - int(taken.sum())]:
        taken[p] += 1
    return _mix(agents - taken)


def _without(judge: Judge, mix: Mix, leavers: list[int]) -> Mix:
    """The mix without the agents of these profiles who are not needed, the dearest of the best kept groups first."""
    case = judge.case
    while True:
        slack = judge.slack(mix)
        order = sorted(leavers, key=lambda p: (-case.cost[p], -slack[case.serves[p]].min(), p))
        smaller = (_changed(mix, (p, -1)) for p in order if mix[p] > 0)
        kept = next((fewer for fewer in smaller if judge.holds(fewer)), None)
        if kept is None:
            return mix
        mix = kept


def cheapest(judge: Judge, mix: Mix) -> tuple[Mix, bool]:
    """The mix after exchanges that keep every goal and make it cheaper, and whether none is left untried.

    Exchanges that save most are tried first; those that failed before, last, as they mostly fail again.
    """
    last, failed = judge.simulations + MOST_SIMULATIONS, set[Mix]()
    while True:
        better = None
        for change in sorted(_savings(judge.case, mix), key=lambda c: (c in failed, cost_of(judge.case, c), c)):
            if judge.simulations >= last:
                return mix, False
            other = tuple(now + by for now, by in zip(mix, change, strict=True))
            if judge.holds(other):
                better = other
                break
            failed.add(change)
        if better is None:
            return mix, True
        mix = better


def _savings(case: SkillCase, mix: Mix) -> set[Mix]:
    """Exchanges that make the mix cheaper, as the change of each profile's agents."""
    changes = (tuple(then - now for now, then in zip(mix, other, strict=True)) for other in _neighbours(case, mix))
    return {change for change in changes if cost_of(case, change) < -SAME_COST}


def _neighbours(case: SkillCase, mix: Mix) -> Iterator[Mix]:
    """Mixes one exchange away: one agent fewer, one for another, two for one, several for one fewer flexible."""
    kinds = range(len(mix))
    used = [p for p in kinds if mix[p] > 0]
    found = [_changed(mix, (p, -1)) for p in used]
    for q in kinds:
        found += [_changed(mix, (p, -1), (q, 1)) for p in used if p != q]
        near = [p for p in used if p != q and (case.serves[p] & case.serves[q]).any()]
        found += [_changed(mix, (a, -1), (b, -1), (q, 1)) for a, b in combinations_with_replacement(near, 2)]
        if case.serves[q].sum() > 1:
            found += _pooled(case, mix, q)
    return (other for other in found if _fits(case, other))


def _pooled(case: SkillCase, mix: Mix, flexible: int) -> Iterator[Mix]:
    """Agents with fewer skills of the flexible one's groups, in proportion, for one flexible agent fewer."""
    inside = ~(case.serves & ~case.serves[flexible]).any(axis=1)
    inside &= case.serves.sum(axis=1) < case.serves[flexible].sum()
    part = _mix(np.where(inside, mix, 0))
    for batch in BATCHES:
        if batch <= sum(part):
            left = _thinned(part, batch)
            rest = tuple(all_ - was + now for all_, was, now in zip(mix, part, left, strict=True))
            yield _changed(rest, (flexible, batch - 1))
