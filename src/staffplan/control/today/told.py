"""What is told of a day, as tables: contacts so far, the intervals to come, levers, and who must be told what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from staffplan.control.today.day import Day, Offer
from staffplan.control.today.levers import Lever
from staffplan.control.today.play import Played
from staffplan.forecast.intraday.rows import ACTUAL
from staffplan.tables.control import ComingIntervals, DaySoFar, Levers
from staffplan.tables.forecast import VolumeForecast


def lever_table(day: Day, offers: Sequence[Offer]) -> Levers:
    """The levers in their order, numbered from 1."""
    rows = [
        {
            "number": number,
            "kind": offer.lever.kind,
            "agent_id": "; ".join(offer.lever.people),
            "name": "; ".join(shift.name for shift in offer.lever.afters),
            "change": offer.lever.words,
            "planning_group": offer.gain.group,
            "gain_points": round(offer.gain.points, 2),
            "error_points": round(offer.gain.error_points, 2),
            "cost": cost_of(day, offer.lever),
            "people": len(offer.lever.people),
            "deadline": deadline_of(day, offer.lever),
        }
        for number, offer in enumerate(offers, start=1)
    ]
    return Levers.of(pd.DataFrame(rows)) if rows else Levers.empty()


def cost_of(day: Day, lever: Lever) -> float:
    """Base pay of the time paid more."""
    return round(lever.more_paid_hours * day.rates.get(lever.after.agent_id, 0.0), 2)


def deadline_of(day: Day, lever: Lever) -> pd.Timestamp:
    """Until when the person must be told: the freeze before the change begins, or the notice where that is longer."""
    return lever.first - max(day.since - day.at, lever.notice)


def so_far(day: Day) -> DaySoFar:
    """Contacts of each queue as far as they are known, and for the rest; what came is blank where nothing is."""
    both = day.planned.frame.merge(
        day.updated.frame, on=["interval_start", "queue"], suffixes=("_planned", ""), how="inner"
    )
    local = both["interval_start"].dt.tz_convert(day.zone).dt.tz_localize(None).dt.normalize()
    both = both[local == day.date]
    over = both["interval_start"] + day.length <= day.at
    came = both["method"] == ACTUAL
    known = came | (over & ~both["queue"].isin(both["queue"][came]))
    columns = {
        "expected": both["offered_planned"].where(known, 0.0),
        "came": both["offered"].where(came),
        "rest_planned": both["offered_planned"].where(~known, 0.0),
        "rest": both["offered"].where(~known, 0.0),
        "rest_p10": both["offered_p10"].where(~known, 0.0),
        "rest_p90": both["offered_p90"].where(~known, 0.0),
    }
    sums = both[["queue"]].assign(**columns).groupby("queue", as_index=False)
    return DaySoFar.of(sums.sum(min_count=1))


def coming(day: Day, before: Played) -> ComingIntervals:
    """Contacts, people and projected service of each interval to come."""
    scene, starts = before.scene, before.scene.grid.starts
    starts = starts[starts + day.length > day.at]
    levels = before.levels()
    goals = {name: own.service_level for name, own in zip(scene.group_names, scene.promises, strict=True)}
    cover = day.cover.frame
    rows = cover[cover["interval_start"].isin(starts) & cover["planning_group"].isin(goals)]
    group = rows["planning_group"].map({name: n for n, name in enumerate(scene.group_names)}).to_numpy()
    keys = ["planning_group", "interval_start"]
    frame = rows[[*keys, "required", "scheduled"]]
    for name, forecast in (("offered", day.updated), ("planned", day.planned)):
        frame = frame.merge(_by_group(day, forecast).rename(name), on=keys, how="left")
    frame["service_level"] = levels[group, starts.get_indexer(pd.DatetimeIndex(rows["interval_start"]))]
    frame["goal"] = frame["planning_group"].map(goals).astype(float)
    frame[["offered", "planned"]] = frame[["offered", "planned"]].fillna(0.0)
    ordered = frame.sort_values(["interval_start", "planning_group"], ignore_index=True)
    return ComingIntervals.of(ordered[[column.name for column in ComingIntervals.columns]])


def _by_group(day: Day, forecast: VolumeForecast) -> pd.Series:
    """Contacts by planning group and interval."""
    group = forecast.frame["queue"].map({name: queue.planning_group for name, queue in day.case.site.queues.items()})
    named = forecast.frame.assign(planning_group=group)
    return named.groupby(["planning_group", "interval_start"])["offered"].sum()
