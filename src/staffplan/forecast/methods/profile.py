"""The shape of the day by weekday: a slow common shape, corrected rung by rung where the contacts prove it.

Every rung compares what came with what the shape so far promised, for all weekdays together or for each alone,
over a long memory or a short one, and multiplies the shape by the ratio. A ratio is drawn towards one by what chance
would do: contacts of a cell are gamma-Poisson around the promise, and the variance of the true ratios is found by
moments from all cells of the rung. Where nothing but chance is seen, the rung changes nothing.

Source of the shrinkage: the gamma-Poisson empirical Bayes estimate (C + k) / (E + k) with its prior's variance by
moments: Marshall, "Mapping disease and mortality rates using empirical Bayes estimators", Applied Statistics 40
(1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.methods.rates import by_weekday_sums, chance, common_shape

KERNEL_MINUTES = 21.0
"""Neighbouring intervals drift together: standard deviation of the kernel that smooths recent ratios."""


@dataclass(frozen=True)
class Rung:
    """One comparison: memory (a day counts half after so many weeks), by weekday or common, smoothed over slots."""

    half_life_weeks: float
    by_weekday: bool
    smooth: bool = True


SLOW = (Rung(26, by_weekday=True),)
"""For queues whose days keep their shape."""
FAST = (
    Rung(26, by_weekday=True),
    Rung(8, by_weekday=True),
    Rung(2, by_weekday=False, smooth=False),
)
"""For queues whose hours and habits drift."""


NO_MEMORIES = np.full(7, np.nan)


def profile(offered: Floats, weekday: Whole, rungs: tuple[Rung, ...], memories: Floats = NO_MEMORIES) -> Floats:
    """(7, slots) shape from ordinary days (days, slots), NaN unknown; each weekday adds up to one (zero if empty).

    A weekday that was never known has the common shape; a slot never known the rate of its nearest neighbour.
    `memories` (7,): weekdays that have a short memory of their own climb one rung more (memory.py).
    """
    known = np.isfinite(offered)
    contacts = np.where(known, offered, 0.0)
    shape = np.ones((7, offered.shape[1]))
    scatter = chance(offered, weekday)
    for place, rung in enumerate(rungs):
        weight = _weight(known, rung)
        if place == 0:
            shape = common_shape(*_sums(contacts, known * weight[:, None], weight, weekday))
        shape = _climb(shape, contacts, known, weight, weekday, rung, scatter)
    for number in np.flatnonzero(np.isfinite(memories)).tolist():
        own = Rung(float(memories[number]), by_weekday=True)
        weight = np.where(weekday == number, _weight(known, own), 0.0)
        shape = _climb(shape, contacts, known, weight, weekday, own, scatter)
    total = shape.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(shape, total, out=np.zeros(shape.shape), where=total > 0)
    return shares


def _weight(known: Flags, rung: Rung) -> Floats:
    age_weeks = np.arange(len(known))[::-1] / 7
    return np.where(known.any(axis=1), 0.5 ** (age_weeks / rung.half_life_weeks), 0.0)


def _climb(
    shape: Floats, contacts: Floats, known: Flags, weight: Floats, weekday: Whole, rung: Rung, chance_ratio: float
) -> Floats:
    promised = np.where(known, shape[weekday], 0.0)
    total = promised.sum(axis=1)
    level = np.divide(contacts.sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    came, expected = _sums(contacts, promised * (weight * level)[:, None], weight, weekday)
    if not weight.any():
        return shape
    scatter = chance_ratio * float((weight**2).sum() / weight.sum())
    if not rung.by_weekday:
        came, expected = came.sum(axis=0, keepdims=True), expected.sum(axis=0, keepdims=True)
    width = KERNEL_MINUTES / (1440 / shape.shape[1]) if rung.smooth else 0.0
    ratios = np.array([_ratio(*pair, scatter, width) for pair in zip(came, expected, strict=True)])
    return np.asarray(shape * ratios)


def _sums(contacts: Floats, second: Floats, weight: Floats, weekday: Whole) -> tuple[Floats, Floats]:
    """(7, slots) weighted contacts, and the sums of `second` (already weighted)."""
    return by_weekday_sums(contacts * weight[:, None], weekday), by_weekday_sums(second, weekday)


def _ratio(came: Floats, expected: Floats, scatter: float, width: float) -> Floats:
    """(slots,): came over expected, drawn to one. `scatter` is variance over mean of what came."""
    if width > 0:
        kernel = _kernel(width)
        came, expected = _smoothed(came, kernel), _smoothed(expected, kernel)
        scatter *= float((kernel**2).sum())
    squares = float((expected**2).sum())
    true_variance = float(((came - expected) ** 2 - scatter * expected).sum()) / squares if squares > 0 else 0.0
    if true_variance <= 1e-6:
        return np.ones(len(came))
    belief = scatter / true_variance
    ratio: Floats = (came + belief) / (expected + belief)
    return ratio


def _kernel(width: float) -> Floats:
    reach = max(1, int(np.ceil(3 * width)))
    kernel: Floats = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.asarray(kernel / kernel.sum())


def _smoothed(values: Floats, kernel: Floats) -> Floats:
    padded = np.pad(values, len(kernel) // 2)
    return np.convolve(padded, kernel, mode="valid")
