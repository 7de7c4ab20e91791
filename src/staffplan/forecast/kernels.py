"""Compiled exponential smoothing: level, damped trend and season of a series, and the search for its parameters;
and how well memories of different length foretell the shape of a weekday.

The season's kind is a number, so that one compiled function serves all models. A state is level, trend and the
seasonal states, the one of the next step first; without a season there is one that is never used.

Source of the recursions and of the parameters' limits (beta <= alpha, gamma <= 1 - alpha, the damping's range):
statsmodels, tsa.holtwinters.ExponentialSmoothing, which the tests compare with, after Hyndman and Athanasopoulos,
"Forecasting: principles and practice" (3rd ed.), sections 8.2 and 8.3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit

Cells = NDArray[np.float64]

NO_SEASON, ADDED, MULTIPLIED = range(3)
LEAST_DAMPING, MOST_DAMPING = 0.8, 0.995
STARTS = np.array([0.05, 0.2, 0.6])
"""Where the search looks first on each axis of the unit cube of parameters..."""
DAMPINGS = np.array([0.1, 0.9])
"""...and on the damping's."""
FIRST_STEP, LAST_STEP = 0.1, 0.002
"""Lengths of the search's steps in the unit cube."""
WORTHWHILE = 1e-6
"""A round that lowers the squared errors by less than this part is not worth another of the same step."""
ROUNDS = 200
"""Rounds that one search may take; it needs 10 to 40."""


@njit(cache=True, error_model="numpy")
def smooth(series: Cells, kind: int, parameters: Cells, state: Cells, fitted: Cells) -> float:
    """Run the recursions over the series; gives the sum of squared one-step errors, infinite where it is no number.

    `parameters`: alpha, beta, gamma, phi. `state` is changed to the one at the end, its seasonal states still in the
    order of the start: the next step's is at place len(series) modulo the season. `fitted`, as long as the series,
    receives the one-step forecasts. `series` and `fitted`: (values,); `parameters`: (4,); `state`: (2 + season,).
    """
    alpha, beta, gamma, phi = parameters[0], parameters[1], parameters[2], parameters[3]
    level, trend, total, place = state[0], state[1], 0.0, 2
    for step in range(len(series)):
        value, index = series[step], state[place]
        promised = level + phi * trend
        forecast, adjusted = promised, value
        if kind == MULTIPLIED:
            forecast, adjusted = promised * index, value / index
            state[place] = gamma * value / promised + (1 - gamma) * index
        elif kind == ADDED:
            forecast, adjusted = promised + index, value - index
            state[place] = gamma * (value - promised) + (1 - gamma) * index
        before, level = level, alpha * adjusted + (1 - alpha) * promised
        trend = beta * (level - before) + (1 - beta) * phi * trend
        fitted[step] = forecast
        total += (value - forecast) * (value - forecast)
        place = place + 1 if place + 1 < len(state) else 2
    state[0], state[1] = level, trend
    return total if math.isfinite(total) else math.inf


@njit(cache=True, error_model="numpy")
def set_parameters(point: Cells, kind: int, damped: bool, parameters: Cells) -> None:
    """Alpha, beta, gamma, phi of a point of the unit cube, which is moved inside where it lies outside.

    Its axes: alpha; with a season, gamma's part of what alpha leaves it; with a trend, beta's part and the damping's.
    `point`: (axes,); `parameters`, (4,), is filled.
    """
    for axis in range(len(point)):
        point[axis] = min(max(point[axis], 0.0), 1.0)
    parameters[0], parameters[1], parameters[2], parameters[3] = point[0], 0.0, 0.0, 1.0
    if kind != NO_SEASON:
        parameters[2] = point[1] * (1 - point[0])
    if damped:
        parameters[1] = point[-2] * point[0]
        parameters[3] = LEAST_DAMPING + point[-1] * (MOST_DAMPING - LEAST_DAMPING)


@njit(cache=True, error_model="numpy")
def fit_parameters(series: Cells, kind: int, damped: bool, start: Cells) -> Cells:
    """(4,) alpha, beta, gamma, phi with the least squared one-step errors from the state `start` on.

    A compass search from the best point of a coarse grid; with a trend one for each damping of the grid, because a
    trend that fades at once and one that lasts are valleys of their own.
    """
    axes = 1 + (1 if kind != NO_SEASON else 0) + (2 if damped else 0)
    point, parameters = np.full(axes, 0.5), np.zeros(4)
    least = math.inf
    for damping in DAMPINGS[: len(DAMPINGS) if damped else 1]:
        point[axes - 1] = damping
        error = _search(series, kind, damped, start, point)
        if error < least:
            least = error
            set_parameters(point, kind, damped, parameters)
    return parameters


