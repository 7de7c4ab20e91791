"""Chat: one agent serves several customers at once, and each of them takes longer for it.

An agent with k chats completes k / (AHT x pace[k]) per second. Customers wait only when every agent has all the chats
he may have. Chats are taken as spread evenly over the agents, which makes the number of chats a birth-death process:
exact for that rule, and slightly kinder than reality, where a chat stays with its agent (within .003 of the service
level in the four exact cases without rebalancing that tests/reference holds).

Why not "voice with AHT / concurrency": with two chats an agent who has one is only half busy but not twice as fast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffplan.staffing.arrays import Array
from staffplan.staffing.erlang import WaitingLine, waiting_line


def chat_pace(concurrency: int, slowdown: float) -> Array:
    """(concurrency,): how much longer one chat takes while its agent has 1, 2, ... of them."""
    if concurrency < 1 or slowdown < 0:
        raise ValueError(f"concurrency {concurrency} must be 1 or more and slowdown {slowdown:g} 0 or more")
    return 1.0 + slowdown * np.arange(concurrency, dtype=np.float64)


def chat_line(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    *,
    pace: Array,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
) -> WaitingLine:
    """Waits of chats; load and AHT are those of a chat whose agent has no other."""
    return waiting_line(
        load_erlangs,
        agents,
        pace=np.ascontiguousarray(pace, dtype=np.float64),
        aht_seconds=aht_seconds,
        answer_within_seconds=answer_within_seconds,
        patience_seconds=patience_seconds,
    )
