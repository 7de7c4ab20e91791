"""Few shapes that days are made of: singular vectors of square-rooted day profiles, each with a recent weight.

Source of the idea: Shen and Huang, "Interday forecasting and intraday updating of call center arrivals",
Manufacturing & Service Operations Management 10 (2008): dimension reduction by singular value decomposition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Floats, Whole
from staffplan.forecast.methods.learning import Ahead, Prediction, Training, method
from staffplan.forecast.methods.rates import last_known_weeks, shrunk_rates

WEEKS = 20
"""Days of these many weeks give the shapes."""
SHAPES = 4
HALF_LIFE_WEEKS = 6.0
"""Of a day's weight in the mean of each weekday's scores, where the weekday has no shorter memory."""
FEWEST_DAYS = 14
VARIANCE_STABILISER = 0.25
"""Roots of counts whose variance is their mean all have a variance near a quarter; a little more under the root tames
the smallest counts."""


@method
@dataclass(frozen=True)
class DayShapes:
    """Mean day and the main directions in which days differ; each weekday is where its recent days were."""

    name: str = "day_shapes"
    plain: bool = False

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        recent = np.flatnonzero(last_known_weeks(training.offered, training.weekday, WEEKS))
        weekday = training.weekday[recent]
        cells = training.offered[recent]
        fallback = np.maximum(shrunk_rates(cells, weekday), 0.0)
        if len(recent) < FEWEST_DAYS:
            return Prediction(fallback[ahead.weekday])
        roots = np.sqrt(np.where(np.isfinite(cells), np.maximum(cells, 0.0), fallback[weekday]) + VARIANCE_STABILISER)
        usual = roots.mean(axis=0)
        directions = np.linalg.svd(roots - usual, full_matrices=False)[2][:SHAPES]
        half_life = np.fmin(training.memories, HALF_LIFE_WEEKS)[weekday]
        weight = 0.5 ** ((len(training.offered) - recent) / 7 / half_life)
        scores = _recent_means((roots - usual) @ directions.T, weekday, weight)
        rates = np.maximum(usual + scores @ directions, 0.0) ** 2
        rates *= _to_the_mean(rates, cells, weekday, weight)[:, None]
        never = np.bincount(weekday, minlength=7) == 0
        rates[never] = fallback[never]
        return Prediction(np.maximum(rates[ahead.weekday], 0.0))


def _to_the_mean(rates: Floats, cells: Floats, weekday: Whole, weight: Floats) -> Floats:
    """(7,): what came on each weekday over what the rates say: the square of a mean root is not the mean."""
    known = np.isfinite(cells)
    came = np.bincount(weekday, weight * np.where(known, cells, 0.0).sum(axis=1), minlength=7)
    said = np.bincount(weekday, weight * np.where(known, rates[weekday], 0.0).sum(axis=1), minlength=7)
    return np.divide(came, said, out=np.ones(7), where=said > 0)


def _recent_means(scores: Floats, weekday: Whole, weight: Floats) -> Floats:
    """(7, shapes): weighted means by weekday; zero for a weekday without days."""
    total, sums = np.zeros(7), np.zeros((7, scores.shape[1]))
    np.add.at(total, weekday, weight)
    np.add.at(sums, weekday, scores * weight[:, None])
    return np.divide(sums, total[:, None], out=np.zeros(sums.shape), where=total[:, None] > 0)
