"""One planning group as the judge plays it: its contacts by interval and queue, its promise, its uncertain days."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from staffplan.clock import local_dates, minute_of_day
from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.scene import GroupPromise, day_variation, group_promise
from staffplan.site import Site
from staffplan.staffing.pool import Pool
from staffplan.staffing.simulated.kernels import TABLE_SIZE, Floats, Ints, Span
from staffplan.tables.forecast import VolumeForecast


@dataclass(frozen=True)
class Line:
    """The line of a planning group over its open intervals. Times are seconds from its first interval's start."""

    name: str
    promise: GroupPromise
    max_abandon_rate: float | None
    minimum_agents: Ints
    """(open intervals,)."""
    interval_seconds: float
    numbers: Ints
    """(open intervals,): their places on the clock, counted from the first."""
    closes: NDArray[np.bool_]
    """(open intervals,): nobody is taken any more after it, so that those who wait are turned away."""
    offered: Floats
    aht_seconds: Floats
    """(queues, open intervals), as the one before."""
    patience_seconds: Floats
    """(queues,): infinite where nobody hangs up."""
    allowed_seconds: Floats
    day: Ints
    """(open intervals,): the local day of each."""
    week: Ints
    """(open intervals,): the seven days, counted from the first, in which it lies."""
    day_variation: Floats
    """(queues, days): squared coefficient of variation of the day's volume beyond chance."""
    handling: Floats
    """Equally likely handling times, as multiples of their mean."""
    slots: int = 1
    """Contacts an agent has in hand at once, and how much each further one slows all."""
    slowdown: float = 0.0

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def offered_total(self) -> Floats:
        """(open intervals,): contacts of all queues."""
        return np.asarray(self.offered.sum(axis=0))

    def span(self, place: int, factors: Floats) -> Span:
        """One interval; `factors` (queues, days, repetitions) say how the days' volumes turn out."""
        start = self.numbers[place] * self.interval_seconds
        rates = self.offered[:, place, None] / self.interval_seconds * factors[:, self.day[place]]
        return Span(
            int(self.numbers[place]),
            float(start),
            float(start + self.interval_seconds),
            bool(self.closes[place]),
            np.ascontiguousarray(rates),
            np.ascontiguousarray(self.aht_seconds[:, place]),
            self.patience_seconds,
            self.allowed_seconds,
        )

    def day_factors(self, repetitions: int, seed: int) -> Floats:
        """(queues, days, repetitions): gamma factors with mean 1, one from each of equally likely strata."""
        factors = np.ones((*self.day_variation.shape, repetitions))
        for queue, day in np.argwhere(self.day_variation > 0):
            rng = np.random.default_rng([seed, zlib.crc32(self.name.encode()), int(queue), int(day)])
            shape = 1.0 / self.day_variation[queue, day]
            drawn = special.gammaincinv(shape, (np.arange(repetitions) + 0.5) / repetitions) / shape
            factors[queue, day] = rng.permutation(drawn / drawn.mean())
        return factors


def make_line(pool: Pool, forecast: VolumeForecast, settings: SimulateSettings, site: Site) -> Line:
    """The line of a planning group whose work waits seconds.

    Of chats with different rules, the fewest at once and the largest slowdown hold.
    """
    length = site.calendar.interval_minutes * 60.0
    instants = pd.DatetimeIndex(pool.starts.view("datetime64[ns]")).tz_localize("UTC")
    numbers = np.round((pool.starts - pool.starts[0]) / (length * 1e9)).astype(np.int64)
    closes = np.append(np.diff(numbers) > 1, True)
    end = instants[-1:] + pd.Timedelta(seconds=length)
    closes[-1] = minute_of_day(end, site.calendar.timezone)[0] != 0
    days = local_dates(instants, site.calendar.timezone)
    day = pd.factorize(days)[0].astype(np.int64)
    promise = group_promise(list(pool.queues))
    rates = [queue.goal.max_abandon_rate for queue in pool.queues]
    own = [queue.goal.threshold_seconds for queue in pool.queues]
    chats = [queue for queue in pool.queues if queue.work_type == "concurrent"]
    allowed = [promise.threshold_seconds if seconds is None else seconds for seconds in own]
    return Line(
        name=pool.name,
        promise=promise,
        max_abandon_rate=min((rate for rate in rates if rate is not None), default=None),
        minimum_agents=pool.minimum_agents,
        interval_seconds=length,
        numbers=numbers,
        closes=closes,
        offered=pool.offered,
        aht_seconds=pool.aht_seconds,
        patience_seconds=np.array([queue.patience_seconds or np.inf for queue in pool.queues]),
        allowed_seconds=np.array([np.inf if seconds is None else seconds for seconds in allowed]),
        day=day,
        week=np.array([(each - days[0]).days // 7 for each in days], dtype=np.int64),
        day_variation=day_variations(pool, forecast, day, settings),
        handling=handling_times(settings),
        slots=min(queue.concurrency for queue in chats) if chats else 1,
        slowdown=max((queue.concurrency_slowdown for queue in chats), default=0.0),
    )


def day_variations(pool: Pool, forecast: VolumeForecast, day: Ints, settings: SimulateSettings) -> Floats:
    """(queues, days), from the forecast's bands; zero where the settings take the forecast as certain."""
    days = int(day[-1]) + 1
    found = np.zeros((len(pool.queues), days))
    if not settings.volume_uncertainty:
        return found
    frame = forecast.frame
    for number, queue in enumerate(pool.queues):
        rows = frame[(frame["queue"] == queue.name).to_numpy(dtype=bool)]
        starts = rows["interval_start"].to_numpy(dtype="datetime64[ns]").astype(np.int64)
        offered = rows["offered"].to_numpy(dtype=np.float64)
        band = rows["offered_p90"].to_numpy(dtype=np.float64) - rows["offered_p10"].to_numpy(dtype=np.float64)
        found[number] = day_variation(offered, band, day[np.searchsorted(pool.starts, starts)], days)
    return found


def handling_times(settings: SimulateSettings) -> Floats:
    """(TABLE_SIZE,): quantiles in the middles of equally likely strata, in no order, their mean 1."""
    chance = (np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE
    if settings.service_time == "exponential":
        times = -np.log1p(-chance)
    else:
        times = np.exp(np.sqrt(np.log1p(settings.service_time_cv**2)) * special.ndtri(chance))
    return np.asarray(times / times.mean())


GAPS = handling_times(SimulateSettings(service_time="exponential"))
"""Gaps between contacts and patience, as multiples of their mean."""
