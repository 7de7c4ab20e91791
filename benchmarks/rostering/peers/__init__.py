"""The peers: what a careful user would do with other tools, on the same center.

Each gives a roster, or says what it gives instead; rosters are scored and checked as staffplan's own.
"""

from __future__ import annotations

from collections.abc import Callable

from rostering.centers import Center
from rostering.peers.answer import PeerAnswer
from rostering.peers.plain_cpsat import plain_cpsat
from rostering.peers.pyworkforce_heads import pyworkforce_heads

__all__ = ["PEERS", "PeerAnswer"]

PEERS: dict[str, Callable[[Center, float, int], PeerAnswer]] = {
    "CP-SAT, plain": plain_cpsat,
    "pyworkforce": pyworkforce_heads,
}
"""By name: a function of the center, the seconds it may search, and the seed."""
