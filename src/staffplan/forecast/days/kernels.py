"""Compiled Kalman filter of weekly log levels: wandering level, damped slope, passing deviation, season of the year.

The state is (level, slope, deviation, annual coefficients...). Each week the level moves by the damped slope and by
chance, slope and deviation are first-order autoregressions, the annual coefficients stay as they are; what is seen
is level + deviation + season + noise.

Source of the model and of the filter: statsmodels, tsa.statespace.structural.UnobservedComponents, which the tests
compare with.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit

Cells = NDArray[np.float64]
Whole = NDArray[np.int64]

LEVEL, SLOPE, DEVIATION, ANNUAL = range(4)
"""Places in the state; the annual coefficients begin at ANNUAL."""
FAR_OFF = 3.0
"""Standard deviations beyond which one week is believed no more than a week at this distance."""


@njit(cache=True, error_model="numpy")
def _move(mean: Cells, spread: Cells, chance: Cells, slope_memory: float, deviation_memory: float) -> None:
    """One week on: mean and covariance before the next week is seen."""
    size = len(mean)
    mean[LEVEL] += slope_memory * mean[SLOPE]
    mean[SLOPE] *= slope_memory
    mean[DEVIATION] *= deviation_memory
    for column in range(size):
        spread[LEVEL, column] += slope_memory * spread[SLOPE, column]
        spread[SLOPE, column] *= slope_memory
        spread[DEVIATION, column] *= deviation_memory
    for row in range(size):
        spread[row, LEVEL] += slope_memory * spread[row, SLOPE]
        spread[row, SLOPE] *= slope_memory
        spread[row, DEVIATION] *= deviation_memory
    spread[LEVEL, LEVEL] += chance[LEVEL]
    spread[SLOPE, SLOPE] += chance[SLOPE]
    spread[DEVIATION, DEVIATION] += chance[DEVIATION]


@njit(cache=True, error_model="numpy")
def _see(
    mean: Cells, spread: Cells, design: Cells, value: float, noise: float, side_before: int
) -> tuple[float, int]:
    """Learn from one week; gives its log likelihood (less a constant) and the side it lies far off on (0: neither).

    A week far off is doubted; the second on the same side in a row is a new level and believed.
    """
    size = len(mean)
    gain = np.zeros(size)
    promised, variance = 0.0, noise
    for row in range(size):
        for column in range(size):
            gain[row] += spread[row, column] * design[column]
        promised += mean[row] * design[row]
        variance += gain[row] * design[row]
    error = value - promised
    if error * error <= FAR_OFF**2 * variance:
        side = 0
    else:
        side = 1 if error > 0 else -1
        likelihood = -0.5 * (math.log(error * error / FAR_OFF**2) + FAR_OFF**2)
        if side == side_before:
            spread[LEVEL, LEVEL] += error * error
            gain[LEVEL] += error * error
            variance += error * error
        else:
            variance = error * error / FAR_OFF**2
    if side == 0:
        likelihood = -0.5 * (math.log(variance) + error * error / variance)
    for row in range(size):
        mean[row] += gain[row] * error / variance
    for row in range(size):
        for column in range(size):
            spread[row, column] -= gain[row] * gain[column] / variance
    return likelihood, side


@njit(cache=True, error_model="numpy")
def _look_ahead(
    mean: Cells, spread: Cells, chance: Cells, slope_memory: float, deviation_memory: float, ahead: Cells, out: Cells
) -> None:
    """Means and variances (steps, 2) of level + deviation + season, averaged over each step's weeks.

    `ahead` (steps, weeks in a step, annual terms): the annual design of the weeks to come.
    """
    steps, weeks = ahead.shape[0], ahead.shape[1]
    size = len(mean)
    design = np.zeros(size)
    slope_sum, slope_now, deviation_now = 0.0, 1.0, 1.0
    own, both, drift, passing = 0.0, 0.0, 0.0, 0.0
    for step in range(steps):
        design[:] = 0.0
        added = 0.0
        for week in range(weeks):
            slope_now *= slope_memory
            slope_sum += slope_now
            deviation_now *= deviation_memory
            own += 2 * slope_memory * both + slope_memory**2 * drift + chance[LEVEL]
            both = slope_memory * both + slope_memory**2 * drift
            drift = slope_memory**2 * drift + chance[SLOPE]
            passing = deviation_memory**2 * passing + chance[DEVIATION]
            added += (own + passing) / weeks
            design[LEVEL] += 1.0 / weeks
            design[SLOPE] += slope_sum / weeks
            design[DEVIATION] += deviation_now / weeks
            for term in range(size - ANNUAL):
                design[ANNUAL + term] += ahead[step, week, term] / weeks
        out[step, 0], out[step, 1] = 0.0, added
        for row in range(size):
            out[step, 0] += mean[row] * design[row]
            for column in range(size):
                out[step, 1] += design[row] * spread[row, column] * design[column]


@njit(cache=True, error_model="numpy")
def run_filter(
    values: Cells,
    noise: Cells,
    annual: Cells,
    prior: Cells,
    chance: Cells,
    memories: Cells,
    origins: Whole,
    steps: int,
    weeks: int,
) -> tuple[Cells, Cells, Cells]:
    """Filter one series once; what was known at each origin (a count of weeks seen) and what it foretold.

    `values` (weeks seen,), NaN unknown; `noise` their variances; `annual` (weeks seen and ahead, terms) the design;
    `prior` (size,) variances of the state before the first week, `chance` (3,) variances of its weekly moves,
    `memories` of slope and deviation. Gives log likelihoods (origins,) up to each origin, forecasts
    (origins, steps, 2) as mean and variance of the average over each step's weeks, and the last state (size,).
    """
    size = len(prior)
    mean, spread, design = np.zeros(size), np.diag(prior), np.ones(size)
    design[SLOPE] = 0.0
    likelihoods, ahead = np.zeros(len(origins)), np.zeros((len(origins), steps, 2))
    terms = size - ANNUAL
    total, side, place = 0.0, 0, 0
    for week in range(len(values) + 1):
        if place < len(origins) and origins[place] == week:
            likelihoods[place] = total
            window = annual[week : week + steps * weeks, :terms].copy().reshape(steps, weeks, terms)
            _look_ahead(mean, spread, chance, memories[0], memories[1], window, ahead[place])
            place += 1
        if week == len(values):
            break
        if week:
            _move(mean, spread, chance, memories[0], memories[1])
        if math.isnan(values[week]):
            continue
        design[ANNUAL:] = annual[week, :terms]
        found, side = _see(mean, spread, design, values[week], noise[week], side)
        total += found
    return likelihoods, ahead, mean
