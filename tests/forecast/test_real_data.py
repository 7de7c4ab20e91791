"""The step on real queues: it runs clean, and is no worse than the average of six weeks in its own backtest."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from staffplan.clock import SiteCalendar, localize
from staffplan.forecast import forecast
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

CASES = [
    ("it_helpdesk/incidents_30min.csv", "Europe/Lisbon", date(2016, 5, 30)),
    ("technion_bank/calls_30min_year.csv", "Asia/Jerusalem", date(2000, 1, 1)),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "zone", "first_day"), CASES)
def test_a_real_queue_is_forecast_better_than_by_the_average_of_six_weeks(real_data, file, zone, first_day) -> None:
    frame = pd.read_csv(real_data / file, parse_dates=["timestamp"])
    frame = frame[frame["timestamp"] < pd.Timestamp(first_day)].reset_index(drop=True)
    frame["interval_start"], trouble = localize(frame["timestamp"], zone)
    history = ContactHistory.of(frame[trouble == ""].reset_index(drop=True), file)
    queue = str(frame["queue"].iloc[0])
    site = Site(SiteCalendar(zone, 30), {queue: Queue(queue, planning_group=queue)})
    result = forecast(history, ForecastSettings(), site=site, first_day=first_day, days=28)
    wape = result.backtest.frame.set_index("method")["wape"]
    chosen = result.backtest.frame.query("chosen == 'yes'")["method"].item()
    assert wape[chosen] < wape["plain_average"]
    assert len(result.forecast)