@njit(cache=True, error_model="numpy")
def _search(series: Cells, kind: int, damped: bool, start: Cells, best: Cells) -> float:
    """The lowest squared errors found, and `best` becomes where: a step along each axis in turn, forward or back.

    After a round that found better points, one more step the way that it went; after one that did not, half the step.
    It begins on a coarse grid, with a trend in the plane of the damping that `best` has.
    Source: Kolda, Lewis and Torczon (2003), "Optimization by direct search", SIAM Review 45(3), section 1.1; the step
    after a good round is Hooke and Jeeves' (1961), Journal of the ACM 8(2).
    """
    least: float = _from_grid(series, kind, damped, start, best)
    axes, step = len(best), FIRST_STEP
    point, before = np.empty(axes), np.empty(axes)
    for axis in range(axes):
        before[axis] = best[axis]
    for _ in range(ROUNDS):
        least_before = least
        for number in range(2 * axes + 1):
            for axis in range(axes):
                point[axis] = best[axis] if number else 2 * best[axis] - before[axis]
                before[axis] = before[axis] if number else best[axis]
            if number:
                point[(number - 1) // 2] += step if number % 2 else -step
            least = _keep_better(series, kind, damped, start, point, best, least)
        if not least < least_before * (1 - WORTHWHILE):
            step *= 0.5
        if step < LAST_STEP:
            break
    return least


@njit(cache=True, error_model="numpy")
def _from_grid(series: Cells, kind: int, damped: bool, start: Cells, best: Cells) -> float:
    """The lowest squared errors on the grid of the axes but the damping's, and `best` becomes where."""
    free = len(best) - (1 if damped else 0)
    point, least = best.copy(), math.inf
    for number in range(len(STARTS) ** free):
        rest = number
        for axis in range(free):
            point[axis] = STARTS[rest % len(STARTS)]
            rest //= len(STARTS)
        least = _keep_better(series, kind, damped, start, point, best, least)
    return least


@njit(cache=True, error_model="numpy")
def _keep_better(
    series: Cells, kind: int, damped: bool, start: Cells, point: Cells, best: Cells, least: float
) -> float:
    """The squared errors at `point` of the unit cube if below `least`, and `best` becomes it; else `least`."""
    parameters = np.empty(4)
    set_parameters(point, kind, damped, parameters)
    error: float = smooth(series, kind, parameters, start.copy(), np.empty(len(series)))
    if not error < least:
        return least
    for axis in range(len(best)):
        best[axis] = point[axis]
    return error


@njit(cache=True)
def split_costs(values: Cells) -> Cells:
    """(n,): at each place, distances of the values before it from their median plus of the others from theirs."""
    costs = np.full(len(values), np.inf)
    for place in range(1, len(values)):
        before, after = values[:place], values[place:]
        costs[place] = np.abs(before - np.median(before)).sum() + np.abs(after - np.median(after)).sum()
    return costs


@njit(cache=True, error_model="numpy")
def memory_gains(
    contacts: Cells, known: Cells, scatter: float, belief: float, decays: Cells, forgetting: float
) -> Cells:
    """(memories - 1,): log likelihood of each short memory above the long one's, which is the first.

    `contacts`, `known` (days, slots) are of the days of one weekday, `decays` what a memory keeps from week to week,
    `forgetting` what the likelihood keeps. A short memory's shape is the long one's, times
    the ratio of what came to what that promised, drawn to one as if `belief` contacts had been seen beside.
    """
    days, slots = contacts.shape
    memories = len(decays)
    came, promised = np.zeros((memories, slots)), np.zeros((memories, slots))
    score, shape = np.zeros(memories), np.zeros((memories, slots))
    for day in range(days):
        total = contacts[day].sum()
        if day:
            base = (came[0] + 0.5) / (promised[0] + 0.5)
            for memory in range(memories):
                shape[memory] = base * known[day]
                if memory:
                    shape[memory] *= (came[memory] + belief) / (promised[memory] * base + belief)
                shape[memory] *= total / shape[memory].sum()
            variance = scatter * (shape.sum(axis=0) / memories + 0.5)
            for memory in range(memories):
                squares = ((contacts[day] - shape[memory]) ** 2 / variance).sum()
                score[memory] = forgetting * score[memory] - squares / 2
        for memory in range(memories):
            came[memory] = decays[memory] * came[memory] + contacts[day]
            promised[memory] = decays[memory] * promised[memory] + known[day] * (total / slots)
    gains: Cells = score[1:] - score[0]
    return gains
