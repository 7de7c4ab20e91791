"""staffplan's own steps on what was known before the month: forecast, staff, roster for the service of each day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from real_calls.calls import CALENDAR, HOURS, Log
from real_calls.replay import WITHIN_SECONDS, Duty
from real_calls.shifts import SHIFTS
from staffplan.fit.happened import Learnt
from staffplan.forecast import forecast
from staffplan.planned import PlannedDays
from staffplan.process.workers import Workers
from staffplan.roster.step import RosterResult, roster
from staffplan.settings.forecast import ForecastSettings
from staffplan.settings.queues import Goal
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.judge import judge_of
from staffplan.site import Queue, Site
from staffplan.staffing.step import staff_by_method
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement

GROUP, DAYS = "everybody", 28
PLANS = {"any": WorkPlanSettings(shifts=tuple(SHIFTS), weekly_hours_max=40)}
STAFFING = StaffingSettings(method="offered-load")
"""The roster takes from it what each further agent is worth, uncertain days considered: of the methods that do so the
quickest."""


@dataclass(frozen=True)
class Plan:
    paid_hours: float
    duty: Duty
    result: RosterResult


@dataclass(frozen=True)
class Planner:
    """What is the same for every goal; `past` ends where the month begins."""

    past: Log
    first: pd.Timestamp
    agents: int
    effort: float
    seconds: float

    @cached_property
    def learnt(self) -> Learnt:
        """What `staffplan fit` tells of the past's calls, by type."""
        return self.past.learnt()

    @cached_property
    def simulation(self) -> SimulateSettings:
        return SimulateSettings(service_time_cv=self.learnt.value("*", "aht_cv"))

    def site(self, goal: float) -> Site:
        """Each type of call is a queue with its own patience; one group of agents serves them all."""
        promise = Goal(service_level=goal, within_seconds=WITHIN_SECONDS)
        queues = {
            name: Queue(
                name,
                planning_group=GROUP,
                service_hours=HOURS,
                arrival_hours=HOURS,
                goal=promise,
                goal_is_default=False,
                patience_seconds=self.learnt.value(name, "patience_seconds"),
            )
            for name in sorted(self.past.calls["queue"].unique())
        }
        return Site(CALENDAR, queues, PlannedDays(self.first.date(), DAYS))

    @cached_property
    def forecast(self) -> VolumeForecast:
        history, first = ContactHistory.of(self.past.history()), self.first.date()
        site = self.site(0.8)
        made = forecast(history, ForecastSettings(), site=site, first_day=first, days=DAYS, workers=Workers(jobs=1))
        return made.forecast

    def plan(self, goal: float) -> Plan:
        site = self.site(goal)
        requirement = staff_by_method(self.forecast, STAFFING, self.simulation, site=site).requirement
        worth = worth_by_method(self.forecast, STAFFING, self.simulation, site=site)
        made = self._roster(requirement, worth, site)
        return Plan(float(made.roster.shifts.frame["paid_hours"].sum()), self._duty(made), made)

    def _roster(self, requirement: StaffingRequirement, worth: ServiceWorth, site: Site) -> RosterResult:
        return roster(
            requirement,
            self.workforce,
            RosterSettings(objective="service", effort=self.effort, time_limit_seconds=self.seconds),
            shifts=SHIFTS,
            work_plans=PLANS,
            site=site,
            worth=worth,
            judge=judge_of(self.forecast, requirement, self.simulation, site=site, staffing=STAFFING),
        )

    @cached_property
    def workforce(self) -> Workforce:
        """People without a weekly minimum, as many as are wanted."""
        people = [(f"A{number:03d}", GROUP, "any") for number in range(1, self.agents + 1)]
        agents = Agents.of(pd.DataFrame(people, columns=["agent_id", "skills", "work_plan"]))
        off = TimeOff.of(pd.DataFrame([], columns=["agent_id", "first_day", "last_day", "paid"]))
        hours = Availability.of(pd.DataFrame([], columns=["agent_id", "weekdays", "hours"]))
        return Workforce(agents, off, hours)

    def _duty(self, made: RosterResult) -> Duty:
        frame = made.roster.activities.frame
        frame = frame[frame["activity"] == "queue"].sort_values(["agent_id", "start"])
        ends = [(frame[side] - self.first).dt.total_seconds() for side in ("start", "end")]
        rows = pd.DataFrame({"agent_id": frame["agent_id"], "start": ends[0], "end": ends[1]})
        return [list(zip(own["start"], own["end"], strict=True)) for _, own in rows.groupby("agent_id")]
