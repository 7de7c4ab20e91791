"""How errors of day totals hang together: days of a week, weeks of a forecast, queues of a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from staffplan.forecast.bands.evidence import INDEPENDENT_ERRORS
from staffplan.forecast.bands.scale import Cells
from staffplan.forecast.bands.variance import Variance
from staffplan.forecast.history.series import Flags, Floats, Whole

NEAR, FAR = 0.3, 0.1
"""Assumed correlation of two days of the same week, of different weeks, of one forecast; as good as WEEKS_ASSUMED."""
WEEKS_ASSUMED = 2.0
QUEUES_ALIKE = 0.3
"""Assumed correlation of two queues' days where no days of both are known."""
WILDEST_SCORE = 3.0
"""Standard deviations beyond which an error counts as just so large: one outage must not decide."""
FEWEST_COMMON_DAYS = 10


@dataclass(frozen=True)
class Sharing:
    """Correlations of a forecast's days, apart from the drift of the level (`Variance.per_day`).

    `near`: of two days in the same week counted from the origin; `far`: of two days in different weeks, not above
    `near`. `independent`: days that would tell as much of the scatter, were they independent.
    """

    near: float = NEAR
    far: float = FAR
    independent: float = 0.0
    weeks: float = 0.0
    """Calendar weeks of the backtest."""


@dataclass(frozen=True)
class DayScores:
    """(days of origins,): errors in standard deviations, kept within WILDEST_SCORE, by day number."""

    origin: Whole
    day: Whole
    score: Floats


def drift_share(variance: Variance, mean: Floats, days_ahead: Floats | Whole) -> Floats:
    """(days,): share of the variance that is the level's drift since the origin."""
    total = variance.of(mean, days_ahead)
    drift = variance.per_day * days_ahead * mean**2
    return np.asarray(np.divide(drift, total, out=np.zeros(len(total)), where=total > 0))


def day_scores(cells: Cells, variance: Variance) -> DayScores:
    """Of totals of days (`Cells.by_day`)."""
    mean = np.maximum(cells.predicted, cells.least_mean)
    deviation = np.sqrt(np.maximum(variance.of(mean, cells.days_ahead), 1e-12))
    score = np.clip((cells.actual - mean) / deviation, -WILDEST_SCORE, WILDEST_SCORE)
    return DayScores(cells.origin, cells.day, score)


