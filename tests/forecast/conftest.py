"""Small made-up queues for the forecast tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay, horizon_intervals
from staffplan.forecast import ForecastResult, forecast
from staffplan.forecast.history.series import DayGrid, QueueSeries, queue_series, raw_series
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

MONDAY = date(2026, 1, 5)
OFFICE = OpeningHours((((480, 1200),),) * 5 + ((),) * 2)
"""Monday to Friday, 08:00-20:00: 24 half-hours."""


class World:
    """A site with one queue ("q") whose days begin on a Monday; everything a test may want to vary is a keyword."""

    monday = MONDAY
    office = OFFICE

    def site(
        self,
        *,
        hours: OpeningHours | None = OFFICE,
        zone: str = "UTC",
        minutes: int = 30,
        special_days: tuple[SpecialDay, ...] = (),
        aht_seconds: float | None = 240.0,
        names: tuple[str, ...] = ("q",),
    ) -> Site:
        calendar = SiteCalendar.of(zone, minutes, special_days)
        queues = {
            name: Queue(name, planning_group=name, arrival_hours=hours, aht_seconds=aht_seconds) for name in names
        }
        return Site(calendar, queues)

    def rows(
        self,
        offered: Callable[[pd.DatetimeIndex], np.ndarray],
        *,
        days: int,
        hours: OpeningHours = OFFICE,
        zone: str = "UTC",
        minutes: int = 30,
        first: date = MONDAY,
        queue: str = "q",
    ) -> pd.DataFrame:
        """History rows of the open intervals; `offered` is given their local times."""
        instants = horizon_intervals(first, days, zone, minutes)
        instants = instants[hours.open_mask(instants, SiteCalendar(zone, minutes))]
        values = np.broadcast_to(np.asarray(offered(instants.tz_convert(zone)), dtype=float), len(instants))
        return pd.DataFrame({"interval_start": instants, "queue": queue, "offered": values})

    def forecast(
        self,
        rows: pd.DataFrame,
        *,
        site: Site | None = None,
        first_day: date,
        days: int = 7,
        seed: int = 1,
        settings: ForecastSettings | None = None,
    ) -> ForecastResult:
        history = ContactHistory.of(rows, "history.csv")
        return forecast(
            history,
            settings or ForecastSettings(),
            site=site or self.site(),
            first_day=first_day,
            days=days,
            seed=seed,
        )

    def series(self, rows: pd.DataFrame, *, site: Site | None = None, missing_rows: str = "auto") -> QueueSeries:
        """The queue's matrices, as the step makes them; whole weeks, so that days can be counted easily."""
        site = site or self.site()
        local = rows["interval_start"].dt.tz_convert(site.calendar.timezone)
        weeks = (local.max().date() - local.min().date()).days // 7 + 1
        table = ContactHistory.of(rows).frame
        grid = DayGrid(local.min().date(), 7 * weeks, site.calendar)
        hours = site.queues["q"].arrival_hours
        assert hours is not None
        return queue_series(raw_series(table, grid, table["interval_start"].max()), hours, missing_rows)

    @staticmethod
    def day(number: int) -> date:
        """Day `number` after the first Monday."""
        return MONDAY + timedelta(days=number)


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def shaped() -> Callable[[pd.DatetimeIndex], np.ndarray]:
    """A busy weekday profile without noise: Mondays high, mornings high."""

    def offered(local: pd.DatetimeIndex) -> np.ndarray:
        weekday = np.array([120.0, 110.0, 100.0, 100.0, 90.0, 50.0, 30.0])[local.day_of_week]
        return np.asarray(weekday * np.where(local.hour < 12, 1.0, 0.6))

    return offered


@pytest.fixture(scope="session")
def noisy(shaped: Callable[[pd.DatetimeIndex], np.ndarray]) -> Callable[[pd.DatetimeIndex], np.ndarray]:
    """The same, with Poisson counts."""

    def offered(local: pd.DatetimeIndex) -> np.ndarray:
        return np.asarray(np.random.default_rng(7).poisson(shaped(local)), dtype=float)

    return offered
