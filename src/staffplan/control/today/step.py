"""The day until now, what is expected of the rest, and the levers that bring most, each tried by simulation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from staffplan.control.today.allowed import Allowed
from staffplan.control.today.levers import Lever, levers_of
from staffplan.control.today.listed import is_sure, listed
from staffplan.control.today.play import Gain, Played, Stage, gain
from staffplan.control.today.spans import held_together, shifts_of, with_shifts
from staffplan.control.today.worth import Marginal, marginal_of
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.staffing.worth import service_worth
from staffplan.tables.control import ComingIntervals, DaySoFar, Levers
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage

TRIED_FOR_ONE = 2
"""Levers tried by simulation for each that is listed."""


@dataclass(frozen=True)
class Today:
    """The day so far, the intervals to come, and the levers."""

    so_far: DaySoFar
    coming: ComingIntervals
    levers: Levers


@dataclass(frozen=True)
class Day:
    """A roster at a moment of one of its days.

    planned, updated: the forecast before and after the contacts so far. since: the first instant that may change.
    rates: base pay an hour, by agent.
    """

    case: Case
    roster: Roster
    planned: VolumeForecast
    updated: VolumeForecast
    stage: Stage
    since: pd.Timestamp
    most: int
    rates: Mapping[str, float]

    @property
    def zone(self) -> str:
        return self.case.site.calendar.timezone

    @property
    def date(self) -> pd.Timestamp:
        """The local day."""
        return self.stage.at.tz_convert(self.zone).tz_localize(None).normalize()


def today(day: Day) -> Today:
    """What is seen, what is expected and what helps; of each person and kind at most one lever."""
    whole = day.roster
    local = Roster(
        whole.shifts.only((whole.shifts.frame["schedule_date"] == day.date).to_numpy()),
        whole.activities.only((whole.activities.frame["schedule_date"] == day.date).to_numpy()),
    )
    before = day.stage.play(local)
    cover = coverage(local, day.stage.requirement, day.case.site)
    worth = service_worth(day.stage.forecast, day.stage.staffing, site=day.stage.site)
    marginal = marginal_of(worth, cover, day.since, day.case.site.calendar.interval_minutes)
    tried = list(_tried(day, local, before, _promising(day, local, marginal)))
    return Today(_so_far(day), _coming(day, before, cover), _table(day, _measured(day, local, tried)))


def _promising(day: Day, local: Roster, marginal: Marginal) -> list[Lever]:
    """The best lever of each person and kind by the marginal worth of people, the best of all first."""
    best: dict[tuple[str, str], tuple[float, Lever]] = {}
    shifts = list(shifts_of(local, day.date))
    together = held_together(shifts)
    for shift in shifts:
        for lever in levers_of(shift, day.case, day.since, together):
            worth, key = marginal.gain(lever), (shift.agent_id, lever.kind)
            if worth > 0 and (key not in best or worth > best[key][0]):
                best[key] = worth, lever
    return [lever for _, lever in sorted(best.values(), key=lambda one: -one[0])]


def _tried(day: Day, local: Roster, before: Played, levers: Sequence[Lever]) -> Iterator[tuple[Lever, Gain]]:
    """Those that break no rule, with what they bring; no more than enough are tried."""
    allowed, left = Allowed(day.case, day.roster), TRIED_FOR_ONE * day.most
    for lever in levers:
        if left == 0:
            return
        if not allowed.breach(lever.after):
            left -= 1
            found = gain(before, day.stage.play(with_shifts(local, [lever.after], day.zone)))
            if is_sure(found):
                yield lever, found


def _measured(day: Day, local: Roster, tried: Sequence[tuple[Lever, Gain]]) -> list[tuple[Lever, Gain]]:
    """Those that are listed, with what they bring in a play that had no part in choosing them."""
    if not tried:
        return []
    fresh = day.stage.with_other_chance()
    before = fresh.play(local)

    def again(lever: Lever) -> Gain:
        return gain(before, fresh.play(with_shifts(local, [lever.after], day.zone)))

    return listed(tried, day.most, again)


def _table(day: Day, found: Sequence[tuple[Lever, Gain]]) -> Levers:
    freeze = day.since - day.stage.at
    rows = [
        {
            "number": number,
            "kind": lever.kind,
            "agent_id": lever.after.agent_id,
            "name": lever.after.name,
            "change": lever.words,
            "planning_group": brings.group,
            "gain_points": round(brings.points, 2),
            "error_points": round(brings.error_points, 2),
            "cost": round(lever.more_paid_hours * day.rates.get(lever.after.agent_id, 0.0), 2),
            "people": 1,
            "deadline": lever.first - freeze,
        }
        for number, (lever, brings) in enumerate(found, start=1)
    ]
    return Levers.of(pd.DataFrame(rows)) if rows else Levers.empty()


def _so_far(day: Day) -> DaySoFar:
    both = day.planned.frame.merge(
        day.updated.frame, on=["interval_start", "queue"], suffixes=("_planned", ""), how="inner"
    )
    local = both["interval_start"].dt.tz_convert(day.zone).dt.tz_localize(None).dt.normalize()
    both = both[local == day.date]
    over = both["interval_start"] + _length(day) <= day.stage.at
    columns = {
        "expected": both["offered_planned"].where(over, 0.0),
        "came": both["offered"].where(over, 0.0),
        "rest_planned": both["offered_planned"].where(~over, 0.0),
        "rest": both["offered"].where(~over, 0.0),
        "rest_p10": both["offered_p10"].where(~over, 0.0),
        "rest_p90": both["offered_p90"].where(~over, 0.0),
    }
    return DaySoFar.of(both[["queue"]].assign(**columns).groupby("queue", as_index=False).sum())


def _length(day: Day) -> pd.Timedelta:
    return pd.Timedelta(minutes=day.case.site.calendar.interval_minutes)


def _coming(day: Day, before: Played, cover: Coverage) -> ComingIntervals:
    scene, starts = before.scene, before.scene.grid.starts
    starts = starts[starts + _length(day) > day.stage.at]
    levels = before.levels()
    goals = {name: own.service_level for name, own in zip(scene.group_names, scene.promises, strict=True)}
    rows = cover.frame[cover.frame["interval_start"].isin(starts) & cover.frame["planning_group"].isin(goals)]
    group = rows["planning_group"].map({name: n for n, name in enumerate(scene.group_names)}).to_numpy()
    offered = _by_group(day, day.updated).rename("offered")
    planned = _by_group(day, day.planned).rename("planned")
    keys = ["planning_group", "interval_start"]
    frame = rows[[*keys, "required", "scheduled"]]
    for contacts in (offered, planned):
        frame = frame.merge(contacts, on=keys, how="left")
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
