"""A day's service level shared among its causes, with the error that the number of repetitions leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.control.day.mend import Mending, mending
from staffplan.control.day.worlds import CAUSES, EVERYTHING, Floats, GroupDay, Repetition
from staffplan.control.shapley import Shares, shapley
from staffplan.tables.control import DayCauses

FEWEST, MOST, BATCH = 20, 200, 20
"""Repetitions: at least, at most, and so many more at a time."""
ERROR = 0.005
"""Share of contacts: repetitions are added until no cause has a larger standard error."""
CHANCE = "chance"


@dataclass(frozen=True)
class DayTold:
    """The causes of a planning group's day. scatter: standard deviation of the day's service level by chance alone.
    mending: what would have kept the goal; None where it was kept or there is none."""

    causes: DayCauses
    repetitions: int
    scatter: float
    mending: Mending | None


def explain_group(name: str, date: pd.Timestamp, day: GroupDay, goal: float | None, rate: float) -> DayTold:
    """Shapley shares of each repetition, and their mean. rate: money for an hour of one more person."""
    shares = [_shares(day, number) for number in range(FEWEST)]
    while len(shares) < MOST and _errors(shares).max() > ERROR:
        shares += [_shares(day, number) for number in range(len(shares), len(shares) + BATCH)]
    after = np.array([one.after for one in shares])
    measured = _measured(day)
    actual = float(after.mean()) if measured is None else measured
    mend = None if goal is None or actual >= goal else mending(day, goal, rate)
    causes = DayCauses.of(_rows(name, date, day, shares, measured))
    return DayTold(causes, len(shares), float(after.std(ddof=1)), mend)


def _shares(day: GroupDay, number: int) -> Shares:
    played = Repetition(day, number)
    inert = EVERYTHING - set(day.active)

    def value(causes: frozenset[int]) -> float:
        return played.service_level(inert | {day.active[cause] for cause in causes})

    return shapley(value, len(day.active))


def _errors(shares: list[Shares]) -> Floats:
    """(causes,): standard errors of the mean shares."""
    every = np.array([one.share for one in shares])
    return np.asarray(every.std(axis=0, ddof=1) / np.sqrt(len(shares)))


def _measured(day: GroupDay) -> float | None:
    """The day's share of contacts answered in time; None where an interval with contacts does not tell."""
    came = np.concatenate([one.came for one in day.queues])
    in_time = np.concatenate([one.in_time for one in day.queues])
    if np.isnan(in_time[came > 0]).any():
        return None
    return float(min(np.nansum(in_time) / came.sum(), 1.0))


def _rows(name: str, date: pd.Timestamp, day: GroupDay, shares: list[Shares], measured: float | None) -> pd.DataFrame:
    before, after = (float(np.mean([getattr(one, side) for one in shares])) for side in ("before", "after"))
    common = {"day": date, "queue": name, "service_planned": before,
              "service_actual": after if measured is None else measured}  # fmt: skip
    columns = {
        "contribution": np.mean([one.share for one in shares], axis=0),
        "repaired": np.mean([one.repaired for one in shares], axis=0),
        "alone": np.mean([one.alone for one in shares], axis=0),
        "error": _errors(shares),
    }
    rows = [
        {**common, "cause": CAUSES[cause], **{column: values[place] for column, values in columns.items()}}
        for place, cause in enumerate(day.active)
    ]
    if measured is not None:
        scatter = np.std([one.after for one in shares], ddof=1)
        error = float(scatter / np.sqrt(len(shares)))
        nothing = {"repaired": np.nan, "alone": np.nan}
        rows.append({**common, "cause": CHANCE, "contribution": measured - after, "error": error, **nothing})
    return pd.DataFrame(rows)
