"""What every method is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from staffplan.forecast.series import Flags, Floats, Whole


@dataclass(frozen=True)
class Training:
    """The past of one queue. Matrices are (days, slots), NaN where closed or not known."""

    offered: Floats
    """Ordinary days, cleaned; days before a level shift are raised or lowered to the level after it."""
    raw: Floats
    """Everything as it came."""
    weekday: Whole
    recent_weeks: int


@dataclass(frozen=True)
class Ahead:
    """The days right after the past: (days,) weekday and (days, slots) open."""

    weekday: Whole
    open: Flags


@dataclass(frozen=True)
class Prediction:
    """(days, slots) contacts expected, finite and not negative; `remark` says what a method could not do."""

    offered: Floats
    remark: str = ""


class Method(Protocol):
    """A way to predict ordinary days. `plain` methods are left as they are: special days do not change them."""

    @property
    def name(self) -> str: ...
    @property
    def plain(self) -> bool: ...

    def predict(self, training: Training, ahead: Ahead) -> Prediction: ...


def by_weekday(rates: Floats, ahead: Ahead) -> Prediction:
    """The same week over and over: (7, slots) rates laid out on the days ahead."""
    return Prediction(np.maximum(rates[ahead.weekday], 0.0))
