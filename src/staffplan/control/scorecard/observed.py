"""What was seen of a measure, piece by piece: its mean, how it scatters, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

ALL = "*"
"""In place of a queue: all together."""
FEWEST_WEEKS = 4
"""A line through fewer says nothing of its own scatter."""
CONFIDENCE = 0.95
GRAINS = ("interval", "day", "week", "agent")


@dataclass(frozen=True)
class Observed:
    """Pieces of a measure. frame: queue, part, whole (the measure of any pieces is the sum of part / that of whole),
    and those of interval, day, week (Monday) and agent that are known. is_pooled: whether all queues together have
    the measure too. fine: smaller pieces, by interval, where the mean is made of larger ones."""

    measure: str
    source: str
    frame: pd.DataFrame
    is_pooled: bool = True
    fine: pd.DataFrame | None = None


@dataclass(frozen=True)
class Figure:
    """The mean of a measure, its value by week, the change a week and whether that is beyond chance, and its standard
    deviation over each of GRAINS that is known, weighted as the mean is."""

    mean: float
    weeks: pd.Series
    trend: float
    is_sure: bool
    spreads: dict[str, float]


def figures(observed: Observed) -> dict[str, Figure]:
    """By queue, and of all together ("*", first) where there are several and they can be."""
    frame = observed.frame[observed.frame["whole"] > 0]
    fine = frame.iloc[:0] if observed.fine is None else observed.fine[observed.fine["whole"] > 0]
    found = {str(name): _figure(own, fine[fine["queue"] == name]) for name, own in frame.groupby("queue", sort=True)}
    if observed.is_pooled and len(found) > 1 and ALL not in found:
        found = {ALL: _figure(frame, fine), **found}
    return found


def _figure(frame: pd.DataFrame, fine: pd.DataFrame) -> Figure:
    mean = float(frame["part"].sum() / frame["whole"].sum())
    spreads = {grain: _spread(frame, grain) for grain in GRAINS if grain in frame}
    if len(fine):
        spreads["interval"] = _spread(fine, "interval")
    weeks = _ratios(frame, "week")["value"] if "week" in frame else pd.Series(dtype=float)
    return Figure(
        mean, weeks, *trend_of(weeks), {grain: found for grain, found in spreads.items() if found is not None}
    )


def _ratios(frame: pd.DataFrame, grain: str) -> pd.DataFrame:
    sums = frame.groupby(grain)[["part", "whole"]].sum()
    sums = sums[sums["whole"] > 0]
    return sums.assign(value=sums["part"] / sums["whole"])


def _spread(frame: pd.DataFrame, grain: str) -> float | None:
    """None of a single piece."""
    pieces = _ratios(frame, grain)
    if len(pieces) < 2:
        return None
    mean = np.average(pieces["value"], weights=pieces["whole"])
    return float(np.sqrt(np.average((pieces["value"] - mean) ** 2, weights=pieces["whole"])))


def trend_of(weeks: pd.Series) -> tuple[float, bool]:
    """Change a week by least squares; whether it is away from 0 by more than its error allows (Student's t)."""
    if len(weeks) < FEWEST_WEEKS:
        return np.nan, False
    at = (pd.DatetimeIndex(weeks.index) - weeks.index[0]) / pd.Timedelta(weeks=1)
    line = stats.linregress(np.asarray(at, dtype=float), weeks.to_numpy(dtype=float))
    limit = stats.t.ppf((1 + CONFIDENCE) / 2, len(weeks) - 2)
    return float(line.slope), bool(abs(line.slope) > limit * line.stderr and abs(line.slope) > 1e-12)


def week_of(days: pd.Series) -> pd.Series:
    """The Monday of each day."""
    monday: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return monday
