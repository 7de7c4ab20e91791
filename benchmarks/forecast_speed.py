"""Time and memory of the forecast step: 100 queues x two years of half-hours, backtest included.

    python benchmarks/forecast_speed.py [--queues 100] [--days 730] [--jobs 1 2] [--cluster] [--profile] [--file]

The queues are made up, from a seed: one to several hundred contacts a half-hour, office hours and around the clock,
a season, growth, outages. Opening hours are not given. Each number of jobs runs in a fresh process, start-up of the
workers included; whether all made the same is checked. Peak memory is that of the process that asks and of its
workers together. --cluster does it on a Dask cluster of two worker processes, too.
--profile tells where the time of one process goes, by function. --file times the command staffplan forecast on the
same history as a CSV file, and its reading alone.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import multiprocessing
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, horizon_intervals, public_holidays
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Site
from staffplan.tables.history import ContactHistory

FIRST_DAY = date(2024, 1, 1)
HORIZON_DAYS = 28
ZONE, COUNTRY = "Europe/Madrid", "ES"
FUNCTIONS_SHOWN = 30
Answer = TypeVar("Answer")


def make_rows(queues: int, days: int) -> pd.DataFrame:
    """Counts and handling times of every half-hour of `days` days, queue by queue; zeros where a queue is closed."""
    instants = horizon_intervals(FIRST_DAY, days, ZONE, 30)
    local = instants.tz_convert(ZONE)
    hour = (local.hour + local.minute / 60).to_numpy()
    weekday = local.day_of_week.to_numpy()
    day = np.asarray((local.tz_localize(None).normalize() - pd.Timestamp(FIRST_DAY)).days)
    parts = [_queue_rows(number, instants, hour, weekday, day) for number in range(queues)]
    return pd.concat(parts, ignore_index=True)


def _queue_rows(
    number: int, instants: pd.DatetimeIndex, hour: np.ndarray, weekday: np.ndarray, day: np.ndarray
) -> pd.DataFrame:
    rng = np.random.default_rng([11, number])
    size = float(np.exp(rng.uniform(np.log(1.0), np.log(300.0))))
    around_the_clock = number % 4 == 0
    opened = np.ones(len(hour), dtype=bool) if around_the_clock else (weekday < 6) & (hour >= 8) & (hour < 20)
    shape = 0.15 + np.exp(-(((hour - 11.0) / 3.0) ** 2)) + 0.6 * np.exp(-(((hour - 17.0) / 2.5) ** 2))
    week = np.array([1.2, 1.1, 1.0, 1.0, 0.95, 0.5, 0.3])[weekday]
    season = 1 + 0.15 * np.sin(2 * np.pi * day / 365.25 + number)
    growth = 1 + rng.uniform(-0.2, 0.4) * day / 730
    wave = np.exp(np.cumsum(rng.normal(0, 0.01, day[-1] + 1)))[day] * rng.gamma(100, 0.01, day[-1] + 1)[day]
    mean = size * shape * week * season * growth * wave
    outage = (day == rng.integers(day[-1] + 1)) & (hour > 10) & (hour < 14)
    counts = rng.poisson(np.where(opened & ~outage, mean, 0.0)).astype(float)
    aht = np.where(counts > 0, np.round(rng.normal(280, 40, len(counts)).clip(60)), np.nan)
    frame = pd.DataFrame({"interval_start": instants, "queue": f"queue {number:03d}", "offered": counts})
    return frame.assign(aht_seconds=aht, handled=counts)


def make_history(queues: int, days: int) -> ContactHistory:
    return ContactHistory.of(make_rows(queues, days), "made up")


def make_site() -> Site:
    special = public_holidays(COUNTRY, range(FIRST_DAY.year - 1, FIRST_DAY.year + 5))
    return Site(SiteCalendar(ZONE, 30, {day.day: day for day in special}))


@dataclass(frozen=True)
class Run:
    """What one run took, and a hash of what it made."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    made: str


