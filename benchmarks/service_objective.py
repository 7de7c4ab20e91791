"""What the objective service saves on the demo at the same wait: simulated rosters beside those that cover the curve.

    python benchmarks/service_objective.py [--config configs/demo.toml] [--effort 0.3] [--rounds 4]

Four rosters, each played against the same contacts: `cover` and `service` for the promised goals; then each brought
to the wait of the other: `cover` for a requirement whose goals are lowered queue by queue until customers wait as
with `service`, and `service` for goals raised until they wait as with `cover`. Goals are moved by what the service
level of the last round was off; of the rounds the one with the fewest hours counts whose queues are all within half
a point of the wait that is sought, or better, else the nearest, which is then said.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from staffplan.cli.work.common import config_and_workspace, site_of
from staffplan.cli.work.forecast import forecast_files
from staffplan.plan.text import text_table
from staffplan.progress import silent
from staffplan.roster.step import roster
from staffplan.settings.config import Config
from staffplan.simulate import simulate
from staffplan.site import Site
from staffplan.staffing.step import staff_by_method
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement

NEAR = 0.005
"""Service levels so near are the same wait."""
LEAST, MOST, STRIDE = 0.3, 0.995, 1.5
"""Goals are moved within these, by so many times what the service level was off."""


@dataclass(frozen=True)
class Played:
    """A roster's paid hours without time off, its service level over all days by planning group, and days missed."""

    name: str
    hours: float
    level: Mapping[str, float]
    missed: Mapping[str, int]
    seconds: float

    def off(self, wanted: Mapping[str, float]) -> float:
        """How far the worst queue falls short of the wait that is sought."""
        return max(wanted[group] - level for group, level in self.level.items())


@dataclass(frozen=True)
class Center:
    """The demo, forecast."""

    config: Config
    forecast: VolumeForecast
    requirement: StaffingRequirement
    workforce: Workforce
    site: Site

    def play(self, name: str, objective: str, goals: Mapping[str, float], effort: float) -> Played:
        """Roster for these goals, and what customers wait against the promised ones."""
        start, config = time.monotonic(), self.config
        site = with_goals(self.site, goals)
        asked = (self.forecast, config.staffing, config.simulate)
        made = roster(
            staff_by_method(*asked, site=site, seed=config.plan.seed).requirement,
            self.workforce,
            config.roster.model_copy(update={"objective": objective, "effort": effort, "time_limit_seconds": 600.0}),
            shifts=config.shifts,
            work_plans=config.work_plans,
            site=self.site,
            worth=self.worth(site) if objective == "service" else None,
            seed=config.plan.seed,
        )
        told = simulate(
            self.forecast,
            self.requirement,
            made.roster,
            config.simulate,
            site=self.site,
            staffing=config.staffing,
            seed=config.plan.seed,
        )
        days = told.waits.frame
        level = {
            str(group): float((rows["service_level"] * rows["offered"]).sum() / rows["offered"].sum())
            for group, rows in days.groupby("planning_group")
        }
        missed = {str(group): int((rows["kept"] == "no").sum()) for group, rows in days.groupby("planning_group")}
        hours = float(made.roster.shifts.frame["paid_hours"].sum())
        return Played(name, hours, level, missed, time.monotonic() - start)

    def worth(self, site: Site) -> ServiceWorth:
        config = self.config
        return worth_by_method(self.forecast, config.staffing, config.simulate, site=site, seed=config.plan.seed)


def with_goals(site: Site, goals: Mapping[str, float]) -> Site:
    """The site with other service levels promised by some of its planning groups."""
    queues = {
        name: replace(queue, goal=queue.goal.model_copy(update={"service_level": goals[queue.planning_group]}))
        if queue.planning_group in goals
        else queue
        for name, queue in site.queues.items()
    }
    return replace(site, queues=queues)


def brought_to(
    wanted: Mapping[str, float],
    start: Mapping[str, float],
    play: Callable[[Mapping[str, float]], Played],
    rounds: int,
) -> Played:
    """Goals moved until customers wait as wanted."""
    goals, tried = dict(start), []
    for _ in range(rounds):
        played = play(goals)
        tried.append(played)
        say(played)
        goals = {g: min(max(goals[g] + STRIDE * (wanted[g] - played.level[g]), LEAST), MOST) for g in goals}
    near = [played for played in tried if played.off(wanted) <= NEAR]
    if near:
        return min(near, key=lambda played: played.hours)
    nearest = min(tried, key=lambda played: played.off(wanted))
    return replace(nearest, name=f"{nearest.name}: not reached, {nearest.off(wanted):.1%} short")


def say(played: Played) -> None:
    levels = ", ".join(f"{group} {level:.1%}" for group, level in played.level.items())
    print(f"  tried {played.name}: {played.hours:,.0f} hours, {levels} ({played.seconds:.0f} s)", flush=True)


def center_of(config_path: Path) -> Center:
    """Forecast by the product's own first step."""
    config, workspace = config_and_workspace(config_path, {})
    made, _ = forecast_files(workspace.required_path("history"), config_path, {}, silent)
    forecast = made.forecast
    site = site_of(config, forecast.frame, workspace)
    asked = (forecast, config.staffing, config.simulate)
    requirement = staff_by_method(*asked, site=site, seed=config.plan.seed).requirement
    return Center(config, forecast, requirement, workspace.workforce, site)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/demo.toml"))
    parser.add_argument("--effort", type=float, default=0.3)
    parser.add_argument("--rounds", type=int, default=4)
    args = parser.parse_args()
    center = center_of(args.config)
    goals = {q.planning_group: float(q.goal.service_level or 0.0) for q in center.site.queues.values()}
    cover = center.play("cover", "cover", goals, args.effort)
    service = center.play("service", "service", goals, args.effort)
    lowered = brought_to(
        service.level,
        goals,
        lambda own: center.play("cover at service's wait", "cover", own, args.effort),
        args.rounds,
    )
    raised = brought_to(
        cover.level,
        goals,
        lambda own: center.play("service at cover's wait", "service", own, args.effort),
        args.rounds,
    )
    groups = sorted(goals)
    rows = [
        [p.name, f"{p.hours:,.0f}", *(f"{p.level[g]:.1%}" for g in groups), sum(p.missed.values())]
        for p in (cover, raised, service, lowered)
    ]
    header = ["roster", "paid hours", *(f"{g} ({goals[g]:.0%})" for g in groups), "queue-days missed"]
    print(text_table(rows, header, right=range(1, len(header))))
    for more, less in ((cover, service), (cover, raised), (lowered, service)):
        print(f"{less.name}: {1 - less.hours / more.hours:.1%} fewer paid hours than {more.name}")


if __name__ == "__main__":
    main()
