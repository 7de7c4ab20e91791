"""How errors of a forecast hang together, within a day and from day to day, and what a day so far tells of the rest.

A deviation is came / expected - 1. Its variance is taken apart into a part that the whole day shares (some of it
handed on to the days after, fading), a part that drifts within the day, scatter of single intervals, and chance.
The day so far then moves the rest by the best linear prediction. For the shared part alone that is the Gamma-Poisson
posterior mean, (1 / variance + came) / (1 / variance + expected).

Source of the structure (day effects and errors within the day, both autoregressive): Ibrahim and L'Ecuyer,
"Forecasting call center arrivals: fixed-effects, mixed-effects, and bivariate models", its mixed-effects model.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import nnls

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.intraday.other_days import OtherDay, other_day

PRIOR_DAYS = 7.0
"""The belief that errors of different intervals and days have nothing in common weighs as much as this many days."""
OUTLYING = 5.0
"""Standard deviations beyond which an interval or a day teaches nothing about ordinary ones."""
MEDIAN_OF_SQUARED_NORMAL = 0.4549364
"""Median of the chi-square distribution with one degree of freedom."""
HALF_LIVES_HOURS = (0.5, 1.0, 2.0, 4.0)
"""How long a drift within the day may last (a longer one cannot be told from a shift of the whole day)..."""
DECAYS = (0.5, 0.7, 0.8, 0.9, 0.95)
"""...and what share of a carried error may be left a day later; the best fitting one is taken."""
NOTHING_KNOWN = 1e12
"""Noise of an interval that tells nothing."""


@dataclass(frozen=True)
class Days:
    """Days that were forecast and came. Matrices are (days, slots), zero where closed or not known."""

    expected: Floats
    came: Floats
    noise: Floats
    """Variance of came / expected by chance alone, up to a factor: for counts 1 / expected, for handling times one
    over the contacts; infinite where there is nothing to learn from."""
    block: Whole
    """(days,): days of one number were forecast at the same time."""
    day: Whole
    """(days,): number of the day."""
    weekday: Whole
    """(days,): 0 is Monday."""

    def of(self, chosen: Flags | Whole) -> Days:
        """The chosen days only; `chosen` holds flags (days,) or numbers of days."""
        return Days(*(getattr(self, each.name)[chosen] for each in fields(self)))

    @property
    def deviation(self) -> Floats:
        """(days, slots): came / expected - 1, zero where there is nothing to learn from."""
        known = np.isfinite(self.noise)
        return np.divide(self.came, self.expected, out=np.ones(known.shape), where=known) - 1


@dataclass(frozen=True)
class Memory:
    """Variances of the deviation. `carried` is the part of `day` that days k apart share, times decay ** k."""

    day: float
    carried: float
    decay: float
    drift: float
    hold: float
    """Correlation of the drift from one interval to the next."""
    cell: float
    chance: float
    """Factor on the noise by chance: 1 for counts."""

    @property
    def of_interval(self) -> float:
        """Variance of one interval's deviation beside chance."""
        return self.day + self.drift + self.cell


def learn_memory(days: Days, interval_hours: float, *, counts: bool) -> Memory:
    """The variances by the method of moments: products of errors at each distance over products of what was expected.

    For counts the noise is Poisson's and what is left over is scatter of intervals; otherwise the size of the noise
    itself is what is left over.
    """
    days = _ordinary(days)
    error = np.where(np.isfinite(days.noise), days.came - days.expected, 0.0)
    weight = np.where(np.isfinite(days.noise), days.expected, 0.0)
    trust = len(error) / (len(error) + PRIOR_DAYS)
    shared, drift, hold = _within(error, weight, trust, interval_hours)
    carried, decay = _between(error.sum(axis=1), weight.sum(axis=1), days, trust)
    shared = max(shared, carried)
    squares, scale = float((error**2).sum()), float((weight**2).sum())
    noise = float((weight**2 * np.where(weight > 0, days.noise, 0.0)).sum())
    if counts:
        cell = max(0.0, (squares - noise) / scale - shared - drift) if scale > 0 else 0.0
        return Memory(shared, carried, decay, drift, hold, cell, 1.0)
    chance = max(1e-6, (squares - (shared + drift) * scale) / noise) if noise > 0 else 1.0
    return Memory(shared, carried, decay, drift, hold, 0.0, chance)


