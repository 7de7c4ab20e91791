"""Averages of recent weeks: the robust one that competes, and the plain one that everything is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.methods.learning import Ahead, Prediction, Training, by_weekday, method
from staffplan.forecast.methods.rates import last_known_weeks, mean_rates

PLAIN_WEEKS = 6
"""What most planners average; fixed, so that forecasts can be compared between sites."""


@method
@dataclass(frozen=True)
class RecentAverage:
    """Mean level and mean intervals of recent ordinary weeks, the shape of quiet weekdays drawn to the common one.

    How weekdays differ is taken from the regression, which has seen more of them than a handful.
    """

    name: str = "recent_average"
    plain: bool = False

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        level = training.recent_level + training.model.log_weekday(ahead.features)
        return Prediction(np.exp(level)[:, None] * training.fast_profile[ahead.weekday])


@method
@dataclass(frozen=True)
class PlainAverage:
    """Mean of the last six weeks exactly as they came: nothing cleaned, nothing adjusted."""

    name: str = "plain_average"
    plain: bool = True

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        recent = last_known_weeks(training.raw, training.weekday, PLAIN_WEEKS)
        return by_weekday(mean_rates(training.raw[recent], training.weekday[recent]), ahead)
