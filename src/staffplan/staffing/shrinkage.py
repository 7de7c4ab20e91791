"""From people on the line to people on queue and on duty: shrinkage once, rounding once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings import Shrinkage, StaffingSettings
from staffplan.staffing.arrays import Array

SAME_HEADS = 1e-6
"""A millionth of a head is rounding: it does not call for another one."""


def shrinkage_at(starts: NDArray[np.int64], settings: StaffingSettings, timezone: str) -> Shrinkage:
    """The shares in intervals that begin at `starts` (nanoseconds UTC)."""
    return settings.shrinkage_at(pd.DatetimeIndex(starts.view("datetime64[ns]")).tz_localize("UTC"), timezone)


def grossed_up(agents: Array, shrinkage: Array) -> Array:
    """Whole heads of whom `agents`, who need not be whole, are left after shrinkage: rounded here, and only here.

    21 / (1 - 0.3) is 30, not 31.
    """
    return np.asarray(np.ceil(agents / (1.0 - shrinkage) - SAME_HEADS))
