"""What a roster made for service promises to keep on each day, by the curves it was made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.roster.case.predicted import KEY, predicted_days
from staffplan.site import Site
from staffplan.tables.requirement import ServiceWorth
from staffplan.tables.waits import Coverage

MOST_DAYS = 15
SMALLEST_MISS = 0.0005
"""Shares closer than this are the same, as they are told."""


def service_notes(cover: Coverage, worth: ServiceWorth, site: Site) -> Iterator[Note]:
    """Days of planning groups whose predicted service is below the promise, the most contacts late first; for work
    that waits hours, the hours on queue that its promise needs and that are missing."""
    frame = cover.frame[cover.frame["planning_group"].isin(worth.frame["planning_group"])]
    fewer = float(np.maximum(-frame["net"], 0).sum()) * site.calendar.interval_minutes / 60
    message = (
        f"with objective = service {fewer:,.1f} hours fewer are on queue than requirement.csv asks for interval "
    )
    message += "by interval, which is no promise here: that is each day's service, predicted with service_worth.csv"
    yield Note("roster", "assumption", "service", message)
    deferred = [name for name, queues in site.groups().items() if queues[0].work_type == "deferred"]
    short = _below(predicted_days(cover.frame.set_index(KEY)["scheduled"], worth, site.calendar.timezone))
    for day in _rows(short.head(MOST_DAYS)):
        late, length = day.due - day.in_time, site.calendar.interval_minutes / 60
        if day.group in deferred:
            due = day.due * length
            said = f"{late * length:.1f} of the {due:.1f} hours on queue that keep the promise together are missing"
        else:
            shares = f"{day.in_time / day.offered:.1%} in time is predicted, {day.due / day.offered:.1%} is promised"
            said = f"{shares}: {late:.0f} contacts fewer"
        yield Note("roster", "broken promise", f"{day.group} {day.day:%a %d %b %Y}", said)
    if len(short) > MOST_DAYS:
        message = f"service below the promise is predicted for {len(short) - MOST_DAYS} more days and groups"
        yield Note("roster", "broken promise", "other days", message)


def _below(days: pd.DataFrame) -> pd.DataFrame:
    missed = days[days["in_time"] < days["due"] - SMALLEST_MISS * days["offered"]]
    return missed.loc[(missed["due"] - missed["in_time"]).sort_values(ascending=False, kind="stable").index]


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def without_curves(cover: Coverage, worth: ServiceWorth) -> Coverage:
    """The groups that are covered in every interval."""
    return cover.only(~cover.frame["planning_group"].isin(worth.frame["planning_group"]).to_numpy())
