"""A second opinion: every Erlang C requirement computed again with pyworkforce, and each difference explained.

pyworkforce 0.5 starts its search at round(load + 1), which may be one agent too many; it raises an error for an
interval without contacts or a threshold of 0 seconds, and knows no goal for the average wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings.queues import Goal
from staffplan.site import Site
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.pool import Pool, pools
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement

COLUMNS = ("interval_start", "planning_group", "ours", "pyworkforce", "why")


@dataclass(frozen=True)
class CrossCheck:
    """How many intervals both could answer, where they differ (COLUMNS), and what only we could answer."""

    compared: int
    differences: pd.DataFrame
    not_compared: Mapping[str, int]
    """Reason = number of intervals."""


@dataclass(frozen=True)
class _Opinion:
    """pyworkforce's agents for each interval of a group (nan: it has none), and why they may differ from ours."""

    agents: Array
    why: NDArray[np.object_]


def cross_check(requirement: StaffingRequirement, forecast: VolumeForecast, *, site: Site) -> CrossCheck:
    """Compare `agents_required` of every Erlang C row with pyworkforce; `forecast` tells which queues are open."""
    frame = requirement.frame[requirement.frame["model"] == "erlang-c"]
    groups = dict(iter(frame.groupby("planning_group")))
    pieces, compared, missing = [], 0, {"no contacts": 0, "the goal has no service level or no seconds": 0}
    for pool in pools(forecast, site):
        if pool.name not in groups:
            continue
        rows = groups[pool.name].set_index("interval_start")["agents_required"]
        instants = pd.DatetimeIndex(pool.starts.view("datetime64[ns]")).tz_localize("UTC")
        ours = rows.reindex(instants).to_numpy(dtype=np.float64)
        theirs = _opinion(pool, site.calendar.interval_minutes)
        empty = pool.offered_total * pool.aht_mean <= 0
        answered = ~np.isnan(theirs.agents)
        missing["no contacts"] += int(empty.sum())
        missing["the goal has no service level or no seconds"] += int((~answered & ~empty).sum())
        compared += int(answered.sum())
        apart = answered & (theirs.agents != ours)
        found = (instants[apart], pool.name, ours[apart], theirs.agents[apart], theirs.why[apart])
        pieces.append(pd.DataFrame(dict(zip(COLUMNS, found, strict=True))))
    return CrossCheck(compared, pd.concat(pieces) if pieces else pd.DataFrame(columns=list(COLUMNS)), missing)


def _opinion(pool: Pool, interval_minutes: int) -> _Opinion:
    """The largest of pyworkforce's answers to the goals of the open queues, and at least the minimum."""
    count = len(pool.starts)
    least = pool.minimum_agents.astype(np.float64)
    agents, why = least.copy(), np.full(count, "", dtype=object)
    for goal in dict.fromkeys(queue.goal for queue in pool.queues):
        concerned = pool.is_open[[queue.goal == goal for queue in pool.queues]].any(axis=0)
        volume, aht = pool.offered_total[concerned], pool.aht_mean[concerned]
        cells, place = np.unique(np.column_stack([volume, aht]), axis=0, return_inverse=True)
        answers = np.array(list(_answers(cells, goal, interval_minutes)))[place]
        reasons = _reasons(cells, answers, place, goal, interval_minutes)
        higher = np.isnan(answers) | (answers >= agents[concerned])
        where = np.flatnonzero(concerned)[higher]
        agents[where], why[where] = answers[higher], reasons[higher]
    return _Opinion(agents, why)


def _answers(cells: Array, goal: Goal, interval_minutes: int) -> Iterator[float]:
    """pyworkforce's agents before shrinkage for each (contacts, AHT); nan where it has no answer."""
    from pyworkforce.queuing import ErlangC

    within = goal.within_seconds
    for contacts, aht in cells.tolist():
        if goal.service_level is None or not within or contacts * aht <= 0:
            yield np.nan
            continue
        line = ErlangC(transactions=contacts, aht=aht / 60, asa=within / 60, interval=interval_minutes)
        answer = line.required_positions(goal.service_level, max_occupancy=goal.max_occupancy or 1.0)
        yield float(answer["raw_positions"])


def _reasons(
    cells: Array, answers: Array, place: NDArray[np.intp], goal: Goal, interval_minutes: int
) -> NDArray[np.object_]:
    """What would explain a difference, for each interval."""
    load = np.array([contacts * aht for contacts, aht in cells.tolist()])[place] / (interval_minutes * 60)
    start = np.round(load + 1)
    said = np.full(len(load), "not explained: please report it", dtype=object)
    if goal.max_occupancy is not None:
        quotient = load / goal.max_occupancy
        tie = (np.abs(quotient - np.round(quotient)) < 1e-9 * quotient) & (answers == np.round(quotient) + 1)
        said[tie] = "load / max_occupancy is a whole number, which pyworkforce rounds up"
    said[answers == start] = "pyworkforce starts its search at round(load + 1); one agent fewer meets the goal"
    if goal.asa_seconds is not None:
        said[:] = "pyworkforce has no goal for the average wait"
    return said
