"""Every breach in a finished roster, whoever made it: our search, another tool, a hand in a spreadsheet.

Nothing here knows the solver or the problem it is given; the roster is read as instants against tables and settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from staffplan.errors import zeros_lost
from staffplan.roster import rules
from staffplan.roster.check.contract import agreed_hours, rules_of
from staffplan.roster.check.meetings import meeting_breaches
from staffplan.roster.check.need import uncovered
from staffplan.roster.check.people import Activity, Agent, Case, agents_of
from staffplan.roster.check.presence import MINUTE, can_work
from staffplan.roster.check.report import Breach, CheckReport
from staffplan.roster.check.wishes import missed_wishes, wished_days
from staffplan.roster.rules.team import BY_SHIFTS, team_rules, team_violations
from staffplan.settings.roster import RosterSettings, ShiftForm, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import ABSENCE, BREAKS, SPLIT, Roster


def check(
    roster: Roster,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    requirement: StaffingRequirement,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    shifts_alone: bool = False,
) -> CheckReport:
    """Every broken rule, every uncovered interval and every wish not granted of any roster.

    shifts_alone: nothing is known of what happens inside the shifts, and what that would tell is not checked.
    """
    case = case_of(workforce, settings, requirement, shifts=shifts, work_plans=work_plans, site=site)
    case = replace(case, whole=not shifts_alone)
    first, days = case.first, case.days
    breaches, worked = [*_unknown_agents(roster, workforce)], {}
    for agent in agents_of(roster, case):
        breaches += breaches_alone(agent, case)
        worked[agent.agent_id] = (*agent.past, *agent.shifts)
    breaches += breaches_together(roster, workforce, settings, first=first, days=days, site=site, whole=case.whole)
    period = rules.Agreed(first, days, (), (), 7, case.zone)
    missed = tuple(sorted(missed_wishes(worked, workforce, period)))
    found, short = tuple(sorted(set(breaches))), uncovered(roster, requirement, site)
    wished = wished_days(workforce, period)
    if case.whole:
        return CheckReport(found, short, missed, wished)
    return CheckReport(found, short.iloc[:0], missed, wished, tuple(_not_checked(case)))


def case_of(
    workforce: Workforce,
    settings: RosterSettings,
    requirement: StaffingRequirement,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
) -> Case:
    """What rosters of the days of a requirement are checked against, activities and all."""
    starts = requirement.frame["interval_start"]
    local_days = pd.Series([t.date() for t in starts.dt.tz_convert(site.calendar.timezone)], dtype=object)
    needed = requirement.frame["agents_on_queue"].to_numpy() > 0
    groups = requirement.frame["planning_group"]
    open_days = {g: frozenset(local_days[needed & (groups == g).to_numpy()]) for g in groups.unique()}
    planned = site.days_of(pd.DatetimeIndex(starts))
    return Case(workforce, settings, shifts, work_plans, site, planned.first, planned.number, open_days, whole=True)


def _not_checked(case: Case) -> Iterator[str]:
    """What shifts alone cannot tell."""
    yield from ("coverage of the requirement", "breaks", "paid hours against activities", "skills")
    if len(case.workforce.meetings):
        yield "meetings"
    named = dict.fromkeys(rule.name for rule in team_rules(case.settings) if not isinstance(rule, BY_SHIFTS))
    yield from named


def breaches_together(
    roster: Roster,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    first: date,
    days: int,
    site: Site,
    whole: bool = True,
) -> list[Breach]:
    """Broken rules between people and meetings that somebody misses: what one person's shifts do not show.

    whole: whether the activities are known; without them only what shifts alone tell can be judged.
    """
    calendar = site.calendar
    rules = [rule for rule in team_rules(settings) if whole or isinstance(rule, BY_SHIFTS)]
    levels = settings.skill_levels_min
    between = team_violations(roster, workforce, rules, levels=levels, calendar=calendar, first=first, days=days)
    missed = meeting_breaches(roster, workforce, first, days, calendar.timezone) if whole else ()
    found = [Breach("", broken.day, broken.rule, broken.message, broken.lacks) for broken in between]
    return sorted({*found, *(Breach(*one) for one in missed)})


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def _unknown_agents(roster: Roster, workforce: Workforce) -> Iterator[Breach]:
    known = workforce.agents.frame["agent_id"].tolist()
    for table in (roster.shifts.frame, roster.activities.frame):
        for row in _rows(table[~table["agent_id"].isin(known)]):
            agent_id = str(row.agent_id)
            meant = zeros_lost(agent_id, known)
            asked = f"; did a spreadsheet drop the leading zeros of {meant}?" if meant else ""
            yield Breach(agent_id, row.schedule_date.date(), "agent", f"is not in the agents table{asked}")


def breaches_alone(agent: Agent, case: Case) -> Iterator[Breach]:
    """Broken rules that one person's shifts show."""
    for shift in agent.shifts:
        inside = [a for a in agent.activities if a.schedule_date == shift.schedule_date]
        found = [
            *_date_words(shift, case),
            *_shift_words(shift, inside, agent, case),
            *_presence_words(shift, agent, case),
            *_part_off_words(shift, inside, agent, case),
        ]
        if case.whole:
            found += [
                *_paid_words(shift, inside),
                *_activity_words(shift, inside, agent, case),
                *_switching_words(inside, case),
            ]
        for rule, message in found:
            yield Breach(agent.agent_id, shift.schedule_date, rule, message)
    yield from _stray_activities(agent, case)
    agreed, hard = agreed_hours(agent, case), (keeps for keeps in rules_of(agent, case) if keeps.weight is None)
    for keeps in hard:
        for violation in keeps.violations((*agent.past, *agent.shifts), agreed):
            yield Breach(agent.agent_id, violation.day, keeps.name, violation.message, violation.lacks)


