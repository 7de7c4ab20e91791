"""What a finished roster is checked against, and each agent with what it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from staffplan.clock import wall_instant
from staffplan.roster import rules
from staffplan.roster.check.presence import MINUTE, DaysOff, Hours, days_off, hours_by_agent
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import TimeOff, Workforce
from staffplan.tables.roster import Roster
from staffplan.tables.skills import LOWEST_LEVEL, skill_rows


@dataclass(frozen=True)
class Case:
    """What everything is checked against."""

    workforce: Workforce
    settings: RosterSettings
    shifts: Mapping[str, ShiftSettings]
    work_plans: Mapping[str, WorkPlanSettings]
    site: Site
    first: date
    days: int
    open_days: Mapping[str, frozenset[date]]
    """Local days on which each planning group needs anybody."""
    whole: bool
    """Whether it is known what happens inside the shifts."""

    @property
    def zone(self) -> str:
        return self.site.calendar.timezone

    @cached_property
    def weeks_with_need(self) -> frozenset[int]:
        """Numbers of the weeks in which anybody is needed."""
        return frozenset((day - self.first_week).days // 7 for days in self.open_days.values() for day in days)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def first_week(self) -> date:
        """First day of the first week: calendar weeks, or blocks of seven days from the first day on."""
        return self.settings.week_of_first(self.first) or self.first

    @cached_property
    def weeks(self) -> tuple[tuple[date, ...], ...]:
        """The days of each week, those outside the period too."""
        weeks = (self.last - self.first_week).days // 7 + 1
        return tuple(
            tuple(self.first_week + timedelta(days=7 * week + day) for day in range(7)) for week in range(weeks)
        )

    @cached_property
    def idle_days_before(self) -> frozenset[date]:
        """Days of the first week before the period on which nobody at all worked."""
        worked = set(self.workforce.past_roster.frame["schedule_date"].dt.date)
        return frozenset(day for day in self.weeks[0] if day < self.first and day not in worked)

    @cached_property
    def grid(self) -> pd.Timestamp:
        """Midnight of the first day: an interval begins then."""
        return wall_instant(self.first, 0, self.zone)

    def local(self, instant: pd.Timestamp) -> pd.Timestamp:
        """Wall clock time, without a zone."""
        return instant.tz_convert(self.zone).tz_localize(None)


@dataclass(frozen=True)
class Activity:
    """A row of roster_activities.csv."""

    schedule_date: date
    activity_date: date
    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    group: str
    paid: bool

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / MINUTE


@dataclass(frozen=True)
class Agent:
    """One agent with what the roster gives them, by start."""

    agent_id: str
    skills: frozenset[str]
    """Those that hold on some day of the period."""
    dated: Mapping[str, tuple[tuple[date, date], ...]]
    """First and last days of the skills that do not always hold."""
    holder: rules.Holder
    plan: WorkPlanSettings
    off: DaysOff
    available: Hours | None
    """None: always."""
    past: tuple[rules.Worked, ...]
    """Shifts before the period, as far as they are known."""
    past_from: date | None
    """First day from which they are known; None: not at all."""
    shifts: tuple[rules.Worked, ...]
    activities: tuple[Activity, ...]

    def can(self, group: str, day: date) -> bool:
        """Whether the agent has the skill for a group on a day."""
        spans = self.dated.get(group, ((date.min, date.max),))
        return group in self.skills and any(first <= day <= last for first, last in spans)


def agents_of(roster: Roster, case: Case) -> Iterator[Agent]:
    """Every agent whose contract the settings have, with their rows of the roster and of the other tables."""
    shifts = rules.worked_by_agent(roster.shifts.frame, case.shifts, case.zone)
    before = case.workforce.past_roster.frame
    before = before[(before["schedule_date"].dt.date < case.first).to_numpy()]
    past = rules.worked_by_agent(before, case.shifts, case.zone)
    activities = _activities_by_agent(roster)
    week_first = case.settings.week_of_first(case.first)
    holders = rules.holders(case.workforce, case.work_plans, case.first, week_first)
    accounts = rules.accounts_of(case.workforce, past, case.first, case.last, case.site.calendar, case.work_plans)
    dated = _dated_skills(case)
    off, available = days_off(_time_off(roster, case)), hours_by_agent(case.workforce.availability)
    for row in _rows(case.workforce.agents.frame):
        agent_id = str(row.agent_id)
        holder = replace(holders[agent_id], account=accounts[agent_id])
        if holder.plan_name not in case.work_plans:
            continue
        yield Agent(
            agent_id,
            skills=_skills_of(str(row.skills), dated.get(agent_id, {}), case),
            dated=dated.get(agent_id, {}),
            holder=holder,
            plan=case.work_plans[holder.plan_name],
            off=off.get(agent_id, DaysOff()),
            available=available.get(agent_id),
            past=tuple(past.get(agent_id, ())),
            past_from=accounts[agent_id].past_from,
            shifts=tuple(shifts.get(agent_id, ())),
            activities=tuple(activities.get(agent_id, ())),
        )


def with_rows(agent: Agent, roster: Roster, case: Case) -> Agent:
    """The agent with the rows that this roster has of theirs."""
    shifts = rules.worked_by_agent(roster.shifts.frame, case.shifts, case.zone).get(agent.agent_id, ())
    return replace(
        agent, shifts=tuple(shifts), activities=tuple(_activities_by_agent(roster).get(agent.agent_id, ()))
    )


def _activities_by_agent(roster: Roster) -> dict[str, list[Activity]]:
    found: dict[str, list[Activity]] = {}
    for row in _rows(roster.activities.frame.sort_values(["start", "end"])):
        days = (row.schedule_date.date(), row.activity_date.date())
        done = Activity(*days, row.start, row.end, str(row.activity), str(row.planning_group), row.paid == "yes")
        found.setdefault(str(row.agent_id), []).append(done)
    return found


def _dated_skills(case: Case) -> dict[str, dict[str, tuple[tuple[date, date], ...]]]:
    """By agent and skill the days of its rows in skills.csv, those alone that have the least level."""
    found: dict[str, dict[str, tuple[tuple[date, date], ...]]] = {}
    for row in skill_rows(case.workforce.skills):
        mine = found.setdefault(row.agent_id, {})
        enough = row.level >= case.settings.skill_levels_min.get(row.skill, LOWEST_LEVEL)
        mine[row.skill] = (*mine.get(row.skill, ()), *([(row.first, row.last)] if enough else []))
    return found


def _skills_of(cell: str, dated: Mapping[str, tuple[tuple[date, date], ...]], case: Case) -> frozenset[str]:
    """The skills that hold on some day of the period; those without a row have level 1."""
    named = {part.strip() for part in cell.split(";")}
    least = case.settings.skill_levels_min
    return frozenset(
        skill
        for skill in named
        if (
            any(first <= case.last and last >= case.first for first, last in dated[skill])
            if skill in dated
            else least.get(skill, LOWEST_LEVEL) <= LOWEST_LEVEL
        )
    )


def _time_off(roster: Roster, case: Case) -> TimeOff:
    """What of it lies in the period or beside a shift of the roster."""
    frame = roster.shifts.frame
    begin = min([case.first_week, *(frame["start"] - pd.Timedelta(days=1)).dt.date])
    end = max([case.last + timedelta(days=1), case.weeks[-1][-1], *(frame["end"] + pd.Timedelta(days=1)).dt.date])
    return case.workforce.time_off.within(begin, end)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