def fit_sharing(cells: Cells, variance: Variance) -> Sharing:
    """Correlations by the products of the errors of all pairs of days of an origin, large days weighing more."""
    mean = np.maximum(cells.predicted, cells.least_mean)
    deviation = np.sqrt(variance.of(mean, cells.days_ahead))
    error = day_scores(cells, variance).score * deviation
    drift = drift_share(variance, mean, cells.days_ahead)
    sums = np.zeros((2, 4))
    for origin in np.unique(cells.origin):
        own = cells.origin == origin
        sums += _pairs(error[own], deviation[own], drift[own], cells.days_ahead[own])
    weeks = len(np.unique(cells.day // 7))
    beyond_chance = 1 - float(mean.sum()) / max(float((deviation**2).sum()), 1e-12)
    assumed = (NEAR * beyond_chance, FAR * beyond_chance)
    near, far = (_share(row[0], row[1], start, weeks) for row, start in zip(sums, assumed, strict=True))
    near_all, far_all = (_share(row[2], row[3], start, weeks) for row, start in zip(sums, assumed, strict=True))
    independent = _independent_days(len(np.unique(cells.day)), weeks, near_all, far_all)
    return Sharing(near, min(far, near), independent, float(weeks))


def _pairs(error: Floats, deviation: Floats, drift: Floats, days_ahead: Whole) -> Floats:
    """(2, 4), pairs in the same week and in different weeks: sums of the products of their errors less the drift's
    part and of the weights these are compared with, of the products as they are and of theirs."""
    root = np.sqrt(drift)
    together = np.sqrt(np.minimum.outer(days_ahead, days_ahead) / np.maximum.outer(days_ahead, days_ahead))
    weight, product = np.outer(deviation, deviation), np.outer(error, error)
    resting = np.outer(np.sqrt(1 - drift), np.sqrt(1 - drift))
    parts = np.stack([product - weight * np.outer(root, root) * together, weight * resting, product, weight])
    week = (days_ahead - 1) // 7
    same = np.equal.outer(week, week)
    near = same & ~np.eye(len(week), dtype=bool)
    return np.array([parts[:, near].sum(axis=1), parts[:, ~same].sum(axis=1)])


def _share(product: float, weight: float, assumed: float, weeks: int) -> float:
    """A correlation from 0 to 1, drawn towards what is assumed where few weeks were seen."""
    seen = product / weight if weight > 0 else assumed
    return float(np.clip((weeks * seen + WEEKS_ASSUMED * assumed) / (weeks + WEEKS_ASSUMED), 0.0, 1.0))


def _independent_days(days: int, weeks: int, near: float, far: float) -> float:
    """Days over 1 + the sum of the squared correlations of one day with the others of its forecast.

    Squares of normal errors have the square of the errors' correlation, and the variance of a mean of n equally
    scattered values is their variance x (1 + sum of correlations) / n. The same day of several origins is one day.
    """
    in_week = max(days / max(weeks, 1) - 1, 0.0)
    elsewhere = max(min(days, 28) - 1 - in_week, 0.0)
    return days / (1 + in_week * near**2 + elsewhere * far**2)


def loadings(scores: Mapping[str, DayScores], first_day: Mapping[str, int]) -> dict[str, float]:
    """How far each queue's errors follow one error common to all queues: two queues correlate by the product.

    One common factor by least squares on the correlations of the days that both queues know, drawn towards a
    common correlation where few days are known. `first_day`: the date, as a number, of each queue's day 0.

    Source of the target, the mean of all correlations: Ledoit and Wolf, "Honey, I shrunk the sample covariance
    matrix".
    """
    names = sorted(first_day)
    if len(names) < 2:
        return dict.fromkeys(names, 0.0)
    correlation, days = _correlations([_by_date(scores.get(name), first_day[name]) for name in names])
    known = (days >= FEWEST_COMMON_DAYS) & ~np.eye(len(names), dtype=bool)
    common = np.sqrt(max(float(correlation[known].mean()), 0.0)) if known.any() else np.sqrt(QUEUES_ALIKE)
    found = np.full(len(names), max(common, 1e-3))
    for _ in range(20):
        found = _step(correlation, known, found)
    seen = np.where(known, days, 0).max(axis=1)
    trust = seen / (seen + INDEPENDENT_ERRORS)
    return {name: float(value) for name, value in zip(names, trust * found + (1 - trust) * common, strict=True)}


def _step(correlation: Floats, known: Flags, found: Floats) -> Floats:
    """Each queue's loading, given the others', halfway."""
    products = np.where(known, correlation, 0.0) @ found
    squares = known @ found**2
    better = np.divide(products, squares, out=found.copy(), where=squares > 1e-12)
    return np.asarray((found + np.clip(better, 0.0, 0.95)) / 2)


def _by_date(scores: DayScores | None, first_day: int) -> dict[int, float]:
    """The mean score of each date, over the origins that forecast it."""
    if scores is None:
        return {}
    days, place = np.unique(scores.day, return_inverse=True)
    means = np.bincount(place, scores.score) / np.bincount(place)
    return dict(zip((days + first_day).tolist(), means.tolist(), strict=True))


def _correlations(by_date: list[dict[int, float]]) -> tuple[Floats, Whole]:
    """(queues, queues): correlations around zero over common days, and how many days those are."""
    dates = sorted({day for own in by_date for day in own})
    place = {day: column for column, day in enumerate(dates)}
    score, known = np.zeros((len(by_date), len(dates))), np.zeros((len(by_date), len(dates)))
    for row, own in enumerate(by_date):
        columns = [place[day] for day in own]
        score[row, columns], known[row, columns] = list(own.values()), 1.0
    squares = score**2 @ known.T
    scale = np.sqrt(squares * squares.T)
    correlation = np.divide(score @ score.T, scale, out=np.zeros(scale.shape), where=scale > 0)
    return correlation, (known @ known.T).astype(np.int64)
