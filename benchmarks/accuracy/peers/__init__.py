"""The peers: what a careful user would do with other tools. Each is a function of a lesson.

They get the open hours, know which days are unknown rather than zero, and (LightGBM) which days are holidays.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

from accuracy.lessons import Lesson
from accuracy.peers.answer import Answer
from accuracy.peers.averages import recent_average, seasonal_naive
from accuracy.peers.holt_winters import holt_winters
from accuracy.peers.lightgbm_direct import lightgbm_direct
from accuracy.peers.mstl import mstl
from accuracy.peers.svd import svd

__all__ = ["PEERS", "Answer", "Peer"]


@dataclass(frozen=True)
class Peer:
    """A method to compare with."""

    title: str
    forecast: Callable[[Lesson], Answer]
    needs: str | None = None
    """Package that must be installed."""

    @property
    def installed(self) -> bool:
        return self.needs is None or importlib.util.find_spec(self.needs) is not None


PEERS = {
    "naive": Peer("seasonal naive", seasonal_naive),
    "average": Peer("six-week average", recent_average),
    "holt_winters": Peer("Holt-Winters", holt_winters, "statsmodels"),
    "mstl": Peer("MSTL + AutoETS", mstl, "statsforecast"),
    "lightgbm": Peer("LightGBM direct", lightgbm_direct, "lightgbm"),
    "svd": Peer("SVD profiles", svd),
}