def _ordinary(days: Days) -> Days:
    """Intervals and days far off the others count for nothing: an outage must not make every surprise look usual."""
    known = np.isfinite(days.noise)
    kept = known & ~_outlying(
        np.where(known, days.came - days.expected, 0.0), np.where(known, days.expected, 0.0), days.noise, known
    )
    total = np.where(kept, days.expected, 0.0).sum(axis=1)
    error = np.where(kept, days.came - days.expected, 0.0).sum(axis=1)
    level = np.abs(np.divide(error, total, out=np.zeros(len(total)), where=total > 0))
    usual = 1.4826 * float(np.median(level[total > 0])) if (total > 0).any() else 0.0
    ordinary = replace(days, noise=np.where(kept, days.noise, np.inf))
    return ordinary.of((total > 0) & (level <= OUTLYING * usual))


def _outlying(error: Floats, weight: Floats, noise: Floats, known: Flags) -> Flags:
    """Intervals beyond OUTLYING standard deviations, whose size is first taken from the median, then from the rest.

    One contact is added to the variance, as counts of nearly nothing have long tails.
    """
    chance = weight**2 * np.where(known, noise, 0.0)
    typical = float(np.median(error[known] ** 2 / chance[known])) / MEDIAN_OF_SQUARED_NORMAL if known.any() else 1.0
    spread = max(1.0, typical) * chance
    for _ in range(3):
        kept = known & (error**2 <= OUTLYING**2 * (spread + 1))
        scale = float((weight[kept] ** 2).sum())
        excess = max(0.0, float((error[kept] ** 2 - chance[kept]).sum()) / scale) if scale > 0 else 0.0
        spread = chance + excess * weight**2
    return known & ~kept


def _within(error: Floats, weight: Floats, trust: float, interval_hours: float) -> tuple[float, float, float]:
    """Variance shared by the day, variance of the drift, and the drift's hold from interval to interval."""
    lags = np.arange(1, error.shape[1])
    product = np.array([(error[:, lag:] * error[:, :-lag]).sum() for lag in lags])
    scale = np.array([(weight[:, lag:] * weight[:, :-lag]).sum() for lag in lags])
    seen = scale > 0
    if not seen.any():
        return 0.0, 0.0, 0.0
    covariance = trust * product[seen] / scale[seen]
    root = np.sqrt(scale[seen])
    fits: list[tuple[float, float, float, float]] = []
    for half_life in HALF_LIVES_HOURS:
        hold = 0.5 ** (interval_hours / half_life)
        terms = np.column_stack([np.ones(seen.sum()), hold ** lags[seen]])
        (shared, drift), misfit = nnls(terms * root[:, None], covariance * root)
        fits.append((float(misfit), float(shared), float(drift), hold))
    _, shared, drift, hold = min(fits)
    return shared, drift, hold


def _between(error: Floats, weight: Floats, days: Days, trust: float) -> tuple[float, float]:
    """Variance that days of one forecast share, and what is left of it a day later."""
    apart = days.day[:, None] - days.day[None, :]
    pairs = (days.block[:, None] == days.block[None, :]) & (apart > 0)
    if not pairs.any():
        return 0.0, DECAYS[0]
    lag = apart[pairs]
    product = np.bincount(lag, np.outer(error, error)[pairs])[1:]
    scale = np.bincount(lag, np.outer(weight, weight)[pairs])[1:]
    lags = np.arange(1, len(scale) + 1)[scale > 0]
    covariance, root = trust * product[scale > 0] / scale[scale > 0], np.sqrt(scale[scale > 0])
    fits: list[tuple[float, float, float]] = []
    for decay in DECAYS:
        (carried,), misfit = nnls((decay**lags * root)[:, None], covariance * root)
        fits.append((float(misfit), float(carried), decay))
    _, carried, decay = min(fits)
    return carried, decay


@dataclass(frozen=True)
class Before:
    """Earlier days of the same forecast, each as one deviation: (days,) days back, deviation, noise."""

    back: Whole
    deviation: Floats
    noise: Floats


