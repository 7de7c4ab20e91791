"""The people who were really on queue: under the names that queues have now, on the plan's own intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.control.backtest.volumes import interval_starts
from staffplan.forecast.history.joined import older_names
from staffplan.site import Site
from staffplan.tables.backtest import StaffedAgents
from staffplan.tables.requirement import StaffingRequirement

KEY = ["queue", "interval_start"]


def under_names_now(staffed: StaffedAgents, site: Site) -> StaffedAgents:
    """The people of renamed and merged queues with the queue that goes on. Those of a queue that was split stay under
    its old name, unless all its parts are of one planning group."""
    names = {
        older: heirs[0]
        for older, heirs in older_names(site).items()
        if len({site.queues[name].planning_group for name in heirs}) == 1
    }
    rows = staffed.frame.assign(queue=staffed.frame["queue"].replace(names))
    return StaffedAgents.of(rows.groupby(KEY)["agents"].sum(min_count=1).reset_index(), staffed.source)


def requirement_of(staffed: StaffedAgents, site: Site) -> StaffingRequirement:
    """People by planning group and interval of the plan: of finer rows the mean; a part of a person is rounded
    to the nearest whole one."""
    groups = {name: queue.planning_group for name, queue in site.queues.items()}
    channels = {queue.planning_group: queue.channel for queue in site.queues.values()}
    rows = staffed.frame.dropna(subset="agents")
    rows = rows.assign(planning_group=rows["queue"].map(groups)).dropna(subset="planning_group")
    rows = rows.assign(interval_start=interval_starts(rows["interval_start"], site.calendar))
    means = rows.groupby(["planning_group", *KEY], as_index=False)["agents"].mean()
    there = means.groupby(["planning_group", "interval_start"], as_index=False)["agents"].sum()
    people = dict.fromkeys(("agents_required", "agents_on_queue", "agents_scheduled"), there["agents"].round())
    unknown = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    named = there[["planning_group", "interval_start"]].assign(channel=there["planning_group"].map(channels))
    made = named.assign(offered=0.0, aht_seconds=1.0, load_erlangs=0.0, **people, **unknown, model="staffed")
    return StaffingRequirement.of(pd.DataFrame(made), "agents")
