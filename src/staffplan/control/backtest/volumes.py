"""Volumes as tables of a forecast: the average that people build today, and the contacts that came."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, horizon_intervals, local_dates, midnight, minute_of_day, weekday_of
from staffplan.forecast.queue import ASSUMED_AHT_SECONDS
from staffplan.planned import PlannedDays
from staffplan.site import Site
from staffplan.tables.forecast import BANDS, VolumeForecast
from staffplan.tables.history import ContactHistory

WEEKS = 6
"""Of the average."""
CELL = ["queue", "weekday", "minute"]


def six_week_average(past: ContactHistory, site: Site, days: PlannedDays) -> VolumeForecast:
    """The mean of each queue's weekday and time of day over the last six weeks, nothing cleaned, holidays as any day.

    The handling time is the queue's of these weeks, weighted by contacts; without any, that of the settings. The
    average knows no bands.
    """
    zone, minutes = site.calendar.timezone, site.calendar.interval_minutes
    since = midnight(days.first - timedelta(weeks=WEEKS), zone)
    recent = _placed(on_grid(past.frame[past.frame["interval_start"] >= since], site.calendar), zone)
    number = recent.groupby(CELL[:2])["day"].nunique().rename("days").reset_index()
    means = recent.groupby(CELL, as_index=False)["offered"].sum().merge(number, on=CELL[:2])
    means = means.assign(offered=means["offered"] / means["days"])
    starts = horizon_intervals(days.first, days.number, zone, minutes)
    ahead = _placed(pd.DataFrame({"interval_start": starts}), zone).merge(means[[*CELL, "offered"]], on=CELL[1:])
    return _forecast(_open(ahead, site), _handling_times(recent, site), site, "average of six weeks")


def contacts_that_came(happened: ContactHistory, past: ContactHistory, site: Site) -> VolumeForecast:
    """The contacts of the period, with their own handling times; where none is known, the queue's of the period, then
    of the past, then of the settings. Contacts outside the opening hours of a phone are no one's to answer."""
    rows = _open(on_grid(happened.frame, site.calendar), site)
    before = _handling_times(past.frame, site)
    usual = before | {name: aht for name, aht in _handling_times(rows, site).items() if rows_know(rows, name)}
    filled = rows.assign(own=rows["aht_seconds"].fillna(rows["queue"].map(usual)))
    return _forecast(filled.drop(columns="aht_seconds").rename(columns={"own": "aht_seconds"}), usual, site, "came")


def rows_know(rows: pd.DataFrame, queue: str) -> bool:
    """Whether any row of the queue has a handling time."""
    return bool(rows.loc[rows["queue"] == queue, "aht_seconds"].notna().any())


def interval_starts(instants: pd.Series, calendar: SiteCalendar) -> pd.DatetimeIndex:
    """(instants,): the start of the interval of the plan that holds each; intervals begin at local midnight."""
    if not len(instants):
        return pd.DatetimeIndex(instants)
    first, last = local_dates(pd.DatetimeIndex([instants.min(), instants.max()]), calendar.timezone)
    starts = horizon_intervals(first, (last - first).days + 1, calendar.timezone, calendar.interval_minutes)
    return starts[starts.searchsorted(pd.DatetimeIndex(instants), side="right") - 1]


def on_grid(rows: pd.DataFrame, calendar: SiteCalendar) -> pd.DataFrame:
    """interval_start, queue, offered, aht_seconds of the plan's intervals; handling times by contacts."""
    known = rows["offered"].where(rows["aht_seconds"].notna(), 0.0)
    work = (known * rows["aht_seconds"]).fillna(0.0)
    table = rows.assign(interval_start=interval_starts(rows["interval_start"], calendar), known=known, work=work)
    sums = table.groupby(["interval_start", "queue"], as_index=False)[["offered", "known", "work"]].sum()
    return sums.assign(aht_seconds=sums["work"] / sums["known"].where(sums["known"] > 0))


def _placed(rows: pd.DataFrame, zone: str) -> pd.DataFrame:
    starts = pd.DatetimeIndex(rows["interval_start"])
    days = local_dates(starts, zone)
    return rows.assign(day=days, weekday=weekday_of(starts, zone), minute=minute_of_day(starts, zone))


def _open(rows: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Without the intervals in which a queue takes no contacts, by its settings; deferred work takes them always."""
    starts = pd.DatetimeIndex(rows["interval_start"])
    keep = rows["queue"].isin(list(site.queues)).to_numpy()
    for name, queue in site.queues.items():
        if queue.arrival_hours is not None:
            own = (rows["queue"] == name).to_numpy()
            keep = keep & (~own | queue.arrival_hours.open_mask(starts, site.calendar))
    return rows[keep].reset_index(drop=True)


def _handling_times(rows: pd.DataFrame, site: Site) -> dict[str, float]:
    """Seconds by queue, weighted by contacts."""
    found = {name: ASSUMED_AHT_SECONDS if q.aht_seconds is None else q.aht_seconds for name, q in site.queues.items()}
    known = rows[rows["aht_seconds"].notna() & (rows["offered"] > 0)]
    for name, own in known.groupby("queue"):
        found[str(name)] = float(np.average(own["aht_seconds"], weights=own["offered"]))
    return found


def _forecast(rows: pd.DataFrame, aht: dict[str, float], site: Site, method: str) -> VolumeForecast:
    """The rows as a forecast that knows no uncertainty."""
    filled = rows if "aht_seconds" in rows and method == "came" else rows.assign(aht_seconds=rows["queue"].map(aht))
    channels = {name: queue.channel for name, queue in site.queues.items()}
    bands = dict.fromkeys(BANDS, filled["offered"])
    made = filled.assign(channel=filled["queue"].map(channels), **bands, method=method)
    return VolumeForecast.of(made[[column.name for column in VolumeForecast.columns]], method)
