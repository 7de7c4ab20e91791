"""Totals of a forecast that was changed: sums anew, bands moved along with those of the base."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.forecast.overrides import BOUNDS, moved_bound
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.tables.forecast import ForecastTotals, VolumeForecast

KEY = ["period", "period_start", "queue"]


def moved_totals(
    base: ForecastTotals, forecast: VolumeForecast, planned: PlannedDays, timezone: str
) -> ForecastTotals:
    """The totals of a changed forecast. Where the base has no row, bands are the sums of the intervals' bands."""
    rows = _sums(forecast, planned, timezone)
    joined = rows.merge(base.frame, on=KEY, how="left", suffixes=("", "_base"))
    before = joined["offered_base"].to_numpy(dtype=float)
    known, after = ~np.isnan(before), joined["offered"].to_numpy(dtype=float)
    for name, share in BOUNDS.items():
        bound = np.nan_to_num(joined[f"{name}_base"].to_numpy(dtype=float))
        moved = moved_bound(bound, np.nan_to_num(before), after, share)
        joined[name] = np.where(known, moved, joined[name])
    return ForecastTotals.of(joined[[column.name for column in ForecastTotals.columns]])


def _sums(forecast: VolumeForecast, planned: PlannedDays, timezone: str) -> pd.DataFrame:
    """Sums by day, week and horizon, of each queue and of all together."""
    frame = forecast.frame
    days = pd.DatetimeIndex(frame["interval_start"]).tz_convert(timezone).tz_localize(None).normalize()
    first = pd.Timestamp(planned.first)
    weeks = first + pd.to_timedelta((days - first).days // DAYS_OF_A_WEEK * DAYS_OF_A_WEEK, unit="D")
    frame = frame.assign(work=frame["offered"] * frame["aht_seconds"])
    found = []
    for period, start in (("day", days), ("week", weeks), ("horizon", pd.DatetimeIndex([first] * len(frame)))):
        dated = frame.assign(period=period, period_start=start)
        for own in (dated, dated.assign(queue="")):
            sums = own.groupby(KEY, as_index=False)[["offered", "work", *BOUNDS]].sum()
            found.append(sums)
    whole = pd.concat(found, ignore_index=True)
    offered = whole["offered"].to_numpy(dtype=float)
    aht = np.divide(whole["work"], offered, out=np.zeros(len(whole)), where=offered > 0)
    return whole.assign(aht_seconds=aht, period_start=whole["period_start"].astype("datetime64[ns]"))
