"""How the published forecasts did: by how long before they stood, by queue, weekday and hour, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import WEEKDAYS, minute_of_day
from staffplan.control.chance import Floats, band_variance, mean_deviation
from staffplan.control.gathered import NONE, Gathered, Whole
from staffplan.forecast.scoring import override_scores
from staffplan.tables.forecast import ALL_QUEUES, BANDS
from staffplan.tables.track import LADDER, TrackedEdits, TrackScores, ValueAdded

WEEKS_BEFORE = (0, 1, 2, 4, 8, 13)
DEAD_ZONE = 0.05
"""WAPE by which a step must be better or worse to count."""
SHARES = {"offered_p10": 0.1, "offered_p90": 0.9, "offered_p025": 0.025, "offered_p975": 0.975}
SUMS = ("offered", "said", "miss", "square", "floor", "expected", "in_80", "in_95", "pinball", "wis", "scaled")


def track_scores(known: Gathered) -> TrackScores:
    """A row for each horizon, queue and weekday or hour of which something was published and has come."""
    scale = _naive_squares(known)
    rows = [row for weeks in WEEKS_BEFORE for row in _horizon(known, known.last_before(weeks), weeks, scale)]
    return TrackScores.of(pd.DataFrame(rows, columns=[column.name for column in TrackScores.columns]))


def _horizon(known: Gathered, picked: Whole, weeks: int, scale: pd.Series) -> Iterator[dict[str, Any]]:
    cells = _cells(known, picked, scale)
    if cells.empty:
        return
    several = cells["queue"].nunique() > 1
    for queue, own in (*([(ALL_QUEUES, cells)] if several else []), *cells.groupby("queue", sort=True)):
        days = _day_sums(own)
        for by in ("queue", "weekday", "hour"):
            sums = own.groupby(own[by] if by != "queue" else np.zeros(len(own), dtype=int))
            table = sums[list(SUMS)].sum().assign(intervals=sums.size())
            by_day = _by_day(days, by)
            for position, row in table.iterrows():
                yield _row(row, by_day, int(str(position)), by) | {"weeks_before": weeks, "queue": queue}


def _cells(known: Gathered, picked: Whole, scale: pd.Series) -> pd.DataFrame:
    """The intervals of which a row was picked, with all that is summed up over them."""
    at = np.flatnonzero(picked != NONE)
    rows, came = known.rows.iloc[picked[at]].reset_index(drop=True), known.came.iloc[at].reset_index(drop=True)
    offered, said = (frame["offered"].to_numpy(dtype=float) for frame in (came, rows))
    low80, high80, low95, high95 = (rows[name].to_numpy(dtype=float) for name in BANDS)
    starts = pd.DatetimeIndex(came["interval_start"])
    miss = np.abs(offered - said)
    return pd.DataFrame(
        {
            "queue": came["queue"],
            "day": known.day[at],
            "weekday": known.grid.weekday[known.day[at]],
            "hour": minute_of_day(starts, known.grid.calendar.timezone) // 60,
            "offered": offered,
            "said": said,
            "miss": miss,
            "square": miss**2,
            "scaled": miss**2 / came["queue"].map(scale).to_numpy(dtype=float),
            "floor": mean_deviation(said),
            "expected": mean_deviation(said, band_variance(said, low95, high95)),
            "in_80": (offered >= low80) & (offered <= high80),
            "in_95": (offered >= low95) & (offered <= high95),
            "pinball": np.mean(
                [_pinball(offered, rows[n].to_numpy(dtype=float), s) for n, s in SHARES.items()], axis=0
            ),
            "wis": _interval_score(offered, said, (0.2, low80, high80), (0.05, low95, high95)),
        }
    )


def _pinball(offered: Floats, quantile: Floats, share: float) -> Floats:
    below = quantile - offered
    return np.asarray(np.maximum((1 - share) * below, -share * below))


def _interval_score(offered: Floats, middle: Floats, *bands: tuple[float, Floats, Floats]) -> Floats:
    """Weighted interval score of the middle and of bands (alpha, low, high), the mean in the place of the median.

    Source: J. Bracher and others, Evaluating epidemic forecasts in an interval format (PLOS Computational Biology
    17(2), 2021), equation 2
    """
    total = np.abs(offered - middle) / 2
    for alpha, low, high in bands:
        total = total + alpha / 2 * (high - low) + np.maximum(low - offered, 0) + np.maximum(offered - high, 0)
    return np.asarray(total / (len(bands) + 0.5))


def _day_sums(own: pd.DataFrame) -> pd.DataFrame:
    days = own.groupby(["queue", "day"])[["offered", "said"]].sum()
    days["miss"] = (days["offered"] - days["said"]).abs()
    days["floor"] = mean_deviation(days["said"].to_numpy())
    return days.assign(weekday=own.groupby(["queue", "day"])["weekday"].first())


def _by_day(days: pd.DataFrame, by: str) -> pd.DataFrame | None:
    """Sums over day totals; None for hours, which are no days."""
    if by == "hour":
        return None
    group = days["weekday"] if by == "weekday" else np.zeros(len(days), dtype=int)
    return days.groupby(group)[["offered", "miss", "floor"]].sum()


def _row(row: pd.Series, by_day: pd.DataFrame | None, position: int, by: str) -> dict[str, Any]:
    offered, count = row["offered"], row["intervals"]
    period = {"weekday": WEEKDAYS[position % 7], "hour": f"{position:02d}:00"}.get(by, "all")
    day = None if by_day is None else by_day.loc[position]
    return {
        "by": by,
        "position": position,
        "period": period,
        "intervals": count,
        "offered_forecast": row["said"],
        "offered": offered,
        "wape": _share(row["miss"], offered),
        "wape_day": np.nan if day is None else _share(day["miss"], day["offered"]),
        "bias": _share(row["said"] - offered, offered),
        "floor": _share(row["floor"], offered),
        "floor_day": np.nan if day is None else _share(day["floor"], day["offered"]),
        "expected": _share(row["expected"], offered),
        "avoidable": max(0.0, 1 - row["floor"] / row["miss"]) if row["miss"] > 0 else np.nan,
        "coverage_80": row["in_80"] / count,
        "coverage_95": row["in_95"] / count,
        "pinball": row["pinball"] / count,
        "wis": row["wis"] / count,
        "rmsse": np.sqrt(row["scaled"] / count) if row["scaled"] == row["scaled"] else np.nan,
    }


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else np.nan


def scale_of(series: Floats) -> float:
    """Mean squared difference of neighbours of a series (values,), from its first value that is not zero; NaN where
    there is none. RMSSE divides the mean squared error by it.

    Source: S. Makridakis, E. Spiliotis, V. Assimakopoulos, The M5 accuracy competition (International Journal of
    Forecasting 38(4), 2022), equation 1
    """
    begun = np.flatnonzero(series != 0)
    squares = np.diff(series[begun[0] :]) ** 2 if len(begun) else np.empty(0)
    return float(squares.mean()) if squares.size and squares.mean() > 0 else np.nan


def _naive_squares(known: Gathered) -> pd.Series:
    """By queue: the scale of the history before anything was published, in the hours of which forecasts speak."""
    asked = np.zeros(len(known.came), dtype=bool)
    asked[known.rows["cell"].to_numpy()] = True
    slot = known.grid.weekday[known.day] * known.grid.slots + known.grid.slot[known.place]
    frame = known.came.assign(slot=slot, asked=asked)
    hours = frame.loc[asked, ["queue", "slot"]].drop_duplicates()
    past = frame[frame["interval_start"] < min(entry.known_until for entry in known.entries)]
    past = past.merge(hours, on=["queue", "slot"])
    found = {str(queue): scale_of(own["offered"].to_numpy()) for queue, own in past.groupby("queue", sort=True)}
    return pd.Series(
        {str(queue): found.get(str(queue), np.nan) for queue in known.came["queue"].unique()}, dtype=float
    )


def value_added(known: Gathered, *, dead_zone: float = DEAD_ZONE) -> ValueAdded:
    """The ladder from the naive forecast to the one that was published last; none where a step is not known."""
    naive, average = known.plain
    last = known.last_before(0)
    at = np.flatnonzero((known.first != NONE) & (last != NONE) & np.isfinite(naive) & np.isfinite(average))
    first = known.rows.iloc[known.first[at]]
    steps = (naive[at], average[at], first["statistical"], first["offered"], known.rows.iloc[last[at]]["offered"])
    values = {name: np.asarray(step, dtype=float) for name, step in zip(LADDER, steps, strict=True)}
    cells = pd.DataFrame({"queue": known.came["queue"].to_numpy()[at], "day": known.day[at], **values})
    cells["offered"] = known.came["offered"].to_numpy()[at]
    groups = [(str(queue), own) for queue, own in cells.groupby("queue", sort=True)]
    groups = [(ALL_QUEUES, cells), *groups] if len(groups) > 1 else groups
    rows = [row for queue, own in groups for row in ladder(own, queue, dead_zone)]
    return ValueAdded.of(pd.DataFrame(rows)) if rows else ValueAdded.empty()


def ladder(own: pd.DataFrame, queue: str, dead_zone: float) -> Iterator[dict[str, Any]]:
    """The rows of one queue; own: queue, day, offered (what came) and a column for each step."""
    total = own["offered"].sum()
    days = own.groupby(["queue", "day"])[["offered", *LADDER]].sum()
    errors = [_share((own[step] - own["offered"]).abs().sum(), total) for step in LADDER]
    for position, step in enumerate(LADDER):
        gain = errors[position - 1] - errors[position] if position else np.nan
        yield {
            "queue": queue,
            "position": position,
            "step": step,
            "intervals": len(own),
            "wape": errors[position],
            "wape_day": _share((days[step] - days["offered"]).abs().sum(), total),
            "bias": _share(own[step].sum() - total, total),
            "gain_naive": errors[0] - errors[position] if position else np.nan,
            "gain_previous": gain,
            "verdict": _verdict(gain, dead_zone),
        }


def _verdict(gain: float, dead_zone: float) -> str:
    if np.isnan(gain):
        return ""
    return "no difference" if abs(gain) <= dead_zone else "better" if gain > 0 else "worse"


def tracked_edits(known: Gathered) -> TrackedEdits:
    """What each override of each entry was worth in the intervals that have come."""
    parts = []
    came = known.came[["queue", "interval_start", "offered"]]
    for entry in known.entries:
        rows = entry.forecast[["queue", "interval_start", "override", "offered", "who", "why"]]
        before = rows.groupby(["queue", "interval_start"])["offered"].shift(1)
        edits = rows.assign(offered_before=before)[rows["override"] > 0].rename(columns={"offered": "offered_after"})
        edits = edits[edits["offered_after"] != edits["offered_before"]].merge(came, how="left")
        if len(edits):
            parts.append(override_scores(edits, known.grid.calendar).frame.assign(entry=entry.number))
    names = [column.name for column in TrackedEdits.columns]
    return TrackedEdits.of(pd.concat(parts, ignore_index=True)[names]) if parts else TrackedEdits.empty()
