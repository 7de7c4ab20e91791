"""A made-up site for simulation tests: one or two queues, people in plain shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, wall_instant
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import SimulationResult, simulate
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

MONDAY = date(2026, 3, 2)


def queue(name: str = "calls", channel: str = "voice", *, goal: Goal | None = None, **more: object) -> Queue:
    promised = goal or Goal(service_level=0.8, within_seconds=20)
    return Queue(name=name, channel=channel, goal=promised, **({"planning_group": name} | more))


@dataclass
class Stage:
    """Collects forecast rows, required people and activities by wall clock; minutes may pass 1440."""

    queues: Sequence[Queue]
    timezone: str = "UTC"
    interval_minutes: int = 30
    first_day: date = MONDAY
    forecast: list[dict[str, object]] = field(default_factory=list)
    required: dict[tuple[str, pd.Timestamp], float] = field(default_factory=dict)
    activities: list[dict[str, object]] = field(default_factory=list)

    @property
    def site(self) -> Site:
        return Site(SiteCalendar(self.timezone, self.interval_minutes), {q.name: q for q in self.queues})

    def instant(self, minute: int, day: int = 0) -> pd.Timestamp:
        return wall_instant(self.first_day + timedelta(days=day), minute, self.timezone)

    def _starts(self, first: int, last: int, day: int) -> pd.DatetimeIndex:
        ends = self.instant(first, day), self.instant(last, day)
        return pd.date_range(*ends, freq=f"{self.interval_minutes}min", inclusive="left")

    def expect(
        self, name: str, first: int, last: int, *, offered: float, aht: float, day: int = 0, spread: float = 0.0
    ) -> None:
        """`offered` contacts in every interval from minute to minute; `spread` is p90 - p10."""
        channel = self.site.queues[name].channel
        band = {"offered_p10": max(0.0, offered - spread / 2), "offered_p90": offered + spread / 2}
        wide = {"offered_p025": 0.0, "offered_p975": offered + spread}
        for start in self._starts(first, last, day):
            row = {"interval_start": start, "queue": name, "channel": channel, "offered": offered, "aht_seconds": aht}
            self.forecast.append(row | band | wide | {"method": "made up"})

    def require(self, group: str, first: int, last: int, heads: float, *, day: int = 0) -> None:
        for start in self._starts(first, last, day):
            self.required[group, start] = heads

    def work(
        self, agent: str, first: int, last: int, *, group: str = "calls", activity: str = "queue", day: int = 0
    ) -> None:
        """An activity of the day's shift; several may follow each other."""
        when = pd.Timestamp(self.first_day + timedelta(days=day))
        span = {"start": self.instant(first, day), "end": self.instant(last, day)}
        kind = {"activity": activity, "planning_group": group if activity == "queue" else "", "paid": "yes"}
        self.activities.append({"agent_id": agent, "schedule_date": when, "activity_date": when} | span | kind)

    def tables(self) -> tuple[VolumeForecast, StaffingRequirement, Roster]:
        channels = {q.planning_group: q.channel for q in self.queues}
        rows = [
            {"interval_start": start, "planning_group": group, "channel": channels[group], "model": "made up"}
            | dict.fromkeys(("offered", "aht_seconds", "load_erlangs"), 0.0)
            | dict.fromkeys(("agents_required", "agents_on_queue", "agents_scheduled"), heads)
            | dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), float("nan"))
            for (group, start), heads in self.required.items()
        ]
        requirement = StaffingRequirement.of(pd.DataFrame(rows)) if rows else StaffingRequirement.empty()
        activities = (
            RosterActivities.of(pd.DataFrame(self.activities)) if self.activities else RosterActivities.empty()
        )
        return VolumeForecast.of(pd.DataFrame(self.forecast)), requirement, Roster(RosterShifts.empty(), activities)

    def simulate(
        self, *, staffing: StaffingSettings | None = None, seed: int = 1, **settings: object
    ) -> SimulationResult:
        chosen = SimulateSettings(**({"volume_uncertainty": False} | settings))
        return simulate(*self.tables(), chosen, site=self.site, staffing=staffing or StaffingSettings(), seed=seed)


def around_the_clock(
    agents: int, *, load_erlangs: float, aht: float, days: int, only: Queue, timezone: str = "UTC"
) -> Stage:
    """A stationary system: the same load and the same people in every interval."""
    stage = Stage([only], timezone=timezone)
    for day in range(days):
        stage.expect(only.name, 0, 1440, offered=load_erlangs * 1800 / aht, aht=aht, day=day)
        stage.require(only.planning_group, 0, 1440, agents, day=day)
        for agent in range(agents):
            stage.work(f"a{agent:03d}", 0, 1440, group=only.planning_group, day=day)
    return stage


@pytest.fixture
def make_stage() -> type[Stage]:
    return Stage


@pytest.fixture
def make_queue() -> object:
    return queue


@pytest.fixture
def stationary() -> object:
    return around_the_clock


@pytest.fixture
def always() -> OpeningHours:
    return OpeningHours.always()
