"""What callers of the past met: waits and hang-ups from the M/M/c+M queue ("Erlang A"), interval by interval.

A birth-death chain: one more contact at rate lambda, one fewer at rate min(n, c) mu + max(n - c, 0) theta, in state n
(the same chain as in the guide of pyworkforce, pyworkforce.rodrigo-arenas.com/stable/guide/erlanga). Two steps are
approximations, good enough for made-up data: each interval is taken as if it lasted for ever, and waits above zero as
exponential.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
QUEUE_PLACES = 120
"""Waiting places counted; with patience of minutes the queue never comes near."""


class Outcome(NamedTuple):
    """Shares of the offered contacts, one for each interval."""

    abandoned: Numbers
    answered_in_time: Numbers


def outcome(load: Numbers, servers: NDArray[np.int64], *, aht: float, patience: float, threshold: float) -> Outcome:
    """Shares that hang up, and that are answered within the threshold, for each (load in erlangs, servers).

    People hang up at the rate (mean number waiting) / patience, and by Little's law the mean number waiting is
    the arrival rate times the mean wait: so the share that hangs up is (mean wait of all) / patience. That gives the
    mean wait of those who wait, and with it the share that still waits after the threshold.
    """
    pairs, back = np.unique(np.column_stack([np.round(load, 2), servers]), axis=0, return_inverse=True)
    shares = np.array([_one(pair_load, int(count), aht, patience, threshold) for pair_load, count in pairs])
    result = np.round(shares[back.ravel()], 6)
    return Outcome(result[:, 0], result[:, 1])


def _one(load: float, servers: int, aht: float, patience: float, threshold: float) -> tuple[float, float]:
    if load <= 0:
        return 0.0, 1.0
    busy = np.arange(1, servers + 1)
    queued = np.arange(1, QUEUE_PLACES + 1)
    steps = np.concatenate([load / busy, load / (servers + queued * aht / patience)])
    logs = np.concatenate([[0.0], np.cumsum(np.log(steps))])
    weights = np.exp(logs - logs.max())
    chance = weights / weights.sum()
    waits = float(chance[servers:].sum())
    in_queue = float((chance[servers + 1 :] * queued).sum())
    hang_up = in_queue * aht / (load * patience)
    mean_wait = hang_up * patience / waits
    gone_by_threshold = waits * (1 - np.exp(-threshold / mean_wait))
    return hang_up, 1 - waits + gone_by_threshold * (1 - hang_up / waits)