def in_a_process(task: Callable[..., Answer], *arguments: object) -> Answer:
    """The task's answer from a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def one_run(queues: int, days: int, jobs: int, cluster: str | None = None) -> Run:
    """The whole step with its imports done and its kernels compiled before."""
    from joblib.externals.loky import reusable_executor

    from staffplan.files.write import table_bytes
    from staffplan.forecast import forecast
    from staffplan.process.workers import Workers

    _step(make_history(1, 60), 60, Workers(1), forecast)
    history = make_history(queues, days)
    usage = _cpu_seconds()
    start = time.perf_counter()
    result = _step(history, days, Workers(None if cluster else jobs, cluster), forecast)
    wall = time.perf_counter() - start
    peak = _peak_mib("self")
    if jobs > 1:
        pool = reusable_executor._executor
        peak += sum(_peak_mib(str(worker)) for worker in pool._processes)
        pool.shutdown(wait=True)
    made = hashlib.sha256(table_bytes(result.forecast.frame) + table_bytes(result.backtest.frame)).hexdigest()
    return Run(wall, _cpu_seconds() - usage, peak, made)


def _step(history: ContactHistory, days: int, workers, forecast):
    first_day = FIRST_DAY + timedelta(days=days)
    return forecast(
        history, ForecastSettings(), site=make_site(), first_day=first_day, days=HORIZON_DAYS, workers=workers
    )


def _cpu_seconds() -> float:
    """Of this process and of those it started that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_mib(process: str) -> float:
    """The operating system's high-water mark of a process's memory (Linux); NaN elsewhere."""
    status = Path("/proc") / process / "status"
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), float("nan"))


def on_a_cluster(queues: int, days: int) -> Run:
    """On a Dask cluster of two worker processes; their time and memory are not counted."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        return one_run(queues, days, 1, cluster.scheduler_address)


def profile(queues: int, days: int) -> list[tuple[str, float]]:
    """(function, seconds of it and of what it calls) of this project's functions that take longest."""
    from staffplan.forecast import forecast
    from staffplan.process.workers import Workers

    _step(make_history(1, 60), 60, Workers(1), forecast)
    history, profiler = make_history(queues, days), cProfile.Profile()
    profiler.enable()
    _step(history, days, Workers(1), forecast)
    profiler.disable()
    rows = [
        (f"{Path(file).stem}.{name}", seconds[3])
        for (file, _, name), seconds in pstats.Stats(profiler).stats.items()  # type: ignore[attr-defined]
        if "staffplan" in Path(file).parts and not name.startswith("<")
    ]
    return sorted(rows, key=lambda row: -row[1])[:FUNCTIONS_SHOWN]


def time_file(queues: int, days: int, jobs: list[int]) -> None:
    """Print what the command takes on a CSV file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        rows = make_rows(queues, days)
        rows["interval_start"] = rows["interval_start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.to_csv(path, index=False)
        print(f"the file: {len(rows):,} rows, {path.stat().st_size / 1e6:.0f} MB")
        read = in_a_process(_read_seconds, path)
        print(f"  {'reading it':<28}{read[0]:>9.1f}{read[1]:>14.0f}")
        for count in jobs:
            name = f"staffplan forecast --jobs {count}"
            flags = ["-o", str(Path(folder) / f"{count}.csv"), "--timezone", ZONE, "--country", COUNTRY]
            command = [str(Path(sys.executable).with_name("staffplan")), "forecast", str(path), *flags]
            start = time.perf_counter()
            subprocess.run([*command, "--jobs", str(count)], check=True, capture_output=True)
            print(f"  {name:<28}{time.perf_counter() - start:>9.1f}")


def _read_seconds(path: Path) -> tuple[float, float]:
    from staffplan.files.read import read_history
    from staffplan.settings.config import load_config

    start = time.perf_counter()
    read_history(path, load_config(f'[plan]\ntimezone = "{ZONE}"', "benchmark"))
    return time.perf_counter() - start, _peak_mib("self")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queues", type=int, default=100)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    for flag in ("--cluster", "--profile", "--file"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    size = (asked.queues, asked.days)
    print(f"{size[0]} queues x {size[1]} days of half-hours, {HORIZON_DAYS} days ahead, backtest included")
    print(f"  {'':<28}{'wall s':>9}{'CPU s':>9}{'ms a queue':>12}{'peak MiB':>10}")
    runs = {f"{jobs} job{'s' if jobs > 1 else ''}": in_a_process(one_run, *size, jobs) for jobs in asked.jobs}
    if asked.cluster:
        runs["a Dask cluster, 2 workers"] = on_a_cluster(*size)
    for name, run in runs.items():
        each = 1000 * run.cpu_seconds / size[0]
        told = f"{run.cpu_seconds:>9.1f}{each:>12.0f}{run.peak_mib:>10.0f}" if "Dask" not in name else ""
        print(f"  {name:<28}{run.wall_seconds:>9.1f}{told}")
    print(f"  all made the same: {'yes' if len({run.made for run in runs.values()}) <= 1 else 'NO'}")
    if asked.profile:
        print(f"by function, one process, profiler on{'':<9}{'ms a queue':>12}")
        for name, seconds in in_a_process(profile, *size):
            print(f"  {name:<43}{1000 * seconds / size[0]:>12.1f}")
    if asked.file:
        time_file(*size, asked.jobs)


if __name__ == "__main__":
    main()