def _stray_activities(agent: Agent, case: Case) -> Iterator[Breach]:
    dates = {shift.schedule_date for shift in agent.shifts}
    for a in agent.activities:
        if a.schedule_date not in dates:
            message = f"{a.activity} at {case.local(a.start):%H:%M} is outside every shift"
            yield Breach(agent.agent_id, a.schedule_date, "activities", message)


Words = Iterator[tuple[str, str]]
"""Rule and message of what a shift breaks."""


def _date_words(shift: rules.Worked, case: Case) -> Words:
    day = shift.schedule_date
    if shift.end <= shift.start:
        yield "shift", "it ends before it starts"
    if case.local(shift.start).date() != day:
        yield "schedule date", f"the shift starts on {case.local(shift.start):%d %b %Y}, local time"
    if not case.first <= day < case.first + timedelta(days=case.days):
        yield "schedule date", "the day is outside the period of the requirement"


def _shift_words(shift: rules.Worked, inside: list[Activity], agent: Agent, case: Case) -> Words:
    """The shift is one that the settings know and the contract allows; its pauses are where they belong."""
    known = rules.forms_of(shift.schedule_date, shift.start, shift.end, case.shifts, case.zone)
    mine = [form for form in known if form.family in agent.plan.shifts]
    start = case.local(shift.start)
    if not known:
        yield "shift allowed", _unknown_words(shift, inside, case)
    elif not mine:
        family, contract = known[0].family, agent.holder.plan_name
        yield "shift allowed", f"{family} {start:%H:%M} is not allowed by [work_plans.{contract}]"
    if known and case.whole:
        yield from min((list(_pause_words(shift, inside, form, case)) for form in mine or known), key=len)


def _unknown_words(shift: rules.Worked, inside: list[Activity], case: Case) -> str:
    """A split shift by its parts; with the free time that the settings allow, where that alone is wrong."""
    free = next(((a.start, a.end) for a in inside if a.activity == SPLIT), None)
    parts = replace(shift, free=free).parts
    spans = [f"{case.local(start):%H:%M}-{case.local(end):%H:%M}" for start, end in parts]
    said = f"no shift in the settings runs {' and '.join(spans)} on a {case.local(shift.start):%A}"
    hours = [(end - start) / MINUTE / 60 for start, end in parts]
    for family in case.shifts.values():
        second = family.second_part
        if free is not None and second is not None and hours == [family.hours, second.hours]:
            between = (free[1] - free[0]) / MINUTE / 60
            allowed = f"{second.free_hours_min:g} to {second.free_hours_max:g} h are allowed"
            return f"{said}: {between:g} h free between the parts, {allowed}"
    return said


def _paid_words(shift: rules.Worked, inside: list[Activity]) -> Words:
    paid = sum(a.minutes for a in inside if a.paid) / 60
    if abs(paid - shift.paid_hours) > 1e-6:
        yield "paid hours", f"{shift.paid_hours:g} in roster_shifts.csv, but the activities give {paid:g}"


