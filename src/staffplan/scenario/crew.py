"""As many people as a changed requirement needs, in the proportions of today's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from staffplan.plan.workspace import Workspace
from staffplan.scenario.draft import Draft
from staffplan.scenario.people import add, remove
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterActivities


def required_hours(requirement: StaffingRequirement, interval_minutes: int) -> dict[str, float]:
    """Hours on queue that each planning group needs."""
    sums = requirement.frame.groupby("planning_group")["agents_on_queue"].sum()
    return {str(group): float(people) * interval_minutes / 60 for group, people in sums.items()}


def sized(draft: Draft, needed: StaffingRequirement) -> None:
    """Add and remove people of the draft until they are to the need as today's people are to today's.

    People are alike who have the same skills and contract. Each counts with the hours that the base's roster gives
    the groups; whole people are shared out by largest remainders.
    """
    base = draft.base
    minutes = base.config.plan.interval_minutes
    before = required_hours(base.table(StaffingRequirement), minutes)
    after = required_hours(needed, minutes)
    ratio = {group: after.get(group, 0.0) / hours if hours else 1.0 for group, hours in before.items()}
    agents = draft.people["agents"]
    wanted = _factors(base, agents, ratio)
    classes = agents.assign(wanted=wanted).groupby(["skills", "work_plan"], sort=False)
    members = [own["agent_id"].astype(str).tolist() for _, own in classes]
    targets = shared_out(np.array([float(own["wanted"].sum()) for _, own in classes]))
    gone: list[str] = []
    for own, target in zip(members, targets, strict=True):
        if target < len(own):
            gone += own[int(target) :]
        elif target > len(own):
            add(draft, own, int(target) - len(own))
    if gone:
        remove(draft, gone)


def _factors(base: Workspace, agents: pd.DataFrame, ratio: Mapping[str, float]) -> np.ndarray:
    """(agents,): how many of each are needed, from the groups that they work for in the base's roster."""
    rows = base.table(RosterActivities).frame
    rows = rows[rows["activity"] == "queue"]
    hours = (rows["end"] - rows["start"]).dt.total_seconds()
    need = rows["planning_group"].map(lambda group: ratio.get(group, 1.0)) * hours
    own = pd.DataFrame({"agent": rows["agent_id"], "hours": hours, "need": need}).groupby("agent").sum()
    factor = own["need"] / own["hours"]
    overall = float(own["need"].sum() / own["hours"].sum()) if len(own) else 1.0
    return agents["agent_id"].map(factor).fillna(overall).to_numpy(dtype=float)


def shared_out(wanted: np.ndarray) -> np.ndarray:
    """(classes,) whole numbers with the rounded sum of `wanted`, at least 1 in all: largest remainders first."""
    total = max(1, round(float(wanted.sum())))
    whole: np.ndarray = np.floor(wanted).astype(np.int64)
    order = np.argsort(-(wanted - whole), kind="stable")
    whole[order[: max(0, total - int(whole.sum()))]] += 1
    return whole
