"""A log of calls against the models: month by month, what was waited and what each would have said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import Note
from staffplan.fit import CallLog, FitChoices, FitResult, OnDuty, PredictedWaits, calls_and_closed
from staffplan.fit.happened import (
    CHANCE,
    HAPPENED,
    MEASURES,
    Duty,
    Learnt,
    Period,
    duty_from_calls,
    duty_from_heads,
    miss,
    pooled,
    predictions,
    what_happened,
)
from staffplan.simulate.records import Floats

REPLAYS = 10


@dataclass(frozen=True)
class Comparison:
    """What a user may decide."""

    within_seconds: float = 20.0
    pause_minutes: float = 10.0
    """Without a call for longer, an agent was away; where the log tells who was on duty."""
    seed: int = 1


def predicted_waits(
    log: CallLog, choices: FitChoices, result: FitResult, on_duty: OnDuty | None, comparison: Comparison
) -> tuple[PredictedWaits, tuple[Note, ...]]:
    """What each model predicts with `result` for the log's calls, by month, beside what happened.

    Agents on duty are those of `on_duty`, else as the log's calls show them. Empty, with a note, where neither says.
    """
    calls, closed = calls_and_closed(log, choices)
    if on_duty is None and not (calls["answered"] & (calls["agent"] != "")).any():
        said = "no model is compared with the waits: neither an agent column (--agent-column) nor --on-duty is given"
        return PredictedWaits.empty(), (Note("fit", "left out", log.source, said),)
    why_not = _why_not(calls, result)
    if why_not:
        said = f"no model is compared with the waits: {why_not}"
        return PredictedWaits.empty(), (Note("fit", "left out", log.source, said),)
    length = choices.interval_minutes * 60.0
    origin = calls["arrival"].min().floor("D")
    calls = calls.assign(second=(calls["arrival"] - origin).dt.total_seconds()).sort_values("second")
    count = int(calls["second"].max() // length) + 1
    duty = _duty(calls, on_duty, origin, count, length, comparison)
    closed = closed[calls.index.to_numpy()]
    number = (calls["second"].to_numpy() // length).astype(np.int64)
    came, lost = (np.bincount(number[kind], minlength=count) for kind in (~closed, closed))
    there = np.flatnonzero((came > lost) & (duty.agents > 0))
    learnt = Learnt(result, _handling_times(calls))
    calls = calls[~closed].reset_index(drop=True)
    starts = pd.DatetimeIndex(origin + pd.to_timedelta(there * length, unit="s"))
    months = np.array([f"{day:%Y-%m}" for day in local_dates(starts, choices.timezone)])
    rows: list[dict[str, Any]] = []
    for month in dict.fromkeys(months.tolist()):
        period = Period(calls, duty, there[months == month], length)
        rows += _month(month, _around(period), learnt, comparison)
    table = PredictedWaits.of(pd.DataFrame(rows), log.source) if rows else PredictedWaits.empty()
    return table, (Note("fit", "assumption", log.source, _how(on_duty, comparison)),)


def _why_not(calls: pd.DataFrame, result: FitResult) -> str:
    """What the models would need and the log does not tell; "" where nothing is missing."""
    unknown = int(calls["wait_seconds"].isna().sum())
    if unknown:
        return f"{unknown:,} calls have none"
    learnt = result.parameters.frame
    with_times = learnt.loc[(learnt["parameter"] == "aht_seconds") & learnt["value"].notna(), "queue"]
    lacking = sorted(set(calls["queue"]) - set(with_times))
    return f"too few handling times of {', '.join(lacking)}" if lacking else ""


def _around(period: Period) -> Period:
    """Only the calls of its months, a day before and after included: waits are carried over."""
    reach = 86_400.0
    first, last = period.intervals[[0, -1]] * period.interval_seconds
    near = period.calls["second"].between(first - reach, last + reach)
    return Period(period.calls[near].reset_index(drop=True), period.duty, period.intervals, period.interval_seconds)


def _duty(
    calls: pd.DataFrame,
    on_duty: OnDuty | None,
    origin: pd.Timestamp,
    count: int,
    length: float,
    comparison: Comparison,
) -> Duty:
    if on_duty is None:
        return duty_from_calls(calls, count, length, 60 * comparison.pause_minutes)
    heads = np.zeros(count)
    since = (on_duty.frame["interval_start"] - origin).dt.total_seconds().to_numpy()
    place = np.floor(since / length).astype(np.int64)
    inside = (place >= 0) & (place < count)
    heads[place[inside]] = on_duty.frame["agents"].to_numpy(dtype=float)[inside]
    return duty_from_heads(heads, length)


def _handling_times(calls: pd.DataFrame) -> dict[str, Floats]:
    timed = calls[calls["answered"] & calls["handling_seconds"].notna()]
    return {str(name): own["handling_seconds"].to_numpy(dtype=float) for name, own in timed.groupby("queue")}


def _month(month: str, period: Period, learnt: Learnt, comparison: Comparison) -> list[dict[str, Any]]:
    """What happened, then each model, then what chance alone does."""
    truth = what_happened(period, comparison.within_seconds)
    tables, single = predictions(
        period, learnt, within_seconds=comparison.within_seconds, replays=REPLAYS, seed=comparison.seed
    )
    same = {
        "period": month,
        "intervals": len(truth),
        "contacts": truth["contacts"].sum(),
        "agents": period.duty.agents[period.intervals].mean(),
    }
    rows = [_row(same, 1, HAPPENED, {name: pooled(truth, name) for name in MEASURES}, {})]
    for position, (model, table) in enumerate(tables.items(), start=2):
        off = {name: miss(table, truth, name) for name in MEASURES}
        rows.append(_row(same, position, model, {name: pooled(table, name) for name in MEASURES}, off))
    last = list(tables.values())[-1]
    rows.append(_row(same, len(rows) + 1, CHANCE, {}, {name: miss(last, single, name) for name in MEASURES}))
    return rows


def _row(
    same: dict[str, Any], position: int, model: str, values: dict[str, float], off: dict[str, float]
) -> dict[str, Any]:
    """Infinite waits, of queues that would grow for ever, are blank."""
    told = {name: values.get(name, np.nan) for name in MEASURES}
    told |= {f"off_{name}": off.get(name, np.nan) for name in MEASURES}
    return {
        **same,
        "position": position,
        "model": model,
        **{name: own if np.isfinite(own) else np.nan for name, own in told.items()},
    }


def _how(on_duty: OnDuty | None, comparison: Comparison) -> str:
    who = (
        f"on duty from first to last call, without gaps over {comparison.pause_minutes:g} minutes"
        if on_duty is None
        else f"on duty as in {on_duty.source}"
    )
    return (
        f"waits compared with models: agents {who}; all queues and agents one pool, "
        "first come, first served; a blank wait means a queue that would grow without "
        "limit"
    )
