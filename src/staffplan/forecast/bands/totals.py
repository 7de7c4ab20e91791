"""Totals of days, weeks and the horizon, by queue and for all queues together, with bands that belong together.

Expected totals are sums of the forecast's intervals. A band of a single day of a queue is the quantile of its
distribution; bands of sums come from the same distributions by paths (paths.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.forecast.bands.bands import Bands, unknown_bands
from staffplan.forecast.bands.paths import DaysAhead, Shocks, day_paths
from staffplan.forecast.bands.sharing import loadings
from staffplan.forecast.history.series import Floats, Whole
from staffplan.tables.forecast import ForecastTotals, VolumeForecast

ALL_QUEUES = ""
"""In place of a queue's name: all queues together."""
PLAIN = "queues forecast by their mean alone"
"""Names their stream of random numbers, as one queue."""
COMMON = "errors common to all queues"
"""Names the stream of random numbers that the queues share."""
TINY_WEIGHT = 1e-9
BOUNDS = {
    "offered_p10": (0.8, 0),
    "offered_p90": (0.8, 1),
    "offered_p025": (0.95, 0),
    "offered_p975": (0.95, 1),
}
"""Columns by level and side."""


@dataclass(frozen=True)
class QueueBands:
    """The bands of one queue, and which dates their day numbers mean."""

    queue: str
    bands: Bands
    history_first_day: date
    """Day 0 of the backtest."""
    history_last_day: date
    """Days ahead count from it: 1 is the day after."""
    special_days: frozenset[date] = frozenset()
    """Days ahead that the calendar knows as special."""
    extra_log_variance: Floats = field(default_factory=lambda: np.zeros(1))
    """By days ahead, the first is day 1; the last value holds for all later days."""

    def with_level_error(self, relative: float) -> QueueBands:
        """The same, the level itself uncertain by this relative standard deviation."""
        return replace(self, extra_log_variance=self.extra_log_variance + np.log1p(relative**2))


