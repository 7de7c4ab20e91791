"""Made-up lines: one queue of calls over a day of half-hours."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import SiteCalendar
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.site import Queue, Site
from staffplan.staffing.pool import pools
from staffplan.staffing.simulated.line import Line, make_line
from staffplan.staffing.simulated.mail import Mail
from staffplan.tables.forecast import VolumeForecast
from thorough import repetitions

EXPONENTIAL = SimulateSettings(service_time="exponential")


def site_of(*queues: Queue) -> Site:
    return Site(SiteCalendar("UTC", 30), {queue.name: queue for queue in queues})


def calls(**settings: object) -> Queue:
    plain: dict[str, object] = {"planning_group": "calls", "goal": Goal(service_level=0.8, within_seconds=20)}
    return Queue("calls", **(plain | {"goal_is_default": False} | settings))


def volumes(
    offered: Sequence[float], *, aht: float = 300.0, spread: float = 0.0, first: int = 9, name: str = "calls"
) -> VolumeForecast:
    """Half-hours from nine o'clock on; `spread` is the standard deviation of a day's level as a share of it."""
    expected = np.asarray(offered, dtype=float)
    starts = pd.date_range(
        pd.Timestamp(date(2026, 3, 2)) + pd.Timedelta(hours=first),
        periods=len(expected),
        freq="30min",
        tz="UTC",
        unit="ns",
    )
    width = 1.2815515655446 * np.sqrt(expected + (spread * expected) ** 2)
    frame = pd.DataFrame({"interval_start": starts, "queue": name, "channel": "voice", "method": "made up"})
    bands = {"offered_p10": expected - width, "offered_p90": expected + width}
    wide = {"offered_p025": expected - 2 * width, "offered_p975": expected + 2 * width}
    clipped = {column: np.maximum(0.0, values) for column, values in (bands | wide).items()}
    return VolumeForecast.of(frame.assign(offered=expected, aht_seconds=aht, **clipped))


@pytest.fixture
def few_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer repetitions of a week of mail than a plan takes, which makes a requirement less sure by a point."""
    monkeypatch.setattr(Mail, "repetitions", lambda _: repetitions(250, 500))


@pytest.fixture
def make_calls() -> Callable[..., Queue]:
    return calls


@pytest.fixture
def make_volumes() -> Callable[..., VolumeForecast]:
    return volumes


@pytest.fixture
def make_site() -> Callable[..., Site]:
    return site_of


@pytest.fixture
def make_chats() -> Callable[..., Line]:
    """A line of chats from contacts in each half-hour."""

    def line(
        offered: Sequence[float], *, aht: float = 300.0, simulation: SimulateSettings = EXPONENTIAL, **queue: object
    ) -> Line:
        chat = dataclasses.replace(calls(**queue), channel="chat")
        site, forecast = site_of(chat), volumes(offered, aht=aht)
        (pool,) = pools(VolumeForecast.of(forecast.frame.assign(channel="chat")), site)
        return make_line(pool, forecast, simulation, site)

    return line


@pytest.fixture
def make_day() -> Callable[..., Line]:
    """A line from contacts in each half-hour."""

    def line(
        offered: Sequence[float],
        *,
        aht: float = 300.0,
        spread: float = 0.0,
        simulation: SimulateSettings = EXPONENTIAL,
        **queue: object,
    ) -> Line:
        site, forecast = site_of(calls(**queue)), volumes(offered, aht=aht, spread=spread)
        (pool,) = pools(forecast, site)
        return make_line(pool, forecast, simulation, site)

    return line
