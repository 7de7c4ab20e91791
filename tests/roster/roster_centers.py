"""Tiny made-up centers for the roster's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, SpecialDay, wall_instant
from staffplan.planned import PlannedDays
from staffplan.roster.case.case import Case
from staffplan.roster.check.check import CheckReport, check
from staffplan.roster.problem.problem import RosterProblem
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Queue, Site
from staffplan.tables.people import Agents, Availability, Locks, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

if TYPE_CHECKING:
    from staffplan.roster.step import RosterResult

MONDAY = date(2026, 11, 2)
MADRID = "Europe/Madrid"

MEAL = BreakSettings(activity="meal", minutes=60, paid=False, earliest_minutes=120, latest_minutes=240)
DAY = ShiftSettings(hours=7, first_start="08:00", last_start="10:00", every_minutes=60, breaks=(MEAL,))
SHORT = ShiftSettings(hours=4, first_start="08:00", last_start="08:00")
LATE = ShiftSettings(hours=4, first_start="16:00", last_start="16:00")
NIGHT = ShiftSettings(hours=11, first_start="22:00", last_start="22:00")
NOBODY = Workforce(Agents.empty(), TimeOff.empty(), Availability.empty())
"""What a center's people begin from: nothing is known of anybody."""


@dataclass(frozen=True)
class Center:
    """Everything `roster` and `check` want, with a need for each group and (day number, hour)."""

    need: Mapping[str, Mapping[tuple[int, int], float]]
    agents: Sequence[tuple[str, str, str]] = (("ann", "voice", "any"),)
    """agent_id, skills, work_plan."""
    shifts: Mapping[str, ShiftSettings] = field(default_factory=lambda: {"day": DAY})
    work_plans: Mapping[str, WorkPlanSettings] = field(
        default_factory=lambda: {"any": WorkPlanSettings(shifts=("day",))}
    )
    settings: RosterSettings = field(
        default_factory=lambda: RosterSettings(rules=(), time_limit_seconds=300, effort=0.2)
    )
    time_off: Sequence[tuple[str, date, date, str]] = ()
    parts_off: Sequence[tuple[str, date, str, str, str]] = ()
    """Time off for parts of days: agent, day, start, end, paid."""
    availability: Sequence[tuple[str, str, str]] = ()
    locks: Sequence[tuple[str, date, str]] = ()
    past: Sequence[Mapping[str, object]] = ()
    """Rows of the roster before, as `shift` makes them."""
    special_days: Sequence[SpecialDay] = ()
    first_day: date = MONDAY
    timezone: str = MADRID
    minutes: int = 60
    planned: PlannedDays | None = None
    """The plan's days; None: only the files are known."""

    @cached_property
    def site(self) -> Site:
        days = {special.day: special for special in self.special_days}
        calendar = SiteCalendar(self.timezone, self.minutes, days)
        return Site(calendar, {group: Queue(group, planning_group=group) for group in self.need}, self.planned)

    @cached_property
    def requirement(self) -> StaffingRequirement:
        rows = [
            {
                "interval_start": wall_instant(self.first_day, day * 1440 + hour * 60 + part, self.timezone),
                "planning_group": group,
                "agents_on_queue": people,
            }
            for group, hours in self.need.items()
            for (day, hour), people in hours.items()
            for part in range(0, 60, self.minutes)
        ]
        blank = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
        zero = dict.fromkeys(("offered", "aht_seconds", "load_erlangs"), 0.0)
        frame = pd.DataFrame(rows).assign(channel="voice", model="made up", **zero, **blank)
        heads = frame["agents_on_queue"]
        return StaffingRequirement.of(frame.assign(agents_required=heads, agents_scheduled=heads))

    @cached_property
    def workforce(self) -> Workforce:
        agents = Agents.of(pd.DataFrame(self.agents, columns=["agent_id", "skills", "work_plan"]))
        off = pd.DataFrame(self.time_off, columns=["agent_id", "first_day", "last_day", "paid"])
        off[["first_day", "last_day"]] = off[["first_day", "last_day"]].astype("datetime64[ns]")
        if self.parts_off:
            parts = pd.DataFrame(self.parts_off, columns=["agent_id", "first_day", "start", "end", "paid"])
            parts = parts.assign(last_day=parts["first_day"])
            parts[["first_day", "last_day"]] = parts[["first_day", "last_day"]].astype("datetime64[ns]")
            off = pd.concat([off, parts], ignore_index=True) if len(off) else parts
        hours = pd.DataFrame(self.availability, columns=["agent_id", "weekdays", "hours"])
        locks = pd.DataFrame(self.locks, columns=["agent_id", "day", "shift"]).astype({"day": "datetime64[ns]"})
        past = RosterShifts.of(pd.DataFrame(self.past)) if self.past else NOBODY.past_roster
        return replace(
            NOBODY,
            agents=agents,
            time_off=TimeOff.of(off),
            availability=Availability.of(hours),
            locks=Locks.of(locks),
            past_roster=past,
        )

    def case(self) -> Case:
        return Case(self.requirement, self.workforce, self.settings, self.shifts, self.work_plans, self.site)

    def problem(self) -> RosterProblem:
        return self.case().problem()

    def solve(self, workforce: Workforce | None = None, **more: object) -> RosterResult:
        from staffplan.roster.step import roster

        return roster(
            self.requirement,
            self.workforce if workforce is None else workforce,
            self.settings,
            shifts=self.shifts,
            work_plans=self.work_plans,
            site=self.site,
            **more,  # type: ignore[arg-type]
        )

    def check(self, made: Roster) -> CheckReport:
        return check(
            made,
            self.workforce,
            self.settings,
            requirement=self.requirement,
            shifts=self.shifts,
            work_plans=self.work_plans,
            site=self.site,
        )

    def but(self, **changes: object) -> Center:
        return replace(self, **changes)  # type: ignore[arg-type]


def every_day(days: int, hours: Sequence[int], people: float = 1.0) -> dict[tuple[int, int], float]:
    """The same need in the same hours of every day."""
    return {(day, hour): people for day in range(days) for hour in hours}


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def activities(number: int, spans: str, start: int = 8) -> list[dict[str, object]]:
    """Rows of one shift from "queue:voice 4, meal 1, ..." in hours."""
    rows, at = [], start * 60
    for part in spans.split(", "):
        word, hours = part.split(" ")
        activity, _, group = word.partition(":")
        end = at + round(float(hours) * 60)
        rows.append(
            {
                "agent_id": "ann",
                "schedule_date": pd.Timestamp(day(number)),
                "activity_date": pd.Timestamp(day(number)),
                "start": wall_instant(day(number), at, MADRID),
                "end": wall_instant(day(number), end, MADRID),
                "activity": activity,
                "planning_group": group,
                "paid": "no" if activity == "meal" else "yes",
            }
        )
        at = end
    return rows


def shift(number: int, start: float = 8, hours: float = 7, paid: float = 6) -> dict[str, object]:
    return {
        "agent_id": "ann",
        "schedule_date": pd.Timestamp(day(number)),
        "shift": "day",
        "start": wall_instant(day(number), round(start * 60), MADRID),
        "end": wall_instant(day(number), round((start + hours) * 60), MADRID),
        "paid_hours": paid,
    }


PLAIN = "queue:voice 3, meal 1, queue:voice 3"
Rows = list[dict[str, object]]


def made(shifts: Rows, doing: Rows) -> Roster:
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(doing)))
