"""Updating within the day on real queues."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import OpeningHours, SiteCalendar, localize, parse_spans, public_holidays, wall_instant
from staffplan.forecast import forecast, reforecast
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

ZONE, MONDAY = "America/New_York", date(2003, 9, 15)
QUICK = ForecastSettings(methods=("recent_average",))


@pytest.mark.real_data
def test_past_afternoons_of_a_large_bank_would_have_been_foreseen_better_at_noon(real_data) -> None:
    frame = pd.read_csv(real_data / "bank_calls/calls_30min.csv", parse_dates=["timestamp"])
    frame["interval_start"], trouble = localize(frame["timestamp"], ZONE)
    rows = frame[trouble == ""].reset_index(drop=True)
    special = {day.day: day for day in public_holidays("US", [2003])}
    hours = OpeningHours((parse_spans("07:00-21:00"),) * 5 + ((), ()))
    site = Site(SiteCalendar(ZONE, 30, special), {"bank": Queue("bank", planning_group="bank", arrival_hours=hours)})
    past = ContactHistory.of(rows[rows["interval_start"] < wall_instant(MONDAY, 0, ZONE)], "bank")
    planned = forecast(past, QUICK, site=site, first_day=MONDAY, days=7).forecast
    noon = wall_instant(MONDAY + timedelta(days=2), 720, ZONE)
    result = reforecast(planned, ContactHistory.of(rows[rows["interval_start"] < noon]), QUICK, site=site)
    gain = result.gain.frame.set_index("seen_until")
    assert (gain.loc["10:00":, "updated"] == "yes").all()
    assert (gain["wape_after"] <= gain["wape_before"]).all()
    assert gain.loc["12:00", "wape_after"] < 0.9 * gain.loc["12:00", "wape_before"]
    assert np.isfinite(result.forecast.frame["offered"]).all()
