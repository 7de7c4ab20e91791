"""From people on the line to people on queue and on duty: shrinkage once, rounding once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings.staffing import Shrinkage, StaffingSettings
from staffplan.staffing.models.arrays import Array

SAME_HEADS = 1e-6
"""A millionth of a head is rounding: it does not call for another one."""


def shrinkage_at(starts: NDArray[np.int64], settings: StaffingSettings, timezone: str) -> Shrinkage:
    """Shrinkage shares in intervals that begin at `starts`, (intervals,), in nanoseconds UTC."""
    return settings.shrinkage_at(pd.DatetimeIndex(starts.view("datetime64[ns]")).tz_localize("UTC"), timezone)


def grossed_up(agents: Array, shrinkage: Array) -> Array:
    """Whole heads of whom `agents`, who need not be whole, are left after shrinkage: rounded here, and only here.

    21 / (1 - 0.3) is 30, not 31. Arrays of one shape.
    """
    return np.asarray(np.ceil(agents / (1.0 - shrinkage) - SAME_HEADS))


def carried_up(agents: Array, shrinkage: Array, stretch: NDArray[np.int64]) -> Array:
    """Whole heads of whom `agents` are left, for work that may wait: what rounding gives too much is taken off later.

    `stretch` numbers the stretch of each interval, rising; up to any moment of one no less is done than `agents` do.
    All arrays: (intervals,).
    """
    heads, ahead = np.zeros(len(agents)), 0.0
    for place, (wanted, lost) in enumerate(zip(agents.tolist(), shrinkage.tolist(), strict=True)):
        if place and stretch[place] != stretch[place - 1]:
            ahead = 0.0
        heads[place] = np.ceil(max(0.0, wanted - ahead) / (1.0 - lost) - SAME_HEADS)
        ahead += heads[place] * (1.0 - lost) - wanted
    return heads
