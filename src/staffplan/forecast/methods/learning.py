"""What every method is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np

from staffplan.forecast.days.features import DayFeatures
from staffplan.forecast.days.regression import DayModel
from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.methods.profile import FAST, profile


@dataclass(frozen=True)
class Training:
    """The past of one queue. Matrices are (days, slots), NaN where closed or not known."""

    offered: Floats
    """Ordinary days, cleaned, calendar effects divided out; days before a level shift brought to the level after."""
    raw: Floats
    """Everything as it came."""
    weekday: Whole
    recent_weeks: int
    model: DayModel
    """Slow level and effects of the days."""
    slow_profile: Floats
    """(7, slots): the shape of each weekday that the model's levels refer to."""
    memories: Floats
    """(7,): half-life in weeks of weekdays whose shape is remembered for a short time only; NaN for the others."""
    recent_level: float
    """Log of the mean level of the recent weeks."""

    @cached_property
    def fast_profile(self) -> Floats:
        """(7, slots): the shape of each weekday as it is lately."""
        return profile(self.offered, self.weekday, FAST, self.memories)


@dataclass(frozen=True)
class Ahead:
    """The days right after the past: (days,) weekday, (days, slots) open, and what is known of each day."""

    weekday: Whole
    open: Flags
    features: DayFeatures


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


_REGISTERED: dict[str, Method] = {}
MethodT = TypeVar("MethodT", bound=Method)


def method(kind: Callable[[], MethodT]) -> Callable[[], MethodT]:
    """Register a class of methods by the name of its instance."""
    made = kind()
    _REGISTERED[made.name] = made
    return kind


def registered() -> Mapping[str, Method]:
    """Methods of the files imported so far, by name."""
    return _REGISTERED


def by_weekday(rates: Floats, ahead: Ahead) -> Prediction:
    """The same week over and over: (7, slots) rates laid out on the days ahead."""
    return Prediction(np.maximum(rates[ahead.weekday], 0.0))
