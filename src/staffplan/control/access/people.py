"""Who is there, minute by minute: on queue with the skill, on queue without it, on a break."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.simulate.records import Ints
from staffplan.simulate.scene import Grid
from staffplan.tables.people import Agents
from staffplan.tables.roster import BREAKS, Roster
from staffplan.tables.schema import names_in

MOST_NAMED = 3


@dataclass(frozen=True)
class PeopleThere:
    """People of each planning group at the moment of an interval at which the fewest are able to serve it."""

    able: Ints
    """(groups, intervals): on queue, with the skill."""
    unable: Ints
    """(groups, intervals): on queue, without the skill."""
    on_break: Ints
    """(groups, intervals): on a break or at a meal, who serve the group before or after it."""
    moment: Ints
    """(groups, intervals): that moment, in minutes since the grid's start."""
    breaks: pd.DataFrame
    """agent_id, group, start, end of the breaks, in minutes since the grid's start."""

    def names_on_break(self, group: int, interval: int) -> str:
        """Agents on a break at that moment, "A012, A044"."""
        minute, rows = self.moment[group, interval], self.breaks
        own = rows[(rows["group"] == group) & (rows["start"] <= minute) & (rows["end"] > minute)]
        names = sorted(own["agent_id"])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more


def people_there(roster: Roster, agents: Agents, groups: tuple[str, ...], grid: Grid) -> PeopleThere:
    """The people of the groups, in their order. Someone on queue who is not in the agents file has no skill."""
    rows = _in_minutes(roster.activities.frame, grid)
    on_queue = rows[rows["activity"] == "queue"].assign(group=lambda own: own["planning_group"].map(_codes(groups)))
    on_queue = on_queue[on_queue["group"].notna()].astype({"group": np.int64})
    skilled = _skilled(on_queue, agents)
    breaks = _breaks(rows, on_queue[skilled])
    shape = (len(groups), len(grid), round(grid.interval_seconds / 60))
    able, unable, resting = (_counted(own, shape) for own in (on_queue[skilled], on_queue[~skilled], breaks))
    emptiest = able.argmin(axis=2)[:, :, None]
    least = [np.take_along_axis(counts, emptiest, axis=2)[:, :, 0] for counts in (able, unable, resting)]
    moment = emptiest[:, :, 0] + np.arange(len(grid)) * shape[2]
    return PeopleThere(least[0], least[1], least[2], moment, breaks)


def _codes(groups: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, name in enumerate(groups)}


def _in_minutes(activities: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """The activities with start and end in minutes since the grid's start, cut to the grid."""
    last = round(grid.end_seconds / 60)
    times = {
        side: np.clip(grid.seconds(activities[side]) // 60, 0, last).astype(np.int64) for side in ("start", "end")
    }
    return activities.assign(**times)


def _skilled(on_queue: pd.DataFrame, agents: Agents) -> np.ndarray:
    """(rows,): whether the agent has the skill that the row asks for."""
    frame = agents.frame
    skills = {agent: names_in(cell) for agent, cell in zip(frame["agent_id"], frame["skills"], strict=True)}
    pairs = zip(on_queue["agent_id"], on_queue["planning_group"], strict=True)
    return np.array([group in skills.get(agent, ()) for agent, group in pairs], dtype=bool)


def _breaks(rows: pd.DataFrame, serving: pd.DataFrame) -> pd.DataFrame:
    """Each break of a shift, once for each group that the shift serves."""
    shift = ["agent_id", "schedule_date"]
    served = serving[[*shift, "group"]].drop_duplicates()
    resting = rows.loc[rows["activity"].isin(BREAKS), [*shift, "start", "end"]]
    return resting.merge(served, on=shift)[["agent_id", "group", "start", "end"]]


def _counted(rows: pd.DataFrame, shape: tuple[int, int, int]) -> Ints:
    """(groups, intervals, minutes of an interval): people of the rows at each minute."""
    groups, intervals, minutes = shape
    steps = np.zeros((groups, intervals * minutes + 1), dtype=np.int64)
    for side, change in (("start", 1), ("end", -1)):
        np.add.at(steps, (rows["group"].to_numpy(), rows[side].to_numpy()), change)
    return steps.cumsum(axis=1)[:, :-1].reshape(shape)
