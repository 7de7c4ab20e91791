"""The protocol: at each weekly origin everybody forecasts the next four weeks from what came before it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from accuracy.data_sets import HORIZON_DAYS, TRAINING_DAYS, DataSet
from accuracy.lessons import Floats, Grid, Lesson, known_days, lesson_at
from accuracy.peers import PEERS, Answer, Peer
from accuracy.peers.answer import QUANTILES
from accuracy.product import BOUNDS, Product, staffplan_at
from staffplan.clock import horizon_intervals, local_dates
from staffplan.settings.forecast import ForecastSettings

STAFFPLAN = "staffplan"


@dataclass(frozen=True)
class Contender:
    """staffplan with some settings, or (`settings` None) a peer by its key."""

    title: str
    peer: str = ""
    settings: ForecastSettings | None = None


@dataclass
class Given:
    """What one contender gave for the rows of `Trial.rows`."""

    offered: Floats
    """(rows,)"""
    quantiles: Floats | None
    """(rows, 4) QUANTILES; None: it has none."""
    day_quantiles: pd.DataFrame | None
    """Indexed by queue, origin, day; columns are QUANTILES."""
    seconds: list[float]
    """For one queue, origin by origin."""


@dataclass
class Trial:
    """Everything about one set, or one origin of it."""

    rows: pd.DataFrame
    """queue, origin, day (0 is the origin's), weekday, slot, open, actual: one row for each interval of a known day,
    where hours are given for each open one."""
    given: dict[str, Given] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Why a contender gave nothing."""


def try_origin(data_set: DataSet, number: int, contenders: Sequence[Contender]) -> Trial:
    """All contenders on all queues at one origin."""
    origin = data_set.origin(number)
    lessons: dict[str, Lesson] = {}
    parts: list[pd.DataFrame] = []
    for queue, rows in data_set.rows.groupby("queue", sort=True):
        known = known_days(rows, data_set)
        if len(found := _rows_ahead(rows, known, data_set, origin)):
            lessons[str(queue)] = lesson_at(rows, known, data_set, origin)
            is_open = lessons[str(queue)].open_ahead[found["day"], found["slot"]]
            found = found.assign(queue=queue, open=is_open)
            parts.append(found if data_set.hours is None else found[is_open])
    if not parts:
        return Trial(pd.DataFrame())
    trial = Trial(pd.concat(parts, ignore_index=True).assign(origin=number))
    with threadpool_limits(limits=1):
        for contender in contenders:
            try:
                trial.given[contender.title] = _ask(contender, trial.rows, lessons, data_set, origin)
            except Exception as error:  # a peer may fail in any way; the others go on, and the print-out says so
                trial.failed[contender.title] = f"{type(error).__name__}: {error}"
    return trial


def _rows_ahead(rows: pd.DataFrame, known: set[object], data_set: DataSet, origin: pd.Timestamp) -> pd.DataFrame:
    """Intervals of the known days ahead with what came; none for a queue with too little training."""
    if (
        origin.date() - min(local_dates(pd.DatetimeIndex(rows["interval_start"]), data_set.zone))
    ).days < TRAINING_DAYS:
        return pd.DataFrame()
    instants = horizon_intervals(origin.date(), HORIZON_DAYS, data_set.zone, data_set.minutes)
    grid = Grid.of(instants, data_set, origin)
    came = rows.set_index("interval_start")["offered"].reindex(instants).fillna(0.0).to_numpy(dtype=float)
    dates = [(origin + pd.Timedelta(days=day)).date() for day in range(HORIZON_DAYS)]
    kept = np.array([day in known for day in dates])[grid.day]
    weekday = (origin.day_of_week + grid.day) % 7
    frame = pd.DataFrame(
        {"interval_start": instants, "day": grid.day, "slot": grid.slot, "weekday": weekday, "actual": came}
    )
    return frame[kept]


def _ask(
    contender: Contender, rows: pd.DataFrame, lessons: dict[str, Lesson], data_set: DataSet, origin: pd.Timestamp
) -> Given:
    began = time.process_time()
    if contender.settings is not None:
        product = staffplan_at(data_set, origin, contender.settings)
        queues = data_set.rows["queue"].nunique()
        return _of_product(product, rows, origin, (time.process_time() - began) / queues)
    answers = {queue: PEERS[contender.peer].forecast(lesson) for queue, lesson in lessons.items()}
    return _of_peer(answers, rows, (time.process_time() - began) / len(lessons))


def _of_product(product: Product, rows: pd.DataFrame, origin: pd.Timestamp, seconds: float) -> Given:
    found = rows[["queue", "interval_start"]].merge(product.intervals, on=["queue", "interval_start"], how="left")
    values = found[["offered", *BOUNDS]].fillna(0.0).to_numpy(dtype=float)
    days = product.days
    if days is not None:
        number = (pd.to_datetime(days["date"]) - origin).dt.days
        index = pd.MultiIndex.from_arrays(
            [days["queue"], np.full(len(days), rows["origin"].iloc[0]), number], names=["queue", "origin", "day"]
        )
        days = pd.DataFrame(days[list(BOUNDS)].to_numpy(dtype=float), index=index, columns=list(QUANTILES))
    return Given(values[:, 0], values[:, 1:], days, [seconds])


def _of_peer(answers: dict[str, Answer], rows: pd.DataFrame, seconds: float) -> Given:
    offered, quantiles = [], []
    for queue, own in rows.groupby("queue", sort=False):
        answer, cells = answers[str(queue)], (own["day"].to_numpy(), own["slot"].to_numpy())
        offered.append(answer.offered[cells])
        if answer.quantiles is not None:
            quantiles.append(answer.quantiles[:, *cells].T)
    with_bands = len(quantiles) == len(offered)
    return Given(np.concatenate(offered), np.concatenate(quantiles) if with_bands else None, None, [seconds])


def together(trials: Iterable[Trial]) -> Trial:
    """The origins of a set as one; a contender that failed at any of them is left out of it."""
    parts = [trial for trial in trials if len(trial.rows)]
    failed = {title: why for trial in parts for title, why in trial.failed.items()}
    titles = [title for title in parts[0].given if title not in failed] if parts else []
    rows = pd.concat([trial.rows for trial in parts], ignore_index=True) if parts else pd.DataFrame()
    return Trial(rows, {title: _joined([trial.given[title] for trial in parts]) for title in titles}, failed)


def _joined(parts: list[Given]) -> Given:
    quantiles = [part.quantiles for part in parts if part.quantiles is not None]
    days = [part.day_quantiles for part in parts if part.day_quantiles is not None]
    return Given(
        np.concatenate([part.offered for part in parts]),
        np.concatenate(quantiles) if len(quantiles) == len(parts) else None,
        pd.concat(days) if len(days) == len(parts) else None,
        [second for part in parts for second in part.seconds],
    )


def choose_peers(wanted: str) -> tuple[dict[str, Peer], list[str]]:
    """The installed peers among `wanted` ("all", "none" or keys with commas), and those not installed."""
    keys = list(PEERS) if wanted == "all" else [] if wanted == "none" else wanted.split(",")
    missing = [key for key in keys if not PEERS[key].installed]
    return {key: PEERS[key] for key in keys if key not in missing}, missing
