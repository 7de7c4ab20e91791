"""Agents for a service level by the square-root rule: a curve in no time, beside numbers that were searched for."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from staffplan.staffing.models.arrays import Array

STEPS = 60
"""Halvings of the interval in which the safety factor lies."""
LARGEST_FACTOR = 30.0


def square_root_agents(load: Array, aht_seconds: Array, within_seconds: float, level: float) -> Array:
    """Agents, not rounded, so that a share `level` of contacts waits at most `within_seconds`: (intervals,) each.

    N = R + y sqrt(R), where P(y) exp(-y sqrt(R) T / AHT) = 1 - level and P(y) = 1 / (1 + y Phi(y) / phi(y)) is the
    chance of a wait. Source: S. Borst, A. Mandelbaum, M. Reiman, Dimensioning Large Call Centers, Operations Research
    52, 2004, as `cheapest`; the wait of those who wait is exponential with the rate (N - R) / AHT.
    """
    load, aht = np.asarray(load, dtype=float), np.asarray(aht_seconds, dtype=float)
    scale = np.sqrt(load) * within_seconds / np.maximum(aht, 1e-9)
    low, high = np.zeros(len(load)), np.full(len(load), LARGEST_FACTOR)
    for _ in range(STEPS):
        middle = (low + high) / 2
        odds = middle * ndtr(middle) * np.sqrt(2 * np.pi) * np.exp(middle**2 / 2)
        late = np.exp(-middle * scale) / (1 + odds)
        low, high = np.where(late > 1 - level, middle, low), np.where(late > 1 - level, high, middle)
    return np.where(load > 0, load + (low + high) / 2 * np.sqrt(load), 0.0)