def _pause_words(shift: rules.Worked, inside: list[Activity], form: ShiftForm, case: Case) -> Words:
    taken = [a for a in inside if a.activity in (*BREAKS, SPLIT)]
    for number, (pause, due) in enumerate(zip(taken, form.breaks, strict=False)):
        after = (pause.start - shift.start) / MINUTE
        when = f"{pause.activity} at {case.local(pause.start):%H:%M}"
        if pause.activity != due.activity:
            yield "breaks", f"{when}: number {number + 1} should be a {due.activity}"
        if abs(pause.minutes - due.minutes) > 0.01:
            yield "breaks", f"{when}: {pause.minutes:g} minutes, {due.minutes} required"
        if not due.earliest <= after <= due.latest:
            window = f"{due.earliest} to {due.latest} are allowed"
            yield "breaks", f"{when} is {after:g} minutes into the shift, {window}"
        if pause.paid != due.paid:
            yield "breaks", f"{when} is marked {'paid' if pause.paid else 'unpaid'}"
    for due in form.breaks[len(taken) :]:
        yield "breaks", f"a {due.activity} of {due.minutes} minutes is missing"
    for pause in taken[len(form.breaks) :]:
        yield "breaks", f"{pause.activity} at {case.local(pause.start):%H:%M} is not planned for this shift"


def _presence_words(shift: rules.Worked, agent: Agent, case: Case) -> Words:
    start, end = case.local(shift.start), case.local(shift.end)
    day = start.date()
    while pd.Timestamp(day) < end:
        if day in agent.off.days and (day == start.date() or day not in agent.off.absent):
            yield "time off", f"{day:%a %d %b} is a day off"
        day += timedelta(days=1)
    for begin, until in ((case.local(at), case.local(over)) for at, over in shift.parts):
        if agent.available is not None and not can_work(agent.available, begin, until):
            yield "availability", f"{begin:%H:%M}-{until:%H:%M} is outside the hours the agent can work"


def _part_off_words(shift: rules.Worked, inside: list[Activity], agent: Agent, case: Case) -> Words:
    """No work in time off for a part of a day; where the contract lets the rest of a shift be worked, an absence."""
    rest = agent.plan.part_days_off == "rest_of_shift"
    for part in agent.off.parts:
        begin, end = part.span(case.zone)
        if not any(start < end and begin < until for start, until in shift.parts):
            continue
        when = f"{part.words} on {part.day:%a %d %b} is time off"
        if not rest:
            yield "time off", when
            continue
        for a in inside:
            if a.start < end and begin < a.end and a.activity not in (*BREAKS, SPLIT):
                paid = "" if a.paid == part.paid else f", marked {'paid' if a.paid else 'unpaid'}"
                if a.activity != ABSENCE or paid:
                    yield "time off", f"{when}: {a.activity} at {case.local(a.start):%H:%M}{paid}"


def _activity_words(shift: rules.Worked, inside: list[Activity], agent: Agent, case: Case) -> Words:
    """No gaps, no overlaps, skills, dates."""
    at = shift.start
    for a in inside:
        begun = case.local(a.start)
        when = f"{a.activity} at {begun:%H:%M}"
        if a.start < shift.start or a.end > shift.end or a.end <= a.start:
            yield "activities", f"{when} does not lie inside the shift"
        elif a.start > at:
            yield "activities", f"nothing is planned from {case.local(at):%H:%M} to {begun:%H:%M}"
        elif a.start < at:
            yield "activities", f"{when} starts before the previous activity ends"
        at = max(at, a.end)
        if begun.date() != a.activity_date:
            yield "activities", f"{when} has the date {a.activity_date:%d %b %Y}"
        if a.activity == "queue" and not agent.can(a.group, a.schedule_date):
            said = f"the agent has no skill for {a.group}" if a.group else "no planning group is given"
            said += " on this day" if a.group in agent.skills else ""
            yield "skills", f"{when}: {said}"
    if at < shift.end:
        yield "activities", f"nothing is planned from {case.local(at):%H:%M} to {case.local(shift.end):%H:%M}"


def _switching_words(inside: list[Activity], case: Case) -> Words:
    """Through one interval somebody serves one group."""
    length = pd.Timedelta(minutes=case.site.calendar.interval_minutes)
    queue = [a for a in inside if a.activity == "queue"]
    for one, other in pairwise(queue):
        same_interval = (one.end - MINUTE - case.grid) // length == (other.start - case.grid) // length
        if one.group != other.group and same_interval:
            yield "one group", f"{one.group} and {other.group} in the interval of {case.local(other.start):%H:%M}"
