"""The regression's level of the day, laid out by the slow shape of its weekday."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.methods.learning import Ahead, Prediction, Training, method


@method
@dataclass(frozen=True)
class DayLevelModel:
    """Today's level and weekday effects of the day regression x the slow profile."""

    name: str = "day_model"
    plain: bool = False

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        level = np.exp(training.model.log_ordinary(ahead.features))
        return Prediction(level[:, None] * training.slow_profile[ahead.weekday])
