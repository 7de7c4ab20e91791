"""All that the simulation knows of waits: by interval and day, with the confidence that its replications allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

import numpy as np
import pandas as pd

from staffplan.clock import midnight
from staffplan.settings.queues import Definition
from staffplan.simulate.outcomes import OFFERED, Tally, service_level, wait_percentile, waiting_measures
from staffplan.simulate.records import Floats
from staffplan.simulate.scene import Scene
from staffplan.tables.waits import WaitDetails

LEVELS: tuple[Definition, ...] = get_args(Definition)
Z_90 = 1.6448536269514722
"""The 95 % point of the standard normal: nine of ten means lie within so many standard errors."""
MEASURES = ("service_level", "asa_seconds", "abandon_rate", "occupancy", "queue_length")


@dataclass(frozen=True)
class Spread:
    """How measures scatter over replications: their number where known, sum and sum of squares.

    Arrays (measures, groups, periods).
    """

    known: Floats
    total: Floats
    squares: Floats

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.known + other.known, self.total + other.total, self.squares + other.squares)

    def margin(self) -> Floats:
        """Half the width of a 90 % confidence interval of the mean, (MEASURES, groups, periods). NaN where fewer than
        two replications have a value."""
        some = np.maximum(self.known, 2.0)
        variance = np.maximum(0.0, self.squares - self.total**2 / some) / (some - 1.0)
        return np.asarray(np.where(self.known > 1, Z_90 * np.sqrt(variance / some), np.nan))


def measures(scene: Scene, tallied: Tally, seconds: Floats | float) -> Floats:
    """(MEASURES, groups, periods) of a tally by interval or day; `seconds`: how long each period is."""
    levels = np.full(tallied.counts.shape[1:], np.nan)
    for group, promise in enumerate(scene.promises):
        levels[group] = service_level(tallied.counts[:, group], promise.definition)
    return np.stack([levels, *waiting_measures(tallied), tallied.waiting_seconds / seconds])


def spread_of(scene: Scene, tallied: Tally, seconds: Floats | float) -> Spread:
    """One replication's measures as a spread of one. `seconds`, the length of each period: (periods,) or one
    number."""
    values = measures(scene, tallied, seconds)
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    return Spread(known.astype(float), filled, filled**2)


def day_seconds(scene: Scene) -> Floats:
    """(days,): length of each local day."""
    return scene.grid.sum_by_day(np.full(len(scene.grid), scene.grid.interval_seconds))


def detail_table(
    scene: Scene, total: Tally, spreads: tuple[Spread, Spread], causes: dict[str, Floats]
) -> WaitDetails:
    """Rows for all intervals and days with contacts or people; `total` over `X

    `causes`: (groups, days) contacts by column.
    """
    days = pd.DatetimeIndex([midnight(day, scene.zone) for day in scene.grid.days if isinstance(day, date)])
    by_interval = _rows(scene, total, spreads[0], scene.grid.starts, scene.grid.interval_seconds)
    by_day = _rows(scene, total.by_day(scene.grid), spreads[1], days, day_seconds(scene), causes)
    frame = pd.concat([by_interval.assign(period="interval"), by_day.assign(period="day")], ignore_index=True)
    for column in WaitDetails.columns:
        if column.name not in frame:
            frame[column.name] = np.nan
    return WaitDetails.of(frame[[column.name for column in WaitDetails.columns]], WaitDetails.file_name)


def _rows(
    scene: Scene,
    tallied: Tally,
    spread: Spread,
    starts: pd.DatetimeIndex,
    seconds: Floats | float,
    causes: dict[str, Floats] | None = None,
) -> pd.DataFrame:
    replications = max(1.0, float(spread.known[-1].max(initial=1.0)))
    cells = np.nonzero((tallied.counts[OFFERED] > 0) | (tallied.line_seconds > 0))
    values, margin = measures(scene, tallied, np.asarray(seconds) * replications), spread.margin()
    columns: dict[str, object] = {
        "period_start": starts[cells[1]],
        "planning_group": np.asarray(scene.group_names, dtype=object)[cells[0]],
        "offered": (tallied.counts[OFFERED] / replications)[cells],
    }
    for definition in LEVELS:
        columns[f"level_{definition}"] = service_level(tallied.counts, definition)[cells]
    for number, name in enumerate(MEASURES):
        mean, half = values[number][cells], margin[number][cells]
        most = np.inf if name in ("asa_seconds", "queue_length") else 1.0
        if name != "service_level":
            columns[name] = mean
        low, high = (np.where(np.isnan(half), mean, mean + sign * half) for sign in (-1, 1))
        columns[f"{name}_low"], columns[f"{name}_high"] = np.maximum(low, 0.0), np.minimum(high, most)
    for share in (50, 90, 95):
        columns[f"wait_p{share}"] = wait_percentile(tallied.waits, share / 100)[cells]
    return pd.DataFrame(columns | {name: own[cells] for name, own in (causes or {}).items()})
