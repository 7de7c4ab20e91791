"""The forecast's rows as other systems count them: finer intervals, whole days, local labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.export.source import Source

COLUMNS = ["queue", "channel", "interval_start", "offered", "aht_seconds"]


def split(frame: pd.DataFrame, minutes: int, into_minutes: int) -> pd.DataFrame:
    """Rows of `minutes` length as rows of a length that divides it: contacts in equal parts, the same AHT."""
    parts = minutes // into_minutes
    again = frame.loc[np.repeat(frame.index.to_numpy(), parts)].reset_index(drop=True)
    number = np.tile(np.arange(parts), len(frame))
    starts = again["interval_start"] + pd.to_timedelta(number * into_minutes, unit="min")
    return again.assign(interval_start=starts, offered=again["offered"] / parts)


def weighted_aht(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums of contacts by the columns, and the AHT weighted by contacts (plain where there are none)."""
    work = frame.assign(work=frame["offered"] * frame["aht_seconds"])
    sums = work.groupby(by, sort=True).agg(
        offered=("offered", "sum"), work=("work", "sum"), plain=("aht_seconds", "mean")
    )
    some = sums["offered"] > 0
    aht = sums["work"].div(sums["offered"].where(some, 1.0)).where(some, sums["plain"])
    return sums.assign(aht_seconds=aht)[["offered", "aht_seconds"]].reset_index()


def local_days(source: Source) -> pd.DataFrame:
    """Contacts and weighted AHT of each queue and local day: queue, day, offered, aht_seconds."""
    frame = source.forecast.frame
    day = frame["interval_start"].dt.tz_convert(source.timezone).dt.tz_localize(None).dt.normalize()
    return weighted_aht(frame.assign(day=day), ["queue", "day"])
