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
    played = [_Played(day, number) for number in range(FEWEST)]
    found = _estimate(played)
    while len(played) < MOST and found.error.share.max() > ERROR:
        played += [_Played(day, number) for number in range(len(played), len(played) + BATCH)]
        found = _estimate(played)
    measured = _measured(day)
    actual = found.mean.after if measured is None else measured
    mend = None if goal is None or actual >= goal else mending(day, goal, rate)
    scatter = float(np.std([one.shares.after for one in played], ddof=1))
    return DayTold(DayCauses.of(_rows(name, date, day, found, measured)), len(played), scatter, mend)


class _Played:
    """Shares of one repetition, and its luck: people away and contacts, less what they are on average."""

    def __init__(self, day: GroupDay, number: int) -> None:
        repetition = Repetition(day, number)
        inert = EVERYTHING - set(day.active)

        def value(causes: frozenset[int]) -> float:
            return repetition.service_level(inert | {day.active[cause] for cause in causes})

        self.shares = shapley(value, len(day.active))
        contacts, _ = repetition.contacts(())
        planned = sum(float(one.planned.sum()) for one in day.queues)
        self.luck = (repetition.minutes_away - day.people.expected_minutes, len(contacts.arrival) - planned)


@dataclass(frozen=True)
class _Estimate:
    """Means over repetitions, and their standard errors."""

    mean: Shares
    error: Shares


def _estimate(played: list[_Played]) -> _Estimate:
    """The means as they would be with the usual number of people away and of contacts: a line through the repetitions
    takes their luck out (control variates). As it is linear, and the same for all, the shares still add up.

    Source: S. S. Lavenberg, P. D. Welch, A perspective on the use of control variables to increase the efficiency of
    Monte Carlo simulations (Management Science 27(3), 1981)
    """
    values = np.array([np.concatenate([[one.shares.before, one.shares.after], one.shares.share, one.shares.repaired,
                                       one.shares.alone]) for one in played])  # fmt: skip
    luck = np.array([one.luck for one in played])
    luck = luck[:, luck.std(axis=0) > 0]
    design = np.column_stack([np.ones(len(played)), luck])
    coefficients, *_ = np.linalg.lstsq(design, values, rcond=None)
    left = ((values - design @ coefficients) ** 2).sum(axis=0) / (len(played) - design.shape[1])
    error = np.sqrt(left * np.linalg.pinv(design.T @ design)[0, 0])
    return _Estimate(_as_shares(coefficients[0]), _as_shares(error))


def _as_shares(values: Floats) -> Shares:
    share, repaired, alone = np.split(values[2:], 3)
    return Shares(float(values[0]), float(values[1]), share, repaired, alone)


def _measured(day: GroupDay) -> float | None:
    """The day's share of contacts answered in time; None where an interval with contacts does not tell."""
    came = np.concatenate([one.came for one in day.queues])
    in_time = np.concatenate([one.in_time for one in day.queues])
    if np.isnan(in_time[came > 0]).any():
        return None
    return float(min(np.nansum(in_time) / came.sum(), 1.0))


def _rows(name: str, date: pd.Timestamp, day: GroupDay, found: _Estimate, measured: float | None) -> pd.DataFrame:
    mean, after = found.mean, found.mean.after
    before, actual = (_share(level) for level in (mean.before, after if measured is None else measured))
    common = {"day": date, "queue": name, "service_planned": before, "service_actual": actual}
    columns = {"contribution": mean.share, "repaired": mean.repaired, "alone": mean.alone, "error": found.error.share}
    rows = [
        {**common, "cause": CAUSES[cause], **{column: values[place] for column, values in columns.items()}}
        for place, cause in enumerate(day.active)
    ]
    if measured is not None:
        nothing = {"repaired": np.nan, "alone": np.nan}
        rows.append(
            {**common, "cause": CHANCE, "contribution": measured - after, "error": found.error.after, **nothing}
        )
    return pd.DataFrame(rows)


def _share(level: float) -> float:
    """A line through shares may end a hair outside."""
    return min(max(level, 0.0), 1.0)