def days_before(days: Days, today: int, memory: Memory) -> Before:
    """The given days, all before `today`, as one deviation each; days without anything known are left out."""
    known = np.isfinite(days.noise)
    weight = np.where(known, days.expected, 0.0)
    total = weight.sum(axis=1)
    usable = total > 0
    share = weight[usable] / total[usable][:, None]
    noise = np.where(known, days.noise * memory.chance, 0.0)[usable] + memory.cell
    slots = np.arange(days.expected.shape[1])
    correlation = memory.hold ** np.abs(slots[:, None] - slots)
    drift = memory.drift * np.einsum("ds,st,dt->d", share, correlation, share)
    return Before(
        today - days.day[usable],
        (share * days.deviation[usable]).sum(axis=1),
        (share**2 * noise).sum(axis=1) + drift,
    )


@dataclass(frozen=True)
class Outlook:
    """What is predicted once the first n slots of today are known, n = 0 .. slots: (slots + 1, targets).

    Targets are today's slots, then the coming days; `deviation` is the prediction, `gained` how much smaller its
    variance is than before anything was known. `other`: the same if today is a day of another kind.
    """

    deviation: Floats
    gained: Floats
    other: OtherDay


def outlook(memory: Memory, deviation: Floats, noise: Floats, before: Before, coming_days: int) -> Outlook:
    """Best linear prediction from the days before and the first slots of today, for every number of slots known.

    `deviation`, `noise` (slots,): noise is infinite where nothing is known. One Cholesky factor serves all: the
    factor of the first n observations is the leading block of the factor of all of them.
    Source: Rasmussen and Williams, "Gaussian processes for machine learning", section 2.2 (prediction by Cholesky).
    """
    slots = len(deviation)
    earlier = len(before.back)
    slot = np.arange(slots)
    fading = memory.carried * memory.decay ** np.abs(np.subtract.outer(-before.back, np.arange(coming_days + 1)))
    of_today = memory.day + memory.drift * memory.hold ** np.abs(np.subtract.outer(slot, slot))
    covariance = np.empty((earlier + slots, earlier + slots))
    covariance[:earlier, :earlier] = memory.carried * memory.decay ** np.abs(
        np.subtract.outer(before.back, before.back)
    )
    covariance[:earlier, earlier:] = fading[:, :1]
    covariance[earlier:, :earlier] = fading[:, :1].T
    covariance[earlier:, earlier:] = of_today
    own = np.minimum(noise * memory.chance + memory.cell, NOTHING_KNOWN)
    covariance[np.diag_indices(earlier + slots)] += (
        np.concatenate([before.noise + memory.day - memory.carried, own]) + 1e-9
    )
    ahead = np.broadcast_to(memory.carried * memory.decay ** np.arange(1, coming_days + 1), (slots, coming_days))
    cross = np.block([[np.repeat(fading[:, :1], slots, axis=1), fading[:, 1:]], [of_today, ahead]])
    factor = np.linalg.cholesky(covariance)
    seen = np.concatenate([before.deviation, deviation])
    level = np.concatenate([np.zeros(earlier), np.ones(slots)])
    columns = np.column_stack([seen, level, cross])
    solved = solve_triangular(factor, columns, lower=True, check_finite=False)
    of_seen, of_level, explained = solved[:, :1], solved[:, 1:2], solved[:, 2:]
    mean, gained = _added_up(explained * of_seen, earlier), _added_up(explained**2, earlier)
    reach = np.concatenate([np.ones(slots), np.zeros(coming_days)]) - _added_up(explained * of_level, earlier)
    information, evidence = (_added_up(each, earlier)[:, 0] for each in (of_level**2, of_level * of_seen))
    contacts = _added_up(np.where(noise < NOTHING_KNOWN, 1 / np.maximum(noise, 1e-12), 0.0)[:, None], 0)[:, 0]
    return Outlook(mean, gained, other_day(information, evidence, contacts, mean, reach))


def _added_up(steps: Floats, earlier: int) -> Floats:
    """(slots + 1, columns): sums over the earlier days and the first n slots, n = 0 .. slots."""
    return np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(steps, axis=0)])[earlier:]
