"""How the published forecasts did: by how long before they stood, by queue, weekday and hour, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
SUMS = ("offered", "said", "miss", "floor", "expected", "in_80", "in_95", "pinball", "wis", "scaled", "scaled_known")
EVERY = -1
"""In place of the number of a queue: all of them."""


def track_scores(known: Gathered) -> TrackScores:
    """A row for each horizon, queue and weekday or hour of which something was published and has come."""
    scale = _naive_squares(known)
    rows = [row for weeks in WEEKS_BEFORE for row in _horizon(known, known.last_before(weeks), weeks, scale)]
    return TrackScores.of(pd.DataFrame(rows, columns=[column.name for column in TrackScores.columns]))


def _horizon(known: Gathered, picked: Whole, weeks: int, scale: Floats) -> Iterator[dict[str, Any]]:
    cells = _cells(known, picked, scale)
    if cells.empty:
        return
    sums, days = _sums(cells), _day_sums(cells)
    several = sums["queue"].nunique() > 1
    if several:
        sums, days = (pd.concat([table.assign(queue=EVERY), table]) for table in (sums, days))
    for by in ("queue", "weekday", "hour"):
        table = sums.groupby(["queue", by] if by != "queue" else ["queue"])[[*SUMS, "intervals"]].sum()
        by_day = _by_day(days, by)
        for key, row in zip(table.index.tolist(), table.to_dict("records"), strict=True):
            code, position = key if isinstance(key, tuple) else (key, 0)
            queue = ALL_QUEUES if code == EVERY else known.queues[code]
            yield _row(row, by_day.get(key), position, by) | {"weeks_before": weeks, "queue": queue}


def _sums(cells: pd.DataFrame) -> pd.DataFrame:
    """Everything summed up over the intervals of each queue, weekday and hour."""
    groups = cells.groupby(["queue", "weekday", "hour"])
    return groups[list(SUMS)].sum().assign(intervals=groups.size()).reset_index()


def _cells(known: Gathered, picked: Whole, scale: Floats) -> pd.DataFrame:
    """The intervals of which a row was picked, with all that is summed up over them."""
    at = np.flatnonzero(picked != NONE)
    rows, came = known.rows.iloc[picked[at]].reset_index(drop=True), known.came.iloc[at].reset_index(drop=True)
    offered, said = (frame["offered"].to_numpy(dtype=float) for frame in (came, rows))
    low80, high80, low95, high95 = (rows[name].to_numpy(dtype=float) for name in BANDS)
    starts = pd.DatetimeIndex(came["interval_start"])
    miss = np.abs(offered - said)
    scaled = miss**2 / scale[known.queue[at]]
    return pd.DataFrame(
        {
            "queue": known.queue[at],
            "day": known.day[at],
            "weekday": known.grid.weekday[known.day[at]],
            "hour": minute_of_day(starts, known.grid.calendar.timezone) // 60,
            "offered": offered,
            "said": said,
            "miss": miss,
            "scaled": scaled,
            "scaled_known": np.isfinite(scaled),
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


def _day_sums(cells: pd.DataFrame) -> pd.DataFrame:
    """Each queue's days: contacts, error of the total, and the error by chance."""
    days = cells.groupby(["queue", "day", "weekday"])[["offered", "said"]].sum().reset_index()
    days["miss"] = (days["offered"] - days["said"]).abs()
    return days.assign(floor=mean_deviation(days["said"].to_numpy()))


def _by_day(days: pd.DataFrame, by: str) -> dict[Any, dict[Any, float]]:
    """Sums over day totals by queue, or queue and weekday; none by hour, as hours are no days."""
    if by == "hour":
        return {}
    sums = days.groupby(["queue", by] if by != "queue" else ["queue"])[["offered", "miss", "floor"]].sum()
    return dict(zip(sums.index.tolist(), sums.to_dict("records"), strict=True))


def _row(row: Mapping[Any, float], day: Mapping[Any, float] | None, position: int, by: str) -> dict[str, Any]:
    offered, count = row["offered"], row["intervals"]
    period = {"weekday": WEEKDAYS[position % 7], "hour": f"{position:02d}:00"}.get(by, "all")
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
        "rmsse": np.sqrt(row["scaled"] / count) if row["scaled_known"] == count else np.nan,
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


def _naive_squares(known: Gathered) -> Floats:
    """(queues,): the scale of the history before anything was published, in the hours of which forecasts speak."""
    weekly = known.grid.weekday[known.day] * known.grid.slots + known.grid.slot[known.place]
    asked = np.zeros((len(known.queues), 7 * known.grid.slots), dtype=bool)
    cells = known.rows["cell"].to_numpy()
    asked[known.queue[cells], weekly[cells]] = True
    first = min(entry.known_until for entry in known.entries)
    past = (known.came["interval_start"] < first).to_numpy() & asked[known.queue, weekly]
    offered = known.came["offered"].to_numpy(dtype=float)
    return np.array([scale_of(offered[past & (known.queue == number)]) for number in range(len(known.queues))])


def value_added(known: Gathered, *, dead_zone: float = DEAD_ZONE) -> ValueAdded:
    """The ladder from the naive forecast to the one that was published last; none where a step is not known."""
    naive, average = known.plain
    last = known.last_before(0)
    at = np.flatnonzero((known.first != NONE) & (last != NONE) & np.isfinite(naive) & np.isfinite(average))
    first = known.rows.iloc[known.first[at]]
    steps = (naive[at], average[at], first["statistical"], first["offered"], known.rows.iloc[last[at]]["offered"])
    values = {name: np.asarray(step, dtype=float) for name, step in zip(LADDER, steps, strict=True)}
    cells = pd.DataFrame({"queue": known.queue[at], "day": known.day[at], **values})
    cells["offered"] = known.came["offered"].to_numpy()[at]
    groups = [(known.queues[int(str(queue))], own) for queue, own in cells.groupby("queue", sort=True)]
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
    """What each override of each entry was worth in the intervals that have come since the entry was made."""
    parts = []
    came = known.came[["queue", "interval_start", "offered"]]
    for entry in known.entries:
        if not (entry.forecast["override"] > 0).any():
            continue
        rows = entry.forecast[["queue", "interval_start", "override", "offered", "who", "why"]]
        before = rows.groupby(["queue", "interval_start"])["offered"].shift(1)
        edits = rows.assign(offered_before=before)[rows["override"] > 0].rename(columns={"offered": "offered_after"})
        edits = edits[edits["interval_start"] >= entry.made_at]
        edits = edits[edits["offered_after"] != edits["offered_before"]].merge(came, how="left")
        if len(edits):
            parts.append(override_scores(edits, known.grid.calendar).frame.assign(entry=entry.number))
    names = [column.name for column in TrackedEdits.columns]
    return TrackedEdits.of(pd.concat(parts, ignore_index=True)[names]) if parts else TrackedEdits.empty()
