"""Exponential smoothing of one series: which model fits it best, and what it says about the steps ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Floats
from staffplan.forecast.kernels import ADDED, MULTIPLIED, NO_SEASON, fit_parameters, smooth

LEVEL_VALUES = 10
"""Values of the moving average that the first level and trend are drawn through."""
MOST_CYCLES = 5
"""Seasons that the first seasonal states are averaged over."""


@dataclass(frozen=True)
class Fit:
    """A fitted model. `parameters`: alpha, beta, gamma, phi. `state`, after the last value: level, trend, season.

    The season's states begin with that of the next step.
    """

    parameters: Floats
    state: Floats
    kind: int
    fitted: Floats
    squared_errors: float
    aicc: float

    def ahead(self, steps: int) -> Floats:
        """(steps,): the forecasts of the steps after the series."""
        damping = np.cumsum(self.parameters[3] ** np.arange(1, steps + 1))
        level = self.state[0] + damping * self.state[1]
        season = np.resize(self.state[2:], steps)
        if self.kind == MULTIPLIED:
            return np.asarray(level * season)
        return np.asarray(level + season)


def shortest(season: int) -> int:
    """Values that a series needs for its first states."""
    return max(2 * season, LEVEL_VALUES + 2 * (season // 2))


def fit(series: Floats, season: int, *, multiplied: bool, damped_trend: bool) -> Fit:
    """Least squares of the one-step errors. `season` below 2 means none; the series has `shortest` values or more.

    `series`: (values,). The first states are estimates, not fitted with the rest. Source of the criterion:
    statsmodels, tsa.holtwinters.HoltWintersResults.aicc.
    """
    kind = NO_SEASON if season < 2 else MULTIPLIED if multiplied else ADDED
    series = np.ascontiguousarray(series, dtype=float)
    start = first_state(series, season, kind, trend=damped_trend)
    return run(series, kind, fit_parameters(series, kind, damped_trend, start), start, damped_trend=damped_trend)


def run(series: Floats, kind: int, parameters: Floats, start: Floats, *, damped_trend: bool) -> Fit:
    """The model with given parameters, (4,), run over the series, (values,).

    `start`, (2 + season,), is the state it begins from.
    """
    state, fitted = start.copy(), np.empty(len(series))
    squared_errors = smooth(series, kind, parameters, state, fitted)
    state[2:] = np.roll(state[2:], -(len(series) % len(state[2:])))
    states = 2 + (len(start) - 2 if kind != NO_SEASON else 0) + (3 if damped_trend else 0)
    return Fit(parameters, state, kind, fitted, squared_errors, _aicc(squared_errors, len(series), states))


def _aicc(squared_errors: float, values: int, states: int) -> float:
    left = values - states - 3
    penalty = 2 * (states + 2) * (states + 3) / left if left > 0 else np.inf
    least = np.finfo(float).tiny
    return float(values * np.log(max(squared_errors, least) / values) + 2 * states + penalty)


def first_state(series: Floats, season: int, kind: int, *, trend: bool) -> Floats:
    """(2 + season,): level, trend (0 without one) and seasonal states (one that changes nothing without a season).

    A line through the first values of a centered moving average gives level and trend, the mean distance from that
    average the season. Source: Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with exponential smoothing",
    section 2.6.1, as in statsmodels' initialization_method="heuristic".
    """
    average, seasonal = series, np.zeros(1)
    if kind != NO_SEASON:
        cycles = max(min(MOST_CYCLES, len(series) // season), -(-shortest(season) // season))
        average, seasonal = _moving_average(series[: season * cycles], season, kind)
    slope, level = np.polyfit(np.arange(1, LEVEL_VALUES + 1), average[:LEVEL_VALUES], 1)
    return np.array([level, slope if trend else 0.0, *seasonal])


def _moving_average(series: Floats, season: int, kind: int) -> tuple[Floats, Floats]:
    """The average over whole seasons, and the (season,) mean difference from it (ratio to it), centered."""
    weights = np.ones(season) / season
    if season % 2 == 0:
        weights = np.convolve(weights, [0.5, 0.5])
    average = np.convolve(series, weights, mode="valid")
    apart = np.full(-(-len(series) // season) * season, np.nan)
    middle = slice(season // 2, season // 2 + len(average))
    apart[middle] = series[middle] / average if kind == MULTIPLIED else series[middle] - average
    seasonal = np.nanmean(apart.reshape(-1, season), axis=0)
    return average, seasonal / seasonal.mean() if kind == MULTIPLIED else seasonal - seasonal.mean()
