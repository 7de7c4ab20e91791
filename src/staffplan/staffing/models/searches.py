# mypy: disallow-untyped-decorators=False
"""Compiled searches: the fewest agents, whole or not, with which every goal of a case is met."""

from __future__ import annotations

import math

import numpy as np

from staffplan.process.compiler import njit
from staffplan.staffing.models.kernels import (
    ABANDON,
    AHT,
    ANSWERED_LATER,
    BUSY,
    LOAD,
    NO_WAIT,
    QUEUE,
    TIE,
    TOTAL_LOAD,
    TRUNKS,
    VOLUME_CV,
    WAIT_ANSWERED,
    Cells,
    Table,
    between,
    less_weight,
    line,
    service_level,
    weight_below,
)

LEVEL, WITHIN, ASA, OCCUPANCY, ABANDONED, DEFINITION = range(6)
"""Places in a goal: shares and seconds, nan for none; DEFINITION is a code of kernels."""
FAR = 60.0
"""Logarithm of how far a goal may be missed; beyond that it makes no difference to a search."""
SAME_HEAD = 1e-7
"""Part of a head by which the exact number may be off."""


@njit(cache=True, error_model="numpy")
def _least_for_occupancy(load: float, occupancy: float) -> float:
    """Fewest agents whose occupancy is at most this: load / occupancy rounded up, a tie kept a tie."""
    if math.isnan(occupancy):
        return 0.0
    return math.ceil(load / occupancy * (1.0 - 1e-9))


@njit(cache=True, error_model="numpy")
def fewest_erlang_c(cases: Table, pace: Cells, goals: Table) -> Cells:
    """`fewest_agents_cells` for customers who wait as long as it takes, by continuing 1/B upwards; `pace` is 1.
    `cases`: (cells, parameters); `goals`: (cells, limits); result: (cells,)."""
    fewest = np.zeros(len(cases))
    for i in range(len(cases)):
        load, goal = cases[i, LOAD], goals[i]
        if load <= 0.0:
            continue
        agents = max(math.floor(load) + 1.0, _least_for_occupancy(load, goal[OCCUPANCY]))
        inverse = 1.0 + weight_below(load, agents)
        in_aht = 0.0 if math.isnan(goal[LEVEL]) else goal[WITHIN] / cases[i, AHT]
        late, step = math.exp(-(agents - load) * in_aht), math.exp(-in_aht)
        late_allowed = 2.0 if math.isnan(goal[LEVEL]) else (1.0 - goal[LEVEL]) * (1.0 + TIE)
        asa_allowed = math.inf if math.isnan(goal[ASA]) else goal[ASA] / cases[i, AHT] * (1.0 + TIE)
        while True:
            free = 1.0 - load / agents
            wait = 1.0 / (inverse * free + load / agents)
            if wait * late <= late_allowed and wait <= asa_allowed * (agents - load):
                break
            agents += 1.0
            inverse = 1.0 + agents / load * inverse
            late *= step
        fewest[i] = agents
    return fewest


@njit(cache=True, error_model="numpy")
def _over(value: float, limit: float) -> float:
    """log(value / limit), held within FAR; nan counts as missed by far."""
    if value <= 0.0:
        return -FAR
    if not value < math.inf or limit <= 0.0:
        return FAR
    return min(FAR, max(-FAR, math.log(value / limit)))


@njit(cache=True, error_model="numpy")
def excess(sums: Cells, case: Cells, agents: float, pace: Cells, goal: Cells) -> float:
    """How far the goal that is missed most is missed, as a logarithm; up to TIE all are met. `sums`: (measures,);
    `case`: (parameters,); `pace`: (chats,); `goal`: (limits,)."""
    within = 0.0 if math.isnan(goal[WITHIN]) else goal[WITHIN]
    line(sums, agents, case, within, pace)
    arrival, worst = sums[TOTAL_LOAD] / case[AHT], -FAR
    if sums[QUEUE] == math.inf and case[VOLUME_CV] == 0.0:
        return FAR
    if not math.isnan(goal[LEVEL]):
        level = service_level(sums, case[ABANDON], arrival, within, int(goal[DEFINITION]))
        worst = _over(1.0 - level, 1.0 - goal[LEVEL])
    if not math.isnan(goal[ASA]):
        answered = sums[NO_WAIT] + sums[ANSWERED_LATER]
        worst = max(worst, _over(sums[WAIT_ANSWERED] / answered, goal[ASA]) if answered > 0.0 else FAR)
    if not math.isnan(goal[OCCUPANCY]):
        worst = max(worst, _over(sums[BUSY], goal[OCCUPANCY] * agents) - 1e-9 if agents > 0.0 else FAR)
    if not math.isnan(goal[ABANDONED]) and case[ABANDON] > 0.0:
        worst = max(worst, _over(case[ABANDON] * sums[QUEUE], goal[ABANDONED] * arrival))
    return worst


