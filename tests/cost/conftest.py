"""Made-up tables for cost tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
import pytest

from staffplan.clock import SiteCalendar, SpecialDay, wall_instant
from staffplan.cost import CostResult, StandbyBook, cost
from staffplan.planned import PlannedDays
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.waits import Coverage


@dataclass
class Books:
    """Collects what is worked and what is required, by wall clock; minutes may pass 1440."""

    first_day: date = date(2026, 3, 2)
    timezone: str = "UTC"
    queues: tuple[Queue, ...] = (Queue("calls", planning_group="calls"),)
    holidays: tuple[date, ...] = ()
    forecast: list[dict[str, object]] = field(default_factory=list)
    required: list[dict[str, object]] = field(default_factory=list)
    activities: list[dict[str, object]] = field(default_factory=list)
    agents: list[dict[str, object]] = field(default_factory=list)
    time_off: list[dict[str, object]] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage.empty)
    planned: PlannedDays | None = None

    @property
    def site(self) -> Site:
        special = {day: SpecialDay(day, "holiday") for day in self.holidays}
        return Site(SiteCalendar(self.timezone, 30, special), {q.name: q for q in self.queues}, self.planned)

    def instant(self, minute: int, day: int = 0) -> pd.Timestamp:
        return wall_instant(self.first_day + timedelta(days=day), minute, self.timezone)

    def expect(
        self, name: str, minute: int, *, offered: float, aht: float, need: tuple[float, float], day: int = 0
    ) -> None:
        """One interval: contacts, and people required on the line and on queue."""
        queue = self.site.queues[name]
        start = self.instant(minute, day)
        bands = dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), offered)
        row = {"interval_start": start, "queue": name, "channel": queue.channel, "offered": offered}
        self.forecast.append(row | {"aht_seconds": aht, "method": "made up"} | bands)
        blank = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), float("nan"))
        heads = {"agents_required": need[0], "agents_on_queue": need[1], "agents_scheduled": need[1]}
        mine = {"interval_start": start, "planning_group": queue.planning_group, "channel": queue.channel}
        self.required.append(
            mine
            | {"offered": offered, "aht_seconds": aht, "load_erlangs": offered * aht / 1800, "model": "x"}
            | heads
            | blank
        )

    def hire(self, agent: str, rate: float = float("nan"), *, skills: str = "calls", plan: str = "") -> None:
        self.agents.append({"agent_id": agent, "hourly_rate": rate, "skills": skills, "work_plan": plan})

    def work(
        self,
        agent: str,
        first: int,
        last: int,
        activity: str = "queue",
        group: str = "calls",
        *,
        day: int = 0,
        paid: bool = True,
    ) -> None:
        when = pd.Timestamp(self.first_day + timedelta(days=day))
        span = {"start": self.instant(first, day), "end": self.instant(last, day), "paid": "yes" if paid else "no"}
        kind = {"activity": activity, "planning_group": group if activity == "queue" else ""}
        self.activities.append({"agent_id": agent, "schedule_date": when, "activity_date": when} | span | kind)

    def roster(self) -> Roster:
        frame = pd.DataFrame(self.activities)
        shifts = frame.groupby(["agent_id", "schedule_date"], as_index=False).agg(
            start=("start", "min"), end=("end", "max")
        )
        minutes = (frame["end"] - frame["start"]).dt.total_seconds() / 60 * (frame["paid"] == "yes")
        paid = minutes.groupby([frame["agent_id"], frame["schedule_date"]]).sum().to_numpy() / 60
        return Roster(RosterShifts.of(shifts.assign(shift="x", paid_hours=paid)), RosterActivities.of(frame))

    def workforce(self) -> Workforce:
        off = TimeOff.of(pd.DataFrame(self.time_off)) if self.time_off else TimeOff.empty()
        return Workforce(Agents.of(pd.DataFrame(self.agents)), off, Availability.empty())

    def cost(
        self,
        settings: CostSettings | None = None,
        *,
        staffing: StaffingSettings | None = None,
        work_plans: dict[str, WorkPlanSettings] | None = None,
        standby: StandbyBook | None = None,
    ) -> CostResult:
        return cost(
            VolumeForecast.of(pd.DataFrame(self.forecast)),
            StaffingRequirement.of(pd.DataFrame(self.required)),
            self.roster(),
            self.coverage,
            self.workforce(),
            settings or CostSettings(),
            work_plans=work_plans or {},
            staffing=staffing or StaffingSettings(),
            site=self.site,
            currency="EUR",
            standby=standby,
        )


@pytest.fixture
def make_books() -> type[Books]:
    return Books
