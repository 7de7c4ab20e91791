"""How many people the contacts of today need, where they are not those of the plan."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Site
from staffplan.staffing import staff
from staffplan.staffing.risk import at_risk
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement

HEADS = ("agents_required", "agents_on_queue", "agents_scheduled")
KEY = ["planning_group", "interval_start"]


def need_of(
    planned: VolumeForecast,
    updated: VolumeForecast,
    requirement: StaffingRequirement,
    settings: StaffingSettings,
    site: Site,
) -> StaffingRequirement:
    """The requirement of a day with as many people more, or fewer, as its model gives for other contacts.

    So it stays as it was where the contacts do, also where it was judged by simulation or edited by hand.
    """
    was, now = (_sized(forecast, settings, site) for forecast in (planned, updated))
    more = now.subtract(was, fill_value=0.0)
    keys = pd.MultiIndex.from_frame(requirement.frame[KEY])
    change = more.reindex(keys, fill_value=0.0).to_numpy()
    heads = (requirement.frame[list(HEADS)] + change).clip(lower=0.0)
    return replace(requirement, frame=requirement.frame.assign(**heads))


def _sized(forecast: VolumeForecast, settings: StaffingSettings, site: Site) -> pd.DataFrame:
    """Heads by group and interval."""
    wanted, _ = at_risk(forecast, settings.risk, site)
    frame = staff(wanted, settings, site=site).requirement.frame
    return frame.set_index(KEY)[list(HEADS)].astype(float)
