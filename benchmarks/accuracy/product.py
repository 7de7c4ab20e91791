"""staffplan itself, through its public function, cold: given what the peers are given, as a site and a history."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from accuracy.data_sets import HORIZON_DAYS, DataSet
from accuracy.peers.answer import QUANTILES
from staffplan.clock import local_dates
from staffplan.forecast import forecast
from staffplan.process.workers import Workers
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import ForecastTotals
from staffplan.tables.history import ContactHistory

BOUNDS = ("offered_p025", "offered_p10", "offered_p90", "offered_p975")
assert len(BOUNDS) == len(QUANTILES)


@dataclass(frozen=True)
class Product:
    """Expected contacts and bands of all queues; `days` is None where the result has no day totals."""

    intervals: pd.DataFrame
    """queue, interval_start, offered, and the bounds."""
    days: pd.DataFrame | None
    """queue, date, and the bounds."""


def staffplan_at(data_set: DataSet, origin: pd.Timestamp, settings: ForecastSettings) -> Product:
    """Everything before the origin learnt anew, on one core; hours are learnt too where the set gives none."""
    local = local_dates(pd.DatetimeIndex(data_set.rows["interval_start"]), data_set.zone)
    past = ContactHistory.of(data_set.rows[local < origin.date()].reset_index(drop=True), data_set.name)
    names = sorted(past.frame["queue"].unique())
    queues = {name: Queue(name, planning_group=name, arrival_hours=data_set.hours) for name in names}
    site = Site(data_set.calendar, queues)
    result = forecast(past, settings, site=site, first_day=origin.date(), days=HORIZON_DAYS, workers=Workers(jobs=1))
    columns = ["queue", "interval_start", "offered", *BOUNDS]
    return Product(result.forecast.frame[columns], _days(result.totals))


def _days(totals: ForecastTotals) -> pd.DataFrame | None:
    """Bounds of each queue's day totals."""
    frame = totals.frame[(totals.frame["period"] == "day") & (totals.frame["queue"] != "")]
    if not len(frame):
        return None
    return frame[["queue", *BOUNDS]].assign(date=pd.to_datetime(frame["period_start"]))
