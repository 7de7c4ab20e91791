"""The forecast by one process, by two, and by a Dask cluster: the same to the last byte."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from staffplan.files.write import table_bytes
from staffplan.forecast import ForecastResult, forecast
from staffplan.process.workers import Workers
from staffplan.progress import Progress
from staffplan.settings.forecast import ForecastSettings
from staffplan.tables.history import ContactHistory

NAMES = ("billing", "mail", "orders")
DAYS = 84


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler on this machine with two worker processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as running:
        yield running.scheduler_address


@pytest.fixture(scope="module")
def history(world) -> ContactHistory:
    """Queues of different size, noise and length."""
    parts = []
    for number, name in enumerate(NAMES):
        rng = np.random.default_rng([21, number])
        rows = world.rows(lambda local: 3.0 + local.hour, days=DAYS - 7 * number, queue=name)
        parts.append(rows.assign(offered=rng.poisson(rows["offered"] * (1 + 4 * number)), aht_seconds=200.0 + number))
    return ContactHistory.of(pd.concat(parts, ignore_index=True), "history.csv")


def _made(world, history: ContactHistory, workers: Workers) -> tuple[ForecastResult, list[Progress]]:
    told: list[Progress] = []
    site = world.site(names=NAMES[:2])
    result = forecast(
        history,
        ForecastSettings(),
        site=site,
        first_day=world.day(DAYS),
        days=14,
        workers=workers,
        on_progress=told.append,
    )
    return result, told


def _bytes(result: ForecastResult) -> tuple[object, ...]:
    tables = (table_bytes(table.frame) for table in (result.forecast, result.backtest))
    return (*tables, result.notes, list(result.facts.items()))


Made = tuple[ForecastResult, list[Progress]]


@pytest.fixture(scope="module")
def alone(world, history) -> Made:
    return _made(world, history, Workers(1))


@pytest.fixture(scope="module")
def by_two(world, history) -> Made:
    return _made(world, history, Workers(2))


def test_two_processes_give_what_one_gives(alone, by_two) -> None:
    assert _bytes(by_two[0]) == _bytes(alone[0])


def test_a_cluster_of_two_workers_gives_what_one_process_gives(world, history, alone, cluster) -> None:
    assert _bytes(_made(world, history, Workers(cluster=cluster))[0]) == _bytes(alone[0])


@pytest.mark.parametrize("who", ["alone", "by_two"])
def test_every_queue_is_reported_when_it_is_done(request, who) -> None:
    _, told = request.getfixturevalue(who)
    assert [progress.done for progress in told] == list(range(len(NAMES) + 1))
    assert sorted(progress.label for progress in told) == sorted(["", *NAMES])
    assert {progress.of for progress in told} == {len(NAMES)}
