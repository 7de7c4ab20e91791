"""Verdicts on promises, counted: by weekday and hour, and the hours that can be promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from staffplan.clock import minute_of_day, weekday_of
from staffplan.tables.access import VERDICTS, AccessHours, AccessVerdicts, HonestHours

DAY_MINUTES = 24 * 60


def access_hours(verdicts: AccessVerdicts, timezone: str) -> AccessHours:
    """Intervals of all weeks by queue, weekday and hour."""
    frame = _placed(verdicts, timezone)
    frame = frame.assign(hour=(frame["minute"] // 60).where(frame["period"] == "interval", np.nan))
    rows = [
        {"queue": queue, "weekday": weekday, "hour": hour, "promised": len(own), **_counts(own), "reason": reason}
        for (queue, weekday, hour), own in frame.groupby(["queue", "weekday", "hour"], dropna=False)
        for reason in [usual_reason(own["reason"])]
    ]
    return AccessHours.of(pd.DataFrame(rows, columns=[column.name for column in AccessHours.columns]))


def honest_hours(verdicts: AccessVerdicts, timezone: str, minutes: int) -> HonestHours:
    """Of each promised span of a weekday the longest part that is honest on all its days; `minutes`: length of an
    interval."""
    frame = _placed(verdicts, timezone)
    frame = frame[frame["period"] == "interval"]
    rows = []
    for (queue, weekday), own in frame.groupby(["queue", "weekday"]):
        worst = own.assign(rank=own["verdict"].map(VERDICTS.index)).groupby("minute")["rank"].max()
        promised = _runs(worst.index, minutes)
        kept = {name: _runs(worst.index[worst <= rank], minutes) for name, rank in (("honest", 0), ("answered", 1))}
        spans = {name: _spans(_longest(runs, promised)) for name, runs in kept.items()}
        rows.append({"queue": queue, "weekday": weekday, "promised": _spans(promised), **spans})
    return HonestHours.of(pd.DataFrame(rows, columns=[column.name for column in HonestHours.columns]))


def usual_reason(reasons: Iterable[str]) -> str:
    """The reason that most have; the first by name of equally many; "" where all is honest."""
    counted = Counter(reason for reason in reasons if reason)
    return min(counted, key=lambda reason: (-counted[reason], reason), default="")


def _placed(verdicts: AccessVerdicts, timezone: str) -> pd.DataFrame:
    """The rows with weekday (0: Monday) and minute of the local day."""
    starts = pd.DatetimeIndex(verdicts.frame["period_start"])
    return verdicts.frame.assign(weekday=weekday_of(starts, timezone), minute=minute_of_day(starts, timezone))


def _counts(rows: pd.DataFrame) -> dict[str, int]:
    return {verdict: int((rows["verdict"] == verdict).sum()) for verdict in VERDICTS}


def _runs(starts: Iterable[int], minutes: int) -> list[tuple[int, int]]:
    """Neighbouring intervals joined: first minute and end of each run."""
    runs: list[tuple[int, int]] = []
    for start in sorted(starts):
        if runs and runs[-1][1] == start:
            runs[-1] = runs[-1][0], start + minutes
        else:
            runs.append((start, start + minutes))
    return runs


def _longest(runs: Iterable[tuple[int, int]], promised: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run inside each promised one; the earliest of equally long ones."""
    inside = [[run for run in runs if first <= run[0] < end] for first, end in promised]
    return [max(own, key=lambda run: run[1] - run[0]) for own in inside if own]


def _spans(runs: Iterable[tuple[int, int]]) -> str:
    return ", ".join(_span(*run) for run in runs)


def _span(start: int, end: int) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end))
