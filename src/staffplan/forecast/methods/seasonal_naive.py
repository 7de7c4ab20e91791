"""The same interval of last week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.methods.learning import Ahead, Prediction, Training, by_weekday, method
from staffplan.forecast.methods.rates import mean_rates


@method
@dataclass(frozen=True)
class SeasonalNaive:
    """Each interval repeats the latest known one of its weekday and time."""

    name: str = "seasonal_naive"
    plain: bool = False

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        rates = mean_rates(training.offered, training.weekday)
        for weekday in range(7):
            weeks = training.offered[training.weekday == weekday]
            if not len(weeks):
                continue
            known = np.isfinite(weeks)
            latest = len(weeks) - 1 - known[::-1].argmax(axis=0)
            values = weeks[latest, np.arange(weeks.shape[1])]
            rates[weekday] = np.where(known.any(axis=0), values, rates[weekday])
        return by_weekday(rates, ahead)
