"""Days planned and days as they were to the causes of the difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.control.day_worlds import CAUSES, Day, Line, TwoDays
from staffplan.control.shapley import shapley
from staffplan.errors import DataError, Problem
from staffplan.tables.control import DayCauses, DayOfQueue

VALUES = ["offered", "aht_seconds", "agents", "service_level"]
CHANCE = "chance"


def explained_days(planned: DayOfQueue, actual: DayOfQueue, line: Line, timezone: str) -> DayCauses:
    """The causes of each queue's day that both tables have.

    Raises DataError for a day that one table alone has, and for one without contacts or handling times.
    """
    before, after = _by_day(planned, timezone), _by_day(actual, timezone)
    problems = [*_unpaired(before, after, actual.source), *_unpaired(after, before, planned.source)]
    problems += [problem for key in before if key in after for problem in _empty(key, before[key], after[key])]
    if problems:
        raise DataError(problems)
    return DayCauses.of(pd.DataFrame([row for key in before for row in _rows(key, before[key], after[key], line)]))


Key = tuple[date, str]
Days = dict[Key, pd.DataFrame]


def _by_day(table: DayOfQueue, timezone: str) -> Days:
    """The rows of each queue's local day, by the start of their interval."""
    frame = table.frame.assign(day=local_dates(pd.DatetimeIndex(table.frame["interval_start"]), timezone))
    return {
        (own["day"].iloc[0], str(own["queue"].iloc[0])): own.set_index("interval_start")[VALUES]
        for _, own in frame.groupby(["day", "queue"])
    }


def _unpaired(has: Days, other: Days, other_name: str) -> Iterator[Problem]:
    """Days that the other table does not have."""
    for day, queue in has:
        if (day, queue) not in other:
            hint = "give the same days and queues in both files"
            yield Problem(other_name, f"there is no row of {queue} on {day}", hint)


def _empty(key: Key, planned: pd.DataFrame, actual: pd.DataFrame) -> Iterator[Problem]:
    """A day on which nobody came and nobody was expected, or whose contacts have no handling time."""
    day, queue = key
    if not planned["offered"].sum() + actual["offered"].sum():
        yield Problem(f"{queue} {day}", "no contacts are planned and none came", "leave the day out of both files")
    elif planned["aht_seconds"].isna().all() and actual["aht_seconds"].isna().all():
        yield Problem(f"{queue} {day}", "no handling time is given", "fill aht_seconds, in seconds")


def _rows(key: Key, planned: pd.DataFrame, actual: pd.DataFrame, line: Line) -> Iterator[dict[str, object]]:
    both = planned.index.union(actual.index)
    one, other = (_day(frame.reindex(both)) for frame in (planned, actual))
    found = shapley(TwoDays(one, other, line).service_level, len(CAUSES))
    measured = _measured(actual)
    after = found.after if measured is None else measured
    common = {"day": pd.Timestamp(key[0]), "queue": key[1], "service_planned": found.before, "service_actual": after}
    columns = (found.share, found.repaired, found.alone)
    for cause, *values in zip(CAUSES, *columns, strict=True):
        yield {**common, "cause": cause, **dict(zip(("contribution", "repaired", "alone"), values, strict=True))}
    if measured is not None:
        yield {**common, "cause": CHANCE, "contribution": measured - found.after, "repaired": np.nan, "alone": np.nan}


def _day(frame: pd.DataFrame) -> Day:
    offered, agents = (frame[name].fillna(0.0).to_numpy(dtype=float) for name in ("offered", "agents"))
    return Day(offered, frame["aht_seconds"].to_numpy(dtype=float), agents)


def _measured(actual: pd.DataFrame) -> float | None:
    """The service level that was measured, of the intervals that have one, by their contacts; None where none has."""
    known = actual[actual["service_level"].notna() & (actual["offered"] > 0)]
    if known.empty:
        return None
    return float(np.average(known["service_level"], weights=known["offered"]))
