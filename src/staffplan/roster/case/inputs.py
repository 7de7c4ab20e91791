"""What is wrong with the tables and settings of a roster, all of it at once, before anything is searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import gcd
from typing import Any

import pandas as pd

from staffplan.clock import midnight
from staffplan.errors import ConfigError, DataError, Problem, nearest
from staffplan.roster.problem.problem import OFF, plan_of
from staffplan.settings.hard_rules import AverageHoursSetting, RuleSettings, unknown_names
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import MentorSetting, MinimumOnDutySetting, PairSection, other_skills
from staffplan.site import Site
from staffplan.tables.meetings import unknown_people
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.schema import Table, names_in
from staffplan.tables.wishes import unknown_shifts

FINEST_SLOT_MINUTES = 5


def refuse_what_cannot_be_used(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
) -> None:
    """Raise ConfigError or DataError (where both: DataError) with every problem found."""
    config = [
        *_contract_problems(shifts, work_plans),
        *_shift_problems(shifts, site),
        *unknown_names(settings.rules, shifts, work_plans, site.groups(), "roster.rules"),
        *_unknown_agents(settings, workforce),
        *_two_averages(settings, workforce, work_plans),
        *_unknown_groups(settings, requirement, site),
    ]
    data = [
        *_requirement_problems(requirement, site),
        *_agent_problems(requirement, workforce, settings, work_plans, site),
        *_strangers(workforce.time_off, workforce),
        *_strangers(workforce.availability, workforce),
        *_strangers(workforce.skills, workforce),
        *unknown_people(workforce.meetings, workforce.agents.frame),
        *_strangers(workforce.locks, workforce),
        *_lock_problems(workforce, shifts),
        *_strangers(workforce.wishes, workforce),
        *unknown_shifts(workforce.wishes, [*shifts, *_starts(shifts)]),
    ]
    if data:
        raise DataError([*data, *config])
    if config:
        raise ConfigError(config)


def _contract_problems(
    shifts: Mapping[str, ShiftSettings], work_plans: Mapping[str, WorkPlanSettings]
) -> Iterator[Problem]:
    if not shifts:
        yield Problem("shifts", "no shift is defined", "add one: [shifts.day] with hours, first_start, last_start")
    if not work_plans:
        yield Problem("work_plans", "no contract is defined", "add one: [work_plans.full_time] with its shifts")
    for name, plan in work_plans.items():
        if not plan.shifts:
            yield Problem(f"work_plans.{name}.shifts", "no shift is allowed", "name at least one of [shifts]")
        for shift in plan.shifts:
            if shifts and shift not in shifts:
                hint = nearest(shift, list(shifts))
                yield Problem(f"work_plans.{name}.shifts", f"no [shifts.{shift}] is defined", hint)


def _shift_problems(shifts: Mapping[str, ShiftSettings], site: Site) -> Iterator[Problem]:
    slot = slot_minutes(shifts, site)
    if slot < FINEST_SLOT_MINUTES:
        hint = "use starts, lengths and breaks that are multiples of 5 minutes, better of 15"
        yield Problem("shifts", f"their times need a grid of {slot} minutes", hint)
        return
    for name, shift in shifts.items():
        yield from _break_problems(f"shifts.{name}", shift.breaks, slot)
        if shift.second_part is not None:
            yield from _break_problems(f"shifts.{name}.second_part", shift.second_part.breaks, slot)


def _break_problems(place: str, breaks: Sequence[BreakSettings], slot: int) -> Iterator[Problem]:
    at = 0
    for number, pause in enumerate(breaks):
        earliest = -(-max(pause.earliest_minutes, at) // slot) * slot
        if earliest > pause.latest_minutes:
            hint = "breaks are taken in the order listed: widen the windows, or change the order"
            message = f"the {pause.activity} does not fit into its window on the {slot}-minute grid"
            yield Problem(f"{place}.breaks.{number}", message, hint)
        at = earliest + pause.minutes


def slot_minutes(shifts: Mapping[str, ShiftSettings], site: Site) -> int:
    """Longest step that fits the interval and every start, length and break of the shifts."""
    step = site.calendar.interval_minutes
    for shift in shifts.values():
        step = gcd(step, *shift.times_minutes)
    return step


def _requirement_problems(requirement: StaffingRequirement, site: Site) -> Iterator[Problem]:
    if not len(requirement):
        hint = "choose other weeks, or look at the opening hours and the special days"
        yield Problem(requirement.source, "every interval of the plan is closed: nobody is required", hint)
        return
    starts = pd.DatetimeIndex(requirement.frame["interval_start"])
    zero = midnight(starts.min().tz_convert(site.calendar.timezone).date(), site.calendar.timezone)
    off_grid = starts[(starts - zero) % pd.Timedelta(minutes=site.calendar.interval_minutes) != pd.Timedelta(0)]
    if len(off_grid):
        place = f"{requirement.source}:interval_start"
        message = f"{off_grid[0]} is not the start of an interval of {site.calendar.interval_minutes} minutes"
        yield Problem(place, message, "make the requirement again, or set plan.interval_minutes to its interval")


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def _agent_problems(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
) -> Iterator[Problem]:
    agents = workforce.agents
    if not len(agents):
        yield Problem(agents.source, "there are no agents: the table has no rows", "list the agents")
    groups = sorted({*requirement.frame["planning_group"], *site.groups()})
    known = [*groups, *other_skills(settings.rules)]
    somebody_skilled = bool((agents.frame["skills"] != "").any())
    if len(agents) and not somebody_skilled:
        hint = f"fill in the column skills with planning groups: {', '.join(groups)}"
        yield Problem(f"{agents.source}:1:skills", "nobody has a skill", hint)
    for agent in _rows(agents.frame):
        plan, skills = plan_of(str(agent.work_plan), work_plans), names_in(str(agent.skills))
        if work_plans and plan not in work_plans:
            said = f"no [work_plans.{plan}] is defined" if plan else f"{agent.agent_id} has no contract"
            yield Problem(agents.place(agent.Index, "work_plan"), said, nearest(plan, list(work_plans)))
        if not skills and somebody_skilled:
            hint = f"name planning groups: {', '.join(groups)}"
            yield Problem(agents.place(agent.Index, "skills"), f"{agent.agent_id} has no skill", hint)
        if skills and not {*skills} & {*groups} and {*skills} <= {*known}:
            hint = f"name planning groups too: {', '.join(groups)}"
            yield Problem(agents.place(agent.Index, "skills"), f"{agent.agent_id} serves no planning group", hint)
        for skill in skills:
            if skill not in known:
                message = f"{skill!r} is no planning group"
                yield Problem(agents.place(agent.Index, "skills"), message, nearest(skill, known))


def _unknown_groups(settings: RosterSettings, requirement: StaffingRequirement, site: Site) -> Iterator[Problem]:
    groups = sorted({*requirement.frame["planning_group"], *site.groups()})
    for name in settings.skill_levels_min:
        if name not in groups:
            yield Problem(f"roster.skill_levels_min.{name}", f"{name!r} is no planning group", nearest(name, groups))


def _strangers(table: Table, workforce: Workforce) -> Iterator[Problem]:
    known = sorted({str(agent_id) for agent_id in workforce.agents.frame["agent_id"]})
    first = table.frame.drop_duplicates("agent_id")
    for row in _rows(first[~first["agent_id"].isin(known)]):
        message = f"{row.agent_id!r} is not in the agents table"
        yield Problem(table.place(row.Index, "agent_id"), message, nearest(row.agent_id, known))


def _unknown_agents(settings: RosterSettings, workforce: Workforce) -> Iterator[Problem]:
    """Agents that a rule is for and the agents table does not have."""
    known = sorted({str(agent_id) for agent_id in workforce.agents.frame["agent_id"]})
    for number, rule in enumerate(settings.rules):
        for key, name in _agents_of(rule):
            if name not in known:
                place, message = f"roster.rules.{number}.{key}", f"{name!r} is not in the agents table"
                yield Problem(place, message, nearest(name, known))
        team = rule.staffing_group if isinstance(rule, MinimumOnDutySetting) else ""
        if team and team not in (teams := sorted({*workforce.agents.frame["staffing_group"]} - {""})):
            place, message = f"roster.rules.{number}.staffing_group", f"nobody is of the team {team!r}"
            yield Problem(place, message, nearest(team, teams))


def _agents_of(rule: RuleSettings) -> Iterator[tuple[str, str]]:
    """Keys of a rule, and the agents that it names there."""
    match rule:
        case RuleSection() | PairSection() | MinimumOnDutySetting():
            yield from (("agents", name) for name in rule.agents)
        case MentorSetting():
            yield "trainee", rule.trainee
            yield from (("mentors", name) for name in rule.mentors)


def _two_averages(
    settings: RosterSettings, workforce: Workforce, work_plans: Mapping[str, WorkPlanSettings]
) -> Iterator[Problem]:
    """An agent has one balance of hours, so that one rule may count it."""
    rules = [(n, rule) for n, rule in enumerate(settings.rules) if isinstance(rule, AverageHoursSetting)]
    for agent in _rows(workforce.agents.frame):
        plan = plan_of(str(agent.work_plan), work_plans)
        mine = [number for number, rule in rules if rule.holds_for(str(agent.agent_id), plan)]
        if len(mine) > 1:
            hint = "name contracts or agents in each, so that one holds for everybody"
            message = f"average_hours holds for {agent.agent_id} by rule {mine[0]} too, and others perhaps"
            yield Problem(f"roster.rules.{mine[1]}", message, hint)
            return


def _lock_problems(workforce: Workforce, shifts: Mapping[str, ShiftSettings]) -> Iterator[Problem]:
    """Locks of shifts that the settings do not have."""
    starts = _starts(shifts)
    for row in _rows(workforce.locks.frame):
        if row.shift not in (OFF, *shifts, *starts):
            near = starts if " " in row.shift else [*shifts, OFF]
            place = workforce.locks.place(row.Index, "shift")
            yield Problem(place, f"{row.shift!r} is not a shift in the settings", nearest(row.shift, near))


def _starts(shifts: Mapping[str, ShiftSettings]) -> list[str]:
    """Every shift with its start, "early 08:00"."""
    return [start for name, shift in shifts.items() for start in shift.names(name)[1:]]
