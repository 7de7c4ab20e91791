"""What a whole site could change to leave fewer hours missing: one rule, contract, table or skill at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from staffplan.roster.case.case import Case
from staffplan.roster.rules.ties import tie_of
from staffplan.roster.why.relaxations import Ladder, emptied, left_out, rule_ladders
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import ConcurrentBreaksSetting, MinimumStaffSetting, SeatsSetting, TeamRuleSetting
from staffplan.tables.people import Agents
from staffplan.tables.schema import names_in
from staffplan.tables.skills import LOWEST_LEVEL, with_levels

MORE_HOURS = 2.0
"""By so many paid hours a week the most of a contract is raised."""
MORE_AGENTS = 2


@dataclass(frozen=True)
class Change:
    """`rule`: what binds now; `words`: what would be otherwise."""

    rule: str
    words: str
    apply: Callable[[Case], Case]
    keeps_tours: bool = True
    """Whether everybody may still work whatever they may work now."""


def site_changes(case: Case) -> Iterator[Change]:
    """The agreement's rules, a step looser and left out; contracts; availability and time off of everybody."""
    for ladder in rule_ladders(case):
        yield from _first_and_last(ladder)
    for place, rule in enumerate(case.settings.rules):
        if not isinstance(rule, RuleSection):
            words = _team_words(rule)
            yield Change(words, f"without {rule.rule} ({words})", left_out(place))
    yield from contract_changes(case)
    if len(case.workforce.availability):
        yield Change(
            "hours in which people are available", "everybody available at all hours", emptied("availability")
        )
    if _skills_end(case):
        yield Change("days and levels of skills", "every skill on all days", _every_skill, keeps_tours=False)
    if len(case.workforce.time_off):
        yield Change("time off", "nobody has time off", emptied("time_off"), keeps_tours=False)


def _skills_end(case: Case) -> bool:
    """Whether somebody may have a skill on some days only, or on too low a level."""
    return bool(len(case.workforce.skills) or case.settings.skill_levels_min)


def _every_skill(case: Case) -> Case:
    """Every skill always holds, whatever its level."""
    return emptied("skills")(case).with_settings(skill_levels_min={})


def _first_and_last(ladder: Ladder) -> Iterator[Change]:
    first, last = ladder.steps[0], ladder.steps[-1]
    for step in (first,) if first is last else (first, last):
        yield Change(ladder.words, step.words, step.apply)


def _team_words(rule: TeamRuleSetting) -> str:
    match rule:
        case MinimumStaffSetting(planning_group=group, people=people, hours=hours):
            return f"at least {people} on queue for {group}, {hours}"
        case SeatsSetting(most=most):
            return f"at most {most} seats"
        case ConcurrentBreaksSetting(most=most, share=share):
            limits = [f"{most} people"] * (most is not None) + [f"{share:.0%}" if share is not None else ""]
            return f"at most {' and '.join(filter(None, limits))} on break at once"
        case _:
            return tie_of(rule).words


def contract_changes(case: Case) -> Iterator[Change]:
    """All contracts at once: longer weeks, a day more, every shift."""
    plans = case.work_plans
    longer = {name: plan.weekly_hours_max + MORE_HOURS for name, plan in plans.items()}
    words = f"{MORE_HOURS:g} more paid hours a week allowed"
    yield Change("weekly_hours_max", words, _each(weekly_hours_max=longer))
    days = {name: min(plan.days_per_week_max + 1, 7) for name, plan in plans.items()}
    if any(days[name] > plan.days_per_week_max for name, plan in plans.items()):
        yield Change("days_per_week_max", "one more day a week allowed", _each(days_per_week_max=days))
    if any(set(case.shifts) - set(plan.shifts) for plan in plans.values()):
        every = dict.fromkeys(plans, tuple(case.shifts))
        yield Change("shifts of the contracts", "every shift for everybody", _each(shifts=every))


def _each(**values: Mapping[str, object]) -> Callable[[Case], Case]:
    """Every contract with a value of its own."""

    def apply(case: Case) -> Case:
        for name in case.work_plans:
            case = case.with_contracts((name,), **{field: by_name[name] for field, by_name in values.items()})
        return case

    return apply


def people_changes(case: Case, groups: Sequence[str]) -> Iterator[Change]:
    """For each planning group two more agents who can serve it alone; where there are several, everybody for all."""
    agents = case.workforce.agents.frame
    for group in groups:
        plans = [
            plan for plan, cell in zip(agents["work_plan"], agents["skills"], strict=True) if group in names_in(cell)
        ]
        if plans:
            plan = Counter(plans).most_common(1)[0][0]
            words = f"{MORE_AGENTS} more agents for {group}" + (f" ({plan})" if plan else "")
            yield Change(f"people who can serve {group}: {len(plans)}", words, _hired(group, plan), keeps_tours=False)
    if len(groups) > 1:
        all_groups = _skilled(";".join(groups))
        keeps = not _skills_end(case)
        yield Change("skills", "everybody can serve every group", all_groups, keeps_tours=keeps)


def _hired(group: str, plan: str) -> Callable[[Case], Case]:
    def apply(case: Case) -> Case:
        names = [f"more for {group} {number}" for number in range(1, MORE_AGENTS + 1)]
        new = pd.DataFrame({"agent_id": names, "skills": group, "work_plan": plan})
        more = _with_agents(case, pd.concat([case.workforce.agents.frame, new], ignore_index=True))
        return _on_least_level(more, names, group)

    return apply


def _skilled(skills: str) -> Callable[[Case], Case]:
    def apply(case: Case) -> Case:
        always = _every_skill(case)
        return _with_agents(always, always.workforce.agents.frame.assign(skills=skills))

    return apply


def with_skill(case: Case, agent_id: str, group: str) -> Case:
    """One more planning group that the agent can serve, always and on its least level."""
    skills, frame = case.workforce.skills, case.workforce.agents.frame
    others = skills.only(np.asarray((skills.frame["agent_id"] != agent_id) | (skills.frame["skill"] != group)))
    case = replace(case, workforce=replace(case.workforce, skills=others))
    mine = frame["agent_id"] == agent_id
    more = _with_agents(case, frame.assign(skills=frame["skills"].where(~mine, frame["skills"] + f";{group}")))
    return _on_least_level(more, [agent_id], group)


def _on_least_level(case: Case, agents: Sequence[str], group: str) -> Case:
    """Agents who have no level of the group yet, with the one that it asks for."""
    least = case.settings.skill_levels_min.get(group, LOWEST_LEVEL)
    rows = [(agent_id, group, least) for agent_id in agents if least > LOWEST_LEVEL]
    return replace(case, workforce=replace(case.workforce, skills=with_levels(case.workforce.skills, rows)))


def _with_agents(case: Case, frame: pd.DataFrame) -> Case:
    blank = frame.assign(
        **{name: frame[name].fillna("") for name in ("name", "staffing_group", "work_plan")},
        **{name: frame[name].astype(float) for name in ("rotation_week", "rotation_day")},
    )
    return replace(case, workforce=replace(case.workforce, agents=Agents.of(blank)))
