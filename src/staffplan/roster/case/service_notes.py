"""What a roster that seeks service says of its days: which promises it breaks, and what would keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import Note
from staffplan.roster.case.predicted import KEY, predicted_days
from staffplan.roster.case.service import concave
from staffplan.roster.problem.worth import Floats
from staffplan.site import Site
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.waits import Coverage, DayService

MOST_DAYS = 15
SMALLEST_MISS = 0.0005
"""Shares closer than this are the same, as they are told."""
PLAYED_MISS = 0.005
"""And as the simulation knows them."""


def service_notes(cover: Coverage, worth: ServiceWorth, site: Site, days: DayService | None) -> Iterator[Note]:
    """Days of planning groups whose service is below the promise, most contacts late first, and the hours on queue
    that would keep each; for work that waits hours, the hours that its promise needs and that are missing. days: the
    roster as it was played, of the groups that a simulation can judge; the others are predicted by their curves."""
    frame = cover.frame[cover.frame["planning_group"].isin(worth.frame["planning_group"])]
    length = site.calendar.interval_minutes / 60
    fewer = float(np.maximum(-frame["net"], 0).sum()) * length
    yield Note("roster", "assumption", "service", _how(fewer, days))
    deferred = [name for name, queues in site.groups().items() if queues[0].work_type == "deferred"]
    there = cover.frame.set_index(KEY)["scheduled"]
    short = _below(_as_played(predicted_days(there, worth, site.calendar.timezone), days))
    for day in _rows(short.head(MOST_DAYS)):
        if day.group in deferred:
            said = _hours_missing(day, length)
        else:
            hours = hours_to_keep(there, worth, day.group, day.day, day.due - day.in_time, site)
            said = _level_missed(day, hours)
        yield Note("roster", "broken promise", f"{day.group} {day.day:%a %d %b %Y}", said)
    if len(short) > MOST_DAYS:
        message = f"{len(short) - MOST_DAYS} more queue-days fall short"
        yield Note("roster", "broken promise", "other days", message)


def _how(fewer: float, days: DayService | None) -> str:
    message = f"with objective = service, {fewer:,.1f} hours fewer are on queue than requirement.csv requires per "
    message += "interval; the service goal is each day's service level, "
    return message + ("predicted with service_worth.csv" if days is None else "simulated for the rosters tried")


def _hours_missing(day: Any, length: float) -> str:
    late, due = day.due - day.in_time, day.due * length
    said = f"understaffed by {late * length:.1f} of the {due:.1f} hours on queue that all groups together need "
    return said + "to meet the service goal"


def _level_missed(day: Any, hours: float | None) -> str:
    kind = "simulated" if day.played else "predicted"
    said = f"{kind} service level {day.in_time / day.offered:.1%}, goal {day.due / day.offered:.1%}: "
    said += f"{day.due - day.in_time:.0f} contacts fewer in time"
    return said if hours is None else f"{said}; about {hours:.1f} more hours on queue would meet the goal"


def _as_played(days: pd.DataFrame, played: DayService | None) -> pd.DataFrame:
    """The days' contacts in time and due as the simulation found them, where it has."""
    days = days.assign(played=False)
    if played is None:
        return days
    found = {
        (row.planning_group, row.day.date()): (row.service_level, row.goal)
        for row in _rows(played.frame.dropna(subset=["service_level", "goal"]))
    }
    for number, (group, day) in enumerate(zip(days["group"], days["day"], strict=True)):
        if (group, day) in found:
            level, goal = found[group, day]
            offered = days.loc[number, "offered"]
            days.loc[number, ["in_time", "due"]] = [level * offered, goal * offered]
            days.loc[number, "played"] = True
    return days


def _below(days: pd.DataFrame) -> pd.DataFrame:
    """The days missed, most contacts late first."""
    least = np.where(days["played"], PLAYED_MISS, SMALLEST_MISS)
    missed = days[days["in_time"] < days["due"] - least * days["offered"]]
    late = (missed["due"] - missed["in_time"]).to_numpy(dtype=float)
    ordered: pd.DataFrame = missed.take(np.argsort(-late, kind="stable").tolist())
    return ordered


def hours_to_keep(
    there: pd.Series, worth: ServiceWorth, group: str, day: object, late: float, site: Site
) -> float | None:
    """Hours on queue that bring so many more contacts in time on a day, each where it brings most; None where all
    that the curves know do not. there: people on queue by planning group and start of interval."""
    frame = worth.frame[worth.frame["planning_group"] == group]
    frame = frame[local_dates(pd.DatetimeIndex(frame["interval_start"]), site.calendar.timezone) == day]
    brings: list[Floats] = []
    for start, curve in frame.sort_values("agents").groupby("interval_start"):
        first = int(there.get((group, start), 0.0))
        brings.append(
            concave(np.diff(curve["in_time"].to_numpy(dtype=float)[first:])) * float(curve["offered"].iloc[0])
        )
    ordered = np.sort(np.concatenate(brings))[::-1] if brings else np.zeros(0)
    needed = int(np.searchsorted(np.cumsum(ordered), late)) + 1
    return needed * site.calendar.interval_minutes / 60 if needed <= len(ordered) else None


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
