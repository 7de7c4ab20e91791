"""From a queue's history to what the methods learn from, and from their answers to the days ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.forecast.cleaning import Finding, clean
from staffplan.forecast.methods import Ahead, Method, Prediction, Training
from staffplan.forecast.series import QueueSeries
from staffplan.forecast.special import Effects, Shift, find_shift, learn_effects
from staffplan.settings import ForecastSettings


@dataclass(frozen=True)
class Learned:
    """All that one history has taught; nothing in it comes from later days."""

    training: Training
    effects: Effects
    findings: tuple[Finding, ...]
    shift: Shift | None


def learn(series: QueueSeries, settings: ForecastSettings) -> Learned:
    """Clean the history, learn the special days, and bring days before a level shift to today's level."""
    cleaned = clean(series, remove=settings.clean)
    weekday = series.grid.weekday
    shift = find_shift(cleaned.offered, weekday, settings.recent_weeks * 7)
    offered = cleaned.offered
    if shift is not None:
        before = np.arange(series.days) < shift.day
        offered = np.where(before[:, None], offered * shift.factor, offered)
    if not np.isfinite(offered).any():
        offered = series.offered
    training = Training(offered, series.offered, weekday, settings.recent_weeks)
    return Learned(training, learn_effects(series, cleaned.expected), cleaned.findings, shift)


def predict(method: Method, learned: Learned, ahead: Ahead, labels: NDArray[np.object_]) -> Prediction:
    """The days ahead by one method, special days by their effects; closed cells are NaN."""
    answer = method.predict(learned.training, ahead)
    factors = np.ones(len(labels)) if method.plain else learned.effects.factors(labels)
    return Prediction(np.where(ahead.open, answer.offered * factors[:, None], np.nan), answer.remark)
