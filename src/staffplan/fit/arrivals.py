"""How much the counts of intervals scatter around the means of their weekday and time of day, beyond chance.

Model: the count of interval i on day d is Poisson with mean m(weekday, i) x a gamma factor of mean 1; its variance is
mean + alpha x mean^2. Factors of one day's intervals may be alike: day_alpha is what they have in common. Both are
ratios of sums of moments, freed of the bias that the means are learnt from the same days; errors are jackknifed over
days. Growth within the log, holidays and outages count as scatter: who forecasts them has less.

Sources: G. Jongbloed, G. Koole, Managing uncertainty in call centres using Poisson mixtures (2001) for the mixture;
B. Oreshkin, N. Regnard, P. L'Ecuyer, Rate-based daily arrival process models (2014) for the factor of the whole day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, local_dates, minute_of_day
from staffplan.fit.estimates import Estimate, Flags, Floats, unknown, within

FEWEST_DAYS = 14
NAMES = ("arrivals_variance_to_mean", "arrivals_alpha", "arrivals_day_alpha", "arrivals_day_share")
METHODS = (
    "variance / mean of counts around weekday x interval means; Poisson has 1",
    "gamma-Poisson: variance = mean + alpha x mean^2",
    "the part of alpha common to all intervals of a day",
    "day alpha / alpha: near 1, a busy day is busy in every interval",
)


@dataclass(frozen=True)
class DayCounts:
    """Calls by day and interval; nan where most came when nobody answered."""

    counts: Floats
    """(days, intervals)"""
    weekday: np.ndarray
    days: np.ndarray
    """(days,): as `datetime.date`."""


def day_counts(calls: pd.DataFrame, closed: Flags, *, timezone: str, interval_minutes: int) -> DayCounts:
    """Counts of the days with calls. `closed`, (calls,), flags calls that came when nobody answered."""
    arrival = pd.DatetimeIndex(calls["arrival"])
    code, days = pd.factorize(local_dates(arrival, timezone), sort=True)
    interval = minute_of_day(arrival, timezone) // interval_minutes
    counts = np.zeros((len(days), MINUTES_PER_DAY // interval_minutes))
    np.add.at(counts, (code[~closed], interval[~closed]), 1)
    shut = np.zeros(counts.shape)
    np.add.at(shut, (code[closed], interval[closed]), 1)
    counts[shut > counts] = np.nan
    weekday = np.array([day.weekday() for day in days], dtype=np.int64)
    return DayCounts(counts, weekday, np.asarray(days))


def scatter_of(counts: DayCounts, interval_minutes: int) -> tuple[list[Estimate], str]:
    """The four numbers of one queue; and, in words, the day without which alpha would be far smaller, or ""."""
    calls = float(np.nansum(counts.counts))
    if len(counts.days) < FEWEST_DAYS:
        why = f"cannot be estimated: {len(counts.days)} days with calls, {FEWEST_DAYS} are needed"
        return [unknown(NAMES[1], calls, why)], ""
    found = moments(counts)
    without = leave_one_out(counts)
    size = len(without)
    errors = np.sqrt((size - 1) / size * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    told = [f"{interval_minutes} min: {method}" for method in METHODS]
    estimates = [
        within(name, value, error, calls, method)
        if math.isfinite(value)
        else unknown(name, calls, "cannot be estimated")
        for name, value, error, method in zip(NAMES, found, errors.tolist(), told, strict=True)
    ]
    return estimates, _heaviest(counts, found[1], without[:, 1])


def _heaviest(counts: DayCounts, alpha: float, without: Floats) -> str:
    """The day that alone makes up a quarter of alpha or more."""
    day = int(np.argmin(without))
    if not alpha > 0 or without[day] > 0.75 * alpha:
        return ""
    return f"{counts.days[day]} alone raises alpha from {max(0.0, without[day]):.3g} to {alpha:.3g}"


def moments(counts: DayCounts) -> tuple[float, float, float, float]:
    """Variance / mean, alpha, the day's alpha, and its share; nan where nothing repeats."""
    return _ratios(sum(_sums_by_weekday(counts).values(), np.zeros(5)))


def leave_one_out(counts: DayCounts) -> Floats:
    """(days, 4): the moments without each day; only the sums of its weekday change."""
    sums = _sums_by_weekday(counts)
    whole = sum(sums.values(), np.zeros(5))
    found = np.empty((len(counts.days), 4))
    for day, weekday in enumerate(counts.weekday.tolist()):
        others = (counts.weekday == weekday) & (np.arange(len(counts.days)) != day)
        found[day] = _ratios(whole - sums[weekday] + _weekday_sums(counts.counts[others]))
    return found


def _sums_by_weekday(counts: DayCounts) -> dict[int, Floats]:
    return {int(day): _weekday_sums(counts.counts[counts.weekday == day]) for day in np.unique(counts.weekday)}


def _ratios(sums: Floats) -> tuple[float, float, float, float]:
    variance, mean, square, shared, pairs = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha, day_alpha = (variance - mean) / square, shared / pairs
        share = day_alpha / alpha if alpha > 0 else math.nan
        return float(variance / mean), float(alpha), float(day_alpha), float(share)


def _weekday_sums(counts: Floats) -> Floats:
    """(5,): sums of one weekday. Over its intervals: the variances, the means, the squares of the true means; over
    pairs of different intervals of a day: the covariances, and the products of the true means.
    """
    repeated = counts[:, np.isfinite(counts).sum(axis=0) >= 2]
    days = len(repeated)
    if days < 2 or not repeated.size:
        return np.zeros(5)
    number = np.isfinite(repeated).sum(axis=0)
    mean = np.nanmean(repeated, axis=0)
    variance = np.nanvar(repeated, axis=0, ddof=1)
    square = mean**2 - variance / number
    off = np.where(np.isfinite(repeated), repeated - mean, 0.0)
    expected = np.where(np.isfinite(repeated), mean, 0.0)
    shared = float((off.sum(axis=1) ** 2 - (off**2).sum(axis=1)).sum() / (days - 1))
    pairs = float((expected.sum(axis=1) ** 2 - (expected**2).sum(axis=1)).sum() / days) - shared / days
    return np.array([variance.sum(), mean.sum(), square.sum(), shared, pairs])
