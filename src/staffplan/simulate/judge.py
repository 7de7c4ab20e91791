"""A judge of rosters while they are sought: the simulation with numbers of its own, of the days' service alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from staffplan.settings.queues import parse_risk
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import play, service_of_days
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.waits import DayService

FRESH = 2_000_003
"""The judge's seeds lie this far from the plan's own, so that the plan's simulation confirms what the judge found."""
CONTACTS, FEWEST, MOST = 1_500_000, 20, 400
"""Contacts played in all, about, and the repetitions that they may be. A second is good for half a million."""


def judge_of(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    settings: SimulateSettings,
    *,
    site: Site,
    staffing: StaffingSettings,
    seed: int = 1,
    helpers: Helpers | None = None,
) -> Callable[[Roster], DayService]:
    """Gives the service of every day that a roster keeps, on average over its repetitions.

    Groups are left out that are staffed for a risk of their own, who have more people than the days on average need,
    and those whose work waits hours, whose days hang together. helpers: who of the roster helps out other groups.
    """
    contacts = max(float(forecast.frame["offered"].sum()), 1.0)
    many = settings.model_copy(update={"replications": int(np.clip(round(CONTACTS / contacts), FEWEST, MOST))})
    judged = [name for name, queues in site.groups().items() if all(_on_average(q, staffing) for q in queues)]

    def judge(roster: Roster) -> DayService:
        scene = make_scene(forecast, requirement, roster, site, helpers)
        days = service_of_days(scene, requirement, play(scene, many, staffing, seed=seed + FRESH))
        return days.only(days.frame["planning_group"].isin(judged).to_numpy())

    return judge


def _on_average(queue: Queue, staffing: StaffingSettings) -> bool:
    kind, _ = parse_risk(queue.risk or staffing.risk)
    return kind == "mean" and queue.work_type != "deferred"
