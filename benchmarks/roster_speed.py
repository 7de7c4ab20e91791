"""How good and how fast rosters are, on seeded made-up centers: objective, bound, gap, time, memory.

    python benchmarks/roster_speed.py [instance ...] [--effort 1] [--seed 1]

Gap = (objective - bound) / price of an understaffed hour, as a share of the required hours. The bound is proven:
no roster that keeps the rules costs less. Every roster is checked by code that shares nothing with the search.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals, minute_of_day
from staffplan.people_settings import (
    BreakSettings,
    ConsecutiveDays,
    DailyRest,
    RosterSettings,
    ShiftSettings,
    WeekendsOff,
    WorkPlanSettings,
)
from staffplan.site import Queue, Site
from staffplan.tables import Agents, Availability, StaffingRequirement, TimeOff, Workforce

FIRST_DAY = date(2026, 11, 2)


@dataclass(frozen=True)
class Instance:
    """A made-up center: everything `roster` wants."""

    requirement: StaffingRequirement
    workforce: Workforce
    settings: RosterSettings
    shifts: dict[str, ShiftSettings]
    work_plans: dict[str, WorkPlanSettings]
    site: Site


@dataclass(frozen=True)
class Size:
    agents: int
    weeks: int
    groups: tuple[tuple[str, float], ...]
    """Planning groups and their share of the work."""


TWO = (("sales", 0.6), ("service", 0.4))
FOUR = (("sales", 0.35), ("service", 0.35), ("chat", 0.15), ("email", 0.15))
INSTANCES = {
    "50x1": Size(50, 1, TWO),
    "200x1": Size(200, 1, TWO),
    "60x4": Size(60, 4, FOUR),
    "150x4": Size(150, 4, FOUR),
}


def shift_family(hours: int) -> ShiftSettings:
    """Starts every half hour between 8 and 22; a meal from 6 hours on, two breaks from 8 hours on."""
    half = hours * 30
    meal = BreakSettings(
        activity="meal", minutes=30, paid=False, earliest_minutes=half - 60, latest_minutes=half + 30
    )
    if hours < 6:
        breaks: tuple[BreakSettings, ...] = ()
    elif hours < 8:
        breaks = (meal,)
    else:
        early = BreakSettings(minutes=15, earliest_minutes=60, latest_minutes=half - 75)
        late = BreakSettings(minutes=15, earliest_minutes=half + 60, latest_minutes=hours * 60 - 45)
        breaks = (early, meal, late)
    return ShiftSettings(
        hours=hours, first_start="08:00", last_start=f"{22 - hours:02d}:00", every_minutes=30, breaks=breaks
    )


SHIFTS = {f"{hours}h": shift_family(hours) for hours in (4, 6, 8, 9, 10)}
WORK_PLANS = {
    "full": WorkPlanSettings(shifts=("8h", "9h"), weekly_hours_min=36, weekly_hours_max=42.5, days_per_week_max=5),
    "long": WorkPlanSettings(shifts=("10h",), weekly_hours_min=28, weekly_hours_max=38, days_per_week_max=4),
    "flex": WorkPlanSettings(shifts=("6h", "8h"), weekly_hours_min=25, weekly_hours_max=32, days_per_week_max=5),
    "part": WorkPlanSettings(shifts=("4h", "6h"), weekly_hours_min=16, weekly_hours_max=24, days_per_week_max=5),
}
PLAN_SHARES = {"full": 0.5, "long": 0.1, "flex": 0.2, "part": 0.2}


def make_instance(size: Size, seed: int, effort: float) -> Instance:
    rng = np.random.default_rng([seed, size.agents, size.weeks])
    workforce = make_workforce(size, rng)
    hours = {"full": 33.0, "long": 33.0, "flex": 24.0, "part": 17.0}
    capacity = sum(hours[plan] for plan in workforce.agents.frame["work_plan"]) * 1.08 * size.weeks
    settings = RosterSettings(
        rules=(DailyRest(hours=11), ConsecutiveDays(days=6), WeekendsOff(weekends=size.weeks // 4)),
        effort=effort,
        time_limit_seconds=600,
    )
    site = Site(
        SiteCalendar("Europe/Madrid", 30),
        {name: Queue(name, planning_group=name, service_hours=OpeningHours.always()) for name, _ in size.groups},
    )
    requirement = make_requirement(size, capacity, rng)
    return Instance(requirement, workforce, settings, SHIFTS, WORK_PLANS, site)


def make_workforce(size: Size, rng: np.random.Generator) -> Workforce:
    names = [name for name, _ in size.groups]
    share = [part for _, part in size.groups]
    plans = rng.choice(list(PLAN_SHARES), size.agents, p=list(PLAN_SHARES.values()))
    skills = []
    for number in range(size.agents):
        count = 2 if number % 3 == 0 else 1
        skills.append(";".join(rng.choice(names, count, replace=False, p=share)))
    agents = pd.DataFrame(
        {
            "agent_id": [f"a{number:04d}" for number in range(size.agents)],
            "skills": skills,
            "work_plan": plans,
        }
    )
    off = [
        (f"a{number:04d}", first, first + timedelta(days=int(rng.integers(0, 5))))
        for number in range(size.agents)
        for week in range(size.weeks)
        if rng.random() < 0.12
        for first in [FIRST_DAY + timedelta(days=7 * week + int(rng.integers(0, 3)))]
    ]
    time_off = pd.DataFrame(off, columns=["agent_id", "first_day", "last_day"])
    time_off[["first_day", "last_day"]] = time_off[["first_day", "last_day"]].astype("datetime64[ns]")
    return Workforce(Agents.of(agents), TimeOff.of(time_off), Availability.empty())


def make_requirement(size: Size, capacity_hours: float, rng: np.random.Generator) -> StaffingRequirement:
    """Two humps a day, quieter weekends, noise; in all as many hours as the agents can be on queue."""
    starts = horizon_intervals(FIRST_DAY, 7 * size.weeks, "Europe/Madrid", 30)
    minute = minute_of_day(starts, "Europe/Madrid")
    starts, hour = starts[(minute >= 480) & (minute < 1320)], minute[(minute >= 480) & (minute < 1320)] / 60
    weekday = np.asarray(starts.tz_convert("Europe/Madrid").day_of_week)
    shape = np.exp(-(((hour - 11) / 2.2) ** 2)) + 0.8 * np.exp(-(((hour - 17) / 2.5) ** 2)) + 0.25
    shape = shape * np.array([1.15, 1.05, 1.0, 1.0, 1.05, 0.6, 0.45])[weekday]
    frames = []
    for name, share in size.groups:
        wanted = capacity_hours * share * shape / (shape.sum() / 2)
        need = np.maximum(np.round(wanted * rng.normal(1, 0.06, len(starts))), 1)
        frames.append(requirement_frame(starts, name, need))
    return StaffingRequirement.of(pd.concat(frames))


def requirement_frame(starts: pd.DatetimeIndex, group: str, need: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "interval_start": starts,
            "planning_group": group,
            "channel": "voice",
            "offered": 0.0,
            "aht_seconds": 0.0,
            "load_erlangs": 0.0,
            "agents_required": need,
            "agents_on_queue": need,
            "agents_scheduled": need,
            "service_level": np.nan,
            "asa_seconds": np.nan,
            "occupancy": np.nan,
            "abandon_rate": np.nan,
            "model": "made up",
        }
    )


def run(name: str, seed: int, effort: float) -> None:
    from staffplan.roster import check, roster

    made = make_instance(INSTANCES[name], seed, effort)
    began = time.perf_counter()
    result = roster(
        made.requirement,
        made.workforce,
        made.settings,
        shifts=made.shifts,
        work_plans=made.work_plans,
        site=made.site,
        seed=seed,
    )
    seconds = time.perf_counter() - began
    report = check(
        result.roster,
        made.workforce,
        made.settings,
        requirement=made.requirement,
        shifts=made.shifts,
        work_plans=made.work_plans,
        site=made.site,
    )
    required = float(result.facts["required_hours"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:8} objective {result.objective:9.1f}  bound {result.bound:9.1f}  gap {result.gap:7.2%}  "
        f"understaffed {result.understaffed_hours / required:6.2%}  "
        f"overstaffed {result.overstaffed_hours / required:6.2%}  "
        f"required {required:8.0f} h  {seconds:6.1f} s  {memory:5.0f} MB  {result.status}  "
        f"breaches {len(report.breaches)}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="*", default=["50x1", "200x1", "60x4"], help=", ".join(INSTANCES))
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    for name in wanted.instances:
        run(name, wanted.seed, wanted.effort)


if __name__ == "__main__":
    main()
