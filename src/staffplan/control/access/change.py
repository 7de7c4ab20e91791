"""The cheapest whole shifts that make every promised interval honest."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from staffplan.errors import InfeasibleError, NoSolutionError
from staffplan.progress import OnProgress, silent
from staffplan.roster.shifts.money import Pay
from staffplan.roster.shifts.step import MixOfShifts, mix_of_shifts
from staffplan.settings.access import AccessSettings
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.requirement import StaffingRequirement

GAP = 0.01
"""Distance from the cheapest change at which the search ends, share."""
PRICE_OF_AN_HOUR_LEFT = 1000.0
"""Paid hours that an hour costs which no shift reaches: more than any shift that reaches it."""


def people_missing(verdicts: AccessVerdicts, site: Site) -> StaffingRequirement | None:
    """People beside those who are there, for each interval that is not honest; None where all are."""
    frame = verdicts.frame
    rows = frame[(frame["period"] == "interval") & (frame["verdict"] != "honest")]
    if rows.empty:
        return None
    missing = np.maximum(1.0, rows["people_needed"] - rows["people"])
    wanted = rows.assign(missing=missing).groupby(["planning_group", "period_start"], as_index=False)["missing"].max()
    channels = {queue.planning_group: queue.channel for queue in site.queues.values()}
    people = dict.fromkeys(("agents_required", "agents_on_queue", "agents_scheduled"), wanted["missing"])
    unknown = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    made = pd.DataFrame(
        {
            "interval_start": wanted["period_start"],
            "planning_group": wanted["planning_group"],
            "channel": wanted["planning_group"].map(channels).fillna("voice"),
            **dict.fromkeys(("offered", "load_erlangs"), 0.0),
            "aht_seconds": 1.0,
            **people,
            **unknown,
            "model": "access",
        }
    )
    return StaffingRequirement.of(made, StaffingRequirement.file_name)


def cheapest_change(
    missing: StaffingRequirement,
    settings: AccessSettings,
    roster: RosterSettings,
    pay: Pay,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    on_progress: OnProgress = silent,
) -> MixOfShifts | None:
    """Extra shifts on the contracts of the settings, with the breaks and rules of these; None where none were found.

    A contract's least weekly hours do not count: who is there already may work an extra shift, or a new person few of
    them. Hours that no shift of the settings reaches are left missing; `facts` has them.
    """
    groups = missing.frame["planning_group"].nunique()
    seconds = settings.change_seconds * groups
    limits = {"time_limit_seconds": seconds, "understaffing_weight": PRICE_OF_AN_HOUR_LEFT}
    has_wages = any(rate > 0 for rate in pay.hourly.values())
    seek = functools.partial(
        mix_of_shifts,
        missing,
        roster.model_copy(update=limits),
        pay,
        shifts=shifts,
        work_plans={name: plan.model_copy(update={"weekly_hours_min": 0.0}) for name, plan in work_plans.items()},
        site=site,
        minimise="cost" if has_wages else "hours",
        gap=GAP,
        on_progress=on_progress,
    )
    try:
        return seek()
    except InfeasibleError:
        return _as_far_as_shifts_reach(seek)
    except NoSolutionError:
        return None


def _as_far_as_shifts_reach(seek: Callable[..., MixOfShifts]) -> MixOfShifts | None:
    try:
        return seek(allow_short=True)
    except (InfeasibleError, NoSolutionError):
        return None
