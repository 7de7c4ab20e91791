"""Whether the objective service keeps the promise of every day, and what it costs: made-up centers, simulated anew.

    python benchmarks/promise_of_the_day.py [--goals 0.65 0.72 0.8 0.85 0.9] [--agents 60] [--weeks 2] [--seconds 60]

Two queues of different size with uncertain days, staffed by people without a weekly minimum (as many as are wanted,
or too few of them with --agents 20), in shifts of 4, 6 and 8.5 hours with an unpaid half hour inside the longer two.
For each goal: paid hours, queue-days whose simulated service level (400 repetitions, seeds of their own) lies below
the goal by more than half a point, those more than 2 points above it, the lowest and the highest day, and the hours
that the covering objective pays with its days.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, wall_instant
from staffplan.plan.text import text_table
from staffplan.planned import PlannedDays
from staffplan.roster.step import roster
from staffplan.settings.queues import Goal
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import simulate
from staffplan.simulate.judge import judge_of
from staffplan.site import Queue, Site
from staffplan.staffing.step import staff_by_method
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce

MONDAY, ZONE = date(2026, 3, 2), "Europe/Madrid"
MEAL = BreakSettings(activity="meal", minutes=30, paid=False, earliest_minutes=120, latest_minutes=270)
SHIFTS = {
    "four": ShiftSettings(hours=4, first_start="08:00", last_start="16:00", every_minutes=30),
    "six": ShiftSettings(hours=6, first_start="08:00", last_start="14:00", every_minutes=30, breaks=(MEAL,)),
    "long": ShiftSettings(hours=8.5, first_start="08:00", last_start="11:30", every_minutes=30, breaks=(MEAL,)),
}
PLANS = {"any": WorkPlanSettings(shifts=tuple(SHIFTS), weekly_hours_max=40)}
QUEUES = {"sales": (90.0, 300.0), "service": (25.0, 400.0)}
"""Contacts of the busiest half hour, AHT."""
UNCERTAIN = 0.06
"""Standard deviation of a day's volume beyond chance, as a share."""
CONFIRMED = 400


@dataclass(frozen=True)
class Center:
    """Everything but the goal."""

    forecast: VolumeForecast
    workforce: Workforce
    weeks: int
    seconds: float
    effort: float

    def site(self, goal: float) -> Site:
        promise = Goal(service_level=goal, within_seconds=20)
        queues = {
            name: Queue(name, planning_group=name, goal=promise, patience_seconds=240.0, minimum_agents=0)
            for name in QUEUES
        }
        return Site(SiteCalendar(ZONE, 30), queues, PlannedDays(MONDAY, 7 * self.weeks))

    def play(self, goal: float, objective: str) -> Mapping[str, object]:
        begun, site = time.monotonic(), self.site(goal)
        staffing = StaffingSettings(method="erlang-a" if objective == "service" else "erlang-c")
        simulation = SimulateSettings()
        requirement = staff_by_method(self.forecast, staffing, simulation, site=site).requirement
        service = objective == "service"
        made = roster(
            requirement,
            self.workforce,
            RosterSettings(objective=objective, effort=self.effort, time_limit_seconds=self.seconds),
            shifts=SHIFTS,
            work_plans=PLANS,
            site=site,
            worth=worth_by_method(self.forecast, staffing, simulation, site=site) if service else None,
            judge=judge_of(self.forecast, requirement, simulation, site=site, staffing=staffing) if service else None,
        )
        many = simulation.model_copy(update={"replications": CONFIRMED})
        days = simulate(self.forecast, requirement, made.roster, many, site=site, staffing=staffing, seed=77).waits
        for note in made.notes:
            if note.kind == "broken promise":
                print("   ", note.place, note.message)
        above = (days.frame["service_level"] - days.frame["goal"]).dropna()
        return {
            "goal": f"{goal:.0%}",
            "objective": objective,
            "paid hours": f"{made.roster.shifts.frame['paid_hours'].sum():,.1f}",
            "queue-days": len(above),
            "below": int((above < -0.005).sum()),
            "above by 2": int((above > 0.02).sum()),
            "lowest": f"{above.min():+.1%}",
            "highest": f"{above.max():+.1%}",
            "mean off": f"{above.abs().mean():.1%}",
            "gap": f"{made.gap:.2%}",
            "status": made.status,
            "seconds": f"{time.monotonic() - begun:.0f}",
        }


def made_up(agents: int, weeks: int, seconds: float, effort: float, seed: int) -> Center:
    """A morning peak, quieter Fridays and Saturdays, closed Sundays; everybody has both skills but every fifth."""
    rng, rows = np.random.default_rng(seed), []
    for day in range(7 * weeks):
        weekday = day % 7
        if weekday == 6:
            continue
        last = 20 if weekday < 5 else 16
        level = (1.1, 1.0, 1.0, 0.95, 0.85, 0.4)[weekday] * rng.uniform(0.95, 1.05)
        for minute in range(8 * 60, last * 60, 30):
            hour = minute / 60
            shape = 0.35 + 0.65 * np.exp(-((hour - 11) ** 2) / 5) + 0.3 * np.exp(-((hour - 16) ** 2) / 4)
            for name, (peak, aht) in QUEUES.items():
                offered = peak * level * shape
                wide = np.sqrt(offered + (UNCERTAIN * offered) ** 2)
                bands = {
                    f"offered_p{text}": max(offered + z * wide, 0.0)
                    for text, z in (("10", -1.2816), ("90", 1.2816), ("025", -1.96), ("975", 1.96))
                }
                start = wall_instant(MONDAY + timedelta(days=day), minute, ZONE)
                row = {"interval_start": start, "queue": name, "channel": "voice", "offered": offered}
                rows.append(row | bands | {"aht_seconds": aht, "method": "made up"})
    people = [(f"A{n:03d}", "sales" if n % 5 == 0 else "sales;service", "any") for n in range(agents)]
    off = TimeOff.of(
        pd.DataFrame(
            {
                "agent_id": pd.Series([], dtype=str),
                "first_day": pd.Series([], dtype="datetime64[ns]"),
                "last_day": pd.Series([], dtype="datetime64[ns]"),
                "paid": pd.Series([], dtype=str),
            }
        )
    )
    hours = Availability.of(pd.DataFrame([], columns=["agent_id", "weekdays", "hours"]))
    workforce = Workforce(Agents.of(pd.DataFrame(people, columns=["agent_id", "skills", "work_plan"])), off, hours)
    return Center(VolumeForecast.of(pd.DataFrame(rows)), workforce, weeks, seconds, effort)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goals", type=float, nargs="+", default=[0.65, 0.72, 0.8, 0.85, 0.9])
    parser.add_argument("--agents", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cover", action="store_true", help="the covering objective beside it")
    args = parser.parse_args()
    center = made_up(args.agents, args.weeks, args.seconds, args.effort, args.seed)
    rows = []
    for goal in args.goals:
        for objective in ("service", "cover") if args.cover else ("service",):
            rows.append(center.play(goal, objective))
            print(rows[-1], flush=True)
    print(text_table([list(map(str, row.values())) for row in rows], list(rows[0]), right=range(2, len(rows[0]))))


if __name__ == "__main__":
    main()