@njit(cache=True, error_model="numpy")
def fewest_agents_cells(cases: Table, pace: Cells, goals: Table) -> Cells:
    """Fewest agents (at least 1) of each cell, any model; nan where the lines are too few for the goals.

    Gallops from a guess, then halves. The guess takes over the spare agents of the cell before, in units of the
    square root of the load: neighbouring intervals are alike. It changes the time, never the answer. `cases`: (cells,
    parameters); `pace`: (chats,); `goals`: (cells, limits); result: (cells,).
    """
    fewest, sums, spare = np.zeros(len(cases)), np.zeros(12), 0.0
    for i in range(len(cases)):
        case, goal = cases[i], goals[i]
        if case[LOAD] <= 0.0:
            continue
        alone, root = case[LOAD] * pace[-1] / len(pace), math.sqrt(case[LOAD])
        start = min(case[TRUNKS], max(1.0, math.floor(alone + spare * root + 0.5)))
        fewest[i] = _fewest(sums, case, pace, goal, start)
        if not math.isnan(fewest[i]):
            spare = (fewest[i] - alone) / root
    return fewest


@njit(cache=True, error_model="numpy")
def _fewest(sums: Cells, case: Cells, pace: Cells, goal: Cells, start: float) -> float:
    """Fewest whole agents for one case, searched around `start`; nan if not even as many as there are lines do."""
    high, low, stride = start, 0.0, 1.0
    if excess(sums, case, high, pace, goal) <= TIE:
        low = high - 1.0
        while low > 0.0 and excess(sums, case, low, pace, goal) <= TIE:
            high, stride = low, 2.0 * stride
            low = max(0.0, low - stride)
    else:
        while True:
            if high >= case[TRUNKS] or high > 1e15:
                return math.nan
            low, high, stride = high, min(case[TRUNKS], high + stride), 2.0 * stride
            if excess(sums, case, high, pace, goal) <= TIE:
                break
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        if excess(sums, case, middle, pace, goal) <= TIE:
            high = middle
        else:
            low = middle
    return high


@njit(cache=True, error_model="numpy")
def exact_agents_cells(cases: Table, pace: Cells, goals: Table, fewest: Cells) -> Cells:
    """The number of agents, not whole, with which the goals of each cell are just met: at most one below `fewest`.
    `cases`: (cells, parameters); `pace`: (chats,); `goals`: (cells, limits); `fewest` and result: (cells,)."""
    exact, sums = fewest.copy(), np.zeros(12)
    for i in range(len(cases)):
        if fewest[i] >= 1.0:
            exact[i] = _exact(sums, cases[i], pace, goals[i], fewest[i])
    return exact


@njit(cache=True, error_model="numpy")
def _exact(sums: Cells, case: Cells, pace: Cells, goal: Cells, fewest: float) -> float:
    """One cell of `exact_agents_cells`, by false position with lessened weights."""
    low, high, side = fewest - 1.0, fewest, 0
    at_high = excess(sums, case, high, pace, goal)
    if at_high >= -TIE:
        return high
    at_low = excess(sums, case, low, pace, goal) if low > 0.0 else FAR
    while high - low > SAME_HEAD:
        agents = between(low, at_low, high, at_high)
        off = excess(sums, case, agents, pace, goal)
        if abs(off) * (high - low) <= 0.1 * SAME_HEAD * (at_low - at_high):
            return float(agents)
        if off > 0.0:
            at_high *= less_weight(at_low, off) if side < 0 else 1.0
            low, at_low, side = agents, off, -1
        else:
            at_low *= less_weight(at_high, off) if side > 0 else 1.0
            high, at_high, side = agents, off, 1
    return high
