"""What the contacts that came say of the published forecasts and of the waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from staffplan.control.chance import mean_deviation
from staffplan.control.gathered import NONE, Gathered
from staffplan.control.scorecard.observed import ALL, Observed
from staffplan.control.scorecard.planned import goals_kept, local_day, pieces
from staffplan.tables.history import ContactHistory

MEASURED = "measured: answered in time / offered"


def forecast_measures(known: Gathered) -> Iterator[Observed]:
    """Error and bias of what was published last before each interval, by day, with the error that chance alone
    gives."""
    picked = known.last_before(0)
    at = np.flatnonzero(picked != NONE)
    if not len(at):
        return
    came = known.came.iloc[at]
    offered, said = (frame["offered"].to_numpy(dtype=float) for frame in (came, known.rows.iloc[picked[at]]))
    day = pd.Series(pd.Timestamp(known.grid.first) + pd.to_timedelta(known.day[at], unit="D"))
    whole, queue = pd.Series(offered), pd.Series(came["queue"].to_numpy())
    floor = float(mean_deviation(said).sum() / offered.sum()) if offered.sum() > 0 else 0.0
    source = f"published forecasts and the actuals; chance alone gives {100 * floor:.1f} %"
    yield Observed("forecast_error", source, pieces(queue, pd.Series(np.abs(offered - said)), whole, day))
    yield Observed("forecast_bias", "published forecasts and the actuals",
                   pieces(queue, pd.Series(said - offered), whole, day))  # fmt: skip


def wait_measures(
    known: Gathered, history: ContactHistory, group_of: Mapping[str, str], goals: pd.Series
) -> Iterator[Observed]:
    """Service level, days and groups that kept their goal, of published intervals of which the history tells how many
    were answered in time. goals: by planning group."""
    asked = known.came.iloc[np.unique(known.rows["cell"].to_numpy())][["queue", "interval_start"]]
    rows = history.frame.merge(asked, on=["queue", "interval_start"])
    rows = rows[rows["answered_within_threshold"].notna() & (rows["offered"] > 0)]
    if rows.empty:
        return
    group = rows["queue"].map(lambda queue: group_of.get(queue, queue))
    day, start = local_day(rows["interval_start"], known.grid.calendar.timezone), rows["interval_start"]
    level = pieces(group, rows["answered_within_threshold"], rows["offered"], day, interval=start)
    yield Observed("service_level", MEASURED, level)
    kept = _days_kept(level, goals)
    if len(kept):
        yield Observed("days_kept", MEASURED, kept)
    yield from goals_kept(level, goals, MEASURED)


def _days_kept(level: pd.DataFrame, goals: pd.Series) -> pd.DataFrame:
    days = level.groupby(["queue", "day", "week"], as_index=False)[["part", "whole"]].sum()
    days = days[days["queue"].isin(goals.index)]
    kept = (days["part"] / days["whole"] >= days["queue"].map(goals).astype(float)).astype(float)
    return days.assign(part=kept, whole=1.0)


def backtest_measures(scores: pd.DataFrame, contacts: pd.Series) -> Iterator[Observed]:
    """Error and bias of a forecast on its own past, by queue. scores: rows of the forecast's backtest; contacts:
    expected, by queue."""
    chosen = scores[(scores["chosen"] == "yes") & (scores["queue"] != ALL)].set_index("queue")
    weight = contacts.reindex(chosen.index).fillna(0.0)
    for measure, column in (("forecast_error", "wape"), ("forecast_bias", "bias")):
        frame = pd.DataFrame({"part": chosen[column] * weight, "whole": weight}).dropna().reset_index()
        if len(frame):
            yield Observed(measure, "the forecast on its own past", frame)
