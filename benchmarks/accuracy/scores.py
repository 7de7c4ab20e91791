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


@dataclass(frozen=True)
class Score:
    """One contender on one set or queue; NaN: it cannot be said."""

    wape: tuple[float, ...]
    """Intervals: all weeks, then week 1 to 4 ahead."""
    day_wape: tuple[float, ...]
    """The same for day totals."""
    bias: float
    inside: tuple[float, float]
    """Share of open intervals within the 80 and the 95 % bounds."""
    day_inside: tuple[float, float]
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
        _inside(actual[is_open], bounds[is_open]),
        _days_inside(days, given),
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


def _inside(actual: Floats, bounds: Floats) -> tuple[float, float]:
    """Within 0.1-0.9 and within 0.025-0.975, ends included."""
    if not len(actual):
        return float("nan"), float("nan")
    pairs = ((1, 2), (0, 3))
    shares = [np.mean((actual >= bounds[:, low]) & (actual <= bounds[:, high])) for low, high in pairs]
    return float(shares[0]), float(shares[1])


def _days_inside(days: pd.DataFrame, given: Given) -> tuple[float, float]:
    """Days with contacts, or with contacts expected."""
    days = days[(days["actual"] > 0) | (days["offered"] > 0)]
    actual = days["actual"].to_numpy()
    if given.day_quantiles is not None:
        return _inside(actual, given.day_quantiles.reindex(days.index).fillna(0.0).to_numpy())
    if given.quantiles is not None:
        return float("nan"), float("nan")
    return _inside(actual, poisson_bounds(days["offered"].to_numpy()))
