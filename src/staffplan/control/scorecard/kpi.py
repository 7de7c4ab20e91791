"""What is measured outside of staffplan, joined with the contacts by week and queue."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from staffplan.control.scorecard.observed import ALL, Observed, week_of
from staffplan.errors import DataError, Problem
from staffplan.tables.scorecard import KPI_LIMITS, KpiWeeks, target_column

Target = tuple[float, str]


def refuse_useless(kpi: KpiWeeks) -> None:
    """Raise DataError for a file without any measure, and for a week that a queue has twice."""
    frame = kpi.frame
    if frame[list(KPI_LIMITS)].isna().all(axis=None):
        hint = f"fill at least one of: {', '.join(KPI_LIMITS)}"
        raise DataError(Problem(kpi.source, "no row has a measure", hint))
    weeks = frame.assign(monday=week_of(frame["week"]))
    twice = np.flatnonzero(weeks.duplicated(["queue", "monday"]))
    problems = [
        Problem(
            kpi.place(row, "week"), f"{_words(weeks.iloc[row])} is there already", "give each week one row a queue"
        )
        for row in twice.tolist()
    ]
    if problems:
        raise DataError(problems)


def _words(row: pd.Series) -> str:
    return f"the week of {row['monday']:%Y-%m-%d}{' of ' + row['queue'] if row['queue'] else ''}"


def kpi_measures(kpi: KpiWeeks, contacts: pd.DataFrame) -> Iterator[Observed]:
    """Each measure that a row has, weighted by the contacts of its week and queue where those of all its rows are
    known. contacts: queue, week (Monday), offered."""
    rows = kpi.frame.assign(week=week_of(kpi.frame["week"]), queue=kpi.frame["queue"].replace("", ALL))
    whole = contacts.groupby("week", as_index=False)["offered"].sum().assign(queue=ALL)
    rows = rows.merge(pd.concat([contacts, whole]), on=["queue", "week"], how="left")
    for name in KPI_LIMITS:
        own = rows[rows[name].notna()]
        if own.empty:
            continue
        is_known = bool((own["offered"] > 0).all())
        weight = own["offered"] if is_known else pd.Series(1.0, index=own.index)
        source = f"{kpi.source}, weighted by contacts" if is_known else f"{kpi.source}, each week alike"
        frame = own[["queue", "week"]].assign(part=own[name] * weight, whole=weight)
        yield Observed(name, source, frame)


def kpi_targets(kpi: KpiWeeks) -> dict[tuple[str, str], Target]:
    """The last target of each measure and queue ("*": the whole center), and where it is from."""
    rows = kpi.frame.sort_values("week")
    found: dict[tuple[str, str], Target] = {}
    for name in KPI_LIMITS:
        own = rows[rows[target_column(name)].notna()]
        for queue, value in zip(own["queue"], own[target_column(name)], strict=True):
            found[name, queue or ALL] = float(value), kpi.source
    return found
