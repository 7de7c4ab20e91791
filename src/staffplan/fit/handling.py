"""How long answered calls take: mean, spread, shape, very short ones, and whether it depends on the hour."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from staffplan.clock import minute_of_day
from staffplan.fit.estimates import Estimate, Floats, share_of, unknown, within

FEWEST_IN_AN_HOUR = 30
"""Hours of the day with fewer calls are not compared."""
FEWEST_FOR_A_SHAPE = 10


def handling_of(calls: pd.DataFrame, *, short_seconds: float, timezone: str) -> list[Estimate]:
    """What the answered calls with a handling time teach."""
    timed = calls[calls["answered"] & calls["handling_seconds"].notna()]
    seconds = timed["handling_seconds"].to_numpy(dtype=float)
    if len(seconds) < 2 or seconds.sum() <= 0:
        return [unknown("aht_seconds", len(seconds), "cannot be estimated: fewer than two handling times above 0")]
    mean, deviation, calls_timed = float(seconds.mean()), float(seconds.std(ddof=1)), len(seconds)
    told = f"handled in less than {short_seconds:g} s"
    short = seconds < short_seconds
    return [
        within("aht_seconds", mean, deviation / math.sqrt(calls_timed), calls_timed, "mean, short calls included"),
        _median(seconds),
        Estimate("aht_cv", deviation / mean, calls_timed, "standard deviation / mean; exponential has 1"),
        share_of("aht_short_share", int(short.sum()), calls_timed, told),
        *_shape(seconds[~short & (seconds > 0)], short_seconds),
        *_by_hour(seconds, minute_of_day(pd.DatetimeIndex(timed["arrival"]), timezone) // 60, mean),
    ]


def _median(seconds: Floats) -> Estimate:
    """With the order statistics that bound it with 95 % confidence, by the binomial distribution."""
    from scipy.stats import binom

    ordered, size = np.sort(seconds), len(seconds)
    below, above = (int(binom.ppf(share, size, 0.5)) for share in (0.025, 0.975))
    low, high = ordered[max(0, below - 1)], ordered[min(size - 1, above)]
    method = "median, bounded by order statistics"
    return Estimate("aht_median_seconds", float(np.median(ordered)), size, method, low=float(low), high=float(high))


def _shape(seconds: Floats, short_seconds: float) -> list[Estimate]:
    """The lognormal with most likelihood for calls that are not short, and how far two shapes are from them."""
    if len(seconds) < FEWEST_FOR_A_SHAPE:
        return []
    from scipy.special import ndtr

    logs, size = np.log(seconds), len(seconds)
    centre, width = float(logs.mean()), float(logs.std())
    if width == 0:
        return []
    kept = f"calls of at least {short_seconds:g} s"
    lognormal = _distance(np.asarray(ndtr((np.sort(logs) - centre) / width)))
    exponential = _distance(-np.expm1(-np.sort(seconds) / seconds.mean()))
    largest = f"largest gap between the distributions (Kolmogorov), {kept}"
    return [
        within("aht_log_mean", centre, width / math.sqrt(size), size, f"mean of log seconds, {kept}"),
        within("aht_log_sd", width, width / math.sqrt(2 * size), size, f"standard deviation of log seconds, {kept}"),
        Estimate("aht_lognormal_misfit", lognormal, size, f"lognormal: {largest}"),
        Estimate("aht_exponential_misfit", exponential, size, f"exponential: {largest}"),
    ]


def _distance(shares: Floats) -> float:
    """Largest gap between a distribution, at the ordered values, and the steps of the sample."""
    steps = np.arange(len(shares) + 1) / len(shares)
    return float(np.maximum(np.abs(shares - steps[:-1]), np.abs(shares - steps[1:])).max())


def _by_hour(seconds: Floats, hour: np.ndarray, mean: float) -> list[Estimate]:
    """Means by local hour of arrival, and by how much they differ beyond chance.

    Source: R. DerSimonian, N. Laird, Meta-analysis in clinical trials (Controlled Clinical Trials 7, 1986), the
    moment estimator of the variance between groups.
    """
    by_hour = pd.Series(seconds).groupby(hour).agg(["mean", "var", "size"])
    big = by_hour[(by_hour["size"] >= FEWEST_IN_AN_HOUR) & (by_hour["var"] > 0)]
    rows = [
        within(
            f"aht_seconds_{hour:02d}h", row["mean"], math.sqrt(row["var"] / row["size"]), row["size"], "of arrival"
        )
        for hour, row in zip(big.index.tolist(), big.to_dict("records"), strict=True)
    ]
    if len(big) < 2:
        return rows
    weight = (big["size"] / big["var"]).to_numpy(dtype=float)
    means = big["mean"].to_numpy(dtype=float)
    scatter = float((weight * (means - np.average(means, weights=weight)) ** 2).sum())
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    spread = math.sqrt(max(0.0, scatter - len(big) + 1) / room) / mean
    told = f"deviation of {len(big)} hourly means / mean, beyond chance (DerSimonian-Laird)"
    chance = Estimate("aht_hour_chance", _chance(scatter, len(big)), len(seconds), "p value of hours all alike")
    return [Estimate("aht_hour_spread", spread, len(seconds), told), chance, *rows]


def _chance(scatter: float, hours: int) -> float:
    """How likely means that are all alike scatter as much (Cochran's Q, chi-square)."""
    from scipy.special import chdtrc

    return float(chdtrc(hours - 1, scatter))
