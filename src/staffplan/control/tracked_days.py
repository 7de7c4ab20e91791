"""Day totals against the bands that were published of them, with alarms; waits as predicted and as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.control.chance import band_variance
from staffplan.control.cusum import alarms
from staffplan.control.gathered import KEY, NONE, Gathered
from staffplan.tables.history import ContactHistory
from staffplan.tables.track import TrackedDays, TrackedWaits

BAND = ["offered_p025", "offered_p975"]


def tracked_days(known: Gathered) -> TrackedDays:
    """Each queue's days of which every published interval is known, with alarms; an alarm is open as long as nothing
    was published after its day."""
    cells = _of_the_day_ahead(known)
    days = cells.groupby(["queue", "day"], as_index=False).agg(
        entry=("entry", "first"), offered=("offered", "sum"), said=("said", "sum"), known=("said", "size")
    )
    days["date"] = pd.Timestamp(known.grid.first) + pd.to_timedelta(days["day"], unit="D")
    days = _with_bands(days, known)
    found = [row for _, own in days.groupby("queue", sort=True) for row in _alarmed(own, known)]
    return TrackedDays.of(pd.DataFrame(found)) if found else TrackedDays.empty()


def _of_the_day_ahead(known: Gathered) -> pd.DataFrame:
    """queue, day, entry, offered, said: each day by the last entry before its first interval, also where another was
    published while the day ran."""
    said, cell = known.rows, known.rows["cell"].to_numpy()
    queue, offered = (known.came[name].to_numpy()[cell] for name in ("queue", "offered"))
    rows = pd.DataFrame({"queue": queue, "day": known.day[cell], "place": known.place[cell], "offered": offered})
    rows = rows.assign(entry=said["entry"].to_numpy(), said=said["offered"].to_numpy())
    picked = known.last_before(0)
    first = rows.iloc[picked[picked != NONE]].sort_values("place", kind="stable")
    first = first.drop_duplicates(["queue", "day"])[["queue", "day", "entry"]]
    return rows[(said["lead_days"] >= 0).to_numpy()].merge(first, on=["queue", "day", "entry"])


def _with_bands(days: pd.DataFrame, known: Gathered) -> pd.DataFrame:
    """The days with the spread that the entry's band of the day stands for.

    Days known in part are left out, as are those of which no band was published."""
    parts = [days.iloc[:0].assign(spread=0.0)]
    for position, own in days.groupby("entry"):
        entry = known.entries[int(str(position))]
        local = local_dates(pd.DatetimeIndex(entry.forecast["interval_start"]), known.grid.calendar.timezone)
        asked = entry.forecast.assign(date=pd.DatetimeIndex(list(local)))[["queue", "date", "interval_start"]]
        count = asked.drop_duplicates().groupby(["queue", "date"]).size().rename("asked").reset_index()
        bands = entry.totals.loc[entry.totals["period"] == "day", ["queue", "period_start", *BAND]]
        both = own.merge(count, on=["queue", "date"]).merge(
            bands, left_on=["queue", "date"], right_on=["queue", "period_start"]
        )
        both = both[both["known"] == both["asked"]]
        variance = band_variance(*(both[name].to_numpy(dtype=float) for name in ("said", *BAND)))
        parts.append(both.assign(spread=np.sqrt(variance)))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True).sort_values(
        ["queue", "day"]
    )


def _alarmed(own: pd.DataFrame, known: Gathered) -> Iterator[dict[str, Any]]:
    spread = own["spread"].to_numpy(dtype=float)
    errors = (own["offered"] - own["said"]).to_numpy(dtype=float) / np.where(spread > 0, spread, 1.0)
    found = {alarm.at: alarm for alarm in alarms(errors)}
    dates = own["date"].tolist()
    last_made = known.entries[-1].made_at.tz_convert(known.grid.calendar.timezone).tz_localize(None)
    for number, row in enumerate(own.to_dict("records")):
        alarm = found.get(number)
        yield {
            "queue": row["queue"],
            "day": row["date"],
            "entry": known.entries[row["entry"]].number,
            "offered_forecast": row["said"],
            "offered": row["offered"],
            "spread": spread[number],
            "error": errors[number],
            "alarm": "" if alarm is None else "more came" if alarm.sign > 0 else "fewer came",
            "since": pd.NaT if alarm is None else dates[alarm.since],
            "open": "" if alarm is None else "yes" if last_made < row["date"] + pd.Timedelta(days=1) else "no",
        }


def tracked_waits(known: Gathered, history: ContactHistory, group_of: Mapping[str, str]) -> TrackedWaits:
    """Days of planning groups of which a service level was predicted before and that have come whole; none where the
    history has no contacts answered in time. group_of: the planning group of each queue; others are their own."""
    zone = known.grid.calendar.timezone
    happened = _happened(history.frame, group_of, zone)
    predicted = [
        entry.waits[entry.waits["kept"] != "no contacts"].assign(entry=entry.number)
        for entry in known.entries
        if len(entry.waits)
    ]
    if not predicted or happened.empty:
        return TrackedWaits.empty()
    made = {entry.number: entry.made_at.tz_convert(zone).tz_localize(None) for entry in known.entries}
    every = pd.concat(predicted, ignore_index=True)
    every = every[every["day"] >= every["entry"].map(made)]
    last = every[~every.duplicated(["planning_group", "day"], keep="last")]
    last = last.merge(_whole_days(known, group_of), on=["planning_group", "day", "entry"])
    both = last.merge(happened, on=["planning_group", "day"], suffixes=("_forecast", ""))
    both = both.rename(columns={"service_level_forecast": "service_level_predicted", "kept": "kept_predicted"})
    level, inside = (
        both["service_level"],
        both["service_level"].between(both["service_level_low"], both["service_level_high"]),
    )
    both["inside"] = np.where(both["service_level_low"].isna(), "", np.where(inside, "yes", "no"))
    both["kept"] = np.where(both["goal"].isna(), "", np.where(level >= both["goal"], "yes", "no"))
    return (
        TrackedWaits.of(both[[column.name for column in TrackedWaits.columns]]) if len(both) else TrackedWaits.empty()
    )


def _whole_days(known: Gathered, group_of: Mapping[str, str]) -> pd.DataFrame:
    """planning_group, day, entry: the days of each entry of which every interval published is known."""
    came = pd.MultiIndex.from_frame(known.came[KEY])
    parts = []
    for entry in known.entries:
        asked = entry.forecast[KEY].drop_duplicates()
        days = local_dates(pd.DatetimeIndex(asked["interval_start"]), known.grid.calendar.timezone)
        rows = pd.DataFrame({"day": pd.DatetimeIndex(list(days)), "entry": entry.number})
        rows["planning_group"] = [group_of.get(queue, queue) for queue in asked["queue"]]
        parts.append(rows.assign(known=pd.MultiIndex.from_frame(asked).isin(came)))
    whole = pd.concat(parts).groupby(["planning_group", "day", "entry"])["known"].all()
    return whole[whole].reset_index().drop(columns="known")


def _happened(frame: pd.DataFrame, group_of: Mapping[str, str], zone: str) -> pd.DataFrame:
    """Contacts and share answered in time, of whole days of planning groups in which every row tells it."""
    days = pd.DatetimeIndex(list(local_dates(pd.DatetimeIndex(frame["interval_start"]), zone)))
    groups = frame["queue"].map(lambda queue: group_of.get(queue, queue))
    told = frame["answered_within_threshold"].notna() | (frame["offered"] == 0)
    rows = pd.DataFrame({"planning_group": groups, "day": days, "offered": frame["offered"], "told": told})
    rows["in_time"] = frame["answered_within_threshold"].fillna(0.0)
    sums = (
        rows.groupby(["planning_group", "day"]).agg({"offered": "sum", "in_time": "sum", "told": "all"}).reset_index()
    )
    sums = sums[sums["told"] & (sums["offered"] > 0)]
    return sums.assign(service_level=(sums["in_time"] / sums["offered"]).clip(upper=1.0))[
        ["planning_group", "day", "offered", "service_level"]
    ]
