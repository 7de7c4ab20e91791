"""The modified offered load: contacts in hand if nobody ever waited, which trails behind the calls.

With enough agents for all (M(t)/G/infinity) the mean number in hand is m(t) = integral of rate(u) P(S > t - u) du
(S. Eick, W. Massey, W. Whitt, The physics of the Mt/G/infinity queue, Operations Research 41, 1993). Staffing for it
as if it stayed so follows O. Jennings, A. Mandelbaum, W. Massey, W. Whitt, Server staffing to meet time-varying
demand, Management Science 42, 1996.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from staffplan.settings.simulate import SimulateSettings
from staffplan.staffing.pool import Pool
from staffplan.staffing.simulated.kernels import Floats

MOMENTS = np.linspace(0.0, 1.0, 9)
"""Moments of an interval, as shares of it, of which the one with the most in hand counts."""
MEMORY = 40
"""After so many handling times a contact is forgotten."""


def modified_offered_load(pool: Pool, settings: SimulateSettings, interval_seconds: float) -> Floats:
    """(open intervals,) erlangs: the most in hand at any moment of each interval, from an empty start."""
    start = (pool.starts - pool.starts[0]) / 1e9
    rate = pool.offered / interval_seconds
    load = np.zeros((len(start), len(MOMENTS)))
    reach = MEMORY * float(pool.aht_seconds.max(initial=0.0)) + interval_seconds
    for back in range(min(len(start), int(reach / interval_seconds) + 2)):
        later = np.arange(back, len(start))
        since = (start[later] - start[later - back])[:, None] + MOMENTS * interval_seconds
        for own, aht in zip(rate[:, later - back], pool.aht_seconds[:, later - back], strict=True):
            begun, ended = np.maximum(since, 0.0), np.maximum(since - interval_seconds, 0.0)
            part = _in_hand(begun, aht[:, None], settings) - _in_hand(ended, aht[:, None], settings)
            load[later] += own[:, None] * part
    return np.asarray(load.max(axis=1))


def _in_hand(time: Floats, aht: Floats, settings: SimulateSettings) -> Floats:
    """Integral of P(S > u) from 0 to `time`: seconds of handling done by then, E[min(S, time)]."""
    some = np.where(aht > 0, aht, 1.0)
    if settings.service_time == "exponential":
        return np.asarray(np.where(aht > 0, -some * np.expm1(-time / some), 0.0))
    sigma = np.sqrt(np.log1p(settings.service_time_cv**2))
    with np.errstate(divide="ignore"):
        point = (np.log(time / some) + sigma**2 / 2) / sigma
    done = some * special.ndtr(point - sigma) + time * special.ndtr(-point)
    return np.asarray(np.where((aht > 0) & (time > 0), done, 0.0))
