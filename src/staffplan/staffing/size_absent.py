"""Single cases in which each agent may be absent: those to roster, and the mean service over the number present."""

from __future__ import annotations

from typing import Any

import numpy as np

from staffplan.settings.queues import Goal
from staffplan.staffing.cases import DEFINITIONS, TARGETS
from staffplan.staffing.chance import Presence, people_for_goal, service_with
from staffplan.staffing.live import LiveLine
from staffplan.staffing.models.absence import ByPresent
from staffplan.staffing.models.arrays import Array


def size_absent(row: dict[Any, Any], load: Array, case: dict[str, Any]) -> dict[str, float]:
    """Answers of one case, by column: `in_agents` and the agents answered are those rostered.

    A wait has no mean where too few may be present, so only service levels are given.

    `load`, (cases,), and `case` are of this one alone: as for `waiting_line`.
    """
    line = LiveLine(load, case["aht_seconds"], case["patience_seconds"], case["pace"], case["volume_cv"])
    presence = Presence(np.array([1.0 - row["in_absence"]]), np.ones(1))
    goal, found = _goal(row), {}
    heads = np.array([row["in_agents"]])
    if goal is not None:
        fewest, present = people_for_goal(line, goal, presence), line.agents_for(goal).fewest
        heads = np.where(np.isnan(heads), fewest, heads)
        kept = ByPresent.of(np.zeros(1, dtype=np.int64), present, np.ones(1)).mean(heads, presence.chance)
        found = {"out_min_agents": fewest[0], "out_agents_present": present[0], "out_days_kept": kept[0]}
    if row["in_T_s"] != row["in_T_s"]:
        return found
    within, own = row["in_T_s"], DEFINITIONS.get(row["in_sl_definition"], row["in_sl_definition"])
    for name, definition in DEFINITIONS.items():
        found[f"out_{name}"] = service_with(heads, line, presence, within, definition)[0]
        if definition == own:
            found["out_sl"] = found[f"out_{name}"]
    if goal is not None and found["out_min_agents"] > 1:
        less = np.array([found["out_min_agents"] - 1.0])
        found["out_sl_one_less"] = service_with(less, line, presence, within, own)[0]
    return found


def _goal(row: dict[Any, Any]) -> Goal | None:
    """The targets of a case; None where it has none."""
    level, asa, occupancy, abandon = (None if row[name] != row[name] else float(row[name]) for name in TARGETS)
    if level is None and asa is None and occupancy is None and abandon is None:
        return None
    return Goal(
        service_level=level,
        within_seconds=None if level is None else row["in_T_s"],
        definition=DEFINITIONS.get(row["in_sl_definition"], row["in_sl_definition"]),
        asa_seconds=asa,
        max_occupancy=occupancy,
        max_abandon_rate=abandon,
    )