@dataclass(frozen=True)
class _Account:
    """What is added up, by day and over queues. All (days,) but `bounds` (bounds, days) and `paths` (paths, days)."""

    offered: Floats
    seconds: Floats
    """Contacts times handling time, each interval counted as a tiny bit more than its contacts, so that a day
    without contacts has a handling time too."""
    weight: Floats
    parts: Floats
    """Days of queues that are open."""
    bounds: Floats
    """Sums of the bounds of those days: a band only where there is one part."""
    paths: Floats

    def __add__(self, other: _Account) -> _Account:
        return _Account(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def by_period(self, begins: Whole) -> _Account:
        """Summed over the periods that begin on these days."""
        arrays = (getattr(self, each.name) for each in fields(self))
        return _Account(*(np.add.reduceat(array, begins, axis=-1) for array in arrays))


def forecast_totals(
    forecast: VolumeForecast,
    queues: Sequence[QueueBands],
    *,
    timezone: str,
    first_day: date,
    days: int,
    seed: int,
    plain: Sequence[str] = (),
) -> ForecastTotals:
    """Totals of `days` local days from `first_day` on; weeks begin on the weekday of `first_day`.

    Each queue of the forecast must be among `queues`, or among `plain`: those have the bands that are assumed, a sum
    of days as one day. The answer does not depend on their order.
    """
    contacts = _by_day(forecast, timezone, first_day, days)
    known = sorted((own for own in queues if own.queue in contacts), key=lambda own: own.queue)
    loading = _loadings(known)
    common = Shocks.draw(_stream(seed, COMMON), days)
    together: _Account | None = None
    rows: list[pd.DataFrame] = []
    for own in known:
        shocks = common.mixed(Shocks.draw(_stream(seed, own.queue), days), loading[own.queue])
        account = _account(own, contacts[own.queue], first_day, shocks)
        rows += _rows(own.queue, account, first_day)
        together = account if together is None else together + account
    rest = [name for name in plain if name in contacts]
    if rest:
        stacked = np.stack([contacts[name] for name in rest], axis=1)
        rows += _plain_rows(rest, stacked, first_day)
        own = QueueBands(PLAIN, unknown_bands(), first_day, first_day - timedelta(days=1))
        shocks = common.mixed(Shocks.draw(_stream(seed, PLAIN), days), 0.0)
        account = _account(own, stacked.sum(axis=1), first_day, shocks)
        together = account if together is None else together + account
    rows += _rows(ALL_QUEUES, together, first_day) if together is not None else []
    return ForecastTotals.of(pd.concat(rows, ignore_index=True)) if rows else ForecastTotals.empty()


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _loadings(queues: Sequence[QueueBands]) -> dict[str, float]:
    scores = {own.queue: own.bands.scores for own in queues if own.bands.scores is not None}
    return loadings(scores, {own.queue: own.history_first_day.toordinal() for own in queues})


def _by_day(forecast: VolumeForecast, timezone: str, first_day: date, days: int) -> dict[str, Floats]:
    """By queue, (4, days): contacts, weights, weights x handling time, intervals."""
    frame = forecast.frame
    local = pd.DatetimeIndex(frame["interval_start"]).tz_convert(timezone).tz_localize(None).normalize()
    day = np.asarray((local - pd.Timestamp(first_day)).days, dtype=np.int64)
    code, names = pd.factorize(frame["queue"])
    place = code * days + day
    offered, aht = frame["offered"].to_numpy(dtype=float), frame["aht_seconds"].to_numpy(dtype=float)
    weight = offered + TINY_WEIGHT
    values = (offered, weight, weight * aht, np.ones(len(frame)))
    sums = np.array([np.bincount(place, value, minlength=len(names) * days) for value in values], dtype=float)
    return {str(name): sums.reshape(4, len(names), days)[:, row] for row, name in enumerate(names)}


def _account(own: QueueBands, contacts: Floats, first_day: date, shocks: Shocks) -> _Account:
    offered, weight, seconds, intervals = contacts
    days_ahead = np.arange(len(offered)) + (first_day - own.history_last_day).days
    later = np.minimum(days_ahead - 1, len(own.extra_log_variance) - 1)
    dates = (first_day + timedelta(days=day) for day in range(len(offered)))
    special = np.array([day in own.special_days for day in dates], dtype=bool)
    ahead = DaysAhead(offered, days_ahead, special, own.extra_log_variance[later])
    is_open = intervals > 0
    given = (offered, days_ahead, special, ahead.extra_log_variance)
    bounds = own.bands.day_bounds(*(values[is_open] for values in given))
    ends = np.zeros((len(BOUNDS), len(offered)))
    ends[:, is_open] = [bounds[level][side] for level, side in BOUNDS.values()]
    return _Account(offered, seconds, weight, is_open.astype(float), ends, day_paths(own.bands, ahead, shocks))


def _rows(queue: str, account: _Account, first_day: date) -> list[pd.DataFrame]:
    """Rows of all periods; a period in which nothing is open has none."""
    days = len(account.offered)
    frames: list[pd.DataFrame] = []
    for period, length in (("day", 1), ("week", 7), ("horizon", days)):
        begins = np.arange(0, days, length)
        sums = account.by_period(begins)
        starts = pd.to_datetime([first_day + timedelta(days=int(day)) for day in begins])
        columns = {"period": period, "period_start": starts, "queue": queue, "offered": sums.offered}
        handled = np.divide(sums.seconds, sums.weight, out=np.zeros(len(begins)), where=sums.weight > 0)
        frame = pd.DataFrame(columns | _bounds(sums) | {"aht_seconds": handled})
        frames.append(frame[sums.parts > 0])
    return frames


def _plain_rows(names: Sequence[str], contacts: Floats, first_day: date) -> list[pd.DataFrame]:
    """Rows of all periods of queues whose bands are assumed. contacts: (4, queues, days)."""
    days = contacts.shape[-1]
    frames: list[pd.DataFrame] = []
    for period, length in (("day", 1), ("week", 7), ("horizon", days)):
        begins = np.arange(0, days, length)
        offered, weight, seconds, intervals = np.add.reduceat(contacts, begins, axis=-1)
        row, place = np.nonzero(intervals > 0)
        distinct, of_row = np.unique(offered[row, place], return_inverse=True)
        ahead, ordinary = np.full(len(distinct), days), np.zeros(len(distinct), dtype=bool)
        bounds = unknown_bands().day_bounds(distinct, ahead, ordinary)
        starts = pd.to_datetime([first_day + timedelta(days=int(day)) for day in begins])
        columns = {"period": period, "period_start": starts[place], "queue": np.array(names, dtype=object)[row]}
        ends = {name: bounds[level][side][of_row] for name, (level, side) in BOUNDS.items()}
        aht = seconds[row, place] / weight[row, place]
        frames.append(pd.DataFrame({**columns, "offered": distinct[of_row], **ends, "aht_seconds": aht}))
    return frames


def _bounds(sums: _Account) -> dict[str, Floats]:
    """Columns of bounds: whole numbers, around what is expected."""
    shares = [(1 - level) / 2 if side == 0 else (1 + level) / 2 for level, side in BOUNDS.values()]
    drawn = np.rint(np.maximum(np.quantile(sums.paths, shares, axis=0), 0.0))
    found = np.where(sums.parts > 1, drawn, sums.bounds)
    limits = (np.minimum, np.maximum)
    names = zip(BOUNDS.items(), found, strict=True)
    return {name: limits[side](values, sums.offered) for (name, (_, side)), values in names}
