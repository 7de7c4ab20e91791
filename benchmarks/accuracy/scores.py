"""From what contenders gave and what came to the figures that are printed. Shares, not percent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import poisson

from accuracy.lessons import Floats
from accuracy.peers.answer import QUANTILES
from accuracy.protocol import Given

WEEKS = 4
FEW = 3.0
"""Contacts expected below which counts are too coarse for a band of whole numbers to hold just 80 %."""
VOLUMES = (0.0, 1.0, FEW, 10.0, 30.0)
"""Coverage is told apart for intervals with so many contacts expected, up to the next. Of less than a fifth of a
contact no contact at all is already more than 80 % (Poisson: exp(-0.2) = 82 %)."""

JUST_INSIDE = np.array([1.0, 1.0, -1.0, -1.0]) * 1e-9
"""Added to the bounds it leaves their ends out."""


@dataclass(frozen=True)
class Coverage:
    """Shares of open intervals and of days inside bounds: pairs for the 80 and the 95 % bounds."""

    inside: tuple[float, float]
    between: tuple[float, float]
    """Of intervals, strictly inside: bands of whole numbers keep a promise that lies between this and `inside`."""
    day_inside: tuple[float, float]
    error: tuple[float, float]
    """Standard errors: what lies in the same calendar week is taken for one piece of evidence."""
    day_error: tuple[float, float]
    not_few: tuple[float, float]
    """Of the intervals in which FEW or more contacts are expected."""
    by_volume: tuple[tuple[float, float, float], ...]
    """For each of VOLUMES: the part of all intervals, and the shares inside."""


@dataclass(frozen=True)
class Score:
    """One contender on one set or queue; NaN: it cannot be said."""

    wape: tuple[float, ...]
    """Intervals: all weeks, then week 1 to 4 ahead."""
    day_wape: tuple[float, ...]
    """The same for day totals."""
    bias: float
    coverage: Coverage
    pinball: float
    """Mean of the pinball losses at QUANTILES, over the mean volume."""
    median_pinball: float
    """Pinball loss at 0.5 of the forecast itself, over the mean volume: half the WAPE."""
    seconds: float
    """For one queue and origin: the median, so that warming up does not count."""


def score(rows: pd.DataFrame, given: Given, chosen: np.ndarray | None = None) -> Score:
    """The score on the rows that `chosen`, (rows,), selects, or on all. A contender without bounds gets Poisson's."""
    chosen = np.ones(len(rows), dtype=bool) if chosen is None else chosen
    own, offered = rows[chosen], given.offered[chosen]
    bounds = poisson_bounds(offered) if given.quantiles is None else given.quantiles[chosen]
    actual = own["actual"].to_numpy()
    days = own.assign(offered=offered).groupby(["queue", "origin", "day"])[["actual", "offered"]].sum()
    is_open = own["open"].to_numpy()
    return Score(
        _by_week(actual, offered, own["day"].to_numpy()),
        _by_week(
            days["actual"].to_numpy(), days["offered"].to_numpy(), days.index.get_level_values("day").to_numpy()
        ),
        (offered.sum() - actual.sum()) / actual.sum(),
        _coverage(own[is_open], offered[is_open], bounds[is_open], days, given),
        float(np.mean([pinball(actual, bounds[:, at], level) for at, level in enumerate(QUANTILES)]) / actual.mean()),
        pinball(actual, offered, 0.5) / float(actual.mean()),
        float(np.median(given.seconds)),
    )


def wape(actual: Floats, offered: Floats) -> float:
    """Sum of absolute errors over sum of contacts; NaN without contacts."""
    return float(np.abs(offered - actual).sum() / actual.sum()) if actual.sum() > 0 else float("nan")


def pinball(actual: Floats, quantile: Floats, level: float) -> float:
    """Mean pinball loss of a quantile: least in expectation for the true one."""
    return float(np.mean(np.maximum(level * (actual - quantile), (level - 1) * (actual - quantile))))


def poisson_bounds(offered: Floats) -> Floats:
    """(n, 4): quantiles of a Poisson with these means."""
    return np.asarray(poisson.ppf(np.array(QUANTILES)[None, :], np.maximum(offered, 1e-9)[:, None]))


