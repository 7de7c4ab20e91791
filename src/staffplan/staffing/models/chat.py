"""Chat: one agent serves several customers at once, and each of them takes longer for it.

An agent with k chats completes k / (AHT x pace[k]) per second. Customers wait only when every agent has all the chats
he may have. Chats are taken as spread evenly over the agents, which makes the number of chats a birth-death process:
exact for that rule, and slightly kinder than reality, where a chat stays with its agent (within .003 of the service
level in the four exact cases without rebalancing that tests/reference holds).

Why not "voice with AHT / concurrency": with two chats an agent who has one is only half busy but not twice as fast.
"""

from __future__ import annotations

import numpy as np

from staffplan.staffing.models.arrays import Array


def chat_pace(concurrency: int, slowdown: float) -> Array:
    """(concurrency,): how much longer one chat takes while its agent has 1, 2, ... of them."""
    if concurrency < 1 or slowdown < 0:
        raise ValueError(f"concurrency {concurrency} must be 1 or more and slowdown {slowdown:g} 0 or more")
    return 1.0 + slowdown * np.arange(concurrency, dtype=np.float64)