def floor(rows: pd.DataFrame) -> float:
    """WAPE of a perfect rate, were arrivals Poisson: E|X - m| = 2 m P(X = floor(m)).

    The rate is taken with hindsight: what came on each day, spread by the mean profile of its weekday.
    """
    queue, actual = rows["queue"], rows["actual"]
    profile = actual.groupby([queue, rows["weekday"], rows["slot"]]).transform("mean")
    day = [queue, rows["origin"], rows["day"]]
    total, spread = actual.groupby(day).transform("sum"), profile.groupby(day).transform("sum")
    rate = (profile * total / spread.where(spread > 0)).fillna(0.0).to_numpy()
    errors = 2 * rate * poisson.pmf(np.floor(rate), np.maximum(rate, 1e-12))
    return float(errors.sum() / actual.sum())


def _by_week(actual: Floats, offered: Floats, day: np.ndarray) -> tuple[float, ...]:
    week = day // 7
    parts = [wape(actual[week == number], offered[week == number]) for number in range(WEEKS)]
    return (wape(actual, offered), *parts)


def _coverage(rows: pd.DataFrame, offered: Floats, bounds: Floats, days: pd.DataFrame, given: Given) -> Coverage:
    """Of open intervals, and of days with contacts, or with contacts expected."""
    days = days[(days["actual"] > 0) | (days["offered"] > 0)]
    actual = rows["actual"].to_numpy()
    held, between = _held(actual, bounds), _held(actual, bounds + JUST_INSIDE)
    day_held = _held(days["actual"].to_numpy(), _day_bounds(days, given))
    week = (rows["origin"] + rows["day"] // 7).to_numpy()
    day_week = (days.index.get_level_values("origin") + days.index.get_level_values("day") // 7).to_numpy()
    errors = (_error(held[0], week), _error(held[1], week))
    day_errors = (_error(day_held[0], day_week), _error(day_held[1], day_week))
    not_few = _shares(held[:, offered >= FEW])
    return Coverage(
        _shares(held), _shares(between), _shares(day_held), errors, day_errors, not_few, _by_volume(held, offered)
    )


def _by_volume(held: Floats, offered: Floats) -> tuple[tuple[float, float, float], ...]:
    group = np.searchsorted(VOLUMES, offered, side="right")
    own = [group == number + 1 for number in range(len(VOLUMES))]
    return tuple((float(chosen.mean()) if len(chosen) else 0.0, *_shares(held[:, chosen])) for chosen in own)


def _held(actual: Floats, bounds: Floats) -> Floats:
    """(2, n): whether each lies within 0.1-0.9 and within 0.025-0.975, ends included; NaN without bounds."""
    inside = [(actual >= bounds[:, low]) & (actual <= bounds[:, high]) for low, high in ((1, 2), (0, 3))]
    return np.where(np.isfinite(bounds[:, 0]), inside, np.nan)


def _shares(held: Floats) -> tuple[float, float]:
    if not held.shape[1]:
        return float("nan"), float("nan")
    return float(held[0].mean()), float(held[1].mean())


def _error(held: Floats, week: np.ndarray) -> float:
    """Standard error of a share of cells that are alike within a week: robust to clusters.

    Source: Liang and Zeger (1986), Biometrika 73(1), with the factor for few clusters, m / (m - 1), as R's package
    CR2 (clustSE, "CR1") gives it.
    """
    weeks, place = np.unique(week, return_inverse=True)
    if len(weeks) < 2:
        return float("nan")
    off = np.bincount(place, held - held.mean())
    return float(np.sqrt((off**2).sum() * len(weeks) / (len(weeks) - 1)) / len(held))


def _day_bounds(days: pd.DataFrame, given: Given) -> Floats:
    """(days, 4): NaN where a contender has bounds of intervals and none of days."""
    if given.day_quantiles is not None:
        return np.asarray(given.day_quantiles.reindex(days.index).fillna(0.0).to_numpy())
    if given.quantiles is not None:
        return np.full((len(days), len(QUANTILES)), np.nan)
    return poisson_bounds(days["offered"].to_numpy())
